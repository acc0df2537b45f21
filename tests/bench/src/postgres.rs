//! A PostgreSQL database of this run alone, created before it and dropped after it.

use std::str::FromStr;

use anyhow::{Context, Result};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use url::Url;
use uuid::Uuid;

/// The database.
#[derive(Debug)]
pub struct OwnDatabase {
    server: Url,
    name: String,
    version: String,
}

impl OwnDatabase {
    /// Creates it on the server that `url` names a database of.
    ///
    /// # Errors
    /// When the server does not answer, or the user may not create databases.
    pub async fn create(url: &str) -> Result<Self> {
        let server = Url::parse(url).context("the address of PostgreSQL is not understood")?;
        let mut connection = PgConnectOptions::from_str(server.as_str())?.connect().await?;
        let version: String = sqlx::query_scalar("SHOW server_version").fetch_one(&mut connection).await?;
        let name = format!("rubrica_bench_{}", Uuid::new_v4().simple());
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await?;
        connection.close().await?;
        Ok(Self { server, name, version })
    }

    /// Its address.
    pub fn url(&self) -> String {
        let mut url = self.server.clone();
        url.set_path(&format!("/{}", self.name));
        url.into()
    }

    /// The server's version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Drops it, with the connections that are still open to it.
    ///
    /// # Errors
    /// When the server does not do so.
    pub async fn remove(self) -> Result<()> {
        let mut connection = PgConnectOptions::from_str(self.server.as_str())?.connect().await?;
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }
}
