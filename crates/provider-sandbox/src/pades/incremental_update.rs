//! An update that is appended to a document: changed and new objects, a cross-reference section and a trailer.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use lopdf::xref::{XrefEntry, XrefType};
use lopdf::{Object, ObjectId, StringFormat};

use super::PadesError;
use super::source::Source;

/// The file so far, and where its update's objects stand.
pub(super) struct IncrementalUpdate<'a> {
    source: &'a Source<'a>,
    file: Vec<u8>,
    entries: BTreeMap<u32, XrefEntry>,
    next_number: u32,
}

impl<'a> IncrementalUpdate<'a> {
    pub(super) fn new(source: &'a Source<'a>) -> Result<Self, PadesError> {
        let mut file = source.bytes.to_vec();
        if file.last() != Some(&b'\n') {
            file.push(b'\n');
        }
        let table = &source.document.reference_table;
        let highest = source.document.max_id.max(table.max_id()).max(table.size.saturating_sub(1));
        let next_number = highest.checked_add(1).ok_or(PadesError::TooLarge)?;
        // Where no section of the file can be used, ours has to list all its objects.
        let entries = if source.newest_section().is_some() { BTreeMap::new() } else { table.entries.clone() };
        Ok(Self { source, file, entries, next_number })
    }

    /// The identifier of a new object.
    pub(super) fn reserve(&mut self) -> Result<ObjectId, PadesError> {
        let number = self.next_number;
        self.next_number = number.checked_add(1).ok_or(PadesError::TooLarge)?;
        Ok((number, 0))
    }

    /// Appends an object, new or in place of the file's own, and tells where in the file its `body` starts.
    pub(super) fn write(&mut self, (number, generation): ObjectId, body: &[u8]) -> Result<usize, PadesError> {
        let offset = self.offset()?;
        self.entries.insert(number, XrefEntry::Normal { offset, generation });
        self.file.extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
        let start = self.file.len();
        self.file.extend_from_slice(body);
        self.file.extend_from_slice(b"\nendobj\n");
        Ok(start)
    }

    /// The whole file, closed by a section of the kind that the document itself uses.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, PadesError> {
        let compressed = self.entries.values().any(XrefEntry::is_compressed);
        let section = self.offset()?;
        match self.source.document.reference_table.cross_reference_type {
            XrefType::CrossReferenceTable if !compressed => self.write_table(),
            XrefType::CrossReferenceTable | XrefType::CrossReferenceStream => self.write_stream(section)?,
        }
        self.file.extend_from_slice(format!("startxref\n{section}\n%%EOF\n").as_bytes());
        Ok(self.file)
    }

    fn write_table(&mut self) {
        let mut table = String::from("xref\n");
        for (first, run) in self.runs() {
            table.push_str(&format!("{first} {}\n", run.len()));
            for entry in run {
                table.push_str(&match entry {
                    XrefEntry::Normal { offset, generation } => format!("{offset:010} {generation:05} n \n"),
                    XrefEntry::Compressed { .. } | XrefEntry::Free | XrefEntry::UnusableFree => {
                        "0000000000 65535 f \n".to_owned()
                    }
                });
            }
        }
        self.file.extend_from_slice(table.as_bytes());
        self.file.extend_from_slice(b"trailer\n<< ");
        let trailer = self.trailer_entries();
        self.file.extend_from_slice(&trailer);
        self.file.extend_from_slice(b" >>\n");
    }

    fn write_stream(&mut self, section: u32) -> Result<(), PadesError> {
        let (number, generation) = self.reserve()?;
        self.entries.insert(number, XrefEntry::Normal { offset: section, generation });
        let mut index = String::new();
        let mut content = Vec::new();
        for (first, run) in self.runs() {
            index.push_str(&format!("{first} {} ", run.len()));
            for entry in run {
                content.extend_from_slice(&entry.encode_for_xref_stream(&[1, 4, 2]));
            }
        }
        let mut object = format!("{number} {generation} obj\n<< /Type /XRef /W [1 4 2] /Index [{}] ", index.trim_end());
        object.push_str(&format!("/Length {} ", content.len()));
        self.file.extend_from_slice(object.as_bytes());
        let trailer = self.trailer_entries();
        self.file.extend_from_slice(&trailer);
        self.file.extend_from_slice(b" >>\nstream\n");
        self.file.extend_from_slice(&content);
        self.file.extend_from_slice(b"\nendstream\nendobj\n");
        Ok(())
    }

    /// Entries with consecutive object numbers, with the first number of each run.
    fn runs(&self) -> Vec<(u32, Vec<XrefEntry>)> {
        let mut runs: Vec<(u32, Vec<XrefEntry>)> = Vec::new();
        let mut previous = None;
        for (&number, entry) in &self.entries {
            match runs.last_mut() {
                Some((_, run)) if previous == number.checked_sub(1) => run.push(entry.clone()),
                _ => runs.push((number, vec![entry.clone()])),
            }
            previous = Some(number);
        }
        runs
    }

    fn trailer_entries(&self) -> Vec<u8> {
        let trailer = &self.source.document.trailer;
        let mut entries = format!("/Size {}", self.next_number).into_bytes();
        if let Some(section) = self.source.newest_section() {
            entries.extend_from_slice(format!(" /Prev {section}").as_bytes());
        }
        for key in ["Root", "Info"] {
            if let Ok(Object::Reference((number, generation))) = trailer.get(key.as_bytes()) {
                entries.extend_from_slice(format!(" /{key} {number} {generation} R").as_bytes());
            }
        }
        // The first part names the document for good, the second its revision.
        if let Some((_, Object::Array(parts))) = self.source.entry(trailer, b"ID")
            && let Some(Object::String(permanent, StringFormat::Literal | StringFormat::Hexadecimal)) = parts.first()
        {
            let revision = digest::digest(&digest::SHA256, &self.file);
            let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
            let revision = hex(revision.as_ref().get(..16).unwrap_or_default());
            entries.extend_from_slice(format!(" /ID [<{}> <{revision}>]", hex(permanent)).as_bytes());
        }
        entries
    }

    fn offset(&self) -> Result<u32, PadesError> {
        u32::try_from(self.file.len() - self.source.header_offset).map_err(|_| PadesError::TooLarge)
    }
}
