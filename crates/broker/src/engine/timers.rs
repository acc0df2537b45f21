//! What time brings about where the provider does not see to it: deadlines, reminders, and the question what silence means.

use chrono::TimeDelta;
use domain::aggregate::{CancelCause, CancelOutcome, Cancellation};
use domain::attention::{Attention, AttentionCode};
use domain::events::{Actor, EventDraft, EventKind};
use domain::ids::{EnvelopeId, RecipientId, SubmissionId};
use domain::outcome::Outcome;
use domain::record::{Envelope, PendingAction, PendingKind, Submission};
use domain::states::{EnvelopeStatus, RecipientStatus, State};
use provider_clients::provider::{Abilities, Cancels, Reminds, Then, Unbuildable};

use crate::accounts::OpenAccount;
use crate::engine::{End, Need, Task, Who};
use crate::{Broker, BrokerError, Result};

/// Calls that one reminder may take, with those that follow from its answers: some vendors remind one recipient a call.
const MOST_CALLS: usize = 100;

impl Broker {
    /// Ends an envelope at its deadline.
    pub(crate) async fn expire(&self, job: &Task) -> Result<End> {
        let id = EnvelopeId::from_uuid(job.subject);
        let envelope = self.envelope(job.tenant, id).await?;
        let now = self.clock().now();
        let Some(deadline) = envelope.spec.expires_at.filter(|_| !envelope.status.is_terminal()) else {
            return Ok(End::Done);
        };
        if deadline > now {
            return Ok(End::Again(deadline));
        }
        if envelope.status == EnvelopeStatus::Finalizing || envelope.pending_action.is_some() {
            // Everybody has acted, or it is being ended already.
            return Ok(End::Done);
        }
        let able = self.abilities_of(&envelope).await?.is_some_and(|able| able.cancel != Cancels::No);
        let who = Who::worker(job.tenant, Actor::Broker, &job.lease, job.traceparent.as_deref());
        self.edit(&who, id, |envelope, edit, now| {
            if envelope.status.is_terminal() || envelope.pending_action.is_some() {
                return Ok(());
            }
            envelope.drop_unstarted(CancelCause::Deadline, now);
            if able {
                let reason = Some("The deadline passed.".to_owned());
                envelope.pending_action = Some(PendingAction { kind: PendingKind::Expire, since: now, reason });
                edit.events.push(EventDraft::new(EventKind::EnvelopeCancelRequested).with("cause", "deadline"));
                for submission in envelope.submissions.iter_mut().filter(|s| !s.state.is_terminal()) {
                    let cause = CancelCause::Deadline;
                    submission.cancel.get_or_insert(Cancellation { cause, outcome: CancelOutcome::Pending });
                }
            } else {
                let detail = "The deadline passed, and the provider has no way to end the transaction.";
                envelope.raise(Attention::new(AttentionCode::ExpiryNotEnforced, detail, now), &mut edit.events);
            }
            edit.events.extend(envelope.follow(now, None));
            Ok(())
        })
        .await?;
        Ok(End::Done)
    }

    /// Reminds those who have not acted, then again after the envelope's interval.
    pub(crate) async fn remind_by_time(&self, job: &Task) -> Result<End> {
        let id = EnvelopeId::from_uuid(job.subject);
        let envelope = self.envelope(job.tenant, id).await?;
        let open = matches!(envelope.status, EnvelopeStatus::Sent | EnvelopeStatus::InProgress);
        let Some(reminders) = envelope.spec.reminders.filter(|_| open) else { return Ok(End::Done) };
        let pending = pending(&envelope, None);
        let again = End::Again(self.clock().now() + TimeDelta::days(reminders.every_days.into()));
        if pending.is_empty() || envelope.pending_action.is_some() {
            return Ok(again);
        }
        match self.remind_recipients(&envelope, &pending, job.traceparent.as_deref()).await {
            Ok(()) => {}
            // A reminder that is not taken now is not made up for later: the next one comes.
            Err(BrokerError::Provider { .. } | BrokerError::Invalid(_)) => {
                tracing::warn!(envelope.id = %id, "A reminder was not taken by the provider");
                return Ok(again);
            }
            Err(other) => return Err(other),
        }
        let who = Who::worker(job.tenant, Actor::Broker, &job.lease, job.traceparent.as_deref());
        self.edit(&who, id, |_, edit, _| {
            edit.events.extend(pending.iter().map(reminded));
            Ok(())
        })
        .await?;
        Ok(again)
    }

