//! The checks of one file, for both flows. Source: contract sections 2.2 and 8, "Simulator duties".

use bytes::Bytes;
use serde_json::Value;

use super::codes::{BAD_BASE64, DAMAGED_FILE, EMPTY_FILE, Refusal, TOO_LARGE, parameter};
use super::policy::Policy;
use super::state::OperationFile;
use crate::pdf_facts::{self, PageSize};
use crate::sandbox::Sandbox;
use crate::upload::{Body, Content};

/// Longest file name in characters. Source: contract assumption V10.
const FILENAME_CHARS: usize = 255;

/// A file that an operation can take; its ids are still missing.
///
/// # Errors
/// A [`Refusal`] of the first thing that is wrong: members, enumerations, base64, emptiness, size, and last the PDF itself.
pub(super) async fn examine(sandbox: &Sandbox, body: &Body, file: &Value) -> Result<OperationFile, Refusal> {
    let filename = filename(file)?;
    let policy = Policy::read(file.get("signaturePolicy"))?;
    let content = body.content_of(file).ok_or(parameter("Falta base64Content."))?;
    check_content(content)?;
    let pages = if policy.is_pdf() && !sandbox.config().null_sink {
        let pages = pages_of(content.bytes.clone()).await?;
        if policy.pages.numbers(pages.len()).is_none() {
            return Err(parameter("El documento no tiene la página indicada en DIGITAL_SIGN_PAGE."));
        }
        pages
    } else {
        Vec::new()
    };
    Ok(OperationFile {
        source_id: None,
        document_id: None,
        filename,
        original: content.bytes.clone(),
        size: content.size,
        sha256: content.sha256.clone(),
        policy,
        pages,
        signature: None,
        error: None,
    })
}

fn filename(file: &Value) -> Result<String, Refusal> {
    let name = file.get("filename").and_then(Value::as_str).unwrap_or_default();
    let has_extension =
        name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && !extension.is_empty());
    if has_extension && name.chars().count() <= FILENAME_CHARS {
        Ok(name.to_owned())
    } else {
        Err(parameter("El nombre del fichero falta, no tiene extensión o es demasiado largo."))
    }
}

fn check_content(content: &Content) -> Result<(), Refusal> {
    if !content.well_formed {
        Err(BAD_BASE64)
    } else if content.size == 0 {
        Err(EMPTY_FILE)
    } else if content.too_large {
        Err(TOO_LARGE)
    } else {
        Ok(())
    }
}

async fn pages_of(bytes: Bytes) -> Result<Vec<PageSize>, Refusal> {
    let examined = tokio::task::spawn_blocking(move || pdf_facts::pages(&bytes, true)).await;
    // Reading hostile bytes must not take the vendor down: what makes the reader fail is a damaged file.
    examined.unwrap_or(Err(pdf_facts::PdfFault::Damaged)).map_err(|_| DAMAGED_FILE)
}
