//! The signatures that a document's form holds.

use std::collections::HashSet;
use std::io::{Read, Seek};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::document::Document;
use crate::error::{InspectError, damaged};
use crate::object::{Dictionary, Object, Text};

/// Most form fields that are visited.
const MAX_FIELDS: usize = 100_000;
/// Most signatures: each one costs a pass over the file.
const MAX_SIGNATURES: usize = 64;
const MAX_TEXT_CHARS: usize = 1000;

/// A signature dictionary (ISO 32000-1 table 252) and its field's name.
#[derive(Debug)]
pub(super) struct SignatureDictionary {
    pub(super) field: Option<String>,
    pub(super) is_timestamp: bool,
    pub(super) sub_filter: Option<String>,
    /// Empty when it is missing or malformed.
    pub(super) byte_range: Vec<u64>,
    pub(super) contents: Option<Text>,
    pub(super) claimed_time: Option<DateTime<Utc>>,
    pub(super) claimed_name: Option<String>,
    pub(super) reason: Option<String>,
}

/// A node of the field tree that is still to be visited, with what its ancestors hand down.
struct Pending {
    node: Object,
    is_signature: bool,
    name: Option<String>,
}

/// All signatures in the order of the form's fields; fields that nobody signed yet are left out.
pub(super) fn signatures<R: Read + Seek>(
    document: &mut Document<'_, R>,
) -> Result<Vec<SignatureDictionary>, InspectError> {
    let catalog = document.catalog()?;
    let Some(form) = document.resolve(catalog.get("AcroForm"))?.into_dictionary() else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let mut visited = HashSet::new();
    let mut values = HashSet::new();
    let mut pending = Vec::new();
    add_children(document, form.get("Fields"), false, None, &mut pending)?;

    while let Some(Pending { node, is_signature, name }) = pending.pop() {
        if node.as_reference().is_some_and(|number| !visited.insert(number)) {
            continue;
        }
        let Some(field) = document.resolve(&node)?.into_dictionary() else {
            continue;
        };
        let field_type = document.resolve(field.get("FT"))?.present();
        let is_signature = field_type.map_or(is_signature, |field_type| field_type.as_name() == Some(b"Sig"));
        let partial = document.resolve(field.get("T"))?.as_string().map(|partial| text(&partial.bytes));
        let name = match (name, partial) {
            (Some(name), Some(partial)) => Some(cut(&format!("{name}.{partial}"))),
            (name, partial) => partial.or(name),
        };
        let value = field.get("V");
        let is_new = value.as_reference().is_none_or(|number| values.insert(number));
        if is_signature
            && is_new
            && let Some(value) = document.resolve(value)?.into_dictionary()
        {
            if found.len() >= MAX_SIGNATURES {
                return Err(damaged("the document has too many signatures"));
            }
            found.push(signature(document, &value, name.clone())?);
        }
        add_children(document, field.get("Kids"), is_signature, name, &mut pending)?;
        if pending.len() > MAX_FIELDS || visited.len() > MAX_FIELDS {
            return Err(damaged("the document has too many form fields"));
        }
    }
    Ok(found)
}

/// Queues the elements of an array so that they are visited in order.
fn add_children<R: Read + Seek>(
    document: &mut Document<'_, R>,
    array: &Object,
    is_signature: bool,
    name: Option<String>,
    pending: &mut Vec<Pending>,
) -> Result<(), InspectError> {
    let children = document.resolve(array)?.into_array().unwrap_or_default();
    // Fields are always indirect objects; without direct ones a tree cannot be deeper than it has visited numbers.
    let children = children.into_iter().rev().filter(|child| child.as_reference().is_some());
    pending.extend(children.map(|node| Pending { node, is_signature, name: name.clone() }));
    Ok(())
}

