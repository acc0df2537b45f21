//! The one place that opens a socket to a provider.
//!
//! It carries a described [`Call`] out and tells how certain its failures are. What must stay true:
//!
//! - A call is one request on one fresh connection. Idle connections are not kept and nothing is retried below the
//!   broker: a request that a library repeats in silence would be a second envelope. TLS sessions are resumed, so the
//!   price is one round trip.
//! - [`TransportError::NotSent`] is only said when nothing that a server could act on left this machine; every other
//!   failure is [`TransportError::Lost`].
//! - Neither a file nor its base64 is ever held as a whole.
//! - Answers are not decompressed and redirects of anything but a plain GET are not followed: an answer is kept as it
//!   came.

mod answer;
mod body;
mod files;
pub mod guard;
mod json_files;
mod observe;
mod permit;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Certificate, Client, Request, Response, redirect, retry};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;
use url::Url;

pub use self::files::{FileSink, Files};
pub use self::observe::{CALL_SECONDS, CALLS_TOTAL, CallContext, describe_metrics};
pub use self::permit::Permit;

use self::body::{Layout, Outgoing};
use self::guard::GuardedResolver;
use self::observe::Observed;
use self::permit::{GateLayer, PASSAGE, Passage};
use crate::call::{Body, Call, Header, Method, Redirects};
use crate::provider::Connection;
use crate::reply::{Reply, TransportError};

/// How a [`Transport`] connects.
#[derive(Debug, Clone)]
pub struct TransportConfig {
    /// Time to resolve, connect and agree on TLS.
    pub connect_timeout: Duration,
    /// `User-Agent` of every call.
    pub user_agent: String,
    /// Takes plain http and addresses that are not on the public Internet: for tests and the sandbox.
    pub allow_private_targets: bool,
    /// Certificates (PEM) that are trusted beside those of the operating system.
    pub extra_root_pem: Option<Vec<u8>>,
}

impl Default for TransportConfig {
    /// 10 s to connect, public targets only, the operating system's trust.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            user_agent: concat!("Rubrica/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_private_targets: false,
            extra_root_pem: None,
        }
    }
}

/// A transport that cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum TransportConfigError {
    /// The certificates are not PEM.
    #[error("the extra root certificates are not readable PEM")]
    ExtraRoots,
    /// TLS or the client could not be set up, for example because the system has no certificates.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

/// Carries calls out. Cheap to clone; safe to share.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    allow_private: bool,
    config: Arc<TransportConfig>,
}

impl Transport {
    /// A transport for `config`.
    ///
    /// # Errors
    /// [`TransportConfigError`].
    pub fn new(config: &TransportConfig) -> Result<Self, TransportConfigError> {
        let mut builder = Client::builder()
            .user_agent(&config.user_agent)
            .connect_timeout(config.connect_timeout)
            .dns_resolver(GuardedResolver { allow_private: config.allow_private_targets })
            .connector_layer(GateLayer)
            .pool_max_idle_per_host(0)
            .retry(retry::never())
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .no_gzip()
            .http1_only();
        if let Some(pem) = &config.extra_root_pem {
            let roots = Certificate::from_pem_bundle(pem).map_err(|_| TransportConfigError::ExtraRoots)?;
            if roots.is_empty() {
                return Err(TransportConfigError::ExtraRoots);
            }
            builder = builder.tls_certs_merge(roots);
        }
        let client = builder.build().map_err(|error| TransportConfigError::Client(reason(&error)))?;
        Ok(Self { client, allow_private: config.allow_private_targets, config: Arc::new(config.clone()) })
    }

    /// The same transport for an account that connects in its own way.
    ///
    /// # Errors
    /// [`TransportConfigError`]: the account's certificates are not PEM.
    pub fn connecting(&self, connection: &Connection) -> Result<Self, TransportConfigError> {
        let mut config = TransportConfig { connect_timeout: connection.connect_timeout, ..(*self.config).clone() };
        if let Some(pem) = &connection.extra_root_pem {
            let known = config.extra_root_pem.take().unwrap_or_default();
            config.extra_root_pem = Some([known, pem.clone().into_bytes()].concat());
        }
        Self::new(&config)
    }

    /// Carries `call` out and reads its answer to the end. An answer of any status is a [`Reply`]; so is a redirect that
    /// may not be followed.
    ///
    /// # Errors
    /// [`TransportError::NotSent`] when certainly nothing reached the provider: the guard refused, the permit was over
    /// before the first byte, a file could not be opened, or there was no connection. [`TransportError::Lost`] for
    /// everything else.
    pub async fn carry(
        &self,
        call: &Call,
        permit: &Permit,
        files: &dyn Files,
        context: &CallContext<'_>,
    ) -> Result<Reply, TransportError> {
        let observed = Observed::begin(call, context);
        let exchange = self.exchange(call, permit, files, context.traceparent);
        let result = Box::pin(exchange).instrument(observed.span.clone()).await;
        observed.end(&result);
        result
    }

