use super::{Advance, Progress, State};
use crate::words::words;

words! {
    /// Where a recipient stands.
    pub enum RecipientStatus: "recipient status" {
        /// Not invited yet.
        Created = "created",
        /// Invited, or able to act.
        Sent = "sent",
        /// Has opened what was sent.
        Viewed = "viewed",
        /// Could not be reached. Not the end: a correction makes it `sent` again, and a recipient who was reached some
        /// other way can still act.
        Failed = "failed",
        /// Has done their part. Final.
        Completed = "completed",
        /// Has refused. Final.
        Declined = "declined",
        /// Their stage reached its minimum without them. Final.
        Skipped = "skipped",
    }
}

impl RecipientStatus {
    /// Whether this state is final.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        self.progress() == Progress::Ended
    }

    /// After the provider took a correction of the recipient's data: `failed` becomes `sent`, which no fact can do.
    /// Any other state stays as it is.
    #[must_use]
    pub const fn corrected(self) -> Advance<Self> {
        match self {
            Self::Failed => Advance::Moved(Self::Sent),
            Self::Created | Self::Sent | Self::Viewed | Self::Completed | Self::Declined | Self::Skipped => {
                Advance::Unchanged
            }
        }
    }
}

impl State for RecipientStatus {
    fn progress(self) -> Progress {
        match self {
            Self::Created => Progress::Open(0),
            Self::Sent => Progress::Open(1),
            Self::Viewed => Progress::Open(2),
            Self::Failed => Progress::Open(3),
            Self::Completed | Self::Declined | Self::Skipped => Progress::Ended,
        }
    }
}
