//! The rules of manual positions. Source: contract sections 2.1, 2.18 and 6.

use std::collections::BTreeSet;

use super::asked::{Online, Position, SignatureBox};
use super::messages;
use super::rules::Case;

/// Millimetres of a point.
pub(super) const MM_PER_POINT: f64 = 25.4 / 72.0;
/// What rounding to two decimals may add, in millimetres.
const ROUNDING: f64 = 0.011;

/// The first rule that is broken; with automatic positions there are none.
pub(super) fn broken(case: &Case<'_>) -> Option<String> {
    if case.sending.usar_posicao_assinatura_automatica.0 {
        return None;
    }
    let onlines = case.onlines();
    let first = |broken: &dyn Fn(&Online) -> Option<String>| onlines.iter().find_map(broken);
    first(&|online| outside(case, online))
        .or_else(|| first(&|online| two_boxes(case, online)))
        .or_else(|| first(&|online| document_order(case, online)))
        .or_else(|| first(&|online| missing_box(case, online)))
        .or_else(|| first(&|online| missing_pages(case, online)))
}

/// The boxes of a position that count.
pub(super) fn boxes<'a>(online: &'a Online, position: &'a Position) -> impl Iterator<Item = &'a SignatureBox> {
    let person = position.pessoa_fisica.as_ref().filter(|_| online.as_person());
    let company = position.pessoa_juridica.as_ref().filter(|_| online.as_company());
    person.into_iter().chain(company)
}

/// The place in `documentos` that a position is for; the only file needs no order.
fn place(case: &Case<'_>, position: &Position) -> Option<usize> {
    match (case.sending.documentos.as_slice(), position.documento_de_ordem) {
        ([_], None) => Some(0),
        ([only], Some(order)) => (only.ordem_documento.unwrap_or(1) == order).then_some(0),
        (documents, order) => {
            let order = order?;
            documents.iter().position(|document| document.ordem_documento == Some(order))
        }
    }
}

fn outside(case: &Case<'_>, online: &Online) -> Option<String> {
    online.positions().iter().find_map(|position| {
        let pages = case.files.get(place(case, position)?)?.pages()?;
        let is_outside = |found: &&SignatureBox| {
            let page = usize::try_from(found.pagina).ok().and_then(|page| pages.get(page.checked_sub(1)?));
            page.is_some_and(|page| {
                let right = found.posicao_x + found.largura > page.width * MM_PER_POINT + ROUNDING;
                let below = found.posicao_y + found.altura > page.height * MM_PER_POINT + ROUNDING;
                let flat = found.largura <= 0.0 || found.altura <= 0.0;
                right || below || flat || found.posicao_x < 0.0 || found.posicao_y < 0.0
            })
        };
        boxes(online, position).find(is_outside).map(|_| messages::OUTSIDE_PAGE.to_owned())
    })
}

fn two_boxes(case: &Case<'_>, online: &Online) -> Option<String> {
    let mut seen = BTreeSet::new();
    let places = online.positions().iter().filter_map(|position| place(case, position));
    places.into_iter().any(|place| !seen.insert(place)).then(|| messages::TWO_BOXES.to_owned())
}

fn document_order(case: &Case<'_>, online: &Online) -> Option<String> {
    let several = case.sending.documentos.len() > 1;
    online.positions().iter().find_map(|position| match position.documento_de_ordem {
        None => several.then(|| messages::NO_DOCUMENT_ORDER.to_owned()),
        Some(order) => place(case, position).is_none().then(|| messages::unknown_document_order(order)),
    })
}

/// Every signer needs a box on every file for each kind of person; a company's must have no zero.
fn missing_box(case: &Case<'_>, online: &Online) -> Option<String> {
    (0..case.sending.documentos.len()).find_map(|wanted| {
        let position = online.positions().iter().find(|position| place(case, position) == Some(wanted));
        let person = position.and_then(|position| position.pessoa_fisica);
        if online.as_person() && person.is_none() {
            return Some(messages::PERSON_BOX.to_owned());
        }
        let company = position.and_then(|position| position.pessoa_juridica);
        (online.as_company() && company.is_none_or(|found| found.has_zero())).then(|| messages::COMPANY_BOX.to_owned())
    })
}

fn missing_pages(case: &Case<'_>, online: &Online) -> Option<String> {
    online.positions().iter().find_map(|position| {
        let pages = case.files.get(place(case, position)?)?.pages()?;
        let count = i64::try_from(pages.len()).unwrap_or(i64::MAX);
        let missing: BTreeSet<i64> =
            boxes(online, position).map(|found| found.pagina).filter(|page| *page > count).collect();
        let missing: Vec<i64> = missing.into_iter().collect();
        (!missing.is_empty()).then(|| messages::missing_pages(&missing))
    })
}
