//! A request on its way through the checks, in the order that callers rely on:
//! 401, 403, 404, idempotency, 412, 409, then the body (400, 415, 422).
//!
//! [`Call`] is the extractor of every handler behind a key. Extracting it answers 401 and 403 and knows the tenant;
//! loading what the path names answers 404; [`Call::once`] wraps what a key makes idempotent; and the body, received
//! raw, is judged last, by the handler, after the versions and states were.

mod once;
mod reply;

use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::str::FromStr;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest};
use broker::{Administrator, Broker, BrokerError, Principal, RequestTicket, Scope};
use domain::events::Actor;
use domain::ids::{EnvelopeId, TenantId};
use domain::record::Envelope;
use domain::states::EnvelopeStatus;

pub(crate) use once::{Fingerprint, Holding, Reservation, reused, sha256};
pub use once::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED, Stored};
pub use reply::Reply;

use crate::app::Api;
use crate::auth::NeedsScope;
use crate::body::RawBody;
use crate::conventions::conditional::Condition;
use crate::conventions::query::Query;
use crate::edge::RequestInfo;
use crate::problem::{ApiError, Code, ProblemFault};
use crate::views::envelope::EnvelopeView;

/// Names the tenant, for keys that belong to none.
pub const X_TENANT_ID: HeaderName = HeaderName::from_static("x-tenant-id");

/// A request by somebody who may make it: authenticated, and with the scope `S`.
pub struct Call<S: NeedsScope> {
    request: HttpRequest,
    payload: std::cell::Cell<Option<Payload>>,
    api: Data<Api>,
    info: Rc<RequestInfo>,
    principal: Principal,
    scope: PhantomData<S>,
}

impl<S: NeedsScope> FromRequest for Call<S> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move { Ok(Self::authorize(request, payload).await?) })
    }
}

impl<S: NeedsScope> Call<S> {
    async fn authorize(request: HttpRequest, payload: Payload) -> Result<Self, ApiError> {
        let api = request
            .app_data::<Data<Api>>()
            .cloned()
            .ok_or_else(|| ApiError::internal("the listener has no API state"))?;
        let info = RequestInfo::of(&request, request.method(), request.path());
        let principal = api.authenticator.principal(request.headers()).await?;
        if let Some(tenant) = principal.tenant {
            info.set_tenant(tenant);
        }
        let call =
            Self { request, payload: std::cell::Cell::new(Some(payload)), api, info, principal, scope: PhantomData };
        call.require(S::SCOPE)?;
        Ok(call)
    }

