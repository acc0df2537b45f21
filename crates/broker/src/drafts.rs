//! Drafts: creating, changing, copying and deleting envelopes that were not sent yet.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::envelope::{Authentication, EnvelopeSpec, ProviderOptions, RecipientSpec};
use domain::events::{EventDraft, EventKind};
use domain::ids::{DocumentId, EnvelopeId, IdentityDocumentId, RecipientId, TenantId};
use domain::record::{Envelope, Recipient, StoredDocument};
use domain::states::EnvelopeStatus;
use persistence::{EnvelopeFilter, Page, Paged, StoredIdentityDocument};

use crate::caller::Caller;
use crate::documents::{UploadedAs, accepted_document};
use crate::engine::{Edit, Who};
use crate::files::area;
use crate::order::{order_of, stages_of};
use crate::{Broker, BrokerError, Result};

/// A file inside a request body.
#[derive(Debug, Clone)]
pub struct InlineFile {
    /// Its kind, for example `id_card_front`.
    pub kind: String,
    /// Its file name.
    pub filename: String,
    /// Its bytes.
    pub content: Bytes,
}

/// A document inside a request body.
#[derive(Debug, Clone)]
pub struct InlineDocument {
    /// Its file name.
    pub filename: String,
    /// The name shown to recipients; the file name without its ending when absent.
    pub name: Option<String>,
    /// Its place; after the others when absent.
    pub order: Option<u32>,
    /// Its bytes.
    pub content: Bytes,
    /// Options of providers.
    pub provider_options: ProviderOptions,
}

/// A recipient to add.
#[derive(Debug, Clone)]
pub struct NewRecipient {
    /// What they have to do; access codes are in it and are put away encrypted.
    pub spec: RecipientSpec,
    /// Identity documents sent along.
    pub identity_documents: Vec<InlineFile>,
}

/// An envelope to create.
#[derive(Debug, Clone)]
pub struct NewEnvelope {
    /// Its rules.
    pub spec: EnvelopeSpec,
    /// Its recipients, in order.
    pub recipients: Vec<NewRecipient>,
    /// Its documents.
    pub documents: Vec<InlineDocument>,
    /// Whether it is sent at once: then nothing is created unless it can be honoured.
    pub send: bool,
}

impl Broker {
    /// Creates a draft; with `send` also sends it, all or nothing.
    ///
    /// # Errors
    /// [`BrokerError::DocumentRefused`] with a pointer; with `send` those of [`Broker::send`].
    pub async fn create_envelope(&self, caller: &Caller, new: NewEnvelope) -> Result<Envelope> {
        let mut kept = Vec::new();
        let created = self.create_keeping(caller, new, &mut kept).await;
        if let Err(refused) = &created
            && refused.is_definite()
        {
            for key in kept {
                self.blobs().delete(&key).await?;
            }
        }
        created
    }

    /// Creates a draft; the keys of what was put into the object store on the way are noted in `kept`.
    async fn create_keeping(&self, caller: &Caller, new: NewEnvelope, kept: &mut Vec<String>) -> Result<Envelope> {
        let now = self.clock().now();
        let mut envelope = Envelope::draft(EnvelopeId::generate(), caller.tenant, new.spec, now);
        let mut edit = Edit::default();
        edit.events.push(EventDraft::new(EventKind::EnvelopeCreated));
        for recipient in new.recipients {
            let (recipient, identity_documents) = self.recipient(RecipientId::generate(), recipient).await?;
            edit.events.push(about_recipient(EventKind::RecipientAdded, recipient.id));
            kept.extend(identity_documents.iter().map(|stored| stored.object_key.clone()));
            edit.identity_documents.extend(identity_documents);
            envelope.recipients.push(recipient);
        }
        for (index, document) in new.documents.into_iter().enumerate() {
            let pointer = format!("/documents/{index}");
            let named = UploadedAs {
                filename: document.filename,
                name: document.name,
                order: document.order,
                content_digest: None,
                provider_options: document.provider_options,
            };
            let stored = self.keep_inline(document.content, named, &pointer, now).await?;
            kept.push(stored.object_key.clone());
            edit.events.push(about_document(EventKind::DocumentAdded, &stored));
            place(&mut envelope.documents, stored);
        }
        envelope.stages = stages_of(&order_of(&envelope));
        if new.send {
            self.prepare_sending(&mut envelope, &mut edit, None, now).await?;
        }
        self.commit(&Who::caller(caller, None), None, Some(&mut envelope), edit, now).await?;
        Ok(envelope)
    }

