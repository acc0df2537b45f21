//! What one use case changes, said as a value: it is stored all or not at all by [`Store::commit`](crate::Store::commit).

use chrono::{DateTime, Utc};
use domain::events::{Actor, EventDraft};
use domain::ids::{IdentityDocumentId, TenantId};
use domain::record::Envelope;

use crate::attempts::{NewAttempt, StepChange};
use crate::audit::AuditEntry;
use crate::callbacks::CallbackChange;
use crate::events::RecordedEvent;
use crate::identity_documents::StoredIdentityDocument;
use crate::jobs::{JobEnd, JobLease, NewJob};
use crate::requests::RequestMark;

/// A change of at most one envelope with everything that has to happen with it.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// Whose.
    pub tenant: TenantId,
    /// Who causes it.
    pub actor: Actor,
    /// When, by the broker's clock; cut to microseconds.
    pub at: DateTime<Utc>,
    /// The envelope as it was loaded; `None` when it is new. The change is a conflict when it has changed since.
    pub before: Option<&'a Envelope>,
    /// The envelope as it shall be; `None` with a `before` deletes it, and its events stay. Its `version` is ignored:
    /// the stored one is counted up. Only rows that differ from `before` are written.
    pub after: Option<&'a Envelope>,
    /// What its history tells of the change.
    pub events: Vec<EventDraft>,
    /// Work that follows.
    pub jobs: Vec<NewJob>,
    /// The worker's lease: nothing is stored when it is lost.
    pub holding: Option<&'a JobLease>,
    /// What becomes of the worker's job.
    pub job_end: JobEnd,
    /// The request that causes it, where it came with an idempotency key.
    pub request: Option<RequestMark>,
    /// Attempts to begin.
    pub attempts: Vec<NewAttempt>,
    /// Records of steps that a person decided about.
    pub steps: Vec<StepChange>,
    /// What became of callbacks.
    pub callbacks: Vec<CallbackChange>,
    /// Identity documents that were stored for recipients of the envelope.
    pub identity_documents: Vec<StoredIdentityDocument>,
    /// Identity documents of the envelope to forget.
    pub forgotten_identity_documents: Vec<IdentityDocumentId>,
    /// What the audit trail tells.
    pub audit: Vec<AuditEntry>,
}

impl<'a> Change<'a> {
    /// A change of nothing yet.
    #[must_use]
    pub fn new(tenant: TenantId, actor: Actor, at: DateTime<Utc>) -> Self {
        Self {
            tenant,
            actor,
            at,
            before: None,
            after: None,
            events: Vec::new(),
            jobs: Vec::new(),
            holding: None,
            job_end: JobEnd::Keep,
            request: None,
            attempts: Vec::new(),
            steps: Vec::new(),
            callbacks: Vec::new(),
            identity_documents: Vec::new(),
            forgotten_identity_documents: Vec::new(),
            audit: Vec::new(),
        }
    }

    /// The same change, creating `envelope`.
    #[must_use]
    pub fn creating(mut self, envelope: &'a Envelope) -> Self {
        (self.before, self.after) = (None, Some(envelope));
        self
    }

    /// The same change, turning `before` into `after`.
    #[must_use]
    pub fn updating(mut self, before: &'a Envelope, after: &'a Envelope) -> Self {
        (self.before, self.after) = (Some(before), Some(after));
        self
    }

    /// The same change, deleting `envelope`.
    #[must_use]
    pub fn deleting(mut self, envelope: &'a Envelope) -> Self {
        (self.before, self.after) = (Some(envelope), None);
        self
    }

    /// The same change with events.
    #[must_use]
    pub fn with_events(mut self, events: Vec<EventDraft>) -> Self {
        self.events = events;
        self
    }

    /// The same change with jobs.
    #[must_use]
    pub fn with_jobs(mut self, jobs: Vec<NewJob>) -> Self {
        self.jobs = jobs;
        self
    }

    /// The same change, under a worker's lease that ends as `end` says.
    #[must_use]
    pub fn holding(mut self, lease: &'a JobLease, end: JobEnd) -> Self {
        (self.holding, self.job_end) = (Some(lease), end);
        self
    }
}

/// What was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// The envelope's version now; `None` when there is no envelope.
    pub version: Option<u64>,
    /// The events, numbered and chained.
    pub events: Vec<RecordedEvent>,
}
