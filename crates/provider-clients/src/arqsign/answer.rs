//! What an answer means before its content is looked at: carried out, refused, or nobody knows.
//!
//! A refusal is an HTTP status with a text in one of several forms; the text decides the class, then the status.
//! Source: contract sections 2.18 and 5.

use std::time::Duration;

use domain::outcome::{Class, Outcome, Refusal};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::ArqAccount;
use super::blame::{Scope, blames};
use super::endpoints::Endpoint;
use super::messages::{meaning, normalized};
use super::wire::received;
use crate::reply::Reply;
use crate::shared::answers::{MESSAGE_CHARS, class_of_status, doubtful, refusal, shown};
use crate::shared::json;

/// Members that may hold a code of a refusal.
const CODES: [&str; 6] = ["codigo", "code", "codigoErro", "errorCode", "Codigo", "Code"];

/// What a refusal says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Said {
    /// The vendor's own code, where it gives one.
    pub code: Option<String>,
    /// Its text; empty when there is none.
    pub text: String,
}

impl ArqAccount {
    /// The JSON of a successful answer, names of members in lower case.
    ///
    /// # Errors
    /// The outcome of the call when it was refused, or when its success cannot be read.
    pub(super) fn accepted<T>(&self, endpoint: Endpoint, reply: &Reply, scope: Scope<'_>) -> Result<Value, Outcome<T>> {
        if !reply.is_success() {
            return Err(self.failure(endpoint, reply, scope));
        }
        received::parse(reply.bytes()).ok_or_else(|| {
            doubtful(endpoint.name(), "unreadable", "The provider answered with success and without readable JSON.")
        })
    }

    /// What an answer other than success means.
    pub(super) fn failure<T>(&self, endpoint: Endpoint, reply: &Reply, scope: Scope<'_>) -> Outcome<T> {
        let said = self.said(reply);
        let too_many = self.checked.settings.rate_limit_statuses.contains(&reply.status)
            || (reply.status == 403 && normalized(&said.text).contains("quota"));
        let decided = (400..500).contains(&reply.status) && reply.status != 408;
        if endpoint.changes() && !decided && !too_many {
            let reason = format!("HTTP status {}: the provider may have carried it out.", reply.status);
            return doubtful(endpoint.name(), &format!("http_{}", reply.status), reason);
        }
        Outcome::Refused(self.refused(endpoint, reply, scope, &said, too_many))
    }

    fn refused(&self, endpoint: Endpoint, reply: &Reply, scope: Scope<'_>, said: &Said, too_many: bool) -> Refusal {
        let known = meaning(&said.text);
        let by_status = || match (reply.status, endpoint) {
            (422, Endpoint::Cancel) => Class::Conflict,
            (status, _) => class_of_status(status),
        };
        let class = match self.overridden(&said.text) {
            Some(class) => class,
            None if too_many => Class::RateLimited,
            None => known.as_ref().map_or_else(by_status, |k| k.class),
        };
        let code = said.code.clone().unwrap_or_else(|| format!("http_{}", reply.status));
        let message = if said.text.is_empty() {
            format!("HTTP status {} without a text of the provider.", reply.status)
        } else {
            shown(&said.text, self.secrets().chain(scope.access_codes()))
        };
        let at = match (known, class) {
            (Some(known), _) => known.at,
            (None, Class::Authentication) => meaning("Acesso não autorizado.").map(|m| m.at).unwrap_or_default(),
            (
                None,
                Class::InvalidRequest
                | Class::Permission
                | Class::InsufficientCredit
                | Class::NotFound
                | Class::Conflict
                | Class::RateLimited
                | Class::ProviderUnavailable
                | Class::ProviderError,
            ) => Vec::new(),
        };
        let mut refusal = refusal(endpoint.name(), &code, class, message, blames(&at, scope), reply);
        if class == Class::RateLimited {
            let wait = Duration::from_secs(self.checked.settings.rate_limit_default_wait_s);
            refusal.retry_after.get_or_insert(wait);
        }
        refusal
    }

    fn overridden(&self, text: &str) -> Option<Class> {
        let text = normalized(text);
        let fits = |(begins, _): &&(String, Class)| text.starts_with(begins.as_str());
        self.checked.error_messages.iter().find(fits).map(|(_, class)| *class)
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        [Some(&self.keys.app), Some(&self.keys.subscription), self.keys.webhook.as_ref()]
            .into_iter()
            .flatten()
            .map(|key| key.expose_secret())
    }

    /// What a refusal says, whichever of the forms its body has: a JSON text, an object, an array of texts, plain text,
    /// nothing. Source: contract section 2.18, A10.
    pub(super) fn said(&self, reply: &Reply) -> Said {
        match json::parse(reply.bytes()) {
            Some(Value::String(text)) => Said { code: None, text: text.trim().to_owned() },
            Some(Value::Array(items)) => {
                let texts: Vec<String> = items.iter().filter_map(json::text).collect();
                Said { code: None, text: texts.join(" ") }
            }
            Some(object @ Value::Object(_)) => self.said_in(&object),
            Some(Value::Null) => Said::default(),
            Some(scalar @ (Value::Bool(_) | Value::Number(_))) => Said { code: None, text: scalar.to_string() },
            None => {
                let text = String::from_utf8_lossy(reply.bytes());
                Said { code: None, text: text.trim().chars().take(MESSAGE_CHARS).collect() }
            }
        }
    }

    fn said_in(&self, object: &Value) -> Said {
        let pointers = &self.checked.settings.error_message_pointers;
        let text = pointers.iter().find_map(|pointer| json::at(object, pointer).and_then(json::text));
        let mut texts: Vec<String> = text.into_iter().collect();
        if let Some(errors) = json::member(object, "errors") {
            flatten(errors, &mut texts);
        }
        let code = CODES.iter().find_map(|name| json::text_of(object, name));
        Said { code, text: texts.join(" ") }
    }
}

/// Every text in `value`, in order.
fn flatten(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, texts)),
        Value::Object(members) => members.values().for_each(|member| flatten(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => texts.extend(json::text(value)),
    }
}
