//! Who looks at a signer's page: a person who opened it, the open page itself, or a program that only looks at links.
//!
//! A page is opened by a GET, and so is the preview of its link that a chat, a mail program or a scanner makes. A view
//! by one of these must not be told as the recipient's. So nothing counts as a person that says otherwise: a HEAD, a
//! request that a browser makes ahead of time, one whose answer is not to be shown as a page, and the programs whose names
//! are known. Everything else counts: a name that is not known here may be a browser, and a `viewed` that is missing for
//! somebody who did look would be as wrong. `viewed` decides nothing; who signs is proved at the provider.

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, USER_AGENT};
use broker::Visit;

/// What those that make previews, index pages or check links call themselves, in lower case.
const PROGRAMS: [&str; 14] = [
    "crawl",
    "spider",
    "preview",
    "facebookexternalhit",
    "meta-externalagent",
    "whatsapp/",
    "embedly",
    "iframely",
    "linkcheck",
    "safelinks",
    "vkshare",
    "ms-office",
    "microsoft office",
    "google-safety",
];

/// A make of phones whose name ends like that of a robot.
const NO_BOT: &str = "cubot";

/// Headers by which browsers tell that nobody asked for a page yet.
const AHEAD: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/// Who asks for the page.
pub(super) fn of_page(method: &Method, headers: &HeaderMap) -> Visit {
    if is_person(method, headers, "document") { Visit::Opened } else { Visit::Peeking }
}

/// Who asks how things stand: the page's script, when it is a person's page.
pub(super) fn of_state(method: &Method, headers: &HeaderMap) -> Visit {
    if is_person(method, headers, "empty") { Visit::Watching } else { Visit::Peeking }
}

/// `shown_as` is what browsers say that the answer becomes. Source: W3C Fetch Metadata, section 2.1.
fn is_person(method: &Method, headers: &HeaderMap, shown_as: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_ascii_lowercase);
    let early = ["prefetch", "prerender", "preview"];
    let ahead = AHEAD.iter().filter_map(|name| text(name)).any(|value| early.iter().any(|word| value.contains(word)));
    let elsewhere = text("sec-fetch-dest").is_some_and(|destination| destination != shown_as);
    let agent = text(USER_AGENT.as_str()).unwrap_or_default();
    let is_program = agent.replace(NO_BOT, "").contains("bot") || PROGRAMS.iter().any(|name| agent.contains(name));
    *method == Method::GET && !ahead && !elsewhere && !is_program
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        given.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn people_open_pages() {
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0";
        let phone = "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36";
        for given in [
            &[][..],
            &[("user-agent", firefox)],
            &[("user-agent", phone)],
            &[("user-agent", firefox), ("sec-fetch-dest", "document"), ("sec-fetch-mode", "navigate")],
            &[("user-agent", "curl/8.9.1"), ("accept", "*/*")],
        ] {
            assert_eq!(of_page(&Method::GET, &headers(given)), Visit::Opened, "{given:?}");
            assert_eq!(of_page(&Method::HEAD, &headers(given)), Visit::Peeking, "{given:?}");
        }
    }

    #[test]
    fn previews_open_nothing() {
        for given in [
            ("user-agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
            ("user-agent", "WhatsApp/2.23.20.0 A"),
            ("user-agent", "facebookexternalhit/1.1 Facebot Twitterbot/1.0"),
            ("user-agent", "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"),
            ("user-agent", "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"),
            ("user-agent", "TelegramBot (like TwitterBot)"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "preview"),
            ("x-moz", "prefetch"),
            ("sec-fetch-dest", "image"),
            ("sec-fetch-dest", "iframe"),
            ("sec-fetch-dest", "empty"),
        ] {
            assert_eq!(of_page(&Method::GET, &headers(&[given])), Visit::Peeking, "{given:?}");
        }
    }

    #[test]
    fn an_open_page_only_watches() {
        assert_eq!(of_state(&Method::GET, &headers(&[("sec-fetch-dest", "empty")])), Visit::Watching);
        assert_eq!(of_state(&Method::GET, &headers(&[("sec-fetch-dest", "document")])), Visit::Peeking);
        assert_eq!(of_state(&Method::HEAD, &headers(&[])), Visit::Peeking);
    }
}
