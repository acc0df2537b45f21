//! A recipient as created or changed.

use broker::{InlineFile, NewRecipient};
use domain::envelope as asked;
use domain::envelope::ProviderOptions;
use domain::record::Recipient;
use domain::values::{Country, NationalId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::input::{MESSAGE, SHORT, is_file_name};
use super::options::RecipientProviderOptions;
use crate::body::{Faults, RequestBody, problem_of_rules};
use crate::views::enums::{ActsAs, Delivery, FieldType, NationalIdType, Role, SignatureLevel};

/// Most digits and letters of an access code.
const ACCESS_CODE: u64 = 64;

/// Somebody who signs, approves or gets a copy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "organization_is_named"))]
pub struct RecipientInput {
    /// What they have to do.
    #[serde(default = "signer")]
    #[schema(required = true)]
    pub role: Role,
    /// Their full name.
    #[serde(default)]
    #[schema(required = true, example = "Jesús Sánchez Alonso", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: String,
    /// Given name, for providers that want it apart.
    #[serde(default)]
    #[schema(example = "Jesús", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub given_name: Option<String>,
    /// First surname, for providers that want it apart.
    #[serde(default)]
    #[schema(example = "Sánchez", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub family_name: Option<String>,
    /// Second surname, for providers that want it apart.
    #[serde(default)]
    #[schema(example = "Alonso", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub second_family_name: Option<String>,
    /// Their e-mail address.
    #[serde(default)]
    #[schema(example = "jesus@example.com", max_length = 254)]
    pub email: Option<String>,
    /// Their mobile phone in international form (E.164).
    #[serde(default)]
    #[schema(example = "+34677777777", max_length = 16)]
    pub phone: Option<String>,
    /// Their national identity number.
    #[serde(default)]
    pub national_id: Option<NationalIdInput>,
    /// Lower acts first, equal in parallel.
    #[serde(default = "first")]
    #[schema(example = 1, minimum = 1, maximum = 1000, default = 1)]
    #[validate(range(min = 1, max = 1000))]
    pub routing_order: u32,
    /// A name that sets recipients of one order apart as a stage of their own.
    #[serde(default)]
    #[schema(example = "company", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub group: Option<String>,
    /// The least strength of their signature; absent means the account's lowest.
    #[serde(default)]
    pub signature_level: Option<SignatureLevel>,
    /// How they are invited; absent means the account's first own channel.
    #[serde(default)]
    pub delivery: Option<Delivery>,
    /// What they have to prove first.
    #[serde(default)]
    #[schema(max_items = 5)]
    #[validate(nested, length(max = 5))]
    pub authentication: Vec<AuthenticationInput>,
    /// For whom they act.
    #[serde(default)]
    pub acts_as: Option<ActsAs>,
    /// The organization they act for; required when they act for one.
    #[serde(default)]
    #[validate(nested)]
    pub organization: Option<OrganizationInput>,
    /// A message that only they see.
    #[serde(default)]
    #[schema(example = "A private word.", min_length = 1, max_length = 5000)]
    #[validate(length(min = 1, max = "MESSAGE"))]
    pub message: Option<String>,
    /// Boxes on pages, in PDF points from the top-left corner of the page as displayed.
    #[serde(default)]
    #[schema(max_items = 500)]
    #[validate(nested, length(max = 500))]
    pub fields: Vec<FieldInput>,
    /// Files they have to attach.
    #[serde(default)]
    #[schema(max_items = 20)]
    #[validate(nested, length(max = 20))]
    pub requested_attachments: Vec<RequestedAttachmentInput>,
    /// Identity documents, for providers that ask for them. Never shown again.
    #[serde(default)]
    #[schema(max_items = 10)]
    #[validate(nested, length(max = 10))]
    pub identity_documents: Vec<IdentityDocumentInput>,
    /// Options of providers for this recipient, by kind.
    #[serde(default)]
    #[schema(value_type = RecipientProviderOptions)]
    pub provider_options: ProviderOptions,
}

fn signer() -> Role {
    Role::Signer
}

fn first() -> u32 {
    1
}

/// A national identity number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NationalIdInput {
    /// Whose numbering it follows; check digits are verified where there are any.
    #[serde(rename = "type")]
    pub kind: NationalIdType,
    /// The number; dots, hyphens and blanks are allowed.
    #[schema(example = "12345678Z", min_length = 1, max_length = 64)]
    pub value: String,
    /// The country (ISO 3166-1 alpha-2); absent means the one that the type implies.
    #[serde(default)]
    #[schema(example = "ES", min_length = 2, max_length = 2)]
    pub country: Option<String>,
}

