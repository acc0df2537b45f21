//! What is wrong with a configuration: a list, never only the first.

use std::fmt;

use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

/// One fault, at one key. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The key, for example `worker.lease_s`; the name of a file when the file itself cannot be read.
    pub key: String,
    /// What is wrong and what to write instead.
    pub problem: String,
}

impl Fault {
    pub(super) fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)
    }
}

/// Every fault of a configuration, by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<Fault>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "the configuration has {count} fault{}:", if count == 1 { "" } else { "s" })?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}

/// The faults that `validator` found, with the keys under which they are written.
pub(super) fn of_validation(errors: &ValidationErrors) -> Vec<Fault> {
    let mut faults = Vec::new();
    collect(errors, "", &mut faults);
    faults
}

fn collect(errors: &ValidationErrors, at: &str, faults: &mut Vec<Fault>) {
    for (field, kind) in errors.errors() {
        let key = if at.is_empty() { field.to_string() } else { format!("{at}.{field}") };
        match kind {
            ValidationErrorsKind::Struct(inner) => collect(inner, &key, faults),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &format!("{key}[{index}]"), faults);
                }
            }
            ValidationErrorsKind::Field(errors) => {
                faults.extend(errors.iter().map(|error| Fault::new(key.clone(), problem(error))));
            }
        }
    }
}

fn problem(error: &ValidationError) -> String {
    if let Some(message) = &error.message {
        return message.to_string();
    }
    let bound = |name: &str| error.params.get(name).map(ToString::to_string);
    let what = if error.code == "length" { "have a length" } else { "be" };
    match (bound("min"), bound("max")) {
        (Some(min), Some(max)) => format!("it must {what} from {min} to {max}"),
        (Some(min), None) => format!("it must {what} of at least {min}"),
        (None, Some(max)) => format!("it must {what} of at most {max}"),
        (None, None) => format!("it breaks the rule \"{}\"", error.code),
    }
}
