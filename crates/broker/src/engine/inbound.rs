//! Applying a callback that was taken in: find what it is about, keep what it delivered, believe what it proves, read the
//! provider for the rest.

use chrono::{DateTime, TimeDelta, Utc};
use domain::attention::{Attention, AttentionCode};
use domain::events::{Actor, EventDraft};
use domain::facts::Reading;
use domain::ids::{EnvelopeId, SubmissionId};
use domain::protocol::{self, LookedUp, Progress, Resolution, StepRecord};
use domain::record::{Delivered, Envelope, Submission};
use domain::states::Advance;
use domain::steps::StepOutput;
use persistence::{Callback, CallbackChange, CallbackState, Change, StepChange};
use provider_clients::provider::{CallbackAbout, CallbackReading, CallbackRequest, Correlation, CorrelationKey, Told};
use provider_clients::reply::StoredFile;
use uuid::Uuid;

use crate::accounts::OpenAccount;
use crate::engine::exchange::Loaded;
use crate::engine::look_up::duplicates_found;
use crate::engine::work::{self, Work};
use crate::engine::{End, Task, Who};
use crate::{Broker, Result};

/// What a callback is about.
enum Subject {
    /// This submission.
    Known(EnvelopeId, SubmissionId),
    /// A second live transaction of this submission.
    Double(EnvelopeId, SubmissionId),
    /// Something that the broker gave up and that reaches nobody.
    Abandoned,
    /// Nothing that is known (yet).
    Unknown,
}

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
        let request = request_of(&row);
        let about = match account.adapter.callback(&request, &self.moment(&account, None)) {
            CallbackReading::About(about) => about,
            CallbackReading::Idle => {
                self.mark(job, id, CallbackState::Applied, None).await?;
                return Ok(End::Done);
            }
            // The account's key may have changed since it was stored: it proves nothing any more.
            CallbackReading::Forged | CallbackReading::Unreadable { .. } => {
                tracing::warn!(account.id = %account.id, "A callback could not be understood; it is kept");
                self.mark(job, id, CallbackState::Unreadable, None).await?;
                return Ok(End::Done);
            }
        };
        let (envelope_id, submission_id) = match self.subject(job, &account, &about).await? {
            Subject::Known(envelope, submission) => (envelope, submission),
            Subject::Double(envelope, submission) => {
                self.tell_double(job, &account, envelope, submission).await?;
                self.mark(job, id, CallbackState::Applied, about.reference).await?;
                return Ok(End::Done);
            }
            Subject::Abandoned => {
                self.mark(job, id, CallbackState::Applied, about.reference).await?;
                return Ok(End::Done);
            }
            Subject::Unknown => {
                // The usual case is a provider that is faster than the record of its own answer.
                tracing::info!(account.id = %account.id, "A callback is about a transaction that is not known (yet); it is kept");
                self.mark(job, id, CallbackState::Unmatched, about.reference.clone()).await?;
                // Became known between the look and the mark: whoever recorded it did not see this callback waiting.
                let still_unknown = matches!(self.subject(job, &account, &about).await?, Subject::Unknown);
                return Ok(if still_unknown { End::Done } else { End::Again(self.clock().now()) });
            }
        };
        if let Some(file) = &about.delivered {
            self.keep_delivered(job, envelope_id, submission_id, file, &account.kind).await?;
        }
        if let Some(pause) = self.believe(job, &account, &request, (envelope_id, submission_id)).await? {
            return Ok(End::Again(self.clock().now() + pause.max(TimeDelta::seconds(1))));
        }
        self.mark(job, id, CallbackState::Applied, about.reference).await?;
        Ok(End::Done)
    }

    /// Applies what the callback proves and reads the provider for what it does not; a pause when it cannot be read now.
    async fn believe(
        &self,
        job: &Task,
        account: &OpenAccount,
        request: &CallbackRequest,
        (envelope, submission): (EnvelopeId, SubmissionId),
    ) -> Result<Option<TimeDelta>> {
        let actor = Actor::Provider { kind: account.kind.clone() };
        let who = Who::worker(job.tenant, actor, &job.lease, job.traceparent.as_deref());
        let known = self.envelope(job.tenant, envelope).await?;
        if known.order.is_none() {
            return Ok(None);
        }
        let loaded = self.loaded(known, submission).await?;
        let (_, read) = self
            .edit(&who, envelope, |envelope, edit, now| {
                // What is told is merged with what is known at this very moment, however many callbacks come at once.
                match self.told(account, request, &loaded, envelope) {
                    Told::Nothing => Ok(false),
                    Told::Read => Ok(true),
                    Told::Facts(reading) => {
                        apply(envelope, submission, &reading, now, &mut edit.events);
                        Ok(false)
                    }
                    Told::FactsThenRead(reading) => {
                        apply(envelope, submission, &reading, now, &mut edit.events);
                        Ok(true)
                    }
                }
            })
            .await?;
        if !read {
            return Ok(None);
        }
        let which = [(envelope, submission)];
        let read = self.read_submissions(account, &which, Some(&job.lease), job.traceparent.as_deref()).await?;
        Ok(read.failed)
    }

    fn told(&self, account: &OpenAccount, request: &CallbackRequest, loaded: &Loaded, envelope: &Envelope) -> Told {
        let last = envelope.submissions.iter().find(|s| s.id == loaded.id).and_then(|s| s.reading.as_ref());
        match loaded.view() {
            Some(view) => {
                let view = provider_clients::provider::SubmissionView { last, ..view };
                account.adapter.told(request, &view, &self.moment(account, None))
            }
            None => Told::Nothing,
        }
    }

    /// What a callback is about: by the vendor's id, else by what it repeats of what was sent along.
    async fn subject(&self, job: &Task, account: &OpenAccount, about: &CallbackAbout) -> Result<Subject> {
        if let Some(reference) = &about.reference
            && let Some((envelope, submission)) = self.by_reference(job, &account.kind, reference).await?
        {
            return Ok(Subject::Known(envelope, submission));
        }
        let Some(correlation) = &about.correlation else { return Ok(Subject::Unknown) };
        let Some((envelope, submission)) = self.by_key(job, account, &correlation.key).await? else {
            return Ok(Subject::Unknown);
        };
        match (&submission.reference, &about.reference) {
            // It became known between the two looks.
            (Some(known), Some(told)) if known == told => Ok(Subject::Known(envelope.id, submission.id)),
            (Some(_), Some(_)) if correlation.doubles => Ok(Subject::Double(envelope.id, submission.id)),
            (Some(_), Some(_)) => Ok(Subject::Abandoned),
            (Some(_), None) => Ok(Subject::Known(envelope.id, submission.id)),
            (None, reference) => {
                self.adopt(job, account, &envelope, &submission, correlation, reference.as_deref()).await
            }
        }
    }

    /// A callback that proves that a step in doubt happened settles it, as a look-up would.
    async fn adopt(
        &self,
        job: &Task,
        account: &OpenAccount,
        envelope: &Envelope,
        submission: &Submission,
        correlation: &Correlation,
        reference: Option<&str>,
    ) -> Result<Subject> {
        let Some(reference) = reference.filter(|_| correlation.adopts) else { return Ok(Subject::Unknown) };
        let attempts = self.store().tenant(job.tenant).attempts(submission.id);
        let Some(journal) = attempts.latest().await? else { return Ok(Subject::Unknown) };
        let now = self.clock().now();
        let found = journal.records.iter().enumerate().find_map(|(index, before)| {
            let step = submission.plan.steps.get(index)?;
            let after = settled_by(step, before, reference, now)?;
            Some(StepChange {
                submission: submission.id,
                attempt: journal.attempt,
                index,
                before: before.clone(),
                after,
            })
        });
        // Its call may still be on the way in other hands: the callback waits until that is over.
        let Some(change) = found else { return Ok(Subject::Unknown) };
        let actor = Actor::Provider { kind: account.kind.clone() };
        let who = Who::worker(job.tenant, actor, &job.lease, job.traceparent.as_deref());
        let id = submission.id;
        tracing::info!(submission.id = %id, "A callback told that a submission in doubt happened");
        self.edit(&who, envelope.id, |envelope, edit, now| {
            edit.steps = vec![change.clone()];
            let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) else { return Ok(()) };
            submission.reference = Some(reference.to_owned());
            if let Advance::Moved(to) = submission.state.resubmitted() {
                submission.state = to;
            }
            let account = submission.account;
            edit.jobs.push(work::job(Work::Submit(id, account), envelope, now, None));
            edit.events.extend(envelope.follow(now, None));
            Ok(())
        })
        .await?;
        Ok(Subject::Known(envelope.id, id))
    }

    async fn tell_double(
        &self,
        job: &Task,
        account: &OpenAccount,
        envelope: EnvelopeId,
        id: SubmissionId,
    ) -> Result<()> {
        let actor = Actor::Provider { kind: account.kind.clone() };
        let who = Who::worker(job.tenant, actor, &job.lease, job.traceparent.as_deref());
        self.edit(&who, envelope, |envelope, edit, now| {
            duplicates_found(envelope, id, 1, now, &mut edit.events);
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// The submission that a vendor's id means. One callback URL may serve several accounts of a tenant at the same
    /// vendor; never another tenant's.
    async fn by_reference(
        &self,
        job: &Task,
        kind: &str,
        reference: &str,
    ) -> Result<Option<(EnvelopeId, SubmissionId)>> {
        let tenant = self.store().tenant(job.tenant);
        for account in tenant.accounts().all().await?.into_iter().filter(|a| a.kind == kind) {
            let found = tenant.envelopes().by_provider_reference(account.id, reference).await?;
            if let Some(found) = found.first() {
                return Ok(Some(*found));
            }
        }
        Ok(None)
    }

    /// The submission of this account whose id is, or ends with, what was sent along.
    async fn by_key(
        &self,
        job: &Task,
        account: &OpenAccount,
        key: &CorrelationKey,
    ) -> Result<Option<(Envelope, Submission)>> {
        let tail = match key {
            CorrelationKey::Submission(id) => id.tail(),
            CorrelationKey::Tail(tail) => tail.clone(),
        };
        for envelope in self.store().tenant(job.tenant).submissions().by_tail(&tail).await? {
            let envelope = self.envelope(job.tenant, envelope).await?;
            let found = envelope.submissions.iter().find(|s| match key {
                CorrelationKey::Submission(id) => s.id == *id,
                CorrelationKey::Tail(tail) => s.id.tail() == *tail,
            });
            if let Some(submission) = found.filter(|s| s.account == account.id).cloned() {
                return Ok(Some((envelope, submission)));
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

fn apply(
    envelope: &mut Envelope,
    id: SubmissionId,
    reading: &Reading,
    now: DateTime<Utc>,
    events: &mut Vec<EventDraft>,
) {
    events.extend(envelope.apply_reading(id, reading, now));
    // Somebody spoke: the silence is over.
    envelope.clear(AttentionCode::NoNewsFromProvider, events);
    if reading.state.is_none()
        && reading.recipients.is_empty()
        && reading.artifacts.is_empty()
        && reading.notes.is_empty()
    {
        let detail = "A callback was stored whose kind is not known.";
        envelope.raise(Attention::new(AttentionCode::UnknownCallback, detail, now), events);
    }
}

/// The record of a step that is in doubt, once `reference` proves that it happened; `None` for every other record.
fn settled_by(
    step: &domain::steps::Step,
    before: &StepRecord,
    reference: &str,
    now: DateTime<Utc>,
) -> Option<StepRecord> {
    let output = StepOutput::reference(reference);
    match &before.progress {
        Progress::Doubtful { .. } => {
            Some(protocol::looked_up(step, before, LookedUp::Found { output, others: 0 }, now))
        }
        Progress::Parked { .. } => Some(protocol::resolve(before, Resolution::Adopt(output))),
        Progress::Ready { .. }
        | Progress::Intended { .. }
        | Progress::Blocked { .. }
        | Progress::Done { .. }
        | Progress::Refused { .. } => None,
    }
}

/// A stored callback as adapters see it.
pub(crate) fn request_of(row: &Callback) -> CallbackRequest {
    CallbackRequest {
        headers: row.raw.headers.iter().cloned().collect(),
        query: row.raw.query.iter().cloned().collect(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::outcome::Doubt;
    use domain::steps::{Step, WhenInDoubt};
    use std::time::Duration;

    #[test]
    fn a_callback_settles_a_step_in_doubt_or_parked_and_nothing_else() {
        let now = DateTime::UNIX_EPOCH;
        let step = Step::once("create", WhenInDoubt::Park { hold: Duration::from_secs(9) });
        let mut record = StepRecord::new("create");
        assert_eq!(settled_by(&step, &record, "ref", now), None);
        record.progress = Progress::Parked { since: now, doubt: Doubt::new("time-out") };
        let after = settled_by(&step, &record, "ref", now).unwrap();
        assert_eq!(after.output().and_then(|o| o.reference.as_deref()), Some("ref"));
        record.progress = Progress::Intended { at: now, not_after: now, over_at: now };
        assert_eq!(settled_by(&step, &record, "ref", now), None, "its call may still be on the way");
    }
}
