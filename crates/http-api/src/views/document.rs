//! Documents and artifacts as callers see them.

use domain::envelope::ProviderOptions;
use domain::record::{Artifact, StoredDocument};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::enums::ArtifactKind;
use super::values::{ArtifactId, DocumentId, RecipientId, SubmissionId, Timestamp};

/// The content type of every document.
pub const PDF: &str = "application/pdf";

/// A document of an envelope. Its bytes never change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DocumentView {
    /// Its identifier.
    pub id: DocumentId,
    /// Its file name.
    #[schema(example = "contract.pdf")]
    pub filename: String,
    /// The name that recipients see.
    #[schema(example = "Contract")]
    pub name: String,
    /// Its place among the documents, from 1; `fields[].document` names it.
    #[schema(example = 1, minimum = 1)]
    pub order: u32,
    /// Always `application/pdf`.
    #[schema(example = "application/pdf")]
    pub content_type: String,
    /// Its size in bytes.
    #[schema(example = 48213)]
    pub size: u64,
    /// Its number of pages.
    #[schema(example = 3)]
    pub pages: usize,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub sha256: String,
    /// Options of providers for this document, by kind.
    #[schema(value_type = crate::envelopes::DocumentProviderOptions)]
    pub provider_options: ProviderOptions,
}

impl From<&StoredDocument> for DocumentView {
    fn from(stored: &StoredDocument) -> Self {
        let document = &stored.document;
        Self {
            id: document.id.into(),
            filename: document.filename.clone(),
            name: document.name.clone(),
            order: document.order,
            content_type: PDF.to_owned(),
            size: document.size,
            pages: document.pages.len(),
            sha256: document.sha256.clone(),
            provider_options: document.provider_options.clone(),
        }
    }
}

/// A file that came back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ArtifactView {
    /// Its identifier.
    pub id: ArtifactId,
    /// What it is.
    pub kind: ArtifactKind,
    /// The submission it came from.
    pub submission_id: SubmissionId,
    /// The documents it is about.
    pub document_ids: Vec<DocumentId>,
    /// The recipient it is about, where it is about one.
    pub recipient_id: Option<RecipientId>,
    /// Its file name.
    #[schema(example = "contract-signed.pdf")]
    pub filename: String,
    /// Its content type.
    #[schema(example = "application/pdf")]
    pub content_type: String,
    /// Its size in bytes.
    #[schema(example = 60112)]
    pub size: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    #[schema(example = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
    pub sha256: String,
    /// What the examination of a signed document found: its status and each signature with what it covers. Null for
    /// other files.
    #[schema(value_type = Option<Object>, example = json!({ "status": "valid", "signatures": [ { "signer": "Jesús Sánchez Alonso", "signed_at": "2026-11-21T09:41:07.000000Z", "covers_whole_document": true, "integrity": "intact" } ] }))]
    pub verification: Option<Value>,
    /// When it was stored.
    pub created_at: Timestamp,
}

impl From<&Artifact> for ArtifactView {
    fn from(artifact: &Artifact) -> Self {
        Self {
            id: artifact.id.into(),
            kind: artifact.kind.into(),
            submission_id: artifact.submission.into(),
            document_ids: artifact.documents.iter().copied().map(Into::into).collect(),
            recipient_id: artifact.recipient.map(Into::into),
            filename: artifact.filename.clone(),
            content_type: artifact.content_type.clone(),
            size: artifact.size,
            sha256: artifact.sha256.clone(),
            verification: artifact.verification.clone(),
            created_at: artifact.created_at.into(),
        }
    }
}
