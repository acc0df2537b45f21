//! Measures Rubrica beside plain programs that do the same work on the same machine in the same run. How to read the
//! figures: `docs/performance.md`.

mod in_base64;
mod load;
mod machine;
mod pdf_file;
mod postgres;
mod process;
mod reference;
mod report;
mod rounds;
mod run;
mod sink;
mod stats;
mod subject;

use clap::{Parser, Subcommand};

/// The bench and, in processes of their own, what it measures against.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures and prints a table.
    Run(run::RunArgs),
    /// The reference's server; started by `run`.
    Reference(reference::ReferenceArgs),
    /// The vendor's side as a null sink; started by `run`.
    Sink(sink::SinkArgs),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        // One thread: the servers need the processors.
        Command::Run(args) => {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run::run(args))
        }
        Command::Reference(args) => actix_web::rt::System::new().block_on(reference::serve(args)),
        Command::Sink(args) => actix_web::rt::System::new().block_on(sink::serve(args)),
    }
}
