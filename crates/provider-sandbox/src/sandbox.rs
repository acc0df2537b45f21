//! One isolated world of simulated vendors, and its controls for tests in the same process.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::agenda::Agenda;
use crate::arqsign::{self, ArqSign, ArqSignConfig};
use crate::callbacks::{Callback, CallbackRecord};
use crate::clock::VirtualClock;
use crate::efirma_go::{self, EfirmaGo, EfirmaGoConfig};
use crate::faults::{Fault, FaultKind, Faults};
use crate::firma_virtual::{self, FirmaVirtual, FirmaVirtualConfig};
use crate::gofirmex::{self, GoFirmex, GoFirmexConfig};
use crate::ledger::{CallRecord, Counters, Ledger, Notice, NoticeKind};
use crate::pades::TestCa;
use crate::server::{self, RunningSandbox};
use crate::signers::Scripts;
use crate::sync::lock;
use crate::transactions::Transaction;
use crate::viafirma::{self, Viafirma, ViafirmaConfig};

/// Whether and how vendors' callbacks leave the sandbox.
#[derive(Clone, Debug)]
pub struct CallbackPolicy {
    /// Off: callbacks are recorded as not sent.
    pub enabled: bool,
    /// How long a vendor waits for the reply.
    pub timeout: Duration,
    /// Scales the pauses before a vendor tries again; 1 is the vendor's own schedule.
    pub retry_scale: f64,
}

impl Default for CallbackPolicy {
    fn default() -> Self {
        Self { enabled: true, timeout: Duration::from_secs(30), retry_scale: 1.0 }
    }
}

/// How a sandbox begins, and what [`Sandbox::reset`] goes back to.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Seed of identifiers and codes. Absent: another one at each start, so that identifiers of an earlier run do not come again.
    pub seed: Option<u64>,
    /// Callbacks.
    pub callbacks: CallbackPolicy,
    /// What recipients do by themselves. Default: nothing.
    pub scripts: Scripts,
    /// How many calls, notices and callbacks the ledger keeps of each.
    pub ledger_capacity: usize,
    /// For measurements: uploaded files are hashed, counted and dropped; their documents are accepted without a look inside and never signed.
    pub null_sink: bool,
    /// Address that the sandbox writes into its answers (links, artifact addresses), without a final slash. Absent: the bound address.
    pub public_base_url: Option<String>,
    /// What efirma GO begins with.
    pub efirma_go: EfirmaGoConfig,
    /// What GoFirmex (Chile) begins with.
    pub gofirmex: GoFirmexConfig,
    /// What Firma Virtual (Chile) begins with.
    pub firma_virtual: FirmaVirtualConfig,
    /// What Viafirma Platform (Spain) begins with.
    pub viafirma: ViafirmaConfig,
    /// What ArqSign (Brazil) begins with.
    pub arqsign: ArqSignConfig,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            seed: None,
            callbacks: CallbackPolicy::default(),
            scripts: Scripts::default(),
            ledger_capacity: 10_000,
            null_sink: false,
            public_base_url: None,
            efirma_go: EfirmaGoConfig::default(),
            gofirmex: GoFirmexConfig::default(),
            firma_virtual: FirmaVirtualConfig::default(),
            viafirma: ViafirmaConfig::default(),
            arqsign: ArqSignConfig::default(),
        }
    }
}

/// A handle to one world of simulated vendors; clones share it.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    config: SandboxConfig,
    base_url: OnceLock<String>,
    clock: VirtualClock,
    agenda: Agenda,
    stopped: CancellationToken,
    http: reqwest::Client,
    authority: TestCa,
    faults: Mutex<Faults>,
    scripts: Mutex<Scripts>,
    ledger: Mutex<Ledger>,
    held_callbacks: Mutex<Vec<Callback>>,
    efirma_go: Mutex<efirma_go::State>,
    gofirmex: Mutex<gofirmex::State>,
    firma_virtual: Mutex<firma_virtual::State>,
    viafirma: Mutex<viafirma::State>,
    arqsign: Mutex<arqsign::State>,
}

impl Sandbox {
    /// Starts a sandbox behind a socket; port 0 takes a free one. Runs inside any tokio or actix runtime, several times in one process.
    ///
    /// # Errors
    /// When the address cannot be bound, or the test authority or the HTTP client cannot be made.
    pub async fn start(bind: SocketAddr, config: SandboxConfig) -> io::Result<RunningSandbox> {
        server::start(Self::new(config)?, bind).await
    }

