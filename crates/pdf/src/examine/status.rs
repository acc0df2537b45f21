//! From the facts about signatures to one verdict.

use super::report::{Integrity, SignatureKind, Trust, VerificationStatus};

/// What the verdict depends on, for one signature.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignatureFacts {
    pub(super) kind: SignatureKind,
    pub(super) integrity: Integrity,
    pub(super) trust: Trust,
    /// The digest algorithm no longer proves anything.
    pub(super) weak: bool,
}

/// What follows the last signed byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LaterChanges {
    None,
    /// Revocation data and timestamps for long-term validation, which change nothing that is displayed.
    ValidationData,
    Other,
}

/// The worst fact decides. A timestamp counts for integrity, not for trust: its authority is nobody's signer.
pub(super) fn overall(signatures: &[SignatureFacts], later: LaterChanges) -> VerificationStatus {
    let by_signers = || signatures.iter().filter(|facts| facts.kind == SignatureKind::Signature);
    if by_signers().next().is_none() {
        VerificationStatus::Unsigned
    } else if signatures.iter().any(|facts| facts.integrity == Integrity::Broken) {
        VerificationStatus::Invalid
    } else if later == LaterChanges::Other {
        VerificationStatus::ModifiedAfterSigning
    } else if by_signers().any(|facts| facts.integrity == Integrity::Unknown || facts.weak) {
        VerificationStatus::Indeterminate
    } else if by_signers().any(|facts| facts.trust != Trust::Trusted) {
        VerificationStatus::Untrusted
    } else {
        VerificationStatus::Valid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: SignatureFacts = SignatureFacts {
        kind: SignatureKind::Signature,
        integrity: Integrity::Intact,
        trust: Trust::Trusted,
        weak: false,
    };
    const BROKEN: SignatureFacts = SignatureFacts { integrity: Integrity::Broken, ..GOOD };
    const UNKNOWN: SignatureFacts = SignatureFacts { integrity: Integrity::Unknown, trust: Trust::Unknown, ..GOOD };
    const UNTRUSTED: SignatureFacts = SignatureFacts { trust: Trust::Untrusted, ..GOOD };
    const WEAK: SignatureFacts = SignatureFacts { weak: true, ..GOOD };
    const STAMP: SignatureFacts = SignatureFacts { kind: SignatureKind::Timestamp, ..UNTRUSTED };

    #[test]
    fn good_signatures_are_valid() {
        assert_eq!(overall(&[GOOD, GOOD], LaterChanges::None), VerificationStatus::Valid);
        assert_eq!(overall(&[GOOD], LaterChanges::ValidationData), VerificationStatus::Valid);
    }

    #[test]
    fn an_untrusted_timestamp_does_not_devalue_a_trusted_signature() {
        assert_eq!(overall(&[GOOD, STAMP], LaterChanges::None), VerificationStatus::Valid);
        let broken = SignatureFacts { integrity: Integrity::Broken, ..STAMP };
        assert_eq!(overall(&[GOOD, broken], LaterChanges::None), VerificationStatus::Invalid);
    }

    #[test]
    fn no_signature_or_only_a_timestamp_is_unsigned() {
        assert_eq!(overall(&[], LaterChanges::None), VerificationStatus::Unsigned);
        assert_eq!(overall(&[STAMP], LaterChanges::Other), VerificationStatus::Unsigned);
    }

    #[test]
    fn a_broken_signature_outweighs_all_else() {
        let all = [GOOD, UNTRUSTED, WEAK, UNKNOWN, BROKEN];
        assert_eq!(overall(&all, LaterChanges::Other), VerificationStatus::Invalid);
    }

    #[test]
    fn unsigned_changes_outweigh_doubts() {
        let all = [GOOD, UNTRUSTED, WEAK, UNKNOWN];
        assert_eq!(overall(&all, LaterChanges::Other), VerificationStatus::ModifiedAfterSigning);
    }

    #[test]
    fn unknown_and_weak_algorithms_are_indeterminate() {
        assert_eq!(overall(&[GOOD, UNKNOWN], LaterChanges::None), VerificationStatus::Indeterminate);
        assert_eq!(overall(&[WEAK, UNTRUSTED], LaterChanges::None), VerificationStatus::Indeterminate);
    }

    #[test]
    fn one_untrusted_signer_makes_the_document_untrusted() {
        assert_eq!(overall(&[GOOD, UNTRUSTED], LaterChanges::None), VerificationStatus::Untrusted);
    }
}
