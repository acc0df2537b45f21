//! `provider_options.arqsign`: what a caller may say to this vendor alone, and the JSON Schemas of it.

use domain::envelope::RecipientSpec;
use domain::order::{Order, options_of};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::KIND;
use super::settings_schema::GUID;
use super::wire::sent::Complement;
use crate::provider::OptionSchemas;
use crate::shared::schema_parts::object;

/// Options on the envelope, beside the two ids that stand in for settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct EnvelopeOptions {
    pub gerar_qr_code: Option<bool>,
    pub obrigar_leitura: Option<bool>,
    pub renovacao_meses: Option<u32>,
    pub aviso_expiracao_dias: Option<u32>,
}

impl EnvelopeOptions {
    /// The options of an envelope; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(order: &Order) -> Self {
        read(options_of(&order.spec.provider_options, KIND))
    }
}

/// Options on a recipient.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RecipientOptions {
    pub papeis_pf: Vec<String>,
    pub papeis_pj: Vec<String>,
    pub representacao_visual: Option<u8>,
    pub validar_documento: bool,
    pub dados_complementares: Vec<ComplementOption>,
    pub titulo: Option<String>,
}

/// A label and a value shown with a signature.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ComplementOption {
    pub label: String,
    pub valor: String,
}

impl RecipientOptions {
    /// The options of a recipient; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(recipient: &RecipientSpec) -> Self {
        read(options_of(&recipient.provider_options, KIND))
    }

    /// The further data as the vendor writes it.
    pub(super) fn complements(&self) -> Vec<Complement> {
        let written = |c: &ComplementOption| Complement { label: c.label.clone(), valor: c.valor.clone() };
        self.dados_complementares.iter().map(written).collect()
    }
}

fn read<T: DeserializeOwned + Default>(value: &Value) -> T {
    if value.is_null() { T::default() } else { serde_json::from_value(value.clone()).unwrap_or_default() }
}

/// The schemas of all three places.
pub(super) fn schemas() -> OptionSchemas {
    OptionSchemas {
        envelope: object("ArqSign options of an envelope", &[], [envelope()]),
        recipient: object("ArqSign options of a recipient", &[], [recipient()]),
        document: object("ArqSign options of a document (there are none)", &[], []),
    }
}

fn envelope() -> Value {
    json!({
        "id_pasta": { "type": "string", "pattern": GUID, "description": "The folder of this process, instead of the account's.", "examples": ["5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11"] },
        "id_responsavel": { "type": "string", "pattern": GUID, "description": "The user who sends this process, instead of the account's. Notices are in their language.", "examples": ["1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d"] },
        "gerar_qr_code": { "type": "boolean", "description": "Whether each signed document gets a QR code. `false` may fall back to the account's default at the provider.", "examples": [true] },
        "obrigar_leitura": { "type": "boolean", "description": "Whether a signer must open every document first; matters with several documents. `false` may fall back to the account's default at the provider.", "examples": [true] },
        "renovacao_meses": { "type": "integer", "minimum": 1, "maximum": 1200, "description": "Months after completion until a renewal is due.", "examples": [12] },
        "aviso_expiracao_dias": { "type": "integer", "minimum": 1, "maximum": 99, "description": "Days before the deadline at which signers are warned.", "examples": [3] }
    })
}

fn recipient() -> Value {
    let roles = |whom: &str| {
        json!({
            "type": "array", "maxItems": 20, "uniqueItems": true,
            "items": { "type": "string", "minLength": 1, "maxLength": 50 },
            "description": format!("Names of roles that the signer has as {whom}; they must exist in the account (operation `list_signer_roles`)."),
            "examples": [["Locatário"]]
        })
    };
    json!({
        "papeis_pf": roles("a person"),
        "papeis_pj": roles("an organization"),
        "representacao_visual": { "type": "integer", "enum": [1, 2, 3], "description": "How the signature looks: 1 standard, 2 drawing, 3 image. Absent: the signer chooses.", "examples": [1] },
        "validar_documento": { "type": "boolean", "default": false, "description": "Whether the number that the signer enters must be `national_id` (and the company's `organization.tax_id`); otherwise they are only filled in.", "examples": [true] },
        "dados_complementares": {
            "type": "array", "maxItems": 20,
            "description": "Further data shown with an electronic signature.",
            "items": {
                "type": "object", "additionalProperties": false, "required": ["label", "valor"],
                "properties": {
                    "label": { "type": "string", "minLength": 1, "maxLength": 40, "description": "What it is." },
                    "valor": { "type": "string", "minLength": 1, "maxLength": 56, "description": "Its value." }
                }
            },
            "examples": [[{ "label": "Matrícula", "valor": "4711" }]]
        },
        "titulo": { "type": "string", "minLength": 1, "maxLength": 150, "description": "The title of this signer's message, instead of the subject.", "examples": ["Seu contrato"] }
    })
}
