//! What operators see of a call, and what they never see.
//!
//! A test binary of its own: which spans are recorded is known to the whole process, and tests that run beside this one
//! without a subscriber would decide it for all.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken expectation is a failed test"
)]

#[path = "transport/support.rs"]
#[expect(dead_code, reason = "shared with the other tests of the transport")]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use metrics_exporter_prometheus::PrometheusBuilder;
use provider_clients::call::Body;
use serde_json::json;
use tracing_subscriber::fmt::format::FmtSpan;
use url::Url;

use crate::support::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_call_is_one_span_and_two_metrics_and_tells_no_secret() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _measuring = metrics::set_default_local_recorder(&recorder);

    let (server, _) = Server::answering("HTTP/1.1 404 No\r\ncontent-length: 7\r\nx-t: s3cret\r\n\r\ns3crets").await;
    let mut call = post(server.url("/s3cret?token=s3cret"))
        .secret_header("authorization", "s3cret")
        .header("x-plain", "s3cret")
        .body(Body::Json(json!({ "s3cret": "s3cret" })));
    call.secret_url = true;
    carry(&call, &MemoryFiles::default()).await.unwrap();
    call.url = Url::parse("http://nobody.invalid/s3cret?token=s3cret").unwrap();
    carry(&call, &MemoryFiles::default()).await.unwrap_err();
    let (silent, _) = Server::answering("").await;
    call.url = silent.url("/s3cret");
    carry(&call, &MemoryFiles::default()).await.unwrap_err();

    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = log.lines().filter(|line| line.contains("provider_clients")).collect();
    assert!(!ours.iter().any(|line| line.contains("s3cret")), "{ours:#?}");
    let closed: Vec<&&str> = ours.iter().filter(|line| line.contains(": close ")).collect();
    assert_eq!(closed.len(), 3, "{log}");
    for field in
        ["endpoint=\"post_thing\"", "vendor=\"acme\"", "host=\"127.0.0.1\"", "status=404", "duration_ms=", "answered"]
    {
        assert!(closed[0].contains(field), "{field} in {}", closed[0]);
    }
    assert!(closed[1].contains("not_sent") && closed[2].contains("lost"), "{closed:#?}");

    let metrics = handle.render();
    for class in ["4xx", "not_sent", "lost"] {
        let line = format!(
            "rubrica_provider_calls_total{{provider=\"acme\",endpoint=\"post_thing\",status_class=\"{class}\"}} 1"
        );
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
    assert!(
        metrics.contains("rubrica_provider_call_seconds_count{provider=\"acme\",endpoint=\"post_thing\"} 3"),
        "{metrics}"
    );
}
