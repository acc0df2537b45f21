//! Calls counted in windows of time, shared by all replicas: at most so many in each window.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::error::StoreError;
use crate::store::Store;
use crate::time::span;

/// At most `most` calls in a window of `per`. Windows are aligned to the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallWindow {
    /// Its length; one second at least.
    pub per: Duration,
    /// How many calls it takes.
    pub most: u32,
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// It was counted in every window.
    Taken,
    /// A window is full; it was counted in none.
    Full {
        /// How long the window still lasts.
        wait: Duration,
    },
}

/// The counts of calls.
#[derive(Debug, Clone)]
pub struct CallCounts {
    pub(crate) store: Store,
}

impl CallCounts {
    /// Counts one call of `key` in all `windows`, or in none when one of them is full. The time is the database's.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn take(&self, key: &str, windows: &[CallWindow]) -> Result<Counted, StoreError> {
        let database = self.store.database();
        let now = database.now_sql();
        let transaction = database.begin().await?;
        for window in windows {
            let length = span(window.per).max(1_000_000);
            let sql = format!(
                "INSERT INTO call_counts (key, length, began_at, calls) SELECT $1, $2, {now} - ({now} % $2), 1 WHERE $3 > 0 \
                 ON CONFLICT (key, length) DO UPDATE SET \
                 calls = CASE WHEN call_counts.began_at = excluded.began_at THEN call_counts.calls + 1 ELSE 1 END, \
                 began_at = excluded.began_at \
                 WHERE call_counts.began_at <> excluded.began_at OR call_counts.calls < $3 \
                 RETURNING calls"
            );
            let values = [key.into(), length.into(), i64::from(window.most).into()];
            if transaction.query_one_raw(database.statement(&sql, values)).await?.is_none() {
                transaction.rollback().await?;
                return Ok(Counted::Full { wait: self.left(length).await? });
            }
        }
        transaction.commit().await?;
        Ok(Counted::Taken)
    }

    /// How many calls of `key` were counted in the present window of length `per`.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn used(&self, key: &str, per: Duration) -> Result<u32, StoreError> {
        let database = self.store.database();
        let now = database.now_sql();
        let sql =
            format!("SELECT calls FROM call_counts WHERE key = $1 AND length = $2 AND began_at = {now} - ({now} % $2)");
        let values = [key.into(), span(per).max(1_000_000).into()];
        let row = database.reader().query_one_raw(database.statement(&sql, values)).await?;
        let calls = row.map(|row| row.try_get::<i64>("", "calls")).transpose()?.unwrap_or_default();
        Ok(u32::try_from(calls).unwrap_or(u32::MAX))
    }

    /// How long the first of these windows that is full still lasts; `None` when a call could be counted in all of them.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn full(&self, key: &str, windows: &[CallWindow]) -> Result<Option<Duration>, StoreError> {
        for window in windows {
            if self.used(key, window.per).await? >= window.most {
                return Ok(Some(self.left(span(window.per).max(1_000_000)).await?));
            }
        }
        Ok(None)
    }

    async fn left(&self, length: i64) -> Result<Duration, StoreError> {
        let now = self.store.database().now().await?.timestamp_micros();
        let left = length.saturating_sub(now.rem_euclid(length));
        Ok(Duration::from_micros(u64::try_from(left).unwrap_or_default()))
    }
}
