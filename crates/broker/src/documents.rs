//! Documents: streamed in, hashed on the way, checked to be readable PDFs, never changed; and streamed out again.

use std::ops::Range;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::envelope::{Document, PageBox, ProviderOptions};
use domain::events::{Actor, EventKind};
use domain::ids::{ArtifactId, DocumentId, EnvelopeId, TenantId};
use domain::record::{Envelope, StoredDocument};
use pdf::{Defect, InspectError};
use persistence::{AuditEntry, BlobMeta, BlobRef, BlobStream, BlobWriter, Blobs};

use crate::caller::Caller;
use crate::digest::{ContentDigest, Sha512Stream};
use crate::drafts::{about_document, must_be_draft, place, renumber};
use crate::error::DocumentFault;
use crate::files::area;
use crate::{Broker, BrokerError, Result};

/// What the caller told about an upload.
#[derive(Debug, Clone)]
pub struct UploadedAs {
    /// Its file name.
    pub filename: String,
    /// The name shown to recipients; the file name without its ending when absent.
    pub name: Option<String>,
    /// Its place, from 1; after the others when absent.
    pub order: Option<u32>,
    /// The digest that the bytes must have.
    pub content_digest: Option<ContentDigest>,
    /// Options of providers.
    pub provider_options: ProviderOptions,
}

/// A change of a draft's document; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct DocumentChange {
    /// A new file name.
    pub filename: Option<String>,
    /// A new name for recipients.
    pub name: Option<String>,
    /// A new place.
    pub order: Option<u32>,
    /// New options.
    pub provider_options: Option<ProviderOptions>,
}

/// An upload under way. Dropping it leaves nothing behind.
pub struct Upload {
    broker: Broker,
    envelope: EnvelopeId,
    expected: Option<u64>,
    writer: BlobWriter,
    sha512: Option<Sha512Stream>,
}

/// Stored bytes to hand out.
pub struct Content {
    /// File name for the caller.
    pub filename: String,
    /// Content type.
    pub content_type: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256, lower-case hexadecimal; the `ETag`.
    pub sha256: String,
    key: String,
    chunk_sha256: Vec<String>,
    blobs: Blobs,
}

impl Content {
    /// The bytes, or a part of them. Every chunk is checked against its digest on the way: a changed byte ends the stream
    /// with an error instead of being handed out.
    ///
    /// # Errors
    /// The store cannot give them.
    pub async fn stream(&self, range: Option<Range<u64>>) -> Result<BlobStream> {
        let blob = BlobRef { key: &self.key, size: self.size, chunk_sha256: &self.chunk_sha256 };
        Ok(self.blobs.read_range(blob, range.unwrap_or(0..self.size)).await?)
    }
}

impl Upload {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`BrokerError::TooLarge`] at the limit.
    pub async fn write(&mut self, chunk: Bytes) -> Result<()> {
        if let Some(sha512) = &mut self.sha512 {
            sha512.update(&chunk);
        }
        Ok(self.writer.write(&chunk).await?)
    }

    /// SHA-256 of the bytes so far, lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        self.writer.sha256_so_far()
    }

    /// Checks what was uploaded and adds it to the draft.
    ///
    /// # Errors
    /// [`BrokerError::DigestMismatch`], [`BrokerError::DocumentRefused`]; [`BrokerError::WrongState`] and
    /// [`BrokerError::VersionMismatch`] when the draft changed meanwhile. Nothing is left behind.
    pub async fn finish(self, caller: &Caller, named: UploadedAs) -> Result<(Envelope, DocumentId)> {
        let Self { broker, envelope, expected, writer, sha512 } = self;
        let sha512 = sha512.map(Sha512Stream::finish);
        let meta = writer.finish().await?;
        let same = match &named.content_digest {
            None => true,
            Some(ContentDigest::Sha256(told)) => hex::encode(told) == meta.sha256,
            Some(ContentDigest::Sha512(told)) => sha512.as_ref() == Some(told),
        };
        if !same {
            broker.blobs().delete(&meta.key).await?;
            return Err(BrokerError::DigestMismatch);
        }
        let key = meta.key.clone();
        let now = broker.clock().now();
        let stored = accepted_document(&broker, meta, named, now).await?;
        let id = stored.document.id;
        let added = broker
            .edit_draft(caller, envelope, expected, "adding a document", |envelope, edit, _| {
                edit.events.push(about_document(EventKind::DocumentAdded, &stored));
                place(&mut envelope.documents, stored.clone());
                Ok(())
            })
            .await;
        if let Err(refused) = &added
            && refused.is_definite()
        {
            broker.blobs().delete(&key).await?;
        }
        Ok((added?, id))
    }

    /// Throws the upload away.
    pub async fn abort(self) {
        if let Err(error) = self.writer.abort().await {
            tracing::warn!(error = %error, "An aborted upload could not be removed; the sweep will find it");
        }
    }
}

