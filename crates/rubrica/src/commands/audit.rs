//! `rubrica audit`.

use std::process::ExitCode;

use super::loaded;
use crate::cli::Audit;
use crate::config::{Need, Sources};
use crate::store;

/// Envelopes that are looked up at a time.
const BATCH: u32 = 500;

pub(super) async fn run(sources: Sources, what: Audit) -> anyhow::Result<ExitCode> {
    let config = loaded(&sources, Need::Everything)?;
    let store = store::open_migrated(store::connect(&config).await?, &config).await?;
    let Audit::Verify = what;
    let (mut envelopes, mut events, mut broken) = (0_u64, 0_u64, 0_u64);
    let mut after = None;
    loop {
        let batch = store.histories(after, BATCH).await?;
        let Some((_, last)) = batch.last() else { break };
        after = Some(*last);
        for (tenant, envelope) in &batch {
            let report = store.tenant(*tenant).events().verify_chain(*envelope).await?;
            envelopes += 1;
            events += report.intact;
            if let Some((sequence, fault)) = report.broken {
                broken += 1;
                println!("{envelope} ({tenant}): event {sequence} is not what was recorded: {fault:?}");
            }
        }
    }
    store.database().close().await?;
    println!("{envelopes} histories, {events} events in order, {broken} broken.");
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
