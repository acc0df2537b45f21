//! Reads answers by JSON pointer; what is absent reads as nothing.

use anyhow::Context as _;
use serde_json::Value;

/// The items of the list at `pointer`.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The text at `pointer`, empty when there is none.
pub(super) fn word<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The number at `pointer`, 0 when there is none.
pub(super) fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

/// The text at `pointer`.
///
/// # Errors
/// When there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).with_context(|| format!("the answer has no {pointer}"))
}
