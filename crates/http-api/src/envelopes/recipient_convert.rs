//! From the body of a recipient to what the broker takes, and back for a merge patch.

use broker::{InlineFile, NewRecipient};
use domain::envelope as asked;
use domain::record::Recipient;
use domain::values::{Country, NationalId};

use super::recipient_input::{
    AuthenticationInput, AuthenticationType, FieldInput, IdentityDocumentInput, NationalIdInput, OrganizationInput,
    RecipientInput, RequestedAttachmentInput,
};
use crate::body::Faults;

impl IdentityDocumentInput {
    /// The file as the broker takes it; faults point below `at`.
    pub(crate) fn into_file(self, at: &str, faults: &mut Faults) -> InlineFile {
        let content = faults.base64(&format!("{at}/content_base64"), &self.content_base64);
        InlineFile { kind: self.kind, filename: self.filename, content }
    }
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
            .map(|(index, file)| file.into_file(&format!("{at}/identity_documents/{index}"), faults))
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
