//! Taking a live submission back, where the provider can.

use chrono::TimeDelta;
use domain::aggregate::CancelOutcome;
use domain::attention::{Attention, AttentionCode};
use domain::events::{Actor, EventDraft, EventKind};
use domain::ids::SubmissionId;
use domain::outcome::Outcome;
use domain::record::PendingKind;
use domain::states::SubmissionState;
use provider_clients::provider::Cancels;

use crate::engine::{End, Need, Task, Who};
use crate::{Broker, Result};

impl Broker {
    /// Asks the provider to take a submission back.
    pub(crate) async fn cancel_submission(&self, job: &Task) -> Result<End> {
        let id = SubmissionId::from_uuid(job.subject);
        let Some(envelope_id) = job.envelope else { return Ok(End::Done) };
        let envelope = self.envelope(job.tenant, envelope_id).await?;
        let Some(submission) = envelope.submissions.iter().find(|s| s.id == id) else { return Ok(End::Done) };
        let pending = submission.cancel.is_some_and(|c| c.outcome == CancelOutcome::Pending);
        if !pending || submission.state.is_terminal() {
            return Ok(End::Done);
        }
        if submission.state == SubmissionState::Submitting {
            // Its own job ends it or makes it live; then it is asked for again.
            return Ok(End::Again(self.clock().now() + crate::engine::exchange::BUSY));
        }
        let reason = envelope.pending_action.as_ref().and_then(|p| p.reason.clone());
        let account = self.open_account(job.tenant, submission.account).await?;
        let files = self.no_files();
        let loaded = self.loaded(envelope, id).await?;
        let Some(view) = loaded.view() else { return Ok(End::Done) };
        let adapter = &account.adapter;
        let outcome = match adapter.abilities().cancel {
            Cancels::No => CancelOutcome::Refused,
            Cancels::Locally => CancelOutcome::Confirmed,
            Cancels::ByCall => {
                let traceparent = job.traceparent.as_deref();
                let built = self
                    .build(&account, &files, |moment| adapter.cancel_request(&view, reason.as_deref(), moment))
                    .await?;
                let outcome = match built {
                    Ok(call) => {
                        self.exchange(&account, &files, Need::Act, &call, traceparent, |reply| {
                            adapter.cancel_reply(&view, reply)
                        })
                        .await?
                    }
                    Err(outcome) => outcome.map(|never| match never {}),
                };
                match outcome {
                    Outcome::Done(()) => CancelOutcome::Confirmed,
                    Outcome::Refused(refusal) if !refusal.class.passes_by_itself() => CancelOutcome::Refused,
                    Outcome::Refused(refusal) => {
                        let pause = refusal.retry_after.unwrap_or_else(|| self.config().policy.pause(job.tries));
                        return Ok(End::Failed { pause, reason: refusal.code });
                    }
                    Outcome::SessionExpired => return Ok(End::Again(self.clock().now())),
                    Outcome::NotSent { reason, retry_after } => {
                        let pause = retry_after.unwrap_or_else(|| self.config().policy.pause(job.tries));
                        return Ok(End::Failed { pause, reason });
                    }
                    // Asking twice is harmless: what is canceled cannot be canceled again.
                    Outcome::Unknown(doubt) => {
                        return Ok(End::Failed { pause: self.config().policy.pause(job.tries), reason: doubt.reason });
                    }
                }
            }
        };
        let watched = (adapter.abilities().cancel == Cancels::Locally)
            .then(|| adapter.pace().watch_after_end)
            .flatten()
            .and_then(|watch| TimeDelta::from_std(watch).ok())
            .map(|watch| self.clock().now() + watch);
        let expiring = loaded.envelope.pending_action.as_ref().is_some_and(|p| p.kind == PendingKind::Expire);
        let who = Who::worker(job.tenant, Actor::Broker, &job.lease, job.traceparent.as_deref());
        self.edit(&who, envelope_id, |envelope, edit, now| {
            let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) else { return Ok(()) };
            if let Some(cancel) = &mut submission.cancel {
                cancel.outcome = outcome;
            }
            if outcome == CancelOutcome::Confirmed {
                // Where only the broker takes it back, a signature under way may still arrive: it is looked out for.
                submission.watched_until = watched;
                if watched.is_some() {
                    submission.next_read_at = Some(now);
                }
                envelope.move_submission(id, SubmissionState::Canceled, None, now, &mut edit.events);
                edit.events.extend(envelope.follow(now, None));
                return Ok(());
            }
            // Most likely it ended in the meantime: what the provider holds is read at once.
            submission.next_read_at = Some(now);
            if expiring {
                envelope.raise(
                    Attention::new(
                        AttentionCode::ExpiryNotEnforced,
                        "The deadline passed, and the provider did not take the transaction back.",
                        now,
                    ),
                    &mut edit.events,
                );
                envelope.pending_action = None;
            } else if envelope.pending_action.take().is_some() {
                edit.events
                    .push(EventDraft::new(EventKind::EnvelopeCancelRefused).with("submission_id", id.to_string()));
            }
            edit.events.extend(envelope.follow(now, None));
            Ok(())
        })
        .await?;
        Ok(End::Done)
    }
}
