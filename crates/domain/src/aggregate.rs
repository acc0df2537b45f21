//! What an envelope is, given its submissions; and what a recipient is, given the submissions they are in.
//!
//! Pure functions of the facts recorded so far, in whatever order the submissions are listed. They may be called after
//! every fact: the result goes through [`crate::states::advance`], which keeps an envelope from walking back.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attention::AttentionCode;
use crate::states::{EnvelopeStatus, RecipientStatus, State, SubmissionState};
use crate::words::words;

words! {
    /// Why the broker asked a provider to cancel a submission; decides what its end means for the envelope.
    pub enum CancelCause: "cancel cause" {
        /// The caller asked for it.
        Requested = "requested",
        /// The deadline passed: the end counts as `expired`.
        Deadline = "deadline",
        /// Another submission ended or was refused: the end counts for nothing by itself.
        Sibling = "sibling",
    }
}

words! {
    /// What became of asking a provider to cancel.
    pub enum CancelOutcome: "cancel outcome" {
        /// Not known yet.
        Pending = "pending",
        /// The provider confirmed, or nothing had been started.
        Confirmed = "confirmed",
        /// The provider refused, or has no way to cancel: the submission is followed to its own end.
        Refused = "refused",
    }
}

/// A cancellation that the broker began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cancellation {
    /// Why it was begun; the first cause stays.
    pub cause: CancelCause,
    /// What became of it.
    pub outcome: CancelOutcome,
}

/// All that the envelope's state needs to know of one submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubmissionFacts {
    /// Its state.
    pub state: SubmissionState,
    /// When it ended: the provider's time where it tells one, else when the broker recorded the end.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether a signer or approver has acted in it. Implied from `in_progress` on.
    pub acted: bool,
    /// Whether its transaction can reach a recipient or is billed, also when a call is just under way that would make it
    /// so. Ignored where the state tells: `planned` and ended submissions are not live, an `unknown` one must be
    /// taken for live.
    pub live: bool,
    /// The cancellation that the broker began, if any. A submission that was dropped before it started is `canceled`
    /// with a confirmed one.
    pub cancel: Option<Cancellation>,
}

impl SubmissionFacts {
    fn is_live(&self) -> bool {
        let called_off = self.cancel.is_some_and(|cancel| cancel.outcome == CancelOutcome::Confirmed);
        let open = !self.state.is_terminal() && self.state != SubmissionState::Planned;
        open && !called_off && (self.live || self.state == SubmissionState::Unknown)
    }

    /// An `unknown` one has no reference to cancel by; it is asked for again once it is adopted.
    fn is_to_cancel(&self) -> bool {
        self.is_live() && self.state != SubmissionState::Unknown && self.cancel.is_none()
    }

    /// The end that this submission means for the whole envelope, by itself.
    fn end(&self) -> Option<EnvelopeStatus> {
        match self.state {
            SubmissionState::Rejected => Some(EnvelopeStatus::Rejected),
            SubmissionState::Declined => Some(EnvelopeStatus::Declined),
            SubmissionState::Expired => Some(EnvelopeStatus::Expired),
            SubmissionState::Canceled => match self.cancel.map(|cancel| cancel.cause) {
                None | Some(CancelCause::Requested) => Some(EnvelopeStatus::Canceled),
                Some(CancelCause::Deadline) => Some(EnvelopeStatus::Expired),
                Some(CancelCause::Sibling) => None,
            },
            SubmissionState::Planned
            | SubmissionState::Submitting
            | SubmissionState::Unknown
            | SubmissionState::Submitted
            | SubmissionState::Sent
            | SubmissionState::InProgress
            | SubmissionState::Finalizing
            | SubmissionState::Completed
            | SubmissionState::Refused
            | SubmissionState::Failed => None,
        }
    }

    /// The state of the envelope if this were its only submission; nothing where a submission does not tell.
    fn under_way(&self) -> Option<EnvelopeStatus> {
        match self.state {
            SubmissionState::Submitting => Some(EnvelopeStatus::Submitting),
            SubmissionState::Submitted => Some(EnvelopeStatus::Submitted),
            SubmissionState::Sent => Some(EnvelopeStatus::Sent),
            SubmissionState::InProgress => Some(EnvelopeStatus::InProgress),
            SubmissionState::Finalizing | SubmissionState::Completed => Some(EnvelopeStatus::Finalizing),
            SubmissionState::Planned
            | SubmissionState::Unknown
            | SubmissionState::Refused
            | SubmissionState::Declined
            | SubmissionState::Rejected
            | SubmissionState::Expired
            | SubmissionState::Canceled
            | SubmissionState::Failed => None,
        }
    }
}

/// What follows from an envelope's submissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// The state they make; apply it by [`crate::states::advance`].
    pub status: EnvelopeStatus,
    /// Which of `partially_submitted` and `submission_unknown` must be open now; if open and not here, they are over.
    pub attentions: Vec<AttentionCode>,
    /// Places, in the given slice, of the live submissions to cancel now with [`CancelCause::Sibling`]. Those already
    /// asked are not named again.
    pub cancel: Vec<usize>,
    /// Whether submissions and steps that have not started must not start any more.
    pub drop_unstarted: bool,
}

