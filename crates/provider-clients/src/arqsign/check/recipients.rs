//! The recipients: how they are reached, as what they sign, what they are asked for. Source: contract section 2.1.

use std::collections::HashSet;

use domain::capability::Feature;
use domain::envelope::{ActsAs, Delivery, RecipientSpec, Role, SignatureLevel};
use domain::finding::Finding;
use domain::order::Order;

use crate::arqsign::contacts::{Contact, contact, turn};
use crate::arqsign::limits::{
    ATTACHMENT_NAME_CHARS, DATA_NAME_CHARS, EMAIL_CHARS, NAME_CHARS, PHONE_CHARS, is_longer, too_long,
};
use crate::arqsign::recipient::level;
use crate::arqsign::settings::{SendApiVersion, Settings};
use crate::shared::unsupported::delivery_feature;

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if u32::try_from(order.recipients.len()).is_ok_and(|count| count > settings.max_recipients) {
        let detail = format!("The account takes at most {} recipients.", settings.max_recipients);
        findings.push(Finding::error("too_many_recipients", "/recipients", detail));
    }
    if !order.recipients.iter().any(|r| r.spec.role == Role::Signer) {
        findings.push(Finding::error("signer_required", "/recipients", "ArqSign needs at least one signer."));
    }
    let mut seen = HashSet::new();
    for (index, recipient) in order.recipients.iter().enumerate() {
        let spec = &recipient.spec;
        let at = |member: &str| format!("/recipients/{index}/{member}");
        names(spec, &at, &mut findings);
        reach(spec, settings, &at, &mut findings);
        match spec.role {
            Role::Signer => {
                let key = contact_key(spec).map(|key| (turn(order, spec), key));
                if key.is_some_and(|key| !seen.insert(key)) {
                    let detail = "ArqSign takes a contact once in a turn; another signer of this turn has it already.";
                    findings.push(Finding::error("duplicate_contact", at(contact_member(spec)), detail));
                }
                signs(spec, &at, &mut findings);
            }
            Role::Copy => copied(spec, &at, &mut findings),
            Role::Approver => {}
        }
    }
    findings
}

fn names(spec: &RecipientSpec, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    if spec.name.trim().is_empty() {
        findings.push(Finding::error("name_required", at("name"), "ArqSign requires a name."));
    }
    if is_longer(&spec.name, NAME_CHARS) {
        findings.push(too_long(at("name"), NAME_CHARS));
    }
}

fn reach(spec: &RecipientSpec, settings: &Settings, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    let delivery = spec.delivery.unwrap_or(Delivery::Email);
    let feature = delivery_feature(delivery);
    if delivery == Delivery::None && settings.send_api_version == SendApiVersion::V2 {
        let detail = "ArqSign gives signing links only through its interface v3 (setting send_api_version).";
        findings.push(Finding::error("delivery_unsupported", at("delivery"), detail).about(feature));
    }
    if delivery == Delivery::None && spec.role == Role::Copy {
        let detail = "A copy has no link that the caller could show; ArqSign has to send it.";
        findings.push(Finding::error("delivery_unsupported", at("delivery"), detail).about(feature));
    }
    match contact(spec) {
        Some(Contact::Email(email)) if is_longer(email, EMAIL_CHARS) => {
            findings.push(too_long(at("email"), EMAIL_CHARS).about(feature));
        }
        Some(Contact::Phone(phone)) => {
            if is_longer(phone.as_str(), PHONE_CHARS) {
                findings.push(too_long(at("phone"), PHONE_CHARS).about(feature));
            }
            if spec.role == Role::Signer && level(spec) != SignatureLevel::Simple {
                let detail = "ArqSign reaches signers by telephone only for electronic signatures (level simple).";
                findings.push(Finding::error("phone_needs_simple", at("signature_level"), detail).about(feature));
            }
        }
        Some(Contact::Email(_)) => {}
        None => findings.extend(missing(delivery, feature, at)),
    }
}

