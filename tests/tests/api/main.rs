//! Black-box tests over HTTP: one binary, a module for each theme.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a surprise ends them"
)]

mod accounts;
mod ambiguity;
mod bad_input;
mod concurrency;
mod docs;
mod documents;
mod events;
mod flow;
mod health;
mod idempotency;
mod isolation;
mod order_of_checks;
mod provider_errors;
mod routing;
mod samples;
mod scopes;
mod secrets;
