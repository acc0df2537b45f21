//! What came back from a provider, before anybody decided what it means.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use domain::outcome::{Doubt, Outcome};

/// A file that the transport streamed from an answer to the object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its key in the store.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Its content type, as the provider told it.
    pub content_type: Option<String>,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyBody {
    /// In memory.
    Memory(Bytes),
    /// In the object store.
    Stored(StoredFile),
    /// A ZIP archive in the object store.
    Archive(StoredFile),
}

/// An answer: an HTTP status arrived, and the body to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, in seconds from now, where given.
    pub retry_after: Option<Duration>,
    /// `Content-Type`, where given.
    pub content_type: Option<String>,
    /// The body.
    pub body: ReplyBody,
    /// The files that stood in the body ([`crate::call::ReplyTo::JsonWithFiles`]) by the token that stands there now.
    pub files: BTreeMap<String, StoredFile>,
}

impl Reply {
    /// An answer with a body in memory.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            retry_after: None,
            content_type: None,
            body: ReplyBody::Memory(body.into()),
            files: BTreeMap::new(),
        }
    }

    /// The body in memory; empty when it went to the store.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            ReplyBody::Memory(bytes) => bytes,
            ReplyBody::Stored(_) | ReplyBody::Archive(_) => &[],
        }
    }

    /// The stored file, when the body went to the store.
    #[must_use]
    pub fn stored(&self) -> Option<&StoredFile> {
        match &self.body {
            ReplyBody::Stored(file) => Some(file),
            ReplyBody::Memory(_) | ReplyBody::Archive(_) => None,
        }
    }

    /// The stored archive, when the body is one.
    #[must_use]
    pub fn archive(&self) -> Option<&StoredFile> {
        match &self.body {
            ReplyBody::Archive(file) => Some(file),
            ReplyBody::Memory(_) | ReplyBody::Stored(_) => None,
        }
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// No complete answer arrived.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The request never reached the provider: no permit, no address, no connection, no TLS, or no byte in time.
    #[error("not sent: {reason}")]
    NotSent {
        /// A sentence without secrets.
        reason: String,
        /// How long to wait at least.
        retry_after: Option<Duration>,
    },
    /// The request may have reached the provider and the answer was lost.
    #[error("no answer: {reason}")]
    Lost {
        /// A sentence without secrets.
        reason: String,
    },
}

impl TransportError {
    /// The outcome that this failure is, whatever the call was.
    #[must_use]
    pub fn outcome<T>(self) -> Outcome<T> {
        match self {
            Self::NotSent { reason, retry_after } => Outcome::NotSent { reason, retry_after },
            Self::Lost { reason } => Outcome::Unknown(Doubt::new(reason)),
        }
    }
}
