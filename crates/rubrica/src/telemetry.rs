//! Logs and metrics of the process. Only the program's start calls this: a library that is used in tests sets up nothing.

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogFormat, Telemetry};

/// Bounds of histograms whose name ends in `_seconds`: from a cached read to a long upload.
const SECONDS: [f64; 16] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0];

/// Bounds of histograms whose name ends in `_bytes`: from 1 KiB to 256 MiB.
const BYTES: [f64; 10] = [
    1024.0,
    4096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
    268_435_456.0,
];

/// How often the recorder folds what histograms hold, so that their memory stays bounded.
const UPKEEP: Duration = Duration::from_secs(5);

/// Sends log lines to standard error in the configured form.
///
/// # Errors
/// When the filter does not parse, or the process has a subscriber already.
pub fn init_logs(telemetry: &Telemetry) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&telemetry.log_filter).context("telemetry.log_filter cannot be understood")?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    match telemetry.log_format {
        LogFormat::Json => {
            registry.with(lines.json().flatten_event(true).with_current_span(true).with_span_list(false)).try_init()
        }
        LogFormat::Pretty => registry.with(lines).try_init(),
    }
    .context("the log cannot be set up")
}

/// Collects the metrics of the process; `/metrics` renders them from the handle. Runs inside the runtime, because
/// histograms are folded in the background.
///
/// # Errors
/// When the process has a recorder already.
pub fn collect_metrics() -> anyhow::Result<PrometheusHandle> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_bytes".to_owned()), &BYTES)?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).context("the metrics cannot be set up")?;
    provider_clients::transport::describe_metrics();
    broker::engine::describe_metrics();
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}
