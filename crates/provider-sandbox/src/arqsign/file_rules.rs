//! The rules of a sending's files. Source: contract sections 2.1 and 2.18.

use std::collections::HashSet;

use super::config::Variants;
use super::messages;
use super::rules::Case;

/// Files of a process. Source: contract section 6.
const MOST_FILES: usize = 25;
/// Characters of a file's name.
const LONGEST_NAME: usize = 150;

/// The first rule that is broken.
pub(super) fn broken(case: &Case<'_>, variants: &Variants) -> Option<String> {
    let documents = &case.sending.documentos;
    if documents.len() > MOST_FILES {
        return Some(messages::TOO_MANY_FILES.to_owned());
    }
    let total = case.files.iter().fold(0_u64, |sum, file| sum.saturating_add(file.size));
    if total > variants.max_total_bytes {
        return Some(messages::TOO_LARGE.to_owned());
    }
    for (document, file) in documents.iter().zip(case.files) {
        if !file.readable {
            return Some(messages::BAD_FILE.to_owned());
        }
        let named = document.nome_com_extensao.to_lowercase().ends_with(".pdf");
        if file.is_no_pdf() || !named {
            return Some(messages::not_a_pdf(&document.nome_com_extensao));
        }
    }
    if documents.is_empty() {
        return Some(messages::NO_FILE.to_owned());
    }
    let orders: Vec<i64> = documents.iter().filter_map(|document| document.ordem_documento).collect();
    if documents.len() > 1 && orders.len() < documents.len() {
        return Some(messages::FILE_ORDER_MISSING.to_owned());
    }
    if orders.iter().collect::<HashSet<_>>().len() < orders.len() {
        return Some(messages::FILE_ORDER_TWICE.to_owned());
    }
    if documents.iter().any(|document| document.nome_com_extensao.chars().count() > LONGEST_NAME) {
        return Some(messages::FILE_NAME_TOO_LONG.to_owned());
    }
    let names: HashSet<String> = documents.iter().map(|document| document.nome_com_extensao.to_lowercase()).collect();
    (names.len() < documents.len()).then(|| messages::FILE_NAME_TWICE.to_owned())
}
