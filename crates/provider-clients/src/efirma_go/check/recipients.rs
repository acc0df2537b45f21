//! The recipients: who they are, how they are reached and what they prove.

use std::collections::HashSet;

use domain::capability::Feature;
use domain::envelope::{ActsAs, Authentication, Delivery, OrderRecipient, RecipientSpec, Role, SignatureLevel};
use domain::finding::Finding;
use domain::order::Order;

use super::is_too_long;
use crate::efirma_go::limits::{MAX_PHONE_CHARS, phone_too_long, too_long};
use crate::efirma_go::send::{common_private_message, level};
use crate::efirma_go::settings::{PrivateMessageMode, Settings};

pub(super) fn check(order: &Order, settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if order.recipients.is_empty() {
        findings.push(Finding::error("recipients_required", "/recipients", "There is nobody to send to."));
    }
    if u32::try_from(order.recipients.len()).is_ok_and(|count| count > settings.max_recipients) {
        let detail = format!("The account takes at most {} recipients.", settings.max_recipients);
        findings.push(Finding::error("too_many_recipients", "/recipients", detail));
    }
    let mut seen = HashSet::new();
    for (index, recipient) in order.recipients.iter().enumerate() {
        let at = At(index);
        names(&recipient.spec, at, &mut findings);
        let address = recipient.spec.email.as_ref().map(|email| email.comparison_key());
        if address.is_some_and(|key| !seen.insert(key)) && !settings.allow_duplicate_email {
            let detail = "efirma GO knows one person by one e-mail address; this one is already in the envelope.";
            findings.push(Finding::error("duplicate_email", at.member("email"), detail));
        }
        contact(&recipient.spec, level(order), at, &mut findings);
        signature_level(order, recipient, at, &mut findings);
        authentication(&recipient.spec, at, &mut findings);
        message(order, settings, &recipient.spec, at, &mut findings);
        unsupported(&recipient.spec, at, &mut findings);
    }
    findings
}

/// A recipient's place in the envelope.
#[derive(Clone, Copy)]
struct At(usize);

impl At {
    fn member(self, member: &str) -> String {
        format!("/recipients/{}/{member}", self.0)
    }
}

fn names(spec: &RecipientSpec, at: At, findings: &mut Vec<Finding>) {
    if spec.name.trim().is_empty() {
        findings.push(Finding::error("name_required", at.member("name"), "efirma GO requires a name."));
    }
    let texts = [
        ("name", Some(&spec.name)),
        ("given_name", spec.given_name.as_ref()),
        ("family_name", spec.family_name.as_ref()),
        ("second_family_name", spec.second_family_name.as_ref()),
    ];
    for (member, text) in texts {
        if text.is_some_and(|t| is_too_long(t)) {
            findings.push(too_long(at.member(member)));
        }
    }
    if spec.national_id.is_some() {
        let detail = "efirma GO has no place for a national identity number; it is not sent.";
        findings.push(Finding::warning("national_id_not_sent", at.member("national_id"), detail));
    }
}

fn contact(spec: &RecipientSpec, level: SignatureLevel, at: At, findings: &mut Vec<Finding>) {
    if spec.email.is_none() {
        let detail = "efirma GO requires an e-mail address of everybody, also of those who are invited by SMS.";
        findings.push(Finding::error("email_required", at.member("email"), detail));
    }
    if spec.phone.as_ref().is_some_and(|phone| phone.as_str().len() > MAX_PHONE_CHARS) {
        findings.push(phone_too_long(at.member("phone")));
    }
    let needs = [
        (
            spec.role == Role::Signer && level == SignatureLevel::Advanced,
            Feature::LevelAdvanced,
            "sign at the level advanced",
        ),
        (spec.delivery == Some(Delivery::Sms), Feature::DeliverySms, "be invited by SMS"),
    ];
    if let Some((_, feature, what)) = needs.into_iter().find(|(needs, _, _)| *needs && spec.phone.is_none()) {
        let detail = format!("A phone is required to {what}.");
        findings.push(Finding::error("phone_required", at.member("phone"), detail).about(feature));
    }
    let unsupported = match spec.delivery {
        Some(Delivery::Whatsapp) => Some((Feature::DeliveryWhatsapp, "efirma GO does not invite by WhatsApp.")),
        Some(Delivery::None) => {
            Some((Feature::DeliveryNone, "efirma GO gives no signing link; it always invites itself."))
        }
        Some(Delivery::Email | Delivery::Sms) | None => None,
    };
    if let Some((feature, detail)) = unsupported {
        findings.push(Finding::error("delivery_unsupported", at.member("delivery"), detail).about(feature));
    }
}

