//! What is received. Names of members change their case between versions and channels, and one ends in a blank, so all
//! are read in lower case and trimmed; a bit is a boolean, a number or a text. Source: contract section 1.1.

use serde_json::Value;

use crate::shared::json;

/// The JSON of a body with every member's name in lower case and trimmed.
pub(in crate::arqsign) fn parse(body: &[u8]) -> Option<Value> {
    json::parse(body).map(canonical)
}

fn canonical(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, value)| (name.trim().to_lowercase(), canonical(value))).collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
    }
}

/// The member that has one of these names; `None` when it is null or missing.
pub(in crate::arqsign) fn get<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().filter_map(|name| value.get(name)).find(|value| !value.is_null())
}

/// The member as text, trimmed; `None` when it is empty or no scalar.
pub(in crate::arqsign) fn text(value: &Value, names: &[&str]) -> Option<String> {
    get(value, names).and_then(json::text)
}

/// The member as a bit: `true`, `1`, `"true"`, `"1"` and their opposites, in any case. Source: contract section 1.1.
pub(in crate::arqsign) fn bit(value: &Value, names: &[&str]) -> Option<bool> {
    match text(value, names)?.to_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The member as a whole number, also when it is written as a text.
pub(in crate::arqsign) fn number(value: &Value, names: &[&str]) -> Option<u64> {
    text(value, names)?.parse().ok()
}

/// The elements of a member that is an array; one object counts as an array of it.
pub(in crate::arqsign) fn list<'a>(value: &'a Value, names: &[&str]) -> &'a [Value] {
    match get(value, names) {
        Some(Value::Array(items)) => items,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => &[],
    }
}

/// The texts of a member that is an array of them, or one of them.
pub(in crate::arqsign) fn texts(value: &Value, names: &[&str]) -> Vec<String> {
    match get(value, names) {
        Some(Value::Array(items)) => items.iter().filter_map(json::text).collect(),
        Some(one) => json::text(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Whether two of the vendor's ids are the same: case does not matter.
pub(in crate::arqsign) fn same_id(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}
