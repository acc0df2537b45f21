//! The program as it is, built with failpoints: the tests in `tests/crash` start it and see it die.

use std::process::ExitCode;

use clap::Parser as _;
use rubrica::cli::Cli;
use rubrica::commands;

#[tokio::main]
async fn main() -> ExitCode {
    commands::run(Cli::parse()).await
}