    /// Has the provider remind these recipients.
    ///
    /// # Errors
    /// [`BrokerError::Invalid`] when it would do harm now; [`BrokerError::Provider`] when the provider refuses or cannot
    /// be asked.
    pub(crate) async fn remind_recipients(
        &self,
        envelope: &Envelope,
        pending: &[RecipientId],
        traceparent: Option<&str>,
    ) -> Result<()> {
        let live = |s: &&Submission| s.reference.is_some() && !s.state.is_terminal();
        for submission in envelope.submissions.iter().filter(live) {
            let account = self.open_account(envelope.tenant, submission.account).await?;
            let loaded = self.loaded(envelope.clone(), submission.id).await?;
            let Some(view) = loaded.view() else { continue };
            let adapter = &account.adapter;
            self.act(
                &account,
                traceparent,
                |moment| adapter.remind_request(pending, &view, moment),
                |call, moment, reply| adapter.remind_reply(&view, call, moment, reply),
            )
            .await?;
        }
        Ok(())
    }

    /// Makes the calls of one action: the first, and those that follow from the answers.
    ///
    /// # Errors
    /// As for [`Broker::remind_recipients`].
    pub(crate) async fn act(
        &self,
        account: &OpenAccount,
        traceparent: Option<&str>,
        first: impl Fn(
            &provider_clients::provider::Moment<'_>,
        ) -> std::result::Result<provider_clients::call::Call, Unbuildable>,
        read: impl Fn(
            &provider_clients::call::Call,
            &provider_clients::provider::Moment<'_>,
            &provider_clients::reply::Reply,
        ) -> Outcome<Then>,
    ) -> Result<()> {
        let files = self.no_files();
        let mut call = match self.build(account, &files, first).await? {
            Ok(call) => call,
            Err(outcome) => {
                return crate::accounts::provider_answer(&account.kind, outcome.map(|never| match never {}));
            }
        };
        for _ in 0..MOST_CALLS {
            let session = self.session(account.id);
            let moment = self.moment(account, session.as_deref());
            let outcome = self
                .exchange(account, &files, Need::Act, &call, traceparent, |reply| read(&call, &moment, reply))
                .await?;
            match crate::accounts::provider_answer(&account.kind, outcome)? {
                Then::Done => return Ok(()),
                Then::Call(next) => call = *next,
            }
        }
        Err(BrokerError::Internal(format!("{}: an action has no end", account.kind)))
    }

    /// Looks whether the provider has been silent about a submission for too long.
    pub(crate) async fn watch_silence(&self, job: &Task) -> Result<End> {
        let id = SubmissionId::from_uuid(job.subject);
        let Some(envelope_id) = job.envelope else { return Ok(End::Done) };
        let envelope = self.envelope(job.tenant, envelope_id).await?;
        let Some(submission) = envelope.submissions.iter().find(|s| s.id == id && !s.state.is_terminal()) else {
            return Ok(End::Done);
        };
        let account = self.open_account(job.tenant, submission.account).await?;
        let silence = account.adapter.pace().silence;
        let reached = silence.iter().find(|s| submission.state.progress() <= s.up_to.progress());
        let Some(longest) = reached.and_then(|s| TimeDelta::from_std(s.longest).ok()) else { return Ok(End::Done) };
        let overdue = envelope.updated_at + longest;
        if overdue > self.clock().now() {
            return Ok(End::Again(overdue));
        }
        let who = Who::worker(job.tenant, Actor::Broker, &job.lease, job.traceparent.as_deref());
        self.edit(&who, envelope_id, |envelope, edit, now| {
            let detail = "The provider has not told anything about the transaction for longer than it should.";
            envelope.raise(Attention::new(AttentionCode::NoNewsFromProvider, detail, now), &mut edit.events);
            Ok(())
        })
        .await?;
        Ok(End::Again(self.clock().now() + longest))
    }

    /// What the account of a sent envelope can do.
    pub(crate) async fn abilities_of(&self, envelope: &Envelope) -> Result<Option<Abilities>> {
        let Some(routed) = &envelope.routed else { return Ok(None) };
        let account = self.open_account(envelope.tenant, routed.account_id).await?;
        Ok(Some(account.adapter.abilities()))
    }
}

/// The recipients who could act and have not; of `named` ones where given.
pub(crate) fn pending(envelope: &Envelope, named: Option<&[RecipientId]>) -> Vec<RecipientId> {
    envelope
        .recipients
        .iter()
        .filter(|r| matches!(r.status, RecipientStatus::Sent | RecipientStatus::Viewed))
        .map(|r| r.id)
        .filter(|r| named.is_none_or(|named| named.contains(r)))
        .collect()
}

/// The event that a recipient was reminded.
pub(crate) fn reminded(recipient: &RecipientId) -> EventDraft {
    EventDraft::new(EventKind::ReminderSent).with("recipient_id", recipient.to_string())
}

/// Whether only everybody can be reminded, and not all of them are meant.
pub(crate) fn cannot_pick(reminds: Reminds, all: &[RecipientId], meant: &[RecipientId]) -> bool {
    reminds == Reminds::Everybody && all.iter().any(|recipient| !meant.contains(recipient))
}
