//! What every vendor endpoint has around its handler: injected faults, and an entry in the ledger.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::{self, GuardContext, fn_guard};
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Payload, ThinData};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, Route};
use bytes::Bytes;
use serde_json::Value;

use crate::faults::{FaultKind, When, latency};
use crate::form::{self, Form};
use crate::ledger::{CallRecord, FileRecord};
use crate::reset::{self, Connection};
use crate::sandbox::Sandbox;

/// An endpoint's name, as faults and the ledger use it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndpointName {
    pub(crate) vendor: &'static str,
    pub(crate) endpoint: &'static str,
}

impl EndpointName {
    /// Mounts a vendor endpoint; several routes may share one name.
    pub(crate) fn at(self, path: &str, route: Route) -> impl HttpServiceFactory + 'static {
        web::resource(path).wrap(from_fn(move |request, next| around(self, request, next))).route(route)
    }

    /// Mounts a vendor endpoint whose path is not fixed: each call below the scope that `is_it` knows.
    pub(crate) fn wherever(
        self,
        is_it: impl Fn(&GuardContext<'_>) -> bool + 'static,
        route: Route,
    ) -> impl HttpServiceFactory + 'static {
        web::resource("/{path:.*}")
            .guard(fn_guard(is_it))
            .wrap(from_fn(move |request, next| around(self, request, next)))
            .route(route)
    }

    /// Mounts a vendor endpoint for one method only: other methods on the same path are another endpoint, or none.
    pub(crate) fn only(self, method: Method, path: &str, route: Route) -> impl HttpServiceFactory + 'static {
        web::resource(path)
            .guard(guard::Method(method))
            .wrap(from_fn(move |request, next| around(self, request, next)))
            .route(route)
    }
}

/// What a handler read from the call, for the ledger.
#[derive(Debug)]
struct Received {
    fields: Value,
    files: Vec<FileRecord>,
}

/// Hands the ledger what a handler read.
pub(crate) fn received(request: &HttpRequest, form: &Form) {
    request.extensions_mut().insert(Received { fields: form.as_json(), files: form.file_records() });
}

/// The same for a JSON body; files inside it are listed beside it.
pub(crate) fn received_json(request: &HttpRequest, fields: Value, files: Vec<FileRecord>) {
    request.extensions_mut().insert(Received { fields, files });
}

/// The faults of this call whose place is inside the handler.
#[derive(Clone, Debug)]
struct Struck(Vec<FaultKind>);

/// For how many virtual seconds what this call creates stays out of searches.
pub(crate) fn lookup_lag_s(request: &HttpRequest) -> u64 {
    let extensions = request.extensions();
    let faults = extensions.get::<Struck>().map_or(&[][..], |struck| &struck.0);
    let mut longest = 0;
    for fault in faults {
        if let FaultKind::LookupLag { seconds } = fault {
            longest = longest.max(*seconds);
        }
    }
    longest
}

async fn around(
    name: EndpointName,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let ThinData(sandbox) = request.extract::<ThinData<Sandbox>>().await?;
    let faults = sandbox.strike(name.vendor, name.endpoint);
    if let Some(wait) = latency(&faults, When::BeforeEffect) {
        tokio::time::sleep(wait).await;
    }
    let (response, handled) = if let Some(instead) = replacement(&faults, When::BeforeEffect, request.request()) {
        if !matches!(instead, Replacement::Reset) {
            let payload = request.extract::<Payload>().await?;
            // A caller that hung up meanwhile gets no answer either way.
            let _ = form::drain(payload).await;
        }
        (request.into_response(instead.into_response()), false)
    } else {
        request.extensions_mut().insert(Struck(faults.clone()));
        let response = next.call(request).await?.map_into_boxed_body();
        if let Some(wait) = latency(&faults, When::AfterEffect) {
            tokio::time::sleep(wait).await;
        }
        (response, true)
    };
    let response = if handled { spoil(&faults, response) } else { response };
    Ok(record(&sandbox, name, &faults, response, handled))
}

/// An answer in place of the vendor's.
enum Replacement {
    Response(HttpResponse),
    Reset,
}

impl Replacement {
    fn into_response(self) -> HttpResponse {
        match self {
            Self::Response(response) => response,
            Self::Reset => {
                let mut response = reset::unsendable();
                response.extensions_mut().insert(WasReset);
                response
            }
        }
    }
}

