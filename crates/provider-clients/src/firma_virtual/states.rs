//! The vendor's words for a contract's state. Source: contract section 5.

use domain::states::SubmissionState;

use super::FirmaAccount;
use super::settings::MappedState;

impl FirmaAccount {
    /// What the account says a word means; `None` for a word that is in no table, such as `OTHER`.
    pub(super) fn mapped(&self, word: &str) -> Option<MappedState> {
        self.checked.settings.status_map.get(word.trim()).copied()
    }

    /// The state of a contract with this word, before its signers were looked at.
    pub(super) fn submission_state(&self, word: &str) -> Option<SubmissionState> {
        self.mapped(word).map(|state| match state {
            MappedState::Submitting => SubmissionState::Submitting,
            MappedState::Sent => SubmissionState::Sent,
            MappedState::InProgress => SubmissionState::InProgress,
            MappedState::Finalizing | MappedState::Completed => SubmissionState::Finalizing,
            MappedState::Rejected => SubmissionState::Rejected,
            MappedState::Canceled => SubmissionState::Canceled,
            MappedState::Expired => SubmissionState::Expired,
        })
    }

    /// Whether the account lists a contract's state among `states`; a contract that was never read may be in any.
    pub(super) fn is_among(last_word: Option<&str>, states: &[String]) -> bool {
        last_word.is_none_or(|word| states.iter().any(|state| state == word))
    }
}
