//! Makes a new signature field known to the document: in the catalog's form and among the page's annotations.

use std::collections::HashSet;

use lopdf::{Dictionary, Object, ObjectId};

use super::PadesError;
use super::incremental_update::IncrementalUpdate;
use super::source::{Source, unexpected};
use super::syntax::{DictText, with_element};

/// `SignaturesExist` and `AppendOnly`. Source: ISO 32000-1:2008, table 219.
const SIGNATURE_FLAGS: i64 = 3;

/// A field name that no field of the document's form has.
pub(super) fn unused_field_name(source: &Source<'_>) -> String {
    let names: HashSet<&[u8]> = fields(source)
        .iter()
        .filter_map(|field| source.document.dereference(field).ok()?.1.as_dict().ok()?.get(b"T").ok()?.as_str().ok())
        .collect();
    let mut number = 1_u64;
    loop {
        let name = format!("Signature{number}");
        if !names.contains(name.as_bytes()) {
            return name;
        }
        number += 1;
    }
}

fn fields<'s>(source: &'s Source<'_>) -> &'s [Object] {
    let array = || {
        let form = source.entry(source.document.catalog().ok()?, b"AcroForm")?.1.as_dict().ok()?;
        source.entry(form, b"Fields")?.1.as_array().ok()
    };
    array().map_or(&[], Vec::as_slice)
}

/// Adds `field` to the document's form, which is created when there is none.
pub(super) fn add_to_form(
    source: &Source<'_>,
    update: &mut IncrementalUpdate<'_>,
    field: ObjectId,
) -> Result<(), PadesError> {
    let catalog_id = source.catalog_id()?;
    let catalog = source.dictionary(catalog_id)?;
    let existing = source.entry(catalog, b"AcroForm");
    if let Some((Some(form_id), form)) = existing {
        let mut text = source.dict_text(form_id)?;
        extend_form(source, update, form.as_dict()?, form_id, &mut text, field)?;
        update.write(form_id, text.as_bytes())?;
        return Ok(());
    }

    let mut catalog_text = source.dict_text(catalog_id)?;
    if let Some((None, form)) = existing {
        let text = catalog_text.get("/AcroForm").and_then(DictText::parse);
        let mut text = text.ok_or(unexpected(catalog_id))?;
        extend_form(source, update, form.as_dict()?, catalog_id, &mut text, field)?;
        catalog_text.set("/AcroForm", text.as_bytes());
    } else {
        let form_id = update.reserve()?;
        let form = DictText::new(&format!("/Fields [{}] /SigFlags {SIGNATURE_FLAGS}", reference(field)));
        update.write(form_id, form.as_bytes())?;
        catalog_text.set("/AcroForm", reference(form_id).as_bytes());
    }
    update.write(catalog_id, catalog_text.as_bytes())?;
    Ok(())
}

fn extend_form(
    source: &Source<'_>,
    update: &mut IncrementalUpdate<'_>,
    form: &Dictionary,
    form_owner: ObjectId,
    text: &mut DictText,
    field: ObjectId,
) -> Result<(), PadesError> {
    push_reference(source, update, (form, form_owner), text, "Fields", field)?;
    let flags = source.entry(form, b"SigFlags").and_then(|(_, value)| value.as_i64().ok()).unwrap_or(0);
    text.set("/SigFlags", (flags | SIGNATURE_FLAGS).to_string().as_bytes());
    Ok(())
}

/// Adds `annotation` to the annotations of the page.
pub(super) fn add_to_page(
    source: &Source<'_>,
    update: &mut IncrementalUpdate<'_>,
    page: ObjectId,
    annotation: ObjectId,
) -> Result<(), PadesError> {
    let mut text = source.dict_text(page)?;
    let owner = (source.dictionary(page)?, page);
    if push_reference(source, update, owner, &mut text, "Annots", annotation)? {
        update.write(page, text.as_bytes())?;
    }
    Ok(())
}

/// Adds a reference to the array under `key`, and tells whether that changed `text`, the dictionary's own text; an array
/// that is an object of its own is written instead.
fn push_reference(
    source: &Source<'_>,
    update: &mut IncrementalUpdate<'_>,
    (dictionary, owner): (&Dictionary, ObjectId),
    text: &mut DictText,
    key: &str,
    added: ObjectId,
) -> Result<bool, PadesError> {
    let added = reference(added);
    let slashed = format!("/{key}");
    match source.entry(dictionary, key.as_bytes()) {
        Some((Some(array_id), _)) => {
            let array = with_element(&source.text(array_id)?, &added).ok_or(unexpected(array_id))?;
            update.write(array_id, &array)?;
            Ok(false)
        }
        Some((None, _)) => {
            let array = text.get(&slashed).and_then(|array| with_element(array, &added)).ok_or(unexpected(owner))?;
            text.set(&slashed, &array);
            Ok(true)
        }
        None => {
            text.set(&slashed, format!("[{added}]").as_bytes());
            Ok(true)
        }
    }
}

pub(super) fn reference((number, generation): ObjectId) -> String {
    format!("{number} {generation} R")
}
