//! The store: one open database with its keys, and a handle for each tenant.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::TenantId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};
use secrecy::zeroize::Zeroizing;

use crate::attempts::Attempts;
use crate::call_counts::CallCounts;
use crate::database::Database;
use crate::digests::Digests;
use crate::entities::store_state;
use crate::envelopes::Envelopes;
use crate::error::StoreError;
use crate::events::Events;
use crate::jobs::Jobs;
use crate::keys::{KeyRing, SealContext, SealError, root};
use crate::permits::Permits;
use crate::requests::Requests;
use crate::wakeups::Wakeups;

const DIGEST_ROOT: &str = "digest root";
const FEED_BASE: &str = "feed base";

/// Everything that is kept. Cheap to clone; all clones share connections and keys.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    keys: KeyRing,
    digests: Digests,
    feed_base: i64,
    wakeups: Wakeups,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("database", &self.inner.database).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a migrated database. Its first opening makes the root of the digest keys and seals it under the ring.
    ///
    /// # Errors
    /// [`StoreError::Schema`] when migrations are pending; [`StoreError::Seal`] when the ring lacks the master key under
    /// which the database was made.
    pub async fn open(database: Database, keys: KeyRing) -> Result<Self, StoreError> {
        let pending = database.pending().await?;
        if pending > 0 {
            return Err(StoreError::Schema { pending });
        }
        let digests = digests(&database, &keys).await?;
        let feed_base = state(&database, FEED_BASE).await?.and_then(|row| row.number).unwrap_or(0);
        let wakeups = Wakeups::start(&database);
        Ok(Self { inner: Arc::new(Inner { database, keys, digests, feed_base, wakeups }) })
    }

    /// A handle for one tenant: the only way to find what belongs to it.
    #[must_use]
    pub fn tenant(&self, tenant: TenantId) -> TenantStore {
        TenantStore { store: self.clone(), tenant }
    }

    /// The queue of jobs, of all tenants.
    #[must_use]
    pub fn jobs(&self) -> Jobs {
        Jobs { store: self.clone() }
    }

    /// A token for outsiders that says `content` to nobody but this store; good for URLs. `purpose` keeps tokens apart.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when it cannot be sealed.
    pub fn seal_token(&self, purpose: &str, content: &[u8]) -> Result<String, StoreError> {
        let sealed = self.keys().seal(token_place(purpose), content)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What a token of [`Store::seal_token`] says; `None` when it is no such token.
    #[must_use]
    pub fn open_token(&self, purpose: &str, token: &str) -> Option<Vec<u8>> {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        self.keys().open(token_place(purpose), &sealed).ok().map(|content| content.to_vec())
    }

    /// How many calls accounts made in windows of time.
    #[must_use]
    pub fn call_counts(&self) -> CallCounts {
        CallCounts { store: self.clone() }
    }

    /// Slots and locks that all replicas share.
    #[must_use]
    pub fn permits(&self) -> Permits {
        Permits { store: self.clone() }
    }

    /// The answers of requests that may be repeated.
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests { store: self.clone() }
    }

    /// What tells of new jobs and changed envelopes.
    #[must_use]
    pub fn wakeups(&self) -> &Wakeups {
        &self.inner.wakeups
    }

    /// The database underneath.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// The ring under which secrets are sealed.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.inner.keys
    }

    pub(crate) fn digests(&self) -> &Digests {
        &self.inner.digests
    }

    /// What is added to PostgreSQL's transaction ids in the feed: see [`Database::rebase_feed`].
    pub(crate) fn feed_base(&self) -> i64 {
        self.inner.feed_base
    }
}

/// All that belongs to one tenant. What belongs to another is never found, whatever its id.
#[derive(Debug, Clone)]
pub struct TenantStore {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
}

impl TenantStore {
    /// The tenant.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.tenant
    }

    /// Its envelopes.
    #[must_use]
    pub fn envelopes(&self) -> Envelopes {
        Envelopes { store: self.store.clone(), tenant: self.tenant }
    }

    /// The histories of its envelopes.
    #[must_use]
    pub fn events(&self) -> Events {
        Events { store: self.store.clone(), tenant: self.tenant }
    }

    /// The journals of its submissions.
    #[must_use]
    pub fn attempts(&self, submission: domain::ids::SubmissionId) -> Attempts {
        Attempts { store: self.store.clone(), tenant: self.tenant, submission }
    }
}

impl Database {
    /// To be called once after a PostgreSQL database was restored into another cluster, before the store is opened and
    /// while no other process has it open: lifts the feed's base, because the new cluster counts its transactions anew
    /// and new events would sort before old ones, or old ones wait to be shown. Nothing happens on SQLite.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn rebase_feed(&self) -> Result<(), StoreError> {
        if self.is_postgres() {
            let sql = "INSERT INTO store_state (name, number) \
                       SELECT $1, COALESCE(max(txid), 0) + 1 FROM events \
                       ON CONFLICT (name) DO UPDATE SET number = excluded.number";
            self.run(sql, [FEED_BASE.into()]).await?;
        }
        Ok(())
    }
}

async fn state(database: &Database, name: &str) -> Result<Option<store_state::Model>, StoreError> {
    Ok(store_state::Entity::find_by_id(name).one(database.writer()).await?)
}

async fn digests(database: &Database, keys: &KeyRing) -> Result<Digests, StoreError> {
    let place = SealContext { tenant: None, table: "store_state", row: DIGEST_ROOT.as_bytes(), column: "sealed" };
    if state(database, DIGEST_ROOT).await?.is_none() {
        let mut secret = Zeroizing::new([0_u8; 32]);
        aws_lc_rs::rand::fill(secret.as_mut_slice()).map_err(|_| SealError::Failed)?;
        let row = store_state::ActiveModel {
            name: Set(DIGEST_ROOT.to_owned()),
            number: Set(None),
            sealed: Set(Some(keys.seal(place, secret.as_slice())?)),
        };
        // Of several processes that open a new database at once, the first one's root counts.
        store_state::Entity::insert(row)
            .on_conflict(OnConflict::column(store_state::Column::Name).do_nothing().to_owned())
            .exec_without_returning(database.writer())
            .await?;
    }
    let row = state(database, DIGEST_ROOT).await?;
    let sealed = row.and_then(|row| row.sealed).ok_or(StoreError::Missing { what: "digest root" })?;
    let secret = keys.open(place, &sealed)?;
    let secret: &[u8; 32] = secret.as_slice().try_into().map_err(|_| SealError::Content)?;
    Ok(Digests::new(&root(secret))?)
}

fn token_place(purpose: &str) -> SealContext<'_> {
    SealContext { tenant: None, table: "tokens", row: b"", column: purpose }
}