    /// Whether the caller has `scope`; `admin` includes every other.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.principal.may(scope)
    }

    /// Demands another scope beside the handler's own.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn require(&self, scope: Scope) -> Result<(), ApiError> {
        if self.has(scope) { Ok(()) } else { Err(missing_scope(scope)) }
    }

    /// The use cases.
    #[must_use]
    pub fn broker(&self) -> &Broker {
        &self.api.broker
    }

    /// The state of the API.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// What is known of the request.
    #[must_use]
    pub fn info(&self) -> &RequestInfo {
        &self.info
    }

    /// The request's headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.request.path()
    }

    /// The query, as sent.
    #[must_use]
    pub fn query_string(&self) -> &str {
        self.request.query_string()
    }

    /// The query's parameters.
    #[must_use]
    pub fn query(&self) -> Query {
        Query::parse(self.request.query_string())
    }

    /// Whose data the request is about.
    ///
    /// # Errors
    /// `bad-header` when the key belongs to no tenant and the request names none; `not-found` for an unknown tenant.
    pub async fn tenant(&self) -> Result<TenantId, ApiError> {
        if let Some(tenant) = self.principal.tenant {
            return Ok(tenant);
        }
        match self.named_tenant().await? {
            Some(tenant) => Ok(tenant),
            None => {
                let detail = "A key of the platform names the tenant with the header X-Tenant-Id.";
                let fault = ProblemFault::header("X-Tenant-Id", "required", detail);
                Err(ApiError::new(Code::BadHeader, detail).with_faults(vec![fault]))
            }
        }
    }

    /// The tenant that the request is limited to: the key's own, or the one that the header names, or none.
    ///
    /// # Errors
    /// `not-found` for an unknown tenant.
    pub async fn limited_to(&self) -> Result<Option<TenantId>, ApiError> {
        match self.principal.tenant {
            Some(tenant) => Ok(Some(tenant)),
            None => self.named_tenant().await,
        }
    }

    async fn named_tenant(&self) -> Result<Option<TenantId>, ApiError> {
        let Some(named) = self.headers().get(X_TENANT_ID) else { return Ok(None) };
        let unknown = || ApiError::not_found("tenant");
        let tenant: TenantId = named.to_str().map_err(|_| unknown())?.parse().map_err(|_| unknown())?;
        self.broker().tenant(tenant).await?;
        self.info.set_tenant(tenant);
        Ok(Some(tenant))
    }

    /// Demands a key of the platform: one that belongs to no tenant.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn platform(&self) -> Result<(), ApiError> {
        if self.principal.tenant.is_none() {
            return Ok(());
        }
        Err(ApiError::new(Code::Forbidden, "Only a key of the platform, which belongs to no tenant, may do this."))
    }

    /// The tenant that the path names. A tenant's own key sees no other.
    ///
    /// # Errors
    /// `not-found`.
    pub async fn tenant_in_path(&self) -> Result<TenantId, ApiError> {
        let tenant: TenantId = self.id("tenant_id", "tenant")?;
        if self.principal.tenant.is_some_and(|own| own != tenant) {
            return Err(ApiError::not_found("tenant"));
        }
        self.info.set_tenant(tenant);
        Ok(tenant)
    }

    /// An identifier in the path. One that is malformed names nothing, so it is answered like an unknown one.
    ///
    /// # Errors
    /// `not-found`.
    pub fn id<I: FromStr>(&self, name: &str, what: &str) -> Result<I, ApiError> {
        self.request.match_info().get(name).and_then(|text| text.parse().ok()).ok_or_else(|| ApiError::not_found(what))
    }

    /// A word in the path.
    #[must_use]
    pub fn segment(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }

    /// The envelope that the path names.
    ///
    /// # Errors
    /// `not-found`, also for another tenant's envelope.
    pub async fn envelope(&self) -> Result<Envelope, ApiError> {
        let id: EnvelopeId = self.id("envelope_id", "envelope")?;
        let tenant = self.tenant().await?;
        match self.broker().envelope(tenant, id).await {
            Err(BrokerError::NotFound) => Err(ApiError::not_found("envelope")),
            other => Ok(other?),
        }
    }

    /// Who calls, as events and the audit trail name them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::ApiKey { id: self.principal.key.to_string() }
    }

    /// The credential, as it sets one caller's idempotency keys apart from another's.
    pub(crate) fn credential(&self) -> String {
        self.principal.key.to_string()
    }

    /// The template of the operation's path.
    pub(crate) fn route_template(&self) -> String {
        self.request.match_pattern().unwrap_or_else(|| self.request.path().to_owned())
    }

    /// The caller of a use case that no `Idempotency-Key` protects.
    #[must_use]
    pub fn caller(&self, tenant: TenantId) -> broker::Caller {
        broker::Caller { tenant, actor: self.actor(), request: None, traceparent: Some(self.info.traceparent.clone()) }
    }

    /// Who administers the platform, with the mark of an idempotent request.
    #[must_use]
    pub fn administrator(&self, request: Option<RequestTicket>) -> Administrator {
        Administrator { actor: self.actor(), request }
    }

    /// `If-Match` of the request.
    ///
    /// # Errors
    /// `bad-header`.
    pub fn if_match(&self) -> Result<Condition, ApiError> {
        Condition::if_match(self.headers())
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type of the body, without parameters, in lower case.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let text = self.header(&CONTENT_TYPE)?;
        Some(text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase())
    }

    /// The declared length of the body.
    #[must_use]
    pub fn declared_length(&self) -> Option<u64> {
        self.header(&CONTENT_LENGTH)?.parse().ok()
    }

    /// The body's stream, once; an empty one afterwards.
    #[must_use]
    pub fn take_payload(&self) -> Payload {
        self.payload.take().unwrap_or(Payload::None)
    }

    /// The body, unjudged, up to the limit for ordinary JSON.
    ///
    /// # Errors
    /// `body-too-large`, `request-timeout`.
    pub async fn body(&self) -> Result<RawBody, ApiError> {
        self.body_up_to(self.api.config.json_limit).await
    }

    /// The body, unjudged, up to the limit for JSON that may carry files.
    ///
    /// # Errors
    /// `body-too-large`, `request-timeout`.
    pub async fn body_with_files(&self) -> Result<RawBody, ApiError> {
        self.body_up_to(self.api.config.json_with_files_limit).await
    }

    async fn body_up_to(&self, limit: u64) -> Result<RawBody, ApiError> {
        RawBody::receive(self.take_payload(), self.media_type(), self.declared_length(), limit).await
    }

    /// 202 with an envelope, after waiting for the end of its submission where the caller prefers to.
    ///
    /// # Errors
    /// Those of reading the envelope again.
    pub async fn accepted(&self, envelope: Envelope, wait: Option<Duration>) -> Result<Reply, ApiError> {
        let Some(wait) = wait else {
            return Reply::envelope(StatusCode::ACCEPTED, &envelope, &self.envelope_view(&envelope));
        };
        let settled = self.broker().settled_within(envelope.tenant, envelope.id, wait).await?;
        Ok(Reply::envelope(StatusCode::ACCEPTED, &settled, &self.envelope_view(&settled))?.waited(wait))
    }

    /// The view of one envelope; signing links only for callers who may write envelopes.
    #[must_use]
    pub fn envelope_view(&self, envelope: &Envelope) -> EnvelopeView {
        EnvelopeView::new(envelope, self.has(Scope::EnvelopesWrite), &self.api.config.public_url)
    }

    /// The view of an envelope in a list: without signing links.
    #[must_use]
    pub fn envelope_in_list(&self, envelope: &Envelope) -> EnvelopeView {
        EnvelopeView::new(envelope, false, &self.api.config.public_url)
    }
}

