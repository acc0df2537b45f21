//! The GoFirmex adapter against its wire contract, without sockets. Section numbers are those of the contract.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a failed reading is a failed test"
)]

mod actions;
mod answers;
mod artifacts;
mod callbacks;
mod check;
mod codes;
mod documents;
mod expectations;
#[path = "../kit/mod.rs"]
mod kit;
mod look_up;
mod operations;
mod quirks;
mod requests;
mod settings;
mod states;
mod support;
mod tokens;
