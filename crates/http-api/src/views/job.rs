//! Jobs that were given up.

use broker::persistence::DeadJob;
use serde::Serialize;
use utoipa::ToSchema;

use super::values::{AccountId, EnvelopeId, JobId, Timestamp};

/// A job that was given up.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeadJobView {
    /// Its identifier.
    pub id: JobId,
    /// What was to be done.
    #[schema(example = "submit")]
    pub kind: String,
    /// The envelope it is about.
    pub envelope_id: Option<EnvelopeId>,
    /// The provider account it is about.
    pub account_id: Option<AccountId>,
    /// How often it was tried.
    #[schema(example = 20)]
    pub tries: u32,
    /// Why it failed last.
    #[schema(example = "The provider did not answer.")]
    pub reason: Option<String>,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When it was given up.
    pub dead_at: Timestamp,
}

impl From<&DeadJob> for DeadJobView {
    fn from(dead: &DeadJob) -> Self {
        let job = &dead.job;
        Self {
            id: job.id.into(),
            kind: job.kind.clone(),
            envelope_id: job.envelope.map(Into::into),
            account_id: job.account.map(Into::into),
            tries: job.tries,
            reason: job.last_error.clone(),
            created_at: job.created_at.into(),
            dead_at: dead.dead_at.into(),
        }
    }
}

/// A job that is in the queue again.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct RequeuedView {
    /// Its identifier.
    pub id: JobId,
}
