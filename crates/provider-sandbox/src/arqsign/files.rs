//! The files of a sending: as received in the JSON, or fetched from a link, and what is inside. Source: contract sections 2.1 and 2.2.

use aws_lc_rs::digest;
use bytes::Bytes;
use serde_json::Value;

use crate::pdf_facts::{self, PageSize, PdfFault};
use crate::sandbox::Sandbox;
use crate::upload::Body;

/// The member whose text is a file.
pub(super) const FILE_MEMBER: &str = "arquivo";

/// A file of a sending.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Empty in the null sink.
    pub(super) bytes: Bytes,
    pub(super) size: u64,
    pub(super) sha256: String,
    /// It was base64, or the link gave a file.
    pub(super) readable: bool,
    /// None where nobody looked inside.
    content: Option<Result<Vec<PageSize>, PdfFault>>,
}

impl File {
    /// Its pages, where somebody looked and it is a PDF.
    pub(super) fn pages(&self) -> Option<&[PageSize]> {
        self.content.as_ref()?.as_ref().ok().map(Vec::as_slice)
    }

    /// Whether it is certainly no PDF that can be signed.
    pub(super) fn is_no_pdf(&self) -> bool {
        matches!(self.content, Some(Err(_)))
    }
}

/// The files of `documentos`, one for each entry.
pub(super) async fn collect(sandbox: &Sandbox, body: &Body) -> Vec<File> {
    let mut files = Vec::new();
    for document in documents(&body.json) {
        files.push(one(sandbox, body, document).await);
    }
    files
}

/// The entries of `documentos`.
pub(super) fn documents(sent: &Value) -> impl Iterator<Item = &Value> {
    sent.get("documentos").and_then(Value::as_array).into_iter().flatten()
}

async fn one(sandbox: &Sandbox, body: &Body, document: &Value) -> File {
    let file = match body.content_of(document) {
        Some(content) => File {
            bytes: content.bytes.clone(),
            size: content.size,
            sha256: content.sha256.clone(),
            readable: content.well_formed,
            content: None,
        },
        None => fetched(sandbox, document.get("linkDoArquivo").and_then(Value::as_str).unwrap_or_default()).await,
    };
    if sandbox.config().null_sink || !file.readable {
        return file;
    }
    let bytes = file.bytes.clone();
    // Bytes before the header are tolerated, as viewers do: what the vendor does is not documented.
    let examined = tokio::task::spawn_blocking(move || pdf_facts::pages(&bytes, true)).await;
    // Reading hostile bytes must not take the vendor down: what makes the reader fail is a damaged file.
    File { content: Some(examined.unwrap_or(Err(PdfFault::Damaged))), ..file }
}

/// The file behind a link; unreadable when nothing answers with success.
async fn fetched(sandbox: &Sandbox, link: &str) -> File {
    let bytes = async {
        let response = sandbox.http().get(link).send().await.ok()?.error_for_status().ok()?;
        response.bytes().await.ok()
    };
    let bytes = bytes.await;
    let readable = bytes.is_some();
    let bytes = bytes.unwrap_or_default();
    File {
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: hex::encode(digest::digest(&digest::SHA256, &bytes)),
        bytes,
        readable,
        content: None,
    }
}
