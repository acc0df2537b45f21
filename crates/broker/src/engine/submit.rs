//! Carrying a submission to its provider, step by step.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::attention::{Attention, AttentionCode};
use domain::events::Actor;
use domain::ids::SubmissionId;
use domain::outcome::{Doubt, Outcome, Refusal};
use domain::protocol::{self, LookedUp, Next, Progress, Resolution, StepRecord};
use domain::record::{Envelope, Failure, Submission};
use domain::states::SubmissionState;
use domain::steps::{Lock, Repeat, Step, StepOutput, WhenInDoubt};
use persistence::{Journal, PermitLease};
use provider_clients::provider::Prepared;
use provider_clients::transport::Permit;

use crate::accounts::OpenAccount;
use crate::engine::exchange::{Admission, BUSY, Loaded, longest, over_at};
use crate::engine::look_up::duplicates_found;
use crate::engine::{Edit, End, Need, Task, Who, work};
use crate::{Broker, Result};

/// How long a lock over a step in doubt is kept without a sign of life.
const LOCK_TIME: Duration = Duration::from_mins(15);

impl Broker {
    /// Works on one submission until it is at the provider, or has to wait.
    pub(crate) async fn submit(&self, job: &Task) -> Result<End> {
        let id = SubmissionId::from_uuid(job.subject);
        let Some(envelope_id) = job.envelope else { return Ok(End::Done) };
        loop {
            let envelope = self.envelope(job.tenant, envelope_id).await?;
            let Some(submission) = envelope.submissions.iter().find(|s| s.id == id) else {
                return Ok(End::Done);
            };
            match submission.state {
                SubmissionState::Planned
                    if work::may_start(&envelope, submission) && !envelope.status.is_terminal() =>
                {
                    self.begin(job, &envelope, id).await?;
                    continue;
                }
                SubmissionState::Submitting => {}
                // What goes on may have to be prepared anew for the next try of its signer.
                SubmissionState::Submitted | SubmissionState::Sent | SubmissionState::InProgress
                    if submission.renewal.wanted => {}
                SubmissionState::Planned
                | SubmissionState::Unknown
                | SubmissionState::Submitted
                | SubmissionState::Sent
                | SubmissionState::InProgress
                | SubmissionState::Finalizing
                | SubmissionState::Completed
                | SubmissionState::Refused
                | SubmissionState::Declined
                | SubmissionState::Rejected
                | SubmissionState::Expired
                | SubmissionState::Canceled
                | SubmissionState::Failed => return Ok(End::Done),
            }
            let account = self.open_account(job.tenant, submission.account).await?;
            let steps = submission.plan.steps.clone();
            let journal = self.journal(job, id, submission.attempt, &steps).await?;
            let loaded = self.loaded(envelope, id).await?;
            let work = Submitting { broker: self, job, account: &account, loaded, steps: &steps, journal };
            if let Some(end) = work.step().await? {
                return Ok(end);
            }
        }
    }

