//! Envelopes to rows and back.
//!
//! A child's `body` holds everything of it that is no secret; `sealed` holds its secrets; the other columns repeat what
//! queries need. So a new field of a record is a new field of a body, with a default, and no migration.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::aggregate::Cancellation;
use domain::attention::Attention;
use domain::envelope::{Document, EnvelopeSpec, RecipientSpec};
use domain::facts::{ArtifactKind, Reading};
use domain::finding::Finding;
use domain::ids::{AccountId, DocumentId, EnvelopeId, RecipientId, SubmissionId, TenantId};
use domain::record::{
    Artifact, CollectionState, Delivered, Envelope, Failure, Integrity, PendingAction, Recipient, Renewal, Routed,
    Stage, StoredDocument, Submission,
};
use domain::states::{RecipientStatus, StageStatus};
use domain::steps::SubmissionPlan;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::digests::Digests;
use crate::entities::{artifact, document, recipient, submission};
use crate::error::StoreError;
use crate::keys::{KeyRing, SealContext};
use crate::time::micros;

/// An envelope's body: what is neither a column nor a child nor a secret.
#[derive(Serialize, Deserialize, PartialEq)]
pub(crate) struct EnvelopeBody<'a> {
    pub(crate) spec: Cow<'a, EnvelopeSpec>,
    pub(crate) status_reason: Cow<'a, Option<String>>,
    pub(crate) pending_action: Cow<'a, Option<PendingAction>>,
    pub(crate) routed: Cow<'a, Option<Routed>>,
    pub(crate) attentions: Cow<'a, [Attention]>,
    pub(crate) findings: Cow<'a, [Finding]>,
    pub(crate) error: Cow<'a, Option<Failure>>,
    pub(crate) sent_at: Option<DateTime<Utc>>,
    pub(crate) completed_at: Option<DateTime<Utc>>,
    pub(crate) stages: Vec<StageBody<'a>>,
}

#[derive(Serialize, Deserialize, PartialEq)]
pub(crate) struct StageBody<'a> {
    routing_order: u32,
    group: Cow<'a, Option<String>>,
    minimum: Option<u32>,
    name: Cow<'a, Option<String>>,
    status: StageStatus,
}

#[derive(Serialize, Deserialize)]
struct RecipientBody<'a> {
    spec: Cow<'a, RecipientSpec>,
    status_reason: Cow<'a, Option<String>>,
    sent_at: Option<DateTime<Utc>>,
    viewed_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    certificate: Cow<'a, Option<Value>>,
    provider: Cow<'a, BTreeMap<String, Value>>,
    in_submissions: Cow<'a, BTreeMap<SubmissionId, RecipientStatus>>,
}

#[derive(Serialize, Deserialize, Default)]
struct RecipientSecrets<'a> {
    access_codes: Cow<'a, BTreeMap<usize, String>>,
    signing_url: Cow<'a, Option<String>>,
}

#[derive(Serialize, Deserialize)]
struct DocumentBody<'a> {
    document: Cow<'a, Document>,
    chunk_sha256: Cow<'a, [String]>,
    created_at: DateTime<Utc>,
    object_key: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct SubmissionBody<'a> {
    account: AccountId,
    plan: Cow<'a, SubmissionPlan>,
    attempt: u32,
    vendor_status: Cow<'a, Option<String>>,
    acted: bool,
    live: bool,
    cancel: Cow<'a, Option<Cancellation>>,
    ended_at: Option<DateTime<Utc>>,
    details: Cow<'a, BTreeMap<String, Value>>,
    error: Cow<'a, Option<Failure>>,
    integrity: Option<Integrity>,
    last_read_at: Option<DateTime<Utc>>,
    next_read_at: Option<DateTime<Utc>>,
    #[serde(default)]
    watched_until: Option<DateTime<Utc>>,
    #[serde(default)]
    renewal: Cow<'a, Renewal>,
    delivered: Cow<'a, Option<Delivered>>,
    collection: Cow<'a, CollectionState>,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize, Default)]
struct SubmissionSecrets<'a> {
    reference: Cow<'a, Option<String>>,
    reading: Cow<'a, Option<Reading>>,
}

