//! What an answer means before its content is looked at: carried out, refused, or nobody knows. The API's own failures
//! and those of the gateway before it have different shapes. Source: contract sections 2, 2.1 and 6.

use std::time::Duration;

use domain::outcome::{Class, Doubt, Outcome, Refusal};
use serde_json::Value;

use super::GofirmexAccount;
use super::blame::{Said, Scope, blames};
use super::endpoint::Endpoint;
use super::wire::told;
use crate::reply::Reply;
use crate::shared::answers::{refusal, shown};
use crate::shared::json;

/// How long a refusal for too many calls is waited out when it does not say. Source: contract section 2.1.
const PAUSE_WHEN_LIMITED: Duration = Duration::from_secs(60);

/// An answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The vendor said no.
    Refused(Refusal),
    /// The call may have happened.
    Unknown(Doubt),
}

impl Failure {
    /// The outcome of a call that should have given a `T`.
    pub(super) fn outcome<T>(self) -> Outcome<T> {
        match self {
            Self::Refused(refusal) => Outcome::Refused(refusal),
            Self::Unknown(doubt) => Outcome::Unknown(doubt),
        }
    }
}

impl GofirmexAccount {
    /// The answer's JSON when it says success: 2xx, and the word for it in the body.
    pub(super) fn accepted(&self, endpoint: Endpoint, reply: &Reply, scope: Scope<'_>) -> Result<Value, Failure> {
        let response = &self.checked.profile.response;
        let answer = json::parse(reply.bytes()).filter(Value::is_object);
        let verdict = answer.as_ref().and_then(|answer| {
            if response.success.is_empty() {
                // An account that names no place for the verdict: the status says it, and a code says whose failure it is.
                let failed = told::text(answer, &response.code).map(|_| "false".to_owned());
                return if reply.is_success() { Some("true".to_owned()) } else { failed };
            }
            told::text(answer, &response.success)
        });
        match (answer, verdict.as_deref()) {
            (Some(answer), Some("true")) if reply.is_success() => Ok(answer),
            (Some(answer), Some(_)) => Err(self.failure(endpoint, reply, Some(&answer), true, scope)),
            (answer, None) => Err(self.failure(endpoint, reply, answer.as_ref(), false, scope)),
            (None, Some(_)) => Err(self.failure(endpoint, reply, None, false, scope)),
        }
    }

    /// Whether a refusal of `start` says that it was started before. A code that is known decides before the status.
    pub(super) fn was_started(&self, reply: &Reply) -> bool {
        let (profile, known) = (&self.checked.profile, &self.checked.profile.already_started);
        let code = json::parse(reply.bytes()).and_then(|answer| told::text(&answer, &profile.response.code));
        match code {
            Some(code) if known.codes.contains(&code) => true,
            Some(code) if profile.error_codes.contains_key(&code) => false,
            Some(_) | None => known.http.contains(&reply.status),
        }
    }

    /// What an answer means that is not a success. `of_api`: it has the API's shape, so that it is not the gateway's.
    fn failure(
        &self,
        endpoint: Endpoint,
        reply: &Reply,
        answer: Option<&Value>,
        of_api: bool,
        scope: Scope<'_>,
    ) -> Failure {
        let profile = &self.checked.profile;
        let code = answer.and_then(|answer| told::text(answer, &profile.response.code));
        let by_code = code.as_ref().and_then(|code| profile.error_codes.get(code)).copied();
        let class = by_code.unwrap_or_else(|| class_of(reply.status, of_api));
        let word = code.unwrap_or_else(|| format!("http_{}", reply.status));
        // A success without a verdict may be one: only the vendor knows.
        let no_verdict = by_code.is_none() && !of_api && reply.is_success();
        if no_verdict || (class == Class::ProviderUnavailable && endpoint.changes()) {
            return Failure::Unknown(Doubt {
                reason: format!("HTTP status {} without a verdict of the provider.", reply.status),
                code: Some(format!("{}/{word}", endpoint.name())),
            });
        }
        let detail = answer.and_then(|answer| told::first(answer, &profile.response.detail));
        let message = answer.map(|answer| self.message(answer, detail)).unwrap_or_default();
        let message = if message.is_empty() { format!("HTTP status {}.", reply.status) } else { message };
        let no_route = reply.status == 404 && !of_api;
        let said = Said { endpoint, class, code: &word, status: reply.status, no_route, detail };
        let blames = blames(self, &said, scope);
        let mut refusal = refusal(endpoint.name(), &word, class, shown(&message, []), blames, reply);
        if class == Class::RateLimited {
            refusal.retry_after.get_or_insert(PAUSE_WHEN_LIMITED);
        }
        Failure::Refused(refusal)
    }

    /// The vendor's words: the message, or a detail that is a text, or the claim that the gateway names as a key.
    fn message(&self, answer: &Value, detail: Option<&Value>) -> String {
        let told = told::text(answer, &self.checked.profile.response.message).or_else(|| detail.and_then(json::text));
        told.unwrap_or_else(|| {
            let members = answer.as_object().into_iter().flatten();
            let mut said = members.filter_map(|(name, value)| Some(format!("{name}: {}", json::text(value)?)));
            said.next().unwrap_or_default()
        })
    }
}

/// What an HTTP status means without a code that is known. Source: contract section 2.1.
fn class_of(status: u16, of_api: bool) -> Class {
    match status {
        400 | 413 | 415 | 422 => Class::InvalidRequest,
        401 => Class::Authentication,
        402 => Class::InsufficientCredit,
        403 => Class::Permission,
        404 if of_api => Class::NotFound,
        409 => Class::Conflict,
        429 => Class::RateLimited,
        408 | 500..=599 => Class::ProviderUnavailable,
        _ => Class::ProviderError,
    }
}
