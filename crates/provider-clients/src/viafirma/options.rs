//! `provider_options.viafirma`: what a caller may say to this vendor alone, and the JSON Schemas of it.

use domain::envelope::RecipientSpec;
use domain::order::{Order, options_of};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::KIND;
use crate::provider::OptionSchemas;
use crate::shared::schema_parts::object;

/// The formats of signatures in a PDF, as the vendor writes them. Source: contract section 2.2.
pub(super) const PDF_FORMATS: [&str; 5] = ["PAdES_BASIC", "PAdES_BES", "PAdES_EPES", "PDF_PKCS7", "PDF_PKCS7_T"];

/// Options on the envelope.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct EnvelopeOptions {
    pub signature_format: Option<String>,
    pub stamp: Stamp,
}

impl EnvelopeOptions {
    /// The options of an envelope; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(order: &Order) -> Self {
        read(options_of(&order.spec.provider_options, KIND))
    }
}

/// What a visible signature looks like and says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Stamp {
    pub pages: Option<StampPages>,
    pub text: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub image: Option<String>,
    pub rotation: Option<u16>,
    pub hide_status: Option<bool>,
    pub reason: Option<String>,
    pub location: Option<String>,
    pub contact: Option<String>,
}

/// On which pages a stamp stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(super) enum StampPages {
    Word(PagesWord),
    Numbers(Vec<u32>),
}

/// Pages that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PagesWord {
    All,
    Last,
}

/// Options on a recipient.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RecipientOptions {
    pub cert_filter: Option<Filter>,
    pub ca_filter: Option<Filter>,
    pub number_user_id_filter: Option<Filter>,
    pub auto_send: bool,
}

impl RecipientOptions {
    /// The options of a recipient; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(recipient: &RecipientSpec) -> Self {
        read(options_of(&recipient.provider_options, KIND))
    }

    /// Whether anything narrows down with which certificates may be signed.
    pub(super) fn narrows(&self) -> bool {
        self.cert_filter.is_some() || self.ca_filter.is_some() || self.number_user_id_filter.is_some()
    }
}

/// Which certificates may be signed with: those of which the property has one of the values.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Filter {
    pub operator: Operator,
    pub values: Vec<String>,
}

/// How a property is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Operator {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

fn read<T: DeserializeOwned + Default>(value: &Value) -> T {
    if value.is_null() { T::default() } else { serde_json::from_value(value.clone()).unwrap_or_default() }
}

/// The schemas of all three places.
pub(super) fn schemas() -> OptionSchemas {
    OptionSchemas {
        envelope: object("Viafirma Platform options of an envelope", &[], [envelope()]),
        recipient: object("Viafirma Platform options of a recipient", &[], [recipient()]),
        document: object("Viafirma Platform options of a document", &[], []),
    }
}

fn envelope() -> Value {
    let text = |description: &str, example: &str| json!({ "type": "string", "minLength": 1, "maxLength": 1000, "description": description, "examples": [example] });
    json!({
        "signature_format": {
            "type": "string", "enum": PDF_FORMATS, "description": "Format of the signatures, instead of the account's.",
            "examples": ["PAdES_BES"]
        },
        "stamp": {
            "type": "object", "additionalProperties": false, "default": {},
            "description": "What visible signatures look like. Where they stand is told by the signers' `fields`.",
            "properties": {
                "pages": {
                    "description": "More pages on which a signer's field is stamped: all, the last one, or these numbers.",
                    "oneOf": [
                        { "type": "string", "enum": ["all", "last"] },
                        { "type": "array", "minItems": 1, "maxItems": 1000, "uniqueItems": true, "items": { "type": "integer", "minimum": 1, "maximum": 100_000 } }
                    ],
                    "examples": ["all", [1, 3]]
                },
                "text": text("The words of the stamp; placeholders such as [CN] and [NIF] are the provider's.", "Firmado por [CN]"),
                "type": { "type": "string", "enum": ["QR-BAR-H", "PDF417-H"], "description": "The layout of the stamp.", "examples": ["QR-BAR-H"] },
                "image": { "type": "string", "minLength": 4, "maxLength": 1_048_576, "pattern": "^[A-Za-z0-9+/]+={0,2}$", "description": "A picture for the stamp, in base64.", "examples": ["iVBORw0KGgo="] },
                "rotation": { "type": "integer", "enum": [90, 270], "description": "Degrees by which the stamp is turned.", "examples": [90] },
                "hide_status": { "type": "boolean", "description": "Whether the sign that tells whether the signature is valid is left out.", "examples": [true] },
                "reason": text("Why it was signed, in the signature itself.", "Conformidad"),
                "location": text("Where it was signed, in the signature itself.", "Sevilla"),
                "contact": text("Whom to ask, in the signature itself.", "rrhh@example.com")
            },
            "examples": [{ "text": "Firmado por [CN]", "hide_status": true }]
        }
    })
}

fn recipient() -> Value {
    let filter = |description: &str, example: &str| {
        json!({
            "type": "object", "additionalProperties": false, "required": ["operator", "values"],
            "description": description,
            "properties": {
                "operator": { "type": "string", "enum": ["equals", "contains", "starts_with", "ends_with"], "description": "How it is compared." },
                "values": {
                    "type": "array", "minItems": 1, "maxItems": 100, "items": { "type": "string", "minLength": 1, "maxLength": 255 },
                    "description": "One of these must fit."
                }
            },
            "examples": [{ "operator": "contains", "values": [example] }]
        })
    };
    json!({
        "cert_filter": filter("Which certificates may be used, by any of their properties.", "CIUDADANO"),
        "ca_filter": filter("Which certificates may be used, by the properties of who issued them.", "FNMT"),
        "number_user_id_filter": filter("Which certificates may be used, by the holder's identity number. Without it: those that contain the recipient's `national_id`.", "12345678Z"),
        "auto_send": { "type": "boolean", "default": false, "description": "Whether the only certificate that fits is used without asking the signer.", "examples": [true] }
    })
}
