//! The simulated Firma Virtual, called over HTTP as its contract says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail loudly; the exemption for tests covers only functions marked as such"
)]

mod callbacks;
mod catalogue;
mod control;
mod create_checks;
mod draft;
mod faults;
mod files;
mod flow;
mod notary;
mod pages;
mod read;
mod session;
mod signers;
mod support;
mod users;