    /// One envelope.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn envelope(&self, tenant: TenantId, id: EnvelopeId) -> Result<Envelope> {
        self.store().tenant(tenant).envelopes().load(id).await?.ok_or(BrokerError::NotFound)
    }

    /// The tenant's envelopes, newest first.
    ///
    /// # Errors
    /// [`BrokerError::BadCursor`].
    pub async fn envelopes(&self, tenant: TenantId, filter: &EnvelopeFilter, page: &Page) -> Result<Paged<Envelope>> {
        Ok(self.store().tenant(tenant).envelopes().list(filter, page).await?)
    }

    /// Replaces the rules of a draft.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn update_envelope(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        expected: Option<u64>,
        spec: EnvelopeSpec,
    ) -> Result<Envelope> {
        self.edit_draft(caller, id, expected, "changing", |envelope, edit, _| {
            envelope.spec = spec.clone();
            edit.events.push(EventDraft::new(EventKind::EnvelopeUpdated));
            Ok(())
        })
        .await
    }

    /// Deletes a draft. Its events stay.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn delete_envelope(&self, caller: &Caller, id: EnvelopeId, expected: Option<u64>) -> Result<()> {
        let envelope = self.envelope(caller.tenant, id).await?;
        if expected.is_some_and(|version| version != envelope.version) {
            return Err(BrokerError::VersionMismatch);
        }
        must_be_draft(&envelope, "deleting")?;
        let edit = Edit { events: vec![EventDraft::new(EventKind::EnvelopeDeleted)], ..Edit::default() };
        let now = self.clock().now();
        self.commit(&Who::caller(caller, expected), Some(&envelope), None, edit, now).await?;
        Ok(())
    }

    /// A new draft with the same rules, recipients and documents. The bytes are not copied.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn copy_envelope(&self, caller: &Caller, id: EnvelopeId) -> Result<Envelope> {
        let original = self.envelope(caller.tenant, id).await?;
        let now = self.clock().now();
        let mut edit = Edit::default();
        edit.events.push(EventDraft::new(EventKind::EnvelopeCreated).with("copy_of", original.id.to_string()));
        let mut recipients: Vec<Recipient> = original
            .recipients
            .iter()
            .map(|r| Recipient::new(RecipientId::generate(), r.spec.clone(), r.access_codes.clone()))
            .collect();
        let proofs = self.store().tenant(caller.tenant).identity_documents(original.id).await?;
        for (copy, original) in recipients.iter_mut().zip(&original.recipients) {
            copy.spec.identity_documents.clear();
            for proof in proofs.iter().filter(|p| p.recipient == original.id) {
                let mut proof = proof.clone();
                (proof.document.id, proof.recipient) = (IdentityDocumentId::generate(), copy.id);
                copy.spec.identity_documents.push(proof.document.clone());
                edit.identity_documents.push(proof);
            }
        }
        let documents: Vec<StoredDocument> = original
            .documents
            .iter()
            .map(|stored| {
                let mut copy = stored.clone();
                copy.document.id = DocumentId::generate();
                copy.created_at = now;
                copy
            })
            .collect();
        edit.events.extend(recipients.iter().map(|r| about_recipient(EventKind::RecipientAdded, r.id)));
        edit.events.extend(documents.iter().map(|d| about_document(EventKind::DocumentAdded, d)));
        let mut copy = Envelope::draft(EnvelopeId::generate(), caller.tenant, original.spec, now);
        copy.recipients = recipients;
        copy.documents = documents;
        copy.stages = stages_of(&order_of(&copy));
        self.commit(&Who::caller(caller, None), None, Some(&mut copy), edit, now).await?;
        Ok(copy)
    }

    /// Adds a recipient to a draft.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn add_recipient(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        expected: Option<u64>,
        new: NewRecipient,
    ) -> Result<(Envelope, RecipientId)> {
        must_be_draft(&self.envelope(caller.tenant, id).await?, "adding a recipient")?;
        let (recipient, identity_documents) = self.recipient(RecipientId::generate(), new).await?;
        let added = recipient.id;
        let envelope = self
            .edit_draft(caller, id, expected, "adding a recipient", |envelope, edit, _| {
                envelope.recipients.push(recipient.clone());
                edit.identity_documents.clone_from(&identity_documents);
                edit.events.push(about_recipient(EventKind::RecipientAdded, added));
                Ok(())
            })
            .await?;
        Ok((envelope, added))
    }

    /// Replaces a recipient of a draft. An access code that is absent stays as it was.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn replace_recipient(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        recipient: RecipientId,
        expected: Option<u64>,
        new: NewRecipient,
    ) -> Result<Envelope> {
        must_be_draft(&self.envelope(caller.tenant, id).await?, "changing a recipient")?;
        let (changed, identity_documents) = self.recipient(recipient, new).await?;
        self.edit_draft(caller, id, expected, "changing a recipient", |envelope, edit, _| {
            let place = envelope.recipients.iter_mut().find(|r| r.id == recipient).ok_or(BrokerError::NotFound)?;
            let mut changed = changed.clone();
            for (index, code) in &place.access_codes {
                let still_there =
                    matches!(changed.spec.authentication.get(*index), Some(Authentication::AccessCode { .. }));
                if still_there {
                    changed.access_codes.entry(*index).or_insert_with(|| code.clone());
                }
            }
            if changed.spec.identity_documents.is_empty() {
                changed.spec.identity_documents = place.spec.identity_documents.clone();
            } else {
                let replaced = place.spec.identity_documents.iter().map(|document| document.id);
                edit.forgotten_identity_documents.extend(replaced);
            }
            *place = changed;
            edit.identity_documents.clone_from(&identity_documents);
            edit.events.push(about_recipient(EventKind::RecipientUpdated, recipient));
            Ok(())
        })
        .await
    }

    /// Removes a recipient from a draft.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::WrongState`], [`BrokerError::VersionMismatch`].
    pub async fn remove_recipient(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        recipient: RecipientId,
        expected: Option<u64>,
    ) -> Result<Envelope> {
        self.edit_draft(caller, id, expected, "removing a recipient", |envelope, edit, _| {
            let place = envelope.recipients.iter().position(|r| r.id == recipient).ok_or(BrokerError::NotFound)?;
            let removed = envelope.recipients.remove(place);
            edit.forgotten_identity_documents
                .extend(removed.spec.identity_documents.iter().map(|document| document.id));
            edit.events.push(about_recipient(EventKind::RecipientRemoved, recipient));
            Ok(())
        })
        .await
    }

    /// Changes a draft and brings its stages in line.
    pub(crate) async fn edit_draft(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        expected: Option<u64>,
        action: &'static str,
        mut change: impl FnMut(&mut Envelope, &mut Edit, DateTime<Utc>) -> Result<()>,
    ) -> Result<Envelope> {
        let (envelope, ()) = self
            .edit(&Who::caller(caller, expected), id, |envelope, edit, now| {
                must_be_draft(envelope, action)?;
                change(envelope, edit, now)?;
                envelope.stages = stages_of(&order_of(envelope));
                Ok(())
            })
            .await?;
        Ok(envelope)
    }

    /// A recipient as stored: access codes put away, identity documents in the object store.
    async fn recipient(&self, id: RecipientId, new: NewRecipient) -> Result<(Recipient, Vec<StoredIdentityDocument>)> {
        let mut spec = new.spec;
        let mut stored = Vec::new();
        let mut access_codes = BTreeMap::new();
        for (index, authentication) in spec.authentication.iter_mut().enumerate() {
            if let Authentication::AccessCode { code, .. } = authentication
                && let Some(code) = code.take()
            {
                access_codes.insert(index, code);
            }
        }
        for file in new.identity_documents {
            let kept = self.keep_identity_document(id, file, "/identity_documents").await?;
            spec.identity_documents.push(kept.document.clone());
            stored.push(kept);
        }
        Ok((Recipient::new(id, spec, access_codes), stored))
    }

    async fn keep_inline(
        &self,
        content: Bytes,
        named: UploadedAs,
        pointer: &str,
        now: DateTime<Utc>,
    ) -> Result<StoredDocument> {
        let mut writer = self.blobs().writer(area::DOCUMENTS, Some(self.config().max_document_bytes));
        writer.write(&content).await?;
        let meta = writer.finish().await?;
        let accepted = accepted_document(self, meta, named, now).await;
        if let Err(BrokerError::DocumentRefused { reason, .. }) = accepted {
            return Err(BrokerError::DocumentRefused { reason, pointer: Some(pointer.to_owned()) });
        }
        accepted
    }
}

