//! What a provider tells about a transaction, in neutral words. Readings are facts: applying them twice or in another
//! order gives the same state (see [`crate::states`] and [`crate::aggregate`]).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::attention::AttentionCode;
use crate::ids::{DocumentId, RecipientId};
use crate::states::{RecipientStatus, SubmissionState};

/// One look at a transaction. Holds links and vendor ids: stored encrypted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Its state; `None` when the vendor's word is not known, which keeps the last state.
    pub state: Option<SubmissionState>,
    /// The vendor's own word.
    pub vendor_status: String,
    /// Whether a signer or approver has acted.
    pub acted: bool,
    /// What is told of recipients.
    pub recipients: Vec<RecipientReading>,
    /// What can be fetched.
    pub artifacts: Vec<ArtifactOffer>,
    /// Facts shown under `submissions[].details`.
    pub details: BTreeMap<String, Value>,
    /// What a person has to know.
    pub notes: Vec<Note>,
    /// When it happened, where the provider tells.
    pub occurred_at: Option<DateTime<Utc>>,
    /// How what the provider holds differs from what was asked: `None` when this reading cannot tell, empty when it holds
    /// what was asked.
    #[serde(default)]
    pub differences: Option<Vec<Difference>>,
    /// Whether the transaction is used up without an end of the submission: a new attempt has to be prepared before a
    /// recipient can go on (Viafirma).
    #[serde(default)]
    pub used_up: bool,
    /// Whether the provider is still at work on the result (a notary, a seal): then it is read on, and the submission is not
    /// completed before a reading says otherwise. `None`: this reading does not tell. Once a reading said no, it stays no.
    #[serde(default)]
    pub pending_result: Option<bool>,
}

/// One difference between what was asked and what the provider holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// JSON pointer into the envelope.
    pub pointer: String,
    /// A sentence without personal data.
    pub detail: String,
}

impl Reading {
    /// A reading that tells a state and nothing else.
    #[must_use]
    pub fn of(state: Option<SubmissionState>, vendor_status: impl Into<String>) -> Self {
        Self {
            state,
            vendor_status: vendor_status.into(),
            acted: false,
            recipients: Vec::new(),
            artifacts: Vec::new(),
            details: BTreeMap::new(),
            notes: Vec::new(),
            occurred_at: None,
            differences: None,
            used_up: false,
            pending_result: None,
        }
    }
}

/// What is told of one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecipientReading {
    /// Which recipient of the envelope.
    pub recipient: RecipientId,
    /// Their state; `None` when nothing new is told.
    pub status: Option<RecipientStatus>,
    /// The vendor's own words, shown under `recipients[].provider`.
    pub vendor: BTreeMap<String, Value>,
    /// When it happened, where the provider tells.
    pub at: Option<DateTime<Utc>>,
    /// The link under which they sign, where the provider gives one (a secret).
    pub signing_url: Option<String>,
    /// The certificate they signed with, as the API shows it, where the provider tells.
    #[serde(default)]
    pub certificate: Option<Certificate>,
}

impl RecipientReading {
    /// A reading that tells a recipient's state and nothing else.
    #[must_use]
    pub fn of(recipient: RecipientId, status: Option<RecipientStatus>) -> Self {
        Self { recipient, status, vendor: BTreeMap::new(), at: None, signing_url: None, certificate: None }
    }
}

/// A signer's certificate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The holder's name.
    pub name: Option<String>,
    /// The holder's identity number, as the certificate has it.
    pub id: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Whether the provider could check it.
    pub validated: Option<bool>,
    /// Whether it had expired.
    pub expired: Option<bool>,
    /// Whether it had been revoked.
    pub revoked: Option<bool>,
    /// What else the provider told of it.
    pub properties: BTreeMap<String, Value>,
}

/// Something that a person has to know, raised as an attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The attention to raise.
    pub code: AttentionCode,
    /// A sentence without personal data.
    pub detail: String,
}

/// What a file that comes back is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactKind {
    /// A signed document.
    SignedDocument,
    /// The provider's evidence.
    Evidence,
    /// A receipt.
    Receipt,
    /// A file that a signer attached.
    SignerAttachment,
    /// The broker's own evidence.
    BrokerEvidence,
}

impl ArtifactKind {
    /// The word for the wire and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedDocument => "signed_document",
            Self::Evidence => "evidence",
            Self::Receipt => "receipt",
            Self::SignerAttachment => "signer_attachment",
            Self::BrokerEvidence => "broker_evidence",
        }
    }
}

/// A file that the provider offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactOffer {
    /// What it is.
    pub kind: ArtifactKind,
    /// The documents it is about.
    pub documents: Vec<DocumentId>,
    /// The recipient it is about, where it is about one.
    pub recipient: Option<RecipientId>,
    /// What tells it from other files of the same kind about the same documents and recipient; `None` where there is one.
    #[serde(default)]
    pub part: Option<String>,
    /// A file name for the caller.
    pub filename: String,
    /// What the adapter needs to fetch it (a link, an id). A secret.
    pub source: String,
    /// Whether the envelope cannot be completed without it.
    pub essential: bool,
}

impl ArtifactOffer {
    /// What tells this offer from the others of a submission, reading after reading.
    #[must_use]
    pub fn key(&self) -> String {
        let documents: Vec<String> = self.documents.iter().map(ToString::to_string).collect();
        let recipient = self.recipient.map(|r| r.to_string()).unwrap_or_default();
        let part = self.part.as_ref().map(|part| format!("/{part}")).unwrap_or_default();
        format!("{}/{}/{recipient}{part}", self.kind.as_str(), documents.join("+"))
    }
}