    async fn begin(&self, job: &Task, envelope: &Envelope, id: SubmissionId) -> Result<()> {
        let who = Who::worker(job.tenant, Actor::Broker, &job.lease, job.traceparent.as_deref());
        self.edit(&who, envelope.id, |envelope, edit, now| {
            envelope.move_submission(id, SubmissionState::Submitting, None, now, &mut edit.events);
            edit.events.extend(envelope.follow(now, None));
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// The journal of the current attempt, begun where there is none.
    async fn journal(&self, job: &Task, id: SubmissionId, attempt: u32, steps: &[Step]) -> Result<Journal> {
        let attempts = self.store().tenant(job.tenant).attempts(id);
        if let Some(journal) = attempts.latest().await?
            && journal.attempt == attempt
        {
            return Ok(journal);
        }
        let records: Vec<StepRecord> = steps.iter().map(|step| StepRecord::new(step.id.clone())).collect();
        let begun_at = self.clock().now();
        attempts.begin(&job.lease, attempt, &records, begun_at).await?;
        Ok(Journal { attempt, begun_at, records })
    }
}

/// One submission in the hands of one worker.
struct Submitting<'a> {
    broker: &'a Broker,
    job: &'a Task,
    account: &'a OpenAccount,
    loaded: Loaded,
    steps: &'a [Step],
    journal: Journal,
}

impl Submitting<'_> {
    /// Does what comes next. `None`: look again; something was recorded.
    async fn step(&self) -> Result<Option<End>> {
        let now = self.broker.clock().now();
        match protocol::next(self.steps, &self.journal.records, self.restarts(), now) {
            Next::Carry(index) => self.carry(index).await,
            Next::LookUp(index) => self.look_up(index).await,
            Next::TakeOver(index) => {
                let (step, record) = self.at(index)?;
                tracing::warn!(
                    submission.id = %self.loaded.id,
                    step = %step.id,
                    "A call was cut off before its result was recorded; finding out what became of it"
                );
                self.record(index, &protocol::overdue(step, record, now)).await?;
                Ok(None)
            }
            Next::AwaitOther { until, .. } => Ok(Some(End::Again(until))),
            Next::Wait(until) => {
                let envelope = &self.loaded.envelope;
                let moved = self.broker.fail_over(self.job, envelope, self.loaded.id, &self.journal).await?;
                // A submission that was replaced is nobody's work any more.
                Ok(Some(if moved { End::Done } else { End::Again(until) }))
            }
            Next::Restart(index) => self.restart(index).await,
            Next::Spent(index) => {
                let (_, record) = self.at(index)?;
                self.record(index, &protocol::spent(record)).await?;
                Ok(None)
            }
            Next::Parked(index) => self.park(index).await,
            Next::Blocked(index) => self.block(index, now).await,
            Next::Refused(index) => self.refuse(index).await,
            Next::Finished => self.finish().await,
        }
    }

    /// How many attempts doubt has cost since the present preparation began.
    fn restarts(&self) -> u32 {
        let first = self.loaded.submission().map_or(1, |s| s.renewal.first_attempt);
        self.journal.attempt.saturating_sub(first)
    }

    fn is_renewal(&self) -> bool {
        self.loaded.submission().is_some_and(|s| s.renewal.wanted)
    }

    fn at(&self, index: usize) -> Result<(&Step, &StepRecord)> {
        self.steps
            .get(index)
            .zip(self.journal.records.get(index))
            .ok_or_else(|| crate::BrokerError::Internal("a step has no record".to_owned()))
    }

    async fn record(&self, index: usize, record: &StepRecord) -> Result<()> {
        let attempts = self.broker.store().tenant(self.job.tenant).attempts(self.loaded.id);
        let now = self.broker.clock().now();
        attempts.record_step(&self.job.lease, self.journal.attempt, index, record, now).await?;
        Ok(())
    }

    /// Makes the call of a step: intent first where it must happen once, result after.
    async fn carry(&self, index: usize) -> Result<Option<End>> {
        let (step, before) = self.at(index)?;
        let Some(view) = self.loaded.view() else { return Ok(Some(End::Done)) };
        if !self.lock(step).await? {
            return Ok(Some(self.soon()));
        }
        let files = self.broker.files_of(&self.loaded.envelope);
        let adapter = &self.account.adapter;
        let built = self.broker.build(self.account, &files, |moment| adapter.request(step, &view, moment)).await?;
        let call = match built {
            Ok(Prepared::Call(call)) => call,
            Ok(Prepared::Known(output)) => {
                return self.settle(index, before, &before.progress, Outcome::Done(output)).await;
            }
            Err(outcome) => {
                return self.settle(index, before, &before.progress, outcome.map(|never| match never {})).await;
            }
        };
        let place = match self.broker.place(self.account, Need::Act, longest(&call)).await? {
            Admission::In(place) => place,
            Admission::Later(wait) => return Ok(Some(self.after(wait))),
        };
        let now = self.broker.clock().now();
        let not_after = now + TimeDelta::from_std(self.broker.config().send_window).unwrap_or(TimeDelta::MAX);
        let mut intended = before.clone();
        intended.tries = before.tries.saturating_add(1);
        intended.first_try = before.first_try.or(Some(now));
        if step.repeat == Repeat::Once {
            if step.makes_live && !self.make_live().await? {
                // It was canceled or dropped in the meantime: nothing of it may reach the provider.
                self.broker.leave(place).await;
                return Ok(Some(End::Done));
            }
            let over_at = over_at(not_after, &call, self.broker.config().takeover_margin);
            intended = protocol::intend(before, now, not_after, over_at);
            self.record(index, &intended).await?;
        }
        crate::failpoint!("submit.after_intent");
        let permit = Permit::until(not_after, self.broker.clock().now());
        let traceparent = self.job.traceparent.as_deref();
        let session = self.broker.session(self.account.id);
        let outcome = self
            .broker
            .carry(self.account, &files, &call, &permit, traceparent, |reply| {
                adapter.reply(step, &view, &self.broker.moment(self.account, session.as_deref()), reply)
            })
            .await;
        self.broker.leave(place).await;
        crate::failpoint!("submit.after_call");
        self.settle(index, &intended, &before.progress, outcome).await
    }

    async fn settle(
        &self,
        index: usize,
        record: &StepRecord,
        before: &Progress,
        outcome: Outcome<StepOutput>,
    ) -> Result<Option<End>> {
        let (step, _) = self.at(index)?;
        let now = self.broker.clock().now();
        tracing::info!(
            submission.id = %self.loaded.id,
            step = %step.id,
            attempt = self.journal.attempt,
            certainty = ?outcome.certainty(),
            "A step of a submission ended"
        );
        let settled = protocol::settle(step, before, record, outcome, now, &self.broker.config().policy);
        self.record(index, &settled).await?;
        crate::failpoint!("submit.after_result");
        self.unlock_after(index, &settled).await?;
        Ok(None)
    }

    /// Asks the provider whether a step in doubt happened.
    async fn look_up(&self, index: usize) -> Result<Option<End>> {
        let (step, record) = self.at(index)?;
        if !self.lock(step).await? {
            return Ok(Some(self.soon()));
        }
        let traceparent = self.job.traceparent.as_deref();
        let mut found = match self.broker.look_up(self.account, &self.loaded, step, traceparent).await? {
            Outcome::Done(found) => found,
            Outcome::Refused(refusal) => {
                self.tell_look_up_refused(&refusal).await?;
                LookedUp::Failed { pause: self.broker.config().policy.longest_pause }
            }
            Outcome::SessionExpired | Outcome::NotSent { .. } | Outcome::Unknown(_) => {
                LookedUp::Failed { pause: self.broker.config().policy.pause(1) }
            }
        };
        if found == LookedUp::NotFound && self.patience_is_over(record) {
            // Tried again and again for a day: a person shall look at it before it is sent once more.
            found = LookedUp::Ambiguous { reason: "It was sent again and again and is not there.".to_owned() };
        }
        let now = self.broker.clock().now();
        let others = match &found {
            LookedUp::Found { others, .. } => *others,
            LookedUp::NotFound | LookedUp::Ambiguous { .. } | LookedUp::Failed { .. } => 0,
        };
        tracing::info!(
            submission.id = %self.loaded.id,
            step = %step.id,
            found = matches!(found, LookedUp::Found { .. }),
            "Looked a submission up at the provider"
        );
        let settled = protocol::looked_up(step, record, found, now);
        self.record(index, &settled).await?;
        if others > 0 {
            self.tell_duplicates(others).await?;
        }
        self.unlock_after(index, &settled).await?;
        Ok(None)
    }

    async fn tell_look_up_refused(&self, refusal: &Refusal) -> Result<()> {
        let detail = format!(
            "Whether the provider has the transaction cannot be looked up: it refuses the account ({}).",
            refusal.class.as_str()
        );
        self.edit(|envelope, edit, now| {
            envelope.raise(Attention::new(AttentionCode::AccountBlocked, detail.clone(), now), &mut edit.events);
        })
        .await
    }

    fn patience_is_over(&self, record: &StepRecord) -> bool {
        let patience = TimeDelta::from_std(self.broker.config().policy.patience).unwrap_or(TimeDelta::MAX);
        record.first_try.is_some_and(|first| self.broker.clock().now() - first >= patience)
    }

    async fn tell_duplicates(&self, others: u32) -> Result<()> {
        let id = self.loaded.id;
        self.edit(|envelope, edit, now| duplicates_found(envelope, id, others, now, &mut edit.events)).await
    }

    /// From here on the transaction must be taken for live. `false`: it is not to be carried out any more.
    async fn make_live(&self) -> Result<bool> {
        let id = self.loaded.id;
        let (envelope, ()) = self
            .edit_with(|envelope, _, _| {
                let wanted = |s: &&mut Submission| s.id == id && s.state == SubmissionState::Submitting;
                if let Some(submission) = envelope.submissions.iter_mut().find(wanted) {
                    submission.live = true;
                }
            })
            .await?;
        Ok(envelope.submissions.iter().any(|s| s.id == id && s.state == SubmissionState::Submitting))
    }

    async fn restart(&self, index: usize) -> Result<Option<End>> {
        let (step, record) = self.at(index)?;
        tracing::warn!(submission.id = %self.loaded.id, step = %step.id, tries = record.tries, "Starting a submission over");
        self.clean_up().await;
        let (id, next) = (self.loaded.id, self.journal.attempt.saturating_add(1));
        self.edit(|envelope, _, _| {
            if let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) {
                submission.attempt = next;
                submission.reference = None;
            }
        })
        .await?;
        Ok(None)
    }

