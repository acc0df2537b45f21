//! How the vendor reads single values: numbers as strings, flags in several spellings, addresses and phones.

use serde_json::{Map, Value};

/// Longest text of a member. Source: contract section 3.1.1.
pub(super) const TEXT_LENGTH: usize = 255;

/// A member that is a string.
pub(super) fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}

/// A member that is a string with something in it besides white space, no longer than the vendor takes.
pub(super) fn filled<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    text(object, name).filter(|text| !text.trim().is_empty() && text.chars().count() <= TEXT_LENGTH)
}

/// An integer as a JSON number or a numeric string.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(digits) => digits.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A `0`/`1` flag as a number or a numeric string.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match integer(value) {
        Some(0) => Some(false),
        Some(1) => Some(true),
        Some(_) | None => None,
    }
}

/// A `0`/`1` flag of an object, with its default when it is absent or has another value.
pub(super) fn flag_or(object: &Map<String, Value>, name: &str, default: bool) -> bool {
    object.get(name).and_then(flag).unwrap_or(default)
}

/// A `si`/`no` member of an object, with its default when it is absent or has another value.
pub(super) fn si_no_or(object: &Map<String, Value>, name: &str, default: bool) -> bool {
    match text(object, name) {
        Some("si") => true,
        Some("no") => false,
        Some(_) | None => default,
    }
}

/// Whether a text is an e-mail address as far as a form check goes: one `@`, a local part, a domain with a dot.
pub(super) fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    !local.is_empty()
        && address.chars().count() <= TEXT_LENGTH
        && !address.chars().any(|c| c.is_whitespace() || c.is_control())
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// Most characters of a phone, the plus sign included. Source: contract section 3.1.1.
const PHONE_LENGTH: usize = 12;

/// Whether a text is a phone that the vendor takes: an optional plus sign, 6 to 15 digits, at most 12 characters in all.
pub(super) fn is_phone(phone: &str) -> bool {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && phone.len() <= PHONE_LENGTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_count_their_plus_sign() {
        assert!(is_phone("+34677777777"));
        assert!(!is_phone("+5691234567890"));
        assert!(!is_phone("+346 777"));
        assert!(!is_phone("12345"));
        assert!(!is_phone(""));
    }

    #[test]
    fn addresses_need_a_local_part_and_a_dotted_domain() {
        assert!(is_email("jesus@example.com"));
        for bad in ["", "jesus", "@example.com", "jesus@example", "je sus@example.com", "a@b@c.com", "a@b..com"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
