//! The values of a PDF file.

use std::ops::Range;

/// An indirect object's number. Generations are read past: a number has one live generation at a time.
pub(crate) type ObjectNumber = u32;

/// A string and, when it stands in the file itself, the bytes from its first to its last delimiter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    pub(crate) span: Option<Range<u64>>,
}

/// Any PDF value except a stream's data, which stays in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Object {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    String(Box<Text>),
    Name(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Dictionary),
    Reference(ObjectNumber),
}

impl Object {
    /// The value, unless it is null.
    pub(crate) fn present(self) -> Option<Self> {
        if self == Self::Null { None } else { Some(self) }
    }

    /// Like [`Self::present`], borrowed.
    pub(crate) fn as_present(&self) -> Option<&Self> {
        if *self == Self::Null { None } else { Some(self) }
    }

    pub(crate) fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(value) = self { Some(*value) } else { None }
    }

    /// A whole number that is not negative.
    pub(crate) fn as_unsigned(&self) -> Option<u64> {
        self.as_integer().and_then(|value| u64::try_from(value).ok())
    }

    pub(crate) fn as_number(&self) -> Option<f64> {
        if let Self::Real(value) = self {
            return Some(*value);
        }
        self.as_integer().and_then(|value| i32::try_from(value).ok()).map(f64::from)
    }

    pub(crate) fn as_name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    pub(crate) fn as_string(&self) -> Option<&Text> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_array(&self) -> Option<&[Object]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_reference(&self) -> Option<ObjectNumber> {
        if let Self::Reference(number) = self { Some(*number) } else { None }
    }

    pub(crate) fn into_array(self) -> Option<Vec<Object>> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_dictionary(&self) -> Option<&Dictionary> {
        if let Self::Dictionary(dictionary) = self { Some(dictionary) } else { None }
    }

    pub(crate) fn into_dictionary(self) -> Option<Dictionary> {
        if let Self::Dictionary(dictionary) = self { Some(dictionary) } else { None }
    }
}

static NULL: Object = Object::Null;

/// Keys and values in the order of the file; of a repeated key the last one counts, as in the common viewers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Dictionary(pub(crate) Vec<(Vec<u8>, Object)>);

impl Dictionary {
    /// The value of `key`; null when it is absent, which PDF treats alike.
    pub(crate) fn get(&self, key: &str) -> &Object {
        self.0.iter().rev().find(|(name, _)| name == key.as_bytes()).map_or(&NULL, |(_, value)| value)
    }

    /// Whether `key` has a value other than null.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).as_present().is_some()
    }

    pub(crate) fn is_of_type(&self, name: &str) -> bool {
        self.get("Type").as_name() == Some(name.as_bytes())
    }
}
