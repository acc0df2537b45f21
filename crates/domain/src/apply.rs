//! How facts change an envelope: the only place where what a provider told becomes state, attentions and events.
//!
//! Every function here may be called again with the same facts: nothing moves twice, and what moved is told by exactly
//! one event. States go through [`crate::states::advance`], the envelope's follows from [`crate::aggregate`].

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::aggregate::{
    CancelCause, CancelOutcome, Cancellation, RecipientInSubmission, aggregate, recipient_over_submissions,
};
use crate::attention::{Attention, AttentionCode};
use crate::events::{EventDraft, EventKind};
use crate::facts::{Reading, RecipientReading};
use crate::ids::{RecipientId, SubmissionId};
use crate::record::{Envelope, Integrity, PendingKind, Recipient, Submission};
use crate::states::{Advance, EnvelopeStatus, RecipientStatus, StageStatus, SubmissionState, advance};

/// The attentions that come and go with the states of the submissions, and what they say.
const FOLLOWING: [(AttentionCode, &str); 2] = [
    (
        AttentionCode::PartiallySubmitted,
        "One document was refused by the provider while another is live there and cannot be taken back.",
    ),
    (
        AttentionCode::SubmissionUnknown,
        "Whether the provider has the transaction could not be found out; sending it again could duplicate it.",
    ),
];

impl Envelope {
    /// Applies a reading of one submission, then everything that follows from it.
    pub fn apply_reading(&mut self, id: SubmissionId, reading: &Reading, now: DateTime<Utc>) -> Vec<EventDraft> {
        let mut events = Vec::new();
        let Some(index) = self.submissions.iter().position(|s| s.id == id) else {
            return events;
        };
        if let Some(submission) = self.submissions.get_mut(index) {
            submission.vendor_status = Some(reading.vendor_status.clone());
            submission.acted |= reading.acted;
            submission.details.extend(reading.details.iter().map(|(k, v)| (k.clone(), v.clone())));
            submission.renewal.used_up |= reading.used_up;
            submission.reading = Some(merged(submission.reading.take(), reading));
            events.extend(compare(submission, reading));
        }
        for told in &reading.recipients {
            self.apply_recipient(id, told);
        }
        if let Some(state) = reading.state {
            self.move_submission(id, state, reading.occurred_at, now, &mut events);
        }
        if reading.acted && reading.state == Some(SubmissionState::Finalizing) {
            // They tried again, and it worked.
            self.clear(AttentionCode::SignerCertificate, &mut events);
        }
        for note in &reading.notes {
            self.raise(Attention::new(note.code, note.detail.clone(), now), &mut events);
        }
        events.extend(self.follow(now, reading.occurred_at));
        events
    }

    /// A recipient opened what they are asked to sign.
    pub fn viewed(&mut self, submission: SubmissionId, recipient: RecipientId, now: DateTime<Utc>) -> Vec<EventDraft> {
        let told = RecipientReading { at: Some(now), ..RecipientReading::of(recipient, Some(RecipientStatus::Viewed)) };
        self.apply_recipient(submission, &told);
        self.follow(now, None)
    }

    /// Moves a submission, and tells of a late fact when it contradicts the end that was recorded first.
    pub fn move_submission(
        &mut self,
        id: SubmissionId,
        to: SubmissionState,
        occurred_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
        events: &mut Vec<EventDraft>,
    ) {
        let Some(submission) = self.submissions.iter_mut().find(|s| s.id == id) else {
            return;
        };
        let late = match advance(submission.state, to) {
            Advance::Moved(state) => {
                submission.state = state;
                if state.is_terminal() {
                    submission.ended_at = Some(occurred_at.unwrap_or(now));
                    if let Some(cancel) = &mut submission.cancel
                        && cancel.outcome == CancelOutcome::Pending
                    {
                        cancel.outcome = if state == SubmissionState::Canceled {
                            CancelOutcome::Confirmed
                        } else {
                            CancelOutcome::Refused
                        };
                    }
                }
                None
            }
            // Signed after the broker alone took it back: that is looked out for, and contradicts the end.
            Advance::Unchanged
                if to == SubmissionState::Finalizing
                    && submission.watched_until.is_some()
                    && submission.state.is_terminal()
                    && submission.state != SubmissionState::Completed =>
            {
                Some((submission.state.as_str(), to.as_str()))
            }
            // The vendor goes on telling a state before the end that is already recorded here: nothing new.
            Advance::Unchanged => None,
            Advance::Refused(late) => Some((late.recorded.as_str(), late.reported.as_str())),
        };
        let Some((recorded, reported)) = late else { return };
        if !self.attentions.iter().any(|a| a.code == AttentionCode::LateResult) {
            events.push(
                EventDraft::new(EventKind::EnvelopeLateResult)
                    .with("submission_id", id.to_string())
                    .with("recorded", recorded)
                    .with("reported", reported)
                    .at(occurred_at),
            );
            let told = format!("{recorded} was recorded, {reported} was told later.");
            self.raise(Attention::new(AttentionCode::LateResult, told, now), events);
        }
    }

