//! Moving an envelope to the next account of its rule, while it is certain that nothing of it reached the first.

use chrono::{DateTime, TimeDelta, Utc};
use domain::events::{Actor, EventDraft, EventKind};
use domain::ids::SubmissionId;
use domain::protocol;
use domain::record::Envelope;
use domain::states::SubmissionState;
use persistence::Journal;

use crate::engine::{Task, Who};
use crate::send::take_route;
use crate::{Broker, Result};

impl Broker {
    /// Gives the envelope to the next account that can honour it, when the present one could not be reached for longer
    /// than the broker waits. `false`: it stays where it is.
    ///
    /// The caller holds the lease of the only submission that was begun, so that nobody else can send it meanwhile; the
    /// change is not made when any of the envelope's submissions moved since.
    pub(crate) async fn fail_over(
        &self,
        job: &Task,
        envelope: &Envelope,
        id: SubmissionId,
        journal: &Journal,
    ) -> Result<bool> {
        let now = self.clock().now();
        let Some(routed) = envelope.routed.as_ref().filter(|_| is_untouched(envelope, id)) else { return Ok(false) };
        let Some(submission) = envelope.submissions.iter().find(|s| s.id == id) else { return Ok(false) };
        if !self.waited_long_enough(protocol::not_sent_since(&submission.plan.steps, &journal.records), now) {
            return Ok(false);
        }
        let mut unreachable = routed.unreachable.clone();
        unreachable.push(routed.account_id);
        let (from, rule) = (routed.account_id, routed.rule.clone());
        let mut decision = self.decide(envelope, &unreachable).await?;
        let Some(mut chosen) = decision.chosen.take().filter(|chosen| chosen.planned.rule == rule) else {
            return Ok(false);
        };
        chosen.planned.reason = format!(
            "The account \"{}\" could not be reached, and nothing was sent there; this is the next one of the rule \"{rule}\".",
            routed.account_name
        );
        let (to, kind) = (chosen.account.id, chosen.account.kind.clone());
        let mut given = Some((chosen, decision.findings, unreachable));
        let who = Who::worker(job.tenant, Actor::Broker, &job.lease, job.traceparent.as_deref());
        let (_, moved) = self
            .edit(&who, envelope.id, |envelope, edit, now| {
                let same = envelope.routed.as_ref().is_some_and(|routed| routed.account_id == from);
                let Some((chosen, findings, unreachable)) = given.take().filter(|_| same && is_untouched(envelope, id))
                else {
                    return Ok(false);
                };
                take_route(envelope, chosen, findings, unreachable, now);
                edit.events.push(
                    EventDraft::new(EventKind::EnvelopeUpdated)
                        .with("change", "rerouted")
                        .with("from_account_id", from.to_string())
                        .with("account_id", to.to_string())
                        .with("provider", kind.clone()),
                );
                Ok(true)
            })
            .await?;
        if moved {
            tracing::warn!(envelope.id = %envelope.id, from = %from, to = %to, "An account could not be reached; the next one takes over");
        }
        Ok(moved)
    }

    fn waited_long_enough(&self, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        let patience = TimeDelta::from_std(self.config().failover_after).unwrap_or(TimeDelta::MAX);
        since.is_some_and(|since| now - since >= patience)
    }
}

/// Whether of all submissions only this one was begun, at its first attempt, and nobody is taking the envelope back.
fn is_untouched(envelope: &Envelope, id: SubmissionId) -> bool {
    envelope.pending_action.is_none()
        && envelope.submissions.iter().any(|s| s.id == id)
        && envelope.submissions.iter().all(|s| {
            let state = if s.id == id { SubmissionState::Submitting } else { SubmissionState::Planned };
            s.state == state && s.attempt == 1 && s.reference.is_none() && s.cancel.is_none()
        })
}
