//! The vendor's texts that are refusals, whatever status they come with. Source: contract sections 2.2 and 3.1 to 3.8.

use domain::outcome::Class;

use super::endpoint::Endpoint;

/// What the vendor's validation says of anything.
pub(super) const VALIDATION_FAIL: &str = "VALIDATION-FAIL";

/// A text, what it means, and the members of an operation's input that it may mean.
pub(super) struct Meaning {
    pub(super) class: Class,
    pub(super) inputs: &'static [&'static str],
}

/// The texts by endpoint: how they begin, what they mean, which members of an operation's input they mean.
const TEXTS: [(Endpoint, &str, Class, &[&str]); 6] = [
    (Endpoint::Login, "login failed", Class::Authentication, &[]),
    (Endpoint::CreateUser, "email exists", Class::Conflict, &["email"]),
    (Endpoint::CreateUser, "this login already exists", Class::Conflict, &["login"]),
    (Endpoint::CreateUser, "invalid login must be alphanumeric", Class::InvalidRequest, &["login", "password"]),
    (Endpoint::ResetPassword, "login / usuario desconocido", Class::NotFound, &["login"]),
    (Endpoint::NewPassword, "wrong login or password", Class::InvalidRequest, &["login", "temporary_password"]),
];

/// What a text means at an endpoint; `None` when it is not in the vendor's reference.
pub(super) fn meaning(endpoint: Endpoint, text: &str) -> Option<Meaning> {
    let text = text.trim().to_lowercase();
    if text == VALIDATION_FAIL.to_lowercase() {
        return Some(Meaning { class: Class::InvalidRequest, inputs: &[] });
    }
    if text.starts_with("contract not found") {
        return Some(Meaning { class: Class::NotFound, inputs: &[] });
    }
    let (_, _, class, inputs) = TEXTS.into_iter().find(|(at, begin, ..)| *at == endpoint && text.starts_with(begin))?;
    Some(Meaning { class, inputs })
}

/// Whether the text speaks of a limit: the vendor limits mails and merged files and does not say how that shows.
/// Source: contract section 2.3, F7.
pub(super) fn is_limit(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("limit") || text.contains("límit")
}

/// Whether an answer says that the token is bad; nothing was carried out then. Source: contract section 2.2.
pub(super) fn is_bad_token(endpoint: Endpoint, http: u16, code: u16, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let refused = matches!(http, 401 | 403) || matches!(code, 401 | 403);
    let bare =
        code == 400 && (text == "error" || text.contains("wrong bearer token") || text.contains("bearer erróneo"));
    // The reference lists the words of the login for this endpoint too.
    let of_login = endpoint == Endpoint::GetUser && text.starts_with("login failed");
    endpoint.takes_token() && (refused || bare || of_login || text.starts_with("jwt token"))
}
