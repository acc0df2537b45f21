//! A whole broker in this process, with its own database, object store and simulated providers.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use provider_sandbox::efirma_go::EfirmaGo;
use provider_sandbox::{RunningSandbox, Sandbox, SandboxConfig};
use tempfile::TempDir;
use uuid::Uuid;

use crate::client::Client;
use crate::database::Database;
use crate::server::Server;
use crate::settings::Settings;
use crate::tenant::Tenant;

/// The key of the platform's administrator, with which every broker under test begins.
pub const ADMIN_KEY: &str = "rk_tests_bootstrap_admin_key_0123456789abcdef";

/// A broker on SQLite with the usual settings.
pub async fn spawn_app() -> App {
    Setup::sqlite().start().await
}

/// A broker that is not started yet.
#[derive(Debug)]
pub struct Setup {
    folder: TempDir,
    database: Database,
    settings: Settings,
    sandbox: SandboxConfig,
    trusts_the_sandbox: bool,
    transcript: Option<PathBuf>,
}

impl Setup {
    /// On a new SQLite file.
    pub fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let database = Database::sqlite(folder.path());
        Self::on(folder, database)
    }

    /// On a new PostgreSQL database; `None` when there is no server and none is required.
    pub async fn postgres() -> Option<Self> {
        Some(Self::on(TempDir::new().unwrap(), Database::postgres().await?))
    }

    fn on(folder: TempDir, database: Database) -> Self {
        let settings = Settings::usual(folder.path(), database.url());
        Self {
            folder,
            database,
            settings,
            sandbox: SandboxConfig::default(),
            trusts_the_sandbox: true,
            transcript: None,
        }
    }

    /// With another value of a configuration key.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.set(key, value);
        self
    }

    /// With other simulated providers.
    #[must_use]
    pub fn sandbox(mut self, change: impl FnOnce(&mut SandboxConfig)) -> Self {
        change(&mut self.sandbox);
        self
    }

    /// Without trust in the authority under which the simulated providers sign.
    #[must_use]
    pub fn trusting_nobody(mut self) -> Self {
        self.trusts_the_sandbox = false;
        self
    }

    /// Recording a transcript of all calls at providers.
    #[must_use]
    pub fn recording(mut self) -> Self {
        self.transcript = Some(self.folder.path().join("transcript.jsonl"));
        self
    }

    /// Starts the simulated providers and the broker.
    pub async fn start(mut self) -> App {
        let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), self.sandbox).await.unwrap();
        if self.trusts_the_sandbox {
            self.settings.set("verification.trusted_roots", &sandbox.sandbox().ca_pem());
        }
        // Boxed: every test would carry the whole start of a broker in its own future.
        let server = Box::pin(Server::start(&self.settings, self.transcript.as_deref())).await;
        let client = Client::new(&server.base_url());
        App {
            server: Some(server),
            sandbox,
            client,
            settings: self.settings,
            transcript: self.transcript,
            database: self.database,
            folder: self.folder,
        }
    }
}

/// A running broker. Dropping it ends it and everything that belongs to it.
pub struct App {
    // Fields are dropped in this order: first what uses the rest.
    server: Option<Server>,
    sandbox: RunningSandbox,
    client: Client,
    settings: Settings,
    transcript: Option<PathBuf>,
    database: Database,
    folder: TempDir,
}

impl App {
    /// Where its calls at providers are recorded.
    ///
    /// # Panics
    /// When it was not set up for that.
    pub fn transcript(&self) -> &Path {
        self.transcript.as_deref().expect("a recording broker")
    }

    /// A caller without a key.
    pub fn anonymous(&self) -> Client {
        self.client.clone()
    }

    /// The platform's administrator.
    pub fn admin(&self) -> Client {
        self.client.with_key(ADMIN_KEY)
    }

    /// The simulated providers.
    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox.sandbox()
    }

    /// The simulated efirma GO.
    pub fn efirma(&self) -> EfirmaGo {
        self.sandbox().efirma_go()
    }

    /// Whether it runs on PostgreSQL.
    pub fn is_on_postgres(&self) -> bool {
        self.database.is_postgres()
    }

    /// A new tenant.
    pub async fn tenant(&self) -> Tenant {
        let slug = format!("t-{}", Uuid::now_v7().simple());
        Tenant::create(self, &slug).await
    }

    /// A new tenant with an efirma GO account as its default.
    pub async fn tenant_with_account(&self) -> Tenant {
        let tenant = self.tenant().await;
        tenant.efirma_account().await;
        tenant
    }

    /// Every file in the object store, by its path, sorted.
    pub fn objects(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().join("objects")];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    files.push(entry.path());
                }
            }
        }
        files.sort();
        files
    }

    /// Everything in the SQLite database, as a thief would read it.
    pub fn database_bytes(&self) -> Vec<u8> {
        let files = ["rubrica.db", "rubrica.db-wal"].map(|name| self.folder.path().join(name));
        files.iter().filter_map(|file| std::fs::read(file).ok()).flatten().collect()
    }

    /// Makes the jobs of this kind due, as if their time had come.
    pub async fn make_due(&self, kind: &str) {
        let database = sea_orm::Database::connect(self.database.url()).await.unwrap();
        let sql = format!("UPDATE jobs SET run_at = 0, available_at = 0 WHERE kind = '{kind}'");
        let changed = sea_orm::ConnectionTrait::execute_unprepared(&database, &sql).await.unwrap();
        assert!(changed.rows_affected() > 0, "there is no job of the kind {kind}");
        database.close().await.unwrap();
    }

    /// Stops the broker in good order and starts it again on the same database and files; the simulated providers go on.
    pub async fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
        let server = Server::start(&self.settings, self.transcript.as_deref()).await;
        self.client = Client::new(&server.base_url());
        self.server = Some(server);
    }
}
