//! Identity documents of a draft's recipients: files for providers that ask for them. Their bytes are never handed out.

use domain::envelope::IdentityDocument;
use domain::events::EventKind;
use domain::finding::Finding;
use domain::ids::{EnvelopeId, IdentityDocumentId, RecipientId};
use domain::record::Envelope;
use persistence::StoredIdentityDocument;

use crate::caller::Caller;
use crate::drafts::{InlineFile, about_recipient, must_be_draft};
use crate::files::area;
use crate::{Broker, BrokerError, Result};

/// The most that one recipient can have.
pub const MOST_IDENTITY_DOCUMENTS: usize = 10;

impl Broker {
    /// Adds an identity document to a recipient of a draft.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`]; [`BrokerError::Invalid`]
    /// when it is no PNG, JPEG or PDF, or the recipient has as many as can be.
    pub async fn add_identity_document(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        recipient: RecipientId,
        expected: Option<u64>,
        file: InlineFile,
    ) -> Result<(Envelope, IdentityDocumentId)> {
        must_be_draft(&self.envelope(caller.tenant, id).await?, ADDING)?;
        let stored = self.keep_identity_document(recipient, file, "").await?;
        let added = self
            .edit_draft(caller, id, expected, ADDING, |envelope, edit, _| {
                let place = envelope.recipients.iter_mut().find(|r| r.id == recipient).ok_or(BrokerError::NotFound)?;
                if place.spec.identity_documents.len() >= MOST_IDENTITY_DOCUMENTS {
                    let detail = format!("A recipient has at most {MOST_IDENTITY_DOCUMENTS} identity documents.");
                    return Err(BrokerError::Invalid(vec![Finding::error("too_many", "", detail)]));
                }
                place.spec.identity_documents.push(stored.document.clone());
                edit.identity_documents.push(stored.clone());
                edit.events.push(about_recipient(EventKind::RecipientUpdated, recipient));
                Ok(())
            })
            .await;
        if let Err(refused) = &added
            && refused.is_definite()
        {
            self.blobs().delete(&stored.object_key).await?;
        }
        Ok((added?, stored.document.id))
    }

    /// Removes an identity document from a recipient of a draft. Its bytes are swept later, unless a copy of the envelope
    /// uses them.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn remove_identity_document(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        recipient: RecipientId,
        document: IdentityDocumentId,
        expected: Option<u64>,
    ) -> Result<Envelope> {
        self.edit_draft(caller, id, expected, "removing an identity document", |envelope, edit, _| {
            let place = envelope.recipients.iter_mut().find(|r| r.id == recipient).ok_or(BrokerError::NotFound)?;
            let documents = &mut place.spec.identity_documents;
            let index = documents.iter().position(|d| d.id == document).ok_or(BrokerError::NotFound)?;
            documents.remove(index);
            edit.forgotten_identity_documents.push(document);
            edit.events.push(about_recipient(EventKind::RecipientUpdated, recipient));
            Ok(())
        })
        .await
    }

    /// Puts an identity document into the object store; a fault points at `pointer`.
    ///
    /// # Errors
    /// [`BrokerError::Invalid`] when it is no PNG, JPEG or PDF.
    pub(crate) async fn keep_identity_document(
        &self,
        recipient: RecipientId,
        file: InlineFile,
        pointer: &str,
    ) -> Result<StoredIdentityDocument> {
        let content_type = image_or_pdf(&file.content).ok_or_else(|| {
            let rule = "An identity document must be a PNG, JPEG or PDF file.";
            BrokerError::Invalid(vec![Finding::error("wrong_file_type", pointer, rule)])
        })?;
        let meta = self.blobs().put(area::IDENTITY, &file.content).await?;
        let document = IdentityDocument {
            id: IdentityDocumentId::generate(),
            kind: file.kind,
            filename: file.filename,
            content_type: content_type.to_owned(),
            size: meta.size,
            sha256: meta.sha256,
        };
        Ok(StoredIdentityDocument { document, recipient, object_key: meta.key, created_at: self.clock().now() })
    }
}

const ADDING: &str = "adding an identity document";

fn image_or_pdf(content: &[u8]) -> Option<&'static str> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    if content.starts_with(PNG) {
        Some("image/png")
    } else if content.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if content.starts_with(b"%PDF-") {
        Some("application/pdf")
    } else {
        None
    }
}
