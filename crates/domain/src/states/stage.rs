use super::{Progress, State};
use crate::words::words;

words! {
    /// Where a stage stands.
    pub enum StageStatus: "stage status" {
        /// An earlier stage is not completed.
        Waiting = "waiting",
        /// Its recipients can act.
        Active = "active",
        /// As many of its recipients have acted as it needs. Final.
        Completed = "completed",
    }
}

impl StageStatus {
    /// Whether this state is final.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        self.progress() == Progress::Ended
    }
}

impl State for StageStatus {
    fn progress(self) -> Progress {
        match self {
            Self::Waiting => Progress::Open(0),
            Self::Active => Progress::Open(1),
            Self::Completed => Progress::Ended,
        }
    }
}
