//! The command line: what can be asked, and which exit code tells what came of it.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};

use broker::Scope;
use domain::ids::ApiKeyId;

use crate::app::Role;

/// One signature API, any provider.
#[derive(Debug, Parser)]
#[command(
    name = "rubrica",
    version,
    about = "One signature API, any provider: a self-hosted e-signature broker.",
    after_help = "Start with `rubrica demo`: it needs nothing else. `rubrica config defaults` prints every setting with its \
                  explanation.\n\nExit codes: 0 done, 1 failed, 2 wrong usage, 78 the configuration is at fault.",
    arg_required_else_help = true
)]
pub struct Cli {
    /// A configuration file (YAML or TOML), on top of the defaults; the environment (RUBRICA__SECTION__KEY) goes before it.
    #[arg(long, global = true, value_name = "FILE", env = "RUBRICA_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and work the queue, until SIGTERM or Ctrl+C.
    Serve(Serve),
    /// Carry real PDFs through every provider of the built-in sandbox and show what comes back.
    Demo(Demo),
    /// Create or update the tables of the database.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Serve the simulated providers alone, with their signers' pages.
    Sandbox(Sandbox),
    /// Print the OpenAPI document.
    Openapi(Openapi),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Create, list and revoke API keys.
    #[command(subcommand)]
    Keys(Keys),
    /// Check the trail.
    #[command(subcommand)]
    Audit(Audit),
    /// Hold what a provider really answers against what its contract assumes.
    #[command(subcommand)]
    Transcript(Transcript),
    /// Check evidence bundles.
    #[command(subcommand)]
    Evidence(Evidence),
}

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// What this process does: serve the API, work the queue, or both.
    #[arg(long, value_enum, default_value_t = Role::All)]
    pub role: Role,
    /// Run the simulated providers inside, at `sandbox.bind`. Needs `security.allow_private_targets`.
    #[arg(long)]
    pub sandbox: bool,
    /// Append a redacted transcript of all calls at providers to this file, for `transcript check`: texts are replaced by
    /// their shape, and each answer is judged by the assumptions of its provider's contract.
    #[arg(long, value_name = "FILE")]
    pub transcript: Option<PathBuf>,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Keep the broker and the simulated providers running afterwards, and print their addresses and keys.
    #[arg(long)]
    pub keep_running: bool,
    /// The folder for the files that come back, and for the demo's database. A second run goes on with it.
    #[arg(long, value_name = "DIR", default_value = "demo-output")]
    pub output: PathBuf,
    /// Print the log too.
    #[arg(long, short)]
    pub verbose: bool,
}

/// `migrate`.
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Apply what is pending. Processes that do so at once wait for each other.
    Up,
    /// List the migrations. Exit code 1 when some are pending.
    Status,
}

/// `sandbox`.
#[derive(Debug, Args)]
pub struct Sandbox {
    /// Where to serve them; the default is `sandbox.bind`. Port 0 takes a free port.
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<SocketAddr>,
    /// Seed of identifiers and codes, so that a run can be repeated; the default is `sandbox.seed`.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// `openapi`.
#[derive(Debug, Args)]
pub struct Openapi {
    /// The form.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,
}

/// The form of the OpenAPI document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// JSON, indented.
    Json,
    /// YAML.
    Yaml,
}

/// `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Tell every fault of the configuration that `serve` would start with.
    Check,
    /// Print the defaults: every setting with its explanation.
    Defaults,
}

/// `keys`.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Create a key and print it, this once, on standard output.
    Create(CreateKey),
    /// List keys, without the keys themselves.
    List {
        /// The slug of the tenant; without it, the keys of the platform.
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
    },
    /// End a key at once.
    Revoke {
        /// The key's id, as `keys list` shows it.
        #[arg(value_name = "KEY")]
        key: ApiKeyId,
        /// The slug of its tenant; without it, a key of the platform.
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
    },
}

/// `keys create`.
#[derive(Debug, Args)]
pub struct CreateKey {
    /// A name for people, such as the service that uses it.
    #[arg(long)]
    pub name: String,
    /// The slug of the tenant that it is for; without it, a key of the platform.
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
    /// What it may do; may be given several times.
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scope)]
    pub scopes: Vec<Scope>,
    /// When it ends, as RFC 3339; without it, never.
    #[arg(long, value_name = "TIME")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// `audit`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Walk the hash chain of every envelope's history. Exit code 1 when one is broken.
    Verify,
}

/// `transcript`.
#[derive(Debug, Subcommand)]
pub enum Transcript {
    /// Tell which assumptions the recorded answers confirm and refute, and which setting corrects a refuted one. Exit code
    /// 1 when one is refuted.
    Check {
        /// A file that `serve --transcript` wrote.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// `evidence`.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// Check that a bundle of `GET /v1/envelopes/{id}/evidence` is whole, unchanged and from this service. Exit code 1 when it
    /// is not.
    Verify {
        /// The bundle, a ZIP file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("there are {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_of_the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_key_needs_a_scope_that_exists() {
        let parse = |arguments: &[&str]| Cli::try_parse_from([&["rubrica", "keys", "create"], arguments].concat());
        assert!(parse(&["--name", "a", "--scope", "admin", "--scope", "envelopes:read"]).is_ok());
        assert!(parse(&["--name", "a"]).is_err());
        let refused = parse(&["--name", "a", "--scope", "everything"]).unwrap_err().to_string();
        assert!(refused.contains("documents:read"), "{refused}");
    }
}
