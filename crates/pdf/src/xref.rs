//! The cross-reference: where each object stands (ISO 32000-1 section 7.5.4 to 7.5.8).
//!
//! Classic tables stay in the file and are looked up there; cross-reference streams are kept decoded, within
//! [`MAX_DECODED_BYTES`]. Sections are ordered from the newest to the oldest, and the first that knows a number wins.

use std::collections::HashSet;
use std::io::{Read, Seek};

use crate::error::{Defect, InspectError, damaged};
use crate::filter;
use crate::lexer::is_whitespace;
use crate::object::{Dictionary, Object, ObjectNumber};
use crate::parser::Parser;
use crate::source::{Bytes, Source};

/// Sections of one file; each incremental update adds one.
const MAX_SECTIONS: usize = 512;
const MAX_SUBSECTIONS: usize = 65_536;
/// Room for about three million objects.
const MAX_DECODED_BYTES: usize = 16 << 20;

/// Where one object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    InFile { position: u64 },
    InStream { stream: ObjectNumber, index: usize },
}

/// The entries `first .. first + count`; `start` is the file position of the first entry in a table, and the number
/// of entries before it in a stream.
#[derive(Debug, Clone, Copy)]
struct Subsection {
    first: u64,
    count: u64,
    start: u64,
    entry_bytes: u64,
}

#[derive(Debug)]
enum Entries {
    InTable,
    Decoded { bytes: Vec<u8>, widths: [usize; 3] },
}

#[derive(Debug)]
struct Part {
    subsections: Vec<Subsection>,
    entries: Entries,
}

/// One cross-reference section.
#[derive(Debug)]
struct Section {
    position: u64,
    main: Part,
    /// Of a hybrid file: the entries that readers of old hide behind free ones.
    hidden: Option<Part>,
    entry_points: Option<EntryPoints>,
}

/// What a trailer names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntryPoints {
    pub(crate) root: ObjectNumber,
    pub(crate) info: Option<ObjectNumber>,
}

/// All cross-reference sections of a file.
#[derive(Debug)]
pub(crate) struct CrossReference {
    /// Never empty.
    sections: Vec<Section>,
    pub(crate) root: ObjectNumber,
}

impl CrossReference {
    /// Reads the section at `position` and all earlier ones that it leads to.
    pub(crate) fn read<R: Read + Seek>(source: &mut Source<'_, R>, position: u64) -> Result<Self, InspectError> {
        let mut reading = Reading { source, subsections: 0, decoded: 0 };
        let mut sections = Vec::new();
        let mut root = None;
        let mut seen = HashSet::new();
        let mut next = Some(position);
        while let Some(position) = next {
            if !seen.insert(position) || seen.len() > MAX_SECTIONS {
                return Err(damaged("the cross-reference leads back to itself"));
            }
            let (main, trailer) = reading.part(position)?;
            refuse_encryption(&trailer)?;
            let hidden = match (&main.entries, position_of(&trailer, "XRefStm")?) {
                (Entries::InTable, Some(position)) => {
                    let (part, dictionary) = reading.part(position)?;
                    refuse_encryption(&dictionary)?;
                    Some(part)
                }
                _ => None,
            };
            let entry_points = trailer
                .get("Root")
                .as_reference()
                .map(|root| EntryPoints { root, info: trailer.get("Info").as_reference() });
            root = root.or(entry_points.map(|named| named.root));
            next = position_of(&trailer, "Prev")?;
            sections.push(Section { position, main, hidden, entry_points });
        }
        let root = root.ok_or_else(|| damaged("the trailer names no document catalog"))?;
        Ok(Self { sections, root })
    }

