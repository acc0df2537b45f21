//! What was added to a document after its last signature.
//!
//! PAdES long-term profiles append, after the last signature, certificates and revocation data in a document security
//! store (DSS) and document timestamps in invisible fields. These are told apart from all else by comparing each object
//! that a later revision defines with its earlier self. Whether a timestamp covers the later revision is no argument:
//! anybody can make one.
//!
//! New objects are let pass: nothing signed should refer to an object that does not exist. The description of the
//! document (Info, XMP metadata) may change, because it is not displayed.

use std::collections::HashSet;
use std::io::{Read, Seek};

use super::status::LaterChanges;
use crate::document::Document;
use crate::error::InspectError;
use crate::object::{Dictionary, Object, ObjectNumber};

/// Most objects of later revisions that are compared.
const MAX_COMPARED: usize = 10_000;
/// Catalog entries that hold validation data or only describe the file.
const UNDISPLAYED: [&str; 4] = ["DSS", "Extensions", "Version", "Metadata"];

/// Judges what follows byte `end`, where something other than white space does.
pub(super) fn changes_after<R: Read + Seek>(
    document: &mut Document<'_, R>,
    end: u64,
) -> Result<LaterChanges, InspectError> {
    let (Some(before), Some(after)) = document.cross_reference.entry_points_around(end) else {
        return Ok(LaterChanges::Other);
    };
    let numbers = document.cross_reference.numbers_since(end, MAX_COMPARED);
    let (Some(numbers), true) = (numbers, before.root == after.root) else {
        return Ok(LaterChanges::Other);
    };
    let catalog = document.object_before(before.root, end)?.into_dictionary().unwrap_or_default();
    let mut comparison = Comparison { document, end, root: before.root, form: catalog.get("AcroForm").as_reference() };
    let mut replaceable = comparison.parts_of_store(catalog.get("DSS"))?;
    replaceable.extend(before.info);
    replaceable.extend(catalog.get("Metadata").as_reference());
    for number in numbers {
        if !replaceable.contains(&number) && !comparison.is_harmless(number)? {
            return Ok(LaterChanges::Other);
        }
    }
    Ok(LaterChanges::ValidationData)
}

/// A document now and as it was when it ended at `end`.
struct Comparison<'d, 's, R> {
    document: &'d mut Document<'s, R>,
    end: u64,
    root: ObjectNumber,
    form: Option<ObjectNumber>,
}

impl<R: Read + Seek> Comparison<'_, '_, R> {
    fn is_harmless(&mut self, number: ObjectNumber) -> Result<bool, InspectError> {
        let old = self.document.object_before(number, self.end)?;
        let Document { source, cross_reference, .. } = &mut *self.document;
        if old == Object::Null || cross_reference.is_unchanged_since(source, number, self.end)? {
            return Ok(true);
        }
        let new = self.document.object(number)?;
        let (Some(old_entries), Some(new_entries)) = (old.as_dictionary(), new.as_dictionary()) else {
            return Ok(old == new || (old.as_array().is_some() && self.grows(&old, &new)?));
        };
        if number == self.root {
            let ignored = [UNDISPLAYED.as_slice(), &["AcroForm"]].concat();
            Ok(same_except(old_entries, new_entries, &ignored)
                && self.same_form(old_entries.get("AcroForm"), new_entries.get("AcroForm"))?)
        } else if self.form == Some(number) {
            self.same_form(&old, &new)
        } else if old_entries.is_of_type("Page") {
            Ok(same_except(old_entries, new_entries, &["Annots"])
                && self.grows(old_entries.get("Annots"), new_entries.get("Annots"))?)
        } else if old_entries.has("Length") {
            // A rewritten stream may have the same dictionary and other data. Only a cross-reference may be rewritten.
            Ok(old_entries.is_of_type("XRef") && new_entries.is_of_type("XRef"))
        } else {
            Ok(old == new)
        }
    }

    /// Whether a form differs at most by invisible signature fields. A form of its own number is compared when its
    /// number comes up.
    fn same_form(&mut self, old: &Object, new: &Object) -> Result<bool, InspectError> {
        let (Some(old_entries), Some(new_entries)) = (old.as_dictionary(), new.as_dictionary()) else {
            return Ok(old == new);
        };
        Ok(same_except(old_entries, new_entries, &["Fields", "SigFlags"])
            && self.grows(old_entries.get("Fields"), new_entries.get("Fields"))?)
    }

    /// Whether an array of fields or annotations has kept all it had, and got nothing but invisible signature fields.
    fn grows(&mut self, old: &Object, new: &Object) -> Result<bool, InspectError> {
        let old = match old.as_reference() {
            Some(number) => self.document.object_before(number, self.end)?,
            None => old.clone(),
        };
        let old = old.into_array().unwrap_or_default();
        let new = self.document.resolve(new)?.into_array().unwrap_or_default();
        let Some(added) = new.strip_prefix(old.as_slice()) else {
            return Ok(false);
        };
        for item in added {
            if !self.is_invisible_signature(item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_invisible_signature(&mut self, item: &Object) -> Result<bool, InspectError> {
        let Some(field) = self.document.resolve(item)?.into_dictionary() else {
            return Ok(false);
        };
        let corners = self.document.resolve(field.get("Rect"))?.into_array().unwrap_or_default();
        let corners: Vec<f64> = corners.iter().filter_map(Object::as_number).collect();
        let has_no_area = match corners.as_slice() {
            [left, bottom, right, top] => left == right || bottom == top,
            _ => false,
        };
        Ok(field.get("FT").as_name() == Some(b"Sig") && has_no_area)
    }

    /// The numbers of the store's own dictionary, of its arrays and of its dictionary for each signature.
    fn parts_of_store(&mut self, store: &Object) -> Result<HashSet<ObjectNumber>, InspectError> {
        let mut numbers = HashSet::new();
        let mut pending = vec![store.clone()];
        while let Some(part) = pending.pop() {
            let value = match part.as_reference() {
                None => part,
                Some(number) => {
                    let value = self.document.object_before(number, self.end)?;
                    let is_stream = value.as_dictionary().is_some_and(|entries| entries.has("Length"));
                    if is_stream || numbers.len() >= MAX_COMPARED || !numbers.insert(number) {
                        continue;
                    }
                    value
                }
            };
            if let Some(items) = value.as_array() {
                pending.extend_from_slice(items);
            } else if let Some(entries) = value.into_dictionary() {
                pending.extend(entries.0.into_iter().map(|(_, value)| value));
            }
        }
        Ok(numbers)
    }
}

/// Whether two dictionaries are the same but for the values of `ignored` keys.
fn same_except(old: &Dictionary, new: &Dictionary, ignored: &[&str]) -> bool {
    let rest = |dictionary: &Dictionary| {
        let mut entries = dictionary.0.clone();
        entries.retain(|(key, _)| !ignored.iter().any(|ignored| ignored.as_bytes() == key));
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        entries
    };
    rest(old) == rest(new)
}
