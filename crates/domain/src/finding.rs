//! What a check has to say about an envelope before it is sent.

use serde::{Deserialize, Serialize};

use crate::capability::Feature;

/// How much a [`Finding`] weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Info,
    /// Text or looks that the provider will not show as asked.
    Warning,
    /// The envelope cannot be sent as it is.
    Error,
}

/// Where the value at fault lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum FindingSource {
    /// In the envelope: the pointer is a JSON pointer into the envelope as `GET` shows it.
    #[default]
    Envelope,
    /// In the provider account: the pointer is a JSON pointer into the account (`/settings/…`, `/credentials/…`).
    Account,
}

/// One statement of a check: what, where, how bad, and which feature it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it weighs; an [`Severity::Error`] refuses the send.
    pub severity: Severity,
    /// A stable word for programs, for example `delivery_unsupported`.
    pub code: String,
    /// JSON pointer to the value at fault; empty for the whole.
    pub pointer: String,
    /// What `pointer` points into.
    #[serde(default)]
    pub source: FindingSource,
    /// A sentence for people. Never holds the rejected value.
    pub detail: String,
    /// The feature that the finding is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<Feature>,
    /// How the broker does what the provider cannot, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emulated: Option<String>,
}

impl Finding {
    /// A finding that refuses the send.
    #[must_use]
    pub fn error(code: &str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, pointer, detail)
    }

    /// A finding that is kept with the envelope but does not stop it.
    #[must_use]
    pub fn warning(code: &str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, pointer, detail)
    }

    /// A finding that only informs.
    #[must_use]
    pub fn info(code: &str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, pointer, detail)
    }

    fn new(severity: Severity, code: &str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.to_owned(),
            pointer: pointer.into(),
            source: FindingSource::Envelope,
            detail: detail.into(),
            feature: None,
            emulated: None,
        }
    }

    /// The same finding, said to be about `feature`.
    #[must_use]
    pub fn about(mut self, feature: Feature) -> Self {
        self.feature = Some(feature);
        self
    }

    /// The same finding, saying how the broker emulates the feature.
    #[must_use]
    pub fn emulated(mut self, how: &str) -> Self {
        self.emulated = Some(how.to_owned());
        self
    }

    /// The same finding, pointing into the provider account instead of the envelope.
    #[must_use]
    pub fn in_account(mut self) -> Self {
        self.source = FindingSource::Account;
        self
    }

    /// Whether this finding refuses the send.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether any of `findings` refuses the send.
#[must_use]
pub fn refuses(findings: &[Finding]) -> bool {
    findings.iter().any(Finding::is_error)
}
