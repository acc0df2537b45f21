//! Dead letters: jobs that were given up, and how they come back.

use chrono::{DateTime, Utc};
use domain::ids::{JobId, TenantId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{Job, NewJob, enqueue, from_row, unless_nil};
use crate::cursor::{Page, Paged};
use crate::entities::job::{Column, Entity};
use crate::error::StoreError;
use crate::store::TenantStore;
use crate::time::from_micros;

/// A job that was given up.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadJob {
    /// The job; `last_error` tells why.
    pub job: Job,
    /// When it was given up.
    pub dead_at: DateTime<Utc>,
}

impl TenantStore {
    /// The tenant's dead jobs, the latest first.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn dead_jobs(&self, page: &Page) -> Result<Paged<DeadJob>, StoreError> {
        const LIST: &str = "dead jobs";
        let after = self.open_cursor(LIST, page)?;
        let rows = Entity::find()
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::DeadAt.is_not_null())
            .apply_if(after, |query, place| query.filter(place.before(Column::DeadAt, Column::Id)))
            .order_by_desc(Column::DeadAt)
            .order_by_desc(Column::Id)
            .limit(page.fetch())
            .all(self.store.database().reader())
            .await?;
        let paged = self.paged(LIST, page, rows, |row| (row.dead_at.unwrap_or_default(), row.id));
        paged.try_map(|row| {
            let dead_at = from_micros(row.dead_at.unwrap_or_default());
            Ok(DeadJob { job: from_row(row)?, dead_at })
        })
    }

    /// Puts a dead job back into the queue, due at `run_at`. Where the same work is waiting already, they become one.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the tenant has no such dead job.
    pub async fn requeue_job(&self, job: JobId, run_at: DateTime<Utc>) -> Result<(), StoreError> {
        let transaction = self.store.database().begin().await?;
        let row = Entity::find_by_id(job.as_uuid())
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::DeadAt.is_not_null())
            .one(&transaction)
            .await?
            .ok_or(StoreError::Missing { what: "dead job" })?;
        let gone = Entity::delete_many()
            .filter(Column::Id.eq(row.id))
            .filter(Column::DeadAt.is_not_null())
            .exec(&transaction)
            .await?;
        if gone.rows_affected == 0 {
            return Err(StoreError::Conflict);
        }
        let dedupe_key = row.buried_key.clone();
        let job = from_row(row)?;
        let again = NewJob {
            kind: job.kind,
            tenant: unless_nil(self.tenant.as_uuid()).map(TenantId::from_uuid),
            account: job.account,
            envelope: job.envelope,
            subject: job.subject,
            dedupe_key,
            run_at,
            payload: job.payload,
            traceparent: job.traceparent,
        };
        enqueue(&transaction, vec![again]).await?;
        transaction.commit().await?;
        self.store.wakeups().jobs_added();
        Ok(())
    }
}
