//! `rubrica serve`.

use std::process::ExitCode;
use std::sync::Arc;

use broker::Recorder;
use tokio_util::sync::CancellationToken;

use super::loaded;
use crate::app::{Application, Options};
use crate::cli::Serve;
use crate::config::{Need, Sources};
use crate::transcript::TranscriptFile;
use crate::{shutdown, telemetry};

pub(super) async fn run(mut sources: Sources, arguments: Serve) -> anyhow::Result<ExitCode> {
    if arguments.sandbox {
        sources.overrides.insert("sandbox.enabled".to_owned(), "true".to_owned());
    }
    let config = loaded(&sources, Need::Everything)?;
    telemetry::init_logs(&config.telemetry)?;
    let metrics = telemetry::collect_metrics()?;
    let stop = CancellationToken::new();
    shutdown::on_signals(&stop)?;
    let recorder = arguments.transcript.as_deref().map(TranscriptFile::open).transpose()?;
    let options = Options {
        role: arguments.role,
        metrics: Some(metrics),
        recorder: recorder.map(|file| -> Arc<dyn Recorder> { Arc::new(file) }),
        ..Options::default()
    };
    let application = Box::pin(Application::build(config, options)).await?;
    let addresses = application.addresses();
    tracing::info!(
        address.api = addresses.api.map(tracing::field::display),
        address.public = addresses.public.map(tracing::field::display),
        address.ops = %addresses.ops,
        address.sandbox = addresses.sandbox.map(tracing::field::display),
        version = env!("CARGO_PKG_VERSION"),
        "Rubrica is ready"
    );
    application.run_until_stopped(stop).await?;
    Ok(ExitCode::SUCCESS)
}
