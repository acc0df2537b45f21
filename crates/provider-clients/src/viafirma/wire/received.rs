//! What is received. Unknown members are ignored, missing ones tolerated; the response's content type is not looked at.

use serde_json::Value;

use crate::shared::json::{at, member, parse, text, text_of};

/// Yes or no in any of the vendor's spellings. Source: contract section 2.5.
pub(in super::super) fn is_yes(value: Option<&Value>) -> bool {
    told(value) == Some(true)
}

/// Yes, no, or not said.
pub(in super::super) fn told(value: Option<&Value>) -> Option<bool> {
    match value? {
        Value::Bool(yes) => Some(*yes),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        Value::String(word) => match word.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The operation's id in the answer that opened it: a member of an object, a JSON text, or the bare body.
/// Source: contract section 2.1.
pub(in super::super) fn operation_id(body: &[u8]) -> Option<String> {
    let id = match parse(body) {
        Some(value @ Value::Object(_)) => text_of(&value, "operationId"),
        Some(Value::String(id)) => Some(id.trim().to_owned()),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | None => {
            std::str::from_utf8(body).ok().map(str::trim).filter(|id| is_bare_id(id)).map(str::to_owned)
        }
    };
    // It goes into links and addresses as it is.
    id.filter(|id| (1..=256).contains(&id.len()) && !id.chars().any(|c| c.is_whitespace() || c.is_control()))
}

/// `^[A-Za-z0-9._-]{6,128}$`.
fn is_bare_id(text: &str) -> bool {
    (6..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

/// A code and words at these pointers, where there are any.
pub(in super::super) fn error_at(body: &Value, code: &str, message: &str) -> Option<(String, String)> {
    let code = at(body, code).and_then(text)?;
    Some((code, at(body, message).and_then(text).unwrap_or_default()))
}

/// The body of `signatureResult`. Source: contract section 2.6.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct SignatureResult {
    pub signatures: Vec<Signature>,
    /// `certificateValidationData`.
    pub certificate: Option<Value>,
}

/// One file of a batch.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Signature {
    pub document_id: Option<String>,
    pub signature_id: Option<String>,
    pub source_id: Option<String>,
    pub error_code: Option<String>,
}

impl SignatureResult {
    /// The result in a body, whatever the status; `None` when it is something else.
    pub(in super::super) fn read(body: &[u8]) -> Option<Self> {
        let value = parse(body)?;
        let signatures = member(&value, "signatures")?.as_array()?;
        Some(Self {
            signatures: signatures.iter().map(Signature::read).collect(),
            certificate: member(&value, "certificateValidationData").filter(|data| data.is_object()).cloned(),
        })
    }

    /// Whether it says that there is no such operation: an error and not one file.
    pub(in super::super) fn is_no_data(&self) -> bool {
        self.signatures.iter().all(|s| s.document_id.is_none() && s.signature_id.is_none() && s.source_id.is_none())
    }
}

impl Signature {
    fn read(value: &Value) -> Self {
        Self {
            document_id: text_of(value, "documentId"),
            signature_id: text_of(value, "signatureId"),
            source_id: text_of(value, "sourceId"),
            error_code: text_of(value, "errorCode"),
        }
    }
}
