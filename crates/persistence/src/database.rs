//! Connections: SQLite with one writer beside readers, or PostgreSQL with one pool; and the tables.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use migrations::{MigrationStatus, Migrator, MigratorTrait as _};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, FromQueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use crate::error::StoreError;
use crate::time::from_micros;

/// The advisory lock that one migrating process holds on PostgreSQL: the ASCII codes of `rubrica`.
const MIGRATION_LOCK: i64 = 0x0072_7562_7269_6361;

/// How often SQLite flushes to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// At every commit: what was committed survives a power cut.
    #[default]
    Full,
    /// At checkpoints: a power cut may lose the last commits, but never damages the file.
    Normal,
}

/// Where the database is, and how many connections it may have.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `sqlite://path?mode=rwc` or `postgres://user:password@host/name?sslmode=verify-full`.
    pub url: SecretString,
    /// Most connections of the PostgreSQL pool; on SQLite, most readers beside the one writer.
    pub max_connections: u32,
    /// How long a caller waits for a connection.
    pub acquire_timeout: Duration,
    /// How long SQLite waits for a lock that another process holds.
    pub busy_timeout: Duration,
    /// How often SQLite flushes to the disk.
    pub durability: Durability,
}

impl DatabaseConfig {
    /// The defaults for this address: 16 connections (4 readers on SQLite), 10 s to get one, 5 s for SQLite's lock.
    #[must_use]
    pub fn new(url: impl Into<SecretString>) -> Self {
        let url = url.into();
        let max_connections = if url.expose_secret().starts_with("sqlite:") { 4 } else { 16 };
        Self {
            url,
            max_connections,
            acquire_timeout: Duration::from_secs(10),
            busy_timeout: Duration::from_secs(5),
            durability: Durability::Full,
        }
    }
}

/// Whether a migration is in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Its name.
    pub name: String,
    /// Whether it was applied.
    pub applied: bool,
}

/// An open database. Cheap to clone; all clones share the connections.
#[derive(Debug, Clone)]
pub struct Database {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    offset: Arc<AtomicI64>,
}

