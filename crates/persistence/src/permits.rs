//! Slots and named locks that all replicas share: so many holders at a time for a key, each for a limited time.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use crate::error::StoreError;
use crate::store::Store;
use crate::time::span;

/// How often a slot is looked for when others take what was found.
const TRIES: u32 = 8;

/// Shared slots and locks.
#[derive(Debug, Clone)]
pub struct Permits {
    pub(crate) store: Store,
}

/// A slot that is held until it is released or its time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermitLease {
    /// What it is a slot of.
    pub key: String,
    /// Which one, from 0.
    pub slot: u32,
    /// Who holds it.
    pub holder: String,
}

impl Permits {
    /// Takes one of `slots` slots of `key` for `ttl` by the database's time; `None` when all are held by others. One
    /// slot makes a lock. A holder that has a slot already gets the same again, prolonged: name the holder after one
    /// piece of work, not after a process.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn acquire(
        &self,
        key: &str,
        slots: u32,
        holder: &str,
        ttl: Duration,
    ) -> Result<Option<PermitLease>, StoreError> {
        let database = self.store.database();
        let now = database.now_sql();
        let sql = format!(
            "WITH RECURSIVE places(slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM places WHERE slot + 1 < $4), \
             taken AS (SELECT slot, holder FROM permits WHERE key = $1 AND until > {now}) \
             INSERT INTO permits (key, slot, holder, until) \
             SELECT $1, p.slot, $2, {now} + $3 FROM places p LEFT JOIN taken t ON t.slot = p.slot \
             WHERE (t.slot IS NULL OR t.holder = $2) AND $4 > 0 \
             ORDER BY CASE WHEN t.holder = $2 THEN 0 ELSE 1 END, p.slot LIMIT 1 \
             ON CONFLICT (key, slot) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE permits.until <= {now} OR permits.holder = excluded.holder \
             RETURNING slot"
        );
        for _ in 0..TRIES {
            let values = [key.into(), holder.into(), span(ttl).into(), i32::try_from(slots).unwrap_or(i32::MAX).into()];
            let statement = database.statement(&sql, values);
            if let Some(row) = database.writer().query_one_raw(statement).await? {
                let slot = u32::try_from(row.try_get::<i32>("", "slot")?).unwrap_or_default();
                return Ok(Some(PermitLease { key: key.to_owned(), slot, holder: holder.to_owned() }));
            }
            // Nothing free, or another took the same slot in this moment: only then is another look worthwhile.
            if !self.any_free(key, slots).await? {
                break;
            }
        }
        Ok(None)
    }

    /// Prolongs a slot to `ttl` from now; `false` when it is no longer held.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn prolong(&self, lease: &PermitLease, ttl: Duration) -> Result<bool, StoreError> {
        let database = self.store.database();
        let now = database.now_sql();
        let sql = format!(
            "UPDATE permits SET until = {now} + $4 WHERE key = $1 AND slot = $2 AND holder = $3 AND until > {now}"
        );
        let values = [lease.key.clone().into(), slot(lease), lease.holder.clone().into(), span(ttl).into()];
        Ok(database.run(&sql, values).await? > 0)
    }

    /// Gives a slot back. Nothing happens when another holds it meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn release(&self, lease: &PermitLease) -> Result<(), StoreError> {
        let sql = "DELETE FROM permits WHERE key = $1 AND slot = $2 AND holder = $3";
        let values = [lease.key.clone().into(), slot(lease), lease.holder.clone().into()];
        self.store.database().run(sql, values).await?;
        Ok(())
    }

    /// Removes the traces of slots whose time is over; how many.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn purge(&self) -> Result<u64, StoreError> {
        let database = self.store.database();
        database.run(&format!("DELETE FROM permits WHERE until <= {}", database.now_sql()), []).await
    }

    async fn any_free(&self, key: &str, slots: u32) -> Result<bool, StoreError> {
        let database = self.store.database();
        let sql = format!("SELECT count(*) AS held FROM permits WHERE key = $1 AND until > {}", database.now_sql());
        let row = database.writer().query_one_raw(database.statement(&sql, [key.into()])).await?;
        let held = row.map(|row| row.try_get::<i64>("", "held")).transpose()?.unwrap_or_default();
        Ok(held < i64::from(slots))
    }
}

fn slot(lease: &PermitLease) -> sea_orm::Value {
    i32::try_from(lease.slot).unwrap_or(i32::MAX).into()
}
