//! The outermost layer of every listener: ids, time-outs, panics, problem documents, security headers, log, metrics.
//!
//! All failures take one way out, [`ApiError::response`], so the framework's own look like ours.

mod framework;
mod info;
mod report;
#[cfg(test)]
mod tests;

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};
use futures::FutureExt;
use tracing::Instrument as _;

pub use framework::Routes;
pub(crate) use framework::of_payload;
pub use info::{RequestInfo, TRACEPARENT, X_REQUEST_ID};
pub(crate) use report::describe_metrics;

use crate::problem::{ApiError, Code};

/// What the edge of a listener has to know.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The address of the API, in front of problem types.
    pub public_url: Arc<str>,
    /// Longest time until an answer begins.
    pub timeout: Duration,
    /// Longest time until an answer to a request that streams a file in begins.
    pub upload_timeout: Duration,
}

/// Marks routes whose bodies are streamed, so that the longer time-out applies.
fn streams_in(request: &ServiceRequest) -> bool {
    let path = request.path();
    request.method() == Method::POST && (path.ends_with("/documents") || path.starts_with("/callbacks/"))
}

/// Carries a request through the edge.
///
/// # Errors
/// None of its own: a failure is an answer, though one after a time-out or a panic is handed over as an [`Error`] that
/// holds its answer.
pub async fn pass<B: MessageBody + 'static>(
    edge: Edge,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let info = RequestInfo::attach(&mut request);
    let timeout = if streams_in(&request) { edge.upload_timeout } else { edge.timeout };
    if info.method == Method::HEAD {
        // The server leaves the body of an answer to HEAD out by itself.
        request.head_mut().method = Method::GET;
    }
    // Whatever is logged on the way can be found by the request's id.
    let span = tracing::info_span!("request", request.id = %info.id);
    let handling = AssertUnwindSafe(next.call(request).instrument(span)).catch_unwind();
    let handled = tokio::time::timeout(timeout, handling).await;
    let failure = match handled {
        Ok(Ok(Ok(answer))) => return Ok(finish(answer.map_into_boxed_body(), &edge, &info)),
        Ok(Ok(Err(error))) => framework::problem_of(&error),
        Ok(Err(panic)) => ApiError::internal(format!("panic: {}", panic_text(&*panic))),
        Err(_) => ApiError::new(Code::DeadlineExceeded, "The answer took longer than this API allows itself.")
            .retry_after(Duration::from_secs(1)),
    };
    let mut answer = failure.response(&info, &edge.public_url);
    report::failure(&failure, &info);
    add_headers(answer.headers_mut(), &edge, &info);
    report::answered(&info, answer.status());
    Err(InternalError::from_response(failure, answer).into())
}

/// Rewrites a failure as a problem, adds the headers of every answer, and reports.
fn finish(answer: ServiceResponse<BoxBody>, edge: &Edge, info: &Rc<RequestInfo>) -> ServiceResponse<BoxBody> {
    info.set_route(answer.request().match_pattern());
    let failure = answer.response().error().map(framework::problem_of);
    let mut answer = match failure {
        None => answer,
        Some(failure) => {
            report::failure(&failure, info);
            let problem: HttpResponse = failure.response(info, &edge.public_url);
            ServiceResponse::new(answer.request().clone(), problem)
        }
    };
    add_headers(answer.headers_mut(), edge, info);
    report::answered(info, answer.status());
    answer
}

/// The headers of every answer. What a handler set itself is kept: pages have their own policy.
fn add_headers(headers: &mut HeaderMap, edge: &Edge, info: &RequestInfo) {
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    set(header::CACHE_CONTROL, "no-store");
    if edge.public_url.starts_with("https://") {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    for (name, value) in [(X_REQUEST_ID, &info.id), (TRACEPARENT, &info.traceparent)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
