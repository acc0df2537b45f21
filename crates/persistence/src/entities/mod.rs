//! The rows as sea-orm sees them. Private: callers get domain values.
//!
//! Fields are the columns of the `migrations` crate, which says what they mean.
#![allow(missing_docs, reason = "a column is described where it is created")]

pub(crate) mod account_fact;
pub(crate) mod api_key;
pub(crate) mod artifact;
pub(crate) mod attempt;
pub(crate) mod audit_entry;
pub(crate) mod callback;
pub(crate) mod document;
pub(crate) mod envelope;
pub(crate) mod envelope_term;
pub(crate) mod event;
pub(crate) mod identity_document;
pub(crate) mod job;
pub(crate) mod provider_account;
pub(crate) mod recipient;
pub(crate) mod routing_policy;
pub(crate) mod step;
pub(crate) mod store_state;
pub(crate) mod submission;
pub(crate) mod tenant;