#[derive(Serialize, Deserialize)]
struct ArtifactBody<'a> {
    submission: SubmissionId,
    kind: ArtifactKind,
    documents: Cow<'a, [DocumentId]>,
    recipient: Option<RecipientId>,
    filename: Cow<'a, str>,
    content_type: Cow<'a, str>,
    size: u64,
    sha256: Cow<'a, str>,
    chunk_sha256: Cow<'a, [String]>,
    object_key: Cow<'a, str>,
    verification: Cow<'a, Option<Value>>,
    published: bool,
    created_at: DateTime<Utc>,
}

/// A place in a row of an envelope's tenant.
pub(crate) fn place<'a>(tenant: TenantId, table: &'a str, row: &'a Uuid, column: &'a str) -> SealContext<'a> {
    SealContext { tenant: Some(tenant), table, row: row.as_bytes(), column }
}

pub(crate) fn to_json(table: &'static str, body: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(body).map_err(|e| StoreError::unreadable(table, e))
}

pub(crate) fn from_json<'a, T: Deserialize<'a>>(table: &'static str, body: &'a str) -> Result<T, StoreError> {
    // The error's text may quote the value, so only its place is kept.
    serde_json::from_str(body)
        .map_err(|e| StoreError::unreadable(table, format!("{:?} in its JSON at {}", e.classify(), e.column())))
}

pub(crate) fn envelope_body(envelope: &Envelope) -> EnvelopeBody<'_> {
    EnvelopeBody {
        spec: Cow::Borrowed(&envelope.spec),
        status_reason: Cow::Borrowed(&envelope.status_reason),
        pending_action: Cow::Borrowed(&envelope.pending_action),
        routed: Cow::Borrowed(&envelope.routed),
        attentions: Cow::Borrowed(&envelope.attentions),
        findings: Cow::Borrowed(&envelope.findings),
        error: Cow::Borrowed(&envelope.error),
        sent_at: envelope.sent_at,
        completed_at: envelope.completed_at,
        stages: envelope
            .stages
            .iter()
            .map(|stage| StageBody {
                routing_order: stage.routing_order,
                group: Cow::Borrowed(&stage.group),
                minimum: stage.minimum,
                name: Cow::Borrowed(&stage.name),
                status: stage.status,
            })
            .collect(),
    }
}

impl StageBody<'_> {
    pub(crate) fn into_stage(self) -> Stage {
        Stage {
            routing_order: self.routing_order,
            group: self.group.into_owned(),
            minimum: self.minimum,
            name: self.name.into_owned(),
            status: self.status,
        }
    }
}

/// The codes of the open attentions as the column has them, so that one can be searched for.
pub(crate) fn attention_codes(envelope: &Envelope) -> Option<String> {
    let codes: Vec<&str> = envelope.attentions.iter().map(|attention| attention.code.as_str()).collect();
    (!codes.is_empty()).then(|| format!("|{}|", codes.join("|")))
}

/// What rows are made with.
pub(crate) struct Encoder<'a> {
    pub(crate) keys: &'a KeyRing,
    pub(crate) digests: &'a Digests,
    pub(crate) tenant: TenantId,
    pub(crate) envelope: EnvelopeId,
}

/// What an envelope's child is as a row.
pub(crate) trait Child: PartialEq {
    type Row;

    fn id(&self) -> Uuid;

    fn encode(&self, position: i32, encoder: &Encoder<'_>) -> Result<Self::Row, StoreError>;
}

impl Child for Recipient {
    type Row = recipient::Model;

    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn encode(&self, position: i32, encoder: &Encoder<'_>) -> Result<recipient::Model, StoreError> {
        let id = self.id.as_uuid();
        let body = RecipientBody {
            spec: Cow::Borrowed(&self.spec),
            status_reason: Cow::Borrowed(&self.status_reason),
            sent_at: self.sent_at,
            viewed_at: self.viewed_at,
            completed_at: self.completed_at,
            certificate: Cow::Borrowed(&self.certificate),
            provider: Cow::Borrowed(&self.provider),
            in_submissions: Cow::Borrowed(&self.in_submissions),
        };
        let secrets = RecipientSecrets {
            access_codes: Cow::Borrowed(&self.access_codes),
            signing_url: Cow::Borrowed(&self.signing_url),
        };
        let has_secrets = !self.access_codes.is_empty() || self.signing_url.is_some();
        let sealed = has_secrets
            .then(|| encoder.keys.seal_json(place(encoder.tenant, "recipients", &id, "sealed"), &secrets))
            .transpose()?;
        Ok(recipient::Model {
            envelope_id: encoder.envelope.as_uuid(),
            id,
            position,
            status: self.status.as_str().to_owned(),
            body: to_json("recipients", &body)?,
            sealed,
        })
    }
}

impl Child for StoredDocument {
    type Row = document::Model;

