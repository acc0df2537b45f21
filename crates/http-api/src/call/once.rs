//! `Idempotency-Key`: a repeated POST is carried out once and answered the same.
//!
//! The key is reserved before the work, marked in the transaction that does the work, and answered afterwards. So a
//! repetition meets the stored answer; or, after a crash in between, the resource that came of it; or nothing, and is
//! carried out.

use std::cell::Cell;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use aws_lc_rs::digest::{Context, SHA256};
use broker::persistence::{Answer, RequestScope, Requests, Reserved, StoreError, Ticket};
use broker::{Caller, RequestTicket};
use bytes::Bytes;
use domain::ids::TenantId;
use domain::record::Envelope;
use uuid::Uuid;

use super::{Call, Reply};
use crate::auth::NeedsScope;
use crate::problem::{ApiError, Code, PROBLEM_JSON};

/// The request header.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Marks an answer that was given before.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Most characters of a key.
const MAX_KEY: usize = 255;

/// The digest of a request.
pub(crate) type Fingerprint = [u8; 32];

/// What is left of a request that was carried out but not answered.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// What came of it.
    pub resource: Uuid,
    /// The status that it was to be answered with.
    pub status: u16,
}

impl Stored {
    /// The envelope that came of it.
    ///
    /// # Errors
    /// `not-found` when it was deleted since.
    pub async fn envelope<S: NeedsScope>(&self, call: &Call<S>, tenant: TenantId) -> Result<Envelope, ApiError> {
        Ok(call.broker().envelope(tenant, domain::ids::EnvelopeId::from_uuid(self.resource)).await?)
    }

    /// The answer of an action on an envelope, as the envelope is now.
    ///
    /// # Errors
    /// Those of [`Self::envelope`].
    pub async fn accepted<S: NeedsScope>(&self, call: &Call<S>, tenant: TenantId) -> Result<Reply, ApiError> {
        call.accepted(self.envelope(call, tenant).await?, None).await
    }
}

/// A reservation while its request is carried out. Dropping it, as when the caller hangs up, gives the key back.
pub(crate) struct Holding {
    requests: Requests,
    ticket: Option<Ticket>,
    /// Whether the request's fingerprint is known: an answer without one could not be told from another's.
    identified: Cell<bool>,
}

impl Holding {
    /// What the use case writes into its transaction.
    pub(crate) fn mark(&self, status: StatusCode) -> Option<RequestTicket> {
        self.ticket.clone().map(|ticket| RequestTicket { ticket, status: status.as_u16() })
    }

    /// Adds the fingerprint of a request that could only be read while it was carried out.
    pub(crate) async fn identify(&self, fingerprint: Fingerprint) -> Result<(), ApiError> {
        match &self.ticket {
            Some(ticket) => self.requests.set_fingerprint(ticket, fingerprint).await.map_err(of_store)?,
            None => return Ok(()),
        }
        self.identified.set(true);
        Ok(())
    }

    /// Keeps an answer to be given again, or gives the key back where the answer is not to be repeated.
    pub(crate) async fn settle(mut self, answer: Option<Answer>) {
        let Some(ticket) = self.ticket.take() else { return };
        let settled = match answer.filter(|_| self.identified.get()) {
            Some(answer) => self.requests.store_answer(&ticket, &answer).await,
            None => self.requests.release(&ticket).await,
        };
        if let Err(error) = settled {
            // The mark in the transaction lets a repetition be answered all the same.
            tracing::warn!(%error, "The answer of an idempotent request could not be kept.");
        }
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        let requests = self.requests.clone();
        actix_web::rt::spawn(async move {
            if let Err(error) = requests.release(&ticket).await {
                tracing::warn!(%error, "The key of a request that was broken off could not be given back.");
            }
        });
    }
}

/// What a reservation found.
pub(crate) enum Reservation {
    /// Carry it out.
    Open(Holding),
    /// It was answered: by this, to the request with this fingerprint.
    Answered(Reply, Option<Fingerprint>),
    /// It was carried out and not answered.
    Committed(Holding, Stored, Option<Fingerprint>),
}

impl<S: NeedsScope> Call<S> {
    /// Carries a POST out once for its `Idempotency-Key`; always, where it has none.
    ///
    /// `work` gets the caller to hand to the use case. `rebuilt` answers for a request that was carried out by a process
    /// that ended before it answered. Answers with 401, 403, 408, 429 and 5xx are not kept.
    ///
    /// # Errors
    /// `idempotency-key-reused`, `idempotency-key-in-use`, and what `work` says.
    pub async fn once(
        &self,
        tenant: impl Into<Option<TenantId>>,
        body: &Bytes,
        status: StatusCode,
        work: impl AsyncFnOnce(Caller) -> Result<Reply, ApiError>,
        rebuilt: impl AsyncFnOnce(Stored) -> Result<Reply, ApiError>,
    ) -> Result<Reply, ApiError> {
        let tenant = tenant.into();
        let fingerprint = self.fingerprint(&sha256(body));
        let Some(reservation) = self.reserve(tenant, Some(fingerprint)).await? else {
            return work(self.caller_with(tenant, None)).await;
        };
        let (holding, outcome) = match reservation {
            Reservation::Answered(reply, _) => return Ok(reply),
            Reservation::Open(holding) => {
                let caller = self.caller_with(tenant, holding.mark(status));
                (holding, work(caller).await)
            }
            Reservation::Committed(holding, stored, _) => (holding, rebuilt(stored).await),
        };
        holding.settle(self.kept(&outcome)).await;
        outcome
    }

