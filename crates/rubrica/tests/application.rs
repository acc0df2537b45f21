//! Whole applications in this process: their listeners, and what they make at their start.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail loudly; the exemption for tests covers only functions marked as such"
)]

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use rubrica::app::{Addresses, Application, Options, Role};
use rubrica::config::{Config, DeclaredAccount, DeclaredKey, DeclaredRouting, DeclaredTenant, Need, Sources, load};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const KEY: &str = "rk_0123456789abcdef0123456789abcdef";

fn config(folder: &tempfile::TempDir, settings: &[(&str, &str)]) -> Config {
    let database = format!("sqlite://{}?mode=rwc", folder.path().join("rubrica.db").display());
    let base = [
        ("server.bind", "127.0.0.1:0"),
        ("database.url", &database),
        ("storage.url", "memory:"),
        ("secrets.master_key", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    ];
    let settings = base.iter().chain(settings).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let sources =
        Sources { environment: Some(HashMap::new()), overrides: settings.collect::<BTreeMap<_, _>>(), file: None };
    load(&sources, Need::Everything).unwrap_or_else(|faults| panic!("{faults}"))
}

struct Running {
    addresses: Addresses,
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    async fn start(config: Config, role: Role) -> Self {
        let application = Application::build(config, Options { role, ..Options::default() }).await.unwrap();
        let (addresses, stop) = (application.addresses(), CancellationToken::new());
        let task = tokio::spawn(application.run_until_stopped(stop.clone()));
        Self { addresses, stop, task }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

/// The status of a GET. Written by hand: a client of a library reads the system's certificates first, which takes longer
/// than all of these requests.
async fn status(address: SocketAddr, path: &str) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
}

fn acme(settings: serde_json::Value, scopes: Vec<broker::Scope>) -> DeclaredTenant {
    DeclaredTenant {
        slug: "acme".to_owned(),
        name: "Acme SL".to_owned(),
        accounts: vec![DeclaredAccount {
            name: "spain".to_owned(),
            kind: "efirma_go".to_owned(),
            settings,
            credentials: json!({ "private_key": "test-private-key-0001" }),
        }],
        routing: Some(DeclaredRouting { default_account: Some("spain".to_owned()), rules: Vec::new() }),
        api_keys: vec![DeclaredKey { name: "hr".to_owned(), key: KEY.into(), scopes, expires_at: None }],
    }
}

fn efirma_go(origen: &str) -> serde_json::Value {
    json!({
        "cif_desarrollador": "A23433211", "nombre_cliente": "Acme SL", "cif_cliente": "A77445566",
        "email_cliente": "legal@acme.example", "origen": origen
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_listener_serves_its_own_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("server.public_bind", "127.0.0.1:0"), ("server.ops_bind", "127.0.0.1:0")];
    let running = Running::start(config(&folder, &settings), Role::Api).await;
    let Addresses { api: Some(api), public: Some(public), ops, sandbox: None } = running.addresses else {
        panic!("{:?}", running.addresses)
    };
    assert_eq!((status(api, "/v1/envelopes").await, status(api, "/openapi.json").await), (401, 200));
    assert_eq!((status(ops, "/health/live").await, status(ops, "/health/ready").await), (200, 200));
    assert_eq!(status(public, "/callbacks/efirma_go/no-such-token").await, 405, "callbacks are posted");
    let elsewhere = [
        (api, "/metrics"),
        (api, "/health/live"),
        (public, "/v1/envelopes"),
        (public, "/metrics"),
        (ops, "/v1/envelopes"),
    ];
    for (address, path) in elsewhere {
        assert!(matches!(status(address, path).await, 404 | 405), "{path} at {address}");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_brokers_live_in_one_process_and_know_nothing_of_each_other() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut with_tenant = config(&here, &[]);
    with_tenant.tenants.push(acme(efirma_go("Rubrica"), vec![broker::Scope::EnvelopesRead]));
    let first = Running::start(with_tenant, Role::All).await;
    let second = Running::start(config(&there, &[]), Role::All).await;
    assert_eq!(status(first.addresses.api.unwrap(), "/v1/envelopes").await, 200);
    assert_eq!(status(second.addresses.api.unwrap(), "/v1/envelopes").await, 401);
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn declared_tenants_are_made_once_and_follow_the_declaration() {
    let folder = tempfile::tempdir().unwrap();
    let start = async |declared: DeclaredTenant| {
        let mut config = config(&folder, &[]);
        config.tenants.push(declared);
        Application::build(config, Options::default()).await
    };
    let scopes = || vec![broker::Scope::EnvelopesRead];
    let first = start(acme(efirma_go("Rubrica"), scopes())).await.unwrap();
    let tenant = first.broker().store().tenant_by_slug("acme").await.unwrap().unwrap();
    let accounts = first.broker().store().tenant(tenant.id).accounts().all().await.unwrap();
    assert_eq!(accounts.len(), 1);
    let routing = first.broker().routing(tenant.id).await.unwrap();
    assert_eq!(routing.default_account, Some(accounts[0].id));

    let again = start(acme(efirma_go("Rubrica"), scopes())).await.unwrap();
    assert_eq!(again.broker().store().tenant_by_slug("acme").await.unwrap().unwrap(), tenant);
    assert_eq!(again.broker().store().tenant(tenant.id).accounts().all().await.unwrap(), accounts);

    let mut renamed = acme(efirma_go("Nóminas"), scopes());
    renamed.name = "Acme Iberia SL".to_owned();
    let changed = start(renamed).await.unwrap();
    let store = changed.broker().store();
    assert_eq!(store.tenant_by_slug("acme").await.unwrap().unwrap().name, "Acme Iberia SL");
    let now = store.tenant(tenant.id).accounts().all().await.unwrap();
    assert_eq!((now.len(), now[0].id, &now[0].settings["origen"]), (1, accounts[0].id, &json!("Nóminas")));

    let wrong = start(acme(json!({ "cif_desarrollador": "A23433211", "colour": "red" }), scopes())).await;
    let told = format!("{:#}", wrong.err().unwrap());
    for part in ["tenants[0] (acme)", "account \"spain\"", "/settings/nombre_cliente", "/settings/colour"] {
        assert!(told.contains(part), "{part} is missing in: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_inside_is_trusted_and_reachable() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        [("security.allow_private_targets", "true"), ("sandbox.enabled", "true"), ("sandbox.bind", "127.0.0.1:0")];
    let running = Running::start(config(&folder, &settings), Role::All).await;
    assert_eq!(status(running.addresses.sandbox.unwrap(), "/_sandbox/state").await, 200);
    running.stop().await;
}
