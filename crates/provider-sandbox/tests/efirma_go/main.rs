//! The simulated efirma GO, called over HTTP as its contract says.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail loudly; the exemption for tests covers only functions marked as such"
)]

mod callbacks;
mod control;
mod directory;
mod faults;
mod flow;
mod pages;
mod query;
mod search;
mod send_checks;
mod support;
