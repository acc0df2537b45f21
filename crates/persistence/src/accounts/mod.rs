//! Provider accounts: settings in the open, credentials and callback tokens sealed.

mod facts;
mod tokens;

use chrono::{DateTime, Utc};
use domain::ids::{AccountId, TenantId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use uuid::Uuid;

pub use tokens::{CallbackToken, FoundAccount};

use crate::cursor::{Page, Paged};
use crate::entities::provider_account::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::keys::SealError;
use crate::rows::{from_json, place, to_json};
use crate::store::{Store, TenantStore};
use crate::time::{from_micros, micros, uncount};

const TABLE: &str = "provider_accounts";

/// A provider account without its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its name, which no other account of the tenant has.
    pub name: String,
    /// The provider's kind.
    pub kind: String,
    /// Its settings.
    pub settings: Value,
    /// Counts its changes.
    pub version: u64,
    /// Whether it takes no new envelopes.
    pub disabled: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// A provider account with its secrets, for calling the provider.
#[derive(Clone)]
pub struct OpenAccount {
    /// The account.
    pub account: Account,
    /// Its credentials, as JSON text.
    pub credentials: SecretString,
    /// The token of its callback address.
    pub callback_token: SecretString,
}

impl std::fmt::Debug for OpenAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenAccount").field("account", &self.account).finish_non_exhaustive()
    }
}

impl OpenAccount {
    /// The credentials as a value. Keep it no longer than needed.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when they are no JSON.
    pub fn credentials(&self) -> Result<Value, StoreError> {
        Ok(serde_json::from_str(self.credentials.expose_secret()).map_err(|_| SealError::Content)?)
    }
}

/// The accounts of a tenant.
#[derive(Debug, Clone)]
pub struct Accounts {
    store: Store,
    tenant: TenantId,
}

impl TenantStore {
    /// The tenant's provider accounts.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        Accounts { store: self.store.clone(), tenant: self.tenant }
    }
}

impl Accounts {
    /// Adds an account with its credentials and the token of its callback address. `version` is ignored.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the tenant has an account of this name.
    pub async fn create(
        &self,
        account: &Account,
        credentials: &Value,
        callback_token: &SecretString,
    ) -> Result<(), StoreError> {
        let id = account.id.as_uuid();
        let row = Model {
            id,
            tenant_id: self.tenant.as_uuid(),
            name: account.name.clone(),
            kind: account.kind.clone(),
            settings: to_json(TABLE, &account.settings)?,
            credentials_sealed: self.seal_credentials(id, credentials)?,
            token_digest: self.store.digests().token(callback_token.expose_secret()).to_vec(),
            token_sealed: self.seal_token(id, callback_token)?,
            previous_token_digest: None,
            previous_token_until: None,
            version: 1,
            disabled: account.disabled,
            created_at: micros(account.created_at),
            updated_at: micros(account.updated_at),
        };
        Entity::insert(row.into_active_model())
            .exec_without_returning(self.store.database().writer())
            .await
            .map_err(|error| StoreError::from(error).taken("account name"))?;
        Ok(())
    }

    /// The account; `None` when the tenant has none with this id.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the row is damaged.
    pub async fn load(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.row(id).await?.map(from_row).transpose()
    }

    /// The account with its secrets.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when a secret does not open.
    pub async fn open(&self, id: AccountId) -> Result<Option<OpenAccount>, StoreError> {
        self.row(id).await?.map(|row| self.opened(row)).transpose()
    }

    /// All of the tenant's accounts, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when a row is damaged.
    pub async fn all(&self) -> Result<Vec<Account>, StoreError> {
        let rows = Entity::find()
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(self.store.database().reader())
            .await?;
        rows.into_iter().map(from_row).collect()
    }

