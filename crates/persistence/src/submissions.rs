//! Finding a tenant's submissions by what the engine needs: what is due to be read, what waits, what a reference means.

use chrono::{DateTime, Utc};
use domain::ids::{AccountId, EnvelopeId, SubmissionId, TenantId};
use domain::record::Submission;
use domain::states::SubmissionState;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::entities::envelope_term;
use crate::entities::submission::{ActiveModel, Column, Entity};
use crate::error::StoreError;
use crate::rows::submission_body;
use crate::store::{Store, TenantStore};
use crate::time::{from_micros, micros};

/// The submissions of a tenant.
#[derive(Debug, Clone)]
pub struct Submissions {
    store: Store,
    tenant: TenantId,
}

impl TenantStore {
    /// The tenant's submissions.
    #[must_use]
    pub fn submissions(&self) -> Submissions {
        Submissions { store: self.store.clone(), tenant: self.tenant }
    }
}

impl Submissions {
    /// The submissions at `account` that are to be read by `now`, the longest overdue first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn due(
        &self,
        account: AccountId,
        now: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<(EnvelopeId, SubmissionId)>, StoreError> {
        let found: Vec<(Uuid, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::EnvelopeId, Column::Id])
            .filter(Column::AccountId.eq(account.as_uuid()))
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::NextReadAt.lte(micros(now)))
            .order_by_asc(Column::NextReadAt)
            .order_by_asc(Column::Id)
            .limit(limit)
            .into_tuple()
            .all(self.store.database().reader())
            .await?;
        Ok(found.into_iter().map(ids).collect())
    }

    /// When a submission at `account` is to be read next; `None` when none is.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn next_due(&self, account: AccountId) -> Result<Option<DateTime<Utc>>, StoreError> {
        let next: Option<Option<i64>> = Entity::find()
            .select_only()
            .column(Column::NextReadAt)
            .filter(Column::AccountId.eq(account.as_uuid()))
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::NextReadAt.is_not_null())
            .order_by_asc(Column::NextReadAt)
            .limit(1)
            .into_tuple()
            .one(self.store.database().reader())
            .await?;
        Ok(next.flatten().map(from_micros))
    }

    /// Notes that a submission was read and told nothing new: the envelope's version stays, for nothing that callers see
    /// has changed.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn note_reading(
        &self,
        envelope: EnvelopeId,
        before: &Submission,
        after: &Submission,
    ) -> Result<(), StoreError> {
        let mine = || {
            Entity::update_many()
                .filter(Column::EnvelopeId.eq(envelope.as_uuid()))
                .filter(Column::Id.eq(after.id.as_uuid()))
                .filter(Column::TenantId.eq(self.tenant.as_uuid()))
        };
        let writer = self.store.database().writer();
        let due = ActiveModel { next_read_at: Set(after.next_read_at.map(micros)), ..Default::default() };
        mine().set(due).exec(writer).await?;
        // Whoever changed the submission meanwhile knows better: only what was read is written over.
        let body = ActiveModel { body: Set(submission_body(after)?), ..Default::default() };
        mine().set(body).filter(Column::Body.eq(submission_body(before)?)).exec(writer).await?;
        Ok(())
    }

    /// The envelopes with a submission whose id ends with `tail` ([`SubmissionId::tail`]); almost always one at most.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn by_tail(&self, tail: &str) -> Result<Vec<EnvelopeId>, StoreError> {
        let term = self.store.digests().submission_tail(self.tenant, tail).to_vec();
        let found: Vec<Uuid> = envelope_term::Entity::find()
            .select_only()
            .column(envelope_term::Column::EnvelopeId)
            .filter(envelope_term::Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(envelope_term::Column::Term.eq(term))
            .into_tuple()
            .all(self.store.database().reader())
            .await?;
        Ok(found.into_iter().map(EnvelopeId::from_uuid).collect())
    }

    /// The submissions at `account` that are on their way to the provider.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn submitting(&self, account: AccountId) -> Result<Vec<(EnvelopeId, SubmissionId)>, StoreError> {
        let found: Vec<(Uuid, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::EnvelopeId, Column::Id])
            .filter(Column::AccountId.eq(account.as_uuid()))
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::State.eq(SubmissionState::Submitting.as_str()))
            .order_by_asc(Column::Id)
            .into_tuple()
            .all(self.store.database().reader())
            .await?;
        Ok(found.into_iter().map(ids).collect())
    }
}

fn ids((envelope, submission): (Uuid, Uuid)) -> (EnvelopeId, SubmissionId) {
    (EnvelopeId::from_uuid(envelope), SubmissionId::from_uuid(submission))
}
