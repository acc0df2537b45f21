//! How many calls an account made in each window of time: quotas that all replicas share.

use sea_orm_migration::prelude::*;

use crate::columns::{big, create, table, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let counts = table(
            "call_counts",
            // The window's beginning and length, by the database's time.
            vec![text("key"), big("length"), big("began_at"), big("calls")],
            &["key", "length"],
        );
        create(manager, vec![counts], Vec::new()).await
    }
}
