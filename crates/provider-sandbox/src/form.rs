//! Vendors' request bodies: multipart and urlencoded forms, read as a stream.

use actix_multipart::Field;
use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use futures::StreamExt;
use serde_json::{Map, Value};

use crate::ledger::FileRecord;

/// What may be kept of a form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormLimits {
    /// Largest file in bytes; a larger one is read to its end and dropped.
    pub(crate) file_bytes: Option<u64>,
    /// Keep the bytes of files; otherwise they are only hashed and counted.
    pub(crate) keep_files: bool,
}

/// Largest text field in bytes. Room for large recipient lists, and a bound for everything else.
const TEXT_BYTES: usize = 8 * 1024 * 1024;

/// A file of a form.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) record: FileRecord,
    /// Empty when the form was read without keeping files.
    pub(crate) bytes: Bytes,
}

/// A form as received. A part with a file name is a file, whatever its name: a text part is expected to have none.
#[derive(Debug, Default)]
pub(crate) struct Form {
    texts: Vec<(String, String)>,
    files: Vec<Upload>,
}

/// Why a form cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormError {
    /// A file is larger than allowed. The body was read to its end, so that an answer can be given.
    #[error("a file of the form is too large")]
    TooLarge,
    /// The connection or the multipart framing broke.
    #[error("the form could not be read: {0}")]
    Unreadable(String),
}

impl Form {
    /// The last text field of that name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let (_, text) = self.texts.iter().rev().find(|(field, _)| field == name)?;
        Some(text)
    }

    /// The first file of that name.
    pub(crate) fn file(&self, name: &str) -> Option<&Upload> {
        self.files.iter().find(|file| file.record.field == name)
    }

    /// All text fields by name, parsed where they hold JSON.
    pub(crate) fn as_json(&self) -> Value {
        let parsed = self.texts.iter().map(|(name, text)| {
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
            (name.clone(), value)
        });
        Value::Object(parsed.collect::<Map<_, _>>())
    }

    /// What is to be remembered of the files.
    pub(crate) fn file_records(&self) -> Vec<FileRecord> {
        self.files.iter().map(|file| file.record.clone()).collect()
    }
}

/// Reads a request's form. A body of another media type gives an empty form: its fields did not arrive.
///
/// # Errors
/// [`FormError::TooLarge`] past the file limit, [`FormError::Unreadable`] when the body ends early or is not what it says.
pub(crate) async fn read(request: &HttpRequest, payload: Payload, limits: FormLimits) -> Result<Form, FormError> {
    let media_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if media_type.starts_with("multipart/form-data") {
        read_multipart(Multipart::new(request.headers(), payload), limits).await
    } else if media_type.starts_with("application/x-www-form-urlencoded") {
        read_urlencoded(payload).await
    } else {
        drain(payload).await?;
        Ok(Form::default())
    }
}

/// Reads a body to its end and drops it, so that an answer can reach the caller.
///
/// # Errors
/// [`FormError::Unreadable`] when the body ends early.
pub(crate) async fn drain(mut payload: Payload) -> Result<(), FormError> {
    while let Some(chunk) = payload.next().await {
        chunk.map_err(|error| FormError::Unreadable(error.to_string()))?;
    }
    Ok(())
}

async fn read_multipart(mut parts: Multipart, limits: FormLimits) -> Result<Form, FormError> {
    let mut form = Form::default();
    let mut too_large = false;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|error| FormError::Unreadable(error.to_string()))?;
        let name = part.name().unwrap_or_default().to_owned();
        let filename = part.content_disposition().and_then(|disposition| {
            disposition
                .get_filename_ext()
                .map(|extended| String::from_utf8_lossy(&extended.value).into_owned())
                .or_else(|| disposition.get_filename().map(str::to_owned))
        });
        if filename.is_none() {
            let text = part
                .bytes(TEXT_BYTES)
                .await
                .map_err(|_| FormError::TooLarge)?
                .map_err(|error| FormError::Unreadable(error.to_string()))?;
            form.texts.push((name, String::from_utf8_lossy(&text).into_owned()));
            continue;
        }
        match read_file(&mut part, name, filename, limits).await? {
            Some(upload) => form.files.push(upload),
            None => too_large = true,
        }
    }
    if too_large { Err(FormError::TooLarge) } else { Ok(form) }
}

async fn read_file(
    part: &mut Field,
    field: String,
    filename: Option<String>,
    limits: FormLimits,
) -> Result<Option<Upload>, FormError> {
    let content_type = part.content_type().map(ToString::to_string);
    let mut digest = Context::new(&SHA256);
    let mut bytes = Vec::new();
    let mut size: u64 = 0;
    let mut too_large = false;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|error| FormError::Unreadable(error.to_string()))?;
        size = size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        too_large |= limits.file_bytes.is_some_and(|limit| size > limit);
        if too_large {
            bytes = Vec::new();
            continue;
        }
        digest.update(&chunk);
        if limits.keep_files {
            bytes.extend_from_slice(&chunk);
        }
    }
    let record = FileRecord { field, filename, content_type, size, sha256: hex::encode(digest.finish()) };
    Ok((!too_large).then(|| Upload { record, bytes: bytes.into() }))
}

async fn read_urlencoded(payload: Payload) -> Result<Form, FormError> {
    let body = payload
        .to_bytes_limited(TEXT_BYTES)
        .await
        .map_err(|_| FormError::TooLarge)?
        .map_err(|error| FormError::Unreadable(error.to_string()))?;
    let texts = url::form_urlencoded::parse(&body).into_owned().collect();
    Ok(Form { texts, files: Vec::new() })
}
