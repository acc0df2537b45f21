//! Parts of the JSON Schemas of settings: what most properties look like.

use serde_json::{Map, Value, json};

/// The dialect of all schemas.
pub(crate) const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// An object that takes these properties, in groups that are put together, and no others.
pub(crate) fn object(title: &str, required: &[&str], groups: impl IntoIterator<Item = Value>) -> Value {
    let mut properties = Map::new();
    for group in groups {
        if let Value::Object(group) = group {
            properties.extend(group);
        }
    }
    json!({
        "$schema": DRAFT, "title": title, "type": "object", "additionalProperties": false,
        "required": required, "properties": properties
    })
}

/// A text of 1 to 255 characters.
pub(crate) fn text(description: &str, example: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 255, "description": description, "examples": [example] })
}

/// A text with a default, which may be empty.
pub(crate) fn text_or(description: &str, default: &str) -> Value {
    json!({ "type": "string", "maxLength": 255, "default": default, "description": description, "examples": [default] })
}

/// A secret text, never given back.
pub(crate) fn secret(description: &str, example: &str) -> Value {
    json!({
        "type": "string", "minLength": 1, "maxLength": 8192, "writeOnly": true,
        "description": description, "examples": [example]
    })
}

/// An address.
pub(crate) fn address(description: &str, example: &str) -> Value {
    json!({ "type": "string", "format": "uri", "maxLength": 2048, "description": description, "examples": [example] })
}

/// Yes or no, with a default.
pub(crate) fn yes_no(description: &str, default: bool) -> Value {
    json!({ "type": "boolean", "default": default, "description": description, "examples": [!default] })
}

/// Yes, no, or not said.
pub(crate) fn optional_yes_no(description: &str) -> Value {
    json!({ "type": "boolean", "description": description, "examples": [true] })
}

/// A whole number with a default, from `least` to `most`.
pub(crate) fn whole(description: &str, default: u64, least: u64, most: u64) -> Value {
    json!({
        "type": "integer", "minimum": least, "maximum": most, "default": default,
        "description": description, "examples": [default]
    })
}

/// One of these words; the first is the default.
pub(crate) fn choice(description: &str, words: &[&str]) -> Value {
    json!({
        "type": "string", "enum": words, "default": words.first(),
        "description": description, "examples": [words.last()]
    })
}

/// Pauses in seconds.
pub(crate) fn pauses(description: &str, default: &[u64], least_items: u64) -> Value {
    json!({
        "type": "array", "minItems": least_items, "maxItems": 20,
        "items": { "type": "integer", "minimum": 0, "maximum": 86_400 },
        "default": default, "description": description, "examples": [default]
    })
}
