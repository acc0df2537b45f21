//! The use cases of Rubrica: drafts, sending, the engine that carries envelopes through their providers, callbacks,
//! artifacts, accounts. One use case a file; [`engine`] has the page on what happens at each crash.

mod accounts;
mod actions;
mod admin;
mod callbacks;
mod caller;
mod clock;
mod digest;
mod documents;
mod drafts;
pub mod engine;
mod error;
mod evidence;
mod examine;
mod failpoint;
mod files;
mod identity_documents;
mod order;
pub mod plan;
mod resolve;
mod send;
mod signing_page;
mod trail;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{AccountId, TenantId};
use domain::protocol::Policy;
use pdf::TrustAnchors;
use persistence::{BlobError, BlobRef, Blobs, Store};
use provider_clients::provider::transcript::{Exchange, Judgement};
use provider_clients::provider::{Connection, Session};
use provider_clients::registry::Registry;
use provider_clients::transport::{Transport, TransportConfigError};
use url::Url;

pub use accounts::{AccountPatch, AccountView, CapabilityMatrix, NewAccount, Quota, VerifyResult};
pub use admin::{Administrator, NewApiKey, NewTenant, Principal, Scope};
pub use callbacks::{CallbackIntake, CallbackTarget};
pub use caller::{Caller, RequestTicket};
pub use clock::{Clock, ShiftedClock, SystemClock};
pub use digest::ContentDigest;
pub use documents::{Content, DocumentChange, Upload, UploadedAs};
pub use drafts::{InlineDocument, InlineFile, NewEnvelope, NewRecipient};
pub use error::{BrokerError, DocumentFault, Result};
pub use evidence::{BundleText, Evidence, EvidenceCheck};
pub use resolve::Resolve;
pub use signing_page::{SignerState, SigningPage, Visit};

pub use {pdf, persistence, provider_clients};

use accounts::OpenAccount;

/// What the broker needs to be told.
#[derive(Debug, Clone)]
pub struct BrokerConfig {
    /// Where callers, providers and signers reach the broker; `None` when providers cannot call back.
    pub public_url: Option<Url>,
    /// Largest document that callers may upload, in bytes.
    pub max_document_bytes: u64,
    /// Largest file that a provider may send back, in bytes.
    pub max_artifact_bytes: u64,
    /// How long after its intent was recorded a call may begin.
    pub send_window: Duration,
    /// What is added to the longest time of a call before another worker takes it over.
    pub takeover_margin: Duration,
    /// How long an account may be out of reach before an envelope of which nothing was sent goes to the next one.
    pub failover_after: Duration,
    /// Patience with refusals that pass, and pauses between tries.
    pub policy: Policy,
    /// The name under which this process claims jobs; unique among replicas.
    pub worker_name: String,
}

/// What the broker works with.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The object store.
    pub blobs: Blobs,
    /// The vendors.
    pub registry: Registry,
    /// The way out.
    pub transport: Transport,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Certificates that signatures are trusted by.
    pub anchors: TrustAnchors,
    /// Keeps what is said to providers and what they answer, where an operator asked for that.
    pub recorder: Option<Arc<dyn Recorder>>,
    /// The rest.
    pub config: BrokerConfig,
}

/// Somebody who keeps a transcript of the calls at providers.
pub trait Recorder: Send + Sync {
    /// A call of this account, redacted, with what it says about the contract's assumptions.
    fn record(&self, account: AccountId, kind: &str, exchange: &Exchange, judged: &[Judgement]);
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Broker {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    blobs: Blobs,
    registry: Registry,
    transport: Transport,
    clock: Arc<dyn Clock>,
    anchors: TrustAnchors,
    recorder: Option<Arc<dyn Recorder>>,
    config: BrokerConfig,
    accounts: Mutex<HashMap<AccountId, Arc<OpenAccount>>>,
    sessions: Mutex<HashMap<AccountId, Arc<Session>>>,
    /// Accounts whose cached session has worked at least once.
    proved_sessions: Mutex<HashSet<AccountId>>,
    transports: Mutex<HashMap<Connection, Transport>>,
}

/// Whether the broker can work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readiness {
    /// The database answers and has the tables of this version.
    pub database: bool,
    /// The object store answers.
    pub storage: bool,
}