fn signature<R: Read + Seek>(
    document: &mut Document<'_, R>,
    value: &Dictionary,
    field: Option<String>,
) -> Result<SignatureDictionary, InspectError> {
    let sub_filter = document.resolve(value.get("SubFilter"))?;
    let sub_filter = sub_filter.as_name().map(|name| cut(&String::from_utf8_lossy(name)));
    let byte_range = document.resolve(value.get("ByteRange"))?.into_array().unwrap_or_default();
    let byte_range = byte_range.iter().map(Object::as_unsigned).collect::<Option<_>>().unwrap_or_default();
    let mut string = |key: &str| Ok::<_, InspectError>(document.resolve(value.get(key))?.as_string().cloned());
    Ok(SignatureDictionary {
        field,
        is_timestamp: value.is_of_type("DocTimeStamp") || sub_filter.as_deref() == Some("ETSI.RFC3161"),
        sub_filter,
        byte_range,
        contents: string("Contents")?,
        claimed_time: string("M")?.and_then(|text| date(&text.bytes)),
        claimed_name: string("Name")?.map(|name| text(&name.bytes)).filter(|name| !name.is_empty()),
        reason: string("Reason")?.map(|reason| text(&reason.bytes)).filter(|reason| !reason.is_empty()),
    })
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT_CHARS).collect()
}

/// A text string: UTF-16 or UTF-8 with a mark, else PDFDocEncoding, read as its near twin Latin-1.
fn text(bytes: &[u8]) -> String {
    let decoded = match bytes {
        [0xFE, 0xFF, rest @ ..] => {
            let units = rest.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
            String::from_utf16_lossy(&units.map(u16::from_be_bytes).collect::<Vec<_>>())
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        latin => latin.iter().map(|byte| char::from(*byte)).collect(),
    };
    cut(&decoded)
}

/// `D:YYYYMMDDHHmmSSOHH'mm'` where all but the year may be missing (ISO 32000-1 section 7.9.4); no offset means UTC.
fn date(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let text = text(bytes);
    let text = text.strip_prefix("D:").unwrap_or(&text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count().min(14);
    let (digits, zone) = text.split_at_checked(digits)?;
    let part = |range: std::ops::Range<usize>, default: u32| match digits.get(range) {
        Some(part) => part.parse().ok(),
        None => Some(default),
    };
    let day = NaiveDate::from_ymd_opt(digits.get(..4)?.parse().ok()?, part(4..6, 1)?, part(6..8, 1)?)?;
    let local = day.and_hms_opt(part(8..10, 0)?, part(10..12, 0)?, part(12..14, 0)?)?.and_utc();
    let mut offset = zone.get(1..).unwrap_or_default().split('\'').map(|part| part.parse::<i64>().unwrap_or(0));
    let offset = TimeDelta::try_minutes(offset.next().unwrap_or(0).checked_mul(60)? + offset.next().unwrap_or(0))?;
    match zone.bytes().next() {
        Some(b'+') => local.checked_sub_signed(offset),
        Some(b'-') => local.checked_add_signed(offset),
        _ => Some(local),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_their_offset() {
        for (written, expected) in [
            ("D:20260502143000-04'00'", "2026-05-02T18:30:00+00:00"),
            ("D:20260502143000+05'30", "2026-05-02T09:00:00+00:00"),
            ("D:20260502143000Z", "2026-05-02T14:30:00+00:00"),
            ("D:202605", "2026-05-01T00:00:00+00:00"),
            ("20260502", "2026-05-02T00:00:00+00:00"),
        ] {
            assert_eq!(date(written.as_bytes()).unwrap().to_rfc3339(), expected, "{written}");
        }
        for malformed in ["", "D:", "D:20261302", "D:2026050299", "today", "D:20260502143000+9223372036854775807'9"] {
            assert_eq!(date(malformed.as_bytes()), None, "{malformed}");
        }
    }

    #[test]
    fn text_is_read_in_every_encoding() {
        assert_eq!(text(b"\xFE\xFF\x00A\x00\xF1\x00a"), "Aña");
        assert_eq!(text(b"\xEF\xBB\xBFA\xC3\xB1a"), "Aña");
        assert_eq!(text(b"A\xF1a"), "Aña");
    }
}
