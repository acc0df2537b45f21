//! The vendor's JSON, as sent and as received.

pub(super) mod received;
pub(super) mod sent;

/// Members whose values are bearer secrets.
pub(super) const SECRET_MEMBERS: &[&str] = &["operationId", "sessionId"];
