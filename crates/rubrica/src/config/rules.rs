//! Rules that no type says: about one value, and between several.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use tracing_subscriber::EnvFilter;
use validator::ValidationError;

use super::{Config, DeclaredTenant, Fault, Need};

/// Shortest API key that is taken from a configuration: a random one of this length cannot be guessed.
const LEAST_KEY_CHARS: usize = 32;

fn refused(problem: &'static str) -> ValidationError {
    ValidationError::new("rule").with_message(problem.into())
}

/// A filter that tracing understands.
pub(super) fn log_filter(filter: &str) -> Result<(), ValidationError> {
    EnvFilter::try_new(filter).map(drop).map_err(|_| {
        refused("it must be a level (error, warn, info, debug, trace), with others for parts: info,broker=debug")
    })
}

/// A short name that is fit for URLs.
pub(super) fn slug(slug: &str) -> Result<(), ValidationError> {
    let fits = (1..=63).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if fits { Ok(()) } else { Err(refused("it must have 1 to 63 characters of a-z, 0-9 and - within")) }
}

/// Refuses an API key that could be guessed or does not fit into a header.
fn api_key(key: &SecretString, at: &str, refuse: &mut impl FnMut(&str, String)) {
    let key = key.expose_secret();
    if key.len() < LEAST_KEY_CHARS || !key.bytes().all(|b| b.is_ascii_graphic()) {
        let form = "it must have at least 32 characters, all of them visible ASCII; `openssl rand -hex 32` makes one";
        refuse(at, form.to_owned());
    }
}

/// The 32 bytes of a master key; `None` when it is not 32 bytes in base64.
pub(super) fn master_key(text: &SecretString) -> Option<SecretBox<[u8; 32]>> {
    let bytes = Zeroizing::new(STANDARD.decode(text.expose_secret().trim()).ok()?);
    let key: [u8; 32] = bytes.as_slice().try_into().ok()?;
    Some(SecretBox::new(Box::new(key)))
}

/// Every fault between values, and of what `need` requires.
pub(super) fn across(config: &Config, need: Need) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |key: &str, problem: String| faults.push(Fault::new(key, problem));
    addresses(config, &mut refuse);
    keys(config, need, &mut refuse);
    pace(config, &mut refuse);
    if config.sandbox.enabled && !config.security.allow_private_targets {
        refuse(
            "security.allow_private_targets",
            "the sandbox is a private target, so this must be true when the sandbox runs inside; never in production"
                .to_owned(),
        );
    }
    if let Some(pem) = &config.verification.trusted_roots
        && pdf::TrustAnchors::from_pem(pem.as_bytes()).is_err()
    {
        refuse("verification.trusted_roots", "it must be one or more certificates in PEM".to_owned());
    }
    repeated("tenants", "slug", config.tenants.iter().map(|tenant| &tenant.slug), &mut refuse);
    for (index, tenant) in config.tenants.iter().enumerate() {
        declared(tenant, &format!("tenants[{index}]"), &mut refuse);
    }
    faults
}

fn addresses(config: &Config, refuse: &mut impl FnMut(&str, String)) {
    let server = &config.server;
    let all: [(&str, Option<SocketAddr>); 4] = [
        ("server.bind", Some(server.bind)),
        ("server.public_bind", server.public_bind),
        ("server.ops_bind", server.ops_bind),
        ("sandbox.bind", config.sandbox.enabled.then_some(config.sandbox.bind)),
    ];
    for (index, (key, address)) in all.iter().enumerate() {
        let Some(address) = address.filter(|address| address.port() != 0) else { continue };
        if let Some((other, _)) = all.iter().take(index).find(|(_, earlier)| *earlier == Some(address)) {
            refuse(key, format!("{address} is taken by {other} already"));
        }
    }
    for (key, url) in [("server.public_url", &server.public_url), ("sandbox.public_url", &config.sandbox.public_url)] {
        let Some(url) = url else { continue };
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            refuse(key, "it must begin with https:// (or http://) and a host".to_owned());
        } else if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            refuse(key, "it must have neither a query nor a fragment nor a user name".to_owned());
        }
    }
    let database = config.database.url.expose_secret();
    if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database.starts_with(scheme)) {
        refuse("database.url", "it must begin with sqlite:// or postgres://".to_owned());
    }
    let storage = &config.storage.url;
    if !["file:", "s3://"].iter().any(|scheme| storage.starts_with(scheme)) && storage != "memory:" {
        refuse("storage.url", "it must be file:FOLDER or s3://bucket/prefix".to_owned());
    }
}

