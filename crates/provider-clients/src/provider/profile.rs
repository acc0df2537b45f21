//! What a vendor is: names, schemas, operations.

use serde_json::Value;

/// What a vendor is, before anybody has an account there.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The kind, for example `efirma_go`: `[a-z][a-z0-9_]*`.
    pub kind: &'static str,
    /// The vendor's name for people.
    pub display_name: &'static str,
    /// Country of the vendor, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// What to know about the vendor, in a few sentences.
    pub description: &'static str,
    /// JSON Schema (2020-12) of the account's settings, with defaults, descriptions and examples.
    pub settings_schema: Value,
    /// JSON Schema of the account's credentials.
    pub credentials_schema: Value,
    /// JSON Schemas of `provider_options.<kind>`.
    pub options: OptionSchemas,
    /// The vendor's own operations.
    pub operations: Vec<OperationSpec>,
}

/// JSON Schemas of the options at each place where options may stand.
#[derive(Debug, Clone)]
pub struct OptionSchemas {
    /// On the envelope.
    pub envelope: Value,
    /// On a recipient.
    pub recipient: Value,
    /// On a document.
    pub document: Value,
}

/// An operation of the vendor beside the envelope's life.
#[derive(Debug, Clone)]
pub struct OperationSpec {
    /// Its name in the path, for example `get_signer`.
    pub name: &'static str,
    /// What it gives.
    pub summary: &'static str,
    /// Whether it changes something at the vendor.
    pub changes: bool,
    /// JSON Schema of its input.
    pub input: Value,
    /// JSON Schema of its result.
    pub output: Value,
}

/// A fault in settings, credentials, options or an operation's input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the checked value.
    pub pointer: String,
    /// A stable word, for example `required` or `unknown_field`.
    pub code: String,
    /// A sentence that never holds the rejected value.
    pub detail: String,
}