    fn new(config: SandboxConfig) -> io::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(config.callbacks.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(io::Error::other)?;
        let clock = VirtualClock::new();
        let authority = TestCa::generate(clock.now()).map_err(io::Error::other)?;
        let inner = Inner {
            base_url: OnceLock::new(),
            clock,
            agenda: Agenda::new(),
            stopped: CancellationToken::new(),
            http,
            authority,
            faults: Mutex::default(),
            scripts: Mutex::new(config.scripts.clone()),
            ledger: Mutex::new(Ledger::new(config.ledger_capacity)),
            held_callbacks: Mutex::default(),
            efirma_go: Mutex::new(EfirmaGo::state(config.seed, &config.efirma_go)),
            gofirmex: Mutex::new(GoFirmex::state(config.seed, &config.gofirmex)),
            firma_virtual: Mutex::new(FirmaVirtual::state(config.seed, &config.firma_virtual)),
            viafirma: Mutex::new(Viafirma::state(config.seed, &config.viafirma)),
            arqsign: Mutex::new(ArqSign::state(config.seed, &config.arqsign)),
            config,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The simulated efirma GO: its accounts, variants and documents.
    pub fn efirma_go(&self) -> EfirmaGo {
        EfirmaGo::new(self.clone())
    }

    /// The simulated GoFirmex (Chile).
    pub fn gofirmex(&self) -> GoFirmex {
        GoFirmex::new(self.clone())
    }

    /// The simulated Firma Virtual (Chile).
    pub fn firma_virtual(&self) -> FirmaVirtual {
        FirmaVirtual::new(self.clone())
    }

    /// The simulated Viafirma Platform (Spain).
    pub fn viafirma(&self) -> Viafirma {
        Viafirma::new(self.clone())
    }

    /// The simulated ArqSign (Brazil).
    pub fn arqsign(&self) -> ArqSign {
        ArqSign::new(self.clone())
    }

    /// The transactions of all vendors, oldest first within each.
    pub fn transactions(&self) -> Vec<Transaction> {
        let mut all: Vec<Transaction> =
            self.efirma_go().documents().into_iter().map(efirma_go::DocumentView::transaction).collect();
        all.extend(self.gofirmex().transactions());
        all.extend(self.firma_virtual().transactions());
        all.extend(self.viafirma().transactions());
        all.extend(self.arqsign().transactions());
        all
    }

    /// The address that answers carry, without a final slash, for example `http://127.0.0.1:8090`.
    pub fn base_url(&self) -> &str {
        match &self.inner.config.public_base_url {
            Some(url) => url,
            None => self.inner.base_url.get().map_or("", String::as_str),
        }
    }

    /// The root certificate under which signed files are signed, PEM. Made at start; stays the same through [`Sandbox::reset`].
    pub fn ca_pem(&self) -> String {
        self.inner.authority.root_pem()
    }

    /// The virtual time, UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.clock.now()
    }

    /// Moves the virtual clock forward; what thereby falls due happens at once, in order. [`Sandbox::settle`] waits for it.
    pub fn advance_clock(&self, by: Duration) {
        self.inner.clock.advance(by);
    }

    /// Waits until nothing is due at the present virtual time and no callback is under way; `false` after `at_most` (real time).
    pub async fn settle(&self, at_most: Duration) -> bool {
        self.inner.agenda.settled(self, at_most).await
    }

    /// Adds a fault; it waits for its calls.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.inner.faults).add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        lock(&self.inner.faults).clear();
    }

    /// The faults that still wait for calls.
    pub fn faults(&self) -> Vec<Fault> {
        lock(&self.inner.faults).waiting()
    }

    /// Replaces the scripted signers. Applies to turns that begin from now on.
    pub fn set_scripts(&self, scripts: Scripts) {
        *lock(&self.inner.scripts) = scripts;
    }

    /// The scripted signers.
    pub fn scripts(&self) -> Scripts {
        lock(&self.inner.scripts).clone()
    }

    /// The calls received, oldest first; at most [`SandboxConfig::ledger_capacity`] of the newest.
    pub fn calls(&self) -> Vec<CallRecord> {
        lock(&self.inner.ledger).calls().cloned().collect()
    }

    /// The calls received at one endpoint, oldest first.
    pub fn calls_to(&self, vendor: &str, endpoint: &str) -> Vec<CallRecord> {
        lock(&self.inner.ledger)
            .calls()
            .filter(|call| call.vendor == vendor && call.endpoint == endpoint)
            .cloned()
            .collect()
    }

