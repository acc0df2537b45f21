//! The one way in which the broker changes an envelope: load, change in memory, commit all or nothing.

use chrono::{DateTime, Utc};
use domain::events::{Actor, EventDraft};
use domain::ids::{EnvelopeId, IdentityDocumentId, TenantId};
use domain::record::Envelope;
use persistence::{Change, JobLease, NewJob, RequestMark, StepChange, StoreError, StoredIdentityDocument};

use crate::caller::{Caller, RequestTicket};
use crate::engine::work;
use crate::{Broker, BrokerError, Result};

/// How often a lost race against other writers is run again before the caller is told.
const RACES: u32 = 16;

/// What a change does beside changing the envelope.
#[derive(Debug, Default)]
pub(crate) struct Edit {
    /// Events, in order.
    pub(crate) events: Vec<EventDraft>,
    /// Jobs beside those that follow from the envelope's state.
    pub(crate) jobs: Vec<NewJob>,
    /// Records of steps that a person decided about.
    pub(crate) steps: Vec<StepChange>,
    /// Identity documents that were stored for recipients.
    pub(crate) identity_documents: Vec<StoredIdentityDocument>,
    /// Identity documents of recipients to forget.
    pub(crate) forgotten_identity_documents: Vec<IdentityDocumentId>,
}

impl Edit {
    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.jobs.is_empty() && self.steps.is_empty() && self.identity_documents.is_empty()
    }
}

/// Who changes an envelope, and under which lease.
#[derive(Debug, Clone)]
pub(crate) struct Who<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) actor: Actor,
    pub(crate) request: Option<&'a RequestTicket>,
    pub(crate) traceparent: Option<&'a str>,
    pub(crate) holding: Option<&'a JobLease>,
    /// The version that the caller expects.
    pub(crate) expected: Option<u64>,
}

impl<'a> Who<'a> {
    pub(crate) fn caller(caller: &'a Caller, expected: Option<u64>) -> Self {
        Self {
            tenant: caller.tenant,
            actor: caller.actor.clone(),
            request: caller.request.as_ref(),
            traceparent: caller.traceparent.as_deref(),
            holding: None,
            expected,
        }
    }

    pub(crate) fn worker(tenant: TenantId, actor: Actor, holding: &'a JobLease, traceparent: Option<&'a str>) -> Self {
        Self { tenant, actor, request: None, traceparent, holding: Some(holding), expected: None }
    }
}

impl Broker {
    /// Loads the envelope, lets `change` change it, and commits the state, its events and the jobs that the new state
    /// calls for in one transaction. Runs `change` again when another writer was faster.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::VersionMismatch`], [`BrokerError::Conflict`], and what `change` says.
    pub(crate) async fn edit<T>(
        &self,
        who: &Who<'_>,
        id: EnvelopeId,
        mut change: impl FnMut(&mut Envelope, &mut Edit, DateTime<Utc>) -> Result<T>,
    ) -> Result<(Envelope, T)> {
        for _ in 0..RACES {
            let before = self.envelope(who.tenant, id).await?;
            if who.expected.is_some_and(|version| version != before.version) {
                return Err(BrokerError::VersionMismatch);
            }
            let now = self.clock().now();
            let mut after = before.clone();
            let mut edit = Edit::default();
            let value = change(&mut after, &mut edit, now)?;
            match self.commit(who, Some(&before), Some(&mut after), edit, now).await {
                Ok(()) => return Ok((after, value)),
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(BrokerError::Conflict)
    }

    /// Commits a change whose state was read by the caller of this function.
    ///
    /// # Errors
    /// Those of the store; `Conflict` when another writer was faster.
    pub(crate) async fn commit(
        &self,
        who: &Who<'_>,
        before: Option<&Envelope>,
        after: Option<&mut Envelope>,
        mut edit: Edit,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if let (Some(before), Some(after)) = (before, after.as_deref())
            && before == after
            && edit.is_empty()
            && who.request.is_none()
        {
            return Ok(());
        }
        if let Some(after) = after.as_deref() {
            edit.jobs.extend(work::new_jobs(before, after, now, who.traceparent));
        }
        let mut after = after;
        if let Some(after) = after.as_deref_mut() {
            after.updated_at = now;
        }
        let resource = after.as_deref().or(before).map(|envelope| envelope.id.as_uuid());
        let request = who.request.zip(resource).map(|(request, resource)| RequestMark {
            ticket: request.ticket.clone(),
            resource,
            status: request.status,
        });
        let committed = self
            .store()
            .commit(&Change {
                before,
                after: after.as_deref(),
                events: edit.events,
                jobs: edit.jobs,
                holding: who.holding,
                request,
                steps: edit.steps,
                identity_documents: edit.identity_documents,
                forgotten_identity_documents: edit.forgotten_identity_documents,
                ..Change::new(who.tenant, who.actor.clone(), now)
            })
            .await?;
        if let (Some(after), Some(version)) = (after, committed.version) {
            after.version = version;
            let known = before.map(|before| before.status);
            if known != Some(after.status) {
                tracing::info!(
                    envelope.id = %after.id,
                    from = known.map(tracing::field::display),
                    to = %after.status,
                    "An envelope moved on"
                );
            }
        }
        Ok(())
    }
}
