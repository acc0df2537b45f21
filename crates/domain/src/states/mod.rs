//! The states of envelopes, recipients, stages and submissions, and the one function through which they move.
//!
//! A state is reached by facts that providers tell, in any order and more than once. What must stay true: a step may be
//! skipped but is never taken back, and an end is final. Then the order in which facts arrive does not matter, save that
//! of two contradicting ends the first recorded one stands.

mod envelope;
mod recipient;
mod stage;
mod submission;

pub use envelope::EnvelopeStatus;
pub use recipient::RecipientStatus;
pub use stage::StageStatus;
pub use submission::SubmissionState;

/// How far a state is on its way. Later is greater; all ends are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// Still under way; a greater number is further. Numbers of different kinds of state cannot be compared.
    Open(u8),
    /// Nothing comes after.
    Ended,
}

/// A state that moves by [`advance`].
pub trait State: Copy + Eq {
    /// How far this state is. Two different open states of one kind never have the same number.
    fn progress(self) -> Progress;
}

/// A fact that contradicts an end already recorded. The end stands; the caller tells a person (`envelope.late_result`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the end recorded first stands; a later one contradicts it")]
pub struct LateFact<S> {
    /// The end that was recorded first, and stands.
    pub recorded: S,
    /// The other end, which was told later.
    pub reported: S,
}

/// What a fact does to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Advance<S> {
    /// The state is now this one.
    Moved(S),
    /// Nothing new: the same state again, or an earlier one that was told late.
    Unchanged,
    /// The state had ended otherwise.
    Refused(LateFact<S>),
}

impl<S: Copy> Advance<S> {
    /// The new state, when there is one.
    #[must_use]
    pub fn moved(self) -> Option<S> {
        match self {
            Self::Moved(to) => Some(to),
            Self::Unchanged | Self::Refused(_) => None,
        }
    }

    /// The contradiction, when there is one.
    #[must_use]
    pub fn late(self) -> Option<LateFact<S>> {
        match self {
            Self::Refused(late) => Some(late),
            Self::Moved(_) | Self::Unchanged => None,
        }
    }
}

/// Applies the fact `to` to a state: every transition that a provider's word causes is decided here.
///
/// ```
/// use domain::states::{Advance, EnvelopeStatus::{Completed, Declined, InProgress, Sent, Submitting}, advance};
///
/// assert_eq!(advance(Submitting, InProgress), Advance::Moved(InProgress));
/// assert_eq!(advance(InProgress, Sent), Advance::Unchanged);
/// assert!(matches!(advance(Completed, Declined), Advance::Refused(_)));
/// ```
#[must_use]
pub fn advance<S: State>(current: S, to: S) -> Advance<S> {
    match (current.progress(), to.progress()) {
        (Progress::Ended, Progress::Ended) if current != to => {
            Advance::Refused(LateFact { recorded: current, reported: to })
        }
        (from, onward) if onward > from => Advance::Moved(to),
        _ => Advance::Unchanged,
    }
}

/// Applies facts one after another: the state they lead to, and the contradictions among them.
pub fn fold<S: State>(current: S, facts: impl IntoIterator<Item = S>) -> (S, Vec<LateFact<S>>) {
    facts.into_iter().fold((current, Vec::new()), |(state, mut late), fact| match advance(state, fact) {
        Advance::Moved(to) => (to, late),
        Advance::Unchanged => (state, late),
        Advance::Refused(contradiction) => {
            late.push(contradiction);
            (state, late)
        }
    })
}

#[cfg(test)]
mod tests;
