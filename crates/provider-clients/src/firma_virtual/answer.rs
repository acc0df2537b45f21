//! What an answer means before its content is looked at. The vendor's verdict is in the body: `status`, `code` and the shape
//! of `message`; the HTTP status alone proves nothing. Source: contract section 2.1.

use std::time::Duration;

use domain::outcome::{Class, Doubt, Outcome, Refusal};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::FirmaAccount;
use super::blame::{Scope, blames};
use super::endpoint::{Endpoint, Promise};
use super::known_texts::{is_bad_token, is_limit, meaning};
use crate::call::Call;
use crate::reply::Reply;
use crate::shared::answers::{refusal, shown};
use crate::shared::json::{member, parse, text};

/// An answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The token is bad.
    SessionExpired,
    /// The vendor said no.
    Refused(Refusal),
    /// The call may have happened.
    Unknown(Doubt),
}

impl Failure {
    /// The outcome of a call that should have given a `T`.
    pub(super) fn outcome<T>(self) -> Outcome<T> {
        match self {
            Self::SessionExpired => Outcome::SessionExpired,
            Self::Refused(refusal) => Outcome::Refused(refusal),
            Self::Unknown(doubt) => Outcome::Unknown(doubt),
        }
    }
}

/// The three members of every answer.
struct Said {
    /// `code`, else the HTTP status.
    code: u16,
    /// Whether `status` says `success`; `None` when there is no such member.
    success: Option<bool>,
    /// `message`, or its `info`, when it is a text.
    text: String,
    message: Value,
}

impl Said {
    fn of(answer: &Value, http: u16) -> Self {
        let message = member(answer, "message").cloned().unwrap_or(Value::Null);
        let told = text(&message).or_else(|| member(&message, "info").and_then(text)).unwrap_or_default();
        Self {
            code: member(answer, "code").and_then(text).and_then(|code| code.parse().ok()).unwrap_or(http),
            success: member(answer, "status").and_then(text).map(|word| word.eq_ignore_ascii_case("success")),
            text: told,
            message,
        }
    }
}

impl FirmaAccount {
    /// The `message` of an answer that is a success.
    pub(super) fn accepted(&self, endpoint: Endpoint, reply: &Reply, scope: &Scope<'_>) -> Result<Value, Failure> {
        if reply.status == 204 && reply.bytes().trim_ascii().is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        let Some(answer) = parse(reply.bytes().trim_ascii()).filter(Value::is_object) else {
            return Err(self.unreadable(endpoint, reply, scope));
        };
        let said = Said::of(&answer, reply.status);
        let is_known_refusal = self.checked.text_class(&said.text).is_some()
            || meaning(endpoint, &said.text).is_some()
            || is_bad_token(endpoint, reply.status, said.code, &said.text)
            || is_limit(&said.text);
        let succeeded = reply.is_success() && said.success == Some(true) && (200..300).contains(&said.code);
        if succeeded && !is_known_refusal && keeps(endpoint.promise(), &said.message) {
            // The token of a login may stand beside the message.
            let whole = endpoint == Endpoint::Login && said.message.is_null();
            return Ok(if whole { answer } else { said.message });
        }
        Err(self.failure(endpoint, &said, reply, scope))
    }

    /// What it means that a token was refused that was fetched for this very call. Source: contract section 2.2.
    pub(super) fn refused_for_good(&self, call: &Call, reply: &Reply) -> Refusal {
        let answer = parse(reply.bytes().trim_ascii()).unwrap_or(Value::Null);
        let said = Said::of(&answer, reply.status);
        let class = match (reply.status, said.code) {
            (401 | 403, _) | (_, 401 | 403 | 200..=299) => Class::Authentication,
            (_, _) => Class::ProviderError,
        };
        let endpoint = Endpoint::named(call.endpoint);
        let at =
            if class == Class::Authentication { blames(class, endpoint, &[], &Scope::Account) } else { Vec::new() };
        refusal(call.endpoint, &said.code.to_string(), class, self.shown(&said.text), at, reply)
    }

