//! What the vendor holds, beside what was asked. Compared while the contract is open: later the list of files is another.

use domain::facts::Difference;

use super::FirmaAccount;
use super::fee::resolved_fee;
use super::people::{compact_rut, is_email, is_same_phone, signers};
use super::settings::MappedState;
use super::wire::received::{Detail, Signer};
use crate::provider::SubmissionView;

impl FirmaAccount {
    /// The differences; `None` when this reading cannot tell.
    pub(super) fn differences(
        &self,
        submission: &SubmissionView<'_>,
        detail: &Detail,
        mapped: Option<MappedState>,
    ) -> Option<Vec<Difference>> {
        let is_open = matches!(mapped, Some(MappedState::Sent | MappedState::InProgress));
        if !is_open || detail.signers.is_empty() {
            return None;
        }
        let mut differences = Vec::new();
        let mut differ = |pointer: String, detail: &str| {
            differences.push(Difference { pointer, detail: detail.to_owned() });
        };
        for (index, recipient) in signers(submission.order) {
            let at = |member: &str| format!("/recipients/{index}{member}");
            let Some(listed) = self.listed(recipient, &detail.signers) else {
                differ(at(""), "The provider does not list this signer.");
                continue;
            };
            if !is_email(&listed.email, recipient) {
                differ(at("/email"), "The provider has another e-mail address.");
            }
            if !self.has_rut(listed, &recipient.spec) {
                differ(at("/national_id"), "The provider has another RUT.");
            }
            let phone = recipient.spec.phone.as_ref();
            if !listed.phone.is_empty() && phone.is_some_and(|phone| !is_same_phone(&listed.phone, phone)) {
                differ(at("/phone"), "The provider has another phone.");
            }
        }
        if detail.signers.len() != signers(submission.order).count() {
            differ("/recipients".to_owned(), "The provider lists another number of signers.");
        }
        let fee = detail.contract.fee_id.zip(resolved_fee(submission));
        if fee.is_some_and(|(told, asked)| told != asked) {
            differ(String::new(), "The provider has another price row.");
        }
        // Several documents were joined into one.
        if detail.files.is_some_and(|count| count != 1) {
            differ("/documents".to_owned(), "The provider does not hold exactly one joined document.");
        }
        Some(differences)
    }

    fn has_rut(&self, listed: &Signer, spec: &domain::envelope::RecipientSpec) -> bool {
        self.rut(spec).is_none_or(|rut| compact_rut(&rut) == compact_rut(&listed.rut))
    }
}
