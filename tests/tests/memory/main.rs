//! A large document costs no more memory than a small one, also where it travels as base64 inside JSON. The broker is a
//! process of its own, so that its peak is its own; the simulated providers hold in this one what they like.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a surprise ends them"
)]

#[path = "../../bench/src/pdf_file.rs"]
mod pdf_file;

use std::net::Ipv4Addr;
use std::path::Path;

use provider_sandbox::gofirmex::{GoFirmex, Profile};
use provider_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Scripts};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::process::{Process, free_port};
use tests::{ADMIN_KEY, ALL_SCOPES, Client, Database, Envelope, Settings, an_envelope, merged, sha256};

const MIB: usize = 1024 * 1024;
const SMALL: usize = 100_000;
const LARGE: usize = 60 * MIB;
/// How much the broker's peak may rise by the large documents: about half of one.
const ALLOWED_KIB: u64 = 32 * 1024;
/// What a call with a document may take in a build without optimisation, on a busy machine.
const PATIENT_S: u64 = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_document_in_base64_raises_the_peak_memory_by_half_of_it_at_most() {
    let world = World::start().await;
    // Everything that a process makes once, whatever the size, is made by these.
    world.there_and_back_through_gofirmex(SMALL).await;
    world.there_and_back_through_arqsign(SMALL).await;
    let before = world.broker.peak_memory_kib();
    world.there_and_back_through_gofirmex(LARGE).await;
    let sent = world.broker.peak_memory_kib();
    world.there_and_back_through_arqsign(LARGE).await;
    let after = world.broker.peak_memory_kib();
    println!("peak memory: {before} KiB before, {sent} KiB after GoFirmex, {after} KiB after ArqSign");
    assert!(after - before < ALLOWED_KIB, "the peak rose by {} KiB", after - before);
}

struct World {
    broker: Process,
    api: Client,
    arqsign: String,
    gofirmex: String,
    sandbox: RunningSandbox,
    _folder: TempDir,
}

impl World {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = SandboxConfig { scripts: Scripts::everybody_signs(), ..SandboxConfig::default() };
        config.gofirmex.profile = Profile::merged(&gofirmex_limits()).unwrap();
        let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), config).await.unwrap();
        let mut settings = Settings::usual(folder.path(), Database::sqlite(folder.path()).url());
        settings.set("server.bind", &format!("127.0.0.1:{}", free_port()));
        settings.set("verification.trusted_roots", &sandbox.sandbox().ca_pem());
        let broker = Process::serve(Path::new(env!("CARGO_BIN_EXE_rubrica-under-test")), &settings, None).await;
        let admin = broker.client().with_key(ADMIN_KEY);
        let id = admin.post_json("/v1/tenants", &json!({ "name": "Acme", "slug": "acme" })).await.expect(201).id();
        let key = json!({ "name": "all", "scopes": ALL_SCOPES });
        let key = admin.post_json(&format!("/v1/tenants/{id}/api-keys"), &key).await.expect(201).json();
        let api = broker.client().with_key(key["key"].as_str().unwrap());
        let arqsign = account(&api, &at_arqsign(sandbox.sandbox())).await;
        let gofirmex = account(&api, &at_gofirmex(sandbox.sandbox())).await;
        let issuer = GoFirmex::demo_settings()["issuer"].as_str().unwrap().to_owned();
        let callback = gofirmex["callback_url"].as_str().map(str::to_owned);
        assert!(sandbox.sandbox().gofirmex().set_callback_url(&issuer, callback));
        let id = |account: &Value| account["id"].as_str().unwrap().to_owned();
        Self { broker, api, arqsign: id(&arqsign), gofirmex: id(&gofirmex), sandbox, _folder: folder }
    }

    /// A document goes to GoFirmex as base64 inside JSON, is signed, and comes back as a file.
    async fn there_and_back_through_gofirmex(&self, size: usize) {
        let person = json!({ "national_id": { "type": "rut", "value": "12345678-5" }, "phone": "+56912345671" });
        self.there_and_back(&self.gofirmex, person, size).await;
    }

    /// A document goes to ArqSign as base64 inside JSON, is signed, and comes back in the same way.
    async fn there_and_back_through_arqsign(&self, size: usize) {
        let person = json!({ "national_id": { "type": "cpf", "value": "529.982.247-25" }, "phone": "+5511987654321" });
        let fetched = || {
            let calls = self.sandbox.sandbox().calls_to("arqsign", "processo");
            calls.iter().filter(|call| call.path.contains("arquivoTipo=1")).count()
        };
        let before = fetched();
        self.there_and_back(&self.arqsign, person, size).await;
        assert_eq!(fetched(), before + 1, "the signed document comes inside an answer");
    }

    async fn there_and_back(&self, account: &str, person: Value, size: usize) {
        let described = an_envelope().signer("ana").who(person).with(json!({ "provider_account": account }));
        let id = self.api.post_json("/v1/envelopes", &described.json()).await.expect(201).id();
        let envelope = Envelope { api: self.api.clone(), id };
        let upload = self.api.post(&envelope.path("/documents?filename=contract.pdf"));
        upload.body("application/pdf", pdf_file::generate(size).unwrap()).await.expect(201);
        self.api.post(&envelope.path("/send")).await.expect(202);
        let done = envelope.wait_for("completed").await;
        let artifacts = done["artifacts"].as_array().unwrap();
        let signed = artifacts.iter().find(|a| a["kind"] == "signed_document").expect("the signed document");
        assert!(signed["size"].as_u64().unwrap() > u64::try_from(size).unwrap(), "{signed}");
        assert_eq!(signed["verification"]["status"], "valid", "{signed}");
        let content = envelope.path(&format!("/artifacts/{}/content", signed["id"].as_str().unwrap()));
        assert_eq!(signed["sha256"], sha256(&self.api.get(&content).await.expect(200).body));
    }
}

async fn account(api: &Client, described: &Value) -> Value {
    api.post_json("/v1/provider-accounts", described).await.expect(201).json()
}

/// The largest document that GoFirmex takes, raised at both ends.
fn gofirmex_limits() -> Value {
    json!({ "limits": { "max_document_bytes": LARGE } })
}

fn at_gofirmex(sandbox: &Sandbox) -> Value {
    let own = json!({
        "base_url": sandbox.gofirmex().base_url(),
        "profile": gofirmex_limits(),
        "timeouts": { "upload_s": PATIENT_S },
    });
    json!({
        "name": "chile", "kind": "gofirmex", "settings": merged(GoFirmex::demo_settings(), &own),
        "credentials": { "private_key_pem": GoFirmex::demo_private_key_pem() },
    })
}

fn at_arqsign(sandbox: &Sandbox) -> Value {
    json!({
        "name": "brazil", "kind": "arqsign",
        "settings": {
            "base_url": sandbox.arqsign().base_url(),
            "id_responsavel": "1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d",
            "id_pasta": "5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11",
            "download_mode": "base64",
            "rate_limits": { "per_second": 1000, "per_minute": 10_000, "per_hour": 10_000, "per_month": 10_000 },
            "timeouts": { "send_s": PATIENT_S, "download_s": PATIENT_S },
        },
        "credentials": {
            "app_key": "8d0f6c1e-52b7-4f0e-9c55-1b7c6f3a9d40", "subscription_key": "test-subscription-key-0001",
        },
    })
}
