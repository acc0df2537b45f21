//! Opens what is kept, and says what to do when it does not open.

use anyhow::{Context as _, anyhow};
use persistence::{Blobs, Database, DatabaseConfig, KeyRing, SealError, Store, StoreError};
use secrecy::ExposeSecret;

use crate::config::{Config, Storage};

/// Connects to the database. Nothing is read yet.
///
/// # Errors
/// When it cannot be reached.
pub async fn connect(config: &Config) -> anyhow::Result<Database> {
    let mut database = DatabaseConfig::new(config.database.url.clone());
    if let Some(connections) = config.database.max_connections {
        database.max_connections = connections;
    }
    Database::connect(&database).await.context(
        "the database cannot be opened. Check database.url; for a new SQLite file it ends in ?mode=rwc and its folder exists",
    )
}

/// Opens the store, after migrating where that is configured.
///
/// # Errors
/// When the database cannot be reached, its tables are not those of this version, or the master key is another.
pub async fn open(config: &Config) -> anyhow::Result<Store> {
    let database = connect(config).await?;
    let is_sqlite = config.database.url.expose_secret().starts_with("sqlite:");
    if config.database.migrate_on_start.unwrap_or(is_sqlite) {
        database.migrate().await.context("the tables could not be updated")?;
    }
    open_migrated(database, config).await
}

/// Opens the store as it is.
///
/// # Errors
/// As [`open`]; also when migrations are pending.
pub async fn open_migrated(database: Database, config: &Config) -> anyhow::Result<Store> {
    let (master, previous) = config.master_keys().context("secrets.master_key is required")?;
    let keys = KeyRing::new(&master, &previous)?;
    let opened = Store::open(database, keys).await;
    if let Err(StoreError::Seal(SealError::UnknownKey)) = &opened {
        return Err(anyhow!(
            "secrets.master_key is not the key that this database was made with. Configure that key, or list it in \
             secrets.previous_master_keys"
        ));
    }
    Ok(opened?)
}

/// Opens the object store.
///
/// # Errors
/// When its place cannot be used.
pub fn open_blobs(config: &Storage) -> anyhow::Result<Blobs> {
    Blobs::open(&config.url).context("the object store cannot be opened. Check storage.url")
}
