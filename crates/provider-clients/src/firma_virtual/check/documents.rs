//! The documents: PDFs that are joined into one.

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::Order;

use crate::firma_virtual::VENDOR;
use crate::firma_virtual::settings::Settings;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let count = order.documents.len();
    if count == 0 {
        findings.push(Finding::error("documents_required", "/documents", "There is no document to sign."));
    }
    if usize::try_from(settings.max_documents).is_ok_and(|most| count > most) {
        let detail = format!("The account takes at most {} documents.", settings.max_documents);
        findings.push(Finding::error("too_many_documents", "/documents", detail));
    }
    for (index, document) in order.documents.iter().enumerate() {
        if document.size > settings.max_document_bytes {
            let detail = format!("The account takes documents of at most {} bytes.", settings.max_document_bytes);
            findings.push(Finding::error("document_too_large", format!("/documents/{index}"), detail));
        }
    }
    if count > 1 {
        let detail = "The provider joins the documents into one, in their order; one signed document comes back.";
        findings.push(Finding::info("documents_joined", "/documents", detail).about(Feature::SeveralDocuments));
    }
    if !order.spec.subject.trim().is_empty() {
        let detail = format!("{VENDOR} shows neither a subject nor names of documents; they are not sent.");
        findings.push(Finding::warning("subject_not_sent", "/subject", detail));
    }
    findings
}
