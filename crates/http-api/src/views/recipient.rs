//! Recipients as callers see them: what was asked, and what happened.

use std::collections::BTreeMap;

use domain::envelope as asked;
use domain::record::Recipient;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::enums::{ActsAs, Delivery, FieldType, NationalIdType, RecipientStatus, Role, SignatureLevel};
use super::values::{IdentityDocumentId, RecipientId, Timestamp};

/// A recipient of an envelope.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecipientView {
    /// Its identifier.
    pub id: RecipientId,
    /// What they have to do.
    pub role: Role,
    /// Their full name.
    #[schema(example = "Jesús Sánchez Alonso")]
    pub name: String,
    /// Given name, where told apart.
    #[schema(example = "Jesús")]
    pub given_name: Option<String>,
    /// First surname, where told apart.
    #[schema(example = "Sánchez")]
    pub family_name: Option<String>,
    /// Second surname, where told apart.
    #[schema(example = "Alonso")]
    pub second_family_name: Option<String>,
    /// Their e-mail address.
    #[schema(example = "jesus@example.com")]
    pub email: Option<String>,
    /// Their mobile phone (E.164).
    #[schema(example = "+34677777777")]
    pub phone: Option<String>,
    /// Their national identity number, as given.
    pub national_id: Option<NationalIdView>,
    /// Lower acts first, equal in parallel.
    #[schema(example = 1)]
    pub routing_order: u32,
    /// The group that sets recipients of one order apart as a stage of their own.
    #[schema(example = "company")]
    pub group: Option<String>,
    /// The least strength of their signature; once sent, as chosen.
    pub signature_level: Option<SignatureLevel>,
    /// How they are invited; once sent, as chosen.
    pub delivery: Option<Delivery>,
    /// What they have to prove first. Access codes are never shown.
    pub authentication: Vec<AuthenticationView>,
    /// For whom they act.
    pub acts_as: ActsAs,
    /// The organization they act for.
    pub organization: Option<OrganizationView>,
    /// A message that only they see.
    #[schema(example = "A private word.")]
    pub message: Option<String>,
    /// Boxes on pages.
    pub fields: Vec<FieldView>,
    /// Files they have to attach.
    pub requested_attachments: Vec<RequestedAttachmentView>,
    /// Identity documents sent along; their contents are never shown.
    pub identity_documents: Vec<IdentityDocumentView>,
    /// Options of providers for this recipient, by kind.
    #[schema(value_type = crate::envelopes::RecipientProviderOptions)]
    pub provider_options: asked::ProviderOptions,
    /// How far they got.
    pub status: RecipientStatus,
    /// Why, where there is a why. `envelope_<status>` when the envelope ended before they did.
    #[schema(example = "envelope_canceled")]
    pub status_reason: Option<String>,
    /// The link under which they sign: only on the envelope itself and to callers with `envelopes:write`.
    #[schema(example = "https://app.efirma.es/firma/3f1c")]
    pub signing_url: Option<String>,
    /// When they could act.
    pub sent_at: Option<Timestamp>,
    /// When they opened it.
    pub viewed_at: Option<Timestamp>,
    /// When they had done their part.
    pub completed_at: Option<Timestamp>,
    /// The certificate they signed with, where the provider tells.
    #[schema(value_type = Option<Object>, example = json!({ "name": "SANCHEZ ALONSO JESUS - 12345678Z", "id": "12345678Z", "issuer": "AC FNMT Usuarios", "validated": true, "expired": false, "revoked": false, "properties": {} }))]
    pub certificate: Option<Value>,
    /// The provider's own words: `status`, `documents_signed`, `documents_total` and others.
    #[schema(value_type = Object, example = json!({ "status": "FIRMADO" }))]
    pub provider: BTreeMap<String, Value>,
}

impl RecipientView {
    /// A recipient; the signing link only with `links`.
    #[must_use]
    pub fn new(recipient: &Recipient, links: bool) -> Self {
        let spec = &recipient.spec;
        Self {
            id: recipient.id.into(),
            role: spec.role.into(),
            name: spec.name.clone(),
            given_name: spec.given_name.clone(),
            family_name: spec.family_name.clone(),
            second_family_name: spec.second_family_name.clone(),
            email: spec.email.as_ref().map(ToString::to_string),
            phone: spec.phone.as_ref().map(ToString::to_string),
            national_id: spec.national_id.as_ref().map(Into::into),
            routing_order: spec.routing_order,
            group: spec.group.clone(),
            signature_level: spec.signature_level.map(Into::into),
            delivery: spec.delivery.map(Into::into),
            authentication: spec.authentication.iter().map(Into::into).collect(),
            acts_as: spec.acts_as.into(),
            organization: spec.organization.as_ref().map(Into::into),
            message: spec.message.clone(),
            fields: spec.fields.iter().map(Into::into).collect(),
            requested_attachments: spec.requested_attachments.iter().map(Into::into).collect(),
            identity_documents: spec.identity_documents.iter().map(Into::into).collect(),
            provider_options: spec.provider_options.clone(),
            status: recipient.status.into(),
            status_reason: recipient.status_reason.clone(),
            signing_url: recipient.signing_url.clone().filter(|_| links),
            sent_at: recipient.sent_at.map(Into::into),
            viewed_at: recipient.viewed_at.map(Into::into),
            completed_at: recipient.completed_at.map(Into::into),
            certificate: recipient.certificate.clone(),
            provider: recipient.provider.clone(),
        }
    }
}

