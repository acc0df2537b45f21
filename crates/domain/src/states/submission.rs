use super::{Advance, Progress, State};
use crate::words::words;

words! {
    /// Where one transaction at a provider stands.
    pub enum SubmissionState: "submission state" {
        /// To be started when the one before has ended.
        Planned = "planned",
        /// Its steps are being carried out, or wait to be.
        Submitting = "submitting",
        /// A step may or may not have happened at the provider; a look-up or a person decides.
        Unknown = "unknown",
        /// The provider has it; recipients cannot act yet.
        Submitted = "submitted",
        /// Recipients can act.
        Sent = "sent",
        /// A signer or approver has acted.
        InProgress = "in_progress",
        /// Everybody who must act has; legalisation, sealing or fetching goes on.
        Finalizing = "finalizing",
        /// Signed, fetched and examined. Final.
        Completed = "completed",
        /// The provider definitely did not take it. Final, unless a person has it submitted again.
        Refused = "refused",
        /// A recipient refused. Final.
        Declined = "declined",
        /// The provider or a notary refused what it had taken. Final.
        Rejected = "rejected",
        /// The deadline passed. Final.
        Expired = "expired",
        /// Called off. Final.
        Canceled = "canceled",
        /// Cannot be brought to an end, by a person's decision or the provider's word. Final.
        Failed = "failed",
    }
}

impl SubmissionState {
    /// Whether this state is final.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        self.progress() == Progress::Ended
    }

    /// After a person decided `resubmit`: `unknown` and `refused` become `submitting`, which no fact can do. Any other
    /// state stays as it is.
    #[must_use]
    pub const fn resubmitted(self) -> Advance<Self> {
        match self {
            Self::Unknown | Self::Refused => Advance::Moved(Self::Submitting),
            Self::Planned
            | Self::Submitting
            | Self::Submitted
            | Self::Sent
            | Self::InProgress
            | Self::Finalizing
            | Self::Completed
            | Self::Declined
            | Self::Rejected
            | Self::Expired
            | Self::Canceled
            | Self::Failed => Advance::Unchanged,
        }
    }
}

impl State for SubmissionState {
    fn progress(self) -> Progress {
        match self {
            Self::Planned => Progress::Open(0),
            Self::Submitting => Progress::Open(1),
            Self::Unknown => Progress::Open(2),
            Self::Submitted => Progress::Open(3),
            Self::Sent => Progress::Open(4),
            Self::InProgress => Progress::Open(5),
            Self::Finalizing => Progress::Open(6),
            Self::Completed
            | Self::Refused
            | Self::Declined
            | Self::Rejected
            | Self::Expired
            | Self::Canceled
            | Self::Failed => Progress::Ended,
        }
    }
}
