//! The inbox: what providers sent, kept raw and sealed before it is acknowledged.

use chrono::{DateTime, Utc};
use domain::ids::{AccountId, TenantId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    TryInsertResult,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entities::callback::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::jobs::{NewJob, enqueue};
use crate::keys::SealContext;
use crate::rows::{from_json, place, to_json};
use crate::store::{Store, TenantStore};
use crate::time::{from_micros, micros};

const TABLE: &str = "callbacks";

/// How far a callback got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallbackState {
    /// Stored, not looked at.
    Received,
    /// What it tells was applied.
    Applied,
    /// It is about a transaction that is not known (yet).
    Unmatched,
    /// It cannot be understood.
    Unreadable,
}

impl CallbackState {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Applied => "applied",
            Self::Unmatched => "unmatched",
            Self::Unreadable => "unreadable",
        }
    }

    fn parse(word: &str) -> Result<Self, StoreError> {
        match word {
            "received" => Ok(Self::Received),
            "applied" => Ok(Self::Applied),
            "unmatched" => Ok(Self::Unmatched),
            "unreadable" => Ok(Self::Unreadable),
            _ => Err(StoreError::unreadable(TABLE, "unknown state")),
        }
    }
}

/// A file that came with a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackFile {
    /// The name of its form field.
    pub field: String,
    /// Its file name, as sent.
    pub filename: Option<String>,
    /// The key of its bytes in the object store.
    pub object_key: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// What a provider sent, as it came.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RawCallback {
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// Form fields, in order.
    pub fields: Vec<(String, String)>,
    /// Query parameters, in order.
    #[serde(default)]
    pub query: Vec<(String, String)>,
    /// The body, when it is no form.
    #[serde(skip)]
    pub body: Vec<u8>,
}

impl std::fmt::Debug for RawCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawCallback").field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// A callback to store.
#[derive(Debug, Clone)]
pub struct NewCallback {
    /// The account whose address was called.
    pub account: AccountId,
    /// What came.
    pub raw: RawCallback,
    /// Its files, already in the object store.
    pub files: Vec<CallbackFile>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// When it is forgotten.
    pub expires_at: DateTime<Utc>,
}

/// A stored callback.
#[derive(Debug, Clone, PartialEq)]
pub struct Callback {
    /// Its id.
    pub id: Uuid,
    /// The account whose address was called.
    pub account: AccountId,
    /// How far it got.
    pub state: CallbackState,
    /// What came.
    pub raw: RawCallback,
    /// Its files.
    pub files: Vec<CallbackFile>,
    /// When it came, the last time.
    pub received_at: DateTime<Utc>,
    /// When it was applied.
    pub applied_at: Option<DateTime<Utc>>,
}

/// What became of storing a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredCallback {
    /// Its id; that of the first one when the same came before.
    pub id: Uuid,
    /// Whether the same had come before. If that one was dealt with, it is `received` again, because the same words may
    /// be a new hint; applying it twice changes nothing.
    pub repeated: bool,
}

/// What became of a callback, as part of a [`Change`](crate::Change).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackChange {
    /// Which.
    pub id: Uuid,
    /// How far it got.
    pub state: CallbackState,
    /// The provider's id of the transaction that it is about, where it could be told: an unmatched one is found by it.
    pub reference: Option<String>,
}

/// The inbox of a tenant.
#[derive(Debug, Clone)]
pub struct Callbacks {
    store: Store,
    tenant: TenantId,
}

impl TenantStore {
    /// What providers sent to the tenant's accounts.
    #[must_use]
    pub fn callbacks(&self) -> Callbacks {
        Callbacks { store: self.store.clone(), tenant: self.tenant }
    }
}

impl Callbacks {
    /// Stores a callback durably, with the jobs that `jobs` makes from its id, so that it may be acknowledged.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it is not stored: do not acknowledge it.
    pub async fn store(
        &self,
        new: NewCallback,
        jobs: impl FnOnce(Uuid) -> Vec<NewJob> + Send,
    ) -> Result<StoredCallback, StoreError> {
        let id = Uuid::now_v7();
        let head = serde_json::to_vec(&new.raw.fields).map_err(|e| StoreError::unreadable(TABLE, e))?;
        let files: Vec<&str> = new.files.iter().map(|file| file.sha256.as_str()).collect();
        let digest =
            self.store.digests().callback(new.account, &[&head, &new.raw.body, files.join(",").as_bytes()]).to_vec();
        let row = Model {
            id,
            tenant_id: self.tenant.as_uuid(),
            account_id: new.account.as_uuid(),
            state: CallbackState::Received.as_str().to_owned(),
            content_digest: digest.clone(),
            reference_digest: None,
            files: to_json(TABLE, &new.files)?,
            head_sealed: self.store.keys().seal_json(self.place(&id, "head_sealed"), &new.raw)?,
            body_sealed: self.store.keys().seal(self.place(&id, "body_sealed"), &new.raw.body)?,
            received_at: micros(new.received_at),
            applied_at: None,
            expires_at: micros(new.expires_at),
        };
        let transaction = self.store.database().begin().await?;
        let again = Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::columns([Column::AccountId, Column::ContentDigest]).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(&transaction)
            .await?;
        let inserted = matches!(again, TryInsertResult::Inserted(rows) if rows > 0);
        let stored = if inserted {
            StoredCallback { id, repeated: false }
        } else {
            self.reopen(&transaction, &new, digest).await?
        };
        enqueue(&transaction, jobs(stored.id)).await?;
        transaction.commit().await?;
        self.store.wakeups().jobs_added();
        Ok(stored)
    }

