//! The wiring: from a configuration to a broker that serves and works.
//!
//! [`Application::build`] opens everything and binds every listener, so that afterwards all addresses are known;
//! [`Application::run_until_stopped`] serves. Nothing here is global: a test may run many applications in one process.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use broker::engine::{Worker, WorkerConfig};
use broker::{Broker, BrokerConfig, Clock, Parts, Recorder, SystemClock};
use clap::ValueEnum;
use domain::protocol::Policy;
use http_api::{Api, ApiConfig};
use metrics_exporter_prometheus::PrometheusHandle;
use pdf::TrustAnchors;
use persistence::Store;
use provider_clients::registry::Registry;
use provider_clients::transport::{Transport, TransportConfig};
use provider_sandbox::RunningSandbox;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::config::Config;
use crate::listeners::{Bound, Listeners};
use crate::{declared, sandbox, store};

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Role {
    /// Serves the API and works the queue.
    #[default]
    All,
    /// Serves the API alone.
    Api,
    /// Works the queue alone; serves metrics and health.
    Worker,
}

impl Role {
    fn works(self) -> bool {
        self != Self::Api
    }
}

/// What a configuration file cannot say. The default is what `serve` does.
#[derive(Default)]
pub struct Options {
    /// What the process does.
    pub role: Role,
    /// Where `/metrics` renders from; `None`: nobody collects.
    pub metrics: Option<PrometheusHandle>,
    /// Another clock than the system's.
    pub clock: Option<Arc<dyn Clock>>,
    /// Other vendors than those of the build.
    pub registry: Option<Registry>,
    /// Trusted beside `verification.trusted_roots`.
    pub anchors: TrustAnchors,
    /// Keeps a transcript of the calls at providers.
    pub recorder: Option<Arc<dyn Recorder>>,
}

/// Where an application can be reached, with the ports that were really bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// The API; `None` for a process that only works the queue.
    pub api: Option<SocketAddr>,
    /// Callbacks and the signer's page; the API's address unless they have their own.
    pub public: Option<SocketAddr>,
    /// Metrics and health; the API's address unless they have their own.
    pub ops: SocketAddr,
    /// The simulated providers, when they run inside.
    pub sandbox: Option<SocketAddr>,
}

/// A broker with its listeners bound, ready to run.
pub struct Application {
    addresses: Addresses,
    broker: Broker,
    api: Api,
    listeners: Listeners,
    worker: Option<WorkerConfig>,
    sandbox: Option<RunningSandbox>,
    drain_delay: Duration,
    grace: Duration,
}

impl Application {
    /// Opens the database and the object store, binds the listeners, and makes what the configuration declares.
    ///
    /// # Errors
    /// What cannot be opened, with what to do about it.
    pub async fn build(config: Config, options: Options) -> anyhow::Result<Self> {
        let Options { role, metrics, clock, registry, anchors, recorder } = options;
        let sandbox = if config.sandbox.enabled { Some(sandbox::start(&config.sandbox).await?) } else { None };

        let bound = Bound::of(&config.server, role)?;
        let addresses = bound.addresses(sandbox.as_ref().map(RunningSandbox::addr))?;
        let public_url = public_url(&config, addresses)?;
        let store = store::open(&config).await?;
        let mut parts = parts(&config, store, public_url.clone())?;
        parts.recorder = recorder;
        parts.anchors = parts.anchors.and(anchors);
        if let Some(sandbox) = &sandbox {
            parts.anchors = parts.anchors.and(TrustAnchors::from_pem(sandbox.sandbox().ca_pem().as_bytes())?);
        }
        parts.registry = registry.unwrap_or(parts.registry);
        parts.clock = clock.unwrap_or(parts.clock);
        let broker = Broker::new(parts);
        declared::reconcile(&broker, &config).await?;

        let api = Api::new(broker.clone(), api_config(&config, public_url, addresses), metrics)?;
        let grace = Duration::from_secs(config.server.shutdown_grace_s);
        Ok(Self {
            addresses,
            listeners: bound.listen(&api, grace)?,
            worker: role.works().then(|| worker_config(&config)),
            broker,
            api,
            sandbox,
            drain_delay: Duration::from_secs(config.server.drain_delay_s),
            grace,
        })
    }

    /// Where it can be reached.
    #[must_use]
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// The use cases, for tests in the same process.
    #[must_use]
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// The simulated providers, when they run inside.
    #[must_use]
    pub fn sandbox(&self) -> Option<&provider_sandbox::Sandbox> {
        self.sandbox.as_ref().map(RunningSandbox::sandbox)
    }
}