/// The envelope's state from its submissions. The first rule that matches decides:
///
/// 1. All are completed: `completed`.
/// 2. One is declined, rejected, canceled or expired: that. The earliest decides, of equal times in the order `rejected`,
///    `declined`, `canceled`, `expired`; an unknown time is the latest. What else is live is to be canceled.
/// 3. One was refused (or given up: `failed`) and nothing is live: `failed`.
/// 4. One was refused and something is live: it is to be canceled; until all of that is confirmed, the state of what is
///    live, with `partially_submitted`.
/// 5. Unknown ones do not count for the rules below, which then give at least `submitting`.
/// 6. Somebody has acted: `in_progress`, or `finalizing` when all are at least there and none is planned.
/// 7. Else the least advanced of those that are not planned; `submitting` when there is none.
///
/// While any is unknown, `submission_unknown` is open, whichever rule decides: what may be live at the provider needs a
/// person even when the envelope has ended by another submission.
#[must_use]
pub fn aggregate(submissions: &[SubmissionFacts]) -> Aggregate {
    let mut attentions = Vec::new();
    if submissions.iter().any(|s| s.state == SubmissionState::Unknown) {
        attentions.push(AttentionCode::SubmissionUnknown);
    }
    let to_cancel = || {
        let places = submissions.iter().enumerate().filter(|(_, s)| s.is_to_cancel());
        places.map(|(place, _)| place).collect()
    };

    if !submissions.is_empty() && submissions.iter().all(|s| s.state == SubmissionState::Completed) {
        return Aggregate { status: EnvelopeStatus::Completed, attentions, cancel: Vec::new(), drop_unstarted: false };
    }
    if let Some(status) = earliest_end(submissions) {
        return Aggregate { status, attentions, cancel: to_cancel(), drop_unstarted: true };
    }
    let refused = |s: &SubmissionFacts| matches!(s.state, SubmissionState::Refused | SubmissionState::Failed);
    if submissions.iter().any(refused) {
        let live: Vec<_> = submissions.iter().filter(|s| s.is_live()).collect();
        if live.is_empty() {
            let status = EnvelopeStatus::Failed;
            return Aggregate { status, attentions, cancel: Vec::new(), drop_unstarted: true };
        }
        attentions.insert(0, AttentionCode::PartiallySubmitted);
        return Aggregate { status: under_way(&live), attentions, cancel: to_cancel(), drop_unstarted: true };
    }
    let status = under_way(&submissions.iter().collect::<Vec<_>>());
    Aggregate { status, attentions, cancel: Vec::new(), drop_unstarted: false }
}

/// Rule 2.
fn earliest_end(submissions: &[SubmissionFacts]) -> Option<EnvelopeStatus> {
    const TIES: [EnvelopeStatus; 4] =
        [EnvelopeStatus::Rejected, EnvelopeStatus::Declined, EnvelopeStatus::Canceled, EnvelopeStatus::Expired];
    let ends = submissions.iter().filter_map(|s| s.end().map(|end| (s.ended_at, end)));
    ends.min_by_key(|(ended_at, end)| (ended_at.is_none(), *ended_at, TIES.iter().position(|tied| tied == end)))
        .map(|(_, end)| end)
}

/// Rules 5 to 7.
fn under_way(submissions: &[&SubmissionFacts]) -> EnvelopeStatus {
    let least = submissions
        .iter()
        .filter_map(|s| s.under_way())
        .min_by_key(|status| status.progress())
        .unwrap_or(EnvelopeStatus::Submitting);
    let acted = submissions
        .iter()
        .any(|s| s.acted || s.under_way().is_some_and(|s| s.progress() >= EnvelopeStatus::InProgress.progress()));
    let planned = submissions.iter().any(|s| s.state == SubmissionState::Planned);
    match (acted, least) {
        (true, EnvelopeStatus::Finalizing) if !planned => EnvelopeStatus::Finalizing,
        (true, _) => EnvelopeStatus::InProgress,
        (false, least) => least,
    }
}

/// What one submission tells of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecipientInSubmission {
    /// The recipient's state there.
    pub status: RecipientStatus,
    /// Whether that submission is `completed`.
    pub submission_completed: bool,
}

/// The recipient's state over all submissions they are in: `declined` if in any; `completed` if completed or skipped in
/// all and completed in one; `skipped` if in all; `failed` if in any that is not completed; else the furthest.
///
/// A submission that was completed although the recipient could not be reached there is left out while there are
/// others. Who has acted in one submission but not yet in all is `viewed`; who is in none is `created`.
#[must_use]
pub fn recipient_over_submissions(places: &[RecipientInSubmission]) -> RecipientStatus {
    use RecipientStatus::{Completed, Created, Declined, Failed, Sent, Skipped, Viewed};

    let did_without = |place: &&RecipientInSubmission| place.status == Failed && place.submission_completed;
    let statuses: Vec<_> = places.iter().filter(|place| !did_without(place)).map(|place| place.status).collect();
    if statuses.is_empty() {
        return if places.is_empty() { Created } else { Failed };
    }
    if statuses.contains(&Declined) {
        Declined
    } else if statuses.iter().all(|status| *status == Skipped) {
        Skipped
    } else if statuses.iter().all(|status| matches!(status, Completed | Skipped)) {
        Completed
    } else if statuses.contains(&Failed) {
        Failed
    } else if statuses.contains(&Completed) || statuses.contains(&Viewed) {
        Viewed
    } else if statuses.contains(&Sent) {
        Sent
    } else {
        Created
    }
}

#[cfg(test)]
mod tests;