/// Puts a document at its place: the others move behind it, orders are 1, 2, 3, …
pub(crate) fn place(documents: &mut Vec<StoredDocument>, mut document: StoredDocument) {
    let last = documents.len();
    let wanted = usize::try_from(document.document.order).unwrap_or(usize::MAX);
    let index = if wanted == 0 { last } else { (wanted - 1).min(last) };
    document.document.order = 0;
    documents.insert(index, document);
    renumber(documents);
}

pub(crate) fn renumber(documents: &mut [StoredDocument]) {
    for (order, document) in (1..).zip(documents.iter_mut()) {
        document.document.order = order;
    }
}

pub(crate) fn must_be_draft(envelope: &Envelope, action: &'static str) -> Result<()> {
    if envelope.status == EnvelopeStatus::Draft {
        Ok(())
    } else {
        Err(BrokerError::WrongState { action, status: envelope.status })
    }
}

pub(crate) fn about_document(kind: EventKind, stored: &StoredDocument) -> EventDraft {
    EventDraft::new(kind)
        .with("document_id", stored.document.id.to_string())
        .with("sha256", stored.document.sha256.clone())
        .with("size", stored.document.size)
}

pub(crate) fn about_recipient(kind: EventKind, id: RecipientId) -> EventDraft {
    EventDraft::new(kind).with("recipient_id", id.to_string())
}
