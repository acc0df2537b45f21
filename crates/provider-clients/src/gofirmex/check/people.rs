//! The signers: who they are and how they are told. Source: contract sections 3.1, 7 and 10.2.

use std::collections::HashSet;

use domain::envelope::{ActsAs, RecipientSpec, Role};
use domain::finding::Finding;
use domain::order::Order;
use domain::values::NationalIdType;

use crate::gofirmex::people::{PersonName, comparable};
use crate::gofirmex::profile::{PhoneFormat, Profile};

pub(super) fn check(order: &Order, profile: &Profile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if order.recipients.is_empty() {
        findings.push(Finding::error("recipients_required", "/recipients", "There is nobody to send to."));
    }
    let most = profile.limits.max_recipients;
    if u32::try_from(order.recipients.len()).is_ok_and(|count| count > most) {
        let detail = format!("The account takes at most {most} signers.");
        findings.push(Finding::error("too_many_recipients", "/recipients", detail));
    }
    let mut seen = HashSet::new();
    for (index, recipient) in order.recipients.iter().enumerate() {
        let at = |member: &str| format!("/recipients/{index}/{member}");
        let spec = &recipient.spec;
        findings.extend(name(spec, at("name")));
        findings.extend(identity(spec, at("national_id"), &mut seen));
        if spec.email.is_none() {
            let detail = "GoFirmex requires an e-mail address of every signer, also of those whom the caller tells.";
            findings.push(Finding::error("email_required", at("email"), detail));
        }
        if spec.phone.is_some() && profile.phone_format == PhoneFormat::NotSent {
            let detail = "The account sends no phone numbers to GoFirmex.";
            findings.push(Finding::warning("phone_not_sent", at("phone"), detail));
        }
        if spec.organization.is_some() && spec.acts_as == ActsAs::Person {
            let detail = "GoFirmex has no place for a signer's organization; it is not sent.";
            findings.push(Finding::warning("organization_not_sent", at("organization"), detail));
        }
        if spec.role != Role::Signer && !spec.identity_documents.is_empty() {
            let detail = "GoFirmex takes identity documents of signers only.";
            findings.push(Finding::error("identity_documents_unsupported", at("identity_documents"), detail));
        }
    }
    findings
}

fn name(spec: &RecipientSpec, pointer: String) -> Option<Finding> {
    match PersonName::of(spec) {
        None => {
            let detail = "GoFirmex requires given names and surnames, and this name has one word.";
            Some(Finding::error("name_in_one_word", pointer, detail))
        }
        Some(name) if name.guessed => {
            let detail = "GoFirmex takes given names and surnames apart; give given_name and family_name to be sure. \
                          Here the name was divided at its blanks.";
            Some(Finding::info("name_divided", pointer, detail))
        }
        Some(_) => None,
    }
}

/// A signer is known by the identity number alone, so it must be there and be nobody else's.
fn identity(spec: &RecipientSpec, pointer: String, seen: &mut HashSet<String>) -> Option<Finding> {
    let Some(id) = &spec.national_id else {
        let detail = "GoFirmex knows signers by their RUT; signers of another country by their number there.";
        return Some(Finding::error("national_id_required", pointer, detail));
    };
    if matches!(id.kind(), NationalIdType::Cif | NationalIdType::Cnpj) {
        let detail = "At GoFirmex only persons sign.";
        return Some(Finding::error("national_id_of_company", pointer, detail));
    }
    (!seen.insert(comparable(id.value()))).then(|| {
        let detail = "GoFirmex tells signers apart by this number; another signer of the envelope has it already.";
        Finding::error("duplicate_national_id", pointer, detail)
    })
}
