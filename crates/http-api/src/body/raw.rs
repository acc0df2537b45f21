//! A body as it arrived, before anybody judges it.

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use serde_json::Value;

use super::{Faults, RequestBody, Schemas, read};
use crate::edge::of_payload;
use crate::problem::{ApiError, Code, too_large};

/// How long a pause between two pieces of a body may last.
const IDLE: std::time::Duration = std::time::Duration::from_secs(30);

/// The bytes of a body and what it is said to be.
#[derive(Debug, Clone)]
pub struct RawBody {
    bytes: Bytes,
    media_type: Option<String>,
}

impl RawBody {
    /// Reads a body to its end.
    ///
    /// # Errors
    /// `body-too-large` over `limit` bytes, `request-timeout` when it does not arrive.
    pub async fn receive(
        mut payload: actix_web::dev::Payload,
        media_type: Option<String>,
        declared: Option<u64>,
        limit: u64,
    ) -> Result<Self, ApiError> {
        if declared.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let mut bytes = BytesMut::new();
        while let Some(chunk) = next_chunk(&mut payload).await? {
            if u64::try_from(bytes.len() + chunk.len()).unwrap_or(u64::MAX) > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Self { bytes: bytes.freeze(), media_type })
    }

    /// The bytes, for the fingerprint of the request.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// `unsupported-media-type`, `malformed-json`.
    pub fn value(&self, media_types: &[&str]) -> Result<Value, ApiError> {
        let is_json = self.media_type.as_deref().is_some_and(|given| media_types.contains(&given));
        if !is_json {
            let detail = format!("The body must be {}.", media_types.join(" or "));
            return Err(ApiError::new(Code::UnsupportedMediaType, detail));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| {
            let place = format!("The JSON is malformed at line {}, column {}.", error.line(), error.column());
            ApiError::new(Code::MalformedJson, place)
        })
    }

    /// The body as a `T`, and as whatever `convert` makes of it.
    ///
    /// # Errors
    /// Those of [`Self::value`], and `validation-failed` with every fault.
    pub(crate) fn read<T: RequestBody, R>(
        &self,
        schemas: &Schemas,
        convert: impl FnOnce(T, &mut Faults) -> R,
    ) -> Result<R, ApiError> {
        read(schemas, self.value(&[JSON])?, convert)
    }

    /// The body as a `T`.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub(crate) fn json<T: RequestBody>(&self, schemas: &Schemas) -> Result<T, ApiError> {
        self.read(schemas, |body: T, _| body)
    }

    /// The body as a `T`, or the default for an absent one.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub(crate) fn json_or_default<T: RequestBody + Default>(&self, schemas: &Schemas) -> Result<T, ApiError> {
        if self.bytes.is_empty() { Ok(T::default()) } else { self.json(schemas) }
    }

    /// The body as a JSON object that somebody else judges.
    ///
    /// # Errors
    /// Those of [`Self::value`], and `validation-failed` when it is no object.
    pub(crate) fn object(&self) -> Result<Value, ApiError> {
        object(self.value(&[JSON])?)
    }

    /// The body as a JSON Merge Patch of an object.
    ///
    /// # Errors
    /// Those of [`Self::value`], and `validation-failed` when it is no object.
    pub(crate) fn patch(&self) -> Result<Value, ApiError> {
        object(self.value(&[MERGE_PATCH, JSON])?)
    }

    /// The body as a patch that is a type of its own.
    ///
    /// # Errors
    /// Those of [`Self::read`].
    pub(crate) fn patch_as<T: RequestBody>(&self, schemas: &Schemas) -> Result<T, ApiError> {
        read(schemas, self.value(&[MERGE_PATCH, JSON])?, |body: T, _| body)
    }

    /// For operations without a body: an empty one, or an empty object, is taken.
    ///
    /// # Errors
    /// `validation-failed` for anything else.
    pub(crate) fn none(&self) -> Result<(), ApiError> {
        if self.bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let mut faults = Faults::default();
        for name in object(self.value(&[JSON])?)?.as_object().into_iter().flat_map(|members| members.keys()) {
            let pointer = format!("/{}", crate::problem::escape(name));
            faults.add(pointer, "unknown_field", "There is no such field here.".to_owned());
        }
        if faults.is_empty() { Ok(()) } else { Err(ApiError::invalid(faults.into_vec())) }
    }
}

fn object(value: Value) -> Result<Value, ApiError> {
    if value.is_object() { Ok(value) } else { Err(super::fault("", "wrong_type", "It must be of the type object.")) }
}

/// The content type of bodies.
pub(crate) const JSON: &str = "application/json";
/// The content type of merge patches (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

/// The next piece of a body; nothing at its end.
pub(crate) async fn next_chunk(payload: &mut actix_web::dev::Payload) -> Result<Option<Bytes>, ApiError> {
    match tokio::time::timeout(IDLE, payload.next()).await {
        Err(_) => Err(ApiError::new(Code::RequestTimeout, "The body did not arrive in time.")),
        Ok(None) => Ok(None),
        Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
        Ok(Some(Err(error))) => Err(of_payload(&error)),
    }
}
