//! A broker process that can be ended and started again, beside a provider that lives on.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::ExitStatus;

use provider_sandbox::{NoticeKind, RunningSandbox, Sandbox, SandboxConfig, Scripts};
use serde_json::json;
use tempfile::TempDir;
use tests::process::{Process, free_port};
use tests::{
    ADMIN_KEY, ALL_SCOPES, CIF_CLIENT, CIF_DEVELOPER, Client, Database, Envelope, EnvelopeBuilder, PRIVATE_KEY, Sample,
    Settings,
};

/// The program, built with failpoints.
const PROGRAM: &str = env!("CARGO_BIN_EXE_rubrica-under-test");

pub struct World {
    process: Option<Process>,
    sandbox: RunningSandbox,
    settings: Settings,
    _database: Database,
    _folder: TempDir,
}

/// A tenant: its key.
pub struct Tenant {
    key: String,
}

impl World {
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let database = Database::sqlite(folder.path());
        Self::on(folder, database).await
    }

    pub async fn postgres() -> Option<Self> {
        Some(Self::on(TempDir::new().unwrap(), Database::postgres().await?).await)
    }

    async fn on(folder: TempDir, database: Database) -> Self {
        let config = SandboxConfig { scripts: Scripts::everybody_signs(), ..SandboxConfig::default() };
        let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), config).await.unwrap();
        let mut settings = Settings::usual(folder.path(), database.url());
        // The same address after each start, so that the provider can call back.
        settings.set("server.bind", &format!("127.0.0.1:{}", free_port()));
        settings.set("verification.trusted_roots", &sandbox.sandbox().ca_pem());
        Self { process: None, sandbox, settings, _database: database, _folder: folder }
    }

    pub async fn start(&mut self, failpoint: Option<&str>) {
        assert!(self.process.is_none(), "it runs already");
        self.process = Some(Process::serve(Path::new(PROGRAM), &self.settings, failpoint).await);
    }

    /// Ends it with SIGKILL.
    pub async fn kill(&mut self) {
        self.process.take().unwrap().kill().await;
    }

    /// Ends it in good order.
    pub async fn stop(&mut self) -> ExitStatus {
        self.process.take().unwrap().terminate().await
    }

    /// Waits until it has died by itself.
    pub async fn died(&mut self) -> ExitStatus {
        self.process.take().unwrap().ended().await
    }

    fn anonymous(&self) -> Client {
        self.process.as_ref().unwrap().client()
    }

    pub fn client(&self, tenant: &Tenant) -> Client {
        self.anonymous().with_key(&tenant.key)
    }

    /// A tenant with an account at the provider, which knows where to call back.
    pub async fn tenant(&self) -> Tenant {
        let admin = self.anonymous().with_key(ADMIN_KEY);
        let id = admin.post_json("/v1/tenants", &json!({ "name": "Acme", "slug": "acme" })).await.expect(201).id();
        let body = json!({ "name": "all", "scopes": ALL_SCOPES });
        let key = admin.post_json(&format!("/v1/tenants/{id}/api-keys"), &body).await.expect(201).json();
        let tenant = Tenant { key: key["key"].as_str().unwrap().to_owned() };
        let efirma = self.sandbox.sandbox().efirma_go();
        let account = json!({
            "name": "spain", "kind": "efirma_go", "default": true,
            "credentials": { "private_key": PRIVATE_KEY },
            "settings": {
                "base_url": efirma.base_url(), "cif_desarrollador": CIF_DEVELOPER, "nombre_cliente": "Cliente A",
                "cif_cliente": CIF_CLIENT, "email_cliente": "cliente@cliente.example",
                "artifact_hosts": ["127.0.0.1"], "upgrade_http_artifacts": false,
                "lookup_delays_s": [0, 1], "polling": [{ "until_age_s": 315_360_000, "every_s": 1 }],
                "redelivery_wait_s": 2,
                // The takeover of a call waits for these.
                "timeouts": { "connect_s": 1, "send_s": 1, "call_s": 2, "artifact_s": 5 },
            },
        });
        let account = self.client(&tenant).post_json("/v1/provider-accounts", &account).await.expect(201).json();
        assert!(efirma.set_callback_url(CIF_DEVELOPER, account["callback_url"].as_str().map(str::to_owned)));
        tenant
    }

    pub async fn draft(&self, tenant: &Tenant, envelope: &EnvelopeBuilder, documents: &[Sample]) -> Envelope {
        let api = self.client(tenant);
        let id = api.post_json("/v1/envelopes", &envelope.json()).await.expect(201).id();
        let draft = Envelope { api, id };
        for document in documents {
            draft.upload(document).await.expect(201);
        }
        draft
    }

    /// The provider holds as many transactions as there were documents, and told each of these people once for each.
    pub fn assert_sent_once(&self, envelopes: &[(&Envelope, usize)], people: &[&str], when: &str) {
        let held = self.sandbox.sandbox().efirma_go().documents();
        let expected: usize = envelopes.iter().map(|(_, documents)| documents).sum();
        assert_eq!(held.len(), expected, "{when}: {held:?}");
        let mut keys: Vec<String> = held.iter().map(|d| d.campos_clave["rubrica_submission"].to_string()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), expected, "{when}: a submission has two transactions");
        for name in people {
            self.assert_invited(name, expected, when);
        }
    }

    pub fn assert_invited(&self, name: &str, times: usize, when: &str) {
        let told = self.sandbox.sandbox().count("efirma_go", &format!("{name}@example.com"), NoticeKind::Invitation);
        assert_eq!(usize::try_from(told).unwrap(), times, "{when}: invitations of {name}");
    }
}