    /// Where object `number` stands; free when no section knows it.
    pub(crate) fn find<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        number: ObjectNumber,
    ) -> Result<Entry, InspectError> {
        self.find_before(source, number, u64::MAX)
    }

    /// Like [`Self::find`], as if the file ended before `limit`.
    pub(crate) fn find_before<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        number: ObjectNumber,
        limit: u64,
    ) -> Result<Entry, InspectError> {
        for section in self.sections.iter().filter(|section| section.position < limit) {
            let entry = section.main.find(source, number)?;
            if let None | Some(Entry::Free) = entry
                && let Some(hidden) = &section.hidden
                && let Some(revealed) = hidden.find(source, number)?
            {
                return Ok(revealed);
            }
            if let Some(entry) = entry {
                return Ok(entry);
            }
        }
        Ok(Entry::Free)
    }

    /// Whether `number` stands where it stood when the file ended before byte `limit`.
    pub(crate) fn is_unchanged_since<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        number: ObjectNumber,
        limit: u64,
    ) -> Result<bool, InspectError> {
        Ok(self.find(source, number)? == self.find_before(source, number, limit)?)
    }

    /// What looking up one object costs, for the document's total effort.
    pub(crate) fn cost_of_search(&self) -> u64 {
        u64::try_from(self.sections.len()).unwrap_or(u64::MAX).saturating_add(64)
    }

    /// The numbers that the sections from byte `position` on define, or `None` when there are more than `most`.
    pub(crate) fn numbers_since(&self, position: u64, most: usize) -> Option<Vec<ObjectNumber>> {
        let mut numbers = Vec::new();
        for section in self.sections.iter().filter(|section| section.position >= position) {
            let parts = [Some(&section.main), section.hidden.as_ref()];
            for subsection in parts.into_iter().flatten().flat_map(|part| &part.subsections) {
                let room = u64::try_from(most.saturating_sub(numbers.len())).ok()?;
                if subsection.count > room {
                    return None;
                }
                let range = subsection.first..subsection.first + subsection.count;
                numbers.extend(range.filter_map(|number| ObjectNumber::try_from(number).ok()));
            }
        }
        Some(numbers)
    }

    /// What the newest trailer before byte `position` names, and the newest of all if it stands behind that byte.
    pub(crate) fn entry_points_around(&self, position: u64) -> (Option<EntryPoints>, Option<EntryPoints>) {
        let before = self.sections.iter().find(|section| section.position < position);
        let newest = self.sections.first().filter(|section| section.position >= position);
        (before.and_then(|section| section.entry_points), newest.and_then(|section| section.entry_points))
    }
}

fn refuse_encryption(trailer: &Dictionary) -> Result<(), InspectError> {
    if trailer.has("Encrypt") { Err(Defect::Encrypted.into()) } else { Ok(()) }
}

fn position_of(trailer: &Dictionary, key: &str) -> Result<Option<u64>, InspectError> {
    trailer.get(key).as_present().map(|value| value.as_unsigned().ok_or_else(broken)).transpose()
}

fn broken() -> InspectError {
    damaged("the cross-reference is broken")
}

impl Part {
    fn find<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        number: ObjectNumber,
    ) -> Result<Option<Entry>, InspectError> {
        let number = u64::from(number);
        let after = self.subsections.partition_point(|subsection| subsection.first <= number);
        let Some(subsection) = after.checked_sub(1).and_then(|at| self.subsections.get(at)) else {
            return Ok(None);
        };
        let within = number - subsection.first;
        if within >= subsection.count {
            return Ok(None);
        }
        match &self.entries {
            Entries::InTable => table_entry(source, subsection.start + within * subsection.entry_bytes).map(Some),
            Entries::Decoded { bytes, widths } => decoded_entry(bytes, widths, subsection.start + within).map(Some),
        }
    }
}

/// `oooooooooo ggggg n` or `… f`.
fn table_entry<R: Read + Seek>(source: &mut Source<'_, R>, start: u64) -> Result<Entry, InspectError> {
    let mut text = [0_u8; 18];
    for (byte, position) in text.iter_mut().zip(start..) {
        *byte = source.byte(position)?.ok_or_else(broken)?;
    }
    let (digits, rest) = text.split_at(10);
    let position = std::str::from_utf8(digits).ok().and_then(|digits| digits.trim().parse().ok()).ok_or_else(broken)?;
    match rest {
        [b' ', .., b' ', b'n'] => Ok(Entry::InFile { position }),
        [b' ', .., b' ', b'f'] => Ok(Entry::Free),
        _ => Err(broken()),
    }
}

fn decoded_entry(bytes: &[u8], widths: &[usize; 3], index: u64) -> Result<Entry, InspectError> {
    let size: usize = widths.iter().sum();
    let start = usize::try_from(index).ok().and_then(|index| index.checked_mul(size)).ok_or_else(broken)?;
    let mut rest = bytes.get(start..start + size).ok_or_else(broken)?;
    let mut fields = [0_u64; 3];
    for (field, width) in fields.iter_mut().zip(widths) {
        let (own, after) = rest.split_at_checked(*width).ok_or_else(broken)?;
        *field = own.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        rest = after;
    }
    let [kind, second, third] = fields;
    Ok(match if widths.first() == Some(&0) { 1 } else { kind } {
        0 => Entry::Free,
        1 => Entry::InFile { position: second },
        2 => Entry::InStream {
            stream: ObjectNumber::try_from(second).map_err(|_| broken())?,
            index: usize::try_from(third).map_err(|_| broken())?,
        },
        // "Any other value shall be interpreted as a reference to the null object": section 7.5.8.3.
        _ => Entry::Free,
    })
}

/// The limits that all sections of a file share.
struct Reading<'a, 'b, R> {
    source: &'a mut Source<'b, R>,
    subsections: usize,
    decoded: usize,
}

