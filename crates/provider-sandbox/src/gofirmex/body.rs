//! Request bodies: JSON objects that carry files as base64. Source: contract section 2.

use actix_web::HttpRequest;
use actix_web::web::Payload;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::ledger::FileRecord;
use crate::upload::{self, Limits};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// The member that holds a file.
const CONTENT: &str = "document";

/// Files are kept whatever their size: whether one is too large is told after other faults. Source: contract section 10.2.
const LIMITS: Limits = Limits { member: CONTENT, file_bytes: None, keep_files: true };

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
        let sent = match upload::read(request, payload, LIMITS).await {
            Ok(sent) => sent,
            Err(upload::BodyError::MediaType | upload::BodyError::NotJson) => return Ok(Self::default()),
            Err(upload::BodyError::TooLarge) => return Err(BodyError::TooLarge),
            Err(upload::BodyError::Broken) => return Err(BodyError::Broken),
        };
        let file = sent.content_of(&sent.json);
        let mut body = Self {
            object: None,
            has_content: file.is_some(),
            content: file
                .filter(|file| file.well_formed)
                .map(|file| Content { bytes: file.bytes.clone(), sha256: file.sha256.clone() }),
        };
        if let Value::Object(mut object) = sent.json {
            if body.has_content {
                object.shift_remove(CONTENT);
            }
            body.object = Some(object);
        }
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
