//! HTTP Basic with an application's key and password. Source: contract section 1.

use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse};
use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::state::State;

/// Why a caller is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Denied {
    /// No pair, or none that is known.
    #[error("the caller has no valid credentials")]
    Unknown,
    /// The application is disabled.
    #[error("the application is disabled")]
    Disabled,
}

impl Denied {
    /// The answer, with an empty body.
    pub(super) fn answer(self) -> HttpResponse {
        let status = match self {
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::Disabled => StatusCode::FORBIDDEN,
        };
        HttpResponse::build(status).finish()
    }
}

/// The API key of the application that calls.
///
/// # Errors
/// [`Denied`].
pub(super) fn application(state: &State, request: &HttpRequest) -> Result<String, Denied> {
    let pair = pair(request).ok_or(Denied::Unknown)?;
    match state.applications.iter().find(|known| pair == format!("{}:{}", known.api_key, known.api_password)) {
        Some(known) if known.disabled => Err(Denied::Disabled),
        Some(known) => Ok(known.api_key.clone()),
        None => Err(Denied::Unknown),
    }
}

/// `key:password` as sent.
fn pair(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()
}
