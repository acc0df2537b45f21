//! The queue of jobs: enqueued inside the transaction that causes them, claimed fairly under a lease with a fence.
//!
//! What must stay true: a job is in one worker's hands at a time as far as the database can tell; every claim raises the
//! job's fence, and nothing that a worker writes counts once its fence is old. Leases run on the database's time.

mod claim;
mod dead;
mod enqueue;
mod lease;

use chrono::{DateTime, Utc};
use domain::ids::{AccountId, EnvelopeId, JobId, TenantId};
use serde_json::Value;
use uuid::Uuid;

pub use claim::ClaimRequest;
pub use dead::DeadJob;
pub(crate) use enqueue::enqueue;
pub(crate) use lease::{end, hold};

use crate::entities::job;
use crate::error::StoreError;
use crate::store::Store;
use crate::time::{from_micros, unsmall};

/// When a dead job may be claimed.
pub(crate) const NEVER: i64 = i64::MAX;

/// Work to be done later, at least once.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// What to do: a word that the broker chooses.
    pub kind: String,
    /// For whom; `None` for the platform's own work.
    pub tenant: Option<TenantId>,
    /// The provider account it works at: jobs of different accounts do not wait for each other.
    pub account: Option<AccountId>,
    /// The envelope it works on.
    pub envelope: Option<EnvelopeId>,
    /// What it is about, for example a submission.
    pub subject: Uuid,
    /// While a job of the tenant with this key waits, no second one is made: the earlier time of both counts. While it
    /// runs, it is made to run once more.
    pub dedupe_key: Option<String>,
    /// Not before this.
    pub run_at: DateTime<Utc>,
    /// What else the worker needs. Not encrypted: no secrets.
    pub payload: Value,
    /// The trace that caused it (W3C `traceparent`).
    pub traceparent: Option<String>,
}

impl NewJob {
    /// A job of a tenant about `subject`, due at `run_at`.
    #[must_use]
    pub fn new(kind: impl Into<String>, tenant: Option<TenantId>, subject: Uuid, run_at: DateTime<Utc>) -> Self {
        Self {
            kind: kind.into(),
            tenant,
            account: None,
            envelope: None,
            subject,
            dedupe_key: None,
            run_at,
            payload: Value::Null,
            traceparent: None,
        }
    }

    /// The same job at a provider account.
    #[must_use]
    pub fn at_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// The same job on an envelope.
    #[must_use]
    pub fn on_envelope(mut self, envelope: EnvelopeId) -> Self {
        self.envelope = Some(envelope);
        self
    }

    /// The same job, at most once in the queue.
    #[must_use]
    pub fn deduped(mut self, key: impl Into<String>) -> Self {
        self.dedupe_key = Some(key.into());
        self
    }

    /// The same job with more to tell.
    #[must_use]
    pub fn with_payload(mut self, payload: Value) -> Self {
        self.payload = payload;
        self
    }
}

/// The right to work on a job until the lease ends or another worker takes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JobLease {
    /// The job.
    pub job: JobId,
    /// Raised by every claim; an older one counts for nothing.
    pub fence: i64,
    /// Who claimed it.
    pub owner: String,
}

/// A job in a worker's hands.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub kind: String,
    /// For whom; `None` for the platform's own work.
    pub tenant: Option<TenantId>,
    /// At which account.
    pub account: Option<AccountId>,
    /// On which envelope.
    pub envelope: Option<EnvelopeId>,
    /// About what.
    pub subject: Uuid,
    /// What else there is to know.
    pub payload: Value,
    /// The trace that caused it.
    pub traceparent: Option<String>,
    /// When it was due.
    pub run_at: DateTime<Utc>,
    /// How often it was claimed since it last went well, this time included; from 1.
    pub tries: u32,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it was enqueued.
    pub created_at: DateTime<Utc>,
}

/// A claimed job and the right to work on it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedJob {
    /// The job.
    pub job: Job,
    /// The right.
    pub lease: JobLease,
}

/// How a worker's hold on its job ends with a commit.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum JobEnd {
    /// It goes on.
    #[default]
    Keep,
    /// It is done; it goes, or runs again when it was asked for meanwhile.
    Complete,
    /// It is to be tried later.
    Reschedule {
        /// When; earlier when it was asked for meanwhile.
        at: DateTime<Utc>,
        /// What went wrong; `None` for an orderly wait, which also starts the count of tries anew.
        error: Option<String>,
    },
    /// It is given up and waits for a person.
    Bury {
        /// Why, without secrets.
        reason: String,
    },
}

/// The queue.
#[derive(Debug, Clone)]
pub struct Jobs {
    pub(crate) store: Store,
}

/// The nil UUID stands for "of the platform" and "at no account": unlike an empty column it compares equal.
pub(crate) fn or_nil(id: Option<Uuid>) -> Uuid {
    id.unwrap_or_else(Uuid::nil)
}

fn unless_nil(id: Uuid) -> Option<Uuid> {
    (!id.is_nil()).then_some(id)
}

fn from_row(row: job::Model) -> Result<Job, StoreError> {
    Ok(Job {
        id: JobId::from_uuid(row.id),
        kind: row.kind,
        tenant: unless_nil(row.tenant_id).map(TenantId::from_uuid),
        account: unless_nil(row.account_id).map(AccountId::from_uuid),
        envelope: row.envelope_id.map(EnvelopeId::from_uuid),
        subject: row.subject,
        payload: serde_json::from_str(&row.payload).map_err(|e| StoreError::unreadable("jobs", e))?,
        traceparent: row.traceparent,
        run_at: from_micros(row.run_at),
        tries: unsmall(row.tries),
        last_error: row.last_error,
        created_at: from_micros(row.created_at),
    })
}
