//! The vendor's JSON: what is sent as it is written, what is received as it may be spelled.

pub(super) mod received;
pub(super) mod sent;
