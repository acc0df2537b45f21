//! `rubrica config`.

use std::process::ExitCode;

use super::loaded;
use crate::cli::ConfigCommand;
use crate::config::{DEFAULTS, Need, Sources};

pub(super) fn run(sources: &Sources, what: &ConfigCommand) -> anyhow::Result<ExitCode> {
    match what {
        ConfigCommand::Check => {
            loaded(sources, Need::Everything)?;
            println!("The configuration is valid.");
        }
        ConfigCommand::Defaults => print!("{DEFAULTS}"),
    }
    Ok(ExitCode::SUCCESS)
}