    /// The caller of a use case, with the mark of an idempotent request.
    pub(crate) fn caller_with(&self, tenant: Option<TenantId>, request: Option<RequestTicket>) -> Caller {
        Caller { request, ..self.caller(tenant.unwrap_or(PLATFORM)) }
    }

    /// Reserves the request's key; nothing when it has none.
    pub(crate) async fn reserve(
        &self,
        tenant: Option<TenantId>,
        fingerprint: Option<Fingerprint>,
    ) -> Result<Option<Reservation>, ApiError> {
        let Some(key) = self.idempotency_key()? else { return Ok(None) };
        let scope = RequestScope {
            tenant,
            credential: self.credential(),
            route: format!("{} {}", self.info().method, self.route_template()),
        };
        let requests = self.broker().store().requests();
        // Longer than the request may take from here, so that no second one begins while the first is at work. Where the
        // fingerprint is known the body is in already; an upload is still to be received.
        let config = &self.api().config;
        let longest = if fingerprint.is_some() { config.request_timeout } else { config.upload_timeout };
        let lease = longest + Duration::from_secs(30);
        let reserved = requests.reserve(&scope, &key, fingerprint, lease).await.map_err(of_store)?;
        let identified = fingerprint.is_some();
        let holding = |ticket, known| Holding {
            requests: requests.clone(),
            ticket: Some(ticket),
            identified: Cell::new(identified || known),
        };
        match reserved {
            Reserved::New(ticket) => Ok(Some(Reservation::Open(holding(ticket, false)))),
            Reserved::Replay { answer, fingerprint } => Ok(Some(Reservation::Answered(replay(answer)?, fingerprint))),
            Reserved::Committed { ticket, resource, status, fingerprint } => Ok(Some(Reservation::Committed(
                holding(ticket, fingerprint.is_some()),
                Stored { resource, status },
                fingerprint,
            ))),
            Reserved::Running { retry_after } => {
                let detail = "The first request with this key is still being carried out.";
                Err(ApiError::new(Code::IdempotencyKeyInUse, detail)
                    .retry_after(retry_after.min(Duration::from_secs(5))))
            }
            Reserved::Mismatch => Err(reused()),
        }
    }

    /// What an outcome leaves for repetitions; nothing when it is not to be repeated.
    pub(crate) fn kept(&self, outcome: &Result<Reply, ApiError>) -> Option<Answer> {
        match outcome {
            Ok(reply) => Some(answer_of(reply)),
            Err(error) => {
                let status = error.code().status();
                let passing = [
                    StatusCode::UNAUTHORIZED,
                    StatusCode::FORBIDDEN,
                    StatusCode::REQUEST_TIMEOUT,
                    StatusCode::TOO_MANY_REQUESTS,
                ];
                if status.is_server_error() || passing.contains(&status) {
                    return None;
                }
                let problem = error.problem(self.info(), &self.api().config.public_url);
                let body = serde_json::to_vec(&problem).ok()?;
                let mut reply = Reply { status, headers: error.headers().to_vec(), body };
                reply = reply.header(actix_web::http::header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
                Some(answer_of(&reply))
            }
        }
    }

    /// The digest of the request: method, path, query, and the digest of the body.
    pub(crate) fn fingerprint(&self, body: &[u8]) -> Fingerprint {
        let mut context = Context::new(&SHA256);
        for part in [self.info().method.as_str(), self.path(), self.query_string()] {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        context.update(body);
        into_array(context.finish().as_ref())
    }

    fn idempotency_key(&self) -> Result<Option<String>, ApiError> {
        let Some(value) = self.headers().get(IDEMPOTENCY_KEY) else { return Ok(None) };
        let key = value.to_str().ok().filter(|key| (1..=MAX_KEY).contains(&key.len()));
        match key {
            Some(key) if key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') => Ok(Some(key.to_owned())),
            _ => Err(ApiError::bad_header("Idempotency-Key", "It must have 1 to 255 printable ASCII characters.")),
        }
    }
}

/// Stands for the platform where a use case wants a tenant.
const PLATFORM: TenantId = TenantId::from_uuid(Uuid::nil());

/// The key was used for another request.
pub(crate) fn reused() -> ApiError {
    ApiError::new(Code::IdempotencyKeyReused, "The key was used before, for another request.")
}

pub(crate) fn sha256(bytes: &[u8]) -> Fingerprint {
    into_array(aws_lc_rs::digest::digest(&SHA256, bytes).as_ref())
}

fn into_array(digest: &[u8]) -> Fingerprint {
    let mut array = [0; 32];
    array.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    array
}

fn of_store(error: StoreError) -> ApiError {
    broker::BrokerError::from(error).into()
}

fn answer_of(reply: &Reply) -> Answer {
    let headers = reply.headers.iter();
    let headers = headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    Answer { status: reply.status.as_u16(), headers: headers.collect(), body: reply.body.clone() }
}

fn replay(answer: Answer) -> Result<Reply, ApiError> {
    let unreadable = |_| ApiError::internal("a stored answer cannot be read");
    let status = StatusCode::from_u16(answer.status).map_err(|error| unreadable(error.to_string()))?;
    let mut reply = Reply { status, headers: Vec::new(), body: answer.body };
    for (name, value) in answer.headers {
        let name = HeaderName::try_from(name).map_err(|error| unreadable(error.to_string()))?;
        let value = HeaderValue::try_from(value).map_err(|error| unreadable(error.to_string()))?;
        reply = reply.header(name, value);
    }
    Ok(reply.header(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true")))
}