impl<R: Read + Seek> Reading<'_, '_, R> {
    /// The section at `position`, table or stream, and its trailer.
    fn part(&mut self, position: u64) -> Result<(Part, Dictionary), InspectError> {
        let first = Parser::new(self.source, position).token()?;
        let (mut part, trailer) = if first.is_word("xref") {
            self.table(position)?
        } else if first.as_integer().is_some() {
            self.stream(position)?
        } else {
            return Err(damaged(format!("no cross-reference at byte {position}")));
        };
        part.subsections.sort_by_key(|subsection| subsection.first);
        Ok((part, trailer))
    }

    fn count(&mut self, first: u64, count: u64) -> Result<(), InspectError> {
        self.subsections += 1;
        if self.subsections > MAX_SUBSECTIONS {
            return Err(damaged("the cross-reference has too many parts"));
        }
        let limit = u64::from(ObjectNumber::MAX);
        if first > limit || count > limit { Err(broken()) } else { Ok(()) }
    }

    fn table(&mut self, position: u64) -> Result<(Part, Dictionary), InspectError> {
        let mut parser = Parser::new(self.source, position);
        parser.token()?;
        let mut after = parser.position();
        let mut subsections = Vec::new();
        loop {
            let mut parser = Parser::new(self.source, after);
            let token = parser.token()?;
            if token.is_word("trailer") {
                let trailer = parser.value()?.into_dictionary().ok_or_else(broken)?;
                let entries = Entries::InTable;
                return Ok((Part { subsections, entries }, trailer));
            }
            let (first, count) = token.as_integer().zip(parser.token()?.as_integer()).ok_or_else(broken)?;
            let (first, count) = (u64::try_from(first).ok().zip(u64::try_from(count).ok())).ok_or_else(broken)?;
            after = parser.position();
            self.count(first, count)?;
            if count > 0 {
                let start = self.first_entry(after)?;
                let entry_bytes = self.entry_bytes(start)?;
                subsections.push(Subsection { first, count, start, entry_bytes });
                after = start + count * entry_bytes;
            }
        }
    }

    fn first_entry(&mut self, after: u64) -> Result<u64, InspectError> {
        let mut start = after;
        while self.source.byte(start)?.is_some_and(is_whitespace) && start < after + 8 {
            start += 1;
        }
        Ok(start)
    }

    /// 20 by the standard; writers that end lines with one byte and no space make it 19.
    fn entry_bytes(&mut self, start: u64) -> Result<u64, InspectError> {
        let mut size = 18;
        while size < 20 && self.source.byte(start + size)?.is_some_and(is_whitespace) {
            size += 1;
        }
        Ok(size)
    }

    fn stream(&mut self, position: u64) -> Result<(Part, Dictionary), InspectError> {
        let object = Parser::new(self.source, position).indirect_object()?;
        let (Some(dictionary), Some(start)) = (object.value.into_dictionary(), object.data_start) else {
            return Err(damaged(format!("no cross-reference at byte {position}")));
        };
        if !dictionary.is_of_type("XRef") {
            return Err(damaged(format!("no cross-reference at byte {position}")));
        }
        let length = dictionary.get("Length").as_unsigned().ok_or_else(broken)?;
        let end = start.checked_add(length).filter(|end| *end <= self.source.len()).ok_or_else(broken)?;
        self.source.spend(length)?;
        let bytes = filter::decode(&dictionary, self.source.reader(start..end), MAX_DECODED_BYTES - self.decoded)?;
        self.decoded += bytes.len();

        let widths = widths(&dictionary).ok_or_else(broken)?;
        let entry_bytes = u64::try_from(widths.iter().sum::<usize>()).map_err(|_| broken())?;
        let held = u64::try_from(bytes.len()).map_err(|_| broken())?.checked_div(entry_bytes).ok_or_else(broken)?;
        let whole = [Object::Integer(0), dictionary.get("Size").clone()];
        let index = dictionary.get("Index").as_array().unwrap_or(&whole);
        let mut subsections = Vec::new();
        let mut before = 0;
        for pair in index.chunks(2) {
            let [first, count] = pair else { return Err(broken()) };
            let (first, count) = first.as_unsigned().zip(count.as_unsigned()).ok_or_else(broken)?;
            self.count(first, count)?;
            subsections.push(Subsection { first, count, start: before, entry_bytes });
            before += count;
        }
        if before > held {
            return Err(broken());
        }
        Ok((Part { subsections, entries: Entries::Decoded { bytes, widths } }, dictionary))
    }
}

/// The byte widths of an entry's three fields; together at least one.
fn widths(dictionary: &Dictionary) -> Option<[usize; 3]> {
    let [kind, second, third] = dictionary.get("W").as_array()? else {
        return None;
    };
    let width = |object: &Object| object.as_unsigned().and_then(|n| usize::try_from(n).ok()).filter(|n| *n <= 8);
    let widths = [width(kind)?, width(second)?, width(third)?];
    (widths.iter().sum::<usize>() > 0).then_some(widths)
}