fn missing(delivery: Delivery, feature: Feature, at: &dyn Fn(&str) -> String) -> Option<Finding> {
    let (code, member, detail) = match delivery {
        Delivery::Email => ("email_required", "email", "An e-mail address is required to send to."),
        Delivery::Whatsapp => ("phone_required", "phone", "A telephone number is required to send to."),
        Delivery::None => {
            ("email_required", "email", "ArqSign requires an e-mail address or a telephone number of everybody.")
        }
        // Reported as a delivery that the vendor does not have.
        Delivery::Sms => return None,
    };
    Some(Finding::error(code, at(member), detail).about(feature))
}

/// What tells contacts apart.
fn contact_key(spec: &RecipientSpec) -> Option<String> {
    contact(spec).map(|contact| match contact {
        Contact::Email(email) => email.to_lowercase(),
        Contact::Phone(phone) => phone.digits().to_owned(),
    })
}

fn contact_member(spec: &RecipientSpec) -> &'static str {
    match contact(spec) {
        Some(Contact::Phone(_)) => "phone",
        Some(Contact::Email(_)) | None => "email",
    }
}

fn signs(spec: &RecipientSpec, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    let electronic = level(spec) == SignatureLevel::Simple;
    if !electronic && spec.national_id.is_some() {
        let detail = "ArqSign takes it from the certificate; it is not sent.";
        findings.push(Finding::warning("national_id_not_sent", at("national_id"), detail));
    }
    match (&spec.organization, spec.acts_as) {
        (Some(_), ActsAs::Person) => {
            let detail = "The recipient acts for themselves, so ArqSign gets no organization.";
            findings.push(Finding::warning("organization_not_sent", at("organization"), detail));
        }
        (Some(_), ActsAs::Organization | ActsAs::Both) if !electronic => {
            let detail = "ArqSign takes it from the certificate; it is not sent.";
            findings.push(Finding::warning("organization_not_sent", at("organization"), detail));
        }
        (Some(organization), ActsAs::Organization | ActsAs::Both) => {
            if is_longer(&organization.name, DATA_NAME_CHARS) {
                findings.push(too_long(at("organization/name"), DATA_NAME_CHARS));
            }
        }
        (None, _) => {}
    }
    let mut seen = HashSet::new();
    for (number, asked) in spec.requested_attachments.iter().enumerate() {
        let here = at(&format!("requested_attachments/{number}/name"));
        let finding = if asked.name.trim().is_empty() {
            Finding::error("name_required", here, "ArqSign requires a name of what is asked for.")
        } else if is_longer(&asked.name, ATTACHMENT_NAME_CHARS) {
            too_long(here, ATTACHMENT_NAME_CHARS)
        } else if !seen.insert(asked.name.trim().to_lowercase()) {
            Finding::error("attachment_repeated", here, "A signer can be asked for a file of one name once.")
        } else {
            continue;
        };
        findings.push(finding.about(Feature::RequestedAttachments));
    }
}

/// A copy signs nothing: what only signers have is refused where it decides something, else lost.
fn copied(spec: &RecipientSpec, at: &dyn Fn(&str) -> String, findings: &mut Vec<Finding>) {
    if !spec.requested_attachments.is_empty() {
        let detail = "Only signers can be asked for files.";
        let finding = Finding::error("attachments_unsupported", at("requested_attachments"), detail);
        findings.push(finding.about(Feature::RequestedAttachments));
    }
    if !spec.fields.is_empty() {
        let finding = Finding::error("fields_unsupported", at("fields"), "Only signers have fields.");
        findings.push(finding.about(Feature::SignatureFields));
    }
    if spec.message.is_some() {
        let detail = "ArqSign has no message to a single recipient of a copy; it is not sent.";
        let finding = Finding::warning("recipient_message_unsupported", at("message"), detail);
        findings.push(finding.about(Feature::RecipientMessage));
    }
    if spec.organization.is_some() {
        let detail = "ArqSign gets no organization of recipients of copies.";
        findings.push(Finding::warning("organization_not_sent", at("organization"), detail));
    }
}
