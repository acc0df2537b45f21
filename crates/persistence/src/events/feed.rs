//! All events of a tenant, in an order that a reader can follow without missing any.
//!
//! Numbers are drawn before a transaction commits, so a higher number can become visible before a lower one. On
//! PostgreSQL the feed therefore runs by transaction and shows only those that are older than every transaction still
//! under way: none of them can put an event before what was shown. A transaction that is left open anywhere in the
//! cluster holds the feed up; nothing is lost by that. SQLite has a single writer, whose order is that of the commits.

use domain::events::EventKind;
use sea_orm::FromQueryResult;

use super::{Events, RecordedEvent, from_row};
use crate::cursor::{open, seal};
use crate::entities::event;
use crate::error::StoreError;

/// Which part of the feed.
#[derive(Debug, Clone, Default)]
pub struct FeedQuery {
    /// At most this many events.
    pub limit: u32,
    /// Where the part before ended; `None` begins with the oldest event.
    pub cursor: Option<String>,
    /// Only events of these kinds; empty means all.
    pub kinds: Vec<EventKind>,
}

/// A part of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// The events, the oldest first.
    pub events: Vec<RecordedEvent>,
    /// Where to go on, now or when there is more. Also given when nothing came.
    pub cursor: String,
    /// Whether there is more at once.
    pub has_more: bool,
}

const LIST: &str = "event feed";

impl Events {
    /// A part of the tenant's feed.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn feed(&self, query: &FeedQuery) -> Result<Feed, StoreError> {
        let database = self.store.database();
        let (txid, feed) = self.after(query)?;
        let mut values = vec![
            self.tenant.as_uuid().into(),
            txid.into(),
            feed.into(),
            i64::from(query.limit).saturating_add(1).into(),
        ];
        let kinds: Vec<String> = query
            .kinds
            .iter()
            .map(|kind| {
                values.push(kind.as_str().into());
                format!("${}", values.len())
            })
            .collect();
        let of_kinds = if kinds.is_empty() { String::new() } else { format!("AND type IN ({})", kinds.join(", ")) };
        let after = if database.is_postgres() {
            format!(
                "(txid, feed) > ($2, $3) AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {}",
                self.store.feed_base()
            )
        } else {
            // Every transaction is 0; told so that the index is searched by both columns.
            "txid = 0 AND $2 <= 0 AND feed > $3".to_owned()
        };
        let sql =
            format!("SELECT * FROM events WHERE tenant_id = $1 AND {after} {of_kinds} ORDER BY txid, feed LIMIT $4");
        let statement = database.statement(&sql, values);
        let mut rows = event::Model::find_by_statement(statement).all(database.reader()).await?;
        let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let (txid, feed) = rows.last().map_or((txid, feed), |last| (last.txid, last.feed));
        let payload = [txid.to_be_bytes(), feed.to_be_bytes()].concat();
        Ok(Feed {
            events: rows.into_iter().map(from_row).collect::<Result<_, _>>()?,
            cursor: seal(self.store.digests(), LIST, self.tenant.as_uuid(), &payload),
            has_more,
        })
    }

    fn after(&self, query: &FeedQuery) -> Result<(i64, i64), StoreError> {
        let Some(cursor) = &query.cursor else { return Ok((-1, 0)) };
        let payload = open(self.store.digests(), LIST, self.tenant.as_uuid(), cursor)?;
        let (txid, rest) = payload.split_first_chunk::<8>().ok_or(StoreError::Cursor)?;
        let feed = <&[u8; 8]>::try_from(rest).map_err(|_| StoreError::Cursor)?;
        Ok((i64::from_be_bytes(*txid), i64::from_be_bytes(*feed)))
    }
}
