//! The same statements on SQLite and on PostgreSQL.

use anyhow::{Context, Result, ensure};
use chrono::Utc;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};
use std::str::FromStr;
use std::time::Duration;
use uuid::Uuid;

use super::statements as sql;
use super::template::{self, EnvelopeRow, KeyRow, PartRow, Template};

/// Connections to SQLite for reading, beside the one that writes: the broker's default.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL: the broker's default.
const POSTGRES_CONNECTIONS: u32 = 16;
/// Prepared statements that a connection keeps, as in the broker.
const STATEMENTS: usize = 256;

pub(super) enum Database {
    Sqlite { writer: SqlitePool, reader: SqlitePool, template: Template },
    Postgres { pool: PgPool, template: Template },
}

/// The functions that differ between the databases in nothing but types and a few words of SQL.
macro_rules! functions {
    ($module:ident, $pool:ty, $begin:expr, $read:expr, $events:expr) => {
        mod $module {
            use super::*;

            pub(super) async fn template(pool: &$pool, envelope: Uuid) -> Result<Template> {
                let row: EnvelopeRow = sqlx::query_as(template::ENVELOPE)
                    .bind(envelope)
                    .fetch_one(pool)
                    .await
                    .context("the envelope to go by is missing")?;
                let key_hash = sqlx::query_scalar(template::KEY_HASH).bind(row.0).fetch_one(pool).await?;
                let recipients = sqlx::query_as(template::RECIPIENTS).bind(envelope).fetch_all(pool).await?;
                let terms = sqlx::query_scalar(template::TERMS).bind(envelope).fetch_all(pool).await?;
                let events = sqlx::query_as(template::EVENTS).bind(envelope).fetch_all(pool).await?;
                let template = Template { key_hash, envelope: row, recipients, terms, events };
                ensure!(
                    (template.recipients.len(), template.terms.len(), template.events.len()) == (2, 3, 3),
                    "an envelope as the bench creates it has other rows now: adapt the statements of the reference"
                );
                Ok(template)
            }

            pub(super) async fn read(pool: &$pool, template: &Template, id: Uuid) -> Result<()> {
                find_key(pool, template).await?;
                let rows: Vec<PartRow> =
                    sqlx::query_as($read).bind(template.envelope.0).bind(id).fetch_all(pool).await?;
                ensure!(
                    std::hint::black_box(rows).len() == 4,
                    "an envelope, two recipients and a document are four rows"
                );
                Ok(())
            }

            pub(super) async fn find_key(pool: &$pool, template: &Template) -> Result<()> {
                let row: KeyRow =
                    sqlx::query_as(sql::FIND_KEY).bind(&template.key_hash).bind(1_i64).fetch_one(pool).await?;
                std::hint::black_box(row);
                Ok(())
            }

            pub(super) async fn create(pool: &$pool, template: &Template) -> Result<()> {
                let (id, now) = (Uuid::now_v7(), Utc::now().timestamp_micros());
                let (tenant, version, status, reference, kind, account, attentions, sequence, body, order) =
                    &template.envelope;
                let mut transaction = pool.begin_with($begin).await?;
                sqlx::query(sql::INSERT_ENVELOPE)
                    .bind(id)
                    .bind(tenant)
                    .bind(version)
                    .bind(status)
                    .bind(reference)
                    .bind(kind)
                    .bind(account)
                    .bind(attentions)
                    .bind(now)
                    .bind(now)
                    .bind(sequence)
                    .bind(body)
                    .bind(order)
                    .execute(&mut *transaction)
                    .await?;
                let mut recipients = sqlx::query(sql::INSERT_RECIPIENTS);
                for (position, status, body, sealed) in &template.recipients {
                    recipients =
                        recipients.bind(id).bind(Uuid::now_v7()).bind(position).bind(status).bind(body).bind(sealed);
                }
                recipients.execute(&mut *transaction).await?;
                let mut terms = sqlx::query(sql::INSERT_TERMS);
                for term in &template.terms {
                    terms = terms.bind(tenant).bind(term).bind(now).bind(id);
                }
                terms.execute(&mut *transaction).await?;
                let mut events = sqlx::query($events);
                for (sequence, kind, actor, data, digest, previous, hash) in &template.events {
                    events = events
                        .bind(Uuid::now_v7())
                        .bind(tenant)
                        .bind(id)
                        .bind(sequence)
                        .bind(kind)
                        .bind(now)
                        .bind(now)
                        .bind(actor)
                        .bind(data)
                        .bind(digest)
                        .bind(previous)
                        .bind(hash);
                }
                events.execute(&mut *transaction).await?;
                transaction.commit().await?;
                Ok(())
            }
        }
    };
}

functions!(sqlite, SqlitePool, "BEGIN IMMEDIATE", sql::READ_ENVELOPE_SQLITE, sql::INSERT_EVENTS_SQLITE);
functions!(postgres, PgPool, "BEGIN", sql::READ_ENVELOPE_POSTGRES, sql::INSERT_EVENTS_POSTGRES);

impl Database {
    /// Opens the broker's database with the broker's settings. `created` is the envelope whose rows are written again.
    pub(super) async fn open(url: &str, created: Uuid) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                .statement_cache_capacity(STATEMENTS);
            let pool = |connections| {
                SqlitePoolOptions::new()
                    .max_connections(connections)
                    .min_connections(1)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .test_before_acquire(false)
            };
            let writer = pool(1).connect_with(options.clone()).await?;
            let reader = pool(SQLITE_READERS).connect_with(options.pragma("query_only", "ON")).await?;
            let template = sqlite::template(&reader, created).await?;
            Ok(Self::Sqlite { writer, reader, template })
        } else {
            let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(STATEMENTS);
            // The broker looks after connections that were idle; under load that is never.
            let pool = PgPoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .test_before_acquire(false)
                .connect_with(options)
                .await?;
            let template = postgres::template(&pool, created).await?;
            Ok(Self::Postgres { pool, template })
        }
    }

    /// Looks the key up and reads an envelope.
    pub(super) async fn read(&self, id: Uuid) -> Result<()> {
        match self {
            Self::Sqlite { reader, template, .. } => sqlite::read(reader, template, id).await,
            Self::Postgres { pool, template } => postgres::read(pool, template, id).await,
        }
    }

    /// Looks the key up and creates an envelope.
    pub(super) async fn create(&self) -> Result<()> {
        match self {
            Self::Sqlite { writer, reader, template } => {
                sqlite::find_key(reader, template).await?;
                sqlite::create(writer, template).await
            }
            Self::Postgres { pool, template } => {
                postgres::find_key(pool, template).await?;
                postgres::create(pool, template).await
            }
        }
    }
}