fn missing_scope(scope: Scope) -> ApiError {
    let name = scope.as_str();
    let challenge = format!("Bearer realm=\"rubrica\", error=\"insufficient_scope\", scope=\"{name}\"");
    let error = ApiError::new(Code::Forbidden, format!("The key lacks the scope {name}."));
    match HeaderValue::from_str(&challenge) {
        Ok(value) => error.with_header(WWW_AUTHENTICATE, value),
        Err(_) => error,
    }
}

/// How often a patch is made again over what others changed meanwhile. In each round one of them succeeds.
const RACES: u32 = 100;

/// The longest pause before a patch is made again, so that those who race do not meet again at once.
const LONGEST_PAUSE_MS: u64 = 25;

/// Changes a draft by a patch over its current state: `change` gets that state and must insist on its version.
///
/// When others were faster and the caller named no version, the patch is made again over what they left; a caller who
/// named one is told.
///
/// # Errors
/// `precondition-failed`, `wrong-state`, `conflict`, and what `change` says.
pub async fn patching<S: NeedsScope>(
    call: &Call<S>,
    mut envelope: Envelope,
    names_version: bool,
    change: impl AsyncFn(&Envelope) -> Result<Result<Envelope, BrokerError>, ApiError>,
) -> Result<Envelope, ApiError> {
    for _ in 0..RACES {
        match change(&envelope).await? {
            Err(BrokerError::VersionMismatch | BrokerError::Conflict) if !names_version => {
                tokio::time::sleep(Duration::from_millis(rand::random_range(0..=LONGEST_PAUSE_MS))).await;
                envelope = call.broker().envelope(envelope.tenant, envelope.id).await?;
            }
            other => return Ok(other?),
        }
    }
    Err(BrokerError::Conflict.into())
}

/// Demands one of these states, before the body is judged.
///
/// # Errors
/// `wrong-state`.
pub fn must_be(envelope: &Envelope, states: &[EnvelopeStatus], action: &str) -> Result<(), ApiError> {
    if states.contains(&envelope.status) { Ok(()) } else { Err(wrong_state(envelope.status, action)) }
}

/// Demands that the envelope has not ended, before the body is judged.
///
/// # Errors
/// `wrong-state`.
pub fn must_not_be_ended(envelope: &Envelope, action: &str) -> Result<(), ApiError> {
    if envelope.status.is_terminal() { Err(wrong_state(envelope.status, action)) } else { Ok(()) }
}

fn wrong_state(status: EnvelopeStatus, action: &str) -> ApiError {
    ApiError::new(Code::WrongState, format!("The envelope is {status}, which does not allow this: {action}."))
}
