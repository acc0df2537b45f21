//! The vendor's side in a process of its own: the sandbox as a null sink, which hashes and counts what it gets and keeps none
//! of it.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Args;
use provider_sandbox::efirma_go::{EfirmaGoConfig, Variants};
use provider_sandbox::{Sandbox, SandboxConfig};

/// What the simulated vendor is told.
#[derive(Debug, Args)]
pub struct SinkArgs {
    /// Where it answers.
    #[arg(long)]
    bind: SocketAddr,
    /// The largest document that it takes, in bytes.
    #[arg(long)]
    max_document_bytes: u64,
}

/// Answers until it is ended.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(args: SinkArgs) -> Result<()> {
    let variants = Variants { max_document_bytes: Some(args.max_document_bytes), ..Variants::default() };
    let config = SandboxConfig {
        null_sink: true,
        // Few: the bench sends large documents, not many.
        ledger_capacity: 100,
        efirma_go: EfirmaGoConfig { variants, ..EfirmaGoConfig::default() },
        ..SandboxConfig::default()
    };
    let _running = Sandbox::start(args.bind, config).await?;
    std::future::pending::<()>().await;
    Ok(())
}
