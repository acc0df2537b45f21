//! Reading JSON of vendors that are careless about the case of names and the type of scalars.

use serde_json::Value;

/// The JSON in a body, with or without a byte order mark.
pub(crate) fn parse(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).ok()
}

/// The member of this name, whatever the case of its letters.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members.get(name).or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v))
}

/// The value at a JSON pointer, whatever the case of the names on the way; an empty pointer is the whole.
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(value, |value, token| {
        let token = token.replace("~1", "/").replace("~0", "~");
        match value {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            Value::Object(_) => member(value, &token),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
    })
}

/// A scalar as text, trimmed; `None` when it is null, empty or no scalar.
pub(crate) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The member of this name as text.
pub(crate) fn text_of(value: &Value, name: &str) -> Option<String> {
    member(value, name).and_then(text)
}
