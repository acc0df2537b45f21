//! The commands, one a file. Results go to standard output, everything else to standard error.

mod audit;
mod config;
mod evidence;
mod keys;
mod migrate;
mod openapi;
mod sandbox;
mod serve;
mod transcript;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::config::{Config, ConfigFaults, Need, Sources, load};
use crate::demo;

/// The exit code for a faulty configuration. Source: sysexits.h, `EX_CONFIG`.
const EX_CONFIG: u8 = 78;

/// Carries out what the command line asks.
pub async fn run(cli: Cli) -> ExitCode {
    let sources = Sources { file: cli.config, ..Sources::default() };
    let done = match cli.command {
        Command::Serve(arguments) => Box::pin(serve::run(sources, arguments)).await,
        Command::Demo(arguments) => Box::pin(demo::run(arguments)).await,
        Command::Migrate(what) => migrate::run(sources, what).await,
        Command::Sandbox(arguments) => sandbox::run(sources, arguments).await,
        Command::Openapi(arguments) => openapi::run(&arguments),
        Command::Config(what) => config::run(&sources, &what),
        Command::Keys(what) => keys::run(sources, what).await,
        Command::Audit(what) => audit::run(sources, what).await,
        Command::Transcript(what) => transcript::run(&what),
        Command::Evidence(what) => evidence::run(sources, what).await,
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", in_words(&error));
            if error.downcast_ref::<ConfigFaults>().is_some() {
                eprintln!("`rubrica config defaults` prints every setting with its explanation.");
                return ExitCode::from(EX_CONFIG);
            }
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes, without those whose words the one before has said already.
fn in_words(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        if !said.last().is_some_and(|before| before.contains(&cause)) {
            said.push(cause);
        }
    }
    said.join(": ")
}

fn loaded(sources: &Sources, need: Need) -> anyhow::Result<Config> {
    Ok(load(sources, need)?)
}
