//! The gateway before the service: it knows keys, routes and rates, and has failures of its own shape. Source: contract section 10.2.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::jwt::Token;
use super::state::State;

/// A caller whose token is good.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Selects the consumer.
    pub(super) issuer: String,
    /// The claim that names the user, where there is one.
    pub(super) user: Option<String>,
}

/// A failure of the gateway: a status and a body without `success`.
#[derive(Debug)]
pub(super) struct Barred {
    status: StatusCode,
    body: Value,
    retry_after_s: Option<i64>,
}

impl Barred {
    fn unauthorized(message: &str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, body: json!({ "message": message }), retry_after_s: None }
    }

    fn claim(claim: &str, message: &str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, body: json!({ claim: message }), retry_after_s: None }
    }

    /// There is nothing at this path and method.
    pub(super) fn no_route() -> Self {
        let body = json!({ "message": "no Route matched with those values" });
        Self { status: StatusCode::NOT_FOUND, body, retry_after_s: None }
    }

    pub(super) fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after_s {
            response.insert_header((RETRY_AFTER, seconds));
        }
        response.json(self.body)
    }
}

/// Lets a caller in whose token is good.
///
/// Tokens are judged by real time, not by the sandbox's: who signs them keeps a clock of its own, which nobody advances.
///
/// # Errors
/// [`Barred`], in the contract's order.
pub(super) fn authenticate(state: &State, request: &HttpRequest) -> Result<Caller, Barred> {
    let jwt = &state.profile.jwt;
    let header = request.headers().get(jwt.header.as_str()).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix(jwt.prefix.as_str())).and_then(Token::parse);
    let token = token.ok_or_else(|| Barred::unauthorized("Unauthorized"))?;
    let claim = jwt.issuer_claim();
    let issuer = token.text(claim).ok_or_else(|| Barred::unauthorized(&format!("No mandatory '{claim}' in claims")))?;
    let consumer = state
        .consumer(issuer)
        .ok_or_else(|| Barred::unauthorized(&format!("No credentials found for given '{claim}'")))?;
    if token.algorithm() != Some(&jwt.algorithm) {
        return Err(Barred::unauthorized("Invalid algorithm"));
    }
    if !token.is_signed_by(&consumer.public_key_pem, &jwt.algorithm) {
        return Err(Barred::unauthorized("Invalid signature"));
    }
    match token.expires_at() {
        Err(_) => return Err(Barred::claim("exp", "must be a number")),
        Ok(None) if state.variants.require_exp => return Err(Barred::claim("exp", "must be a number")),
        Ok(None) => {}
        Ok(Some(at)) => {
            if at <= real_time() {
                return Err(Barred::claim("exp", "token expired"));
            }
        }
    }
    Ok(Caller { issuer: issuer.to_owned(), user: token.text(jwt.user_claim()).map(str::to_owned) })
}

/// Seconds since 1970 by the machine's own clock.
fn real_time() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// Counts a call of a consumer.
///
/// # Errors
/// [`Barred`] when it is one too many for this minute.
pub(super) fn spend(state: &mut State, caller: &Caller, now: DateTime<Utc>) -> Result<(), Barred> {
    let Some(allowed) = state.variants.rate_per_minute else {
        return Ok(());
    };
    let (since, calls) = state.rates.entry(caller.issuer.clone()).or_insert((now, 0));
    let passed = now.signed_duration_since(*since);
    if passed >= TimeDelta::minutes(1) {
        (*since, *calls) = (now, 0);
    } else if *calls >= allowed {
        let left = TimeDelta::minutes(1) - passed;
        return Err(Barred {
            status: StatusCode::TOO_MANY_REQUESTS,
            body: json!({ "message": "API rate limit exceeded" }),
            retry_after_s: Some(left.num_seconds().saturating_add(1)),
        });
    }
    *calls = calls.saturating_add(1);
    Ok(())
}
