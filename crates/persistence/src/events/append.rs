//! Adding events inside the transaction of the change that they tell of.

use chrono::{DateTime, Utc};
use domain::events::{Actor, EventDraft};
use domain::ids::{EnvelopeId, EventId, TenantId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, Query, SimpleExpr};

use super::{RecordedEvent, canonical_event, data_digest};
use crate::digests::Digest;
use crate::entities::event::{Column, Entity};
use crate::error::StoreError;
use crate::rows::to_json;
use crate::store::Store;
use crate::time::{count, micros, truncated};

/// Where a history ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head {
    /// The number of the last event; 0 when there is none.
    pub(crate) sequence: u64,
    /// Its hash; zeros when there is none.
    pub(crate) hash: Digest,
}

impl Head {
    /// The head of a history without events.
    pub(crate) const START: Self = Self { sequence: 0, hash: [0; 32] };
}

/// Whose history, by whom, when.
pub(crate) struct Occasion<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) envelope: EnvelopeId,
    pub(crate) actor: &'a Actor,
    pub(crate) at: DateTime<Utc>,
}

/// Numbers and chains the drafts behind `head` and inserts them with one statement.
pub(crate) async fn append(
    store: &Store,
    connection: &impl ConnectionTrait,
    occasion: &Occasion<'_>,
    head: Head,
    drafts: &[EventDraft],
) -> Result<Vec<RecordedEvent>, StoreError> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let recorded_at = truncated(occasion.at);
    // Read by the feed: PostgreSQL's id of this transaction, or nothing on SQLite, which has a single writer.
    let txid = if store.database().is_postgres() {
        format!("pg_current_xact_id()::text::bigint + {}", store.feed_base())
    } else {
        "0".to_owned()
    };
    let actor = to_json("events", occasion.actor)?;
    let mut insert = Query::insert()
        .into_table(Entity)
        .columns([
            Column::Txid,
            Column::Id,
            Column::TenantId,
            Column::EnvelopeId,
            Column::Sequence,
            Column::Kind,
            Column::OccurredAt,
            Column::RecordedAt,
            Column::Actor,
            Column::Data,
            Column::PayloadDigest,
            Column::PreviousHash,
            Column::Hash,
        ])
        .to_owned();
    let mut events = Vec::with_capacity(drafts.len());
    let (mut sequence, mut previous) = (head.sequence, head.hash);
    for draft in drafts {
        sequence = sequence.saturating_add(1);
        let digest = data_digest(&draft.data);
        let mut event = RecordedEvent {
            id: EventId::generate(),
            tenant: occasion.tenant,
            envelope: occasion.envelope,
            sequence,
            kind: draft.kind,
            occurred_at: draft.occurred_at.map_or(recorded_at, truncated),
            recorded_at,
            actor: occasion.actor.clone(),
            data: draft.data.clone(),
            data_sha256: hex::encode(digest),
            hash: String::new(),
        };
        let hash = store.digests().chain(&previous, &canonical_event(&event)?);
        event.hash = hex::encode(hash);
        let values: [SimpleExpr; 13] = [
            Expr::cust(txid.clone()),
            event.id.as_uuid().into(),
            event.tenant.as_uuid().into(),
            event.envelope.as_uuid().into(),
            count(sequence).into(),
            event.kind.as_str().into(),
            micros(event.occurred_at).into(),
            micros(event.recorded_at).into(),
            actor.clone().into(),
            to_json("events", &event.data)?.into(),
            digest.to_vec().into(),
            previous.to_vec().into(),
            hash.to_vec().into(),
        ];
        insert.values(values).map_err(|_| StoreError::Contradiction("an event with another number of columns"))?;
        previous = hash;
        events.push(event);
    }
    connection.execute(&insert).await?;
    Ok(events)
}
