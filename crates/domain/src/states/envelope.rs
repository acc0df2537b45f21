use super::{Progress, State};
use crate::words::words;

words! {
    /// Where an envelope stands.
    pub enum EnvelopeStatus: "envelope status" {
        /// Being written; nothing was sent.
        Draft = "draft",
        /// To be sent, or being sent, to the provider.
        Submitting = "submitting",
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
        /// A recipient refused. Final.
        Declined = "declined",
        /// The provider or a notary refused. Final.
        Rejected = "rejected",
        /// The deadline passed and nobody can sign any more. Final.
        Expired = "expired",
        /// Called off. Final.
        Canceled = "canceled",
        /// Could not be submitted, or cannot be brought to an end. Final.
        Failed = "failed",
    }
}

impl EnvelopeStatus {
    /// Whether this state is final.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        self.progress() == Progress::Ended
    }
}

impl State for EnvelopeStatus {
    fn progress(self) -> Progress {
        match self {
            Self::Draft => Progress::Open(0),
            Self::Submitting => Progress::Open(1),
            Self::Submitted => Progress::Open(2),
            Self::Sent => Progress::Open(3),
            Self::InProgress => Progress::Open(4),
            Self::Finalizing => Progress::Open(5),
            Self::Completed | Self::Declined | Self::Rejected | Self::Expired | Self::Canceled | Self::Failed => {
                Progress::Ended
            }
        }
    }
}