impl Broker {
    /// Begins an upload to a draft. A caller that told a SHA-512 digest asks for it `with_sha512`: SHA-256 is always taken.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn begin_upload(
        &self,
        tenant: TenantId,
        id: EnvelopeId,
        expected: Option<u64>,
        with_sha512: bool,
    ) -> Result<Upload> {
        let envelope = self.envelope(tenant, id).await?;
        if expected.is_some_and(|version| version != envelope.version) {
            return Err(BrokerError::VersionMismatch);
        }
        must_be_draft(&envelope, "adding a document")?;
        Ok(Upload {
            broker: self.clone(),
            envelope: id,
            expected,
            writer: self.blobs().writer(area::DOCUMENTS, Some(self.config().max_document_bytes)),
            sha512: with_sha512.then(Sha512Stream::new),
        })
    }

    /// Renames or moves a document of a draft.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn update_document(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        document: DocumentId,
        expected: Option<u64>,
        change: DocumentChange,
    ) -> Result<Envelope> {
        self.edit_draft(caller, id, expected, "changing a document", |envelope, edit, _| {
            let index =
                envelope.documents.iter().position(|d| d.document.id == document).ok_or(BrokerError::NotFound)?;
            let mut stored = envelope.documents.remove(index);
            if let Some(filename) = &change.filename {
                stored.document.filename.clone_from(filename);
            }
            if let Some(name) = &change.name {
                stored.document.name.clone_from(name);
            }
            if let Some(options) = &change.provider_options {
                stored.document.provider_options.clone_from(options);
            }
            if let Some(order) = change.order {
                stored.document.order = order;
            }
            edit.events.push(about_document(EventKind::DocumentUpdated, &stored));
            place(&mut envelope.documents, stored);
            Ok(())
        })
        .await
    }

    /// Removes a document from a draft. Its bytes are swept later, unless a copy of the envelope uses them.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn remove_document(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        document: DocumentId,
        expected: Option<u64>,
    ) -> Result<Envelope> {
        self.edit_draft(caller, id, expected, "removing a document", |envelope, edit, _| {
            let index =
                envelope.documents.iter().position(|d| d.document.id == document).ok_or(BrokerError::NotFound)?;
            let removed = envelope.documents.remove(index);
            edit.events.push(about_document(EventKind::DocumentRemoved, &removed));
            renumber(&mut envelope.documents);
            Ok(())
        })
        .await
    }

    /// The bytes of a document. The download is audited.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn document_content(
        &self,
        tenant: TenantId,
        id: EnvelopeId,
        document: DocumentId,
        actor: &Actor,
    ) -> Result<Content> {
        let envelope = self.envelope(tenant, id).await?;
        let stored = envelope.documents.into_iter().find(|d| d.document.id == document).ok_or(BrokerError::NotFound)?;
        self.audit_download(tenant, actor, "document.downloaded", document.to_string()).await?;
        Ok(Content {
            filename: stored.document.filename,
            content_type: "application/pdf".to_owned(),
            size: stored.document.size,
            sha256: stored.document.sha256,
            key: stored.object_key,
            chunk_sha256: stored.chunk_sha256,
            blobs: self.blobs().clone(),
        })
    }

    /// The bytes of an artifact. The download is audited.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], also for a file that is kept but not published.
    pub async fn artifact_content(
        &self,
        tenant: TenantId,
        id: EnvelopeId,
        artifact: ArtifactId,
        actor: &Actor,
    ) -> Result<Content> {
        let envelope = self.envelope(tenant, id).await?;
        let artifact =
            envelope.artifacts.into_iter().find(|a| a.id == artifact && a.published).ok_or(BrokerError::NotFound)?;
        self.audit_download(tenant, actor, "artifact.downloaded", artifact.id.to_string()).await?;
        Ok(Content {
            filename: artifact.filename,
            content_type: artifact.content_type,
            size: artifact.size,
            sha256: artifact.sha256,
            key: artifact.object_key,
            chunk_sha256: artifact.chunk_sha256,
            blobs: self.blobs().clone(),
        })
    }

    async fn audit_download(&self, tenant: TenantId, actor: &Actor, action: &str, subject: String) -> Result<()> {
        let entry = AuditEntry::new(self.clock().now(), actor.clone(), action, subject);
        Ok(self.store().record_audit(Some(tenant), &[entry]).await?)
    }
}

/// The stored bytes as a document, if they are a PDF that providers can sign; deleted otherwise.
pub(crate) async fn accepted_document(
    broker: &Broker,
    meta: BlobMeta,
    named: UploadedAs,
    now: DateTime<Utc>,
) -> Result<StoredDocument> {
    let pages = match inspected(broker, &meta).await {
        Ok(pages) => pages,
        Err(refused) => {
            broker.blobs().delete(&meta.key).await?;
            return Err(refused);
        }
    };
    let name = named.name.unwrap_or_else(|| {
        let stem = named.filename.strip_suffix(".pdf").or_else(|| named.filename.strip_suffix(".PDF"));
        stem.unwrap_or(&named.filename).to_owned()
    });
    Ok(StoredDocument {
        document: Document {
            id: DocumentId::generate(),
            filename: named.filename,
            name,
            order: named.order.unwrap_or(0),
            size: meta.size,
            sha256: meta.sha256,
            pages,
            provider_options: named.provider_options,
        },
        object_key: meta.key,
        chunk_sha256: meta.chunk_sha256,
        created_at: now,
    })
}

async fn inspected(broker: &Broker, meta: &BlobMeta) -> Result<Vec<PageBox>> {
    let mut reader = broker.blobs().reader_at(meta.as_ref());
    let inspection = tokio::task::spawn_blocking(move || pdf::inspect(&mut reader))
        .await
        .map_err(|_| BrokerError::Internal("the inspection of a document ended early".to_owned()))?;
    match inspection {
        Ok(inspection) => Ok(inspection
            .pages
            .iter()
            .map(|page| PageBox { width_pt: page.width_pt, height_pt: page.height_pt })
            .collect()),
        Err(InspectError::Defect(defect)) => {
            Err(BrokerError::DocumentRefused { reason: fault(&defect), pointer: None })
        }
        Err(InspectError::Io(error)) => Err(error.into()),
    }
}

fn fault(defect: &Defect) -> DocumentFault {
    match defect {
        Defect::Empty => DocumentFault::Empty,
        Defect::NotAPdf => DocumentFault::NotAPdf,
        Defect::Encrypted => DocumentFault::Encrypted,
        Defect::Damaged { .. } => DocumentFault::Damaged,
    }
}
