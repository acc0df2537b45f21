//! The simulated GoFirmex, called over HTTP as its contract says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail loudly; the exemption for tests covers only functions marked as such"
)]

mod callbacks;
mod control;
mod document_checks;
mod downloads;
mod faults;
mod flow;
mod gateway;
mod identity_checks;
mod optional_calls;
mod pages;
mod portfolio_checks;
mod profile;
mod receiver;
mod start_checks;
mod support;
mod variants;
