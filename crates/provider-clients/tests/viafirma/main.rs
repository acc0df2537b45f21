//! The Viafirma Platform adapter against its wire contract, without sockets. Section numbers are those of the contract.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a failed reading is a failed test"
)]

mod answers;
mod artifacts;
mod certificate;
mod check;
mod codes;
mod doubts;
mod expectations;
#[path = "../kit/mod.rs"]
mod kit;
mod launch;
mod positions;
mod quirks;
mod readings;
mod renewals;
mod requests;
mod settings;
mod support;
mod verify;
