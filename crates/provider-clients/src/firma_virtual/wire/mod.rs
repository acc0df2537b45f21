//! Firma Virtual's JSON: what is sent, and what is received and read tolerantly. Its field names occur nowhere else.

pub(super) mod received;
pub(super) mod sent;

/// Values that are never shown, wherever a call is: credentials, and the callback's address, which holds a token.
pub(super) const SECRET_MEMBERS: &[&str] = &["login", "password", "new_password", "sPassword", "callback"];
