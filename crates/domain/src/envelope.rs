//! The envelope as a caller asks for it: documents, recipients and rules. What happened to it is in [`crate::states`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{AccountId, DocumentId, IdentityDocumentId, RecipientId};
use crate::values::{Email, LanguageTag, NationalId, Phone};

/// Typed options of providers by kind. Only those of the routed provider apply.
pub type ProviderOptions = BTreeMap<String, Value>;

/// What a person has to do with an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Signs.
    Signer,
    /// Reviews and approves.
    Approver,
    /// Gets a copy and does nothing.
    Copy,
}

impl Role {
    /// Whether the envelope waits for this role.
    #[must_use]
    pub fn acts(self) -> bool {
        !matches!(self, Self::Copy)
    }
}

/// The strength of a signature; as a request it is a minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureLevel {
    /// A simple electronic signature.
    Simple,
    /// An advanced electronic signature.
    Advanced,
    /// A qualified electronic signature.
    Qualified,
}

/// How a recipient is invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// By e-mail.
    Email,
    /// By SMS.
    Sms,
    /// By WhatsApp.
    Whatsapp,
    /// Not at all: the caller shows the signing link itself.
    None,
}

/// A notary's part in an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Notary {
    /// No notary.
    #[default]
    None,
    /// The notary certifies the signatures.
    Certification,
    /// The notary files the document.
    Protocolization,
    /// The notary validates the document.
    Validation,
    /// Everything a notary can do.
    Full,
}

/// For whom a recipient acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum ActsAs {
    /// For themselves.
    #[default]
    Person,
    /// For an organization.
    Organization,
    /// For themselves and an organization.
    Both,
}

/// A proof that a recipient gives before they can act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Authentication {
    /// A one-time code by SMS.
    SmsOtp {
        /// Where it goes; absent means the recipient's phone.
        phone: Option<Phone>,
    },
    /// A one-time code by e-mail.
    EmailOtp,
    /// A one-time code by WhatsApp.
    WhatsappOtp {
        /// Where it goes; absent means the recipient's phone.
        phone: Option<Phone>,
    },
    /// A code agreed beforehand. The code itself is a secret and is kept apart, encrypted.
    AccessCode {
        /// The code; `None` once it was put away among the secrets.
        code: Option<String>,
        /// How the provider tells the recipient; absent means out of band.
        delivery: Option<Delivery>,
        /// Where it is told, when by SMS or WhatsApp.
        phone: Option<Phone>,
        /// Whether the recipient may have it sent again.
        resend: bool,
    },
    /// A certificate.
    Certificate,
}

/// What a box on a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// The signature's visible mark.
    Signature,
}

/// A box on a page of a document, in PDF points (1/72 inch) from the top-left corner of the page as displayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// What the box is for.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// For whom the recipient signs in this box; absent means as the recipient acts.
    #[serde(rename = "as")]
    pub acts_as: Option<ActsAs>,
    /// The `order` of the document.
    pub document: u32,
    /// The page, from 1.
    pub page: u32,
    /// Left edge, in points.
    pub x: f64,
    /// Top edge, in points.
    pub y: f64,
    /// Width in points; `None` lets the provider choose.
    pub width: Option<f64>,
    /// Height in points; `None` lets the provider choose.
    pub height: Option<f64>,
}

/// The organization that a recipient acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Its name.
    pub name: String,
    /// Its tax id.
    pub tax_id: Option<String>,
}

/// A file that a recipient has to attach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedAttachment {
    /// What is asked for.
    pub name: String,
    /// Whether the recipient cannot finish without it.
    pub required: bool,
    /// Whether the other recipients see it.
    pub shared: bool,
}

/// An identity document that was stored for a recipient; its bytes are in the object store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityDocument {
    /// Its id.
    pub id: IdentityDocumentId,
    /// Its kind, for example `id_card_front`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its file name.
    pub filename: String,
    /// `image/png`, `image/jpeg` or `application/pdf`.
    pub content_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
}

/// A recipient as asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecipientSpec {
    /// What they have to do.
    pub role: Role,
    /// Their full name.
    pub name: String,
    /// Given name, where told apart.
    pub given_name: Option<String>,
    /// First surname, where told apart.
    pub family_name: Option<String>,
    /// Second surname, where told apart.
    pub second_family_name: Option<String>,
    /// Their e-mail address.
    pub email: Option<Email>,
    /// Their mobile phone.
    pub phone: Option<Phone>,
    /// Their national identity number.
    pub national_id: Option<NationalId>,
    /// Lower acts first, equal in parallel; from 1.
    pub routing_order: u32,
    /// A name that sets recipients of one order apart as a stage of their own.
    pub group: Option<String>,
    /// The least strength of their signature; `None` takes the account's lowest.
    pub signature_level: Option<SignatureLevel>,
    /// How they are invited; `None` takes the account's first native channel.
    pub delivery: Option<Delivery>,
    /// What they have to prove first.
    pub authentication: Vec<Authentication>,
    /// For whom they act.
    pub acts_as: ActsAs,
    /// The organization they act for.
    pub organization: Option<Organization>,
    /// A message that only they see.
    pub message: Option<String>,
    /// Boxes on pages.
    pub fields: Vec<Field>,
    /// Files they have to attach.
    pub requested_attachments: Vec<RequestedAttachment>,
    /// Identity documents sent along.
    pub identity_documents: Vec<IdentityDocument>,
    /// Options of providers, by kind.
    pub provider_options: ProviderOptions,
}

/// A stage as asked for. A stage that nobody describes needs all of its recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSpec {
    /// The order it describes.
    pub routing_order: u32,
    /// The group it describes, where its recipients name one.
    pub group: Option<String>,
    /// How many of its signers and approvers must act; `None` means all.
    pub minimum: Option<u32>,
    /// A name shown to people.
    pub name: Option<String>,
}

/// Automatic reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminders {
    /// Days between two reminders, at least 1.
    pub every_days: u32,
}

/// The rules of an envelope: all that the caller asks for beside recipients and documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvelopeSpec {
    /// The caller's own reference.
    pub reference: Option<String>,
    /// What it is about.
    pub subject: String,
    /// A message to everybody.
    pub message: Option<String>,
    /// The language that recipients see.
    pub language: Option<LanguageTag>,
    /// After this nobody may sign.
    pub expires_at: Option<DateTime<Utc>>,
    /// Automatic reminders.
    pub reminders: Option<Reminders>,
    /// A notary's part.
    #[serde(default)]
    pub notary: Notary,
    /// Stages that need a name or a minimum.
    pub stages: Vec<StageSpec>,
    /// The account to use, instead of routing.
    pub provider_account: Option<AccountId>,
    /// Options of providers, by kind.
    pub provider_options: ProviderOptions,
    /// The caller's own words, searchable.
    pub metadata: BTreeMap<String, String>,
}

/// Size of a page as displayed: crop box, after rotation. In PDF points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageBox {
    /// Width in points.
    pub width_pt: f64,
    /// Height in points.
    pub height_pt: f64,
}

/// A document of an envelope; its bytes are in the object store and never change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// The file name the caller gave.
    pub filename: String,
    /// The name shown to recipients.
    pub name: String,
    /// Its place among the documents, from 1.
    pub order: u32,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Its pages, in order.
    pub pages: Vec<PageBox>,
    /// Options of providers, by kind.
    pub provider_options: ProviderOptions,
}

/// A recipient within an [`crate::order::Order`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRecipient {
    /// Its id.
    pub id: RecipientId,
    /// What was asked; access codes are present here.
    #[serde(flatten)]
    pub spec: RecipientSpec,
}