impl Database {
    /// Connects; an SQLite file is created when its address says `mode=rwc`.
    ///
    /// # Errors
    /// [`StoreError::Address`] for an address of another kind; [`StoreError::Database`] when it cannot be reached.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, StoreError> {
        let url = config.url.expose_secret();
        let offset = Arc::default();
        if url.starts_with("sqlite:") {
            let writer = sea_orm::Database::connect(sqlite(config, 1, false)).await?;
            // A database in memory exists once for each connection.
            let shared = url.contains(":memory:") || url.contains("mode=memory");
            let reader = if shared {
                writer.clone()
            } else {
                sea_orm::Database::connect(sqlite(config, config.max_connections.max(1), true)).await?
            };
            Ok(Self { writer, reader, offset })
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = sea_orm::Database::connect(postgres(config)).await?;
            Ok(Self { writer: pool.clone(), reader: pool, offset })
        } else {
            Err(StoreError::Address("it must begin with sqlite: or postgres:"))
        }
    }

    /// Applies every pending migration, in one transaction. Processes that start at once wait for each other.
    ///
    /// # Errors
    /// [`StoreError::Database`] when a statement fails; then nothing is applied.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        if self.pending().await? == 0 {
            return Ok(());
        }
        let transaction = self.begin().await?;
        if self.is_postgres() {
            transaction
                .execute_raw(self.statement("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK.into()]))
                .await?;
        }
        Migrator::up(&transaction, None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Every migration of this version and whether it was applied. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database cannot be read.
    pub async fn migrations(&self) -> Result<Vec<MigrationState>, StoreError> {
        // The name of a migration is kept private by its library, so the lists are matched by place.
        let names = Migrator::migrations().into_iter().map(|migration| migration.name().to_owned());
        let states = Migrator::get_migration_with_status_read_only(&self.writer).await?;
        Ok(names
            .zip(states)
            .map(|(name, state)| MigrationState { name, applied: state.status() == MigrationStatus::Applied })
            .collect())
    }

    /// How many migrations are pending.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database cannot be read.
    pub async fn pending(&self) -> Result<usize, StoreError> {
        Ok(Migrator::get_pending_migrations_read_only(&self.writer).await?.len())
    }

    /// Refreshes what SQLite's planner knows of the tables, where they grew much since; PostgreSQL does so by itself. For
    /// the periodic maintenance: without it a filter over many envelopes may take the wrong index.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database fails.
    pub async fn optimize(&self) -> Result<(), StoreError> {
        if !self.is_postgres() {
            // All tables, with a limited sample. Source: SQLite documentation, "PRAGMA optimize", mask 0x10002.
            self.writer.execute_unprepared("PRAGMA optimize=0x10002").await?;
        }
        Ok(())
    }

    /// The database's time, with the offset of [`Self::shift_time`].
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database does not answer; so it serves as a readiness check.
    pub async fn now(&self) -> Result<DateTime<Utc>, StoreError> {
        let sql = format!("SELECT {} AS at", self.now_sql());
        let row = self.reader.query_one_raw(self.statement(&sql, [])).await?;
        let at = row.map(|row| row.try_get::<i64>("", "at")).transpose()?.unwrap_or_default();
        Ok(from_micros(at))
    }

    /// Moves the time by which jobs become due and leases, permits and reservations end. For tests and simulations whose
    /// clock is ahead of the real one; every process on the database must use the same shift.
    pub fn shift_time(&self, by: chrono::TimeDelta) {
        self.offset.store(by.num_microseconds().unwrap_or_default(), Ordering::Relaxed);
    }

    /// Closes the connections. Transactions that are under way end first.
    ///
    /// # Errors
    /// [`StoreError::Database`] when a connection does not close in order.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.reader.close_by_ref().await?;
        self.writer.close_by_ref().await?;
        Ok(())
    }

    /// Whether it is PostgreSQL, and not SQLite.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Postgres
    }

    /// An expression for the database's time in microseconds: on PostgreSQL the time of the statement, not that of the
    /// transaction's begin, and stable within it, so that an index can be searched with it.
    pub(crate) fn now_sql(&self) -> String {
        let now = if self.is_postgres() {
            "(extract(epoch from statement_timestamp()) * 1000000)::bigint"
        } else {
            "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
        };
        match self.offset.load(Ordering::Relaxed) {
            0 => now.to_owned(),
            offset => format!("({now} + {offset})"),
        }
    }

    /// A transaction that will write: on SQLite it takes the write lock at once.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// For single statements that write.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// For reads.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// A statement with `$1`, `$2`, …, which both databases understand.
    pub(crate) fn statement(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.writer.get_database_backend(), sql, values)
    }

    /// The rows of a read.
    pub(crate) async fn rows<T: FromQueryResult>(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<Vec<T>, StoreError> {
        Ok(T::find_by_statement(self.statement(sql, values)).all(&self.reader).await?)
    }

    /// Runs a single statement that writes; how many rows it changed.
    pub(crate) async fn run(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value> + Send,
    ) -> Result<u64, StoreError> {
        Ok(self.writer.execute_raw(self.statement(sql, values)).await?.rows_affected())
    }
}

fn sqlite(config: &DatabaseConfig, connections: u32, only_reads: bool) -> ConnectOptions {
    let (durability, busy) = (config.durability, config.busy_timeout);
    let mut options = ConnectOptions::new(config.url.expose_secret());
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(config.acquire_timeout)
        .idle_timeout(None)
        .max_lifetime(None)
        // A file does not hang up: a ping before each use would only cost time.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            let options = options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(match durability {
                    Durability::Full => SqliteSynchronous::Full,
                    Durability::Normal => SqliteSynchronous::Normal,
                })
                .foreign_keys(true)
                .busy_timeout(busy)
                .statement_cache_capacity(256);
            if only_reads { options.pragma("query_only", "ON") } else { options }
        });
    options
}

fn postgres(config: &DatabaseConfig) -> ConnectOptions {
    let mut options = ConnectOptions::new(config.url.expose_secret());
    options
        .max_connections(config.max_connections.max(2))
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire_if_idle_for(Duration::from_secs(30))
        .set_application_name("rubrica")
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|options| options.statement_cache_capacity(256));
    options
}
