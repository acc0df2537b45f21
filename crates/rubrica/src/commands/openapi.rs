//! `rubrica openapi`.

use std::process::ExitCode;

use crate::cli::{Format, Openapi};

pub(super) fn run(arguments: &Openapi) -> anyhow::Result<ExitCode> {
    let document = http_api::openapi::document()?;
    match arguments.format {
        Format::Json => print!("{}", document.text),
        Format::Yaml => print!("{}", document.yaml()?),
    }
    Ok(ExitCode::SUCCESS)
}
