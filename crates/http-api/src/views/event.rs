//! Events and entries of the audit trail.

use broker::persistence::{AuditEntry, RecordedEvent};
use domain::events::Actor;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::enums::EventType;
use super::values::{EnvelopeId, EventId, Timestamp};

/// Something that happened to an envelope.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventView {
    /// Its identifier.
    pub id: EventId,
    /// Its number within the envelope, from 1 without gaps.
    #[schema(example = 4)]
    pub sequence: u64,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// When it happened: the provider's time where it tells one.
    pub occurred_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The envelope.
    pub envelope_id: EnvelopeId,
    /// Who caused it.
    pub actor: ActorView,
    /// Facts: identifiers, states, codes, digests. No personal data.
    #[schema(value_type = Object, example = json!({ "recipient_id": "rcp_01jd8x3w6hf1pa9yrzm0e5k2qd" }))]
    pub data: Map<String, Value>,
    /// The keyed hash that chains it to the event before.
    #[schema(example = "6f1ed002ab5595859014ebf0951522d9c1d8a8b5c2ac6b6d6a3f3c9a2f1b0c4d")]
    pub hash: String,
}

impl From<&RecordedEvent> for EventView {
    fn from(event: &RecordedEvent) -> Self {
        Self {
            id: event.id.into(),
            sequence: event.sequence,
            kind: event.kind.into(),
            occurred_at: event.occurred_at.into(),
            recorded_at: event.recorded_at.into(),
            envelope_id: event.envelope.into(),
            actor: (&event.actor).into(),
            data: event.data.clone(),
            hash: event.hash.clone(),
        }
    }
}

/// Who caused something.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActorView {
    /// `api_key`, `token`, `broker` or `provider`.
    #[serde(rename = "type")]
    #[schema(example = "api_key")]
    pub kind: &'static str,
    /// The key's identifier, the token's subject, or the provider's kind; null for the broker itself.
    #[schema(example = "key_01jd8x3w6hf1pa9yrzm0e5k2qj")]
    pub id: Option<String>,
}

impl From<&Actor> for ActorView {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::ApiKey { id } => Self { kind: "api_key", id: Some(id.clone()) },
            Actor::Token { subject } => Self { kind: "token", id: Some(subject.clone()) },
            Actor::Broker => Self { kind: "broker", id: None },
            Actor::Provider { kind } => Self { kind: "provider", id: Some(kind.clone()) },
        }
    }
}

/// Something that somebody did: keys, accounts, routing, downloads.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntryView {
    /// Its identifier, ordered by time.
    #[schema(value_type = String, format = Uuid, example = "0199f3a2-7c1e-7d4b-9a55-1f0c2b3d4e5f")]
    pub id: uuid::Uuid,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorView,
    /// What.
    #[schema(example = "document.downloaded")]
    pub action: String,
    /// On what: an identifier.
    #[schema(example = "doc_01jd8x3w6hf1pa9yrzm0e5k2qe")]
    pub subject: String,
    /// Facts, without secrets and personal data.
    #[schema(value_type = Option<Object>, example = json!({}))]
    pub data: Value,
}

impl From<&AuditEntry> for AuditEntryView {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at.into(),
            actor: (&entry.actor).into(),
            action: entry.action.clone(),
            subject: entry.subject.clone(),
            data: entry.data.clone(),
        }
    }
}
