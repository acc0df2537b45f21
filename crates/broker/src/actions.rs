//! What callers do with an envelope after sending: cancel, remind, refresh, correct a recipient.

use domain::aggregate::{CancelCause, CancelOutcome, Cancellation};
use domain::capability::Feature;
use domain::events::{EventDraft, EventKind};
use domain::finding::Finding;
use domain::ids::{EnvelopeId, RecipientId};
use domain::record::{Envelope, PendingAction, PendingKind};
use domain::states::{Advance, EnvelopeStatus, RecipientStatus, SubmissionState};
use domain::values::{Email, Phone};
use provider_clients::provider::{Abilities, Cancels, Correction, Corrects, Reminds};

use crate::accounts::refused_correction;
use crate::caller::Caller;
use crate::engine::Who;
use crate::engine::timers::{cannot_pick, pending, reminded};
use crate::{Broker, BrokerError, Result};

impl Broker {
    /// Takes an envelope back. What has not reached the provider is dropped at once; what is live is asked for.
    ///
    /// # Errors
    /// [`BrokerError::WrongState`] for drafts and ended envelopes; [`BrokerError::Unsupported`] when something is live at
    /// a provider that cannot take it back.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        expected: Option<u64>,
        reason: Option<String>,
    ) -> Result<Envelope> {
        let envelope = self.envelope(caller.tenant, id).await?;
        must_be_under_way(&envelope, "canceling")?;
        if envelope.submissions.iter().any(may_be_live) {
            self.must_be_able(&envelope, Feature::Cancel, "take an envelope back", |able| able.cancel != Cancels::No)
                .await?;
        }
        let (envelope, ()) = self
            .edit(&Who::caller(caller, expected), id, |envelope, edit, now| {
                must_be_under_way(envelope, "canceling")?;
                if envelope.pending_action.is_some() {
                    return Ok(());
                }
                let action = PendingAction { kind: PendingKind::Cancel, since: now, reason: reason.clone() };
                envelope.pending_action = Some(action);
                edit.events.push(EventDraft::new(EventKind::EnvelopeCancelRequested));
                envelope.drop_unstarted(CancelCause::Requested, now);
                for submission in envelope.submissions.iter_mut().filter(|s| !s.state.is_terminal()) {
                    submission
                        .cancel
                        .get_or_insert(Cancellation { cause: CancelCause::Requested, outcome: CancelOutcome::Pending });
                }
                edit.events.extend(envelope.follow(now, None));
                Ok(())
            })
            .await?;
        Ok(envelope)
    }

    /// Reminds recipients who have not acted; all of them when none are named.
    ///
    /// # Errors
    /// [`BrokerError::WrongState`], [`BrokerError::Unsupported`], [`BrokerError::NotFound`] for an unknown recipient.
    pub async fn remind(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        recipients: Option<Vec<RecipientId>>,
    ) -> Result<Envelope> {
        let envelope = self.envelope(caller.tenant, id).await?;
        must_be_under_way(&envelope, "reminding")?;
        if let Some(named) = &recipients
            && !named.iter().all(|r| envelope.recipients.iter().any(|known| known.id == *r))
        {
            return Err(BrokerError::NotFound);
        }
        self.must_be_able(&envelope, Feature::Remind, "remind recipients on demand", |able| {
            able.remind != Reminds::Nobody
        })
        .await?;
        let all = pending(&envelope, None);
        let meant = pending(&envelope, recipients.as_deref());
        let reminds = self.abilities_of(&envelope).await?.map_or(Reminds::Named, |able| able.remind);
        if cannot_pick(reminds, &all, &meant) {
            let detail = "The provider can only remind everybody who has not acted; name all of them, or none.";
            return Err(BrokerError::Invalid(vec![Finding::error("not_allowed", "/recipients", detail)]));
        }
        self.remind_recipients(&envelope, &meant, caller.traceparent.as_deref()).await?;
        let (envelope, ()) = self
            .edit(&Who::caller(caller, None), id, |envelope, edit, now| {
                edit.events.extend(meant.iter().map(reminded));
                // A reminder may move the provider's deadline or renew its links.
                for submission in envelope.submissions.iter_mut().filter(|s| s.next_read_at.is_some()) {
                    submission.next_read_at = Some(now);
                }
                Ok(())
            })
            .await?;
        Ok(envelope)
    }

    /// Reads the provider at once.
    ///
    /// # Errors
    /// [`BrokerError::WrongState`] for drafts and ended envelopes; [`BrokerError::QuotaUsedUp`] when the account may make no
    /// more calls that read now.
    pub async fn refresh(&self, caller: &Caller, id: EnvelopeId) -> Result<Envelope> {
        let envelope = self.envelope(caller.tenant, id).await?;
        must_be_under_way(&envelope, "refreshing")?;
        if let Some(routed) = &envelope.routed {
            let account = self.open_account(caller.tenant, routed.account_id).await?;
            if let Some(wait) = self.quota_wait(&account).await? {
                return Err(BrokerError::QuotaUsedUp { wait });
            }
        }
        self.read_envelope(caller.tenant, &envelope, caller.traceparent.as_deref()).await?;
        self.envelope(caller.tenant, id).await
    }

    /// Corrects a recipient after sending, where the provider can. It notifies nobody.
    ///
    /// # Errors
    /// [`BrokerError::WrongState`], [`BrokerError::Unsupported`], [`BrokerError::NotHonoured`] with what the provider
    /// cannot change, [`BrokerError::Provider`].
    pub async fn correct_recipient(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        recipient: RecipientId,
        expected: Option<u64>,
        correction: Correction,
    ) -> Result<Envelope> {
        let envelope = self.envelope(caller.tenant, id).await?;
        if expected.is_some_and(|version| version != envelope.version) {
            return Err(BrokerError::VersionMismatch);
        }
        must_be_under_way(&envelope, "correcting a recipient")?;
        let target = envelope.recipients.iter().find(|r| r.id == recipient).ok_or(BrokerError::NotFound)?;
        if target.status.is_terminal() {
            return Err(BrokerError::WrongState { action: "correcting this recipient", status: envelope.status });
        }
        let reach = self.abilities_of(&envelope).await?.map_or(Corrects::Transaction, |able| able.corrects);
        self.must_be_able(&envelope, Feature::CorrectRecipient, "correct a recipient after sending", |able| {
            able.corrects != Corrects::Nothing
        })
        .await?;
        let live = envelope
            .submissions
            .iter()
            .filter(|s| s.reference.is_some() && !s.state.is_terminal() && s.plan.recipients.contains(&recipient));
        // A directory knows the person once, however many transactions reach them.
        let calls = if reach == Corrects::Directory { 1 } else { usize::MAX };
        for submission in live.take(calls) {
            let account = self.open_account(caller.tenant, submission.account).await?;
            let loaded = self.loaded(envelope.clone(), submission.id).await?;
            let Some(view) = loaded.view() else { continue };
            let adapter = &account.adapter;
            self.act(
                &account,
                caller.traceparent.as_deref(),
                |moment| adapter.correct_request(recipient, &correction, &view, moment),
                |call, moment, reply| adapter.correct_reply(recipient, &view, call, moment, reply),
            )
            .await
            .map_err(refused_correction)?;
        }
        let (envelope, ()) = self
            .edit(&Who::caller(caller, None), id, |envelope, edit, _| {
                if let Some(order) = &mut envelope.order
                    && let Some(ordered) = order.recipients.iter_mut().find(|r| r.id == recipient)
                {
                    correct(&mut ordered.spec, &correction);
                }
                if let Some(stored) = envelope.recipients.iter_mut().find(|r| r.id == recipient) {
                    correct(&mut stored.spec, &correction);
                    if let Advance::Moved(to) = stored.status.corrected() {
                        stored.status = to;
                        stored.in_submissions.values_mut().for_each(|s| *s = RecipientStatus::Sent);
                    }
                }
                if reach == Corrects::Directory && !envelope.findings.iter().any(|f| f.code == "directory_changed") {
                    let place = envelope.recipients.iter().position(|r| r.id == recipient).unwrap_or_default();
                    let warning = Finding::warning(
                        "directory_changed",
                        format!("/recipients/{place}"),
                        "The correction changes the person in the provider's directory, hence in all of their documents.",
                    );
                    envelope.findings.push(warning.about(Feature::CorrectRecipient));
                }
                edit.events
                    .push(EventDraft::new(EventKind::RecipientCorrected).with("recipient_id", recipient.to_string()));
                Ok(())
            })
            .await?;
        Ok(envelope)
    }

    async fn must_be_able(
        &self,
        envelope: &Envelope,
        feature: Feature,
        what: &str,
        able: impl Fn(Abilities) -> bool,
    ) -> Result<()> {
        let kind = envelope.routed.as_ref().map_or("The provider", |routed| routed.kind.as_str());
        match self.abilities_of(envelope).await? {
            Some(abilities) if !able(abilities) => {
                Err(BrokerError::Unsupported { feature, detail: format!("{kind} has no way to {what}.") })
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn may_be_live(submission: &domain::record::Submission) -> bool {
    !submission.state.is_terminal() && (submission.live || submission.state == SubmissionState::Unknown)
}

fn must_be_under_way(envelope: &Envelope, action: &'static str) -> Result<()> {
    if envelope.status == EnvelopeStatus::Draft || envelope.status.is_terminal() {
        Err(BrokerError::WrongState { action, status: envelope.status })
    } else {
        Ok(())
    }
}

fn correct(spec: &mut domain::envelope::RecipientSpec, correction: &Correction) {
    if let Some(name) = &correction.name {
        spec.name.clone_from(name);
    }
    let texts = [
        (&mut spec.given_name, &correction.given_name),
        (&mut spec.family_name, &correction.family_name),
        (&mut spec.second_family_name, &correction.second_family_name),
    ];
    for (place, told) in texts {
        if told.is_some() {
            place.clone_from(told);
        }
    }
    if let Some(email) = correction.email.as_ref().and_then(|e| e.parse::<Email>().ok()) {
        spec.email = Some(email);
    }
    if let Some(phone) = correction.phone.as_ref().and_then(|p| p.parse::<Phone>().ok()) {
        spec.phone = Some(phone);
    }
}
