//! `rubrica migrate`.

use std::process::ExitCode;

use anyhow::Context as _;

use super::loaded;
use crate::cli::Migrate;
use crate::config::{Need, Sources};
use crate::store;

pub(super) async fn run(sources: Sources, what: Migrate) -> anyhow::Result<ExitCode> {
    let config = loaded(&sources, Need::Database)?;
    let database = store::connect(&config).await?;
    let code = match what {
        Migrate::Up => {
            let before = database.pending().await?;
            database.migrate().await.context("the migration failed; nothing was changed")?;
            eprintln!("{before} migrations were applied; the database is up to date.");
            ExitCode::SUCCESS
        }
        Migrate::Status => {
            let migrations = database.migrations().await?;
            for migration in &migrations {
                println!("{:<8} {}", if migration.applied { "applied" } else { "pending" }, migration.name);
            }
            if migrations.iter().all(|migration| migration.applied) {
                ExitCode::SUCCESS
            } else {
                eprintln!("Apply what is pending with `rubrica migrate up`.");
                ExitCode::FAILURE
            }
        }
    };
    database.close().await?;
    Ok(code)
}
