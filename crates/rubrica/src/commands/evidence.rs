//! `rubrica evidence`.

use std::fs::File;
use std::process::ExitCode;

use anyhow::Context as _;

use super::loaded;
use crate::app::open_broker;
use crate::cli::Evidence;
use crate::config::{Need, Sources};

pub(super) async fn run(sources: Sources, what: Evidence) -> anyhow::Result<ExitCode> {
    let Evidence::Verify { file } = what;
    let bundle = File::open(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let config = loaded(&sources, Need::Everything)?;
    let broker = open_broker(&config).await?;
    let checking = broker.clone();
    let found = tokio::task::spawn_blocking(move || checking.check_evidence(bundle)).await?;
    broker.store().database().close().await?;
    let found = found.with_context(|| format!("{} is no evidence bundle", file.display()))?;
    for (names, what) in [
        (&found.changed, "is not what it was"),
        (&found.missing, "is missing"),
        (&found.added, "does not belong to the bundle"),
    ] {
        for name in names {
            println!("{name} {what}.");
        }
    }
    if !found.sealed {
        println!("The list of digests was not written by this service, or was changed.");
    }
    let verdict = if found.is_sound() { "The bundle is sound" } else { "The bundle is not sound" };
    println!("{verdict}: {} files are what they were.", found.intact.len());
    Ok(if found.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
