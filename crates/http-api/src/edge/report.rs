//! One log line and two metrics for each request. No query, no body, no personal data.

use actix_web::http::StatusCode;

use super::RequestInfo;
use crate::problem::ApiError;

/// Requests answered, by route template, method and status.
pub const REQUESTS_TOTAL: &str = "rubrica_http_requests_total";
/// Seconds until an answer began, by route template and method.
pub const REQUEST_SECONDS: &str = "rubrica_http_request_duration_seconds";

/// Tells the metrics registry what the numbers mean.
pub(crate) fn describe_metrics() {
    metrics::describe_counter!(REQUESTS_TOTAL, "Requests answered, by route template, method and status.");
    metrics::describe_histogram!(
        REQUEST_SECONDS,
        metrics::Unit::Seconds,
        "Seconds until an answer began, by route template and method."
    );
}

/// The cause of a failure, once, with the request's id. Only what the answer does not tell is worth a line.
pub(super) fn failure(error: &ApiError, info: &RequestInfo) {
    let Some(cause) = error.cause() else { return };
    let status = error.code().status();
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(request.id = %info.id, problem = error.code().as_str(), cause, "A request failed inside.");
    } else {
        tracing::warn!(request.id = %info.id, problem = error.code().as_str(), cause, "A request could not be served.");
    }
}

/// The access log line and the metrics of an answer whose head is complete.
pub(super) fn answered(info: &RequestInfo, status: StatusCode) {
    let route = info.route();
    let method = method_label(info);
    let elapsed = info.started.elapsed();
    metrics::counter!(REQUESTS_TOTAL, "route" => route.clone(), "method" => method, "status" => status.as_u16().to_string())
        .increment(1);
    metrics::histogram!(REQUEST_SECONDS, "route" => route.clone(), "method" => method).record(elapsed.as_secs_f64());
    tracing::event!(
        target: "http_api::access",
        tracing::Level::INFO,
        http.method = method,
        http.route = route,
        http.status = status.as_u16(),
        duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        request.id = %info.id,
        trace = %info.traceparent,
        tenant.id = info.tenant().map(|tenant| tenant.to_string()),
        "Request answered."
    );
}

/// The method, from a fixed list: callers may invent others, and each would be a metric of its own.
fn method_label(info: &RequestInfo) -> &'static str {
    match info.method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}