fn keys(config: &Config, need: Need, refuse: &mut impl FnMut(&str, String)) {
    const FORM: &str = "it must be 32 bytes in base64; `openssl rand -base64 32` makes one";
    match &config.secrets.master_key {
        None if need == Need::Everything => refuse("secrets.master_key", format!("it is required: {FORM}")),
        Some(key) if master_key(key).is_none() => refuse("secrets.master_key", FORM.to_owned()),
        None | Some(_) => {}
    }
    for (index, key) in config.secrets.previous_master_keys.iter().enumerate() {
        if master_key(key).is_none() {
            refuse(&format!("secrets.previous_master_keys[{index}]"), FORM.to_owned());
        }
    }
    if let Some(key) = &config.auth.bootstrap_admin_key {
        api_key(key, "auth.bootstrap_admin_key", refuse);
    }
}

fn pace(config: &Config, refuse: &mut impl FnMut(&str, String)) {
    let worker = &config.worker;
    if worker.lease_s <= worker.send_window_s {
        refuse("worker.lease_s", format!("it must be longer than worker.send_window_s ({} s)", worker.send_window_s));
    }
    if worker.first_pause_ms > worker.longest_pause_s.saturating_mul(1000) {
        refuse(
            "worker.first_pause_ms",
            format!("it must not be longer than worker.longest_pause_s ({} s)", worker.longest_pause_s),
        );
    }
    if worker.longest_pause_s > worker.submit_deadline_h.saturating_mul(3600) {
        refuse(
            "worker.longest_pause_s",
            format!("it must not be longer than worker.submit_deadline_h ({} h)", worker.submit_deadline_h),
        );
    }
    if config.server.upload_timeout_s < config.server.request_timeout_s {
        refuse(
            "server.upload_timeout_s",
            format!("it must not be shorter than server.request_timeout_s ({} s)", config.server.request_timeout_s),
        );
    }
}

fn declared(tenant: &DeclaredTenant, at: &str, refuse: &mut impl FnMut(&str, String)) {
    let names: BTreeSet<&String> = tenant.accounts.iter().map(|account| &account.name).collect();
    repeated(&format!("{at}.accounts"), "name", tenant.accounts.iter().map(|account| &account.name), refuse);
    repeated(&format!("{at}.api_keys"), "name", tenant.api_keys.iter().map(|key| &key.name), refuse);
    for (index, key) in tenant.api_keys.iter().enumerate() {
        api_key(&key.key, &format!("{at}.api_keys[{index}].key"), refuse);
    }
    let Some(routing) = &tenant.routing else { return };
    let mut known = |name: &String, key: String| {
        if !names.contains(name) {
            refuse(&key, format!("no account of the tenant is named \"{name}\""));
        }
    };
    if let Some(name) = &routing.default_account {
        known(name, format!("{at}.routing.default_account"));
    }
    for (r, rule) in routing.rules.iter().enumerate() {
        for (a, name) in rule.accounts.iter().enumerate() {
            known(name, format!("{at}.routing.rules[{r}].accounts[{a}]"));
        }
    }
}

fn repeated<'a>(
    at: &str,
    member: &str,
    values: impl Iterator<Item = &'a String>,
    refuse: &mut impl FnMut(&str, String),
) {
    let mut seen = BTreeSet::new();
    for (index, value) in values.enumerate() {
        if !seen.insert(value) {
            refuse(&format!("{at}[{index}].{member}"), format!("\"{value}\" is there twice"));
        }
    }
}
