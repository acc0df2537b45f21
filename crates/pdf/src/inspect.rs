//! Whether a document can be sent for signature.

use std::io::{Read, Seek};

use crate::document::with_document;
use crate::error::InspectError;
use crate::pages::{Page, pages};

/// What the broker needs to know of a document that it accepts.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The pages in reading order; never empty.
    pub pages: Vec<Page>,
}

/// Inspects a PDF file from its first byte to its last, wherever `source` stands.
///
/// # Errors
/// [`InspectError::Defect`] when the file cannot be used; [`InspectError::Io`] when it could not be read.
pub fn inspect<R: Read + Seek>(source: &mut R) -> Result<Inspection, InspectError> {
    with_document(source, |document| Ok(Inspection { pages: pages(document)? }))
}
