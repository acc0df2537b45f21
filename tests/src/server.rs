//! The broker inside this process.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rubrica::app::{Application, Options};
use rubrica::config::{Need, Sources, load};
use rubrica::telemetry::collect_metrics;
use rubrica::transcript::TranscriptFile;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::settings::Settings;

/// A broker that serves and works until it is stopped or dropped.
pub(crate) struct Server {
    base_url: String,
    stop: CancellationToken,
    running: Option<JoinHandle<anyhow::Result<()>>>,
}

impl Server {
    /// Starts it; `transcript` is the file that its calls at providers are recorded in.
    pub(crate) async fn start(settings: &Settings, transcript: Option<&Path>) -> Self {
        let sources = Sources { file: None, environment: Some(HashMap::new()), overrides: settings.by_key().clone() };
        let config = load(&sources, Need::Everything).unwrap_or_else(|faults| panic!("{faults}"));
        let recorder = transcript.map(|file| Arc::new(TranscriptFile::open(file).expect("a transcript")) as Arc<_>);
        let options = Options { metrics: Some(metrics()), recorder, ..Options::default() };
        let application = Application::build(config, options).await.expect("the broker starts");
        let base_url = format!("http://{}", application.addresses().api.expect("an address of the API"));
        let stop = CancellationToken::new();
        let running = tokio::spawn(application.run_until_stopped(stop.clone()));
        Self { base_url, stop, running: Some(running) }
    }

    /// Its address, without a slash at its end.
    pub(crate) fn base_url(&self) -> String {
        self.base_url.clone()
    }

    /// Stops it in good order.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        if let Some(running) = self.running.take() {
            running.await.expect("the broker does not panic").expect("the broker ends in good order");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A process has one recorder; all brokers in it share what it collects.
fn metrics() -> metrics_exporter_prometheus::PrometheusHandle {
    static COLLECTED: OnceLock<metrics_exporter_prometheus::PrometheusHandle> = OnceLock::new();
    COLLECTED.get_or_init(|| collect_metrics().expect("the first recorder of this process")).clone()
}
