//! Checking that a history is what was recorded.

use domain::ids::{EnvelopeId, TenantId};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Events, canonical_event, data_digest, from_row};
use crate::entities::{envelope, event};
use crate::error::StoreError;
use crate::store::Store;
use crate::time::{count, uncount};

/// Events that are checked at a time.
const BATCH: u64 = 500;

/// What is wrong with an event of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFault {
    /// An event is missing before it.
    Gap,
    /// Its data are not those that were recorded.
    Data,
    /// It, or the one before it, is not what was recorded.
    Hash,
    /// It cannot be read at all.
    Unreadable,
    /// It is the last, but the envelope counted more.
    End,
}

/// What checking a history found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// How many events are in order, from the first.
    pub intact: u64,
    /// The first event that is not, by number, and what is wrong with it.
    pub broken: Option<(u64, ChainFault)>,
    /// The hash of the last event in order, lower-case hexadecimal; empty when there is none.
    pub head: String,
}

impl Events {
    /// Checks the history of an envelope from its first event. A history that was cut at its end is noticed only while
    /// the envelope is there to count.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails; a fault of the history is no error but in the report.
    pub async fn verify_chain(&self, id: EnvelopeId) -> Result<ChainReport, StoreError> {
        let database = self.store.database();
        // Read first: events may be added while this runs, but none may be missing.
        let counted = envelope::Entity::find_by_id(id.as_uuid())
            .filter(envelope::Column::TenantId.eq(self.tenant.as_uuid()))
            .one(database.reader())
            .await?
            .map_or(0, |row| uncount(row.last_sequence));
        let mut report = ChainReport { intact: 0, broken: None, head: String::new() };
        let mut previous = [0_u8; 32];
        loop {
            let rows = event::Entity::find()
                .filter(event::Column::TenantId.eq(self.tenant.as_uuid()))
                .filter(event::Column::EnvelopeId.eq(id.as_uuid()))
                .filter(event::Column::Sequence.gt(count(report.intact)))
                .order_by_asc(event::Column::Sequence)
                .limit(BATCH)
                .all(database.reader())
                .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let sequence = uncount(row.sequence);
                match self.check(row, report.intact, &previous) {
                    Ok(hash) => {
                        previous = hash;
                        report.intact = sequence;
                        report.head = hex::encode(hash);
                    }
                    Err(fault) => {
                        report.broken = Some((sequence, fault));
                        return Ok(report);
                    }
                }
            }
        }
        if counted > report.intact {
            report.broken = Some((report.intact, ChainFault::End));
        }
        Ok(report)
    }

    fn check(&self, row: event::Model, before: u64, previous: &[u8; 32]) -> Result<[u8; 32], ChainFault> {
        if uncount(row.sequence) != before.saturating_add(1) {
            return Err(ChainFault::Gap);
        }
        let stored: [u8; 32] = row.hash.as_slice().try_into().map_err(|_| ChainFault::Hash)?;
        if row.previous_hash != previous {
            return Err(ChainFault::Hash);
        }
        let event = from_row(row).map_err(|_| ChainFault::Unreadable)?;
        if event.data_sha256 != hex::encode(data_digest(&event.data)) {
            return Err(ChainFault::Data);
        }
        let text = canonical_event(&event).map_err(|_| ChainFault::Unreadable)?;
        let hash = self.store.digests().chain(previous, &text);
        if hash == stored { Ok(hash) } else { Err(ChainFault::Hash) }
    }
}

impl Store {
    /// Every envelope that has a history, of all tenants, in the order of ids, after `after`: for checking them all.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn histories(
        &self,
        after: Option<EnvelopeId>,
        limit: u32,
    ) -> Result<Vec<(TenantId, EnvelopeId)>, StoreError> {
        #[derive(FromQueryResult)]
        struct Found {
            tenant_id: Uuid,
            envelope_id: Uuid,
        }
        let sql =
            "SELECT DISTINCT tenant_id, envelope_id FROM events WHERE envelope_id > $1 ORDER BY envelope_id LIMIT $2";
        let after = after.map_or(Uuid::nil(), EnvelopeId::as_uuid);
        let rows: Vec<Found> = self.database().rows(sql, [after.into(), i64::from(limit).into()]).await?;
        Ok(rows
            .into_iter()
            .map(|row| (TenantId::from_uuid(row.tenant_id), EnvelopeId::from_uuid(row.envelope_id)))
            .collect())
    }
}
