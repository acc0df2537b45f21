//! How the signing stands, as the page shows it and its script reads it.

use broker::SignerState;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::Words;

/// How the signing of one recipient stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SigningStateView {
    /// `ready`, `preparing`, `stale` (opening the page again prepares a new link), `not_yet`, `signed`, `declined`,
    /// `expired`, `over` or `exhausted`.
    #[schema(example = "ready")]
    pub(super) state: &'static str,
    /// What to tell the recipient, in the page's language: a few words.
    #[schema(example = "Ready to sign")]
    pub(super) title: &'static str,
    /// A sentence more.
    #[schema(example = "Open the signing program with the link and sign with your certificate.")]
    pub(super) text: &'static str,
    /// The link that starts the signing; only when it is `ready`. A secret.
    #[schema(example = "signingclient://?operation=1")]
    pub(super) link: Option<String>,
    /// Where it is: 1 preparation, 2 signature, 3 result, 4 all done; null when it ended another way.
    #[schema(example = 2)]
    pub(super) step: Option<u8>,
    /// After how many milliseconds it is worth asking again; null when nothing changes any more by itself.
    #[schema(example = 4000)]
    pub(super) poll_after_ms: Option<u32>,
}

impl SigningStateView {
    pub(super) fn new(state: &SignerState, words: &Words) -> Self {
        let saying = words.about(state);
        let (name, step, poll_after_ms) = match state {
            SignerState::Ready { link: _ } => ("ready", Some(2), Some(4_000)),
            SignerState::Preparing => ("preparing", Some(1), Some(2_000)),
            SignerState::Stale => ("stale", Some(2), None),
            SignerState::NotYet => ("not_yet", Some(1), Some(30_000)),
            SignerState::Signed => ("signed", Some(4), None),
            SignerState::Declined => ("declined", None, None),
            SignerState::Expired => ("expired", None, None),
            SignerState::Over => ("over", None, None),
            SignerState::Exhausted => ("exhausted", None, None),
        };
        let link = match state {
            SignerState::Ready { link } => Some(link.clone()).filter(|link| is_followed_safely(link)),
            SignerState::Preparing
            | SignerState::Stale
            | SignerState::NotYet
            | SignerState::Signed
            | SignerState::Declined
            | SignerState::Expired
            | SignerState::Over
            | SignerState::Exhausted => None,
        };
        Self { state: name, title: saying.title, text: saying.text, link, step, poll_after_ms }
    }
}

/// Whether a link leads out of the page. Its scheme is a setting of the account, and some schemes would run what follows
/// inside the page.
fn is_followed_safely(link: &str) -> bool {
    const INSIDE: [&str; 7] = ["javascript", "data", "vbscript", "blob", "file", "about", "filesystem"];
    let Some((scheme, _)) = link.split_once(':') else { return false };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    named && !INSIDE.contains(&scheme.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_run_inside_the_page_are_not_shown() {
        for (link, shown) in [
            ("viafirmawpfclient://?url=https://x&operationId=1", true),
            ("https://sign.example/1", true),
            ("javascript:alert(1)", false),
            ("JavaScript:alert(1)", false),
            (" javascript:alert(1)", false),
            ("java\nscript:alert(1)", false),
            ("data:text/html,x", false),
            ("/sign/other", false),
        ] {
            let state = SignerState::Ready { link: link.to_owned() };
            let view = SigningStateView::new(&state, Words::of(super::super::language::Language::English));
            assert_eq!(view.link.is_some(), shown, "{link:?}");
        }
    }
}
