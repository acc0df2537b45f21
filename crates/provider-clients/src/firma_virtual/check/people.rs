//! The signers: who they are, and that there is everything that the vendor wants of them.

use std::collections::HashSet;

use domain::capability::Feature;
use domain::envelope::{ActsAs, RecipientSpec, SignatureLevel};
use domain::finding::Finding;
use domain::order::Order;
use domain::values::NationalIdType;

use crate::firma_virtual::people::signers;
use crate::firma_virtual::{FirmaAccount, VENDOR};
use crate::shared::unsupported::level_feature;

/// Most signers of a contract. Source: contract section 3.8.
pub(in super::super) const MAX_SIGNERS: usize = 10;

pub(super) fn check(account: &FirmaAccount, order: &Order) -> Vec<Finding> {
    let mut findings = Vec::new();
    let count = signers(order).count();
    if count == 0 {
        findings.push(Finding::error("signers_required", "/recipients", "There is nobody to sign."));
    }
    if count > MAX_SIGNERS {
        let detail = format!("{VENDOR} takes at most {MAX_SIGNERS} signers.");
        findings.push(Finding::error("too_many_recipients", "/recipients", detail));
    }
    let (mut ruts, mut emails) = (HashSet::new(), HashSet::new());
    for (index, recipient) in signers(order) {
        let spec = &recipient.spec;
        let at = |member: &str| format!("/recipients/{index}/{member}");
        person(account, spec, &at, &mut findings);
        let rut = spec.national_id.as_ref().filter(|id| id.kind() == NationalIdType::Rut);
        if account.checked.qa_rut.is_none() && rut.is_some_and(|id| !ruts.insert(id.value().to_owned())) {
            let detail = format!("{VENDOR} tells signers by their RUT; this one is already in the envelope.");
            findings.push(Finding::error("duplicate_national_id", at("national_id"), detail));
        }
        let email = spec.email.as_ref().map(|email| email.comparison_key());
        if account.checked.qa_rut.is_some() && email.is_some_and(|key| !emails.insert(key)) {
            let detail =
                "With one RUT for everybody signers are told by their e-mail address; this one is there already.";
            findings.push(Finding::error("duplicate_email", at("email"), detail));
        }
    }
    findings
}

fn person(account: &FirmaAccount, spec: &RecipientSpec, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    if spec.name.trim().is_empty() {
        findings.push(Finding::error("name_required", at("name"), format!("{VENDOR} requires a name.")));
    }
    if spec.email.is_none() {
        findings.push(Finding::error("email_required", at("email"), format!("{VENDOR} invites by e-mail only.")));
    }
    let has_rut = spec.national_id.as_ref().is_some_and(|id| id.kind() == NationalIdType::Rut);
    if !has_rut && account.checked.qa_rut.is_none() {
        let detail = format!("{VENDOR} requires a RUT of every signer.");
        findings.push(Finding::error("national_id_required", at("national_id"), detail));
    }
    phone(account, spec, at, findings);
    level(spec, at, findings);
    organization(spec, at, findings);
}

fn phone(account: &FirmaAccount, spec: &RecipientSpec, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    match &spec.phone {
        None => {
            let detail = format!("{VENDOR} requires a phone of every signer.");
            findings.push(Finding::error("phone_required", at("phone"), detail));
        }
        Some(phone) if account.phone(phone).is_none() => {
            let detail = "The account writes phones as Chilean national numbers, and this is none.";
            findings.push(Finding::error("phone_form", at("phone"), detail));
        }
        Some(_) => {}
    }
}

fn level(spec: &RecipientSpec, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    if let Some(level @ (SignatureLevel::Advanced | SignatureLevel::Qualified)) = spec.signature_level {
        let detail = format!("{VENDOR} has simple signatures only.");
        let finding = Finding::error("level_unsupported", at("signature_level"), detail);
        findings.push(finding.about(level_feature(level)));
    }
}

fn organization(spec: &RecipientSpec, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    match spec.acts_as {
        ActsAs::Person => {}
        ActsAs::Organization => {
            let detail = "The signer is sent as a company; the RUT is the one given as `national_id`.";
            findings.push(Finding::info("acts_as_company", at("acts_as"), detail).about(Feature::ActsAsOrganization));
        }
        ActsAs::Both => {
            let detail = format!("At {VENDOR} a signer acts for themselves or for a company, not for both.");
            let finding = Finding::error("acts_as_unsupported", at("acts_as"), detail);
            findings.push(finding.about(Feature::ActsAsOrganization));
        }
    }
    if spec.organization.is_some() {
        let detail = format!("{VENDOR} has no place for the organization's name; it is not sent.");
        findings.push(Finding::warning("organization_not_sent", at("organization"), detail));
    }
}
