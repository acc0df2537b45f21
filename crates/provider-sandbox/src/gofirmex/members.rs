//! Reading an object's members and collecting all its faults.

use serde_json::Value;

use super::body::Object;
use super::wire::FieldFault;

/// An object of a request, with what is wrong in it.
pub(super) struct Members<'a> {
    object: &'a Object,
    prefix: String,
    faults: Vec<FieldFault>,
}

impl<'a> Members<'a> {
    /// Faults are told under the prefix, for example `signers[0].`.
    pub(super) fn new(object: &'a Object, prefix: &str) -> Self {
        Self { object, prefix: prefix.to_owned(), faults: Vec::new() }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name)
    }

    pub(super) fn fault(&mut self, name: &str, message: &str) {
        self.faults.push(FieldFault { field: format!("{}{name}", self.prefix), message: message.to_owned() });
    }

    /// A text with something in it; its absence is a fault.
    pub(super) fn text(&mut self, name: &str) -> Option<&'a str> {
        match self.get(name) {
            None | Some(Value::Null) => self.fault(name, "is required"),
            Some(Value::String(text)) if !text.trim().is_empty() => return Some(text),
            Some(Value::String(_)) => self.fault(name, "must not be empty"),
            Some(_) => self.fault(name, "must be a string"),
        }
        None
    }

    /// A text that may be absent.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<&'a str> {
        match self.get(name) {
            None => None,
            Some(Value::Null) => {
                self.fault(name, "must be a string");
                None
            }
            Some(_) => self.text(name),
        }
    }

    /// A text that a test must accept.
    pub(super) fn checked(&mut self, name: &str, is_good: impl Fn(&str) -> bool, message: &str) {
        if self.text(name).is_some_and(|text| !is_good(text)) {
            self.fault(name, message);
        }
    }

    /// Members that the contract does not know.
    pub(super) fn refuse_unknown(&mut self, known: &[&str]) {
        let unknown: Vec<&'a String> = self.object.keys().filter(|name| !known.contains(&name.as_str())).collect();
        for name in unknown {
            self.fault(name, "is not a known member");
        }
    }

    pub(super) fn faults(self) -> Vec<FieldFault> {
        self.faults
    }
}