    fn id(&self) -> Uuid {
        self.document.id.as_uuid()
    }

    fn encode(&self, position: i32, encoder: &Encoder<'_>) -> Result<document::Model, StoreError> {
        let body = DocumentBody {
            document: Cow::Borrowed(&self.document),
            chunk_sha256: Cow::Borrowed(&self.chunk_sha256),
            created_at: self.created_at,
            object_key: Cow::Borrowed(&self.object_key),
        };
        Ok(document::Model {
            envelope_id: encoder.envelope.as_uuid(),
            id: Child::id(self),
            position,
            object_key: self.object_key.clone(),
            body: to_json("documents", &body)?,
        })
    }
}

impl Child for Submission {
    type Row = submission::Model;

    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn encode(&self, position: i32, encoder: &Encoder<'_>) -> Result<submission::Model, StoreError> {
        let id = self.id.as_uuid();
        let secrets =
            SubmissionSecrets { reference: Cow::Borrowed(&self.reference), reading: Cow::Borrowed(&self.reading) };
        let has_secrets = self.reference.is_some() || self.reading.is_some();
        let sealed = has_secrets
            .then(|| encoder.keys.seal_json(place(encoder.tenant, "submissions", &id, "sealed"), &secrets))
            .transpose()?;
        let digest = self.reference.as_ref().map(|reference| encoder.digests.reference(self.account, reference));
        Ok(submission::Model {
            envelope_id: encoder.envelope.as_uuid(),
            id,
            position,
            tenant_id: encoder.tenant.as_uuid(),
            account_id: self.account.as_uuid(),
            state: self.state.as_str().to_owned(),
            reference_digest: digest.map(Vec::from),
            next_read_at: self
                .next_read_at
                .filter(|_| !self.state.is_terminal() || self.watched_until.is_some())
                .map(micros),
            delivered_key: self.delivered.as_ref().map(|delivered| delivered.object_key.clone()),
            body: submission_body(self)?,
            sealed,
        })
    }
}

impl Child for Artifact {
    type Row = artifact::Model;

    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn encode(&self, position: i32, encoder: &Encoder<'_>) -> Result<artifact::Model, StoreError> {
        let body = ArtifactBody {
            submission: self.submission,
            kind: self.kind,
            documents: Cow::Borrowed(&self.documents),
            recipient: self.recipient,
            filename: Cow::Borrowed(&self.filename),
            content_type: Cow::Borrowed(&self.content_type),
            size: self.size,
            sha256: Cow::Borrowed(&self.sha256),
            chunk_sha256: Cow::Borrowed(&self.chunk_sha256),
            object_key: Cow::Borrowed(&self.object_key),
            verification: Cow::Borrowed(&self.verification),
            published: self.published,
            created_at: self.created_at,
        };
        Ok(artifact::Model {
            envelope_id: encoder.envelope.as_uuid(),
            id: self.id.as_uuid(),
            position,
            object_key: self.object_key.clone(),
            body: to_json("artifacts", &body)?,
        })
    }
}

/// The document of a submission's row.
pub(crate) fn submission_body(submission: &Submission) -> Result<String, StoreError> {
    let body = SubmissionBody {
        account: submission.account,
        plan: Cow::Borrowed(&submission.plan),
        attempt: submission.attempt,
        vendor_status: Cow::Borrowed(&submission.vendor_status),
        acted: submission.acted,
        live: submission.live,
        cancel: Cow::Borrowed(&submission.cancel),
        ended_at: submission.ended_at,
        details: Cow::Borrowed(&submission.details),
        error: Cow::Borrowed(&submission.error),
        integrity: submission.integrity,
        last_read_at: submission.last_read_at,
        next_read_at: submission.next_read_at,
        watched_until: submission.watched_until,
        renewal: Cow::Borrowed(&submission.renewal),
        delivered: Cow::Borrowed(&submission.delivered),
        collection: Cow::Borrowed(&submission.collection),
        created_at: submission.created_at,
    };
    to_json("submissions", &body)
}

/// A child's row as it is read: what all kinds have in common.
pub(crate) struct ChildRow {
    pub(crate) id: Uuid,
    pub(crate) word: String,
    pub(crate) body: String,
    pub(crate) sealed: Option<Vec<u8>>,
}

impl ChildRow {
    fn word<T: std::str::FromStr<Err: std::fmt::Display>>(&self, table: &'static str) -> Result<T, StoreError> {
        self.word.parse().map_err(|e| StoreError::unreadable(table, e))
    }

