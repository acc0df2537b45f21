//! The journal of a submission: its attempts and the record of each step, written under the worker's fence.

use chrono::{DateTime, Utc};
use domain::ids::{SubmissionId, TenantId};
use domain::protocol::{Progress, StepRecord};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::entities::{attempt, step};
use crate::error::StoreError;
use crate::jobs::{JobLease, hold};
use crate::keys::{KeyRing, SealContext};
use crate::store::Store;
use crate::time::{from_micros, micros, small, unsmall};

/// An attempt to begin with its records.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAttempt {
    /// The submission.
    pub submission: SubmissionId,
    /// The attempt's number, from 1.
    pub number: u32,
    /// The record of each step, in order.
    pub records: Vec<StepRecord>,
}

/// A record to write from outside the worker, for example a person's decision about a parked step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepChange {
    /// The submission.
    pub submission: SubmissionId,
    /// The attempt's number.
    pub attempt: u32,
    /// The step's place in the attempt, from 0.
    pub index: usize,
    /// The record as it was read: the change is a conflict when the step has moved on since.
    pub before: StepRecord,
    /// The record to write.
    pub after: StepRecord,
}

/// An attempt with its records, as they stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// The attempt's number, from 1.
    pub attempt: u32,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// The record of each step, in order.
    pub records: Vec<StepRecord>,
}

/// The journal of one submission.
#[derive(Debug, Clone)]
pub struct Attempts {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
    pub(crate) submission: SubmissionId,
}

