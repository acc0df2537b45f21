//! The engine: workers that claim jobs and carry envelopes through their providers.
//!
//! # What happens at each crash
//!
//! A worker may die (or be frozen past its lease) between any two lines. What it left behind is a job whose lease runs
//! out and the records of its steps. Whoever claims the job next asks [`domain::protocol::next`], which tells from the
//! records alone what follows:
//!
//! | the worker ended | what is recorded | what the next one does |
//! |---|---|---|
//! | before it recorded the intent of a step | step `ready` | makes the call: nothing was sent |
//! | after the intent, before the first byte | step `intended` | waits until the call must be over, then looks it up |
//! | while the request was on its way | step `intended` | the same: nobody knows what arrived |
//! | after the answer, before it was recorded | step `intended` | the same; the look-up finds the transaction and adopts it |
//! | after the result of a step | step `done` | goes on with the next step |
//! | after the last step, before the envelope was told | all steps `done` | tells the envelope (told twice is told once) |
//! | after the envelope was told, before the job was closed | envelope moved on | finds nothing to do and closes the job |
//! | in the middle of fetching a file | nothing | fetches it again; a half-written file is never visible |
//!
//! A call that must happen once carries a `not_after`: its body gives no byte after that moment. A step may be taken over
//! only when `not_after`, the call's time-out and a margin have passed, so that a frozen worker that wakes up can neither
//! send late nor record late: what it records is refused, because its lease (a fencing number) is gone.
//!
//! Which work an envelope needs follows from its state (`work::demanded`); it is enqueued in the transaction that
//! changes the state. A job that runs twice finds the work done.

mod arrange;
mod cancel;
mod collect;
mod edit;
pub(crate) mod exchange;
mod failover;
mod inbound;
mod look_up;
mod read;
mod submit;
pub(crate) mod timers;
mod unpack;
mod upkeep;
pub(crate) mod work;
mod worker;

pub(crate) use self::exchange::Need;
pub(crate) use edit::{Edit, Who};
pub use worker::{Worker, WorkerConfig, describe_metrics};

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::ids::{EnvelopeId, TenantId};
use persistence::{ClaimedJob, JobLease};
use uuid::Uuid;

/// A claimed job of a tenant, as its use case sees it.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) kind: String,
    pub(crate) tenant: TenantId,
    pub(crate) envelope: Option<EnvelopeId>,
    pub(crate) subject: Uuid,
    pub(crate) traceparent: Option<String>,
    /// How often it was claimed since it last went well, from 1.
    pub(crate) tries: u32,
    pub(crate) lease: JobLease,
}

impl Task {
    /// `None` for a job of the platform, of which this engine has none.
    fn of(claimed: ClaimedJob) -> Option<Self> {
        let ClaimedJob { job, lease } = claimed;
        Some(Self {
            kind: job.kind,
            tenant: job.tenant?,
            envelope: job.envelope,
            subject: job.subject,
            traceparent: job.traceparent,
            tries: job.tries,
            lease,
        })
    }
}

/// What becomes of a job after its handler returned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// Nothing is left to do.
    Done,
    /// Run it again at this time.
    Again(DateTime<Utc>),
    /// Run it again after this pause, counted as a failure with this reason.
    Failed { pause: Duration, reason: String },
}