/// Marks an answer of which no byte is sent.
struct WasReset;

/// The first fault that takes the answer's place at this moment.
fn replacement(faults: &[FaultKind], at: When, request: &HttpRequest) -> Option<Replacement> {
    faults.iter().find_map(|fault| {
        let (status, body) = match fault {
            FaultKind::HttpError { status, when } if *when == at => (*status, None),
            FaultKind::HtmlPage { status, when } if *when == at => (*status, Some(HTML_PAGE)),
            FaultKind::RateLimited { retry_after_s } if at == When::BeforeEffect => {
                return Some(Replacement::Response(rate_limited(*retry_after_s)));
            }
            FaultKind::Reset { when } if *when == at => {
                if let Some(connection) = request.conn_data::<Connection>() {
                    connection.arm();
                }
                return Some(Replacement::Reset);
            }
            FaultKind::HttpError { .. }
            | FaultKind::HtmlPage { .. }
            | FaultKind::RateLimited { .. }
            | FaultKind::Reset { .. }
            | FaultKind::Latency { .. }
            | FaultKind::TruncatedBody {}
            | FaultKind::MalformedJson {}
            | FaultKind::LookupLag { .. }
            | FaultKind::DuplicateCallback { .. }
            | FaultKind::DelayedCallback { .. }
            | FaultKind::HeldCallback {}
            | FaultKind::LostCallback {} => return None,
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Some(Replacement::Response(match body {
            Some(page) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(page),
            None => plain(status, status.canonical_reason().unwrap_or("Error")),
        }))
    })
}

const HTML_PAGE: &str = "<!doctype html><html lang=\"es\"><head><title>Mantenimiento</title></head>\
                         <body><h1>Volvemos enseguida</h1></body></html>";

fn rate_limited(retry_after_s: u64) -> HttpResponse {
    HttpResponse::TooManyRequests()
        .insert_header((RETRY_AFTER, retry_after_s))
        .content_type("text/plain; charset=utf-8")
        .body("Too Many Requests")
}

/// Applies the faults that strike after the effect.
fn spoil(faults: &[FaultKind], response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    if let Some(instead) = replacement(faults, When::AfterEffect, &request) {
        return ServiceResponse::new(request, instead.into_response());
    }
    let truncate = faults.iter().any(|fault| matches!(fault, FaultKind::TruncatedBody {}));
    let malform = faults.iter().any(|fault| matches!(fault, FaultKind::MalformedJson {}));
    if !truncate && !malform {
        return ServiceResponse::new(request, response);
    }
    let (head, body) = response.into_parts();
    let body = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(stream) => return ServiceResponse::new(request, head.set_body(stream)),
    };
    let spoilt = if truncate {
        reset::truncated(head, &body)
    } else {
        head.set_body(BoxBody::new(body.slice(..body.len() / 2)))
    };
    ServiceResponse::new(request, spoilt)
}

fn record(
    sandbox: &Sandbox,
    name: EndpointName,
    faults: &[FaultKind],
    response: ServiceResponse<BoxBody>,
    handled: bool,
) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let was_reset = response.extensions().get::<WasReset>().is_some();
    let (head, body) = response.into_parts();
    let is_text = head
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("json") || value.starts_with("text/"));
    let (answer, body) = match body.try_into_bytes() {
        Ok(bytes) if is_text => (String::from_utf8_lossy(&bytes).into_owned(), BoxBody::new(bytes)),
        Ok(bytes) => (String::new(), BoxBody::new(bytes)),
        Err(stream) => (String::new(), stream),
    };
    let received = request.extensions_mut().remove::<Received>();
    let (fields, files) = received.map_or((Value::Null, Vec::new()), |received| (received.fields, received.files));
    sandbox.record_call(CallRecord {
        seq: 0,
        at: sandbox.now(),
        vendor: name.vendor.to_owned(),
        endpoint: name.endpoint.to_owned(),
        path: request.uri().to_string(),
        content_type: request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned),
        fields,
        files,
        status: (!was_reset).then(|| head.status().as_u16()),
        answer,
        faults: faults.iter().map(|fault| fault.name().to_owned()).collect(),
        handled,
    });
    ServiceResponse::new(request, head.set_body(body))
}

/// A plain-text answer of the web server in front of a vendor, not of the vendor's application.
pub(crate) fn plain(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(Bytes::from_static(text.as_bytes()))
}
