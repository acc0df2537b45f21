//! Identity documents: those that are sent along, and those that a notary's part asks for. Source: contract sections 3.3,
//! 7 and 11.2 (G11, G14).

use domain::capability::Feature;
use domain::envelope::{IdentityDocument, Role};
use domain::finding::Finding;
use domain::order::Order;

use super::signing::notary_feature;
use crate::gofirmex::profile::Profile;
use crate::schema::pointer_to;

/// What the vendor takes. Source: contract section 7.
const CONTENT_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/jpg", "application/pdf"];

pub(super) fn check(order: &Order, profile: &Profile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, recipient) in order.recipients.iter().enumerate() {
        for (number, document) in recipient.spec.identity_documents.iter().enumerate() {
            let pointer = format!("/recipients/{index}/identity_documents/{number}");
            findings.extend(of_one(document, &pointer, profile));
        }
    }
    let required = |notary| profile.identity_documents_required_for.contains(&notary);
    let signatures = order.documents.iter().filter_map(|document| profile.signature(order, document).ok());
    let wanting = signatures.map(|signature| signature.notary).find(|notary| required(*notary));
    if wanting.is_some() {
        findings.extend(missing(order, profile));
    }
    let mut findings: Vec<Finding> =
        findings.into_iter().map(|finding| finding.about(Feature::IdentityDocuments)).collect();
    if let Some(feature) = wanting.and_then(notary_feature) {
        let told = |finding: &Finding| findings.iter().any(|known| known.pointer == finding.pointer);
        let more: Vec<Finding> = cannot_be_sent(profile).filter(|finding| !told(finding)).collect();
        findings.extend(more.into_iter().map(|finding| finding.about(feature)));
    }
    findings
}

fn of_one(document: &IdentityDocument, pointer: &str, profile: &Profile) -> Vec<Finding> {
    let mut findings = Vec::new();
    match profile.identity_document_types.get(&document.kind) {
        Some(Some(_)) => {}
        None if !crate::gofirmex::settings_check::IDENTITY_KINDS.contains(&document.kind.as_str()) => {
            let detail = "GoFirmex takes id_card_front, id_card_back, property_title and other.";
            findings.push(Finding::error("identity_kind_unknown", format!("{pointer}/type"), detail));
        }
        Some(None) | None => {
            let detail = "The account does not know the provider's id of this kind of identity document.";
            findings.push(not_set_up(&document.kind, detail));
        }
    }
    if document.size > profile.limits.max_identity_bytes {
        let most = profile.limits.max_identity_bytes;
        let detail = format!("The account takes identity documents of at most {most} bytes.");
        findings.push(Finding::error("identity_document_too_large", pointer, detail));
    }
    if !CONTENT_TYPES.contains(&document.content_type.as_str()) {
        let detail = "GoFirmex takes PNG, JPEG and PDF.";
        findings.push(Finding::error("identity_format_unsupported", pointer, detail));
    }
    findings
}

fn not_set_up(kind: &str, detail: &str) -> Finding {
    let setting = pointer_to("/settings/profile/identity_document_types", kind);
    Finding::error("identity_kind_not_set_up", setting, detail).in_account()
}

/// What the notary wants and nobody could send: without it the account does not have the notary's part at all.
fn cannot_be_sent(profile: &Profile) -> impl Iterator<Item = Finding> {
    let unknown = |kind: &&String| !matches!(profile.identity_document_types.get(*kind), Some(Some(_)));
    profile.required_identity_kinds.iter().filter(unknown).map(|kind| {
        let detail =
            "A notary's part needs this identity document, and the account does not know the provider's id of it.";
        not_set_up(kind, detail)
    })
}

/// A signer without the documents that the notary wants.
fn missing(order: &Order, profile: &Profile) -> Vec<Finding> {
    let signers = order.recipients.iter().enumerate().filter(|(_, r)| r.spec.role == Role::Signer);
    signers
        .flat_map(|(index, recipient)| {
            let there = |kind: &String| recipient.spec.identity_documents.iter().any(|d| d.kind == *kind);
            let lacking = profile.required_identity_kinds.iter().filter(move |kind| !there(kind));
            lacking.map(move |kind| {
                let detail = format!("A notary's part needs {kind} of every signer.");
                Finding::error("identity_document_required", format!("/recipients/{index}/identity_documents"), detail)
            })
        })
        .collect()
}
