//! The recipients: how strongly they sign, and whether it is known who shall.

use domain::capability::Feature;
use domain::envelope::{ActsAs, RecipientSpec, Role, SignatureLevel};
use domain::finding::Finding;
use domain::order::Order;

use super::rules::on_our_page;
use crate::viafirma::options::RecipientOptions;
use crate::viafirma::settings::Settings;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if order.recipients.is_empty() {
        findings.push(Finding::error("recipients_required", "/recipients", "There is nobody to sign."));
    }
    for (index, recipient) in order.recipients.iter().enumerate() {
        let (spec, at) = (&recipient.spec, |member: &str| format!("/recipients/{index}/{member}"));
        if spec.message.is_some() {
            findings.push(on_our_page(at("message"), Feature::RecipientMessage));
        }
        if spec.role != Role::Signer {
            continue;
        }
        findings.extend(level(spec, settings, at("signature_level")));
        if spec.national_id.is_none() {
            findings.push(who_signs(spec, at("national_id")));
        }
        if spec.acts_as == ActsAs::Person && spec.organization.is_some() {
            let detail = "Viafirma Platform has no place for a recipient's organization; it is not sent.";
            findings.push(Finding::warning("organization_not_sent", at("organization"), detail));
        }
    }
    findings
}

/// A level is a minimum; every signature here is made with a certificate.
fn level(spec: &RecipientSpec, settings: &Settings, pointer: String) -> Option<Finding> {
    match spec.signature_level {
        Some(SignatureLevel::Simple) => {
            let detail = "Every signature at Viafirma Platform is made with a certificate and is at least advanced.";
            Some(Finding::info("level_is_higher", pointer, detail).about(Feature::LevelSimple))
        }
        Some(SignatureLevel::Qualified) if !settings.qualified_signatures => {
            let detail = "The account does not say that its signers sign with qualified certificates and devices.";
            Some(Finding::error("level_unsupported", pointer, detail).about(Feature::LevelQualified))
        }
        Some(SignatureLevel::Advanced | SignatureLevel::Qualified) | None => None,
    }
}

/// Nobody is compared with whoever signs.
fn who_signs(spec: &RecipientSpec, pointer: String) -> Finding {
    if RecipientOptions::of(spec).narrows() {
        let detail = "Without an identity number nobody compares whoever signed with the recipient; only the filters \
                      narrow down which certificates can be used.";
        Finding::info("signer_not_compared", pointer, detail)
    } else {
        let detail =
            "Without an identity number or a filter, whoever has the signing link can sign with any certificate.";
        Finding::warning("signer_not_narrowed_down", pointer, detail)
    }
}
