//! The documents: how many, and how large. Source: contract section 7.

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::Order;

use crate::gofirmex::profile::Profile;

pub(super) fn check(order: &Order, profile: &Profile) -> Vec<Finding> {
    let limits = profile.limits;
    let mut findings = Vec::new();
    if order.documents.is_empty() {
        findings.push(Finding::error("documents_required", "/documents", "There is no document to sign."));
    }
    if u32::try_from(order.documents.len()).is_ok_and(|count| count > limits.max_documents) {
        let detail = format!("The account takes at most {} documents in a portfolio.", limits.max_documents);
        let finding = Finding::error("too_many_documents", "/documents", detail);
        findings.push(finding.about(Feature::SeveralDocuments));
    }
    for (index, document) in order.documents.iter().enumerate() {
        if document.size > limits.max_document_bytes {
            let detail = format!("The account takes documents of at most {} bytes.", limits.max_document_bytes);
            findings.push(Finding::error("document_too_large", format!("/documents/{index}"), detail));
        }
    }
    findings
}