impl Application {
    /// Serves and works until `stop` is cancelled; then readiness fails, requests and jobs that are under way end, and
    /// everything is closed. What does not end within the grace is cut off; jobs that were cut off are taken over later.
    ///
    /// # Errors
    /// When a listener or the worker ends by itself, or not everything ended within the grace.
    pub async fn run_until_stopped(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self { broker, api, listeners, worker, sandbox, drain_delay, grace, .. } = self;
        let mut serving = listeners.run();
        let work_stop = CancellationToken::new();
        let mut work = JoinSet::new();
        if let Some(config) = worker {
            work.spawn(Worker::new(broker.clone(), config, work_stop.clone()).run());
            work.spawn(broker.clone().keep_house(work_stop.clone()));
        }
        let broken = tokio::select! {
            () = stop.cancelled() => None,
            error = serving.broken() => Some(error),
            Some(ended) = work.join_next() => Some(anyhow::anyhow!("the worker ended: {ended:?}")),
        };
        if broken.is_none() {
            tracing::info!(
                grace_s = grace.as_secs(),
                "Stopping: no new jobs are claimed, and what is under way may end"
            );
        }
        api.begin_draining();
        work_stop.cancel();
        if broken.is_none() {
            tokio::time::sleep(drain_delay).await;
        }
        let ending = async {
            serving.stop().await;
            while work.join_next().await.is_some() {}
        };
        let in_time = tokio::time::timeout(grace, ending).await;
        if let Some(sandbox) = sandbox {
            sandbox.stop().await;
        }
        if let Err(error) = broker.store().database().close().await {
            tracing::warn!(%error, "The database connections could not be closed in order");
        }
        if let Some(error) = broken {
            return Err(error);
        }
        in_time.with_context(|| {
            format!(
                "not everything ended within server.shutdown_grace_s ({} s); jobs that were cut off go on later",
                grace.as_secs()
            )
        })?;
        tracing::info!("Stopped");
        Ok(())
    }
}

/// How the outside reaches the broker; `None` when it cannot.
fn public_url(config: &Config, addresses: Addresses) -> anyhow::Result<Option<Url>> {
    if let Some(url) = &config.server.public_url {
        return Ok(Some(url.clone()));
    }
    match addresses.public.filter(|_| config.security.allow_private_targets) {
        Some(address) => Ok(Some(Url::parse(&format!("http://{}", reachable(address)))?)),
        None => Ok(None),
    }
}

/// An address at which a caller on this machine reaches a socket that is bound to all interfaces.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(ip, address.port())
}

/// A broker over the configured database, as the command line needs it: without listeners, workers and a public address.
///
/// # Errors
/// What cannot be opened; also when migrations are pending.
pub async fn open_broker(config: &Config) -> anyhow::Result<Broker> {
    let store = store::open_migrated(store::connect(config).await?, config).await?;
    Ok(Broker::new(parts(config, store, config.server.public_url.clone())?))
}

fn parts(config: &Config, store: Store, public_url: Option<Url>) -> anyhow::Result<Parts> {
    let allow_private_targets = config.security.allow_private_targets;
    let roots = config.verification.trusted_roots.as_deref().unwrap_or_default();
    Ok(Parts {
        store,
        blobs: store::open_blobs(&config.storage)?,
        registry: Registry::standard(allow_private_targets)?,
        transport: Transport::new(&TransportConfig { allow_private_targets, ..TransportConfig::default() })?,
        clock: Arc::new(SystemClock),
        anchors: TrustAnchors::from_pem(roots.as_bytes()).context("verification.trusted_roots cannot be read")?,
        recorder: None,
        config: broker_config(config, public_url),
    })
}

fn broker_config(config: &Config, public_url: Option<Url>) -> BrokerConfig {
    let worker = &config.worker;
    BrokerConfig {
        public_url,
        max_document_bytes: config.limits.max_document_bytes,
        max_artifact_bytes: config.limits.max_artifact_bytes,
        send_window: Duration::from_secs(worker.send_window_s),
        takeover_margin: Duration::from_secs(worker.takeover_margin_s),
        failover_after: Duration::from_secs(worker.failover_after_s),
        policy: Policy {
            patience: Duration::from_secs(worker.submit_deadline_h.saturating_mul(3600)),
            first_pause: Duration::from_millis(worker.first_pause_ms),
            longest_pause: Duration::from_secs(worker.longest_pause_s),
        },
        worker_name: worker_name(),
    }
}

/// A name that no other process has: the host for people, and something random.
fn worker_name() -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "rubrica".to_owned());
    format!("{host}-{}-{}", std::process::id(), Uuid::new_v4().simple())
}

fn worker_config(config: &Config) -> WorkerConfig {
    WorkerConfig {
        concurrency: config.worker.concurrency,
        lease: Duration::from_secs(config.worker.lease_s),
        poll_every: Duration::from_millis(config.worker.poll_every_ms),
        most_failures: config.worker.most_failures,
    }
}

fn api_config(config: &Config, public_url: Option<Url>, addresses: Addresses) -> ApiConfig {
    let address = reachable(addresses.public.unwrap_or(addresses.ops));
    let url = public_url.map_or_else(|| format!("http://{address}"), String::from);
    ApiConfig {
        request_timeout: Duration::from_secs(config.server.request_timeout_s),
        upload_timeout: Duration::from_secs(config.server.upload_timeout_s),
        json_with_files_limit: config.limits.max_json_bytes,
        callbacks_here: config.server.public_bind.is_none(),
        operations_here: config.server.ops_bind.is_none(),
        ..ApiConfig::new(&url, config.limits.max_document_bytes)
    }
}
