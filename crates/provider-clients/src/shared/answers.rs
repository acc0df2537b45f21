//! What answers mean that carry no verdict of the vendor, and how a refusal is put into words.

use domain::outcome::{Blame, Class, Doubt, Outcome, Refusal};

use crate::call::SECRET;
use crate::reply::Reply;

/// Most characters of a vendor's message that are kept.
pub(crate) const MESSAGE_CHARS: usize = 500;

/// What an HTTP status other than 2xx means when a contract says nothing special about it.
pub(crate) fn class_of_status(status: u16) -> Class {
    match status {
        401 => Class::Authentication,
        402 => Class::InsufficientCredit,
        403 => Class::Permission,
        404 | 410 => Class::NotFound,
        409 => Class::Conflict,
        408 | 502..=504 => Class::ProviderUnavailable,
        429 => Class::RateLimited,
        400..=499 => Class::InvalidRequest,
        _ => Class::ProviderError,
    }
}

/// A vendor's message as it may be shown: without `secrets`, cut to [`MESSAGE_CHARS`].
pub(crate) fn shown<'a>(message: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let shown = secrets
        .into_iter()
        .filter(|secret| !secret.is_empty())
        .fold(message.to_owned(), |text, secret| text.replace(secret, SECRET));
    shown.chars().take(MESSAGE_CHARS).collect()
}

/// A refusal: `code` is the vendor's own word, put behind its endpoint.
pub(crate) fn refusal(
    endpoint: &str,
    code: &str,
    class: Class,
    message: impl Into<String>,
    blames: Vec<Blame>,
    reply: &Reply,
) -> Refusal {
    Refusal {
        class,
        code: format!("{endpoint}/{code}"),
        message: message.into(),
        blames,
        retry_after: reply.retry_after,
    }
}

/// The doubt about an answer that does not tell whether the call was carried out.
pub(crate) fn doubtful<T>(endpoint: &str, code: &str, reason: impl Into<String>) -> Outcome<T> {
    Outcome::Unknown(Doubt { reason: reason.into(), code: Some(format!("{endpoint}/{code}")) })
}

/// The outcome of an answer whose body says nothing: by its status. A status of 5xx leaves a call that `changes`
/// something in doubt, unless it says that the vendor could not be reached at all.
pub(crate) fn by_status<T>(endpoint: &str, changes: bool, reply: &Reply) -> Outcome<T> {
    let code = format!("http_{}", reply.status);
    let reason = format!("HTTP status {} without a verdict of the provider.", reply.status);
    let decided = (400..500).contains(&reply.status) && reply.status != 408;
    if changes && !decided {
        return doubtful(endpoint, &code, reason);
    }
    Outcome::Refused(refusal(endpoint, &code, class_of_status(reply.status), reason, Vec::new(), reply))
}
