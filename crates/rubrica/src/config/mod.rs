//! The configuration: what `default.toml` documents, as types.
//!
//! [`load()`] layers the sources and tells every fault at once. Nothing after it checks settings again.

mod fault;
mod load;
mod rules;
mod tenants;
mod values;

use std::net::SocketAddr;

use secrecy::{SecretBox, SecretString};
use serde::Deserialize;
use url::Url;
use validator::Validate;

pub use fault::{ConfigFaults, Fault};
pub use load::{DEFAULTS, Need, Sources, load};
pub use tenants::{DeclaredAccount, DeclaredKey, DeclaredRouting, DeclaredRule, DeclaredTenant, DeclaredWhen};

/// Every setting. The keys, their units and defaults are documented in [`DEFAULTS`].
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listeners and time-outs.
    #[validate(nested)]
    pub server: Server,
    /// The database.
    #[validate(nested)]
    pub database: Database,
    /// The object store.
    pub storage: Storage,
    /// Master keys.
    pub secrets: Secrets,
    /// The first credential.
    pub auth: Auth,
    /// What the broker may call.
    pub security: Security,
    /// Logs.
    #[validate(nested)]
    pub telemetry: Telemetry,
    /// The engine's pace.
    #[validate(nested)]
    pub worker: Worker,
    /// Sizes.
    #[validate(nested)]
    pub limits: Limits,
    /// Whom signatures are trusted by.
    pub verification: Verification,
    /// The simulated providers.
    pub sandbox: Sandbox,
    /// Tenants that are reconciled at start.
    #[serde(default)]
    #[validate(nested)]
    pub tenants: Vec<DeclaredTenant>,
}

/// Listeners and time-outs.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The API's address.
    pub bind: SocketAddr,
    /// An address for callbacks and the signer's page alone.
    pub public_bind: Option<SocketAddr>,
    /// An address for metrics and health alone.
    pub ops_bind: Option<SocketAddr>,
    /// How the outside reaches the broker.
    pub public_url: Option<Url>,
    /// Longest time until an answer begins, in seconds.
    #[validate(range(min = 31, max = 3600))]
    pub request_timeout_s: u64,
    /// The same where a file is streamed in, in seconds.
    #[validate(range(min = 31, max = 86_400))]
    pub upload_timeout_s: u64,
    /// What running requests and jobs get at a stop, in seconds.
    #[validate(range(max = 3600))]
    pub shutdown_grace_s: u64,
    /// How long readiness is refused before the listeners close, in seconds.
    #[validate(range(max = 600))]
    pub drain_delay_s: u64,
}

/// The database.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Its address; may hold a password.
    pub url: SecretString,
    /// Most connections; `None` takes the store's default.
    #[validate(range(min = 1, max = 1000))]
    pub max_connections: Option<u32>,
    /// Whether `serve` migrates; `None` means on SQLite only.
    pub migrate_on_start: Option<bool>,
}

/// The object store.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// `file:FOLDER` or `s3://bucket/prefix`.
    pub url: String,
}

/// Master keys, in base64.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// The key that seals.
    pub master_key: Option<SecretString>,
    /// Keys that only open.
    #[serde(deserialize_with = "values::list_or_words")]
    pub previous_master_keys: Vec<SecretString>,
}

/// The first credential.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// An API key with the scope `admin`.
    pub bootstrap_admin_key: Option<SecretString>,
}

/// What the broker may call.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// Loopback, private addresses and plain http, for tests and the sandbox.
    pub allow_private_targets: bool,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// Logs.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// The form of log lines.
    #[serde(deserialize_with = "values::word")]
    pub log_format: LogFormat,
    /// What is logged.
    #[validate(custom(function = "rules::log_filter"))]
    pub log_filter: String,
}

/// The engine's pace.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// Jobs at the same time.
    #[validate(range(min = 1, max = 1000))]
    pub concurrency: usize,
    /// How long a job belongs to a worker without a sign of life, in seconds.
    #[validate(range(min = 2, max = 3600))]
    pub lease_s: u64,
    /// How often to look for jobs, in milliseconds.
    #[validate(range(min = 10, max = 60_000))]
    pub poll_every_ms: u64,
    /// How long after its intent a call may begin, in seconds.
    #[validate(range(min = 1, max = 600))]
    pub send_window_s: u64,
    /// What clocks may differ by, in seconds.
    #[validate(range(max = 3600))]
    pub takeover_margin_s: u64,
    /// How long an account may be out of reach before the next one takes over, in seconds.
    #[validate(range(max = 86_400))]
    pub failover_after_s: u64,
    /// Patience with refusals that pass, in hours.
    #[validate(range(min = 1, max = 8760))]
    pub submit_deadline_h: u64,
    /// The first pause, in milliseconds.
    #[validate(range(min = 1, max = 600_000))]
    pub first_pause_ms: u64,
    /// The longest pause, in seconds.
    #[validate(range(min = 1, max = 86_400))]
    pub longest_pause_s: u64,
    /// Failures after which a job is put aside.
    #[validate(range(min = 1, max = 10_000))]
    pub most_failures: u32,
}

/// Sizes, in bytes.
#[derive(Debug, Clone, Copy, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Largest upload.
    #[validate(range(min = 1024))]
    pub max_document_bytes: u64,
    /// Largest file from a provider.
    #[validate(range(min = 1024))]
    pub max_artifact_bytes: u64,
    /// Largest JSON body; held in memory.
    #[validate(range(min = 1024, max = 1_073_741_824))]
    pub max_json_bytes: u64,
}

/// Whom signatures are trusted by.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Certificates, PEM.
    pub trusted_roots: Option<String>,
}

/// What recipients do by themselves in the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signers {
    /// Nothing: a person uses the signer's page.
    Manual,
    /// Everybody signs.
    Sign,
}

/// The simulated providers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sandbox {
    /// Whether `serve` runs them inside.
    pub enabled: bool,
    /// Their address.
    pub bind: SocketAddr,
    /// Seed of what they make up.
    pub seed: Option<u64>,
    /// The address in their links.
    pub public_url: Option<Url>,
    /// What recipients do by themselves.
    #[serde(deserialize_with = "values::word")]
    pub signers: Signers,
}

/// A master key.
type MasterKey = SecretBox<[u8; 32]>;

impl Config {
    /// The key that seals and those that only open; `None` when there is no key or one is malformed, which [`load()`]
    /// refuses where they are needed.
    #[must_use]
    pub fn master_keys(&self) -> Option<(MasterKey, Vec<MasterKey>)> {
        let current = rules::master_key(self.secrets.master_key.as_ref()?)?;
        let previous = self.secrets.previous_master_keys.iter().map(rules::master_key).collect::<Option<_>>()?;
        Some((current, previous))
    }
}

#[cfg(test)]
mod tests;
