//! Applying a callback that was taken in: find what it is about, keep what it delivered, read the provider.

use chrono::TimeDelta;
use domain::events::Actor;
use domain::ids::{EnvelopeId, SubmissionId};
use domain::record::Delivered;
use persistence::{Callback, CallbackChange, CallbackState, Change};
use provider_clients::provider::{CallbackReading, CallbackRequest};
use provider_clients::reply::StoredFile;
use uuid::Uuid;

use crate::engine::work::{self, Work};
use crate::engine::{End, Task, Who};
use crate::{Broker, Result};

impl Broker {
    /// Applies one stored callback.
    pub(crate) async fn apply_callback(&self, job: &Task) -> Result<End> {
        let id: Uuid = job.subject;
        let callbacks = self.store().tenant(job.tenant).callbacks();
        let Some(row) = callbacks.load(id).await? else { return Ok(End::Done) };
        if row.state == CallbackState::Applied {
            return Ok(End::Done);
        }
        let account = self.open_account(job.tenant, row.account).await?;
        let reading = account.adapter.callback(&request_of(&row));
        let now = self.clock().now();
        let CallbackReading::About { reference, delivered, .. } = reading else {
            tracing::warn!(account.id = %account.id, "A callback could not be understood; it is kept");
            self.mark(job, id, CallbackState::Unreadable, None).await?;
            return Ok(End::Done);
        };
        let Some((envelope_id, submission_id)) = self.about(job, &account.kind, &reference).await? else {
            tracing::warn!(account.id = %account.id, "A callback is about a transaction that is not known (yet); it is kept");
            self.mark(job, id, CallbackState::Unmatched, Some(reference)).await?;
            return Ok(End::Done);
        };
        if let Some(file) = delivered {
            self.keep_delivered(job, envelope_id, submission_id, &file, &account.kind).await?;
        }
        let which = [(envelope_id, submission_id)];
        let read = self.read_submissions(&account, &which, Some(&job.lease), job.traceparent.as_deref()).await?;
        if let Some(pause) = read.failed {
            return Ok(End::Again(now + pause.max(TimeDelta::seconds(1))));
        }
        self.mark(job, id, CallbackState::Applied, Some(reference)).await?;
        Ok(End::Done)
    }

    /// The submission that a vendor's id means. One callback URL may serve several accounts of a tenant at the same
    /// vendor; never another tenant's.
    async fn about(&self, job: &Task, kind: &str, reference: &str) -> Result<Option<(EnvelopeId, SubmissionId)>> {
        let tenant = self.store().tenant(job.tenant);
        for account in tenant.accounts().all().await?.into_iter().filter(|a| a.kind == kind) {
            let found = tenant.envelopes().by_provider_reference(account.id, reference).await?;
            if let Some(found) = found.first() {
                return Ok(Some(*found));
            }
        }
        Ok(None)
    }

    async fn mark(&self, job: &Task, id: Uuid, state: CallbackState, reference: Option<String>) -> Result<()> {
        let change = Change {
            holding: Some(&job.lease),
            callbacks: vec![CallbackChange { id, state, reference }],
            ..Change::new(job.tenant, Actor::Broker, self.clock().now())
        };
        self.store().commit(&change).await?;
        Ok(())
    }

    async fn keep_delivered(
        &self,
        job: &Task,
        envelope: EnvelopeId,
        submission: SubmissionId,
        file: &StoredFile,
        provider: &str,
    ) -> Result<()> {
        let actor = Actor::Provider { kind: provider.to_owned() };
        let who = Who::worker(job.tenant, actor, &job.lease, job.traceparent.as_deref());
        let delivered = Delivered { object_key: file.key.clone(), size: file.size, sha256: file.sha256.clone() };
        let (envelope, waiting) = self
            .edit(&who, envelope, |envelope, _, _| {
                let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == submission) else {
                    return Ok(false);
                };
                submission.delivered = Some(delivered.clone());
                Ok(submission.collection.awaiting_until.take().is_some())
            })
            .await?;
        if waiting {
            // The collector sleeps until the delivery it asked for is overdue: it is here.
            let now = self.clock().now();
            let account = envelope.submissions.iter().find(|s| s.id == submission).map(|s| s.account);
            let jobs = account.map(|account| work::job(Work::Collect(submission, account), &envelope, now, None));
            self.store().jobs().enqueue(jobs.into_iter().collect()).await?;
        }
        Ok(())
    }
}

fn request_of(row: &Callback) -> CallbackRequest {
    CallbackRequest {
        headers: row.raw.headers.iter().cloned().collect(),
        body: row.raw.body.clone().into(),
        fields: row.raw.fields.iter().cloned().collect(),
        files: row
            .files
            .iter()
            .map(|file| {
                let stored = StoredFile {
                    key: file.object_key.clone(),
                    size: file.size,
                    sha256: file.sha256.clone(),
                    content_type: None,
                };
                (file.field.clone(), stored)
            })
            .collect(),
    }
}