/// The kind of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthenticationType {
    /// A one-time code by SMS.
    SmsOtp,
    /// A one-time code by e-mail.
    EmailOtp,
    /// A one-time code by WhatsApp.
    WhatsappOtp,
    /// A code agreed beforehand.
    AccessCode,
    /// A certificate.
    Certificate,
}

/// A proof that a recipient gives before they can act.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "proof_is_complete"))]
pub struct AuthenticationInput {
    /// The kind of proof.
    #[serde(rename = "type")]
    pub kind: AuthenticationType,
    /// Where a code goes (E.164); absent means the recipient's own phone. For `sms_otp`, `whatsapp_otp`, `access_code`.
    #[serde(default)]
    #[schema(example = "+34677777777", max_length = 16)]
    pub phone: Option<String>,
    /// The code, for `access_code` only. Never shown again.
    #[serde(default)]
    #[schema(example = "1234", min_length = 1, max_length = 64)]
    #[validate(length(min = 1, max = "ACCESS_CODE"))]
    pub code: Option<String>,
    /// How the provider tells the recipient the code, for `access_code` only; absent means out of band.
    #[serde(default)]
    pub delivery: Option<Delivery>,
    /// Whether the recipient may have the code sent again, for `access_code` only.
    #[serde(default)]
    #[schema(example = true)]
    pub resend: Option<bool>,
}

/// The organization that a recipient acts for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct OrganizationInput {
    /// Its name.
    #[serde(default)]
    #[schema(required = true, example = "Acme SL", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: String,
    /// Its tax id.
    #[serde(default)]
    #[schema(example = "B12345674", min_length = 1, max_length = 64)]
    #[validate(length(min = 1, max = 64))]
    pub tax_id: Option<String>,
}

/// A box on a page, in PDF points (1/72 inch) from the top-left corner of the page as displayed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FieldInput {
    /// What the box is for.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// For whom the recipient signs in this box; absent means as the recipient acts.
    #[serde(default, rename = "as")]
    pub acts_as: Option<ActsAs>,
    /// The `order` of the document.
    #[schema(example = 1, minimum = 1, maximum = 1000)]
    #[validate(range(min = 1, max = 1000))]
    pub document: u32,
    /// The page, from 1.
    #[schema(example = 1, minimum = 1, maximum = 100_000)]
    #[validate(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Left edge, in points.
    #[schema(example = 111.75, minimum = 0)]
    #[validate(range(min = 0.0))]
    pub x: f64,
    /// Top edge, in points.
    #[schema(example = 712.5, minimum = 0)]
    #[validate(range(min = 0.0))]
    pub y: f64,
    /// Width in points; absent lets the provider choose.
    #[serde(default)]
    #[schema(example = 150.0, exclusive_minimum = 0)]
    #[validate(range(exclusive_min = 0.0))]
    pub width: Option<f64>,
    /// Height in points; absent lets the provider choose.
    #[serde(default)]
    #[schema(example = 50.0, exclusive_minimum = 0)]
    #[validate(range(exclusive_min = 0.0))]
    pub height: Option<f64>,
}

/// A file that a recipient has to attach.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RequestedAttachmentInput {
    /// What is asked for.
    #[serde(default)]
    #[schema(required = true, example = "Proof of address", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: String,
    /// Whether the recipient cannot finish without it.
    #[serde(default)]
    #[schema(example = true)]
    pub required: bool,
    /// Whether the other recipients see it.
    #[serde(default)]
    #[schema(example = false)]
    pub shared: bool,
}