/// A national identity number.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NationalIdView {
    /// Whose numbering it follows.
    #[serde(rename = "type")]
    pub kind: NationalIdType,
    /// The number, as given.
    #[schema(example = "12345678Z")]
    pub value: String,
    /// The country (ISO 3166-1 alpha-2): as given, else the one that the type implies.
    #[schema(example = "ES")]
    pub country: Option<String>,
}

impl From<&domain::values::NationalId> for NationalIdView {
    fn from(id: &domain::values::NationalId) -> Self {
        Self {
            kind: id.kind().into(),
            value: id.given().to_owned(),
            country: id.country().map(|country| country.to_string()),
        }
    }
}

/// A proof that a recipient gives before they can act.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuthenticationView {
    /// The kind of proof: `sms_otp`, `email_otp`, `whatsapp_otp`, `access_code` or `certificate`.
    #[serde(rename = "type")]
    #[schema(example = "sms_otp")]
    pub kind: &'static str,
    /// Where a code goes; null means the recipient's own phone, or that none is needed.
    #[schema(example = "+34677777777")]
    pub phone: Option<String>,
    /// How an access code is told by the provider; null means out of band.
    pub delivery: Option<Delivery>,
    /// Whether the recipient may have an access code sent again.
    #[schema(example = true)]
    pub resend: Option<bool>,
}

impl From<&asked::Authentication> for AuthenticationView {
    fn from(authentication: &asked::Authentication) -> Self {
        use asked::Authentication::{AccessCode, Certificate, EmailOtp, SmsOtp, WhatsappOtp};
        let of = |kind, phone: Option<String>| Self { kind, phone, delivery: None, resend: None };
        match authentication {
            SmsOtp { phone } => of("sms_otp", phone.as_ref().map(ToString::to_string)),
            EmailOtp => of("email_otp", None),
            WhatsappOtp { phone } => of("whatsapp_otp", phone.as_ref().map(ToString::to_string)),
            AccessCode { code: _, delivery, phone, resend } => Self {
                delivery: delivery.map(Into::into),
                resend: Some(*resend),
                ..of("access_code", phone.as_ref().map(ToString::to_string))
            },
            Certificate => of("certificate", None),
        }
    }
}

/// The organization that a recipient acts for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrganizationView {
    /// Its name.
    #[schema(example = "Acme SL")]
    pub name: String,
    /// Its tax id.
    #[schema(example = "B12345674")]
    pub tax_id: Option<String>,
}

impl From<&asked::Organization> for OrganizationView {
    fn from(organization: &asked::Organization) -> Self {
        Self { name: organization.name.clone(), tax_id: organization.tax_id.clone() }
    }
}

/// A box on a page, in PDF points (1/72 inch) from the top-left corner of the page as displayed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldView {
    /// What the box is for.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// For whom the recipient signs in this box; null means as the recipient acts.
    #[serde(rename = "as")]
    pub acts_as: Option<ActsAs>,
    /// The `order` of the document.
    #[schema(example = 1)]
    pub document: u32,
    /// The page, from 1.
    #[schema(example = 1)]
    pub page: u32,
    /// Left edge, in points.
    #[schema(example = 111.75)]
    pub x: f64,
    /// Top edge, in points.
    #[schema(example = 712.5)]
    pub y: f64,
    /// Width in points; null lets the provider choose.
    #[schema(example = 150.0)]
    pub width: Option<f64>,
    /// Height in points; null lets the provider choose.
    #[schema(example = 50.0)]
    pub height: Option<f64>,
}

impl From<&asked::Field> for FieldView {
    fn from(field: &asked::Field) -> Self {
        Self {
            kind: field.kind.into(),
            acts_as: field.acts_as.map(Into::into),
            document: field.document,
            page: field.page,
            x: field.x,
            y: field.y,
            width: field.width,
            height: field.height,
        }
    }
}

/// A file that a recipient has to attach.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RequestedAttachmentView {
    /// What is asked for.
    #[schema(example = "Proof of address")]
    pub name: String,
    /// Whether the recipient cannot finish without it.
    #[schema(example = true)]
    pub required: bool,
    /// Whether the other recipients see it.
    #[schema(example = false)]
    pub shared: bool,
}

impl From<&asked::RequestedAttachment> for RequestedAttachmentView {
    fn from(attachment: &asked::RequestedAttachment) -> Self {
        Self { name: attachment.name.clone(), required: attachment.required, shared: attachment.shared }
    }
}

/// An identity document of a recipient; its content is never shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdentityDocumentView {
    /// Its identifier.
    pub id: IdentityDocumentId,
    /// Its kind.
    #[serde(rename = "type")]
    #[schema(example = "id_card_front")]
    pub kind: String,
    /// Its file name.
    #[schema(example = "front.png")]
    pub filename: String,
    /// Its content type.
    #[schema(example = "image/png")]
    pub content_type: String,
    /// Its size in bytes.
    #[schema(example = 20480)]
    pub size: u64,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    #[schema(example = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
    pub sha256: String,
}

impl From<&asked::IdentityDocument> for IdentityDocumentView {
    fn from(document: &asked::IdentityDocument) -> Self {
        Self {
            id: document.id.into(),
            kind: document.kind.clone(),
            filename: document.filename.clone(),
            content_type: document.content_type.clone(),
            size: document.size,
            sha256: document.sha256.clone(),
        }
    }
}
