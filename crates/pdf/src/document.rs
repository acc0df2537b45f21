//! A PDF file as numbered objects, each read when asked for.

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::rc::Rc;

use crate::error::{Defect, InspectError, damaged};
use crate::filter;
use crate::lexer::is_whitespace;
use crate::object::{Dictionary, Object, ObjectNumber};
use crate::parser::{IndirectObject, Parser};
use crate::source::{Memory, Source};
use crate::xref::{CrossReference, Entry};

/// How far into the file a header may begin: what the common viewers accept.
const HEADER_WITHIN: u64 = 1024;
const HEADER: &[u8] = b"%PDF-";
/// How far before the end of the file `startxref` may stand, so how many foreign bytes may follow the document.
const START_WITHIN: u64 = 64 << 10;
/// Longest object stream, decompressed, and most that is kept of them at a time.
const MAX_OBJECT_STREAM_BYTES: usize = 16 << 20;
const MAX_STREAM_OBJECTS: u64 = 65_536;

/// Opens the file and hands its document to `work`.
///
/// In a file with foreign bytes before its header, positions count from the header or from the start of the file;
/// both are in use, so both are tried.
pub(crate) fn with_document<R: Read + Seek, T>(
    file: &mut R,
    mut work: impl FnMut(&mut Document<'_, R>) -> Result<T, InspectError>,
) -> Result<T, InspectError> {
    let mut source = Source::new(file, 0)?;
    if source.len() == 0 {
        return Err(Defect::Empty.into());
    }
    let start = source.read_range(0..HEADER_WITHIN + 4)?;
    let header = start.windows(HEADER.len()).position(|bytes| bytes == HEADER).ok_or(Defect::NotAPdf)?;
    let header = u64::try_from(header).map_err(|_| Defect::NotAPdf)?;

    let from_header = Document::open(file, header).and_then(|mut document| work(&mut document));
    match from_header {
        Err(InspectError::Defect(Defect::Damaged { .. })) if header > 0 => {
            Document::open(file, 0).and_then(|mut document| work(&mut document))
        }
        settled => settled,
    }
}

struct ObjectStream {
    number: ObjectNumber,
    bytes: Vec<u8>,
    /// Number and position of each object.
    objects: Vec<(ObjectNumber, u64)>,
}

/// An open document.
pub(crate) struct Document<'a, R> {
    pub(crate) source: Source<'a, R>,
    pub(crate) cross_reference: CrossReference,
    object_streams: VecDeque<Rc<ObjectStream>>,
}

impl<'a, R: Read + Seek> Document<'a, R> {
    fn open(file: &'a mut R, base: u64) -> Result<Self, InspectError> {
        let mut source = Source::new(file, base)?;
        let start = start_of_cross_reference(&mut source)?;
        let cross_reference = CrossReference::read(&mut source, start)?;
        Ok(Self { source, cross_reference, object_streams: VecDeque::new() })
    }

    /// The document catalog.
    pub(crate) fn catalog(&mut self) -> Result<Dictionary, InspectError> {
        let root = self.cross_reference.root;
        self.object(root)?.into_dictionary().ok_or_else(|| damaged("the document catalog is missing"))
    }

    /// The object with this number; null when there is none.
    pub(crate) fn object(&mut self, number: ObjectNumber) -> Result<Object, InspectError> {
        let entry = self.cross_reference.find(&mut self.source, number)?;
        self.object_at(number, entry)
    }

    /// The object with this number as it was when the file ended before byte `limit`.
    pub(crate) fn object_before(&mut self, number: ObjectNumber, limit: u64) -> Result<Object, InspectError> {
        let entry = self.cross_reference.find_before(&mut self.source, number, limit)?;
        self.object_at(number, entry)
    }

    fn object_at(&mut self, number: ObjectNumber, entry: Entry) -> Result<Object, InspectError> {
        self.source.spend(self.cross_reference.cost_of_search())?;
        match entry {
            Entry::Free => Ok(Object::Null),
            Entry::InFile { position } => Ok(self.object_in_file(number, position)?.value),
            Entry::InStream { stream, index } => self.object_in_stream(number, stream, index),
        }
    }

    /// The value itself, or the object that a reference names.
    pub(crate) fn resolve(&mut self, object: &Object) -> Result<Object, InspectError> {
        match object.as_reference() {
            None => Ok(object.clone()),
            Some(number) => {
                let value = self.object(number)?;
                if value.as_reference().is_some() {
                    return Err(damaged(format!("object {number} is only a reference")));
                }
                Ok(value)
            }
        }
    }

    fn object_in_file(&mut self, number: ObjectNumber, position: u64) -> Result<IndirectObject, InspectError> {
        let object = Parser::new(&mut self.source, position).indirect_object()?;
        if object.number != number {
            return Err(damaged(format!("object {number} is not where the cross-reference says")));
        }
        Ok(object)
    }

