//! What is known of a request from its first line: its id, its trace, its path.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName};
use domain::ids::TenantId;
use uuid::Uuid;

/// The header that carries the request's id in both directions.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The header that carries the trace in both directions. Source: W3C Trace Context, section 3.2.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Longest request id that is taken over from the caller.
const MAX_REQUEST_ID: usize = 128;

/// What every part of a request's handling may know of it. Lives in the request's extensions.
#[derive(Debug)]
pub struct RequestInfo {
    /// The request's id: the caller's own when it is fit for logs, else a new one.
    pub id: String,
    /// The trace and this service's span in it, as `traceparent`.
    pub traceparent: String,
    /// The path, without the query.
    pub path: String,
    /// The method as the caller wrote it; `HEAD` is routed as `GET`.
    pub method: Method,
    pub(super) started: Instant,
    tenant: Cell<Option<TenantId>>,
    route: RefCell<Option<String>>,
}

impl RequestInfo {
    /// Reads it from a request.
    #[must_use]
    pub fn read(method: &Method, path: &str, headers: &HeaderMap) -> Self {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            id: text(&X_REQUEST_ID)
                .filter(|id| is_request_id(id))
                .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned),
            traceparent: text(&TRACEPARENT).and_then(next_span).unwrap_or_else(new_trace),
            path: path.to_owned(),
            method: method.clone(),
            started: Instant::now(),
            tenant: Cell::new(None),
            route: RefCell::new(None),
        }
    }

    /// The info of this request. A request that did not pass the edge gets one of its own.
    pub fn of(request: &impl HttpMessage, method: &Method, path: &str) -> Rc<Self> {
        if let Some(info) = request.extensions().get::<Rc<Self>>() {
            return Rc::clone(info);
        }
        let info = Rc::new(Self::read(method, path, request.headers()));
        request.extensions_mut().insert(Rc::clone(&info));
        info
    }

    pub(super) fn attach(request: &mut ServiceRequest) -> Rc<Self> {
        let info = Rc::new(Self::read(request.method(), request.path(), request.headers()));
        request.extensions_mut().insert(Rc::clone(&info));
        info
    }

    /// Notes whose data the request is about, for the access log.
    pub fn set_tenant(&self, tenant: TenantId) {
        self.tenant.set(Some(tenant));
    }

    /// Whose data the request is about, once known.
    #[must_use]
    pub fn tenant(&self) -> Option<TenantId> {
        self.tenant.get()
    }

    pub(super) fn set_route(&self, template: Option<String>) {
        *self.route.borrow_mut() = template;
    }

    /// The route's template; a fixed word when none matched, so that labels stay few.
    #[must_use]
    pub fn route(&self) -> String {
        self.route.borrow().clone().unwrap_or_else(|| "unmatched".to_owned())
    }
}

/// Whether a caller's request id is fit for logs and headers.
fn is_request_id(id: &str) -> bool {
    (1..=MAX_REQUEST_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// The caller's trace with a span of our own. Nothing when the header is malformed, which starts a new trace.
fn next_span(header: &str) -> Option<String> {
    let mut parts = header.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let is_zero = |text: &str| text.bytes().all(|b| b == b'0');
    let well_formed = is_hex(version, 2)
        && version != "ff"
        && (version != "00" || parts.next().is_none())
        && is_hex(trace, 32)
        && is_hex(parent, 16)
        && is_hex(flags, 2)
        && !is_zero(trace)
        && !is_zero(parent);
    well_formed.then(|| format!("00-{trace}-{}-{flags}", span_id()))
}

fn new_trace() -> String {
    format!("00-{:032x}-{}-01", rand::random_range(1..=u128::MAX), span_id())
}

fn span_id() -> String {
    format!("{:016x}", rand::random_range(1..=u64::MAX))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn read(name: &HeaderName, value: &str) -> RequestInfo {
        let mut headers = HeaderMap::new();
        headers.insert(name.clone(), HeaderValue::from_str(value).unwrap());
        RequestInfo::read(&Method::GET, "/v1/envelopes", &headers)
    }

    #[test]
    fn a_fit_request_id_is_kept_and_any_other_replaced() {
        assert_eq!(read(&X_REQUEST_ID, "order-77_a.b:c").id, "order-77_a.b:c");
        for unfit in ["", "with blank", "a\"b", "a;b", &"x".repeat(129)] {
            let id = read(&X_REQUEST_ID, unfit).id;
            assert!(Uuid::parse_str(&id).is_ok(), "{unfit:?} gave {id}");
        }
    }

    #[test]
    fn the_trace_goes_on_with_a_span_of_our_own() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let given = format!("00-{trace}-b7ad6b7169203331-01");
        let ours = read(&TRACEPARENT, &given).traceparent;
        assert!(ours.starts_with(&format!("00-{trace}-")) && ours.ends_with("-01"), "{ours}");
        assert_ne!(ours, given);
    }

    #[test]
    fn a_malformed_trace_starts_a_new_one() {
        let zero = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        let upper = "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01";
        let longer = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x";
        for malformed in ["", "00", zero, upper, longer] {
            let ours = read(&TRACEPARENT, malformed).traceparent;
            assert!(next_span(&ours).is_some(), "{malformed:?} gave {ours}");
            assert!(!ours.contains("0af7651916cd43dd8448eb211c80319c"), "{ours}");
        }
    }
}
