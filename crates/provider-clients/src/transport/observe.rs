//! What operators see of a call: one span, one log line, a counter and a histogram. Never a path of a secret address,
//! never a header, never a body.

use std::time::Instant;

use metrics::{counter, describe_counter, describe_histogram, histogram};
use tracing::{Span, field, info_span};

use crate::call::Call;
use crate::reply::{Reply, TransportError};

/// Counter of calls by `provider`, `endpoint` and `status_class` (`2xx` … `5xx`, `not_sent`, `lost`).
pub const CALLS_TOTAL: &str = "rubrica_provider_calls_total";

/// Histogram of the time of a call in seconds, by `provider` and `endpoint`.
pub const CALL_SECONDS: &str = "rubrica_provider_call_seconds";

/// Tells the metrics recorder what the transport's metrics mean. Call it once, after the recorder was installed.
pub fn describe_metrics() {
    describe_counter!(CALLS_TOTAL, "Calls to providers by endpoint and class of the answer.");
    describe_histogram!(
        CALL_SECONDS,
        metrics::Unit::Seconds,
        "Time of calls to providers, from connecting to the end."
    );
}

/// On whose behalf a call is made.
#[derive(Debug, Clone, Copy)]
pub struct CallContext<'a> {
    /// The provider's kind.
    pub provider: &'a str,
    /// The account's id, for the log; empty where there is none.
    pub account: &'a str,
    /// The W3C `traceparent` that is sent along, where there is one.
    pub traceparent: Option<&'a str>,
}

/// One call while it is observed.
pub(super) struct Observed<'a> {
    call: &'a Call,
    provider: &'a str,
    begun: Instant,
    /// The span in which the call is made.
    pub(super) span: Span,
}

impl<'a> Observed<'a> {
    pub(super) fn begin(call: &'a Call, context: &CallContext<'a>) -> Self {
        let span = info_span!(
            "provider_call",
            endpoint = call.endpoint,
            vendor = context.provider,
            account = context.account,
            host = call.url.host_str().unwrap_or_default(),
            status = field::Empty,
            duration_ms = field::Empty,
            outcome = field::Empty,
        );
        Self { call, provider: context.provider, begun: Instant::now(), span }
    }

    pub(super) fn end(self, result: &Result<Reply, TransportError>) {
        let time = self.begun.elapsed();
        let (outcome, class) = match result {
            Ok(reply) => ("answered", status_class(reply.status)),
            Err(TransportError::NotSent { .. }) => ("not_sent", "not_sent"),
            Err(TransportError::Lost { .. }) => ("lost", "lost"),
        };
        self.span.record("outcome", outcome);
        self.span.record("duration_ms", u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        if let Ok(reply) = result {
            self.span.record("status", reply.status);
        }
        self.span.in_scope(|| match result {
            Ok(_) => tracing::debug!("The provider answered."),
            Err(TransportError::NotSent { reason, .. }) => {
                tracing::warn!(reason, "The call was not sent to the provider.");
            }
            Err(TransportError::Lost { reason }) => {
                tracing::warn!(reason, "The call may have reached the provider, but its answer did not arrive.");
            }
        });
        let provider = self.provider.to_owned();
        histogram!(CALL_SECONDS, "provider" => provider.clone(), "endpoint" => self.call.endpoint)
            .record(time.as_secs_f64());
        counter!(CALLS_TOTAL, "provider" => provider, "endpoint" => self.call.endpoint, "status_class" => class)
            .increment(1);
    }
}

fn status_class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        500..=599 => "5xx",
        _ => "other",
    }
}