    fn object_in_stream(
        &mut self,
        number: ObjectNumber,
        stream: ObjectNumber,
        index: usize,
    ) -> Result<Object, InspectError> {
        let held = self.object_stream(stream)?;
        let position = held.objects.get(index).filter(|(found, _)| *found == number).map(|(_, position)| *position);
        let position = position.ok_or_else(|| damaged(format!("object {number} is not in object stream {stream}")))?;
        let mut memory = Memory(&held.bytes);
        let mut parser = Parser::new(&mut memory, position);
        let value = parser.value()?;
        self.source.spend(parser.consumed())?;
        Ok(value)
    }

    fn object_stream(&mut self, number: ObjectNumber) -> Result<Rc<ObjectStream>, InspectError> {
        if let Some(held) = self.object_streams.iter().find(|held| held.number == number) {
            return Ok(Rc::clone(held));
        }
        let broken = || damaged(format!("object stream {number} is broken"));
        // An object stream is never inside another one: ISO 32000-1 section 7.5.7.
        let Entry::InFile { position } = self.cross_reference.find(&mut self.source, number)? else {
            return Err(broken());
        };
        let object = self.object_in_file(number, position)?;
        let (Some(dictionary), Some(start)) = (object.value.into_dictionary(), object.data_start) else {
            return Err(broken());
        };
        if !dictionary.is_of_type("ObjStm") {
            return Err(broken());
        }
        let length = self.plain_length(dictionary.get("Length"))?.ok_or_else(broken)?;
        let end = start.checked_add(length).filter(|end| *end <= self.source.len()).ok_or_else(broken)?;
        self.source.spend(length)?;
        let bytes = filter::decode(&dictionary, self.source.reader(start..end), MAX_OBJECT_STREAM_BYTES)?;
        self.source.spend(u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;

        let objects = positions(&bytes, &dictionary)?.ok_or_else(broken)?;
        let held = Rc::new(ObjectStream { number, bytes, objects });
        self.keep(Rc::clone(&held));
        Ok(held)
    }

    /// A stream's length; as a reference it must name an object that stands in the file itself, or reading it could
    /// need the very stream whose length it is.
    fn plain_length(&mut self, length: &Object) -> Result<Option<u64>, InspectError> {
        let Some(number) = length.as_reference() else {
            return Ok(length.as_unsigned());
        };
        let Entry::InFile { position } = self.cross_reference.find(&mut self.source, number)? else {
            return Ok(None);
        };
        Ok(self.object_in_file(number, position)?.value.as_unsigned())
    }

    fn keep(&mut self, stream: Rc<ObjectStream>) {
        self.object_streams.push_back(stream);
        while self.object_streams.len() > 1
            && self.object_streams.iter().map(|held| held.bytes.len()).sum::<usize>() > MAX_OBJECT_STREAM_BYTES
        {
            self.object_streams.pop_front();
        }
    }
}

/// The table at the start of an object stream: number and position of each object.
fn positions(bytes: &[u8], dictionary: &Dictionary) -> Result<Option<Vec<(ObjectNumber, u64)>>, InspectError> {
    let count = dictionary.get("N").as_unsigned().filter(|count| *count <= MAX_STREAM_OBJECTS);
    let (Some(count), Some(first)) = (count, dictionary.get("First").as_unsigned()) else {
        return Ok(None);
    };
    let mut memory = Memory(bytes);
    let mut parser = Parser::new(&mut memory, 0);
    let mut objects = Vec::new();
    for _ in 0..count {
        let (number, offset) = (parser.value()?.as_unsigned(), parser.value()?.as_unsigned());
        let number = number.and_then(|number| ObjectNumber::try_from(number).ok());
        let (Some(number), Some(offset)) = (number, offset) else {
            return Ok(None);
        };
        objects.push((number, first.saturating_add(offset)));
    }
    Ok(Some(objects))
}

/// What the last `startxref` says.
///
/// # Errors
/// `Damaged` when there is none close to the end, when the end-of-file marker is missing, and when objects follow it:
/// then the file was cut within an incremental update.
fn start_of_cross_reference<R: Read + Seek>(source: &mut Source<'_, R>) -> Result<u64, InspectError> {
    const WORD: &[u8] = b"startxref";
    const END: &[u8] = b"%%EOF";
    let len = source.len();
    let tail = source.read_range(len.saturating_sub(START_WITHIN)..len)?;
    let truncated = || damaged("the file is truncated: its end is missing");
    let at = tail.windows(WORD.len()).rposition(|bytes| bytes == WORD).ok_or_else(truncated)?;
    let rest = tail.get(at + WORD.len()..).unwrap_or_default().trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at_checked(digits).ok_or_else(truncated)?;
    let position = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or_else(truncated)?;
    let end = rest.windows(END.len()).position(|bytes| bytes == END).ok_or_else(truncated)?;
    if begins_update(rest.get(end + END.len()..).unwrap_or_default()) {
        return Err(damaged("the file is truncated within its last update"));
    }
    Ok(position)
}

/// Whether an incremental update begins in these bytes: they start with a number, or hold a digit, a blank and `obj`.
fn begins_update(bytes: &[u8]) -> bool {
    let holds_object = bytes.windows(5).any(|window| match window {
        [digit, blank, b'o', b'b', b'j'] => digit.is_ascii_digit() && is_whitespace(*blank),
        _ => false,
    });
    holds_object || bytes.trim_ascii_start().first().is_some_and(u8::is_ascii_digit)
}
