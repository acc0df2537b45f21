//! The simulated Viafirma Platform, called over HTTP as its contract says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail loudly; the exemption for tests covers only functions marked as such"
)]

mod batch;
mod control;
mod credentials;
mod direct;
mod downloads;
mod faults;
mod file_checks;
mod pages;
mod prepare_checks;
mod results;
mod signers;
mod support;