    /// Brings recipients, stages and the envelope in line with its submissions, and tells what moved.
    pub fn follow(&mut self, now: DateTime<Utc>, occurred_at: Option<DateTime<Utc>>) -> Vec<EventDraft> {
        let mut events = self.follow_recipients(now);
        self.follow_stages();
        self.follow_submissions(now, occurred_at, &mut events);
        self.attentions.sort_by_key(|a| (a.code.severity(), a.since));
        events
    }

    /// Opens an attention, unless one with this code is open already; then its detail is brought up to date.
    pub fn raise(&mut self, attention: Attention, events: &mut Vec<EventDraft>) {
        if let Some(open) = self.attentions.iter_mut().find(|a| a.code == attention.code) {
            open.detail = attention.detail;
            open.auto_until = attention.auto_until;
            return;
        }
        events.push(
            EventDraft::new(EventKind::EnvelopeAttention)
                .with("code", attention.code.as_str())
                .with("detail", attention.detail.clone()),
        );
        self.attentions.push(attention);
        self.attentions.sort_by_key(|a| (a.code.severity(), a.since));
    }

    /// Closes an attention, if it is open.
    pub fn clear(&mut self, code: AttentionCode, events: &mut Vec<EventDraft>) {
        let open = self.attentions.len();
        self.attentions.retain(|a| a.code != code);
        if self.attentions.len() < open {
            events.push(EventDraft::new(EventKind::EnvelopeAttentionCleared).with("code", code.as_str()));
        }
    }

    /// Drops submissions of which nothing has reached a provider. A worker that is about to make one live looks again
    /// and finds it canceled.
    pub fn drop_unstarted(&mut self, cause: CancelCause, now: DateTime<Utc>) {
        let unstarted = |s: &&mut Submission| {
            s.state == SubmissionState::Planned || (s.state == SubmissionState::Submitting && !s.live)
        };
        for submission in self.submissions.iter_mut().filter(unstarted) {
            submission.state = SubmissionState::Canceled;
            submission.ended_at = Some(now);
            submission.cancel = Some(Cancellation { cause, outcome: CancelOutcome::Confirmed });
        }
    }

    fn apply_recipient(&mut self, submission: SubmissionId, told: &RecipientReading) {
        let ended = self.status.is_terminal();
        let Some(recipient) = self.recipients.iter_mut().find(|r| r.id == told.recipient) else {
            return;
        };
        recipient.provider.extend(told.vendor.iter().map(|(k, v)| (k.clone(), v.clone())));
        if let Some(certificate) = &told.certificate {
            recipient.certificate = Some(json!(certificate));
        }
        if let Some(url) = told.signing_url.as_ref().filter(|_| !ended) {
            recipient.signing_url = Some(url.clone());
        }
        let Some(status) = told.status else { return };
        let current = recipient.in_submissions.get(&submission).copied().unwrap_or(RecipientStatus::Created);
        if let Advance::Moved(to) = advance(current, status) {
            recipient.in_submissions.insert(submission, to);
            note_time(recipient, to, told.at);
        } else {
            recipient.in_submissions.entry(submission).or_insert(current);
        }
    }

    fn follow_recipients(&mut self, now: DateTime<Utc>) -> Vec<EventDraft> {
        let mut events = Vec::new();
        let submissions = &self.submissions;
        for recipient in &mut self.recipients {
            let places: Vec<RecipientInSubmission> = submissions
                .iter()
                .filter(|s| s.plan.recipients.contains(&recipient.id))
                .map(|s| RecipientInSubmission {
                    status: recipient.in_submissions.get(&s.id).copied().unwrap_or(RecipientStatus::Created),
                    submission_completed: s.state == SubmissionState::Completed,
                })
                .collect();
            if let Advance::Moved(to) = advance(recipient.status, recipient_over_submissions(&places)) {
                recipient.status = to;
                events.extend(recipient_event(recipient, to, now));
            }
        }
        events
    }

