//! The submission protocol: each transition by itself, and every way through it up to a bound.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a broken expectation is a failed test"
)]

mod transitions;
mod walk;
