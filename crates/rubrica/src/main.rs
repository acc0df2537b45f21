//! The program.

use std::process::ExitCode;

use clap::Parser as _;
use rubrica::cli::Cli;
use rubrica::commands;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    commands::run(cli).await
}
