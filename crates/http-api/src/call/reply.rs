//! An answer as a value, so that it can be stored and given again.

use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use domain::record::Envelope;
use serde::Serialize;

use crate::conventions::conditional::version_tag;
use crate::conventions::prefer::PREFERENCE_APPLIED;
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// An answer: status, headers and body, all in memory.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// JSON with this status.
    ///
    /// # Errors
    /// `internal-error` when the view cannot be written.
    pub fn json<V: Serialize>(status: StatusCode, view: &V) -> Result<Self, ApiError> {
        let body =
            serde_json::to_vec(view).map_err(|error| ApiError::internal(format!("a view is no JSON: {error}")))?;
        let headers = vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        Ok(Self { status, headers, body })
    }

    /// 200 with JSON.
    ///
    /// # Errors
    /// Those of [`Self::json`].
    pub fn ok<V: Serialize>(view: &V) -> Result<Self, ApiError> {
        Self::json(StatusCode::OK, view)
    }

    /// 201 with JSON and where it can be read.
    ///
    /// # Errors
    /// Those of [`Self::json`].
    pub fn created<V: Serialize>(location: &str, view: &V) -> Result<Self, ApiError> {
        let reply = Self::json(StatusCode::CREATED, view)?;
        Ok(match HeaderValue::from_str(location) {
            Ok(location) => reply.header(header::LOCATION, location),
            Err(_) => reply,
        })
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: Vec::new() }
    }

    /// 304 with the tag that still holds.
    #[must_use]
    pub fn not_modified(tag: HeaderValue) -> Self {
        let headers = vec![(header::ETAG, tag)];
        Self { status: StatusCode::NOT_MODIFIED, headers, body: Vec::new() }
    }

    /// The same answer, saying that the caller's wait was followed.
    #[must_use]
    pub fn waited(self, wait: Duration) -> Self {
        match HeaderValue::from_str(&format!("wait={}", wait.as_secs())) {
            Ok(applied) => self.header(PREFERENCE_APPLIED, applied),
            Err(_) => self,
        }
    }

    /// An envelope, with its version as the tag.
    ///
    /// # Errors
    /// Those of [`Self::json`].
    pub fn envelope(status: StatusCode, envelope: &Envelope, view: &EnvelopeView) -> Result<Self, ApiError> {
        Ok(Self::json(status, view)?.version(envelope.version))
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// The same answer with a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same answer with the version that it shows as its tag.
    #[must_use]
    pub fn version(self, version: u64) -> Self {
        self.header(header::ETAG, version_tag(version))
    }

    /// The answer for the framework.
    #[must_use]
    pub fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for header in self.headers {
            response.append_header(header);
        }
        response.body(self.body)
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.into_response()
    }
}
