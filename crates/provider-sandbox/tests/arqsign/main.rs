//! The simulated ArqSign, called over HTTP as its contract says.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail loudly; the exemption for tests covers only functions marked as such"
)]

mod account;
mod attachments;
mod changes;
mod control;
mod deliveries;
mod faults;
mod flow;
mod keys;
mod pages;
mod reads;
mod rules;
mod rules_of_files;
mod shape;
mod support;
mod variants;
mod webhooks;
