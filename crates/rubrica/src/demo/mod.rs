//! `rubrica demo`: the whole way of an envelope, over HTTP, with nothing to set up.
//!
//! It starts the simulated providers and the broker in this process, and then behaves as a team's service would: it knows an
//! address and a key, and nothing else of the broker.

mod api;
mod callbacks;
mod journey;
mod kept;
mod papers;
mod providers;
mod reading;
mod report;
mod signing_page;

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use broker::Scope;
use domain::routing::AnyOf;
use provider_sandbox::RunningSandbox;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::api::Api;
use self::journey::{Journey, Outcome};
use self::kept::Kept;
use self::providers::PROVIDERS;
use crate::app::{Application, Options, reachable};
use crate::cli;
use crate::config::{
    Config, DeclaredAccount, DeclaredKey, DeclaredRouting, DeclaredRule, DeclaredTenant, DeclaredWhen, LogFormat, Need,
    Sources, Telemetry, load,
};
use crate::{sandbox, shutdown, telemetry};

/// The slug of the demo's tenant.
const TENANT: &str = "demo";

/// The member of an envelope's metadata by which the demo's tenant routes.
const PROVIDER_IN_METADATA: &str = "provider";

/// How often the demo looks what happened meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// What the demo's own key may do: everything that belongs to a tenant.
const SCOPES: [Scope; 7] = [
    Scope::EnvelopesRead,
    Scope::EnvelopesWrite,
    Scope::DocumentsRead,
    Scope::AccountsRead,
    Scope::AccountsWrite,
    Scope::WebhooksRead,
    Scope::WebhooksWrite,
];

/// Runs the demo.
///
/// # Errors
/// When something cannot be started or opened. What goes wrong with an envelope is told in the table and by the exit code.
pub async fn run(arguments: cli::Demo) -> anyhow::Result<ExitCode> {
    if arguments.verbose {
        telemetry::init_logs(&Telemetry {
            log_format: LogFormat::Pretty,
            log_filter: "info,actix_server=warn".to_owned(),
        })?;
    }
    let began = Instant::now();
    let metrics = telemetry::collect_metrics()?;
    let stop = CancellationToken::new();
    shutdown::on_signals(&stop)?;
    let output = &arguments.output;
    let kept = Kept::open(output).with_context(|| format!("the folder {} cannot be used", output.display()))?;

    let mut config = settings(output, &kept)?;
    if arguments.keep_running {
        config.server.bind = usual_or_free(8080);
        config.sandbox.bind = usual_or_free(8090);
    }
    let vendors = sandbox::start(&config.sandbox).await?;
    config.verification.trusted_roots = Some(vendors.sandbox().ca_pem());
    config.tenants.push(tenant(&vendors, &kept));

    let application =
        Box::pin(Application::build(config, Options { metrics: Some(metrics), ..Options::default() })).await?;
    let address = application.addresses().api.context("the API is not served")?;
    let url = format!("http://{}", reachable(address));
    let broker = tokio::spawn(application.run_until_stopped(stop.clone()));
    println!(
        "Broker at {url}, simulated providers at {}; both ready after {:.1} s.",
        vendors.base_url(),
        seconds(began)
    );

    let outcomes = tokio::select! {
        outcomes = journeys(&url, &vendors, &kept, output, began) => outcomes,
        () = stop.cancelled() => Err(anyhow::anyhow!("the demo was stopped")),
    };
    if arguments.keep_running && outcomes.is_ok() && !stop.is_cancelled() {
        report::running(&url, vendors.sandbox(), &kept).await?;
        stop.cancelled().await;
    }
    stop.cancel();
    ended(broker).await?;
    vendors.stop().await;
    Ok(if outcomes?.iter().all(Outcome::is_good) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn ended(broker: JoinHandle<anyhow::Result<()>>) -> anyhow::Result<()> {
    broker.await.context("the broker ended abruptly")?
}

/// Carries one envelope through each provider, then prints the table.
async fn journeys(
    url: &str,
    vendors: &RunningSandbox,
    kept: &Kept,
    output: &Path,
    began: Instant,
) -> anyhow::Result<Vec<Outcome>> {
    let api = Api::new(url, &kept.api_key)?;
    let mut outcomes = Vec::new();
    for provider in PROVIDERS {
        let callback = callbacks::arrange(&api, vendors.sandbox(), provider).await;
        callback.with_context(|| format!("{}: callbacks", provider.kind))?;
        provider.script_signers(vendors.sandbox());
        let journey = Journey { api: &api, vendors: vendors.sandbox(), provider, output, began };
        outcomes.push(journey.travel().await);
    }
    report::table(&outcomes, output);
    Ok(outcomes)
}

/// The demo's configuration: the defaults, a folder, and the simulated providers as targets. The environment has no say.
fn settings(output: &Path, kept: &Kept) -> anyhow::Result<Config> {
    let mut sources = Sources { environment: Some(HashMap::new()), ..Sources::default() };
    let folder = output.display();
    for (key, value) in [
        ("server.bind", "127.0.0.1:0".to_owned()),
        ("sandbox.bind", "127.0.0.1:0".to_owned()),
        ("database.url", format!("sqlite://{folder}/rubrica.db?mode=rwc")),
        ("storage.url", format!("file:{folder}/storage")),
        ("secrets.master_key", kept.master_key.clone()),
        ("auth.bootstrap_admin_key", kept.admin_key.clone()),
        ("security.allow_private_targets", "true".to_owned()),
        ("worker.poll_every_ms", "200".to_owned()),
        ("server.shutdown_grace_s", "5".to_owned()),
    ] {
        sources.overrides.insert(key.to_owned(), value);
    }
    Ok(load(&sources, Need::Everything)?)
}

fn tenant(vendors: &RunningSandbox, kept: &Kept) -> DeclaredTenant {
    let accounts: Vec<_> = PROVIDERS.iter().map(|provider| provider.account(vendors.sandbox())).collect();
    DeclaredTenant {
        slug: TENANT.to_owned(),
        name: "Demo".to_owned(),
        // So that an envelope which names no account can be sent: from Swagger UI, or by the README's lines.
        routing: Some(DeclaredRouting {
            default_account: accounts.first().map(|account| account.name.clone()),
            rules: accounts.iter().map(by_metadata).collect(),
        }),
        accounts,
        api_keys: vec![DeclaredKey {
            name: "demo".to_owned(),
            key: kept.api_key.clone().into(),
            scopes: SCOPES.to_vec(),
            expires_at: None,
        }],
    }
}

/// Sends envelopes to an account whose metadata name its provider, as the examples in Swagger UI do.
fn by_metadata(account: &DeclaredAccount) -> DeclaredRule {
    let provider = (PROVIDER_IN_METADATA.to_owned(), AnyOf::One(account.kind.clone()));
    DeclaredRule {
        name: format!("to {}", account.name),
        when: DeclaredWhen { metadata: [provider].into(), ..DeclaredWhen::default() },
        accounts: vec![account.name.clone()],
    }
}

/// The usual port of this machine, or a free one when it is taken.
fn usual_or_free(port: u16) -> SocketAddr {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match std::net::TcpListener::bind(usual) {
        Ok(_) => usual,
        Err(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    }
}

fn seconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64()
}
