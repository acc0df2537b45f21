//! The documents: how many, how large, and their names. Source: contract section 2.1.

use domain::capability::Feature;
use domain::finding::Finding;
use domain::order::Order;

use crate::arqsign::limits::{DOCUMENTS, FILE_NAME_CHARS, is_longer, will_be_cut};
use crate::arqsign::settings::Settings;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if u32::try_from(order.documents.len()).is_ok_and(|count| count > DOCUMENTS) {
        let detail = format!("ArqSign takes at most {DOCUMENTS} documents in an envelope.");
        findings.push(Finding::error("too_many_documents", "/documents", detail).about(Feature::SeveralDocuments));
    }
    let total: u64 = order.documents.iter().map(|d| d.size).fold(0, u64::saturating_add);
    if total > settings.max_total_bytes {
        let detail = format!("The documents together must have at most {} bytes.", settings.max_total_bytes);
        findings.push(Finding::error("documents_too_large", "/documents", detail));
    }
    for (index, document) in order.documents.iter().enumerate() {
        let most = FILE_NAME_CHARS - ".pdf".len();
        let name = document.name.trim().trim_end_matches(".pdf");
        if is_longer(name, most) {
            findings.push(will_be_cut(format!("/documents/{index}/name"), most, None));
        }
    }
    findings
}