    fn failure(&self, endpoint: Endpoint, said: &Said, reply: &Reply, scope: &Scope<'_>) -> Failure {
        let told = meaning(endpoint, &said.text);
        let by_operator =
            self.checked.text_class(&said.text).or_else(|| self.checked.code_class(reply.status, said.code));
        if by_operator.is_none() && is_bad_token(endpoint, reply.status, said.code, &said.text) {
            return Failure::SessionExpired;
        }
        let class = by_operator.or(told.as_ref().map(|told| told.class)).unwrap_or_else(|| {
            if is_limit(&said.text) { Class::RateLimited } else { class_of(failing_code(reply.status, said.code)) }
        });
        let code = said.code.to_string();
        // "Success" in a shape that this endpoint does not have says neither yes nor no.
        let undecided = by_operator.is_none()
            && told.is_none()
            && class != Class::RateLimited
            && reply.is_success()
            && said.success != Some(false)
            && (200..300).contains(&said.code);
        if endpoint.changes() && (undecided || class == Class::ProviderUnavailable) {
            return doubt(endpoint, &code, "The provider's answer does not tell whether the call was carried out.");
        }
        let inputs = told.map_or(&[][..], |told| told.inputs);
        self.no(endpoint, &code, class, &said.text, inputs, reply, scope)
    }

    /// An answer that is no JSON. Source: contract section 2.1, last line, and the table of 2.3.
    fn unreadable(&self, endpoint: Endpoint, reply: &Reply, scope: &Scope<'_>) -> Failure {
        let code = if reply.is_success() { "unreadable".to_owned() } else { format!("http_{}", reply.status) };
        let by_operator = self.checked.code_class(reply.status, reply.status);
        if by_operator.is_none() && is_bad_token(endpoint, reply.status, reply.status, "") {
            return Failure::SessionExpired;
        }
        let class = by_operator.unwrap_or_else(|| class_of(reply.status));
        // A success that was cut short on its way says nothing, not even about a call that only reads.
        if reply.is_success() || (endpoint.changes() && class == Class::ProviderUnavailable) {
            return doubt(endpoint, &code, "The provider's answer could not be read.");
        }
        let message = format!("HTTP status {} without a verdict of the provider.", reply.status);
        self.no(endpoint, &code, class, &message, &[], reply, scope)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one refusal")]
    fn no(
        &self,
        endpoint: Endpoint,
        code: &str,
        class: Class,
        message: &str,
        inputs: &[&str],
        reply: &Reply,
        scope: &Scope<'_>,
    ) -> Failure {
        let mut told = refusal(
            endpoint.name(),
            code,
            class,
            self.shown(message),
            blames(class, Some(endpoint), inputs, scope),
            reply,
        );
        if class == Class::RateLimited {
            let pause = Duration::from_secs(self.checked.settings.limit_backoff_s);
            told.retry_after = told.retry_after.or(Some(pause));
        }
        Failure::Refused(told)
    }

    fn shown(&self, message: &str) -> String {
        shown(message, [self.password.expose_secret()])
    }
}

fn doubt(endpoint: Endpoint, code: &str, reason: &str) -> Failure {
    Failure::Unknown(Doubt { reason: reason.to_owned(), code: Some(format!("{}/{code}", endpoint.name())) })
}

fn keeps(promise: Promise, message: &Value) -> bool {
    match promise {
        Promise::Object => message.is_object() && member(message, "info").is_none(),
        Promise::Array => message.is_array(),
        Promise::Contract => super::wire::received::contract_of_creation(message).is_some(),
        Promise::Anything => true,
    }
}

/// The code that tells what failed: the body's, unless only the HTTP status says that something did.
fn failing_code(http: u16, code: u16) -> u16 {
    if (200..300).contains(&code) && !(200..300).contains(&http) { http } else { code }
}

/// Source: contract section 2.3.
fn class_of(code: u16) -> Class {
    match code {
        401 | 403 => Class::Authentication,
        402 => Class::InsufficientCredit,
        404 | 410 => Class::NotFound,
        409 => Class::Conflict,
        413 => Class::InvalidRequest,
        429 => Class::RateLimited,
        408 | 500..=599 => Class::ProviderUnavailable,
        _ => Class::ProviderError,
    }
}
