//! Tenants and their routing policies.

use chrono::{DateTime, Utc};
use domain::ids::TenantId;
use domain::routing::RoutingPolicy;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::cursor::{Page, Paged};
use crate::entities::{routing_policy, tenant};
use crate::error::StoreError;
use crate::rows::{from_json, to_json};
use crate::store::{Store, TenantStore};
use crate::time::{from_micros, micros};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecord {
    /// Its id.
    pub id: TenantId,
    /// A short name that no other tenant has.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl Store {
    /// Adds a tenant.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when another tenant has the slug.
    pub async fn create_tenant(&self, new: &TenantRecord) -> Result<(), StoreError> {
        let row = tenant::Model {
            id: new.id.as_uuid(),
            slug: new.slug.clone(),
            name: new.name.clone(),
            created_at: micros(new.created_at),
            updated_at: micros(new.updated_at),
        };
        tenant::Entity::insert(row.into_active_model())
            .exec_without_returning(self.database().writer())
            .await
            .map_err(|error| StoreError::from(error).taken("slug"))?;
        Ok(())
    }

    /// The tenant with this slug: for declared configuration and the command line.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn tenant_by_slug(&self, slug: &str) -> Result<Option<TenantRecord>, StoreError> {
        let found = tenant::Entity::find().filter(tenant::Column::Slug.eq(slug));
        Ok(found.one(self.database().reader()).await?.map(from_row))
    }

    /// All tenants, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn tenants(&self, page: &Page) -> Result<Paged<TenantRecord>, StoreError> {
        const LIST: &str = "tenants";
        let platform = self.tenant(TenantId::from_uuid(Uuid::nil()));
        let after = platform.open_cursor(LIST, page)?;
        let rows = tenant::Entity::find()
            .apply_if(after, |query, place| query.filter(place.before(tenant::Column::CreatedAt, tenant::Column::Id)))
            .order_by_desc(tenant::Column::CreatedAt)
            .order_by_desc(tenant::Column::Id)
            .limit(page.fetch())
            .all(self.database().reader())
            .await?;
        platform.paged(LIST, page, rows, |row| (row.created_at, row.id)).try_map(|row| Ok(from_row(row)))
    }
}

impl TenantStore {
    /// The tenant's own record; `None` when there is no such tenant.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn record(&self) -> Result<Option<TenantRecord>, StoreError> {
        let found = tenant::Entity::find_by_id(self.tenant.as_uuid());
        Ok(found.one(self.store.database().reader()).await?.map(from_row))
    }

    /// Gives the tenant another name or slug.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such tenant; [`StoreError::Taken`] when another has the slug.
    pub async fn rename(&self, slug: &str, name: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let changed = tenant::Entity::update_many()
            .set(tenant::ActiveModel {
                slug: Set(slug.to_owned()),
                name: Set(name.to_owned()),
                updated_at: Set(micros(at)),
                ..Default::default()
            })
            .filter(tenant::Column::Id.eq(self.tenant.as_uuid()))
            .exec(self.store.database().writer())
            .await
            .map_err(|error| StoreError::from(error).taken("slug"))?;
        if changed.rows_affected == 0 { Err(StoreError::Missing { what: "tenant" }) } else { Ok(()) }
    }

    /// Deletes the tenant with its keys and its routing policy. Its audit trail stays.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while it has envelopes or accounts; [`StoreError::Missing`] when there is no such tenant.
    pub async fn delete(&self) -> Result<(), StoreError> {
        let transaction = self.store.database().begin().await?;
        let id = self.tenant.as_uuid();
        use crate::entities::{api_key, envelope, provider_account};
        let envelopes = envelope::Entity::find().filter(envelope::Column::TenantId.eq(id)).one(&transaction).await?;
        let accounts = provider_account::Entity::find().filter(provider_account::Column::TenantId.eq(id));
        if envelopes.is_some() || accounts.one(&transaction).await?.is_some() {
            return Err(StoreError::InUse { what: "tenant" });
        }
        api_key::Entity::delete_many().filter(api_key::Column::TenantId.eq(id)).exec(&transaction).await?;
        routing_policy::Entity::delete_by_id(id).exec(&transaction).await?;
        let gone = tenant::Entity::delete_by_id(id).exec(&transaction).await?;
        if gone.rows_affected == 0 {
            return Err(StoreError::Missing { what: "tenant" });
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The tenant's routing policy; an empty one when none was set.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the row is damaged.
    pub async fn routing(&self) -> Result<RoutingPolicy, StoreError> {
        let row = routing_policy::Entity::find_by_id(self.tenant.as_uuid()).one(self.store.database().reader()).await?;
        row.map_or_else(|| Ok(RoutingPolicy::default()), |row| from_json("routing_policies", &row.policy))
    }

    /// Replaces the tenant's routing policy.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn set_routing(&self, policy: &RoutingPolicy, at: DateTime<Utc>) -> Result<(), StoreError> {
        use routing_policy::Column;
        let row = routing_policy::Model {
            tenant_id: self.tenant.as_uuid(),
            policy: to_json("routing_policies", policy)?,
            version: 1,
            updated_at: micros(at),
        };
        routing_policy::Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::column(Column::TenantId)
                    .update_columns([Column::Policy, Column::UpdatedAt])
                    .value(Column::Version, Expr::col((routing_policy::Entity, Column::Version)).add(1))
                    .to_owned(),
            )
            .exec_without_returning(self.store.database().writer())
            .await?;
        Ok(())
    }
}

fn from_row(row: tenant::Model) -> TenantRecord {
    TenantRecord {
        id: TenantId::from_uuid(row.id),
        slug: row.slug,
        name: row.name,
        created_at: from_micros(row.created_at),
        updated_at: from_micros(row.updated_at),
    }
}
