//! The tables of Rubrica: one list of migrations for SQLite and PostgreSQL.
//!
//! Conventions: times are microseconds since the Unix epoch in `BIGINT`, so that both databases compare them in the same
//! way; ids are UUIDs (`uuid` on PostgreSQL, 16-byte blobs on SQLite); `body`, `data` and other documents are JSON in text;
//! every `sealed` column holds bytes encrypted by the `persistence` crate and is opaque here. A migration that was
//! released is never edited; changes first expand, and contract only in a later release.

pub use sea_orm_migration::prelude::{MigrationName, MigratorTrait};
pub use sea_orm_migration::{Migration, MigrationStatus};

use sea_orm_migration::prelude::{MigrationTrait, async_trait};

mod columns;
mod m20261121_000001_create_tenancy;
mod m20261121_000002_create_envelopes;
mod m20261121_000003_create_queues;
mod m20261121_000004_create_call_counts;

/// The ordered list of migrations.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_create_tenancy::Migration),
            Box::new(m20261121_000002_create_envelopes::Migration),
            Box::new(m20261121_000003_create_queues::Migration),
            Box::new(m20261121_000004_create_call_counts::Migration),
        ]
    }
}