    async fn exchange(
        &self,
        call: &Call,
        permit: &Permit,
        files: &dyn Files,
        traceparent: Option<&str>,
    ) -> Result<Reply, TransportError> {
        let now = Instant::now();
        let deadline = now.checked_add(call.timeout).unwrap_or(now);
        if permit.is_over() {
            return Err(not_sent("the permit for the call ended before its first byte"));
        }
        let layout = Layout::of(&call.body, &boundary()?).map_err(|error| not_sent(error.to_string()))?;
        let head = head(call, &layout, traceparent)?;
        let passage = Arc::new(Passage::new(*permit, layout.length > 0));
        let outgoing = timeout_at(deadline, layout.open(files))
            .await
            .map_err(|_| not_sent("the files of the call could not be opened in time"))?
            // The kind alone: a store's own words may hold paths.
            .map_err(|error| not_sent(format!("a file of the call cannot be opened: {}", error.kind())))?;

        let first = self.request(call, &call.url, head.clone(), Some((outgoing, &passage)))?;
        let mut url = call.url.clone();
        let mut response = self.send(first, &passage, deadline).await?;
        for _ in 0..call.redirects.most {
            let Some(next) = self.redirected(call, &url, &response) else {
                break;
            };
            let mut head = head.clone();
            if next.origin() != call.url.origin() {
                for secret in call.headers.iter().filter(|header| header.secret) {
                    head.remove(secret.name);
                }
            }
            let request = self.request(call, &next, head, None)?;
            url = next;
            response = self.send(request, &passage, deadline).await?;
        }
        answer::read(response, &call.reply_to, files, deadline).await
    }

    fn request(
        &self,
        call: &Call,
        url: &Url,
        head: HeaderMap,
        body: Option<(Outgoing, &Arc<Passage>)>,
    ) -> Result<Request, TransportError> {
        guard::check_url(url, self.allow_private).map_err(|error| not_sent(error.to_string()))?;
        let mut request = Request::new(method(call.method), url.clone());
        *request.headers_mut() = head;
        if let Some((outgoing, passage)) = body
            && call.body != Body::Empty
        {
            *request.body_mut() = Some(reqwest::Body::wrap_stream(outgoing.into_stream(Arc::clone(passage))));
        }
        Ok(request)
    }

    async fn send(
        &self,
        request: Request,
        passage: &Arc<Passage>,
        deadline: Instant,
    ) -> Result<Response, TransportError> {
        let sending = PASSAGE.scope(Arc::clone(passage), self.client.execute(request));
        match timeout_at(deadline, sending).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(passage.failure(reason(&error))),
            Err(_) => Err(passage.failure("no answer in time".to_owned())),
        }
    }

    /// Where a redirect leads, if it may be followed: from a GET without a body, to the host of the call or one of the
    /// named ones, past the guard.
    fn redirected(&self, call: &Call, from: &Url, response: &Response) -> Option<Url> {
        let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
        if !is_redirect || call.method != Method::Get || call.body != Body::Empty {
            return None;
        }
        let to = from.join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
        let host = to.host_str()?;
        let allowed = call.url.host_str() == Some(host)
            || call
                .redirects
                .hosts
                .iter()
                .any(|named| named == Redirects::ANY_HOST || named.eq_ignore_ascii_case(host));
        (allowed && guard::check_url(&to, self.allow_private).is_ok()).then_some(to)
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

fn head(call: &Call, layout: &Layout, traceparent: Option<&str>) -> Result<HeaderMap, TransportError> {
    let mut head = HeaderMap::new();
    if let Some(content_type) = &layout.content_type {
        head.insert(CONTENT_TYPE, value("content-type", content_type)?);
    }
    if call.body != Body::Empty || matches!(call.method, Method::Post | Method::Put | Method::Patch) {
        head.insert(CONTENT_LENGTH, HeaderValue::from(layout.length));
    }
    if let Some(traceparent) = traceparent {
        head.insert(HeaderName::from_static("traceparent"), value("traceparent", traceparent)?);
    }
    for Header { name, value: text, secret } in &call.headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| not_sent(format!("`{name}` is not a name of a header")))?;
        let mut value = value(name.as_str(), text)?;
        value.set_sensitive(*secret);
        head.insert(name, value);
    }
    Ok(head)
}

fn value(name: &str, text: &str) -> Result<HeaderValue, TransportError> {
    HeaderValue::from_str(text)
        .map_err(|_| not_sent(format!("the header `{name}` holds a character that cannot be sent")))
}

/// A boundary that no content can contain: 128 random bits.
fn boundary() -> Result<String, TransportError> {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| not_sent("the system gives no random bytes"))?;
    Ok(format!("rubrica-{}", hex::encode(random)))
}

fn not_sent(reason: impl Into<String>) -> TransportError {
    TransportError::NotSent { reason: reason.into(), retry_after: None }
}

/// The innermost cause: the outer ones repeat it and may hold the address.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if let Some(own) = cause.downcast_ref::<reqwest::Error>() {
        // No cause beneath: say what kind of failure it is, without the address.
        return if own.is_timeout() {
            "no connection in time".to_owned()
        } else if own.is_connect() {
            "no connection".to_owned()
        } else {
            "the exchange failed".to_owned()
        };
    }
    cause.to_string()
}
