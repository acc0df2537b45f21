//! Failures as callers read them.

use serde_json::Value;

use crate::client::Answer;

/// A problem document that was checked for its form.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The whole document.
    pub json: Value,
    text: String,
}

impl Problem {
    /// Asserts that an answer is the problem `code`, with everything that every problem must have.
    pub(crate) fn of(answer: &Answer, code: &str) -> Self {
        let shown = answer.shown();
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{shown}");
        let json = answer.json();
        assert_eq!(json["code"], code, "{shown}");
        assert_eq!(json["status"], answer.status, "{shown}");
        let kind = json["type"].as_str().expect("a type");
        assert!(kind.ends_with(&format!("/problems/{code}")), "{shown}");
        for member in ["title", "detail", "instance"] {
            assert!(json[member].as_str().is_some_and(|text| !text.is_empty()), "no {member}: {shown}");
        }
        assert!(["retry", "wait", "fix"].contains(&json["advice"].as_str().unwrap_or_default()), "{shown}");
        assert_eq!(json["request_id"].as_str(), answer.header("x-request-id"), "{shown}");
        for error in json["errors"].as_array().into_iter().flatten() {
            let text = |member: &str| error[member].as_str().unwrap_or_else(|| panic!("no {member}: {shown}"));
            assert!(text("pointer").is_empty() || text("pointer").starts_with('/'), "{shown}");
            assert!(!text("code").is_empty() && !text("detail").is_empty(), "{shown}");
        }
        Self { json, text: answer.text() }
    }

    /// The pointers of all faults, sorted.
    pub fn pointers(&self) -> Vec<String> {
        let mut pointers: Vec<String> = self.faults().into_iter().map(|(pointer, _)| pointer).collect();
        pointers.sort();
        pointers
    }

    /// Pointer and code of all faults, sorted.
    pub fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        let mut faults: Vec<_> = errors.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect();
        faults.sort();
        faults
    }

    /// Asserts the faults, in any order.
    #[track_caller]
    pub fn has(&self, expected: &[(&str, &str)]) -> &Self {
        let mut expected: Vec<(String, String)> =
            expected.iter().map(|(p, c)| ((*p).to_owned(), (*c).to_owned())).collect();
        expected.sort();
        assert_eq!(self.faults(), expected, "{}", self.text);
        self
    }

    /// Asserts that a value which the request had is not repeated.
    #[track_caller]
    pub fn does_not_echo(&self, value: &str) -> &Self {
        assert!(!self.text.contains(value), "the rejected value is repeated: {}", self.text);
        self
    }
}