/// An identity document inside the request: PNG, JPEG or PDF.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct IdentityDocumentInput {
    /// Its kind, in the provider's words as listed in its contract.
    #[serde(default, rename = "type")]
    #[schema(required = true, example = "id_card_front", min_length = 1, max_length = 64)]
    pub kind: String,
    /// Its file name.
    #[serde(default)]
    #[schema(required = true, example = "front.png", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"), custom(function = "is_file_name"))]
    pub filename: String,
    /// The file, base64 (standard alphabet, with padding).
    #[serde(default)]
    #[schema(required = true, content_encoding = "base64", example = "iVBORw0KGgo=")]
    pub content_base64: String,
}

impl RequestBody for RecipientInput {
    const SCHEMA: &'static str = "RecipientInput";
}

impl RecipientInput {
    /// The recipient as the broker takes it; faults point below `at`.
    pub(crate) fn into_new(self, at: &str, faults: &mut Faults) -> NewRecipient {
        let authentication = self
            .authentication
            .into_iter()
            .enumerate()
            .map(|(index, proof)| proof.into_asked(&format!("{at}/authentication/{index}"), faults))
            .collect();
        let identity_documents = self
            .identity_documents
            .into_iter()
            .enumerate()
            .map(|(index, file)| InlineFile {
                content: faults
                    .base64(&format!("{at}/identity_documents/{index}/content_base64"), &file.content_base64),
                kind: file.kind,
                filename: file.filename,
            })
            .collect();
        let spec = asked::RecipientSpec {
            role: self.role.into(),
            name: self.name,
            given_name: self.given_name,
            family_name: self.family_name,
            second_family_name: self.second_family_name,
            email: faults.parse(&format!("{at}/email"), "invalid_email", self.email.as_deref()),
            phone: faults.parse(&format!("{at}/phone"), "invalid_phone", self.phone.as_deref()),
            national_id: self.national_id.and_then(|id| id.into_asked(&format!("{at}/national_id"), faults)),
            routing_order: self.routing_order,
            group: self.group,
            signature_level: self.signature_level.map(Into::into),
            delivery: self.delivery.map(Into::into),
            authentication,
            acts_as: self.acts_as.unwrap_or_default().into(),
            organization: self
                .organization
                .map(|organization| asked::Organization { name: organization.name, tax_id: organization.tax_id }),
            message: self.message,
            fields: self.fields.iter().map(FieldInput::asked).collect(),
            requested_attachments: self
                .requested_attachments
                .into_iter()
                .map(|file| asked::RequestedAttachment {
                    name: file.name,
                    required: file.required,
                    shared: file.shared,
                })
                .collect(),
            identity_documents: Vec::new(),
            provider_options: self.provider_options,
        };
        NewRecipient { spec, identity_documents }
    }

    /// A recipient as it was asked, with its access codes, for a merge patch. Identity documents stay where they are.
    pub(crate) fn of_recipient(recipient: &Recipient) -> Self {
        let spec = &recipient.spec;
        let authentication =
            spec.authentication.iter().enumerate().map(|(index, proof)| {
                AuthenticationInput::of_asked(proof, recipient.access_codes.get(&index).cloned())
            });
        Self {
            role: spec.role.into(),
            name: spec.name.clone(),
            given_name: spec.given_name.clone(),
            family_name: spec.family_name.clone(),
            second_family_name: spec.second_family_name.clone(),
            email: spec.email.as_ref().map(ToString::to_string),
            phone: spec.phone.as_ref().map(ToString::to_string),
            national_id: spec.national_id.as_ref().map(|id| NationalIdInput {
                kind: id.kind().into(),
                value: id.given().to_owned(),
                country: id.country().map(|country| country.to_string()),
            }),
            routing_order: spec.routing_order,
            group: spec.group.clone(),
            signature_level: spec.signature_level.map(Into::into),
            delivery: spec.delivery.map(Into::into),
            authentication: authentication.collect(),
            acts_as: Some(spec.acts_as.into()),
            organization: spec
                .organization
                .as_ref()
                .map(|it| OrganizationInput { name: it.name.clone(), tax_id: it.tax_id.clone() }),
            message: spec.message.clone(),
            fields: spec.fields.iter().map(FieldInput::of_asked).collect(),
            requested_attachments: spec
                .requested_attachments
                .iter()
                .map(|it| RequestedAttachmentInput { name: it.name.clone(), required: it.required, shared: it.shared })
                .collect(),
            identity_documents: Vec::new(),
            provider_options: spec.provider_options.clone(),
        }
    }
}

