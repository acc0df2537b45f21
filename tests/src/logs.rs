//! What the broker logs, for tests that look for what must never be in it.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Everything of ours, in the finest grain; of the libraries, what an operator might switch on to find a fault.
const FILTER: &str = "info,domain=trace,pdf=trace,provider_clients=trace,persistence=trace,broker=trace,http_api=trace,\
                      rubrica=trace,reqwest=debug,hyper_util=debug,sqlx=debug,sea_orm=debug";

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Begins to keep every log line of this process.
pub fn capture() {
    static BEGUN: OnceLock<()> = OnceLock::new();
    BEGUN.get_or_init(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(FILTER))
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(Keep)
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("the first subscriber of this process");
    });
}

/// The lines kept so far.
pub fn text() -> String {
    String::from_utf8_lossy(&LINES.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

struct Keep;

impl io::Write for Keep {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Keep {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}
