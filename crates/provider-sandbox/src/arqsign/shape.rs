//! What a request may contain: the names of its members and what their values must be. Unknown members, missing members and wrong values are
//! collected, so that one answer lists them all. Source: contract sections 1.1 and 2.18.

use serde_json::{Map, Value};

use super::config::{BitShape, Variants};
use super::messages::{self, Refusal};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A text of at most so many characters.
    Text(usize),
    /// A text of exactly so many digits.
    Digits(usize),
    /// 8-4-4-4-12 hexadecimal digits.
    Guid,
    /// `yyyy-MM-dd`.
    Date,
    /// A whole number, whatever it is: a message of its own tells which are allowed.
    AnyInt,
    /// A whole number in this range.
    Int(i64, i64),
    /// A number.
    Decimal,
    /// A truth value.
    Bit,
    /// An object whose members are looked at elsewhere.
    AnyObject,
    /// An object with these members.
    Object(&'static [Member]),
    /// An array of these.
    Array(&'static Kind),
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
}

/// A member that must be there.
pub(super) const fn required(name: &'static str, kind: Kind) -> Member {
    Member { name, kind, required: true }
}

/// A member that may be left out, or be null.
pub(super) const fn optional(name: &'static str, kind: Kind) -> Member {
    Member { name, kind, required: false }
}

/// Text without a limit.
pub(super) const ANY_LENGTH: usize = usize::MAX;

/// What is wrong with a request's shape.
#[derive(Debug, Default)]
pub(super) struct Faults {
    unknown: bool,
    mistyped: bool,
    missing: Vec<String>,
    wrong: Vec<String>,
}

impl Faults {
    /// A member that is missing for a reason beyond its shape.
    pub(super) fn missing(&mut self, name: &str) {
        push_once(&mut self.missing, name);
    }

    /// A member whose value is wrong for a reason beyond its shape.
    pub(super) fn wrong(&mut self, name: &str) {
        push_once(&mut self.wrong, name);
    }

    /// A member that does not belong here.
    pub(super) fn unknown(&mut self) {
        self.unknown = true;
    }

    /// The refusal, unknown members first, then missing ones, then wrong ones. `None` stands for the empty 500 of wrong types.
    ///
    /// # Errors
    /// The refusal, when there is one.
    pub(super) fn verdict(&self, variants: &Variants) -> Result<(), Option<Refusal>> {
        if self.mistyped && variants.wrong_types_as_500 {
            return Err(None);
        }
        if self.unknown {
            return Err(Some(Refusal::bad_request(messages::UNKNOWN_MEMBER)));
        }
        if !self.missing.is_empty() {
            return Err(Some(messages::missing(variants, &self.missing)));
        }
        if !self.wrong.is_empty() {
            return Err(Some(messages::wrong_format(variants, &self.wrong)));
        }
        Ok(())
    }

    /// Looks at an object's members.
    pub(super) fn object(&mut self, sent: &Object, members: &[&[Member]], bits: BitShape) {
        let known = || members.iter().flat_map(|part| part.iter());
        self.unknown |= sent.keys().any(|name| !known().any(|member| member.name == name));
        for member in known() {
            match sent.get(member.name).filter(|value| !is_absent(value, member.kind)) {
                Some(value) => self.value(member.name, value, member.kind, bits),
                None if member.required => self.missing(member.name),
                None => {}
            }
        }
    }

    fn value(&mut self, name: &str, value: &Value, kind: Kind, bits: BitShape) {
        match (kind, value) {
            (Kind::Object(members), Value::Object(sent)) => self.object(sent, &[members], bits),
            (Kind::Array(of), Value::Array(items)) => {
                for item in items {
                    self.value(name, item, *of, bits);
                }
            }
            (Kind::AnyObject, Value::Object(_)) => {}
            _ => self.scalar(name, value, kind, bits),
        }
    }

    fn scalar(&mut self, name: &str, value: &Value, kind: Kind, bits: BitShape) {
        let fits = match kind {
            Kind::Text(longest) => value.as_str().map(|text| text.chars().count() <= longest),
            Kind::Digits(count) => {
                value.as_str().map(|text| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
            }
            Kind::Guid => value.as_str().map(is_guid),
            Kind::Date => value.as_str().map(|text| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()),
            Kind::AnyInt => value.as_i64().map(|_| true),
            Kind::Int(least, most) => value.as_i64().map(|number| (least..=most).contains(&number)),
            Kind::Decimal => value.as_f64().map(f64::is_finite),
            Kind::Bit => bit(value).map(|_| allows(bits, value)),
            Kind::AnyObject | Kind::Object(_) | Kind::Array(_) => None,
        };
        self.mistyped |= fits.is_none();
        if fits != Some(true) {
            self.wrong(name);
        }
    }
}

fn push_once(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// Null counts as absent, and so does an empty text where a text is expected: the vendor's own sample sends one.
fn is_absent(value: &Value, kind: Kind) -> bool {
    let is_text = matches!(kind, Kind::Text(_) | Kind::Digits(_));
    value.is_null() || (is_text && value.as_str().is_some_and(|text| text.trim().is_empty()))
}

/// Whether a text is a guid.
pub(super) fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// The truth value in any of its forms.
pub(super) fn bit(value: &Value) -> Option<bool> {
    if let Some(truth) = value.as_bool() {
        return Some(truth);
    }
    let word = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.to_lowercase(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    match word.as_str() {
        "1" | "true" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

fn allows(bits: BitShape, value: &Value) -> bool {
    match bits {
        BitShape::Any | BitShape::Texts => true,
        BitShape::Numbers => value.is_number(),
        BitShape::Booleans => value.is_boolean(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MEMBERS: &[Member] = &[
        required("a", Kind::Text(3)),
        optional("b", Kind::Bit),
        optional("c", Kind::Array(&Kind::Object(&[required("d", Kind::Int(1, 9))]))),
        optional("e", Kind::Guid),
    ];

    fn verdict(sent: &Value, bits: BitShape) -> Result<(), String> {
        let mut faults = Faults::default();
        faults.object(sent.as_object().unwrap(), &[MEMBERS], bits);
        faults.verdict(&Variants::default()).map_err(|refusal| refusal.unwrap().message)
    }

    #[test]
    fn faults_are_listed_together_the_unknown_first() {
        assert_eq!(verdict(&json!({ "a": "x", "c": [{ "d": 9 }], "b": null }), BitShape::Any), Ok(()));
        let unknown = verdict(&json!({ "A": "x" }), BitShape::Any).unwrap_err();
        assert_eq!(unknown, "Algum parâmetro está incorreto ou é inexistente.");
        let missing = verdict(&json!({ "a": " ", "c": [{}, {}], "e": "x" }), BitShape::Any).unwrap_err();
        assert_eq!(missing, "O(s) item(ns) listado(s) é(são) obrigatório(s): a, d");
        let wrong = verdict(&json!({ "a": "long", "b": 2, "c": [{ "d": 0 }], "e": "7" }), BitShape::Any).unwrap_err();
        assert_eq!(wrong, "O(s) item(ns) listado(s) está(ão) com o formato incorreto: a, b, d, e");
    }

    #[test]
    fn truth_values_have_many_forms() {
        for (value, truth) in [(json!(true), true), (json!(0), false), (json!("TRUE"), true), (json!("0"), false)] {
            assert_eq!(bit(&value), Some(truth));
        }
        assert_eq!((bit(&json!(2)), bit(&json!("sim")), bit(&json!([]))), (None, None, None));
        assert!(verdict(&json!({ "a": "x", "b": 1 }), BitShape::Numbers).is_ok());
        assert!(verdict(&json!({ "a": "x", "b": true }), BitShape::Numbers).is_err());
        assert!(verdict(&json!({ "a": "x", "b": 1 }), BitShape::Booleans).is_err());
    }

    #[test]
    fn a_guid_has_five_groups_of_hexadecimal_digits() {
        assert!(is_guid("1D3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d"));
        assert!(!is_guid("1d3a4f0e6a1b4f599d580d2a4a5b6c7d") && !is_guid("1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7g"));
    }
}
