//! A recipient as created or changed: the body and its rules.

use domain::envelope::ProviderOptions;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::input::{MESSAGE, SHORT, is_file_name};
use super::options::RecipientProviderOptions;
use crate::body::{RequestBody, broken_rule_within};
use crate::views::enums::{ActsAs, Delivery, FieldType, NationalIdType, Role, SignatureLevel};

/// Most digits and letters of an access code.
const ACCESS_CODE: u64 = 64;

/// Somebody who signs, approves or gets a copy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "organization_is_named", skip_on_field_errors = false))]
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

// What a missing word is read as, so that the rest of its item can be judged all the same; the schema requires each.

fn signature() -> FieldType {
    FieldType::Signature
}

fn any_number() -> NationalIdType {
    NationalIdType(domain::values::NationalIdType::Other)
}

fn certificate() -> AuthenticationType {
    AuthenticationType::Certificate
}

/// A national identity number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NationalIdInput {
    /// Whose numbering it follows; check digits are verified where there are any.
    #[serde(rename = "type", default = "any_number")]
    #[schema(required = true)]
    pub kind: NationalIdType,
    /// The number; dots, hyphens and blanks are allowed.
    #[serde(default)]
    #[schema(required = true, example = "12345678Z", min_length = 1, max_length = 64)]
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
#[validate(schema(function = "proof_is_complete", skip_on_field_errors = false))]
pub struct AuthenticationInput {
    /// The kind of proof.
    #[serde(rename = "type", default = "certificate")]
    #[schema(required = true)]
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
    #[serde(rename = "type", default = "signature")]
    #[schema(required = true)]
    pub kind: FieldType,
    /// For whom the recipient signs in this box; absent means as the recipient acts.
    #[serde(default, rename = "as")]
    pub acts_as: Option<ActsAs>,
    /// The `order` of the document.
    #[serde(default)]
    #[schema(required = true, example = 1, minimum = 1, maximum = 1000)]
    #[validate(range(min = 1, max = 1000))]
    pub document: u32,
    /// The page, from 1.
    #[serde(default)]
    #[schema(required = true, example = 1, minimum = 1, maximum = 100_000)]
    #[validate(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Left edge, in points.
    #[serde(default)]
    #[schema(required = true, example = 111.75, minimum = 0)]
    #[validate(range(min = 0.0))]
    pub x: f64,
    /// Top edge, in points.
    #[serde(default)]
    #[schema(required = true, example = 712.5, minimum = 0)]
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

impl RequestBody for IdentityDocumentInput {
    const SCHEMA: &'static str = "IdentityDocumentInput";
}

impl RequestBody for RecipientInput {
    const SCHEMA: &'static str = "RecipientInput";
}

/// A code belongs to `access_code` and nowhere else; a phone only to proofs that reach one.
fn proof_is_complete(proof: &AuthenticationInput) -> Result<(), ValidationError> {
    let is_code = proof.kind == AuthenticationType::AccessCode;
    if is_code && proof.code.is_none() {
        return Err(broken_rule_within("/code", "required", "An access_code needs its code."));
    }
    let of_a_code =
        [("/code", proof.code.is_some()), ("/delivery", proof.delivery.is_some()), ("/resend", proof.resend.is_some())];
    if let Some((member, _)) = of_a_code.into_iter().find(|(_, is_given)| *is_given && !is_code) {
        return Err(broken_rule_within(member, "not_applicable", "It belongs to access_code only."));
    }
    let reaches_no_phone = matches!(proof.kind, AuthenticationType::EmailOtp | AuthenticationType::Certificate);
    if reaches_no_phone && proof.phone.is_some() {
        return Err(broken_rule_within("/phone", "not_applicable", "This kind of proof has no phone."));
    }
    Ok(())
}

/// Who acts for an organization names it.
fn organization_is_named(recipient: &RecipientInput) -> Result<(), ValidationError> {
    let for_one = matches!(recipient.acts_as, Some(ActsAs::Organization | ActsAs::Both));
    if for_one && recipient.organization.is_none() {
        return Err(broken_rule_within("/organization", "required", "Who acts for an organization must name it."));
    }
    Ok(())
}