    async fn reopen(
        &self,
        transaction: &impl ConnectionTrait,
        new: &NewCallback,
        digest: Vec<u8>,
    ) -> Result<StoredCallback, StoreError> {
        let row = Entity::find()
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::AccountId.eq(new.account.as_uuid()))
            .filter(Column::ContentDigest.eq(digest))
            .one(transaction)
            .await?
            .ok_or(StoreError::Conflict)?;
        Entity::update_many()
            .set(ActiveModel {
                state: Set(CallbackState::Received.as_str().to_owned()),
                received_at: Set(micros(new.received_at)),
                expires_at: Set(micros(new.expires_at)),
                // The bytes are the same; those that came last are the ones that are kept.
                files: Set(to_json(TABLE, &new.files)?),
                ..Default::default()
            })
            .filter(Column::Id.eq(row.id))
            .exec(transaction)
            .await?;
        Ok(StoredCallback { id: row.id, repeated: true })
    }

    /// The callback with what came; `None` when the tenant has none with this id.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when it does not open.
    pub async fn load(&self, id: Uuid) -> Result<Option<Callback>, StoreError> {
        let row = Entity::find_by_id(id)
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .one(self.store.database().reader())
            .await?;
        row.map(|row| self.opened(row)).transpose()
    }

    /// The unmatched callbacks of an account about the transaction with this reference, in the order in which they came:
    /// to be tried again when a submission takes the reference on.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn unmatched(&self, account: AccountId, reference: &str) -> Result<Vec<Uuid>, StoreError> {
        let digest = self.store.digests().reference(account, reference).to_vec();
        self.ids(account, CallbackState::Unmatched, Some(digest)).await
    }

    /// The callbacks of an account in a state, in the order in which they came.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn in_state(&self, account: AccountId, state: CallbackState) -> Result<Vec<Uuid>, StoreError> {
        self.ids(account, state, None).await
    }

    async fn ids(
        &self,
        account: AccountId,
        state: CallbackState,
        reference: Option<Vec<u8>>,
    ) -> Result<Vec<Uuid>, StoreError> {
        let mut query = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::TenantId.eq(self.tenant.as_uuid()))
            .filter(Column::AccountId.eq(account.as_uuid()))
            .filter(Column::State.eq(state.as_str()));
        if let Some(digest) = reference {
            query = query.filter(Column::ReferenceDigest.eq(digest));
        }
        let query = query.order_by_asc(Column::ReceivedAt).order_by_asc(Column::Id).limit(1000);
        Ok(query.into_tuple().all(self.store.database().reader()).await?)
    }

    fn opened(&self, row: Model) -> Result<Callback, StoreError> {
        let keys = self.store.keys();
        let mut raw: RawCallback = keys.open_json(self.place(&row.id, "head_sealed"), &row.head_sealed)?;
        raw.body = keys.open(self.place(&row.id, "body_sealed"), &row.body_sealed)?.to_vec();
        Ok(Callback {
            id: row.id,
            account: AccountId::from_uuid(row.account_id),
            state: CallbackState::parse(&row.state)?,
            raw,
            files: from_json(TABLE, &row.files)?,
            received_at: from_micros(row.received_at),
            applied_at: row.applied_at.map(from_micros),
        })
    }

    fn place<'a>(&self, id: &'a Uuid, column: &'a str) -> SealContext<'a> {
        place(self.tenant, TABLE, id, column)
    }
}

impl Store {
    /// Forgets callbacks, of all tenants, whose time is over; how many.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn purge_callbacks(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let gone = Entity::delete_many().filter(Column::ExpiresAt.lte(micros(now)));
        Ok(gone.exec(self.database().writer()).await?.rows_affected)
    }
}

impl CallbackChange {
    /// Stores what became of a callback inside the transaction of a change.
    pub(crate) async fn write(
        &self,
        store: &Store,
        connection: &impl ConnectionTrait,
        tenant: TenantId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let row = Entity::find_by_id(self.id)
            .filter(Column::TenantId.eq(tenant.as_uuid()))
            .one(connection)
            .await?
            .ok_or(StoreError::Missing { what: "callback" })?;
        let mut change = ActiveModel { state: Set(self.state.as_str().to_owned()), ..Default::default() };
        if self.state == CallbackState::Applied {
            change.applied_at = Set(Some(micros(at)));
        }
        if let Some(reference) = &self.reference {
            let digest = store.digests().reference(AccountId::from_uuid(row.account_id), reference);
            change.reference_digest = Set(Some(digest.to_vec()));
        }
        Entity::update_many().set(change).filter(Column::Id.eq(self.id)).exec(connection).await?;
        Ok(())
    }
}
