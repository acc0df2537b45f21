//! Adding jobs inside the caller's transaction.

use std::collections::BTreeMap;

use domain::ids::JobId;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use super::{Jobs, NewJob, or_nil};
use crate::entities::job::{Column, Entity, Model};
use crate::error::StoreError;
use crate::time::micros;

impl Jobs {
    /// Adds jobs in a transaction of their own. With a change of an envelope, give them to
    /// [`Store::commit`](crate::Store::commit) instead.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails; then none is added.
    pub async fn enqueue(&self, jobs: Vec<NewJob>) -> Result<(), StoreError> {
        let transaction = self.store.database().begin().await?;
        enqueue(&transaction, jobs).await?;
        transaction.commit().await?;
        self.store.wakeups().jobs_added();
        Ok(())
    }
}

/// Adds jobs with one statement, or pulls forward those that wait under the same key.
pub(crate) async fn enqueue(connection: &impl ConnectionTrait, jobs: Vec<NewJob>) -> Result<(), StoreError> {
    if jobs.is_empty() {
        return Ok(());
    }
    let rows = rows(jobs)?.into_iter().map(IntoActiveModel::into_active_model);
    let earlier = |column: &str| {
        Expr::cust(format!(
            "CASE WHEN jobs.owner IS NULL AND excluded.run_at < jobs.{column} THEN excluded.run_at ELSE jobs.{column} END"
        ))
    };
    let again = Expr::cust(
        "CASE WHEN jobs.owner IS NULL THEN jobs.again_at \
              WHEN jobs.again_at IS NULL OR excluded.run_at < jobs.again_at THEN excluded.run_at \
              ELSE jobs.again_at END",
    );
    Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::DedupeKey])
                .value(Column::RunAt, earlier("run_at"))
                .value(Column::AvailableAt, earlier("available_at"))
                .value(Column::AgainAt, again)
                .to_owned(),
        )
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// One row for each key, the earliest: a statement must not meet the same key twice. Keys are in order, so that two
/// transactions never wait for each other's rows crosswise.
fn rows(jobs: Vec<NewJob>) -> Result<Vec<Model>, StoreError> {
    let (mut keyed, mut rows) = (BTreeMap::new(), Vec::new());
    for job in jobs {
        let row = row(job)?;
        match row.dedupe_key.clone() {
            None => rows.push(row),
            Some(key) => {
                let kept = keyed.entry((row.tenant_id, key)).or_insert_with(|| row.clone());
                if row.run_at < kept.run_at {
                    *kept = row;
                }
            }
        }
    }
    rows.extend(keyed.into_values());
    Ok(rows)
}

fn row(job: NewJob) -> Result<Model, StoreError> {
    let run_at = micros(job.run_at);
    Ok(Model {
        id: JobId::generate().as_uuid(),
        tenant_id: or_nil(job.tenant.map(|t| t.as_uuid())),
        account_id: or_nil(job.account.map(|a| a.as_uuid())),
        envelope_id: job.envelope.map(|e| e.as_uuid()),
        kind: job.kind,
        subject: job.subject,
        dedupe_key: job.dedupe_key,
        buried_key: None,
        payload: serde_json::to_string(&job.payload).map_err(|e| StoreError::unreadable("jobs", e))?,
        traceparent: job.traceparent,
        run_at,
        available_at: run_at,
        owner: None,
        fence: 0,
        tries: 0,
        again_at: None,
        last_error: None,
        dead_at: None,
        created_at: micros(chrono::Utc::now()),
    })
}
