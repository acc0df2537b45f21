//! The store on both databases: every test has one body that runs on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod attempts;
mod blobs;
mod call_counts;
mod commits;
mod database;
mod events;
mod inbox;
mod jobs;
mod lists;
mod permits;
mod requests;
mod rotation;
mod support;
mod tenancy;
