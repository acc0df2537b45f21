//! What Rubrica keeps: envelopes and their histories, jobs, secrets and files. Rows in, domain values out.
//!
//! - [`Database`] opens SQLite or PostgreSQL and applies the migrations; [`KeyRing`] seals secrets; [`Store`] is both.
//! - [`Store::tenant`] gives the only finders: nothing of another tenant is reachable through them. The few functions
//!   that find across tenants ([`Jobs::claim`], [`Store::find_api_key`], [`Store::find_callback_token`]) return the
//!   tenant with the row.
//! - [`Store::commit`] is the one way in which envelopes change: a [`Change`] says everything that belongs together, and
//!   it is stored in one transaction or not at all.
//! - [`Blobs`] keeps the bytes of documents and artifacts.
//!
//! Times are UTC to the microsecond; whoever reads a clock cuts it with [`truncated`] so that what is read back equals
//! what was written.

mod accounts;
mod api_keys;
mod attempts;
mod audit;
mod blobs;
mod call_counts;
mod callbacks;
mod canonical;
mod change;
mod commit;
mod cursor;
mod database;
mod digests;
mod entities;
mod envelopes;
mod error;
mod events;
mod identity_documents;
mod jobs;
mod keys;
mod object_keys;
mod permits;
mod requests;
mod reseal;
mod rows;
mod store;
mod submissions;
mod tenants;
mod time;
mod wakeups;

pub use accounts::{Account, Accounts, CallbackToken, FoundAccount, OpenAccount};
pub use api_keys::ApiKey;
pub use attempts::{Attempts, Journal, NewAttempt, StepChange};
pub use audit::AuditEntry;
pub use blobs::{BlobError, BlobMeta, BlobReaderAt, BlobRef, BlobStream, BlobWriter, Blobs};
pub use call_counts::{CallCounts, CallWindow, Counted};
pub use callbacks::{
    Callback, CallbackChange, CallbackFile, CallbackState, Callbacks, NewCallback, RawCallback, StoredCallback,
};
pub use canonical::canonical;
pub use change::{Change, Committed};
pub use cursor::{Page, Paged};
pub use database::{Database, DatabaseConfig, Durability, MigrationState};
pub use envelopes::{AttentionFilter, EnvelopeFilter, Envelopes};
pub use error::StoreError;
pub use events::{ChainFault, ChainReport, Events, Feed, FeedQuery, RecordedEvent};
pub use identity_documents::StoredIdentityDocument;
pub use jobs::{ClaimRequest, ClaimedJob, DeadJob, Job, JobEnd, JobLease, Jobs, NewJob};
pub use keys::{KeyRing, SealContext, SealError};
pub use permits::{PermitLease, Permits};
pub use requests::{Answer, KEPT, RequestMark, RequestScope, Requests, Reserved, Ticket};
pub use store::{Store, TenantStore};
pub use submissions::Submissions;
pub use tenants::TenantRecord;
pub use time::truncated;
pub use wakeups::Wakeups;
