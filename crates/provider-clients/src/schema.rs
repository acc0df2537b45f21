//! Checks JSON against a JSON Schema (2020-12) and tells every fault at once, in words that never hold the value.

use std::borrow::Cow;

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;

use crate::provider::Fault;

/// A schema that cannot be used: a defect of whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the JSON Schema cannot be used: {reason}")]
pub struct SchemaError {
    /// What is wrong with it.
    pub reason: String,
}

/// A compiled schema, for values that are checked again and again.
#[derive(Debug)]
pub struct Checker {
    validator: Validator,
}

impl Checker {
    /// Compiles `schema`. Nothing outside it is ever fetched.
    ///
    /// # Errors
    /// [`SchemaError`] when it is not a schema.
    pub fn new(schema: &Value) -> Result<Self, SchemaError> {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .offline()
            .build(schema)
            .map(|validator| Self { validator })
            .map_err(|error| SchemaError { reason: error.to_string() })
    }

    /// Every fault of `value`; none when it satisfies the schema.
    ///
    /// A pointer is `base_pointer` and the place within `value`. A missing or unknown member is named itself, so that
    /// the pointer leads to where something has to be written or removed. The codes are `required`, `unknown_field`,
    /// `wrong_type`, `not_allowed`, `too_short`, `too_long`, `too_small`, `too_large`, `too_few`, `too_many`,
    /// `wrong_format` and `invalid`.
    #[must_use]
    pub fn faults(&self, value: &Value, base_pointer: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        for error in self.validator.iter_errors(value) {
            tell(&error, base_pointer, &mut faults);
        }
        faults
    }
}

/// Every fault of `value` under `schema`; see [`Checker::faults`]. A schema that cannot be used is one fault of its own,
/// with the code `invalid_schema`.
#[must_use]
pub fn check(schema: &Value, value: &Value, base_pointer: &str) -> Vec<Fault> {
    match Checker::new(schema) {
        Ok(checker) => checker.faults(value, base_pointer),
        Err(error) => vec![Fault {
            pointer: base_pointer.to_owned(),
            code: "invalid_schema".to_owned(),
            detail: error.to_string(),
        }],
    }
}

/// Appends `token` to a JSON pointer, escaped as RFC 6901 wants it.
#[must_use]
pub fn pointer_to(base: &str, token: &str) -> String {
    format!("{base}/{}", token.replace('~', "~0").replace('/', "~1"))
}

fn tell(error: &ValidationError<'_>, base: &str, faults: &mut Vec<Fault>) {
    let here = format!("{base}{}", error.instance_path().as_str());
    let mut add = |pointer: String, code: &str, detail: Cow<'_, str>| {
        let fault = Fault { pointer, code: code.to_owned(), detail: detail.into_owned() };
        // Branches and references reach one place by several ways.
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    };
    match error.kind() {
        Kind::Required { property } => {
            add(pointer_to(&here, property.as_str().unwrap_or_default()), "required", "It is required.".into());
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                add(pointer_to(&here, name), "unknown_field", "There is no such field here.".into());
            }
        }
        Kind::PropertyNames { .. } => add(here, "unknown_field", "It has a field whose name is not allowed.".into()),
        Kind::FalseSchema => add(here, "not_allowed", "It must not be given here.".into()),
        Kind::Type { kind } => add(here, "wrong_type", expected_type(kind).into()),
        Kind::Constant { expected_value } => {
            add(here, "not_allowed", format!("It must be {expected_value}.").into());
        }
        Kind::Enum { options } => add(here, "not_allowed", one_of(options).into()),
        Kind::MinLength { limit } => add(here, "too_short", format!("At least {limit} characters are needed.").into()),
        Kind::MaxLength { limit } => add(here, "too_long", format!("At most {limit} characters are allowed.").into()),
        Kind::Minimum { limit } => add(here, "too_small", format!("It must be at least {limit}.").into()),
        Kind::Maximum { limit } => add(here, "too_large", format!("It must be at most {limit}.").into()),
        Kind::ExclusiveMinimum { limit } => add(here, "too_small", format!("It must be more than {limit}.").into()),
        Kind::ExclusiveMaximum { limit } => add(here, "too_large", format!("It must be less than {limit}.").into()),
        Kind::MinItems { limit } => add(here, "too_few", format!("At least {limit} items are needed.").into()),
        Kind::MaxItems { limit } => add(here, "too_many", format!("At most {limit} items are allowed.").into()),
        Kind::AdditionalItems { limit } => add(here, "too_many", format!("At most {limit} items are allowed.").into()),
        Kind::UnevaluatedItems { .. } => add(here, "too_many", "It has items that are not allowed.".into()),
        Kind::MinProperties { limit } => add(here, "too_few", format!("At least {limit} fields are needed.").into()),
        Kind::MaxProperties { limit } => add(here, "too_many", format!("At most {limit} fields are allowed.").into()),
        Kind::Format { format } => add(here, "wrong_format", format!("It is not a valid {format}.").into()),
        Kind::Pattern { pattern } => add(here, "wrong_format", format!("It must match the pattern {pattern}.").into()),
        Kind::ContentEncoding { content_encoding } => {
            add(here, "wrong_format", format!("It is not valid {content_encoding}.").into());
        }
        Kind::ContentMediaType { content_media_type } => {
            add(here, "wrong_format", format!("It is not valid {content_media_type}.").into());
        }
        Kind::FromUtf8 { .. } => add(here, "wrong_format", "It is not valid UTF-8.".into()),
        Kind::MultipleOf { multiple_of } => {
            add(here, "invalid", format!("It must be a multiple of {multiple_of}.").into());
        }
        Kind::UniqueItems => add(here, "invalid", "It holds an item twice.".into()),
        Kind::Contains => add(here, "invalid", "It lacks an item that it needs.".into()),
        Kind::OneOfMultipleValid { .. } => add(here, "invalid", "It can be read in more than one way.".into()),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => match meant(context, error) {
            Some(branch) => branch.iter().for_each(|error| tell(error, base, faults)),
            None => add(here, "invalid", "It has none of the allowed forms.".into()),
        },
        Kind::Not { .. }
        | Kind::Custom { .. }
        | Kind::BacktrackLimitExceeded { .. }
        | Kind::RegexEngineFailure { .. }
        | Kind::Referencing(_) => add(here, "invalid", "It is not valid here.".into()),
    }
}

