//! The audit trail: who did what, beside the histories of envelopes.

use chrono::{DateTime, Utc};
use domain::events::Actor;
use domain::ids::TenantId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde_json::Value;
use uuid::Uuid;

use crate::cursor::{Page, Paged};
use crate::entities::audit_entry::{Column, Entity, Model};
use crate::error::StoreError;
use crate::rows::{from_json, to_json};
use crate::store::{Store, TenantStore};
use crate::time::{from_micros, micros};

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its id, ordered by time.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// What: a word such as `account.updated` or `document.downloaded`.
    pub action: String,
    /// On what: the written id.
    pub subject: String,
    /// Facts, without secrets and personal data.
    pub data: Value,
}

impl AuditEntry {
    /// An entry without further facts.
    #[must_use]
    pub fn new(at: DateTime<Utc>, actor: Actor, action: impl Into<String>, subject: impl std::fmt::Display) -> Self {
        Self { id: Uuid::now_v7(), at, actor, action: action.into(), subject: subject.to_string(), data: Value::Null }
    }

    /// The same entry with facts.
    #[must_use]
    pub fn with_data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }
}

impl Store {
    /// Adds entries; of the platform when `tenant` is `None`.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn record_audit(&self, tenant: Option<TenantId>, entries: &[AuditEntry]) -> Result<(), StoreError> {
        write(self.database().writer(), tenant, entries).await
    }

    /// The entries of the platform itself, the latest first.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn platform_audit(&self, page: &Page) -> Result<Paged<AuditEntry>, StoreError> {
        list(&self.tenant(TenantId::from_uuid(Uuid::nil())), None, page).await
    }
}

impl TenantStore {
    /// The tenant's audit trail, the latest entry first.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn audit(&self, page: &Page) -> Result<Paged<AuditEntry>, StoreError> {
        list(self, Some(self.tenant), page).await
    }
}

async fn list(scope: &TenantStore, tenant: Option<TenantId>, page: &Page) -> Result<Paged<AuditEntry>, StoreError> {
    const LIST: &str = "audit";
    let after = scope.open_cursor(LIST, page)?;
    let of = tenant.map_or(Column::TenantId.is_null(), |tenant| Column::TenantId.eq(tenant.as_uuid()));
    let rows = Entity::find()
        .filter(of)
        .apply_if(after, |query, place| query.filter(place.before(Column::At, Column::Id)))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(page.fetch())
        .all(scope.store.database().reader())
        .await?;
    scope.paged(LIST, page, rows, |row| (row.at, row.id)).try_map(|row| {
        Ok(AuditEntry {
            id: row.id,
            at: from_micros(row.at),
            actor: from_json("audit", &row.actor)?,
            action: row.action,
            subject: row.subject,
            data: from_json("audit", &row.data)?,
        })
    })
}

/// Adds entries inside the caller's transaction.
pub(crate) async fn write(
    connection: &impl ConnectionTrait,
    tenant: Option<TenantId>,
    entries: &[AuditEntry],
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let rows = entries
        .iter()
        .map(|entry| {
            let row = Model {
                id: entry.id,
                tenant_id: tenant.map(TenantId::as_uuid),
                at: micros(entry.at),
                actor: to_json("audit", &entry.actor)?,
                action: entry.action.clone(),
                subject: entry.subject.clone(),
                data: to_json("audit", &entry.data)?,
            };
            Ok(row.into_active_model())
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}