    fn follow_stages(&mut self) {
        let mut earlier_open = false;
        let (mut order_open, mut order) = (false, None);
        for stage in &mut self.stages {
            if order != Some(stage.routing_order) {
                earlier_open |= order_open;
                (order_open, order) = (false, Some(stage.routing_order));
            }
            let members: Vec<&Recipient> = self
                .recipients
                .iter()
                .filter(|r| r.spec.routing_order == stage.routing_order && r.spec.group == stage.group)
                .filter(|r| r.spec.role.acts())
                .collect();
            let done = members.iter().filter(|r| r.status == RecipientStatus::Completed).count();
            let left_out = members.iter().filter(|r| r.status == RecipientStatus::Skipped).count();
            let needed = stage
                .minimum
                .and_then(|m| usize::try_from(m).ok())
                .map_or(members.len(), |minimum| minimum.min(members.len()));
            let reached = members.iter().any(|r| r.status != RecipientStatus::Created);
            let to = if done >= needed || done + left_out == members.len() {
                StageStatus::Completed
            } else if reached && !earlier_open {
                StageStatus::Active
            } else {
                StageStatus::Waiting
            };
            // A stage of copies only is complete when its turn comes, not before.
            let to = if members.is_empty() && earlier_open { StageStatus::Waiting } else { to };
            if let Advance::Moved(to) = advance(stage.status, to) {
                stage.status = to;
            }
            order_open |= stage.status != StageStatus::Completed;
        }
    }

    fn follow_submissions(
        &mut self,
        now: DateTime<Utc>,
        occurred_at: Option<DateTime<Utc>>,
        events: &mut Vec<EventDraft>,
    ) {
        if self.submissions.is_empty() {
            return;
        }
        let facts: Vec<_> = self.submissions.iter().map(Submission::facts).collect();
        let whole = aggregate(&facts);
        for place in whole.cancel {
            if let Some(submission) = self.submissions.get_mut(place) {
                submission.cancel = Some(Cancellation { cause: CancelCause::Sibling, outcome: CancelOutcome::Pending });
            }
        }
        if whole.drop_unstarted {
            self.drop_unstarted(CancelCause::Sibling, now);
        }
        for (code, meaning) in FOLLOWING {
            if whole.attentions.contains(&code) {
                if !self.attentions.iter().any(|a| a.code == code) {
                    self.raise(Attention::new(code, meaning, now), events);
                }
            } else {
                self.clear(code, events);
            }
        }
        self.move_to(whole.status, now, occurred_at, events);
    }

    fn move_to(
        &mut self,
        to: EnvelopeStatus,
        now: DateTime<Utc>,
        occurred_at: Option<DateTime<Utc>>,
        events: &mut Vec<EventDraft>,
    ) {
        match advance(self.status, to) {
            Advance::Moved(status) => self.enter(status, now, occurred_at, events),
            Advance::Unchanged => {}
            Advance::Refused(late) => {
                let told = format!("{} was recorded, {} was told later.", late.recorded, late.reported);
                if !self.attentions.iter().any(|a| a.code == AttentionCode::LateResult) {
                    events.push(
                        EventDraft::new(EventKind::EnvelopeLateResult)
                            .with("recorded", late.recorded.as_str())
                            .with("reported", late.reported.as_str())
                            .at(occurred_at),
                    );
                    self.raise(Attention::new(AttentionCode::LateResult, told, now), events);
                }
            }
        }
    }

    /// Enters a status: times, reasons and the event that belong to it.
    fn enter(
        &mut self,
        status: EnvelopeStatus,
        now: DateTime<Utc>,
        occurred_at: Option<DateTime<Utc>>,
        events: &mut Vec<EventDraft>,
    ) {
        let canceling = self.pending_action.as_ref().is_some_and(|p| p.kind == PendingKind::Cancel);
        self.status = status;
        if status.has_been_sent() && self.sent_at.is_none() {
            self.sent_at = Some(occurred_at.unwrap_or(now));
        }
        if status == EnvelopeStatus::Completed {
            self.completed_at = Some(now);
        }
        if status == EnvelopeStatus::Failed && self.error.is_none() {
            self.error = self.submissions.iter().find_map(|s| s.error.clone());
        }
        events.push(event_of(status).at(occurred_at));
        if !status.is_terminal() {
            return;
        }
        if canceling && status == EnvelopeStatus::Completed {
            events.push(EventDraft::new(EventKind::EnvelopeCancelRefused).with("reason", "completed"));
        }
        self.pending_action = None;
        let reason = format!("envelope_{status}");
        for recipient in self.recipients.iter_mut().filter(|r| !r.status.is_terminal()) {
            recipient.status_reason.get_or_insert_with(|| reason.clone());
        }
        for recipient in &mut self.recipients {
            recipient.signing_url = None;
        }
    }
}

impl EnvelopeStatus {
    /// Whether recipients could act at some time when an envelope enters this status.
    fn has_been_sent(self) -> bool {
        matches!(
            self,
            Self::Sent | Self::InProgress | Self::Finalizing | Self::Completed | Self::Declined | Self::Expired
        )
    }
}

