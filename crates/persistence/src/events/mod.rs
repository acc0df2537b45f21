//! The histories of envelopes: numbered without gaps, chained by a keyed hash, and fed in the order of commits.
//!
//! The hash of an event is HMAC-SHA-256 over the hash of the event before (32 zero bytes for the first) and the event in
//! [canonical form](crate::canonical()): its ids, sequence, type, times in microseconds, actor, and the SHA-256 of its
//! canonical data. The data itself is not in it, so that data could be erased while the chain still holds.

mod append;
mod feed;
mod verify;

use chrono::{DateTime, Utc};
use domain::events::{Actor, EventKind};
use domain::ids::{EnvelopeId, EventId, TenantId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value, json};

pub(crate) use append::{Head, Occasion, append};
pub use feed::{Feed, FeedQuery};
pub use verify::{ChainFault, ChainReport};

use crate::canonical::canonical;
use crate::cursor::{Page, Paged};
use crate::digests::{Digest, sha256};
use crate::entities::event;
use crate::error::StoreError;
use crate::rows::from_json;
use crate::store::Store;
use crate::time::{count, from_micros, micros, uncount};

/// An event as it is stored: numbered and chained.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedEvent {
    /// Its id.
    pub id: EventId,
    /// Whose envelope.
    pub tenant: TenantId,
    /// The envelope.
    pub envelope: EnvelopeId,
    /// Its number within the envelope, from 1 without gaps.
    pub sequence: u64,
    /// What happened.
    pub kind: EventKind,
    /// When it happened: the provider's time where it told one, otherwise that of recording.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Who caused it.
    pub actor: Actor,
    /// Facts.
    pub data: Map<String, Value>,
    /// SHA-256 of the canonical data, lower-case hexadecimal.
    pub data_sha256: String,
    /// The chain's hash, lower-case hexadecimal.
    pub hash: String,
}

/// The histories of a tenant's envelopes.
#[derive(Debug, Clone)]
pub struct Events {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
}

impl Events {
    /// A page of the history of an envelope, in order; also of one that was deleted as a draft.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn of(&self, envelope: EnvelopeId, page: &Page) -> Result<Paged<RecordedEvent>, StoreError> {
        const LIST: &str = "events of an envelope";
        let tenant = self.store.tenant(self.tenant);
        let after = tenant.open_cursor(LIST, page)?.map_or(0, |place| place.number);
        let rows = event::Entity::find()
            .filter(event::Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(event::Column::EnvelopeId.eq(envelope.as_uuid()))
            .filter(event::Column::Sequence.gt(after))
            .order_by_asc(event::Column::Sequence)
            .limit(page.fetch())
            .all(self.store.database().reader())
            .await?;
        tenant.paged(LIST, page, rows, |row| (row.sequence, row.id)).try_map(from_row)
    }

    /// Those of these events that are the tenant's, in the order of recording.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when a row is damaged.
    pub async fn by_ids(&self, ids: &[EventId]) -> Result<Vec<RecordedEvent>, StoreError> {
        let rows = event::Entity::find()
            .filter(event::Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(event::Column::Id.is_in(ids.iter().map(|id| id.as_uuid())))
            .order_by_asc(event::Column::Feed)
            .all(self.store.database().reader())
            .await?;
        rows.into_iter().map(from_row).collect()
    }
}

fn from_row(row: event::Model) -> Result<RecordedEvent, StoreError> {
    const TABLE: &str = "events";
    Ok(RecordedEvent {
        id: EventId::from_uuid(row.id),
        tenant: TenantId::from_uuid(row.tenant_id),
        envelope: EnvelopeId::from_uuid(row.envelope_id),
        sequence: uncount(row.sequence),
        kind: EventKind::parse(&row.kind).ok_or_else(|| StoreError::unreadable(TABLE, "unknown type"))?,
        occurred_at: from_micros(row.occurred_at),
        recorded_at: from_micros(row.recorded_at),
        actor: from_json(TABLE, &row.actor)?,
        data: from_json(TABLE, &row.data)?,
        data_sha256: hex::encode(&row.payload_digest),
        hash: hex::encode(&row.hash),
    })
}

/// SHA-256 of the data in canonical form.
fn data_digest(data: &Map<String, Value>) -> Digest {
    sha256(canonical(&Value::Object(data.clone())).as_bytes())
}

/// What the chain's hash is over, beside the hash before.
fn canonical_event(event: &RecordedEvent) -> Result<String, StoreError> {
    let actor = serde_json::to_value(&event.actor).map_err(|e| StoreError::unreadable("events", e))?;
    Ok(canonical(&json!({
        "id": event.id,
        "tenant_id": event.tenant,
        "envelope_id": event.envelope,
        "sequence": count(event.sequence),
        "type": event.kind.as_str(),
        "occurred_at": micros(event.occurred_at),
        "recorded_at": micros(event.recorded_at),
        "actor": actor,
        "data_sha256": event.data_sha256,
    })))
}