    async fn park(&self, index: usize) -> Result<Option<End>> {
        let (_, record) = self.at(index)?;
        let parked = protocol::park(record, self.broker.clock().now());
        if parked != *record {
            self.record(index, &parked).await?;
        }
        let reason = match parked.progress {
            Progress::Parked { doubt: Doubt { reason, .. }, .. } => reason,
            Progress::Ready { .. }
            | Progress::Intended { .. }
            | Progress::Doubtful { .. }
            | Progress::Blocked { .. }
            | Progress::Done { .. }
            | Progress::Refused { .. } => String::new(),
        };
        let id = self.loaded.id;
        let (step, _) = self.at(index)?;
        let held_until = match (&step.in_doubt, &self.journal.records.get(index).map(|r| &r.progress)) {
            (WhenInDoubt::Park { hold }, Some(Progress::Parked { since, .. })) => {
                TimeDelta::from_std(*hold).ok().and_then(|hold| since.checked_add_signed(hold))
            }
            _ => None,
        };
        let (envelope, ()) = self
            .edit_with(|envelope, edit, now| {
                envelope.move_submission(id, SubmissionState::Unknown, None, now, &mut edit.events);
                let detail = format!("Whether the provider has the transaction is not known. {reason}");
                let attention = Attention::new(AttentionCode::SubmissionUnknown, detail, now);
                let attention = match held_until.filter(|until| *until > now) {
                    Some(until) => attention.auto_until(until),
                    None => attention,
                };
                envelope.raise(attention, &mut edit.events);
                edit.events.extend(envelope.follow(now, None));
            })
            .await?;
        // A callback that proves that it happened may have come before anybody knew what it is about.
        self.broker.retry_unmatched_callbacks(&envelope, id).await?;
        Ok(Some(End::Done))
    }

