//! API keys, known by a keyed digest of their text. The text itself is never stored.

use chrono::{DateTime, Utc};
use domain::ids::{ApiKeyId, TenantId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::cursor::{Page, Paged};
use crate::entities::api_key::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::rows::{from_json, to_json};
use crate::store::{Store, TenantStore};
use crate::time::{from_micros, micros};

/// An API key, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is; `None` for the platform's administration.
    pub tenant: Option<TenantId>,
    /// Its name for people.
    pub name: String,
    /// The first characters of its text, to tell keys apart.
    pub prefix: String,
    /// What it may do, by the words of the API.
    pub scopes: Vec<String>,
    /// After this it is not valid.
    pub expires_at: Option<DateTime<Utc>>,
    /// Since this it is not valid.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

impl ApiKey {
    /// Whether it is valid at `now`.
    #[must_use]
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl Store {
    /// Adds a key with this text.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when a key with this text exists.
    pub async fn create_api_key(&self, key: &ApiKey, text: &SecretString) -> Result<(), StoreError> {
        let row = Model {
            id: key.id.as_uuid(),
            tenant_id: key.tenant.map(TenantId::as_uuid),
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            hash: self.digests().api_key(text.expose_secret()).to_vec(),
            scopes: to_json("api_keys", &key.scopes)?,
            expires_at: key.expires_at.map(micros),
            revoked_at: key.revoked_at.map(micros),
            last_used_at: key.last_used_at.map(micros),
            created_at: micros(key.created_at),
        };
        Entity::insert(row.into_active_model())
            .exec_without_returning(self.database().writer())
            .await
            .map_err(|error| StoreError::from(error).taken("key"))?;
        Ok(())
    }

    /// The key with this text, of whatever tenant, also when it is no longer valid.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn find_api_key(&self, text: &SecretString) -> Result<Option<ApiKey>, StoreError> {
        let digest = self.digests().api_key(text.expose_secret()).to_vec();
        let row = Entity::find().filter(Column::Hash.eq(digest)).one(self.database().reader()).await?;
        row.map(from_row).transpose()
    }

    /// Notes that a key was used, at most once a minute.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn touch_api_key(&self, key: &ApiKey, at: DateTime<Utc>) -> Result<(), StoreError> {
        const MINUTE: i64 = 60_000_000;
        let noted = key.last_used_at.map_or(0, micros);
        if micros(at).saturating_sub(noted) < MINUTE {
            return Ok(());
        }
        Entity::update_many()
            .set(ActiveModel { last_used_at: Set(Some(micros(at))), ..Default::default() })
            .filter(Column::Id.eq(key.id.as_uuid()))
            .exec(self.database().writer())
            .await?;
        Ok(())
    }

    /// The keys of the platform's administration, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn platform_api_keys(&self, page: &Page) -> Result<Paged<ApiKey>, StoreError> {
        list(&self.tenant(TenantId::from_uuid(Uuid::nil())), None, page).await
    }

    /// Ends a key of the platform's administration.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such key.
    pub async fn revoke_platform_api_key(&self, id: ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError> {
        revoke(self, None, id, at).await
    }
}

impl TenantStore {
    /// The tenant's keys, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn api_keys(&self, page: &Page) -> Result<Paged<ApiKey>, StoreError> {
        list(self, Some(self.tenant), page).await
    }

    /// Ends a key of the tenant. Ending it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the tenant has no such key.
    pub async fn revoke_api_key(&self, id: ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError> {
        revoke(&self.store, Some(self.tenant), id, at).await
    }
}

fn of(tenant: Option<TenantId>) -> sea_orm::sea_query::SimpleExpr {
    tenant.map_or(Column::TenantId.is_null(), |tenant| Column::TenantId.eq(tenant.as_uuid()))
}

async fn list(scope: &TenantStore, tenant: Option<TenantId>, page: &Page) -> Result<Paged<ApiKey>, StoreError> {
    const LIST: &str = "api keys";
    let after = scope.open_cursor(LIST, page)?;
    let rows = Entity::find()
        .filter(of(tenant))
        .apply_if(after, |query, place| query.filter(place.before(Column::CreatedAt, Column::Id)))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(page.fetch())
        .all(scope.store.database().reader())
        .await?;
    scope.paged(LIST, page, rows, |row| (row.created_at, row.id)).try_map(from_row)
}

async fn revoke(store: &Store, tenant: Option<TenantId>, id: ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let database = store.database();
    let found = Entity::find_by_id(id.as_uuid()).filter(of(tenant)).one(database.writer()).await?;
    if found.is_none() {
        return Err(StoreError::Missing { what: "API key" });
    }
    Entity::update_many()
        .set(ActiveModel { revoked_at: Set(Some(micros(at))), ..Default::default() })
        .filter(Column::Id.eq(id.as_uuid()))
        .filter(Column::RevokedAt.is_null())
        .exec(database.writer())
        .await?;
    Ok(())
}

fn from_row(row: Model) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: ApiKeyId::from_uuid(row.id),
        tenant: row.tenant_id.map(TenantId::from_uuid),
        name: row.name,
        prefix: row.prefix,
        scopes: from_json("api_keys", &row.scopes)?,
        expires_at: row.expires_at.map(from_micros),
        revoked_at: row.revoked_at.map(from_micros),
        last_used_at: row.last_used_at.map(from_micros),
        created_at: from_micros(row.created_at),
    })
}