/// The one branch of an `anyOf` or `oneOf` that the caller must have meant: every other has the wrong type, or a
/// constant member (a discriminator such as `type`) with another value.
fn meant<'a>(
    branches: &'a [Vec<ValidationError<'static>>],
    error: &ValidationError<'_>,
) -> Option<&'a [ValidationError<'static>]> {
    let here = error.instance_path().as_str();
    let depth = |error: &ValidationError<'_>| {
        error.instance_path().as_str().strip_prefix(here).unwrap_or_default().matches('/').count()
    };
    let is_other = |error: &ValidationError<'static>| {
        matches!(error.kind(), Kind::Type { .. }) && depth(error) == 0
            || matches!(error.kind(), Kind::Constant { .. }) && depth(error) <= 1
    };
    let mut candidates = branches.iter().filter(|branch| !branch.iter().any(is_other));
    match (candidates.next(), candidates.next()) {
        (Some(branch), None) => Some(branch),
        (_, _) => None,
    }
}

fn expected_type(kind: &TypeKind) -> String {
    let names: Vec<String> = match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect(),
    };
    format!("It must be of the type {}.", names.join(" or "))
}

fn one_of(options: &Value) -> String {
    let options: Vec<String> = options.as_array().into_iter().flatten().map(Value::to_string).collect();
    format!("It must be one of {}.", options.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn codes(schema: &Value, value: &Value) -> Vec<(String, String)> {
        let mut codes: Vec<_> = check(schema, value, "").into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        codes.sort();
        codes
    }

    fn pair(pointer: &str, code: &str) -> (String, String) {
        (pointer.to_owned(), code.to_owned())
    }

    #[test]
    fn every_fault_is_told_at_once_with_its_place() {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "base_url"],
            "properties": {
                "name": { "type": "string", "minLength": 2 },
                "base_url": { "type": "string", "format": "uri" },
                "level": { "enum": ["basica", "avanzada"] },
                "delays": { "type": "array", "maxItems": 2, "items": { "type": "integer", "minimum": 1 } },
                "inner": { "type": "object", "additionalProperties": false, "required": ["a/b"],
                           "properties": { "a/b": { "type": "boolean" } } }
            }
        });
        let value = json!({ "name": "x", "level": "alta", "delays": [5, 0, "9"], "inner": { "c~d": 1 }, "extra": 1 });
        assert_eq!(
            codes(&schema, &value),
            vec![
                pair("/base_url", "required"),
                pair("/delays", "too_many"),
                pair("/delays/1", "too_small"),
                pair("/delays/2", "wrong_type"),
                pair("/extra", "unknown_field"),
                pair("/inner/a~1b", "required"),
                pair("/inner/c~0d", "unknown_field"),
                pair("/level", "not_allowed"),
                pair("/name", "too_short"),
            ]
        );
        assert!(check(&schema, &json!({ "name": "xy", "base_url": "https://x.example/" }), "").is_empty());
    }

    #[test]
    fn each_keyword_has_its_code() {
        let cases = [
            (json!({ "type": "string" }), json!(1), "wrong_type"),
            (json!({ "type": ["string", "null"] }), json!(1), "wrong_type"),
            (json!({ "enum": ["a"] }), json!("b"), "not_allowed"),
            (json!({ "const": "a" }), json!("b"), "not_allowed"),
            (json!(false), json!("b"), "not_allowed"),
            (json!({ "minLength": 2 }), json!("é"), "too_short"),
            (json!({ "maxLength": 1 }), json!("éé"), "too_long"),
            (json!({ "minimum": 1 }), json!(0), "too_small"),
            (json!({ "exclusiveMinimum": 1 }), json!(1), "too_small"),
            (json!({ "maximum": 1 }), json!(2), "too_large"),
            (json!({ "exclusiveMaximum": 1 }), json!(1), "too_large"),
            (json!({ "minItems": 1 }), json!([]), "too_few"),
            (json!({ "maxItems": 0 }), json!([1]), "too_many"),
            (json!({ "minProperties": 1 }), json!({}), "too_few"),
            (json!({ "maxProperties": 0 }), json!({ "a": 1 }), "too_many"),
            (json!({ "format": "email" }), json!("nobody"), "wrong_format"),
            (json!({ "format": "uri" }), json!("not a uri"), "wrong_format"),
            (json!({ "format": "date-time" }), json!("yesterday"), "wrong_format"),
            (json!({ "pattern": "^[0-9]+$" }), json!("x1"), "wrong_format"),
            (json!({ "multipleOf": 5 }), json!(3), "invalid"),
            (json!({ "uniqueItems": true }), json!([1, 1]), "invalid"),
            (json!({ "contains": { "const": 1 } }), json!([2]), "invalid"),
            (json!({ "not": {} }), json!(1), "invalid"),
            (json!({ "oneOf": [{ "minimum": 1 }, { "minimum": 2 }] }), json!(3), "invalid"),
        ];
        for (schema, value, code) in cases {
            assert_eq!(codes(&schema, &value), vec![pair("", code)], "{schema}");
        }
        let nested = json!({ "propertyNames": { "pattern": "^a" } });
        assert_eq!(codes(&nested, &json!({ "b": 1 })), vec![pair("", "unknown_field")]);
        let unevaluated = json!({ "unevaluatedProperties": false });
        assert_eq!(codes(&unevaluated, &json!({ "b": 1 })), vec![pair("/b", "unknown_field")]);
    }

    #[test]
    fn no_detail_and_no_pointer_echoes_a_rejected_value() {
        let secret = "hunter2-hunter2";
        let schema = json!({
            "properties": {
                "type": { "type": "integer" }, "enum": { "enum": ["a"] }, "const": { "const": 1 },
                "short": { "minLength": 99 }, "long": { "maxLength": 1 }, "format": { "format": "email" },
                "pattern": { "pattern": "^[0-9]$" }, "not": { "not": { "type": "string" } }, "false": false,
                "any": { "anyOf": [{ "type": "integer" }, { "minLength": 99 }] },
                "one": { "oneOf": [{ "type": "integer" }, { "type": "boolean" }] },
                "list": { "type": "array", "uniqueItems": true, "maxItems": 1, "contains": { "type": "null" } },
                "object": { "required": ["x"], "maxProperties": 0, "minProperties": 2 }
            }
        });
        let members = ["type", "enum", "const", "short", "long", "format", "pattern", "not", "false", "any", "one"];
        let mut value: Value = members.iter().map(|name| ((*name).to_owned(), json!(secret))).collect();
        value["list"] = json!([secret, secret]);
        value["object"] = json!({ "y": secret });
        let faults = check(&schema, &value, "/credentials");
        assert!(faults.len() >= members.len() + 5, "{faults:?}");
        assert!(!format!("{faults:?}").contains(secret), "{faults:?}");
    }

    #[test]
    fn pointers_begin_with_the_base() {
        let schema = json!({ "required": ["private_key"] });
        assert_eq!(check(&schema, &json!({}), "/credentials")[0].pointer, "/credentials/private_key");
        assert_eq!(check(&json!({ "type": "object" }), &json!(1), "/settings")[0].pointer, "/settings");
    }

    #[test]
    fn of_several_forms_the_one_that_was_meant_is_judged() {
        let schema = json!({
            "oneOf": [
                { "type": "object", "required": ["type", "phone"],
                  "properties": { "type": { "const": "sms" }, "phone": { "type": "string" } } },
                { "type": "object", "required": ["type", "code"], "additionalProperties": false,
                  "properties": { "type": { "const": "code" }, "code": { "type": "string", "maxLength": 4 } } }
            ]
        });
        assert_eq!(codes(&schema, &json!({ "type": "sms" })), vec![pair("/phone", "required")]);
        assert_eq!(
            codes(&schema, &json!({ "type": "code", "code": "12345", "x": 1 })),
            vec![pair("/code", "too_long"), pair("/x", "unknown_field")]
        );
        assert_eq!(codes(&schema, &json!({ "type": "fax" })), vec![pair("", "invalid")]);
        assert_eq!(codes(&schema, &json!(7)), vec![pair("", "invalid")]);

        let nullable =
            json!({ "properties": { "n": { "anyOf": [{ "type": "integer", "minimum": 1 }, { "type": "null" }] } } });
        assert_eq!(codes(&nullable, &json!({ "n": 0 })), vec![pair("/n", "too_small")]);
        assert_eq!(codes(&nullable, &json!({ "n": null })), vec![]);
    }

    #[test]
    fn a_broken_schema_is_an_error_and_nothing_is_fetched() {
        assert!(Checker::new(&json!({ "type": "nonsense" })).is_err());
        assert!(Checker::new(&json!({ "$ref": "https://schemas.example/x.json" })).is_err());
        assert_eq!(check(&json!({ "minimum": "x" }), &json!(1), "/settings")[0].code, "invalid_schema");
    }
}
