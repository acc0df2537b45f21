//! The features of an envelope, and how well a provider account honours each.

use serde::{Deserialize, Serialize};

/// A feature that an envelope may ask for. The capability matrix has one row for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// More than one document in an envelope.
    SeveralDocuments,
    /// More than one signer in an envelope.
    SeveralSigners,
    /// Recipients that act one after another.
    SequentialOrder,
    /// Recipients that act at the same time.
    ParallelOrder,
    /// A stage that needs only some of its recipients.
    StageMinimum,
    /// A name shown for a stage.
    StageName,
    /// Recipients with the role `approver`.
    RoleApprover,
    /// Recipients with the role `copy`.
    RoleCopy,
    /// Signature level `simple`.
    LevelSimple,
    /// Signature level `advanced`.
    LevelAdvanced,
    /// Signature level `qualified`.
    LevelQualified,
    /// Invitation by e-mail.
    DeliveryEmail,
    /// Invitation by SMS.
    DeliverySms,
    /// Invitation by WhatsApp.
    DeliveryWhatsapp,
    /// No invitation: the caller shows the signing link itself.
    DeliveryNone,
    /// A one-time code by SMS before access.
    AuthSmsOtp,
    /// A one-time code by e-mail before access.
    AuthEmailOtp,
    /// A one-time code by WhatsApp before access.
    AuthWhatsappOtp,
    /// A code that the sender and the recipient agreed on.
    AuthAccessCode,
    /// Proof by a certificate.
    AuthCertificate,
    /// Signature positions on the page.
    SignatureFields,
    /// The size of a signature's box.
    FieldSize,
    /// A message to everybody.
    Message,
    /// A message to one recipient.
    RecipientMessage,
    /// The language that recipients see.
    Language,
    /// A deadline.
    Expiry,
    /// Reminders at an interval.
    Reminders,
    /// A reminder on demand.
    Remind,
    /// Taking an envelope back after it was sent.
    Cancel,
    /// Correcting a recipient after the envelope was sent.
    CorrectRecipient,
    /// A recipient that acts for an organization.
    ActsAsOrganization,
    /// Files that a recipient must attach.
    RequestedAttachments,
    /// Identity documents sent along for a recipient.
    IdentityDocuments,
    /// A notary's part: certification.
    NotaryCertification,
    /// A notary's part: protocolization.
    NotaryProtocolization,
    /// A notary's part: validation.
    NotaryValidation,
    /// A notary's part: everything.
    NotaryFull,
    /// Evidence of the signing made by the provider.
    Evidence,
    /// A link under which a recipient signs, given to the caller.
    SigningUrl,
}

impl Feature {
    /// Every feature, in the order of the capability matrix.
    pub const ALL: &'static [Self] = &[
        Self::SeveralDocuments,
        Self::SeveralSigners,
        Self::SequentialOrder,
        Self::ParallelOrder,
        Self::StageMinimum,
        Self::StageName,
        Self::RoleApprover,
        Self::RoleCopy,
        Self::LevelSimple,
        Self::LevelAdvanced,
        Self::LevelQualified,
        Self::DeliveryEmail,
        Self::DeliverySms,
        Self::DeliveryWhatsapp,
        Self::DeliveryNone,
        Self::AuthSmsOtp,
        Self::AuthEmailOtp,
        Self::AuthWhatsappOtp,
        Self::AuthAccessCode,
        Self::AuthCertificate,
        Self::SignatureFields,
        Self::FieldSize,
        Self::Message,
        Self::RecipientMessage,
        Self::Language,
        Self::Expiry,
        Self::Reminders,
        Self::Remind,
        Self::Cancel,
        Self::CorrectRecipient,
        Self::ActsAsOrganization,
        Self::RequestedAttachments,
        Self::IdentityDocuments,
        Self::NotaryCertification,
        Self::NotaryProtocolization,
        Self::NotaryValidation,
        Self::NotaryFull,
        Self::Evidence,
        Self::SigningUrl,
    ];

    /// Whether the feature decides who signs, when, in what order, how strongly or how reached. Such a feature is an
    /// error when it cannot be honoured; the rest is text or looks, and a warning.
    #[must_use]
    pub fn is_binding(self) -> bool {
        !matches!(self, Self::StageName | Self::FieldSize | Self::Message | Self::RecipientMessage | Self::Language)
    }
}

/// How well a feature is honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// The provider does it.
    Native,
    /// The broker does it with what the provider has.
    Emulated,
    /// Nobody does it: asking for it is a finding.
    Unsupported,
}

/// One row of the capability matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capability {
    /// The feature.
    pub feature: Feature,
    /// How well it is honoured.
    pub support: Support,
    /// How it is emulated, or what to know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The limits of a provider account. `None` is "no limit known".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest document, in bytes.
    pub max_document_bytes: Option<u64>,
    /// Most recipients of an envelope.
    pub max_recipients: Option<u32>,
    /// Most documents that one transaction at the provider can hold.
    pub documents_per_submission: Option<u32>,
    /// Most characters of a message.
    pub max_message_chars: Option<u32>,
    /// Most characters of a phone number, its `+` included.
    pub max_phone_chars: Option<u32>,
}

impl Limits {
    /// No limit known.
    pub const NONE: Self = Self {
        max_document_bytes: None,
        max_recipients: None,
        documents_per_submission: None,
        max_message_chars: None,
        max_phone_chars: None,
    };
}
