//! Reception of a signed document. It is not authenticated, so it is only a hint. Source: contract section 4.

use serde_json::{Value, json};

use super::GoAccount;
use super::wire::received::{self, Text};
use crate::provider::{CallbackAbout, CallbackAnswer, CallbackReading, CallbackRequest, Taken};

/// The form field with the JSON.
const JSON_FIELD: &str = "json";
/// The form field with the signed document.
const FILE_FIELD: &str = "archivo";

impl GoAccount {
    /// What a callback is about.
    pub(super) fn callback_reading(&self, request: &CallbackRequest) -> CallbackReading {
        let Some(told) = told(request) else {
            return CallbackReading::Unreadable { reason: "It has no JSON in it.".to_owned() };
        };
        let text = |name: &str| told.get(name).map(Text::from).unwrap_or_default();
        let (reference, word) = (text("id_operacion"), text("estado"));
        let Some(reference) = reference.given() else {
            return CallbackReading::Unreadable { reason: "It names no operation.".to_owned() };
        };
        // What a word that is not known to mean "signed" delivers may be anything, so it never becomes an artifact.
        let values = &self.checked.settings.callback_signed_values;
        let is_signed = values.is_empty() || values.iter().any(|v| v.to_lowercase() == word.0.to_lowercase());
        let file = request.files.get(FILE_FIELD).or_else(|| request.files.values().next());
        CallbackReading::About(CallbackAbout {
            reference: Some(reference.to_owned()),
            correlation: None,
            word: word.0.clone(),
            delivered: file.filter(|_| is_signed).cloned(),
        })
    }
}

/// The answer that the vendor expects: `OK` once it is stored. Its members matter more to it than the status.
pub(super) fn answer(request: &CallbackRequest, taken: Taken) -> CallbackAnswer {
    let id = told(request).and_then(|t| t.get("id_operacion").map(Text::from)).unwrap_or_default();
    let (status, word) = if taken == Taken::Stored { (200, "OK") } else { (503, "KO") };
    CallbackAnswer {
        status,
        content_type: "application/json",
        body: json!({ "id_operacion": id.0, "estado_operacion": word }).to_string(),
    }
}

/// The JSON of a callback: the form field, a URL-encoded form, the raw body, or the two members as fields themselves.
fn told(request: &CallbackRequest) -> Option<Value> {
    if let Some(text) = request.fields.get(JSON_FIELD) {
        return received::parse(text.as_bytes());
    }
    if request.fields.contains_key("id_operacion") {
        let members = request.fields.iter().map(|(name, value)| (name.clone(), json!(value)));
        return Some(Value::Object(members.collect()));
    }
    received::parse(&request.body).or_else(|| {
        let mut fields = url::form_urlencoded::parse(&request.body);
        let (_, text) = fields.find(|(name, _)| name == JSON_FIELD)?;
        received::parse(text.as_bytes())
    })
}
