//! The document to sign, as it stands: what it contains comes from lopdf, its objects' text from its own bytes.

use lopdf::xref::{XrefEntry, XrefRecovery};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::PadesError;
use super::syntax::{DictText, indirect_value};

/// Levels of a page tree that are searched for inherited attributes; a loop ends here as well.
const DEEPEST_PAGE_TREE: usize = 100;

/// A document that has been read, with the bytes it was read from.
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    /// Where `%PDF-` stands: offsets inside the file count from there, not from the first byte.
    pub(super) header_offset: usize,
    pub(super) document: Document,
}

/// The part of a page that viewers show, in default user space units, and how far they turn it clockwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct VisiblePage {
    pub(super) left: f64,
    pub(super) bottom: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) rotation: Rotation,
}

/// How a viewer turns the page, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rotation {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl<'a> Source<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, PadesError> {
        let document = Document::load_mem(bytes)?;
        if document.is_encrypted() || document.was_encrypted() {
            return Err(PadesError::Encrypted);
        }
        let header_offset = bytes.windows(5).position(|window| window == b"%PDF-").unwrap_or(0);
        Ok(Self { bytes, header_offset, document })
    }

    /// Where the newest cross-reference section starts; `None` when the file has no usable one.
    pub(super) fn newest_section(&self) -> Option<usize> {
        let rebuilt = self.document.xref_recovery == Some(XrefRecovery::Reconstructed);
        (!rebuilt && self.document.xref_start > 0).then_some(self.document.xref_start)
    }

    pub(super) fn catalog_id(&self) -> Result<ObjectId, PadesError> {
        Ok(self.document.trailer.get(b"Root").and_then(Object::as_reference)?)
    }

    /// The page numbered `page`, counted from one.
    pub(super) fn page_id(&self, page: u32) -> Result<ObjectId, PadesError> {
        let index = page.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.document.page_iter().nth(index)).ok_or(PadesError::NoSuchPage { page })
    }

    pub(super) fn dictionary(&self, id: ObjectId) -> Result<&Dictionary, PadesError> {
        Ok(self.document.get_dictionary(id)?)
    }

    /// The value under `key` with the object it stands in; the identifier is `None` for a value of `dictionary` itself.
    /// A missing entry and `null` are the same.
    pub(super) fn entry<'s>(
        &'s self,
        dictionary: &'s Dictionary,
        key: &[u8],
    ) -> Option<(Option<ObjectId>, &'s Object)> {
        let (id, value) = self.document.dereference(dictionary.get(key).ok()?).ok()?;
        (!value.is_null()).then_some((id, value))
    }

    pub(super) fn dict_text(&self, id: ObjectId) -> Result<DictText, PadesError> {
        DictText::parse(&self.text(id)?).ok_or(unexpected(id))
    }

    /// The object's value as the file has it, to the digit.
    pub(super) fn text(&self, id: ObjectId) -> Result<Vec<u8>, PadesError> {
        self.original_text(id).ok_or(unexpected(id))
    }

    fn original_text(&self, (number, generation): ObjectId) -> Option<Vec<u8>> {
        match *self.document.reference_table.get(number)? {
            XrefEntry::Normal { offset, .. } => {
                let start = self.header_offset.checked_add(usize::try_from(offset).ok()?)?;
                Some(indirect_value(self.bytes.get(start..)?, number, generation)?.to_vec())
            }
            XrefEntry::Compressed { container, .. } => self.compressed_text(number, container),
            XrefEntry::Free | XrefEntry::UnusableFree => None,
        }
    }

    /// Text of an object inside an object stream. Source: ISO 32000-1:2008, section 7.5.7.
    fn compressed_text(&self, number: u32, container: u32) -> Option<Vec<u8>> {
        let stream = self.document.get_object((container, 0)).ok()?.as_stream().ok()?;
        let first = usize::try_from(stream.dict.get(b"First").ok()?.as_i64().ok()?).ok()?;
        let content = stream.get_plain_content().ok()?;
        let index = std::str::from_utf8(content.get(..first)?).ok()?;
        let numbers: Vec<usize> = index.split_ascii_whitespace().map_while(|word| word.parse().ok()).collect();
        let (pairs, _) = numbers.as_chunks::<2>();
        let [_, offset] = pairs.iter().find(|[found, _]| u32::try_from(*found) == Ok(number))?;
        Some(content.get(first.checked_add(*offset)?..)?.to_vec())
    }

    /// What viewers show of the page: its crop box within its media box.
    pub(super) fn visible_page(&self, page: u32) -> Result<VisiblePage, PadesError> {
        let id = self.page_id(page)?;
        let no_box = PadesError::NoPageBox { page };
        let [mut left, mut bottom, mut right, mut top] =
            self.inherited(id, b"MediaBox").and_then(|value| self.rectangle(value)).ok_or(no_box)?;
        if let Some(crop) = self.inherited(id, b"CropBox").and_then(|value| self.rectangle(value)) {
            let inside = [left.max(crop[0]), bottom.max(crop[1]), right.min(crop[2]), top.min(crop[3])];
            if inside[0] < inside[2] && inside[1] < inside[3] {
                [left, bottom, right, top] = inside;
            }
        }
        let degrees = self.inherited(id, b"Rotate").and_then(|value| value.as_i64().ok()).unwrap_or(0);
        let rotation = match degrees.rem_euclid(360) {
            90 => Rotation::Quarter,
            180 => Rotation::Half,
            270 => Rotation::ThreeQuarters,
            _ => Rotation::None,
        };
        Ok(VisiblePage { left, bottom, right, top, rotation })
    }

    fn inherited(&self, page: ObjectId, key: &[u8]) -> Option<&Object> {
        let mut node = self.document.get_dictionary(page).ok()?;
        for _ in 0..DEEPEST_PAGE_TREE {
            if let Some((_, value)) = self.entry(node, key) {
                return Some(value);
            }
            node = self.entry(node, b"Parent")?.1.as_dict().ok()?;
        }
        None
    }

    /// Left, bottom, right, top, whichever corners the file names; `None` for an empty rectangle.
    fn rectangle(&self, value: &Object) -> Option<[f64; 4]> {
        let numbers = value.as_array().ok()?.iter().map(|number| {
            let (_, number) = self.document.dereference(number).ok()?;
            number.as_float().ok().map(f64::from)
        });
        let [a, b, c, d] = <[f64; 4]>::try_from(numbers.collect::<Option<Vec<_>>>()?).ok()?;
        let rectangle = [a.min(c), b.min(d), a.max(c), b.max(d)];
        (rectangle[0] < rectangle[2] && rectangle[1] < rectangle[3]).then_some(rectangle)
    }
}

pub(super) fn unexpected((number, generation): ObjectId) -> PadesError {
    PadesError::UnexpectedObject { number, generation }
}