impl Attempts {
    /// The latest attempt; `None` before the first.
    ///
    /// # Errors
    /// [`StoreError::Seal`] or [`StoreError::Unreadable`] when a record is damaged.
    pub async fn latest(&self) -> Result<Option<Journal>, StoreError> {
        let row = attempt::Entity::find()
            .filter(attempt::Column::SubmissionId.eq(self.submission.as_uuid()))
            .filter(attempt::Column::TenantId.eq(self.tenant.as_uuid()))
            .order_by_desc(attempt::Column::Number)
            .one(self.store.database().reader())
            .await?;
        match row {
            Some(row) => self.journal(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The attempt with this number.
    ///
    /// # Errors
    /// [`StoreError::Seal`] or [`StoreError::Unreadable`] when a record is damaged.
    pub async fn load(&self, number: u32) -> Result<Option<Journal>, StoreError> {
        let row = attempt::Entity::find_by_id((self.submission.as_uuid(), small(number)))
            .filter(attempt::Column::TenantId.eq(self.tenant.as_uuid()))
            .one(self.store.database().reader())
            .await?;
        match row {
            Some(row) => self.journal(row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn journal(&self, row: attempt::Model) -> Result<Journal, StoreError> {
        let steps = step::Entity::find()
            .filter(step::Column::SubmissionId.eq(row.submission_id))
            .filter(step::Column::Attempt.eq(row.number))
            .order_by_asc(step::Column::Position)
            .all(self.store.database().reader())
            .await?;
        let records = steps
            .iter()
            .map(|step| {
                let place = Place::new(self.tenant, self.submission, row.number, step.position);
                Ok(self.store.keys().open_json(place.context(), &step.sealed)?)
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Journal { attempt: unsmall(row.number), begun_at: from_micros(row.begun_at), records })
    }

    /// Begins an attempt while the lease is good.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job is in other hands; [`StoreError::Conflict`] when the attempt exists.
    pub async fn begin(
        &self,
        holding: &JobLease,
        number: u32,
        records: &[StepRecord],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let database = self.store.database();
        let transaction = database.begin().await?;
        hold(database, &transaction, holding).await?;
        let new = NewAttempt { submission: self.submission, number, records: records.to_vec() };
        begin(&self.store, &transaction, self.tenant, &new, holding.fence, at).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Writes the record of a step, durably, while the lease is good: one statement, whose check of the fence keeps the
    /// job from being taken until the record is in.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job is in other hands; [`StoreError::Missing`] when the attempt was not begun.
    pub async fn record_step(
        &self,
        holding: &JobLease,
        attempt: u32,
        index: usize,
        record: &StepRecord,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let database = self.store.database();
        let attempt = small(attempt);
        let row = row(self.store.keys(), self.tenant, self.submission, attempt, index, record, holding.fence, at)?;
        let lock = if database.is_postgres() { "FOR UPDATE" } else { "" };
        let sql = format!(
            "WITH held AS MATERIALIZED (SELECT id FROM jobs WHERE id = $1 AND fence = $2 AND owner = $3 {lock}) \
             UPDATE steps SET state = $4, tries = $5, not_after = $6, over_at = $7, fence = $2, updated_at = $8, \
             sealed = $9 WHERE submission_id = $10 AND attempt = $11 AND position = $12 \
             AND EXISTS (SELECT 1 FROM held) \
             AND EXISTS (SELECT 1 FROM attempts a WHERE a.submission_id = $10 AND a.number = $11 AND a.tenant_id = $13)"
        );
        let position = row.position;
        let values = [
            holding.job.as_uuid().into(),
            holding.fence.into(),
            holding.owner.clone().into(),
            row.state.into(),
            row.tries.into(),
            row.not_after.into(),
            row.over_at.into(),
            row.updated_at.into(),
            row.sealed.into(),
            self.submission.as_uuid().into(),
            attempt.into(),
            position.into(),
            self.tenant.as_uuid().into(),
        ];
        if database.run(&sql, values).await? > 0 {
            return Ok(());
        }
        hold(database, database.writer(), holding).await?;
        Err(StoreError::Missing { what: "step" })
    }
}

/// The place of a step's record: its key in bytes.
struct Place {
    tenant: TenantId,
    row: Vec<u8>,
}

impl Place {
    fn new(tenant: TenantId, submission: SubmissionId, attempt: i32, position: i32) -> Self {
        let row =
            [submission.as_uuid().as_bytes().as_slice(), &attempt.to_be_bytes(), &position.to_be_bytes()].concat();
        Self { tenant, row }
    }

    fn context(&self) -> SealContext<'_> {
        SealContext { tenant: Some(self.tenant), table: "steps", row: &self.row, column: "sealed" }
    }
}

#[expect(clippy::too_many_arguments, reason = "every part of one row, which is made in one place only")]
fn row(
    keys: &KeyRing,
    tenant: TenantId,
    submission: SubmissionId,
    attempt: i32,
    index: usize,
    record: &StepRecord,
    fence: i64,
    at: DateTime<Utc>,
) -> Result<step::Model, StoreError> {
    let position = small(index);
    let (not_after, over_at) = match &record.progress {
        Progress::Intended { not_after, over_at, .. } => (Some(micros(*not_after)), Some(micros(*over_at))),
        Progress::Ready { .. }
        | Progress::Doubtful { .. }
        | Progress::Parked { .. }
        | Progress::Blocked { .. }
        | Progress::Done { .. }
        | Progress::Refused { .. } => (None, None),
    };
    Ok(step::Model {
        submission_id: submission.as_uuid(),
        attempt,
        position,
        step: record.id.clone(),
        state: state(&record.progress).to_owned(),
        tries: small(record.tries),
        not_after,
        over_at,
        fence,
        updated_at: micros(at),
        sealed: keys.seal_json(Place::new(tenant, submission, attempt, position).context(), record)?,
    })
}

fn state(progress: &Progress) -> &'static str {
    match progress {
        Progress::Ready { .. } => "ready",
        Progress::Intended { .. } => "intended",
        Progress::Doubtful { .. } => "doubtful",
        Progress::Parked { .. } => "parked",
        Progress::Blocked { .. } => "blocked",
        Progress::Done { .. } => "done",
        Progress::Refused { .. } => "refused",
    }
}

/// Adds an attempt and its records inside the caller's transaction.
pub(crate) async fn begin(
    store: &Store,
    connection: &impl ConnectionTrait,
    tenant: TenantId,
    new: &NewAttempt,
    fence: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let number = small(new.number);
    let begun = attempt::Model {
        submission_id: new.submission.as_uuid(),
        number,
        tenant_id: tenant.as_uuid(),
        begun_at: micros(at),
    };
    attempt::Entity::insert(begun.into_active_model()).exec_without_returning(connection).await?;
    let rows = new
        .records
        .iter()
        .enumerate()
        .map(|(index, record)| row(store.keys(), tenant, new.submission, number, index, record, fence, at))
        .collect::<Result<Vec<_>, _>>()?;
    if !rows.is_empty() {
        let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
        step::Entity::insert_many(rows).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// Writes a record inside the caller's transaction, if the step is as it was read.
pub(crate) async fn change(
    store: &Store,
    connection: &impl ConnectionTrait,
    tenant: TenantId,
    change: &StepChange,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let attempt = small(change.attempt);
    let key = (change.submission.as_uuid(), attempt, small(change.index));
    let owned = attempt::Entity::find_by_id((change.submission.as_uuid(), attempt))
        .filter(attempt::Column::TenantId.eq(tenant.as_uuid()))
        .one(connection)
        .await?
        .is_some();
    let stored = step::Entity::find_by_id(key).one(connection).await?.filter(|_| owned);
    let stored = stored.ok_or(StoreError::Missing { what: "step" })?;
    let place = Place::new(tenant, change.submission, attempt, key.2);
    let record: StepRecord = store.keys().open_json(place.context(), &stored.sealed)?;
    if record != change.before {
        return Err(StoreError::Conflict);
    }
    let row = row(store.keys(), tenant, change.submission, attempt, change.index, &change.after, stored.fence, at)?;
    let done = step::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(step::Column::SubmissionId.eq(key.0))
        .filter(step::Column::Attempt.eq(key.1))
        .filter(step::Column::Position.eq(key.2))
        .filter(step::Column::UpdatedAt.eq(stored.updated_at))
        .filter(step::Column::State.eq(stored.state))
        .exec(connection)
        .await?;
    if done.rows_affected == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}
