//! What the vendor's answers have in common.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::codes::Refusal;
use super::config::{AnswerShape, Variants};
use crate::endpoint::plain;
use crate::upload::BodyError;

/// A JSON answer.
pub(super) fn reply(variants: &Variants, status: StatusCode, body: &Value) -> HttpResponse {
    raw(variants, status, body.to_string())
}

fn raw(variants: &Variants, status: StatusCode, body: String) -> HttpResponse {
    let content_type = if variants.answers_as_text_html { "text/html; charset=UTF-8" } else { "application/json" };
    HttpResponse::build(status).content_type(content_type).body(body)
}

/// The answer to an opening call.
pub(super) fn opened(variants: &Variants, operation_id: &str) -> HttpResponse {
    let body = match variants.opening_answer {
        AnswerShape::Object => json!({ "operationId": operation_id }).to_string(),
        AnswerShape::ObjectInOtherCase => json!({ "OperationID": operation_id }).to_string(),
        AnswerShape::JsonText => Value::from(operation_id).to_string(),
        AnswerShape::Bare => operation_id.to_owned(),
    };
    raw(variants, StatusCode::OK, body)
}

/// A refused opening or closing call. The contract gives the status; the body follows the vendor's other refusals.
pub(super) fn refused(variants: &Variants, reason: Refusal) -> HttpResponse {
    let body = json!({ "operationId": null, "errorCode": reason.code, "errorMessage": reason.message });
    reply(variants, StatusCode::BAD_REQUEST, &body)
}

/// The message of an operation that is not known, not to this caller, or not yet. Source: contract section 2.6.
pub(super) fn no_operation_data(operation_id: &str) -> String {
    format!("No operation data found with operationId: {operation_id}")
}

/// The same as a refusal of a call that is about one operation and is not the reading of a batch.
pub(super) fn unknown_operation(variants: &Variants, operation_id: &str) -> HttpResponse {
    let body = json!({ "operationId": null, "errorCode": "400", "errorMessage": no_operation_data(operation_id) });
    reply(variants, StatusCode::BAD_REQUEST, &body)
}

/// The web server's own answer to a body that the application never saw.
pub(super) fn unusable(reason: &BodyError) -> HttpResponse {
    match reason {
        BodyError::MediaType => plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "415 Unsupported Media Type"),
        BodyError::NotJson | BodyError::Broken => plain(StatusCode::BAD_REQUEST, "400 Bad Request"),
        BodyError::TooLarge => plain(StatusCode::PAYLOAD_TOO_LARGE, "413 Request Entity Too Large"),
    }
}
