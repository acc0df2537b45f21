//! Sending: everything is checked first, then one transaction decides.

use chrono::{DateTime, Utc};
use domain::events::{EventDraft, EventKind};
use domain::finding::{Finding, Severity};
use domain::ids::{AccountId, EnvelopeId, TenantId};
use domain::record::{Envelope, Routed, Submission};
use domain::states::{EnvelopeStatus, SubmissionState};
use domain::steps::Start;
use persistence::StoreError;
use serde_json::json;
use std::time::Duration;

use crate::caller::Caller;
use crate::drafts::must_be_draft;
use crate::engine::{Edit, Who};
use crate::order::stages_of;
use crate::plan::Chosen;
use crate::{Broker, BrokerError, Result};

impl Broker {
    /// Sends a draft: checks everything against the routed account, then moves to `submitting`, with its event, its
    /// submissions and their jobs, in one transaction. No provider is called here.
    ///
    /// # Errors
    /// [`BrokerError::NotHonoured`] with every finding and the accounts that could; [`BrokerError::Invalid`] when it is
    /// at fault at any provider; [`BrokerError::PlanMismatch`] when `plan_digest` is not the plan's;
    /// [`BrokerError::WrongState`], [`BrokerError::NoRoute`], [`BrokerError::VersionMismatch`].
    pub async fn send(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        expected: Option<u64>,
        plan_digest: Option<&str>,
    ) -> Result<Envelope> {
        // A draft that changes while it is checked is checked again, unless the caller named a version.
        loop {
            let before = self.envelope(caller.tenant, id).await?;
            if expected.is_some_and(|version| version != before.version) {
                return Err(BrokerError::VersionMismatch);
            }
            must_be_draft(&before, "sending")?;
            let now = self.clock().now();
            let mut after = before.clone();
            let mut edit = Edit::default();
            self.prepare_sending(&mut after, &mut edit, plan_digest, now).await?;
            let who = Who::caller(caller, expected);
            match self.commit(&who, Some(&before), Some(&mut after), edit, now).await {
                Ok(()) => return Ok(after),
                Err(StoreError::Conflict) => {}
                Err(other) => return Err(other.into()),
            }
        }
    }

    /// Decides the route, and puts submissions and events into `envelope` and `edit`; nothing is stored.
    pub(crate) async fn prepare_sending(
        &self,
        envelope: &mut Envelope,
        edit: &mut Edit,
        plan_digest: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        // Only the plan tells of accounts that routing did not look at.
        let decision = match plan_digest {
            Some(_) => self.decision(envelope).await?,
            None => self.decide(envelope, &[]).await?,
        };
        if plan_digest.is_some_and(|wanted| self.plan_of(envelope, &decision).digest != wanted) {
            return Err(BrokerError::PlanMismatch);
        }
        let findings = decision.findings;
        let Some(chosen) = decision.chosen else {
            return Err(BrokerError::NotHonoured { findings, could: self.could_honour(envelope).await? });
        };
        for recipient in &mut envelope.recipients {
            if let Some(ordered) = chosen.order.recipient(recipient.id) {
                recipient.spec.delivery = ordered.spec.delivery;
                recipient.spec.signature_level = ordered.spec.signature_level;
            }
        }
        let (kind, account) = (chosen.account.kind.clone(), chosen.account.id);
        take_route(envelope, chosen, findings, Vec::new(), now);
        envelope.status = EnvelopeStatus::Submitting;
        let codes: Vec<_> = envelope.findings.iter().map(|f| json!({ "code": f.code, "pointer": f.pointer })).collect();
        edit.events.push(
            EventDraft::new(EventKind::EnvelopeSubmitting)
                .with("provider", kind)
                .with("account_id", account.to_string())
                .with("submissions", envelope.submissions.len())
                .with("findings", codes),
        );
        Ok(())
    }

    /// The envelope once its submission ended one way or the other (`submitting` no longer), or after `wait`.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn settled_within(&self, tenant: TenantId, id: EnvelopeId, wait: Duration) -> Result<Envelope> {
        let deadline = tokio::time::Instant::now() + wait;
        // Registered before the look, so that a change between look and wait is not missed.
        let mut changed = self.store().wakeups().envelopes();
        loop {
            let envelope = self.envelope(tenant, id).await?;
            let waiting = envelope.attentions.is_empty() && is_being_submitted(&envelope);
            let now = tokio::time::Instant::now();
            if !waiting || now >= deadline {
                return Ok(envelope);
            }
            // Another replica may have done it: look again after a while even if nothing here was told.
            let next_look = deadline.min(now + Duration::from_millis(500));
            let mine = async { while changed.recv().await.is_ok_and(|told| told != id) {} };
            tokio::select! {
                () = mine => {}
                () = tokio::time::sleep_until(next_look) => {}
            }
        }
    }
}

/// Gives the envelope to the chosen account: order, stages, findings and fresh submissions. `unreachable` are the accounts
/// that had it before and could not be reached.
pub(crate) fn take_route(
    envelope: &mut Envelope,
    chosen: Chosen,
    findings: Vec<Finding>,
    unreachable: Vec<AccountId>,
    now: DateTime<Utc>,
) {
    let account = chosen.account.id;
    envelope.routed = Some(Routed {
        kind: chosen.planned.kind,
        account_id: chosen.planned.id,
        account_name: chosen.planned.name,
        rule: chosen.planned.rule,
        reason: chosen.planned.reason,
        unreachable,
    });
    envelope.stages = stages_of(&chosen.order);
    envelope.findings = findings.into_iter().filter(|f| f.severity < Severity::Error).collect();
    envelope.submissions = chosen.submissions.into_iter().map(|plan| Submission::planned(account, plan, now)).collect();
    envelope.order = Some(chosen.order);
}

/// Whether a submission is still on its way to the provider. One that waits for another to be signed is not waited for.
fn is_being_submitted(envelope: &Envelope) -> bool {
    let on_its_way = |s: &Submission| match s.state {
        SubmissionState::Submitting => true,
        SubmissionState::Planned => !matches!(s.plan.start, Start::AfterCompleted { .. }),
        SubmissionState::Unknown
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
        | SubmissionState::Failed => false,
    };
    !envelope.status.is_terminal() && envelope.submissions.iter().any(on_its_way)
}
