//! The documents: each becomes a transaction of its own.

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::Order;

use super::is_too_long;
use crate::efirma_go::limits::too_long;
use crate::efirma_go::settings::Settings;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if order.documents.is_empty() {
        findings.push(Finding::error("documents_required", "/documents", "There is no document to sign."));
    }
    for (index, document) in order.documents.iter().enumerate() {
        if document.size > settings.max_document_bytes {
            let detail = format!("The account takes documents of at most {} bytes.", settings.max_document_bytes);
            findings.push(Finding::error("document_too_large", format!("/documents/{index}"), detail));
        }
        if document.pages.is_empty() {
            let detail = "efirma GO refuses a PDF without pages.";
            findings.push(Finding::error("document_without_pages", format!("/documents/{index}"), detail));
        }
        if is_too_long(&document.name) {
            findings.push(too_long(format!("/documents/{index}/name")));
        }
    }
    if order.documents.len() > 1 {
        let detail =
            "efirma GO takes one document at a time: each is sent as a transaction of its own, one after another.";
        findings.push(
            Finding::info("one_transaction_per_document", "/documents", detail)
                .about(Feature::SeveralDocuments)
                .emulated("one transaction at the provider for each document"),
        );
        if order.stages().iter().any(|stage| stage.rank > 1) {
            let detail = "The order of recipients holds within each document, not across them: a later recipient may \
                          act on one document while an earlier one has not acted on another.";
            let finding = Finding::warning("order_per_document", "/recipients", detail);
            findings.push(finding.about(Feature::SequentialOrder));
        }
    }
    findings
}
