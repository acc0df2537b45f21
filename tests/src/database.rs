//! A database for one broker: a file in its folder, or a PostgreSQL database of its own that ends with it.

use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait};
use uuid::Uuid;

/// Where PostgreSQL is looked for unless `TEST_POSTGRES_URL` says otherwise.
const DEFAULT_POSTGRES: &str = "postgres://postgres@127.0.0.1:5432/test";

/// A database that nobody else uses.
#[derive(Debug)]
pub struct Database {
    url: String,
    /// The server and the name of what to drop at the end.
    drops: Option<(String, String)>,
}

impl Database {
    /// A file in `folder`.
    pub fn sqlite(folder: &Path) -> Self {
        Self { url: format!("sqlite://{}?mode=rwc", folder.join("rubrica.db").display()), drops: None }
    }

    /// A new database at the PostgreSQL server; `None`, said loudly, when there is no server and none is required.
    ///
    /// # Panics
    /// When the server is required (`CI=true` or `RUBRICA_REQUIRE_POSTGRES=1`) and does not answer.
    pub async fn postgres() -> Option<Self> {
        let server = std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| DEFAULT_POSTGRES.to_owned());
        let name = format!("rubrica_test_{}", Uuid::now_v7().simple());
        match run(&server, &format!("CREATE DATABASE {name}")).await {
            Ok(()) => {
                let url = with_database(&server, &name);
                Some(Self { url, drops: Some((server, name)) })
            }
            Err(error) => {
                let set = |name: &str, value: &str| std::env::var(name).is_ok_and(|v| v.eq_ignore_ascii_case(value));
                let required = set("CI", "true") || set("RUBRICA_REQUIRE_POSTGRES", "1");
                assert!(!required, "PostgreSQL is required here and does not answer: {error}");
                eprintln!("\n*** NOT TESTED ON POSTGRESQL: {error} (set TEST_POSTGRES_URL) ***\n");
                None
            }
        }
    }

    /// The address for the broker.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.drops.is_some()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some((server, name)) = self.drops.take() else { return };
        // A thread of its own, because the runtime of the test may be on its way out.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            eprintln!("a test database could not be dropped");
        }
    }
}

async fn run(server: &str, statement: &str) -> Result<(), sea_orm::DbErr> {
    let mut options = ConnectOptions::new(server);
    options.max_connections(1).connect_timeout(Duration::from_secs(5)).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await?;
    connection.execute_unprepared(statement).await?;
    connection.close().await
}

/// The same server with another database.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, None), |(a, q)| (a, Some(q)));
    let (host, _) = address.rsplit_once('/').expect("a database in the URL");
    query.map_or_else(|| format!("{host}/{name}"), |query| format!("{host}/{name}?{query}"))
}
