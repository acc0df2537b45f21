//! The transport over real sockets on the loopback interface.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken expectation is a failed test"
)]

mod answers;
mod certainty;
mod redirects;
mod requests;
mod support;