/// The level is the document's, so the signers of an envelope cannot have different ones. Source: contract section 7.
fn signature_level(order: &Order, recipient: &OrderRecipient, at: At, findings: &mut Vec<Finding>) {
    let asked = recipient.spec.signature_level.unwrap_or(SignatureLevel::Simple);
    if asked == SignatureLevel::Qualified {
        let detail = "efirma GO has no qualified signatures.";
        let finding = Finding::error("level_unsupported", at.member("signature_level"), detail);
        findings.push(finding.about(Feature::LevelQualified));
    } else if recipient.spec.role == Role::Signer && asked != level(order) {
        let detail = "efirma GO has one signature level for a document; all signers of an envelope must have the same.";
        let finding = Finding::error("levels_differ", at.member("signature_level"), detail);
        findings.push(finding.about(Feature::LevelAdvanced));
    }
}

fn authentication(spec: &RecipientSpec, at: At, findings: &mut Vec<Finding>) {
    let mut kinds = HashSet::new();
    for (index, proof) in spec.authentication.iter().enumerate() {
        let here = at.member(&format!("authentication/{index}"));
        let refused = |feature: Feature, what: &str| {
            let detail = format!("efirma GO cannot ask for {what}.");
            Finding::error("authentication_unsupported", here.clone(), detail).about(feature)
        };
        if !kinds.insert(std::mem::discriminant(proof)) {
            let detail = "efirma GO asks for each kind of proof once.";
            findings.push(Finding::error("authentication_repeated", here.clone(), detail));
        }
        match proof {
            Authentication::SmsOtp { phone } => {
                if phone.is_none() && spec.phone.is_none() {
                    let detail = "A phone is required to send the code to.";
                    let finding = Finding::error("phone_required", format!("{here}/phone"), detail);
                    findings.push(finding.about(Feature::AuthSmsOtp));
                }
            }
            Authentication::AccessCode { code, delivery, resend, .. } => {
                access_code(code.as_deref(), *delivery, *resend, &here, findings);
            }
            Authentication::EmailOtp => findings.push(refused(Feature::AuthEmailOtp, "a code by e-mail")),
            Authentication::WhatsappOtp { .. } => {
                findings.push(refused(Feature::AuthWhatsappOtp, "a code by WhatsApp"))
            }
            Authentication::Certificate => findings.push(refused(Feature::AuthCertificate, "a certificate")),
        }
    }
}

fn access_code(code: Option<&str>, delivery: Option<Delivery>, resend: bool, here: &str, findings: &mut Vec<Finding>) {
    match code {
        None => findings.push(Finding::error("access_code_required", format!("{here}/code"), "The code is missing.")),
        Some(code) if code.trim().is_empty() => {
            findings.push(Finding::error("access_code_required", format!("{here}/code"), "The code is blank."));
        }
        Some(code) if is_too_long(code) => findings.push(too_long(format!("{here}/code"))),
        Some(_) => {}
    }
    if delivery.is_some_and(|d| d != Delivery::None) {
        let detail = "efirma GO does not tell recipients their access code; the sender has to.";
        let finding = Finding::error("access_code_delivery_unsupported", format!("{here}/delivery"), detail);
        findings.push(finding.about(Feature::AuthAccessCode));
    } else if resend {
        let detail = "efirma GO does not send access codes, so it cannot send one again.";
        let finding = Finding::warning("access_code_resend_unsupported", format!("{here}/resend"), detail);
        findings.push(finding.about(Feature::AuthAccessCode));
    }
}

fn message(order: &Order, settings: &Settings, spec: &RecipientSpec, at: At, findings: &mut Vec<Finding>) {
    let Some(message) = spec.message.as_deref().filter(|m| !m.is_empty()) else {
        return;
    };
    if is_too_long(message) {
        findings.push(too_long(at.member("message")).about(Feature::RecipientMessage));
    }
    if settings.mensaje_privado_mode == PrivateMessageMode::TopLevel && common_private_message(order).is_none() {
        let detail = "The account sends one private message for all; different ones are not sent.";
        let finding = Finding::warning("private_message_not_sent", at.member("message"), detail);
        findings.push(finding.about(Feature::RecipientMessage));
    }
}

fn unsupported(spec: &RecipientSpec, at: At, findings: &mut Vec<Finding>) {
    if spec.acts_as != ActsAs::Person {
        let detail = "At efirma GO everybody acts for themselves.";
        let finding = Finding::error("acts_as_unsupported", at.member("acts_as"), detail);
        findings.push(finding.about(Feature::ActsAsOrganization));
    } else if spec.organization.is_some() {
        let detail = "efirma GO has no place for a recipient's organization; it is not sent.";
        findings.push(Finding::warning("organization_not_sent", at.member("organization"), detail));
    }
    if !spec.requested_attachments.is_empty() {
        let detail = "efirma GO cannot ask recipients for files.";
        let finding = Finding::error("attachments_unsupported", at.member("requested_attachments"), detail);
        findings.push(finding.about(Feature::RequestedAttachments));
    }
    if !spec.identity_documents.is_empty() {
        let detail = "efirma GO takes no identity documents.";
        let finding = Finding::error("identity_documents_unsupported", at.member("identity_documents"), detail);
        findings.push(finding.about(Feature::IdentityDocuments));
    }
}
