//! The API over a real broker on SQLite, without sockets: the order of checks, conditions, idempotency, files.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod acme;
mod bodies;
mod evidence;
mod files;
mod idempotency;
mod identity_documents;
mod order_of_checks;
mod page_vendor;
mod scopes;
mod signing;
mod sixth_provider;
mod support;
