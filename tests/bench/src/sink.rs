//! The vendor's side in a process of its own: the sandbox as a null sink, which hashes and counts what it gets and keeps none
//! of it; or, where something has to come back, as it is in tests.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use clap::Args;
use provider_sandbox::gofirmex::Profile;
use provider_sandbox::{Sandbox, SandboxConfig, Scripts};
use serde_json::json;

use crate::process::{Process, free_address};

/// What the simulated vendor is told.
#[derive(Debug, Args)]
pub struct SinkArgs {
    /// Where it answers.
    #[arg(long)]
    bind: SocketAddr,
    /// The largest document that it takes, in bytes.
    #[arg(long)]
    max_document_bytes: u64,
    /// It keeps what it gets, and everybody signs at once.
    #[arg(long)]
    signs: bool,
}

/// Answers until it is ended.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(args: SinkArgs) -> Result<()> {
    let mut config = SandboxConfig {
        null_sink: !args.signs,
        scripts: if args.signs { Scripts::everybody_signs() } else { Scripts::default() },
        // Few: the bench sends large documents, not many.
        ledger_capacity: 100,
        ..SandboxConfig::default()
    };
    config.efirma_go.variants.max_document_bytes = Some(args.max_document_bytes);
    config.gofirmex.profile = Profile::merged(&json!({ "limits": { "max_document_bytes": args.max_document_bytes } }))?;
    config.arqsign.variants.max_total_bytes = args.max_document_bytes;
    let _running = Sandbox::start(args.bind, config).await?;
    std::future::pending::<()>().await;
    Ok(())
}

/// Starts it as a process and waits until it answers; where it does.
///
/// # Errors
/// When it ends, or is not ready within a minute.
pub async fn start(folder: &Path, max_document_bytes: u64, signs: bool) -> Result<(Process, SocketAddr)> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["sink", "--bind", &address.to_string(), "--max-document-bytes", &max_document_bytes.to_string()]);
    if signs {
        command.arg("--signs");
    }
    let mut process = Process::start("sink", &mut command, folder)?;
    process.ready(&format!("http://{address}/_sandbox/counters")).await?;
    Ok((process, address))
}