    /// Whom the vendors told what, oldest first.
    pub fn notices(&self) -> Vec<Notice> {
        lock(&self.inner.ledger).notices().cloned().collect()
    }

    /// How often a vendor told somebody something, since start or reset.
    pub fn count(&self, vendor: &str, recipient: &str, kind: NoticeKind) -> u64 {
        let ledger = lock(&self.inner.ledger);
        let kinds = ledger.counters().get(vendor).and_then(|recipients| recipients.get(recipient));
        kinds.and_then(|kinds| kinds.get(&kind)).copied().unwrap_or(0)
    }

    /// The outcomes of callbacks, oldest first.
    pub fn callbacks(&self) -> Vec<CallbackRecord> {
        lock(&self.inner.ledger).callbacks().cloned().collect()
    }

    /// Forgets documents, directories, faults, scripts, agenda and ledger, and goes back to the configuration. Clock, addresses and the test
    /// authority stay.
    pub fn reset(&self) {
        self.inner.agenda.clear();
        lock(&self.inner.held_callbacks).clear();
        lock(&self.inner.faults).clear();
        *lock(&self.inner.scripts) = self.inner.config.scripts.clone();
        *lock(&self.inner.ledger) = Ledger::new(self.inner.config.ledger_capacity);
        *self.efirma_state() = EfirmaGo::state(self.inner.config.seed, &self.inner.config.efirma_go);
        *self.gofirmex_state() = GoFirmex::state(self.inner.config.seed, &self.inner.config.gofirmex);
        *self.firma_virtual_state() = FirmaVirtual::state(self.inner.config.seed, &self.inner.config.firma_virtual);
        *self.viafirma_state() = Viafirma::state(self.inner.config.seed, &self.inner.config.viafirma);
        *self.arqsign_state() = ArqSign::state(self.inner.config.seed, &self.inner.config.arqsign);
    }

    pub(crate) fn efirma_state(&self) -> MutexGuard<'_, efirma_go::State> {
        lock(&self.inner.efirma_go)
    }

    pub(crate) fn gofirmex_state(&self) -> MutexGuard<'_, gofirmex::State> {
        lock(&self.inner.gofirmex)
    }

    pub(crate) fn firma_virtual_state(&self) -> MutexGuard<'_, firma_virtual::State> {
        lock(&self.inner.firma_virtual)
    }

    pub(crate) fn viafirma_state(&self) -> MutexGuard<'_, viafirma::State> {
        lock(&self.inner.viafirma)
    }

    pub(crate) fn arqsign_state(&self) -> MutexGuard<'_, arqsign::State> {
        lock(&self.inner.arqsign)
    }

    pub(crate) fn config(&self) -> &SandboxConfig {
        &self.inner.config
    }

    pub(crate) fn set_base_url(&self, url: String) {
        // The first address wins; a sandbox is bound once.
        let _ = self.inner.base_url.set(url);
    }

    pub(crate) fn clock(&self) -> &VirtualClock {
        &self.inner.clock
    }

    pub(crate) fn agenda(&self) -> &Agenda {
        &self.inner.agenda
    }

    pub(crate) fn stopped(&self) -> CancellationToken {
        self.inner.stopped.clone()
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.inner.http
    }

    pub(crate) fn authority(&self) -> &TestCa {
        &self.inner.authority
    }

    pub(crate) fn strike(&self, vendor: &str, endpoint: &str) -> Vec<FaultKind> {
        lock(&self.inner.faults).strike(vendor, endpoint)
    }

    pub(crate) fn record_call(&self, call: CallRecord) {
        lock(&self.inner.ledger).record(call);
    }

    pub(crate) fn notify(&self, notice: Notice) {
        lock(&self.inner.ledger).notify(notice);
    }

    pub(crate) fn record_callback(&self, callback: CallbackRecord) {
        lock(&self.inner.ledger).record_callback(callback);
    }

    pub(crate) fn counters(&self) -> Counters {
        lock(&self.inner.ledger).counters().clone()
    }

    pub(crate) fn hold_callback(&self, callback: Callback) {
        lock(&self.inner.held_callbacks).push(callback);
    }

    /// Takes the held callbacks of a vendor.
    pub(crate) fn release_callbacks(&self, vendor: &str) -> Vec<Callback> {
        let mut held = lock(&self.inner.held_callbacks);
        let (released, kept) = held.drain(..).partition(|callback| callback.vendor == vendor);
        *held = kept;
        released
    }
}
