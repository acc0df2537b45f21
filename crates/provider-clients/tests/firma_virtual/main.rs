//! The Firma Virtual adapter against its wire contract, without sockets. Section numbers are those of the contract.
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
mod doubts;
#[expect(dead_code, reason = "nothing is started over or waited for here")]
#[path = "../step_lists/drive.rs"]
mod drive;
mod expectations;
mod files;
#[path = "../kit/mod.rs"]
mod kit;
mod look_up;
mod operations;
mod price;
mod quirks;
mod requests;
mod sessions;
mod settings;
mod states;
mod support;
