//! What an answer means before its content is looked at: carried out, refused, or nobody knows.
//!
//! The verdict is `estado_operacion` in the body, whatever the HTTP status; the status counts only when there is no such
//! word. Codes are compared, never messages. Source: contract section 2.2.

use std::time::Duration;

use domain::outcome::{Class, Doubt, Outcome, Refusal};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::GoAccount;
use super::blame::{Scope, blames};
use super::codes::{At, Endpoint, Place, meaning};
use super::wire::received;
use crate::call::SECRET;
use crate::reply::Reply;

/// The code of success everywhere but in `consultar_documento`.
pub(super) const SUCCESS: &str = "0000";

/// Most characters of a vendor's message that are kept.
const MESSAGE_CHARS: usize = 500;

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

impl GoAccount {
    /// The answer's JSON object when it says success.
    pub(super) fn accepted(&self, endpoint: Endpoint, reply: &Reply, scope: Scope<'_>) -> Result<Value, Failure> {
        let answer = received::parse(reply.bytes());
        match answer.as_ref().and_then(received::code) {
            Some(code) if code == SUCCESS => answer.ok_or_else(|| self.no_verdict(endpoint, reply, scope)),
            Some(code) => {
                let message = answer.as_ref().map(received::message).unwrap_or_default();
                Err(self.failure(endpoint, &code, &message, reply.retry_after, scope))
            }
            None => Err(self.no_verdict(endpoint, reply, scope)),
        }
    }

    /// What a code other than success means.
    pub(super) fn failure(
        &self,
        endpoint: Endpoint,
        code: &str,
        message: &str,
        retry_after: Option<Duration>,
        scope: Scope<'_>,
    ) -> Failure {
        let known = meaning(endpoint, code);
        let overridden = self.overridden(endpoint, code, message);
        let class = overridden.or(known.map(|k| k.class)).unwrap_or(Class::ProviderError);
        // An operator who names a class of refusal knows that the vendor decided; an outage stays in doubt.
        let in_doubt = endpoint == Endpoint::SendDocument
            && match overridden {
                Some(class) => matches!(class, Class::ProviderUnavailable | Class::ProviderError),
                None => known.is_none_or(|k| k.in_doubt),
            };
        let full_code = format!("{}/{code}", endpoint.name());
        if in_doubt {
            return Failure::Unknown(Doubt {
                reason: "The provider answered with a code that does not tell whether it took the document.".to_owned(),
                code: Some(full_code),
            });
        }
        Failure::Refused(Refusal {
            class,
            code: full_code,
            message: self.shown(message, scope),
            blames: blames(known.map_or(&[][..], |k| k.at), scope, message),
            retry_after,
        })
    }

    /// What an answer without the vendor's verdict means: the HTTP status decides.
    pub(super) fn no_verdict(&self, endpoint: Endpoint, reply: &Reply, scope: Scope<'_>) -> Failure {
        let default = match reply.status {
            429 => Class::RateLimited,
            413 => Class::InvalidRequest,
            401 | 403 => Class::Authentication,
            408 => Class::ProviderUnavailable,
            400..=499 => Class::ProviderError,
            _ => Class::ProviderUnavailable,
        };
        let class = self.checked.http_overrides.get(&reply.status).copied().unwrap_or(default);
        let code = if (400..600).contains(&reply.status) {
            format!("{}/http_{}", endpoint.name(), reply.status)
        } else {
            format!("{}/unreadable", endpoint.name())
        };
        if class == Class::ProviderUnavailable && endpoint.changes() {
            return Failure::Unknown(Doubt {
                reason: format!("The provider answered with HTTP status {} and without a verdict.", reply.status),
                code: Some(code),
            });
        }
        let at: &[At] = match class {
            Class::InvalidRequest if reply.status == 413 => &[At::Envelope(Place::Documents)],
            Class::Authentication => &[At::PrivateKey],
            Class::InvalidRequest
            | Class::Permission
            | Class::InsufficientCredit
            | Class::NotFound
            | Class::Conflict
            | Class::RateLimited
            | Class::ProviderUnavailable
            | Class::ProviderError => &[],
        };
        Failure::Refused(Refusal {
            class,
            code,
            message: format!("HTTP status {} without a verdict of the provider.", reply.status),
            blames: blames(at, scope, ""),
            retry_after: reply.retry_after,
        })
    }

    fn overridden(&self, endpoint: Endpoint, code: &str, message: &str) -> Option<Class> {
        self.checked
            .code_overrides
            .iter()
            .find(|(o, pattern)| {
                o.endpoint == endpoint.name()
                    && o.code.as_ref().is_none_or(|wanted| received::padded(wanted) == code)
                    && pattern.as_ref().is_none_or(|p| p.is_match(message))
            })
            .map(|(o, _)| o.class)
    }

    /// A vendor's message as it may be shown: without our secrets, cut.
    fn shown(&self, message: &str, scope: Scope<'_>) -> String {
        let key = self.private_key.expose_secret();
        let secrets = std::iter::once(key).chain(scope.access_codes()).filter(|secret| !secret.is_empty());
        let shown = secrets.fold(message.to_owned(), |text, secret| text.replace(secret, SECRET));
        shown.chars().take(MESSAGE_CHARS).collect()
    }
}
