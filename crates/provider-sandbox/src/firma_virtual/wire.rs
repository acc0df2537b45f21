//! What the vendor's answers have in common. Source: contract sections 2.1 and 2.3.

use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::variants::{Refusals, Variants};
use crate::endpoint;

/// A JSON object as received.
pub(super) type Object = Map<String, Value>;

/// What an endpoint answers when it did what was asked.
#[derive(Debug)]
pub(super) struct Success {
    code: u16,
    message: Value,
}

impl Success {
    pub(super) fn new(code: u16, message: Value) -> Self {
        Self { code, message }
    }

    /// A code with nothing to tell.
    pub(super) fn empty(code: u16) -> Self {
        Self { code, message: json!({}) }
    }
}

/// An error with its code; its class is the name that the framework puts beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) message: &'static str,
    pub(super) class: &'static str,
}

const fn refusal(code: u16, message: &'static str, class: &'static str) -> Refusal {
    Refusal { code, message, class }
}

pub(super) const VALIDATION_FAIL: Refusal = refusal(400, "VALIDATION-FAIL", "Contract");
pub(super) const TOO_LARGE: Refusal = refusal(413, "VALIDATION-FAIL", "Contract");
pub(super) const CONTRACT_NOT_FOUND: Refusal = refusal(404, "Contract not found.", "Contract");
pub(super) const SIGNER_NOT_FOUND: Refusal = refusal(404, "Signer not found.", "Contract");
pub(super) const FILE_NOT_FOUND: Refusal = refusal(404, "File not found.", "Contract");
pub(super) const USER_NOT_FOUND: Refusal = refusal(404, "User not found.", "User");
pub(super) const LOGIN_FAILED: Refusal = refusal(400, "Login failed: Email or password incorrect.", "User");
pub(super) const EMAIL_EXISTS: Refusal = refusal(200, "Email exists", "User");
pub(super) const LOGIN_EXISTS: Refusal = refusal(200, "THIS Login already exists", "User");
// The misspelling is the vendor's.
pub(super) const LOGIN_INVALID: Refusal =
    refusal(200, "Invalid Login must be alphanumeric whit 6 to 16 length", "User");
pub(super) const RESET_UNKNOWN: Refusal = refusal(200, "Login / usuario desconocido..!", "User");
pub(super) const RESET_WRONG: Refusal = refusal(200, "Wrong login or password ..!", "User");
pub(super) const TOKEN_REQUIRED: Refusal = refusal(400, "JWT Token required.", "Auth");
pub(super) const TOKEN_MALFORMED: Refusal = refusal(400, "JWT Token invalid.", "Auth");
pub(super) const TOKEN_FORBIDDEN: Refusal = refusal(403, "error: Forbidden, not authorized.", "Auth");
pub(super) const TOKEN_UNAUTHORIZED: Refusal = refusal(401, "error: Unauthorized.", "Auth");
pub(super) const TOKEN_ERROR: Refusal = refusal(400, "error", "Auth");
pub(super) const TOKEN_INVALID_200: Refusal = refusal(200, "JWT Token invalid", "Auth");
const LIMIT: Refusal = refusal(429, "Se ha superado el límite de correos por hora.", "Contract");

/// Why an endpoint did not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The token.
    Token(Refusal),
    /// The request or the state of things.
    Business(Refusal),
    /// Too many mails.
    Limit,
}

/// The outcome of an endpoint.
pub(super) type Reply = Result<Success, Refused>;

/// The answer.
pub(super) fn respond(variants: &Variants, reply: Reply) -> HttpResponse {
    match reply {
        Ok(success) => succeed(variants, success.code, &success.message),
        Err(Refused::Token(refusal)) => refuse(variants, refusal),
        Err(Refused::Business(refusal)) => match variants.refusals {
            Refusals::Error => refuse(variants, refusal),
            Refusals::SuccessText => succeed(variants, 200, &json!(refusal.message)),
            Refusals::SuccessInfo => succeed(variants, 200, &json!({ "info": refusal.message })),
        },
        Err(Refused::Limit) if variants.limit_as_text => refuse(variants, Refusal { code: 400, ..LIMIT }),
        Err(Refused::Limit) => refuse(variants, LIMIT),
    }
}

fn succeed(variants: &Variants, code: u16, message: &Value) -> HttpResponse {
    if code == 204 && variants.real_204 {
        return HttpResponse::NoContent().finish();
    }
    json_answer(variants, code, &json!({ "code": code, "status": "success", "message": message }))
}

fn refuse(variants: &Variants, refusal: Refusal) -> HttpResponse {
    let Refusal { code, message, class } = refusal;
    json_answer(variants, code, &json!({ "message": message, "class": class, "status": "error", "code": code }))
}

/// A JSON answer whose HTTP status is its code, except that 204 could not carry a body.
pub(super) fn json_answer(variants: &Variants, code: u16, body: &Value) -> HttpResponse {
    let status = if variants.http_always_200 || code == 204 { 200 } else { code };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).content_type("application/json").body(body.to_string())
}

/// Largest JSON request in bytes.
const JSON_BYTES: usize = 1024 * 1024;

/// The object of a JSON request; none when the body is anything else.
pub(super) async fn read_json(request: &HttpRequest, payload: Payload) -> Option<Object> {
    let body = payload.to_bytes_limited(JSON_BYTES).await.ok()?.ok()?;
    let declared = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !declared.to_ascii_lowercase().starts_with("application/json") {
        return None;
    }
    match serde_json::from_slice(&body) {
        Ok(Value::Object(object)) => {
            endpoint::received_json(request, Value::Object(object.clone()), Vec::new());
            Some(object)
        }
        Ok(_) | Err(_) => None,
    }
}

/// The object of a body that had to be one.
///
/// # Errors
/// [`VALIDATION_FAIL`] when it is none.
pub(super) fn object(body: Option<Object>) -> Result<Object, Refused> {
    body.ok_or(Refused::Business(VALIDATION_FAIL))
}
