//! The pages as HTML. No script and no style stands inside them, and they may load nothing but this server's own.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use askama::Template;
use broker::SigningPage;

use super::state::SigningStateView;
use super::words::{Saying, Words};

/// What the pages may load and do.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// Addresses that are secrets are not to be found by searching.
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

#[derive(Template)]
#[template(path = "signing/page.html")]
struct Page<'a> {
    words: &'a Words,
    saying: Saying,
    page: &'a SigningPage,
    state: &'a str,
    link: Option<&'a str>,
    step: Option<u8>,
    steps: Vec<StepShown<'a>>,
    wait: Option<u32>,
}

struct StepShown<'a> {
    name: &'a str,
    mark: &'a str,
    is_now: bool,
}

#[derive(Template)]
#[template(path = "signing/message.html")]
struct Message<'a> {
    words: &'a Words,
    saying: Saying,
}

/// The page of a recipient: 200 while its address is good, 410 afterwards.
pub(super) fn page(page: &SigningPage, words: &Words) -> HttpResponse {
    let status = if page.is_open { StatusCode::OK } else { StatusCode::GONE };
    let now = SigningStateView::new(&page.state, words);
    let steps = (1..).zip(words.steps).map(|(place, name): (u8, _)| {
        let at = now.step.unwrap_or(0);
        let mark = match place.cmp(&at) {
            std::cmp::Ordering::Less => words.done,
            std::cmp::Ordering::Equal => words.now,
            std::cmp::Ordering::Greater => words.later,
        };
        StepShown { name, mark, is_now: place == at }
    });
    let shown = Page {
        words,
        saying: Saying { title: now.title, text: now.text },
        page,
        state: now.state,
        link: now.link.as_deref(),
        step: now.step,
        steps: steps.collect(),
        wait: now.poll_after_ms.filter(|_| page.is_open),
    };
    html(status, words, &shown)
}

/// A page that only says something.
pub(super) fn message(status: StatusCode, words: &Words, saying: Saying) -> HttpResponse {
    html(status, words, &Message { words, saying })
}

fn html(status: StatusCode, words: &Words, page: &impl Template) -> HttpResponse {
    let Ok(body) = page.render() else {
        tracing::error!("A signer's page could not be rendered");
        return HttpResponse::InternalServerError().finish();
    };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, words.tag))
        .insert_header((VARY, "Accept-Language"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((X_ROBOTS_TAG, "noindex, nofollow"))
        .body(body)
}

#[cfg(test)]
mod tests {
    use actix_web::body::{MessageBody as _, to_bytes};
    use broker::SignerState;

    use super::super::language::Language;
    use super::*;

    fn of(state: SignerState) -> SigningPage {
        SigningPage {
            subject: "Contrato <b>nº 7</b>".to_owned(),
            message: Some("Línea uno\n<script>alert(1)</script>".to_owned()),
            own_message: None,
            recipient: "Ana \"la\" O'Neill & <i>hijos</i>".to_owned(),
            language: None,
            documents: vec!["Anexo & <img src=x>".to_owned()],
            state,
            is_open: true,
        }
    }

    fn rendered(shown: &SigningPage, language: Language) -> String {
        let body = page(shown, Words::of(language)).into_body();
        String::from_utf8(body.try_into_bytes().ok().unwrap().to_vec()).unwrap()
    }

    fn ready() -> SignerState {
        SignerState::Ready { link: "signer://?url=https://x/&operationId=\"1\"".to_owned() }
    }

    #[test]
    fn every_state_is_said_in_every_language() {
        let states = [
            ready(),
            SignerState::Preparing,
            SignerState::Stale,
            SignerState::NotYet,
            SignerState::Signed,
            SignerState::Declined,
            SignerState::Expired,
            SignerState::Over,
            SignerState::Exhausted,
        ];
        let mut titles = std::collections::BTreeSet::new();
        for language in [Language::Spanish, Language::English, Language::Portuguese] {
            let words = Words::of(language);
            for state in &states {
                let html = rendered(&of(state.clone()), language);
                let saying = words.about(state);
                assert!(html.contains(&format!("<html lang=\"{}\">", words.tag)), "{html}");
                assert!(html.contains(saying.title) && html.contains(saying.text), "{state:?} {html}");
                titles.insert(saying.title);
                assert_eq!(html.matches("<h1").count(), 1);
                assert_eq!(
                    html.contains("aria-current=\"step\""),
                    matches!(
                        state,
                        SignerState::Ready { .. } | SignerState::Preparing | SignerState::Stale | SignerState::NotYet
                    )
                );
            }
        }
        assert_eq!(titles.len(), 3 * states.len(), "a title is the same in two languages or for two states");
    }

    #[test]
    fn the_link_works_without_script_and_only_while_there_is_one() {
        let html = rendered(&of(ready()), Language::English);
        assert!(html.contains("<div id=\"launching\">"), "{html}");
        assert!(html.contains("href=\"signer://?url=https://x/&#38;operationId=&#34;1&#34;\""), "{html}");
        assert!(html.contains("<noscript>") && html.contains("id=\"refresh\" href=\"\""), "{html}");
        let waiting = rendered(&of(SignerState::Preparing), Language::English);
        assert!(waiting.contains("<div id=\"launching\" hidden>") && !waiting.contains("signer:"), "{waiting}");
        assert!(waiting.contains("data-wait=\"2000\""), "{waiting}");
        let ended = SigningPage { is_open: false, ..of(SignerState::Signed) };
        assert_eq!(page(&ended, Words::of(Language::English)).status(), StatusCode::GONE);
        let html = rendered(&ended, Language::English);
        assert!(html.contains("data-wait=\"\"") && !html.contains("id=\"refresh\""), "{html}");
    }

    #[test]
    fn what_people_wrote_cannot_become_markup() {
        for state in [ready(), SignerState::Signed] {
            let html = rendered(&of(state), Language::Spanish);
            for markup in ["<b>", "<script>", "<i>", "<img"] {
                assert!(!html.contains(markup), "{markup} in {html}");
            }
            assert!(html.contains("Ana &#34;la&#34; O&#39;Neill &#38; &#60;i&#62;hijos&#60;/i&#62;"), "{html}");
        }
    }

    #[actix_web::test]
    async fn nothing_inline_and_nothing_from_elsewhere() {
        let answers = [
            page(&of(ready()), Words::of(Language::English)),
            message(StatusCode::NOT_FOUND, Words::of(Language::Portuguese), Words::of(Language::Portuguese).unknown),
        ];
        for answer in answers {
            let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
            let policy = header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
            assert_eq!(header("cache-control"), "no-store");
            assert_eq!(header("referrer-policy"), "no-referrer");
            assert_eq!(header("x-frame-options"), "DENY");
            let html = String::from_utf8(to_bytes(answer.into_body()).await.unwrap().to_vec()).unwrap();
            assert!(!html.contains("style=") && !html.contains("<style") && !html.contains(" onclick"), "{html}");
            assert_eq!(
                html.matches("<script").count(),
                html.matches("<script src=\"assets/page.js\" defer></script>").count()
            );
        }
    }
}