impl Broker {
    /// A broker of these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { store, blobs, registry, transport, clock, anchors, recorder, config } = parts;
        Self {
            inner: Arc::new(Inner {
                store,
                blobs,
                registry,
                transport,
                clock,
                anchors,
                recorder,
                config,
                accounts: Mutex::default(),
                sessions: Mutex::default(),
                proved_sessions: Mutex::default(),
                transports: Mutex::default(),
            }),
        }
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The object store.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// The vendors.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// What the broker was told.
    #[must_use]
    pub fn config(&self) -> &BrokerConfig {
        &self.inner.config
    }

    /// Whether the broker can work now.
    pub async fn ready(&self) -> Readiness {
        let database = match self.store().database().now().await {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(error = %error, "The database does not answer");
                false
            }
        };
        // A file that is not there is an answer; a store that fails is not.
        let absent = BlobRef { key: "ready", size: 0, chunk_sha256: &[] };
        let storage = matches!(self.blobs().read(absent).await, Ok(_) | Err(BlobError::Missing | BlobError::Corrupt));
        Readiness { database, storage }
    }

    /// The way out for an account that connects like this.
    pub(crate) fn transport(&self, connection: &Connection) -> std::result::Result<Transport, TransportConfigError> {
        if *connection == Connection::default() {
            return Ok(self.inner.transport.clone());
        }
        if let Some(known) = locked(&self.inner.transports).get(connection) {
            return Ok(known.clone());
        }
        let made = self.inner.transport.connecting(connection)?;
        locked(&self.inner.transports).insert(connection.clone(), made.clone());
        Ok(made)
    }

    pub(crate) fn anchors(&self) -> TrustAnchors {
        self.inner.anchors.clone()
    }

    pub(crate) fn worker_name(&self) -> String {
        self.inner.config.worker_name.clone()
    }

    pub(crate) fn known_account(&self, id: AccountId) -> Option<Arc<OpenAccount>> {
        locked(&self.inner.accounts).get(&id).cloned()
    }

    pub(crate) fn keep_account(&self, account: Arc<OpenAccount>) {
        locked(&self.inner.accounts).insert(account.id, account);
    }

    pub(crate) fn forget_account(&self, id: AccountId) {
        locked(&self.inner.accounts).remove(&id);
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, HashMap<AccountId, Arc<Session>>> {
        locked(&self.inner.sessions)
    }

    pub(crate) fn keep_session(&self, id: AccountId, session: Arc<Session>) {
        locked(&self.inner.proved_sessions).remove(&id);
        self.sessions().insert(id, session);
    }

    pub(crate) fn forget_session(&self, id: AccountId) {
        self.sessions().remove(&id);
        locked(&self.inner.proved_sessions).remove(&id);
    }

    /// Notes that the cached session of the account was accepted.
    pub(crate) fn prove_session(&self, id: AccountId) {
        locked(&self.inner.proved_sessions).insert(id);
    }

    /// Whether the cached session of the account was ever accepted.
    pub(crate) fn is_session_proved(&self, id: AccountId) -> bool {
        locked(&self.inner.proved_sessions).contains(&id)
    }

    /// Lets submissions that wait for their account to be mended be tried again.
    pub(crate) async fn retry_blocked(
        &self,
        tenant: TenantId,
        account: AccountId,
        traceparent: Option<&str>,
    ) -> Result<()> {
        let now = self.clock().now();
        for (envelope, _) in self.store().tenant(tenant).submissions().submitting(account).await? {
            let envelope = self.envelope(tenant, envelope).await?;
            let jobs = envelope
                .submissions
                .iter()
                .filter(|s| s.account == account && s.state == domain::states::SubmissionState::Submitting)
                .map(|s| engine::work::job(engine::work::Work::Submit(s.id, account), &envelope, now, traceparent))
                .collect();
            self.store().jobs().enqueue(jobs).await?;
        }
        Ok(())
    }
}

/// A cache stays usable after a panic elsewhere.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