/// Notes how what the provider holds compares with what was asked, and tells when that changed. A duplicate, which is a
/// mismatch too, is not taken back by a reading of one of the two.
fn compare(submission: &mut Submission, reading: &Reading) -> Option<EventDraft> {
    let differences = reading.differences.as_ref()?;
    let found = if differences.is_empty() { Integrity::Verified } else { Integrity::Mismatch };
    if submission.integrity == Some(found) || submission.integrity == Some(Integrity::Mismatch) {
        return None;
    }
    submission.integrity = Some(found);
    let told: Vec<_> = differences.iter().map(|d| json!({ "pointer": d.pointer, "detail": d.detail })).collect();
    Some(
        EventDraft::new(EventKind::EnvelopeUpdated)
            .with("submission_id", submission.id.to_string())
            .with("integrity", json!(found))
            .with("differences", json!(told)),
    )
}

/// What a later reading leaves out is kept: a vendor tells links and files in some answers and not in others.
fn merged(earlier: Option<Reading>, later: &Reading) -> Reading {
    let Some(earlier) = earlier else {
        return later.clone();
    };
    let mut merged = later.clone();
    merged.differences = later.differences.clone().or(earlier.differences);
    merged.pending_result = match (earlier.pending_result, later.pending_result) {
        (Some(false), _) => Some(false),
        (known, None) => known,
        (_, told) => told,
    };
    for (name, value) in earlier.details {
        merged.details.entry(name).or_insert(value);
    }
    for told in earlier.recipients {
        if !merged.recipients.iter().any(|r| r.recipient == told.recipient) {
            merged.recipients.push(told);
        }
    }
    for offer in earlier.artifacts {
        if !merged.artifacts.iter().any(|o| o.key() == offer.key()) {
            merged.artifacts.push(offer);
        }
    }
    merged
}

fn note_time(recipient: &mut Recipient, status: RecipientStatus, at: Option<DateTime<Utc>>) {
    let slot = match status {
        RecipientStatus::Sent => &mut recipient.sent_at,
        RecipientStatus::Viewed => &mut recipient.viewed_at,
        RecipientStatus::Completed => &mut recipient.completed_at,
        RecipientStatus::Created | RecipientStatus::Failed | RecipientStatus::Declined | RecipientStatus::Skipped => {
            return;
        }
    };
    if at.is_some() {
        *slot = at;
    }
}

fn recipient_event(recipient: &mut Recipient, status: RecipientStatus, now: DateTime<Utc>) -> Option<EventDraft> {
    let (kind, at) = match status {
        RecipientStatus::Created => return None,
        RecipientStatus::Sent => (EventKind::RecipientSent, Some(*recipient.sent_at.get_or_insert(now))),
        RecipientStatus::Viewed => (EventKind::RecipientViewed, Some(*recipient.viewed_at.get_or_insert(now))),
        RecipientStatus::Completed => {
            recipient.sent_at.get_or_insert(now);
            (EventKind::RecipientCompleted, Some(*recipient.completed_at.get_or_insert(now)))
        }
        RecipientStatus::Declined => (EventKind::RecipientDeclined, None),
        RecipientStatus::Skipped => (EventKind::RecipientSkipped, None),
        RecipientStatus::Failed => (EventKind::RecipientFailed, None),
    };
    Some(EventDraft::new(kind).with("recipient_id", recipient_json(recipient.id)).at(at))
}

fn recipient_json(id: RecipientId) -> serde_json::Value {
    json!(id.to_string())
}

fn event_of(status: EnvelopeStatus) -> EventDraft {
    EventDraft::new(match status {
        EnvelopeStatus::Draft => EventKind::EnvelopeCreated,
        EnvelopeStatus::Submitting => EventKind::EnvelopeSubmitting,
        EnvelopeStatus::Submitted => EventKind::EnvelopeSubmitted,
        EnvelopeStatus::Sent => EventKind::EnvelopeSent,
        EnvelopeStatus::InProgress => EventKind::EnvelopeInProgress,
        EnvelopeStatus::Finalizing => EventKind::EnvelopeFinalizing,
        EnvelopeStatus::Completed => EventKind::EnvelopeCompleted,
        EnvelopeStatus::Declined => EventKind::EnvelopeDeclined,
        EnvelopeStatus::Rejected => EventKind::EnvelopeRejected,
        EnvelopeStatus::Expired => EventKind::EnvelopeExpired,
        EnvelopeStatus::Canceled => EventKind::EnvelopeCanceled,
        EnvelopeStatus::Failed => EventKind::EnvelopeFailed,
    })
}
