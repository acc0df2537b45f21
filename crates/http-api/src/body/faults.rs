//! Faults as they are collected.

use std::collections::BTreeSet;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::problem::ProblemFault;

/// The faults of a body, one for each place: what is told first is the cause, what follows only its echo.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    told: Vec<ProblemFault>,
    /// How many of them the schema told.
    structural: usize,
}

impl Faults {
    /// The faults that the schema tells.
    pub(crate) fn structural(mut told: Vec<ProblemFault>) -> Self {
        let mut seen = BTreeSet::new();
        told.retain(|fault| seen.insert((fault.pointer.clone(), fault.code.clone())));
        Self { structural: told.len(), told }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<ProblemFault> {
        self.told
    }

    /// Adds a fault, unless that place has one already, or the schema found one in what it lies in.
    pub(crate) fn add(&mut self, pointer: String, code: &str, detail: String) {
        let lies_in = |outer: &str| pointer.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        let is_told = self.told.iter().any(|fault| fault.pointer == pointer);
        let structural = self.told.iter().take(self.structural);
        if !is_told && !structural.map(|fault| fault.pointer.as_str()).any(|outer| !outer.is_empty() && lies_in(outer))
        {
            self.told.push(ProblemFault::body(pointer, code, detail));
        }
    }

    /// A text as a value of the domain; a text that is none becomes a fault.
    pub(crate) fn parse<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
        pointer: &str,
        code: &str,
        text: Option<&str>,
    ) -> Option<T> {
        match text?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(pointer.to_owned(), code, format!("{error}."));
                None
            }
        }
    }

    /// The bytes of a base64 text.
    pub(crate) fn base64(&mut self, pointer: &str, text: &str) -> Bytes {
        match STANDARD.decode(text) {
            Ok(bytes) => bytes.into(),
            Err(_) => {
                let rule = "It must be base64: standard alphabet, with padding, without line breaks.";
                self.add(pointer.to_owned(), "invalid_base64", rule.to_owned());
                Bytes::new()
            }
        }
    }

    /// What the rules of a type had to say.
    pub(crate) fn rules(&mut self, at: &str, outcome: Result<(), ValidationErrors>) {
        let Err(errors) = outcome else { return };
        let mut fields: Vec<_> = errors.0.into_iter().collect();
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (field, kind) in fields {
            // `__all__` is the validator's name for the type as a whole.
            let here = if field == "__all__" { at.to_owned() } else { format!("{at}/{field}") };
            match kind {
                ValidationErrorsKind::Field(errors) => errors.iter().for_each(|error| self.rule(&here, error)),
                ValidationErrorsKind::Struct(inner) => self.rules(&here, Err(*inner)),
                ValidationErrorsKind::List(items) => {
                    for (index, inner) in items {
                        self.rules(&format!("{here}/{index}"), Err(*inner));
                    }
                }
            }
        }
    }

    fn rule(&mut self, pointer: &str, error: &ValidationError) {
        let limit = |name: &str| error.params.get(name).map(ToString::to_string);
        let (code, detail) = match (error.code.as_ref(), &error.message) {
            ("length", _) => match limit("max") {
                Some(max) if is_long(error) => ("too_long", format!("At most {max} are allowed.")),
                _ => ("too_short", format!("At least {} are needed.", limit("min").unwrap_or_default())),
            },
            ("range", _) => match limit("max") {
                Some(max) if is_above(error) => ("too_large", format!("It must be at most {max}.")),
                _ => {
                    let least = limit("min").or_else(|| limit("exclusive_min")).unwrap_or_default();
                    ("too_small", format!("It must not be below {least}."))
                }
            },
            (code, Some(message)) => (code, message.to_string()),
            (_, None) => ("invalid", "It breaks a rule of this field.".to_owned()),
        };
        let within = error.params.get(WITHIN).and_then(serde_json::Value::as_str).unwrap_or_default();
        self.add(format!("{pointer}{within}"), code, detail);
    }
}

/// Where within the judged value a broken rule points.
const WITHIN: &str = "within";

/// A broken rule that our own functions find: code and sentence.
pub(crate) fn broken_rule(code: &'static str, detail: &'static str) -> ValidationError {
    ValidationError::new(code).with_message(detail.into())
}

/// The same, pointing into the judged value: `/organization`.
pub(crate) fn broken_rule_within(within: &str, code: &'static str, detail: &'static str) -> ValidationError {
    let mut error = broken_rule(code, detail);
    error.add_param(WITHIN.into(), &within);
    error
}

/// Whether the value of a `length` fault is over the limit; the validator only says that it is not within.
fn is_long(error: &ValidationError) -> bool {
    let length = match error.params.get("value") {
        Some(serde_json::Value::String(text)) => text.chars().count(),
        Some(serde_json::Value::Array(items)) => items.len(),
        _ => return false,
    };
    let max = error.params.get("max").and_then(serde_json::Value::as_u64);
    max.is_some_and(|max| u64::try_from(length).is_ok_and(|length| length > max))
}

fn is_above(error: &ValidationError) -> bool {
    let number = |name: &str| error.params.get(name).and_then(serde_json::Value::as_f64);
    matches!((number("value"), number("max")), (Some(value), Some(max)) if value > max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_fault_and_the_schemas_word_holds_for_all_that_lies_in_it() {
        let mut faults = Faults::structural(vec![ProblemFault::body("/recipients/0", "wrong_type", "")]);
        for pointer in ["/recipients/0/email", "/recipients/0", "/recipients/01", "/recipients", "/recipients"] {
            faults.add(pointer.to_owned(), "invalid", String::new());
        }
        let pointers: Vec<_> = faults.into_vec().into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(pointers, ["/recipients/0", "/recipients/01", "/recipients"]);
    }

    #[test]
    fn base64_with_padding_is_read_and_anything_else_refused() {
        let mut faults = Faults::default();
        assert_eq!(faults.base64("/a", "aGk="), Bytes::from_static(b"hi"));
        assert!(faults.is_empty());
        for text in ["aGk", "a-_=", "aGk=\n", "=", "ñ"] {
            let mut faults = Faults::default();
            faults.base64("/a", text);
            assert_eq!(faults.into_vec()[0].code, "invalid_base64", "{text:?}");
        }
    }
}
