//! The documents: all of them are one batch for each signer.

use domain::finding::Finding;
use domain::order::Order;

use crate::viafirma::add_file::filename;
use crate::viafirma::settings::Settings;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if order.documents.is_empty() {
        findings.push(Finding::error("documents_required", "/documents", "There is no document to sign."));
    }
    if u32::try_from(order.documents.len()).is_ok_and(|count| count > settings.max_files) {
        let detail = format!("The account takes at most {} documents.", settings.max_files);
        findings.push(Finding::error("too_many_documents", "/documents", detail));
    }
    for (index, document) in order.documents.iter().enumerate() {
        let here = format!("/documents/{index}");
        if document.size > settings.max_file_bytes {
            let detail = format!("The account takes documents of at most {} bytes.", settings.max_file_bytes);
            findings.push(Finding::error("document_too_large", here.clone(), detail));
        }
        if document.size == 0 {
            findings.push(Finding::error("document_empty", here.clone(), "Viafirma Platform refuses an empty file."));
        }
        let name = format!("{here}/filename");
        if filename(document).chars().count() > settings.max_filename_chars {
            let detail = format!("The account takes file names of at most {} characters.", settings.max_filename_chars);
            findings.push(Finding::error("too_long", name, detail));
        }
    }
    findings
}
