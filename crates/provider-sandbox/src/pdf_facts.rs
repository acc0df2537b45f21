//! What a vendor checks of an uploaded PDF before it accepts it.

use lopdf::{Dictionary, Document, Object, ObjectId};

/// The size of a page as displayed, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PageSize {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Why a file is no acceptable PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PdfFault {
    /// The file does not begin as a PDF.
    #[error("not a PDF")]
    NotPdf,
    /// The file is encrypted, with or without a password to open it.
    #[error("encrypted")]
    Encrypted,
    /// The file begins as a PDF and is not one: no end marker, no cross-reference, no page.
    #[error("damaged")]
    Damaged,
}

/// How far into a file viewers look for the header.
const HEADER_WINDOW: usize = 1024;

/// The pages of a PDF.
///
/// `lenient_header` accepts bytes before `%PDF-`, as viewers do.
///
/// # Errors
/// [`PdfFault`], in the order of its variants.
pub(crate) fn pages(pdf: &[u8], lenient_header: bool) -> Result<Vec<PageSize>, PdfFault> {
    let window = if lenient_header { HEADER_WINDOW } else { b"%PDF-".len() };
    if !contains(pdf.get(..window).unwrap_or(pdf), b"%PDF-") {
        return Err(PdfFault::NotPdf);
    }
    let document = Document::load_mem(pdf);
    let encrypted = match &document {
        Ok(document) => document.is_encrypted() || document.was_encrypted(),
        // A file that needs a password, or whose trailer cannot be reached, still shows the entry.
        Err(_) => contains(pdf, b"/Encrypt"),
    };
    if encrypted {
        return Err(PdfFault::Encrypted);
    }
    let document = document.map_err(|_| PdfFault::Damaged)?;
    if !contains(pdf, b"%%EOF") || !contains(pdf, b"startxref") {
        return Err(PdfFault::Damaged);
    }
    let pages: Vec<PageSize> = document.page_iter().map(|page| page_size(&document, page)).collect();
    if pages.is_empty() { Err(PdfFault::Damaged) } else { Ok(pages) }
}

/// Looks from the end, where the marks of a PDF are.
fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).rev().any(|window| window == needle)
}

/// A4, for a page that does not say its size.
const A4: PageSize = PageSize { width: 595.276, height: 841.89 };

/// How many parents an inherited page attribute is looked for in; a loop in the tree ends here.
const DEPTH: usize = 64;

fn page_size(document: &Document, page: ObjectId) -> PageSize {
    let Some([left, bottom, right, top]) =
        rectangle(document, page, b"CropBox").or_else(|| rectangle(document, page, b"MediaBox"))
    else {
        return A4;
    };
    let (width, height) = ((right - left).abs(), (top - bottom).abs());
    let turned = inherited(document, page, b"Rotate")
        .and_then(|rotation| rotation.as_i64().ok())
        .is_some_and(|degrees| degrees.rem_euclid(180) == 90);
    if turned { PageSize { width: height, height: width } } else { PageSize { width, height } }
}

fn rectangle(document: &Document, page: ObjectId, key: &[u8]) -> Option<[f64; 4]> {
    let corners = inherited(document, page, key)?.as_array().ok()?;
    let numbers: Vec<f64> = corners
        .iter()
        .filter_map(|corner| {
            let (_, number) = document.dereference(corner).ok()?;
            number.as_float().ok().map(f64::from)
        })
        .collect();
    numbers.try_into().ok()
}

fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node: &Dictionary = document.get_dictionary(page).ok()?;
    for _ in 0..DEPTH {
        if let Ok(value) = node.get(key) {
            return document.dereference(value).ok().map(|(_, value)| value);
        }
        let parent = node.get(b"Parent").ok()?.as_reference().ok()?;
        node = document.get_dictionary(parent).ok()?;
    }
    None
}
