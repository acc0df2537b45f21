//! What a worker does with a claimed job. Every statement names the fence: an old one changes nothing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};

use super::{JobEnd, JobLease, Jobs, NEVER};
use crate::database::Database;
use crate::error::StoreError;
use crate::time::{micros, span};

/// Matches the job while the lease is good.
const HELD: &str = "id = $1 AND fence = $2 AND owner = $3";

fn held(lease: &JobLease, more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let mut values = vec![lease.job.as_uuid().into(), lease.fence.into(), lease.owner.clone().into()];
    values.extend(more);
    values
}

impl Jobs {
    /// Prolongs a lease to `lease` from now.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job is in other hands or gone.
    pub async fn heartbeat(&self, lease: &JobLease, by: Duration) -> Result<(), StoreError> {
        let database = self.store.database();
        let sql = format!("UPDATE jobs SET available_at = {} + $4 WHERE {HELD}", database.now_sql());
        lost_if_none(database.run(&sql, held(lease, [span(by).into()])).await?)
    }

    /// Ends the work on a job: it goes, or runs again when it was asked for meanwhile.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job is in other hands or gone.
    pub async fn complete(&self, lease: &JobLease) -> Result<(), StoreError> {
        self.end(lease, &JobEnd::Complete).await
    }

    /// Lays a job down until `at`. With an error the count of tries goes on, without one it starts anew.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job is in other hands or gone.
    pub async fn reschedule(
        &self,
        lease: &JobLease,
        at: DateTime<Utc>,
        error: Option<String>,
    ) -> Result<(), StoreError> {
        self.end(lease, &JobEnd::Reschedule { at, error }).await
    }

    /// Gives a job up: it waits among the dead until a person requeues it.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job is in other hands or gone.
    pub async fn bury(&self, lease: &JobLease, reason: impl Into<String> + Send) -> Result<(), StoreError> {
        self.end(lease, &JobEnd::Bury { reason: reason.into() }).await
    }

    async fn end(&self, lease: &JobLease, how: &JobEnd) -> Result<(), StoreError> {
        let database = self.store.database();
        let again = end(database, database.writer(), lease, how).await?;
        if again {
            self.store.wakeups().jobs_added();
        }
        Ok(())
    }
}

/// Makes sure that the lease is good, and keeps others from taking the job until the transaction ends.
pub(crate) async fn hold(
    database: &Database,
    connection: &impl ConnectionTrait,
    lease: &JobLease,
) -> Result<(), StoreError> {
    let lock = if database.is_postgres() { "FOR UPDATE" } else { "" };
    let sql = format!("SELECT 1 AS held FROM jobs WHERE {HELD} {lock}");
    match connection.query_one_raw(database.statement(&sql, held(lease, []))).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::LeaseLost),
    }
}

/// Ends the worker's hold as `how` says, if the lease is good; whether the job waits again for being done at once.
pub(crate) async fn end(
    database: &Database,
    connection: &impl ConnectionTrait,
    lease: &JobLease,
    how: &JobEnd,
) -> Result<bool, StoreError> {
    let run = async |sql: &str, values: Vec<Value>| {
        connection.execute_raw(database.statement(sql, values)).await.map(|done| done.rows_affected())
    };
    match how {
        JobEnd::Keep => hold(database, connection, lease).await.map(|()| false),
        JobEnd::Complete => {
            if run(&format!("DELETE FROM jobs WHERE {HELD} AND again_at IS NULL"), held(lease, [])).await? > 0 {
                return Ok(false);
            }
            let sql = format!(
                "UPDATE jobs SET run_at = again_at, available_at = again_at, again_at = NULL, owner = NULL, tries = 0, \
                 last_error = NULL WHERE {HELD}"
            );
            lost_if_none(run(&sql, held(lease, [])).await?).map(|()| true)
        }
        JobEnd::Reschedule { at, error } => {
            let time = "CASE WHEN again_at IS NOT NULL AND again_at < $4 THEN again_at ELSE $4 END";
            let tries = if error.is_some() { "tries" } else { "0" };
            let sql = format!(
                "UPDATE jobs SET run_at = {time}, available_at = {time}, again_at = NULL, owner = NULL, tries = {tries}, \
                 last_error = $5 WHERE {HELD}"
            );
            let values = held(lease, [micros(*at).into(), error.clone().into()]);
            lost_if_none(run(&sql, values).await?).map(|()| true)
        }
        JobEnd::Bury { reason } => {
            let sql = format!(
                "UPDATE jobs SET available_at = $4, dead_at = {}, last_error = $5, owner = NULL, again_at = NULL, \
                 buried_key = dedupe_key, dedupe_key = NULL WHERE {HELD}",
                database.now_sql()
            );
            lost_if_none(run(&sql, held(lease, [NEVER.into(), reason.clone().into()])).await?).map(|()| false)
        }
    }
}

fn lost_if_none(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::LeaseLost) } else { Ok(()) }
}
