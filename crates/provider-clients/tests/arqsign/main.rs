//! The ArqSign adapter against its wire contract, without sockets. Section numbers are those of the contract.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a failed reading is a failed test"
)]

mod actions;
mod artifacts;
mod callbacks;
mod check;
mod codes;
mod created;
mod envelope;
mod expectations;
#[path = "../kit/mod.rs"]
mod kit;
mod operations;
mod quirks;
mod readings;
mod requests;
mod set_up;
mod settings;
mod support;
mod told;