    fn secrets<T: Default + serde::de::DeserializeOwned>(
        &self,
        keys: &KeyRing,
        tenant: TenantId,
        table: &str,
    ) -> Result<T, StoreError> {
        match &self.sealed {
            None => Ok(T::default()),
            Some(sealed) => Ok(keys.open_json(place(tenant, table, &self.id, "sealed"), sealed)?),
        }
    }

    pub(crate) fn into_recipient(self, keys: &KeyRing, tenant: TenantId) -> Result<Recipient, StoreError> {
        let secrets: RecipientSecrets<'static> = self.secrets(keys, tenant, "recipients")?;
        let status = self.word("recipients")?;
        let body: RecipientBody<'_> = from_json("recipients", &self.body)?;
        Ok(Recipient {
            id: RecipientId::from_uuid(self.id),
            spec: body.spec.into_owned(),
            access_codes: secrets.access_codes.into_owned(),
            status,
            status_reason: body.status_reason.into_owned(),
            signing_url: secrets.signing_url.into_owned(),
            sent_at: body.sent_at,
            viewed_at: body.viewed_at,
            completed_at: body.completed_at,
            certificate: body.certificate.into_owned(),
            provider: body.provider.into_owned(),
            in_submissions: body.in_submissions.into_owned(),
        })
    }

    pub(crate) fn into_document(self) -> Result<StoredDocument, StoreError> {
        let body: DocumentBody<'_> = from_json("documents", &self.body)?;
        Ok(StoredDocument {
            document: body.document.into_owned(),
            object_key: body.object_key.into_owned(),
            chunk_sha256: body.chunk_sha256.into_owned(),
            created_at: body.created_at,
        })
    }

    pub(crate) fn into_submission(self, keys: &KeyRing, tenant: TenantId) -> Result<Submission, StoreError> {
        let secrets: SubmissionSecrets<'static> = self.secrets(keys, tenant, "submissions")?;
        let state = self.word("submissions")?;
        let body: SubmissionBody<'_> = from_json("submissions", &self.body)?;
        Ok(Submission {
            id: SubmissionId::from_uuid(self.id),
            account: body.account,
            plan: body.plan.into_owned(),
            state,
            attempt: body.attempt,
            reference: secrets.reference.into_owned(),
            vendor_status: body.vendor_status.into_owned(),
            acted: body.acted,
            live: body.live,
            cancel: body.cancel.into_owned(),
            ended_at: body.ended_at,
            details: body.details.into_owned(),
            error: body.error.into_owned(),
            integrity: body.integrity,
            reading: secrets.reading.into_owned(),
            last_read_at: body.last_read_at,
            next_read_at: body.next_read_at,
            watched_until: body.watched_until,
            renewal: body.renewal.into_owned(),
            delivered: body.delivered.into_owned(),
            collection: body.collection.into_owned(),
            created_at: body.created_at,
        })
    }

    pub(crate) fn into_artifact(self) -> Result<Artifact, StoreError> {
        let body: ArtifactBody<'_> = from_json("artifacts", &self.body)?;
        Ok(Artifact {
            id: domain::ids::ArtifactId::from_uuid(self.id),
            submission: body.submission,
            kind: body.kind,
            documents: body.documents.into_owned(),
            recipient: body.recipient,
            filename: body.filename.into_owned(),
            content_type: body.content_type.into_owned(),
            size: body.size,
            sha256: body.sha256.into_owned(),
            chunk_sha256: body.chunk_sha256.into_owned(),
            object_key: body.object_key.into_owned(),
            verification: body.verification.into_owned(),
            published: body.published,
            created_at: body.created_at,
        })
    }
}
