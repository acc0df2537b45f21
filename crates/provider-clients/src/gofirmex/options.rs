//! `provider_options.gofirmex`: what a caller may say to this vendor alone, and the JSON Schemas of it.

use domain::envelope::Document;
use domain::order::{Order, options_of};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::KIND;
use crate::provider::OptionSchemas;
use crate::shared::schema_parts::{object, text};

/// Options on the envelope.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct EnvelopeOptions {
    pub portfolio_type: Option<String>,
}

impl EnvelopeOptions {
    /// The options of an envelope; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(order: &Order) -> Self {
        read(options_of(&order.spec.provider_options, KIND))
    }
}

/// Options on a document.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct DocumentOptions {
    pub document_type: Option<String>,
    pub signature: Option<String>,
}

impl DocumentOptions {
    /// The options of a document; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(document: &Document) -> Self {
        read(options_of(&document.provider_options, KIND))
    }
}

fn read<T: DeserializeOwned + Default>(value: &Value) -> T {
    if value.is_null() { T::default() } else { serde_json::from_value(value.clone()).unwrap_or_default() }
}

/// The schemas of all three places.
pub(super) fn schemas() -> OptionSchemas {
    OptionSchemas {
        envelope: object(
            "GoFirmex options of an envelope",
            &[],
            [json!({
                "portfolio_type": text("Type of the portfolio: an id of the provider's catalogue, or a name of the account's `profile.portfolio_types`. Absent: the account's.", "6b1f0a52-2f0e-4a53-9a0c-2a4b8a4d7c33")
            })],
        ),
        recipient: object("GoFirmex options of a recipient", &[], [json!({})]),
        document: object(
            "GoFirmex options of a document",
            &[],
            [json!({
                "document_type": text("Category of the document: an id of the provider's catalogue, or a name of the account's `profile.document_types`. Absent: the account's.", "1d0c5b0e-4a39-4a52-8f0e-7c1c2b3a4d5e"),
                "signature": text("How this document is signed, when otherwise than the envelope says: `simple`, `advanced`, or one of the account's own words. Never less than the envelope asks for.", "advanced")
            })],
        ),
    }
}
