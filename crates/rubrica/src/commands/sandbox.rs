//! `rubrica sandbox`.

use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::loaded;
use crate::cli::Sandbox;
use crate::config::{Need, Sources};
use crate::{sandbox, shutdown, telemetry};

pub(super) async fn run(sources: Sources, arguments: Sandbox) -> anyhow::Result<ExitCode> {
    let mut config = loaded(&sources, Need::Database)?;
    telemetry::init_logs(&config.telemetry)?;
    config.sandbox.bind = arguments.bind.unwrap_or(config.sandbox.bind);
    config.sandbox.seed = arguments.seed.or(config.sandbox.seed);
    let stop = CancellationToken::new();
    shutdown::on_signals(&stop)?;
    let running = sandbox::start(&config.sandbox).await?;
    println!("Simulated providers and signers' pages: {}/", running.base_url());
    stop.cancelled().await;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}
