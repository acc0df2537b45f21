//! Small values that all replicas share about an account: session tokens, health, what is left of a quota. Sealed, all
//! of them, because some are secrets.

use chrono::{DateTime, Utc};
use domain::ids::AccountId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Accounts;
use crate::entities::account_fact::{Column, Entity, Model};
use crate::error::StoreError;
use crate::keys::SealContext;
use crate::time::micros;

impl Accounts {
    /// The value that was kept about an account under `name` and is still good at `now`.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when it does not open or holds something else.
    pub async fn fact<T: DeserializeOwned>(
        &self,
        id: AccountId,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<T>, StoreError> {
        let found = Entity::find_by_id((id.as_uuid(), name.to_owned())).one(self.store.database().reader()).await?;
        let Some(row) = found.filter(|row| row.expires_at.is_none_or(|end| micros(now) < end)) else {
            return Ok(None);
        };
        let key = key(id, name);
        // Sealed for the tenant: the fact of another tenant's account does not open.
        Ok(Some(self.store.keys().open_json(self.context(&key), &row.sealed)?))
    }

    /// Keeps a value about an account, until `expires_at` where given. The account must be the tenant's.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the tenant has no such account.
    pub async fn set_fact<T: Serialize + Sync>(
        &self,
        id: AccountId,
        name: &str,
        value: &T,
        expires_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.row(id).await?.is_none() {
            return Err(StoreError::Missing { what: "account" });
        }
        let key = key(id, name);
        let row = Model {
            account_id: id.as_uuid(),
            name: name.to_owned(),
            sealed: self.store.keys().seal_json(self.context(&key), value)?,
            expires_at: expires_at.map(micros),
            updated_at: micros(now),
        };
        Entity::insert(row.into_active_model())
            .on_conflict(
                OnConflict::columns([Column::AccountId, Column::Name])
                    .update_columns([Column::Sealed, Column::ExpiresAt, Column::UpdatedAt])
                    .to_owned(),
            )
            .exec_without_returning(self.store.database().writer())
            .await?;
        Ok(())
    }

    /// Forgets a value, for example a session token that the provider refused.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the tenant has no such account.
    pub async fn forget_fact(&self, id: AccountId, name: &str) -> Result<(), StoreError> {
        if self.row(id).await?.is_none() {
            return Err(StoreError::Missing { what: "account" });
        }
        Entity::delete_many()
            .filter(Column::AccountId.eq(id.as_uuid()))
            .filter(Column::Name.eq(name))
            .exec(self.store.database().writer())
            .await?;
        Ok(())
    }

    fn context<'a>(&self, key: &'a [u8]) -> SealContext<'a> {
        SealContext { tenant: Some(self.tenant), table: "account_facts", row: key, column: "sealed" }
    }
}

fn key(id: AccountId, name: &str) -> Vec<u8> {
    [id.as_uuid().as_bytes().as_slice(), name.as_bytes()].concat()
}
