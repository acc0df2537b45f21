//! When a person is needed: why, and what they can do about it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// Why a person is needed, the most severe first: what may bind the wrong people, then what keeps an envelope from
    /// its end, then what keeps one recipient from it, then what only wants a look.
    pub enum AttentionCode: "attention code" {
        /// A second live transaction exists for a submission: recipients may sign the same twice.
        DuplicateSubmission = "duplicate_submission",
        /// Somebody else than the asked person signed; the file is withheld.
        SignerIdentityMismatch = "signer_identity_mismatch",
        /// A fact contradicts the end that was recorded first.
        LateResult = "late_result",
        /// One part was refused while another is live and could not be canceled yet.
        PartiallySubmitted = "partially_submitted",
        /// Some files of a finished transaction were not signed.
        PartiallySigned = "partially_signed",
        /// A call may have happened at the provider, and no look-up told.
        SubmissionUnknown = "submission_unknown",
        /// The provider refused for a reason that lies in the account: credentials, permission, credit, or a long outage.
        AccountBlocked = "account_blocked",
        /// The account's settings name paths that the provider does not have.
        ProviderProfileWrong = "provider_profile_wrong",
        /// What came back is not a sound signed PDF.
        ArtifactInvalid = "artifact_invalid",
        /// The provider does not give a file out.
        ArtifactNotDownloadable = "artifact_not_downloadable",
        /// The provider no longer knows the transaction.
        ProviderTransactionMissing = "provider_transaction_missing",
        /// The deadline passed, but recipients may still be able to sign.
        ExpiryNotEnforced = "expiry_not_enforced",
        /// A recipient cannot be reached.
        RecipientUnreachable = "recipient_unreachable",
        /// A signer's certificate did not work; they can try again.
        SignerCertificate = "signer_certificate",
        /// The provider says that a recipient is blocked.
        RecipientBlocked = "recipient_blocked",
        /// The provider has been silent for longer than it should.
        NoNewsFromProvider = "no_news_from_provider",
        /// The provider used a word for a state that is not in the table; the last state was kept.
        UnknownProviderStatus = "unknown_provider_status",
        /// A callback was stored whose kind is not known.
        UnknownCallback = "unknown_callback",
    }
}

words! {
    /// What a person can decide about an attention (`POST …/resolve`).
    pub enum ResolveAction: "resolve action" {
        /// Take the provider's transaction with this reference as the submission's own.
        Adopt = "adopt",
        /// Submit again, knowing that nothing live is there.
        Resubmit = "resubmit",
        /// Give up: the envelope becomes `failed`.
        Fail = "fail",
        /// Try what was refused or not found once more, now.
        Retry = "retry",
        /// Seen; nothing is to be done.
        Dismiss = "dismiss",
        /// Record the state that the person found out at the provider.
        Record = "record",
        /// Take what came back as it is.
        Accept = "accept",
        /// Fetch the files again.
        Refetch = "refetch",
    }
}

impl AttentionCode {
    /// How severe it is; a smaller number is worse. It is the place in [`Self::ALL`].
    #[must_use]
    pub fn severity(self) -> usize {
        Self::ALL.iter().position(|code| *code == self).unwrap_or(usize::MAX)
    }

    /// What a person can decide, the usual choice first. Never empty.
    #[must_use]
    pub const fn actions(self) -> &'static [ResolveAction] {
        use ResolveAction::{Accept, Adopt, Dismiss, Fail, Record, Refetch, Resubmit, Retry};
        match self {
            Self::DuplicateSubmission => &[Dismiss, Fail],
            Self::SignerIdentityMismatch => &[Record, Fail],
            Self::LateResult | Self::RecipientBlocked | Self::UnknownCallback => &[Dismiss],
            Self::PartiallySubmitted => &[Retry, Resubmit, Fail],
            Self::PartiallySigned => &[Accept, Fail],
            Self::SubmissionUnknown => &[Adopt, Resubmit, Fail],
            Self::AccountBlocked | Self::ProviderProfileWrong => &[Retry, Fail],
            Self::ArtifactInvalid => &[Accept, Refetch, Fail],
            Self::ArtifactNotDownloadable => &[Refetch, Accept, Fail],
            Self::ProviderTransactionMissing => &[Retry, Record, Fail],
            Self::ExpiryNotEnforced | Self::UnknownProviderStatus => &[Record, Dismiss],
            Self::RecipientUnreachable => &[Retry, Dismiss],
            Self::SignerCertificate => &[Dismiss, Fail],
            Self::NoNewsFromProvider => &[Retry, Record, Dismiss, Fail],
        }
    }
}

/// An open request for a person's decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// Why.
    pub code: AttentionCode,
    /// A sentence for people, without personal data or secrets.
    pub detail: String,
    /// Since when, UTC.
    pub since: DateTime<Utc>,
    /// What can be decided.
    pub actions: Vec<ResolveAction>,
    /// Until when the broker goes on trying by itself; afterwards only a person can end it. `None`: from the start.
    pub auto_until: Option<DateTime<Utc>>,
}

impl Attention {
    /// An attention with the actions of its code, which the broker does not go on to solve by itself.
    #[must_use]
    pub fn new(code: AttentionCode, detail: impl Into<String>, since: DateTime<Utc>) -> Self {
        Self { code, detail: detail.into(), since, actions: code.actions().to_vec(), auto_until: None }
    }

    /// The same, while the broker goes on trying by itself until `auto_until`.
    #[must_use]
    pub fn auto_until(self, auto_until: DateTime<Utc>) -> Self {
        Self { auto_until: Some(auto_until), ..self }
    }
}

/// The attention that an envelope shows first: the most severe, of equal ones the oldest.
#[must_use]
pub fn most_severe(open: &[Attention]) -> Option<&Attention> {
    open.iter().min_by_key(|attention| (attention.code.severity(), attention.since))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn every_code_offers_distinct_actions() {
        for code in AttentionCode::ALL {
            let actions = code.actions();
            assert!(!actions.is_empty(), "{code}");
            for (place, action) in actions.iter().enumerate() {
                assert!(!actions[..place].contains(action), "{code} offers {action} twice");
            }
        }
        for action in ResolveAction::ALL {
            assert!(AttentionCode::ALL.iter().any(|code| code.actions().contains(action)), "{action} is never offered");
        }
    }

    #[test]
    fn the_most_severe_is_shown_and_of_equal_ones_the_oldest() {
        let open = [
            Attention::new(AttentionCode::UnknownProviderStatus, "a", at(1)),
            Attention::new(AttentionCode::SubmissionUnknown, "b", at(9)),
            Attention::new(AttentionCode::SubmissionUnknown, "c", at(5)),
            Attention::new(AttentionCode::RecipientBlocked, "d", at(2)),
        ];
        assert_eq!(most_severe(&open).map(|attention| attention.detail.as_str()), Some("c"));
        assert_eq!(most_severe(&[]), None);
    }

    #[test]
    fn json_has_the_documented_members() {
        let attention = Attention::new(AttentionCode::SubmissionUnknown, "No answer.", at(0)).auto_until(at(60));
        assert_eq!(
            serde_json::to_value(&attention).unwrap(),
            serde_json::json!({
                "code": "submission_unknown",
                "detail": "No answer.",
                "since": "1970-01-01T00:00:00Z",
                "actions": ["adopt", "resubmit", "fail"],
                "auto_until": "1970-01-01T00:01:00Z",
            })
        );
    }
}
