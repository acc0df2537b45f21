//! Who calls: the header with the token. Source: contract sections 2.2 and 10.2.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::config::User;
use super::state::State;
use super::token;
use super::variants::AuthStyle;
use super::wire::{
    LOGIN_FAILED, Refusal, Refused, TOKEN_ERROR, TOKEN_FORBIDDEN, TOKEN_INVALID_200, TOKEN_MALFORMED, TOKEN_REQUIRED,
    TOKEN_UNAUTHORIZED,
};

/// The id of the user who calls.
///
/// # Errors
/// [`Refused::Token`], in the style that the variants ask for.
pub(super) fn caller(state: &State, request: &HttpRequest, now: DateTime<Utc>) -> Result<u32, Refused> {
    authenticate(state, request, now).map_err(|skeleton| {
        Refused::Token(match state.variants.auth_style {
            AuthStyle::Skeleton => skeleton,
            AuthStyle::Http401 => TOKEN_UNAUTHORIZED,
            AuthStyle::Seed400 => TOKEN_ERROR,
            AuthStyle::Seed200 => TOKEN_INVALID_200,
            AuthStyle::Documented => documented(request),
        })
    })
}

fn authenticate(state: &State, request: &HttpRequest, now: DateTime<Utc>) -> Result<u32, Refusal> {
    let header = request.headers().get(AUTHORIZATION).ok_or(TOKEN_REQUIRED)?;
    let token = header.to_str().ok().and_then(|header| header.strip_prefix("Bearer ")).ok_or(TOKEN_MALFORMED)?;
    if token.starts_with("Bearer ") {
        return Err(TOKEN_MALFORMED);
    }
    let subject = token::subject(&state.token_key, &state.variants, token, now).ok_or(TOKEN_FORBIDDEN)?;
    let mut users = state.users.iter();
    let user = users.find(|user| is_subject(user, &subject) && !user.disabled).ok_or(TOKEN_FORBIDDEN)?;
    Ok(user.id)
}

fn is_subject(user: &User, subject: &Value) -> bool {
    *subject == user.id || *subject == user.login
}

/// What the documentation lists for a bad token at the endpoint that is called.
fn documented(request: &HttpRequest) -> Refusal {
    let about_a_user = request.path().contains("/userapp/");
    if about_a_user && request.method() == Method::PUT {
        TOKEN_INVALID_200
    } else if about_a_user {
        LOGIN_FAILED
    } else {
        TOKEN_ERROR
    }
}