    /// A page of the tenant's accounts, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Cursor`] for a cursor of another list.
    pub async fn list(&self, page: &Page) -> Result<Paged<Account>, StoreError> {
        const LIST: &str = "provider accounts";
        let tenant = self.store.tenant(self.tenant);
        let after = tenant.open_cursor(LIST, page)?;
        let rows = Entity::find()
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .apply_if(after, |query, place| query.filter(place.before(Column::CreatedAt, Column::Id)))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(page.fetch())
            .all(self.store.database().reader())
            .await?;
        tenant.paged(LIST, page, rows, |row| (row.created_at, row.id)).try_map(from_row)
    }

    /// Stores name, settings and `disabled`, if the account is as it was read, and credentials where new ones are given.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the account changed since or is gone; [`StoreError::Taken`] for the name.
    pub async fn update(&self, account: &Account, credentials: Option<&Value>) -> Result<(), StoreError> {
        let id = account.id.as_uuid();
        let mut change = ActiveModel {
            name: Set(account.name.clone()),
            settings: Set(to_json(TABLE, &account.settings)?),
            disabled: Set(account.disabled),
            updated_at: Set(micros(account.updated_at)),
            ..Default::default()
        };
        if let Some(credentials) = credentials {
            change.credentials_sealed = Set(self.seal_credentials(id, credentials)?);
        }
        let changed = Entity::update_many()
            .set(change)
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(id))
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::Version.eq(crate::time::count(account.version)))
            .exec(self.store.database().writer())
            .await
            .map_err(|error| StoreError::from(error).taken("account name"))?;
        if changed.rows_affected == 0 { Err(StoreError::Conflict) } else { Ok(()) }
    }

    /// Deletes an account.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while an envelope that has not ended is with it; [`StoreError::Missing`] when the tenant
    /// has no such account.
    pub async fn delete(&self, id: AccountId) -> Result<(), StoreError> {
        let tenant = self.store.tenant(self.tenant);
        if tenant.envelopes().any_live_at(id).await? {
            return Err(StoreError::InUse { what: "account" });
        }
        let gone = Entity::delete_many()
            .filter(Column::Id.eq(id.as_uuid()))
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .exec(self.store.database().writer())
            .await?;
        if gone.rows_affected == 0 { Err(StoreError::Missing { what: "account" }) } else { Ok(()) }
    }

    async fn row(&self, id: AccountId) -> Result<Option<Model>, StoreError> {
        let found = Entity::find_by_id(id.as_uuid()).filter(Column::TenantId.eq(self.tenant.as_uuid()));
        Ok(found.one(self.store.database().reader()).await?)
    }

    fn opened(&self, row: Model) -> Result<OpenAccount, StoreError> {
        let open = |column: &str, sealed: &[u8]| -> Result<SecretString, StoreError> {
            let plain = self.store.keys().open(place(self.tenant, TABLE, &row.id, column), sealed)?;
            let text = std::str::from_utf8(&plain).map_err(|_| SealError::Content)?;
            Ok(SecretString::from(text))
        };
        Ok(OpenAccount {
            credentials: open("credentials_sealed", &row.credentials_sealed)?,
            callback_token: open("token_sealed", &row.token_sealed)?,
            account: from_row(row)?,
        })
    }

    fn seal_credentials(&self, id: Uuid, credentials: &Value) -> Result<Vec<u8>, StoreError> {
        Ok(self.store.keys().seal_json(place(self.tenant, TABLE, &id, "credentials_sealed"), credentials)?)
    }

    fn seal_token(&self, id: Uuid, token: &SecretString) -> Result<Vec<u8>, StoreError> {
        let place = place(self.tenant, TABLE, &id, "token_sealed");
        Ok(self.store.keys().seal(place, token.expose_secret().as_bytes())?)
    }
}

fn from_row(row: Model) -> Result<Account, StoreError> {
    Ok(Account {
        id: AccountId::from_uuid(row.id),
        tenant: TenantId::from_uuid(row.tenant_id),
        name: row.name,
        kind: row.kind,
        settings: from_json(TABLE, &row.settings)?,
        version: uncount(row.version),
        disabled: row.disabled,
        created_at: from_micros(row.created_at),
        updated_at: from_micros(row.updated_at),
    })
}