impl NationalIdInput {
    fn into_asked(self, at: &str, faults: &mut Faults) -> Option<NationalId> {
        let country = match self.country.as_deref().map(str::parse::<Country>) {
            None => None,
            Some(Ok(country)) => Some(country),
            Some(Err(error)) => {
                faults.add(format!("{at}/country"), "invalid_country", error.to_string());
                return None;
            }
        };
        NationalId::new(self.kind.0, &self.value, country)
            .map_err(|error| faults.add(format!("{at}/value"), "invalid_national_id", error.to_string()))
            .ok()
    }
}

impl AuthenticationInput {
    fn into_asked(self, at: &str, faults: &mut Faults) -> asked::Authentication {
        let phone = faults.parse(&format!("{at}/phone"), "invalid_phone", self.phone.as_deref());
        match self.kind {
            AuthenticationType::SmsOtp => asked::Authentication::SmsOtp { phone },
            AuthenticationType::EmailOtp => asked::Authentication::EmailOtp,
            AuthenticationType::WhatsappOtp => asked::Authentication::WhatsappOtp { phone },
            AuthenticationType::AccessCode => asked::Authentication::AccessCode {
                code: self.code,
                delivery: self.delivery.map(Into::into),
                phone,
                resend: self.resend.unwrap_or(false),
            },
            AuthenticationType::Certificate => asked::Authentication::Certificate,
        }
    }

    fn of_asked(proof: &asked::Authentication, code: Option<String>) -> Self {
        use asked::Authentication::{AccessCode, Certificate, EmailOtp, SmsOtp, WhatsappOtp};
        let of = |kind| Self { kind, phone: None, code: None, delivery: None, resend: None };
        match proof {
            SmsOtp { phone } => {
                Self { phone: phone.as_ref().map(ToString::to_string), ..of(AuthenticationType::SmsOtp) }
            }
            EmailOtp => of(AuthenticationType::EmailOtp),
            WhatsappOtp { phone } => {
                Self { phone: phone.as_ref().map(ToString::to_string), ..of(AuthenticationType::WhatsappOtp) }
            }
            AccessCode { code: kept, delivery, phone, resend } => Self {
                kind: AuthenticationType::AccessCode,
                phone: phone.as_ref().map(ToString::to_string),
                code: code.or_else(|| kept.clone()),
                delivery: delivery.map(Into::into),
                resend: Some(*resend),
            },
            Certificate => of(AuthenticationType::Certificate),
        }
    }
}

impl FieldInput {
    fn asked(&self) -> asked::Field {
        asked::Field {
            kind: self.kind.into(),
            acts_as: self.acts_as.map(Into::into),
            document: self.document,
            page: self.page,
            x: self.x,
            y: self.y,
            width: self.width,
            height: self.height,
        }
    }

    fn of_asked(field: &asked::Field) -> Self {
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

/// A code belongs to `access_code` and nowhere else; a phone only to proofs that reach one.
fn proof_is_complete(proof: &AuthenticationInput) -> Result<(), ValidationError> {
    let is_code = proof.kind == AuthenticationType::AccessCode;
    if is_code && proof.code.is_none() {
        return Err(problem_of_rules("required", "An access_code needs its code."));
    }
    if !is_code && (proof.code.is_some() || proof.delivery.is_some() || proof.resend.is_some()) {
        return Err(problem_of_rules("not_applicable", "code, delivery and resend belong to access_code only."));
    }
    let reaches_no_phone = matches!(proof.kind, AuthenticationType::EmailOtp | AuthenticationType::Certificate);
    if reaches_no_phone && proof.phone.is_some() {
        return Err(problem_of_rules("not_applicable", "This kind of proof has no phone."));
    }
    Ok(())
}

/// Who acts for an organization names it.
fn organization_is_named(recipient: &RecipientInput) -> Result<(), ValidationError> {
    let for_one = matches!(recipient.acts_as, Some(ActsAs::Organization | ActsAs::Both));
    if for_one && recipient.organization.is_none() {
        return Err(problem_of_rules("required", "Who acts for an organization must name it in organization."));
    }
    Ok(())
}
