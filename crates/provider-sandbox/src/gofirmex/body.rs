//! Request bodies: JSON objects that carry files as base64. Source: contract section 2.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use aws_lc_rs::digest::{SHA256, digest};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::form::drain;
use crate::ledger::FileRecord;

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// The member that holds a file.
const CONTENT: &str = "document";

/// Largest body in bytes: a few times the largest document as base64.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// A file of a request.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) bytes: Bytes,
    pub(super) sha256: String,
}

/// A request as received.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// The object without its file; none when the body is no JSON object.
    pub(super) object: Option<Object>,
    /// The member `document` was there and was a text.
    pub(super) has_content: bool,
    /// The file; none when its text is no base64 with padding and without line breaks.
    pub(super) content: Option<Content>,
}

/// Why a body cannot be judged at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body is too large")]
    TooLarge,
    #[error("the body ended early")]
    Broken,
}

impl Body {
    /// Reads a request to its end, also when it cannot be used, so that the answer reaches the caller.
    ///
    /// # Errors
    /// [`BodyError`].
    pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Self, BodyError> {
        if !is_json(request) {
            drain(payload).await.map_err(|_| BodyError::Broken)?;
            return Ok(Self::default());
        }
        let bytes = payload.to_bytes_limited(BODY_BYTES).await.map_err(|_| BodyError::TooLarge)?;
        let bytes = bytes.map_err(|_| BodyError::Broken)?;
        let Ok(mut object) = serde_json::from_slice::<Object>(&bytes) else {
            return Ok(Self::default());
        };
        let mut body = Self::default();
        if object.get(CONTENT).is_some_and(Value::is_string)
            && let Some(Value::String(text)) = object.shift_remove(CONTENT)
        {
            body.has_content = true;
            body.content = BASE64_STANDARD.decode(text).ok().map(Content::new);
        }
        body.object = Some(object);
        Ok(body)
    }

    /// What the ledger keeps of the members.
    pub(super) fn fields(&self) -> Value {
        self.object.clone().map_or(Value::Null, Value::Object)
    }

    /// What the ledger keeps of the file.
    pub(super) fn file_records(&self) -> Vec<FileRecord> {
        let record = |content: &Content| FileRecord {
            field: CONTENT.to_owned(),
            filename: None,
            content_type: None,
            size: u64::try_from(content.bytes.len()).unwrap_or(u64::MAX),
            sha256: content.sha256.clone(),
        };
        self.content.iter().map(record).collect()
    }
}

impl Content {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { sha256: hex::encode(digest(&SHA256, &bytes)), bytes: bytes.into() }
    }
}

fn is_json(request: &HttpRequest) -> bool {
    let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