    async fn block(&self, index: usize, now: DateTime<Utc>) -> Result<Option<End>> {
        let (_, record) = self.at(index)?;
        let Progress::Blocked { since, refusal } = &record.progress else {
            return Ok(None);
        };
        if self.account.updated_at > *since {
            // The account was mended after the refusal: try again.
            self.record(index, &protocol::resolve(record, Resolution::Resubmit)).await?;
            let mended = |envelope: &mut Envelope, edit: &mut Edit, _: DateTime<Utc>| {
                envelope.clear(AttentionCode::AccountBlocked, &mut edit.events);
                envelope.clear(AttentionCode::ProviderProfileWrong, &mut edit.events);
            };
            self.edit(mended).await?;
            return Ok(None);
        }
        let (id, failure) = (self.loaded.id, self.failure(refusal));
        self.edit(|envelope, edit, _| {
            if let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) {
                submission.error = Some(failure.clone());
                // The refusal was definite: nothing of it is at the provider.
                submission.live = false;
            }
            let (code, detail) = if refusal.is_fault_of_settings() {
                let detail = "The provider does not have what the account's settings name.".to_owned();
                (AttentionCode::ProviderProfileWrong, detail)
            } else {
                let detail = format!("The provider refused the account ({}).", refusal.class.as_str());
                (AttentionCode::AccountBlocked, detail)
            };
            envelope.raise(Attention::new(code, detail, now), &mut edit.events);
        })
        .await?;
        Ok(Some(End::Done))
    }

    async fn refuse(&self, index: usize) -> Result<Option<End>> {
        let (step, record) = self.at(index)?;
        let Progress::Refused { refusal } = &record.progress else {
            return Ok(None);
        };
        tracing::warn!(
            submission.id = %self.loaded.id,
            step = %step.id,
            code = %refusal.code,
            class = refusal.class.as_str(),
            "The provider refused a submission"
        );
        if self.is_renewal() {
            return self.give_renewal_up(refusal).await;
        }
        self.clean_up().await;
        let (id, failure) = (self.loaded.id, self.failure(refusal));
        self.edit(|envelope, edit, now| {
            if let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) {
                submission.error = Some(failure.clone());
            }
            envelope.clear(AttentionCode::AccountBlocked, &mut edit.events);
            envelope.clear(AttentionCode::ProviderProfileWrong, &mut edit.events);
            envelope.move_submission(id, SubmissionState::Refused, None, now, &mut edit.events);
            edit.events.extend(envelope.follow(now, None));
        })
        .await?;
        Ok(Some(End::Done))
    }

    /// What goes on could not be prepared anew: nothing of it is lost, and the signer may ask again.
    async fn give_renewal_up(&self, refusal: &Refusal) -> Result<Option<End>> {
        let (id, class) = (self.loaded.id, refusal.class);
        self.edit(|envelope, edit, now| {
            if let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) {
                submission.renewal.wanted = false;
            }
            if class.is_fixable_in_account() {
                let detail = format!("The provider refused the account ({}).", class.as_str());
                envelope.raise(Attention::new(AttentionCode::AccountBlocked, detail, now), &mut edit.events);
            }
        })
        .await?;
        Ok(Some(End::Done))
    }

    /// Every step is done: the provider has the transaction.
    async fn finish(&self) -> Result<Option<End>> {
        let outputs = protocol::outputs(&self.journal.records);
        let id = self.loaded.id;
        let own_page = self.account.adapter.abilities().own_page;
        let links = if own_page { self.broker.signing_links(&self.loaded) } else { Vec::new() };
        let silence = self.account.adapter.pace().silence;
        let (envelope, ()) = self
            .edit_with(|envelope, edit, now| {
                let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) else { return };
                for output in outputs.values() {
                    if output.reference.is_some() {
                        submission.reference.clone_from(&output.reference);
                    }
                }
                submission.error = None;
                submission.renewal.wanted = false;
                submission.renewal.used_up = false;
                // A link that is served is what reaches a recipient here.
                submission.live |= own_page;
                submission.next_read_at = Some(now);
                for (recipient, link) in &links {
                    if let Some(recipient) = envelope.recipients.iter_mut().find(|r| r.id == *recipient) {
                        recipient.signing_url.get_or_insert_with(|| link.clone());
                    }
                }
                if !silence.is_empty() {
                    edit.jobs.push(work::silence_job(envelope, id, now));
                }
                envelope.clear(AttentionCode::AccountBlocked, &mut edit.events);
                envelope.clear(AttentionCode::ProviderProfileWrong, &mut edit.events);
                envelope.move_submission(id, SubmissionState::Submitted, None, now, &mut edit.events);
                let readings = outputs.values().filter_map(|output| output.reading.as_ref());
                for reading in readings {
                    edit.events.extend(envelope.apply_reading(id, reading, now));
                }
                edit.events.extend(envelope.follow(now, None));
            })
            .await?;
        self.broker.retry_unmatched_callbacks(&envelope, id).await?;
        Ok(Some(End::Done))
    }

    /// Tidies up what an abandoned attempt left at the provider; best effort, for nobody was reached.
    async fn clean_up(&self) {
        let Some((submission, view)) = self.loaded.submission().zip(self.loaded.view()) else { return };
        let files = self.broker.files_of(&self.loaded.envelope);
        for step in &submission.plan.clean_up {
            let adapter = &self.account.adapter;
            let built = self.broker.build(self.account, &files, |moment| adapter.request(step, &view, moment)).await;
            let Ok(Ok(Prepared::Call(call))) = built else { continue };
            let outcome = self
                .broker
                .exchange(self.account, &files, Need::Act, &call, None, |reply| {
                    adapter.reply(step, &view, &self.broker.moment(self.account, None), reply)
                })
                .await;
            if !matches!(outcome, Ok(Outcome::Done(_))) {
                tracing::warn!(submission.id = %self.loaded.id, step = %step.id, "Tidying up at the provider failed");
            }
        }
    }

    fn failure(&self, refusal: &Refusal) -> Failure {
        Failure {
            code: "provider-refused".to_owned(),
            detail: format!("The provider refused the transaction ({}).", refusal.class.as_str()),
            refusal: Some(refusal.clone()),
            provider: Some(self.account.kind.clone()),
        }
    }

    fn soon(&self) -> End {
        self.after(BUSY)
    }

    fn after(&self, wait: Duration) -> End {
        End::Again(self.broker.clock().now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1)))
    }

    async fn lock(&self, step: &Step) -> Result<bool> {
        let Some(key) = self.lock_key(step) else { return Ok(true) };
        // Held in the submission's name: whoever takes the submission over holds it too.
        let holder = self.loaded.id.to_string();
        Ok(self.broker.store().permits().acquire(&key, 1, &holder, LOCK_TIME).await?.is_some())
    }

    /// Gives the lock of a step back once the step is settled, unless the next one holds the same.
    async fn unlock_after(&self, index: usize, settled: &StepRecord) -> Result<()> {
        let (step, _) = self.at(index)?;
        let goes_on = matches!(settled.progress, Progress::Done { .. })
            && self.steps.get(index + 1).is_some_and(|next| next.lock == step.lock);
        let settled = !matches!(settled.progress, Progress::Doubtful { .. } | Progress::Intended { .. });
        if let Some(key) = self.lock_key(step).filter(|_| settled && !goes_on) {
            let lease = PermitLease { key, slot: 0, holder: self.loaded.id.to_string() };
            self.broker.store().permits().release(&lease).await?;
        }
        Ok(())
    }

    fn lock_key(&self, step: &Step) -> Option<String> {
        step.lock.as_ref().map(|lock| match lock {
            Lock::Account => format!("lock:account:{}", self.account.id),
            Lock::Named(name) => format!("lock:{}:{name}", self.account.kind),
        })
    }

    async fn edit(&self, change: impl FnMut(&mut Envelope, &mut Edit, DateTime<Utc>)) -> Result<()> {
        self.edit_with(change).await.map(|_| ())
    }

    async fn edit_with(
        &self,
        mut change: impl FnMut(&mut Envelope, &mut Edit, DateTime<Utc>),
    ) -> Result<(Envelope, ())> {
        let actor = Actor::Provider { kind: self.account.kind.clone() };
        let who = Who::worker(self.job.tenant, actor, &self.job.lease, self.job.traceparent.as_deref());
        self.broker
            .edit(&who, self.loaded.envelope.id, |envelope, edit, now| {
                change(envelope, edit, now);
                Ok(())
            })
            .await
    }
}
