//! `provider_options.firma_virtual`: what a caller may say to this vendor alone, and the JSON Schemas of it.

use domain::envelope::{Notary, RecipientSpec};
use domain::order::{Order, options_of};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::KIND;
use crate::provider::OptionSchemas;
use crate::shared::schema_parts::{DRAFT, object};

/// A kind of signature: by the signers alone, or with a notary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Modal {
    /// By the signers alone.
    #[serde(rename = "SIGNATURE")]
    Signature,
    /// Certified by a notary.
    #[serde(rename = "SIGNATURE_CERT_NOTARIAL")]
    Certified,
    /// Protocolised by a notary.
    #[serde(rename = "SIGNATURE_PROT_NOTARIAL")]
    Protocolized,
}

impl Modal {
    /// The word on the wire. Source: contract section 3.7.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Signature => "SIGNATURE",
            Self::Certified => "SIGNATURE_CERT_NOTARIAL",
            Self::Protocolized => "SIGNATURE_PROT_NOTARIAL",
        }
    }

    /// The kind that a notary's part asks for; nothing for none, and for parts that the vendor does not have.
    pub(super) fn of_notary(notary: Notary) -> Option<Self> {
        match notary {
            Notary::Certification => Some(Self::Certified),
            Notary::Protocolization => Some(Self::Protocolized),
            Notary::None | Notary::Validation | Notary::Full => None,
        }
    }
}

/// Options on the envelope.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct EnvelopeOptions {
    pub contract_type_fee_id: Option<u64>,
    pub contract_type_id: Option<u64>,
    pub modal: Option<Modal>,
}

impl EnvelopeOptions {
    /// The options of an envelope; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(order: &Order) -> Self {
        read(options_of(&order.spec.provider_options, KIND))
    }

    /// The kind of signature that is asked for, where one is: by the option, else by the notary's part.
    pub(super) fn wanted_modal(&self, order: &Order) -> Option<Modal> {
        self.modal.or(Modal::of_notary(order.spec.notary))
    }
}

/// Options on a recipient.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct RecipientOptions {
    pub portion: Option<u8>,
}

impl RecipientOptions {
    /// The options of a recipient; none when they do not satisfy the schema, which the check reports.
    pub(super) fn of(recipient: &RecipientSpec) -> Self {
        read(options_of(&recipient.provider_options, KIND))
    }
}

fn read<T: DeserializeOwned + Default>(value: &Value) -> T {
    if value.is_null() { T::default() } else { serde_json::from_value(value.clone()).unwrap_or_default() }
}

/// The schemas of all three places.
pub(super) fn schemas() -> OptionSchemas {
    let id = |description: &str, example: u64| json!({ "type": "integer", "minimum": 1, "maximum": 4_294_967_295_u64, "description": description, "examples": [example] });
    let envelope = json!({
        "contract_type_fee_id": id("The provider's price row: contract type, kind of signature and number of signers in one.", 28),
        "contract_type_id": id("The provider's contract type; the price row follows from it, the kind of signature and the number of signers.", 1),
        "modal": {
            "type": "string",
            "enum": [Modal::Signature.word(), Modal::Certified.word(), Modal::Protocolized.word()],
            "description": "The kind of signature. Where absent it follows from the envelope's `notary`.",
            "examples": [Modal::Certified.word()]
        }
    });
    let recipient = json!({
        "portion": {
            "type": "integer", "enum": [0, 50, 100],
            "description": "The recipient's share of the price, in percent. Of all recipients together 100; who is not named pays nothing once anybody is.",
            "examples": [100]
        }
    });
    OptionSchemas {
        envelope: object("Firma Virtual options of an envelope", &[], [envelope]),
        recipient: object("Firma Virtual options of a recipient", &[], [recipient]),
        document: json!({
            "$schema": DRAFT,
            "title": "Firma Virtual options of a document",
            "description": "There are none.",
            "type": "object",
            "additionalProperties": false,
            "properties": {}
        }),
    }
}
