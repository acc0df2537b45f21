//! `provider_options.efirma_go`: what a caller may say to this vendor alone, and the JSON Schemas of it.

use std::collections::BTreeMap;

use domain::envelope::RecipientSpec;
use domain::order::{Order, options_of};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::KIND;
use super::wire::CORRELATION_KEY;
use super::wire::received::Text;
use crate::provider::OptionSchemas;

/// Options on the envelope.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct EnvelopeOptions {
    pub campos_clave: BTreeMap<String, Value>,
    pub tipo_documento: Option<String>,
    pub tarifa_cliente: Option<String>,
}

impl EnvelopeOptions {
    /// The options of an envelope; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(order: &Order) -> Self {
        read(options_of(&order.spec.provider_options, KIND))
    }

    /// The caller's key fields as texts.
    pub(super) fn key_fields(&self) -> impl Iterator<Item = (&str, String)> {
        self.campos_clave
            .iter()
            .filter(|(key, _)| *key != CORRELATION_KEY)
            .map(|(key, value)| (key.as_str(), Text::from(value).0))
    }
}

/// Options on a recipient.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RecipientOptions {
    pub identificador: Option<String>,
    pub gestor: Option<Manager>,
    pub terminales: Terminals,
    pub enviar_resumen: bool,
}

impl RecipientOptions {
    /// The options of a recipient; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(recipient: &RecipientSpec) -> Self {
        read(options_of(&recipient.provider_options, KIND))
    }
}

/// The person whose device is used.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Manager {
    pub nombre: String,
    pub email: String,
}

/// Where a recipient may act.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct Terminals {
    pub web: bool,
    pub personal: bool,
    pub corporativo: bool,
}

impl Default for Terminals {
    fn default() -> Self {
        Self { web: true, personal: true, corporativo: false }
    }
}

fn read<T: DeserializeOwned + Default>(value: &Value) -> T {
    if value.is_null() { T::default() } else { serde_json::from_value(value.clone()).unwrap_or_default() }
}

/// The schemas of all three places.
pub(super) fn schemas() -> OptionSchemas {
    OptionSchemas { envelope: envelope_schema(), recipient: recipient_schema(), document: document_schema() }
}

fn envelope_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "efirma GO options of an envelope",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "campos_clave": {
                "type": "object",
                "description": "Key fields kept with each document at the provider, by which it can be searched. `rubrica_submission` is reserved for the broker.",
                "additionalProperties": { "type": "string", "maxLength": 255 },
                "propertyNames": { "minLength": 1, "maxLength": 255, "not": { "const": CORRELATION_KEY } },
                "default": {},
                "examples": [{ "expediente": "2026-0042" }]
            },
            "tipo_documento": {
                "type": "string", "minLength": 1, "maxLength": 255,
                "description": "A free category of the documents, for example a payslip.",
                "examples": ["Nómina"]
            },
            "tarifa_cliente": {
                "type": "string", "minLength": 1, "maxLength": 255,
                "description": "The client's tariff to charge, instead of the account's.",
                "examples": ["Tarifa Personal"]
            }
        }
    })
}

fn recipient_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "efirma GO options of a recipient",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "identificador": {
                "type": "string", "minLength": 1, "maxLength": 255,
                "description": "The person's own identifier in the client's directory. Give it only when the person has that one there already, or none: another is refused as a conflict.",
                "examples": ["EMP-42"]
            },
            "gestor": {
                "type": "object",
                "additionalProperties": false,
                "required": ["nombre", "email"],
                "description": "The person on whose corporate device the recipient acts.",
                "properties": {
                    "nombre": { "type": "string", "minLength": 1, "maxLength": 255, "description": "Their name." },
                    "email": { "type": "string", "minLength": 3, "maxLength": 255, "pattern": "^[^@\\s]+@[^@\\s]+$", "description": "Their e-mail address." }
                },
                "examples": [{ "nombre": "Ana Gómez", "email": "ana@example.com" }]
            },
            "terminales": {
                "type": "object",
                "additionalProperties": false,
                "description": "Where the recipient may act; at least one must be allowed.",
                "properties": {
                    "web": { "type": "boolean", "default": true, "description": "On the web." },
                    "personal": { "type": "boolean", "default": true, "description": "In the app on their own device." },
                    "corporativo": { "type": "boolean", "default": false, "description": "On a corporate device." }
                },
                "examples": [{ "web": true, "personal": false }]
            },
            "enviar_resumen": {
                "type": "boolean", "default": false,
                "description": "One summary notice for everything pending instead of a notice for this document.",
                "examples": [true]
            }
        }
    })
}

fn document_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "efirma GO options of a document",
        "description": "There are none.",
        "type": "object",
        "additionalProperties": false,
        "properties": {}
    })
}
