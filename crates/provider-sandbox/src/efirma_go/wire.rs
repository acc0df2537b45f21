//! What the vendor's answers have in common, and its form field with the JSON.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use super::checks::Object;
use super::codes::Code;
use super::config::Variants;
use crate::form::Form;

/// The object in the form field `json`, if it arrived and is one.
pub(super) fn json_of(form: &Form) -> Option<Object> {
    match serde_json::from_str(form.text("json")?) {
        Ok(Value::Object(object)) => Some(object),
        Ok(_) | Err(_) => None,
    }
}

/// A business answer: HTTP 200 also for errors. Source: contract section 2.2.
pub(super) fn reply(variants: &Variants, body: &Value) -> HttpResponse {
    let content_type = if variants.answers_as_text_html { "text/html; charset=UTF-8" } else { "application/json" };
    HttpResponse::Ok().content_type(content_type).body(body.to_string())
}

/// An answer that is only a code and its message.
pub(super) fn refuse(variants: &Variants, code: &Code) -> HttpResponse {
    reply(variants, &json!({ "estado_operacion": code.code, "mensaje_operacion": code.message }))
}
