//! The object store as the transport sees it: documents by id, files by key, and sinks for what comes back.

use std::collections::HashMap;
use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use domain::ids::{DocumentId, EnvelopeId, IdentityDocumentId};
use domain::record::{CHUNK_BYTES, Envelope};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use persistence::{BlobError, BlobRef, BlobWriter, Blobs, TenantStore};
use provider_clients::call::FileSource;
use provider_clients::reply::StoredFile;
use provider_clients::transport::{FileSink, Files};

use crate::digest::Sha256Stream;
use crate::{Broker, BrokerError, Result};

/// Where in the object store files are kept, by what they are.
pub(crate) mod area {
    pub(crate) const DOCUMENTS: &str = "documents";
    pub(crate) const ARTIFACTS: &str = "artifacts";
    pub(crate) const CALLBACKS: &str = "callbacks";
    pub(crate) const IDENTITY: &str = "identity";
}

struct Known {
    key: String,
    size: u64,
    chunk_sha256: Vec<String>,
}

/// The files that the calls of one envelope may read.
pub(crate) struct EnvelopeFiles {
    blobs: Blobs,
    documents: HashMap<DocumentId, Known>,
    stored: HashMap<String, Known>,
    /// Whose identity documents may be read.
    identity: Option<(TenantStore, EnvelopeId)>,
    limit: u64,
}

impl Broker {
    /// The files of `envelope`: its documents, and what earlier submissions gave.
    pub(crate) fn files_of(&self, envelope: &Envelope) -> EnvelopeFiles {
        let documents = envelope.documents.iter().map(|stored| {
            let known = Known {
                key: stored.object_key.clone(),
                size: stored.document.size,
                chunk_sha256: stored.chunk_sha256.clone(),
            };
            (stored.document.id, known)
        });
        let stored = envelope.artifacts.iter().map(|artifact| {
            let known = Known {
                key: artifact.object_key.clone(),
                size: artifact.size,
                chunk_sha256: artifact.chunk_sha256.clone(),
            };
            (artifact.object_key.clone(), known)
        });
        EnvelopeFiles {
            documents: documents.collect(),
            stored: stored.collect(),
            identity: Some((self.store().tenant(envelope.tenant), envelope.id)),
            ..self.no_files()
        }
    }

    /// No documents, but sinks: for calls that are about no envelope.
    pub(crate) fn no_files(&self) -> EnvelopeFiles {
        EnvelopeFiles {
            blobs: self.blobs().clone(),
            documents: HashMap::new(),
            stored: HashMap::new(),
            identity: None,
            limit: self.config().max_artifact_bytes,
        }
    }

    /// SHA-256 of each chunk of a file that was just stored, read back: what is wrong with it shows now.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it is not what was written.
    pub(crate) async fn chunk_digests(&self, file: &StoredFile) -> Result<Vec<String>> {
        let blob = BlobRef { key: &file.key, size: file.size, chunk_sha256: &[] };
        let mut stream = self.blobs().read(blob).await?;
        let (mut whole, mut chunk) = (Sha256Stream::new(), Sha256Stream::new());
        let (mut digests, mut room) = (Vec::new(), CHUNK_BYTES);
        while let Some(mut bytes) = stream.try_next().await? {
            whole.update(&bytes);
            while !bytes.is_empty() {
                let part = bytes.split_to(bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
                room -= u64::try_from(part.len()).unwrap_or(room);
                chunk.update(&part);
                if room == 0 {
                    digests.push(std::mem::replace(&mut chunk, Sha256Stream::new()).finish_hex());
                    room = CHUNK_BYTES;
                }
            }
        }
        if room < CHUNK_BYTES {
            digests.push(chunk.finish_hex());
        }
        if whole.finish_hex() == file.sha256 { Ok(digests) } else { Err(BlobError::Corrupt.into()) }
    }
}

#[async_trait]
impl Files for EnvelopeFiles {
    async fn open(&self, source: &FileSource) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let read;
        let known = match source {
            FileSource::Document(id) => self.documents.get(id),
            FileSource::Stored(key) => self.stored.get(key),
            FileSource::Identity(id) => {
                read = self.identity_document(*id).await?;
                read.as_ref()
            }
        };
        let known = known.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let blob = BlobRef { key: &known.key, size: known.size, chunk_sha256: &known.chunk_sha256 };
        let stream = self.blobs.read(blob).await.map_err(io_error)?;
        Ok(stream.map_err(io_error).boxed())
    }

    async fn sink(&self) -> io::Result<Box<dyn FileSink>> {
        Ok(Box::new(Sink(self.blobs.writer(area::ARTIFACTS, Some(self.limit)))))
    }
}

impl EnvelopeFiles {
    async fn identity_document(&self, id: IdentityDocumentId) -> io::Result<Option<Known>> {
        let Some((tenant, envelope)) = &self.identity else { return Ok(None) };
        let all = tenant.identity_documents(*envelope).await.map_err(io::Error::other)?;
        Ok(all.into_iter().find(|stored| stored.document.id == id).map(|stored| Known {
            key: stored.object_key,
            size: stored.document.size,
            chunk_sha256: Vec::new(),
        }))
    }
}

struct Sink(BlobWriter);

#[async_trait]
impl FileSink for Sink {
    async fn write(&mut self, chunk: Bytes) -> io::Result<()> {
        self.0.write(&chunk).await.map_err(io_error)
    }

    async fn finish(self: Box<Self>) -> io::Result<String> {
        self.0.finish().await.map(|meta| meta.key).map_err(io_error)
    }

    async fn abort(self: Box<Self>) {
        if let Err(error) = self.0.abort().await {
            tracing::warn!(error = %error, "A half-written file could not be removed; the sweep will find it");
        }
    }
}

/// A failure of the store for code that speaks `std::io`.
pub(crate) fn io_error(error: BlobError) -> io::Error {
    let kind = match error {
        BlobError::Missing => io::ErrorKind::NotFound,
        BlobError::Corrupt => io::ErrorKind::InvalidData,
        BlobError::TooLarge { .. } => io::ErrorKind::FileTooLarge,
        BlobError::Range => io::ErrorKind::InvalidInput,
        BlobError::Address(_) | BlobError::Storage => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

impl From<BlobError> for BrokerError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::TooLarge { limit } => Self::TooLarge { limit },
            BlobError::Missing | BlobError::Corrupt | BlobError::Range => Self::Internal(format!("storage: {error}")),
            BlobError::Address(_) | BlobError::Storage => {
                Self::Unavailable { retry_after: crate::error::RETRY_AFTER, cause: format!("storage: {error}") }
            }
        }
    }
}
