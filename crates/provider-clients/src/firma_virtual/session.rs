//! The login and its token. Source: contract sections 2.2 and 3.1.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::outcome::Outcome;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::FirmaAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::wire::sent;
use crate::call::{Call, Method};
use crate::provider::{Moment, Session};
use crate::reply::Reply;
use crate::shared::answers::refusal;
use crate::shared::json::{member, parse, text, text_of};

/// The number of the user, in a session's values.
const USER_ID: &str = "user_id";

impl FirmaAccount {
    /// The login.
    pub(super) fn login_call(&self) -> Option<Call> {
        let body = sent::Login { login: self.login.expose_secret(), password: self.password.expose_secret() };
        self.open_json(Endpoint::Login, Method::Post, &["logindata"], &body).ok()
    }

    /// The token in the answer to a login: used until the account's limit, or until `exp` where the token says so sooner.
    /// What a token says of itself is read and never trusted (F5).
    pub(super) fn logged_in(&self, moment: &Moment<'_>, reply: &Reply) -> Outcome<Session> {
        let message = match self.accepted(Endpoint::Login, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        let beside = || parse(reply.bytes()).as_ref().and_then(|answer| text_of(answer, "Authorization"));
        let value = text_of(&message, "Authorization").or_else(|| text(&message)).or_else(beside);
        let Some(token) = value.as_deref().map(bare).filter(|token| is_token(token)) else {
            let endpoint = Endpoint::Login.name();
            let what = "The login succeeded and no token is in the answer.";
            let class = domain::outcome::Class::ProviderError;
            return Failure::Refused(refusal(endpoint, "no_token", class, what, Vec::new(), reply)).outcome();
        };
        let claims = claims(token).unwrap_or(Value::Null);
        let ttl = i64::try_from(self.checked.settings.token_ttl_s).unwrap_or(i64::MAX);
        let longest = moment.now + TimeDelta::try_seconds(ttl).unwrap_or(TimeDelta::hours(24));
        let told = member(&claims, "exp").and_then(Value::as_i64).and_then(|at| DateTime::<Utc>::from_timestamp(at, 0));
        let values: BTreeMap<String, String> = member(&claims, "sub")
            .and_then(text)
            .filter(|sub| sub.bytes().all(|b| b.is_ascii_digit()))
            .map(|sub| (USER_ID.to_owned(), sub))
            .into_iter()
            .collect();
        Outcome::Done(Session {
            token: SecretString::from(token),
            expires_at: told.filter(|at| *at > moment.now).map_or(longest, |at| at.min(longest)),
            values,
        })
    }

    /// The vendor's number of the user that owns the contracts: the account's setting, else what the token says.
    pub(super) fn owner_id(&self, moment: &Moment<'_>) -> Option<String> {
        let set = self.checked.settings.owner_user_id.map(|id| id.to_string());
        set.or_else(|| moment.session?.values.get(USER_ID).cloned())
    }
}

/// The token without the `Bearer ` that the vendor puts before it.
fn bare(value: &str) -> &str {
    let value = value.trim();
    match value.split_at_checked(7) {
        Some((word, token)) if word.eq_ignore_ascii_case("bearer ") => token.trim(),
        Some(_) | None => value,
    }
}

/// Whether a text can stand in a header as a token; a sentence cannot.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
}

/// What a JWT says of itself, without checking its signature.
fn claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}
