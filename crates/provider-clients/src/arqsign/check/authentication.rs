//! What recipients have to prove: a code of four digits, or a certificate by signing with it. Source: contract section 2.1.

use domain::capability::Feature;
use domain::envelope::{Authentication, Delivery, RecipientSpec, Role, SignatureLevel};
use domain::finding::Finding;
use domain::order::Order;
use domain::values::Phone;

use crate::arqsign::limits::{EMAIL_CHARS, PHONE_CHARS, is_longer, too_long};
use crate::arqsign::recipient::level;

pub(super) fn check(order: &Order) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, recipient) in order.recipients.iter().enumerate() {
        let spec = &recipient.spec;
        let mut codes = 0_usize;
        for (number, proof) in spec.authentication.iter().enumerate() {
            let here = format!("/recipients/{index}/authentication/{number}");
            match proof {
                Authentication::AccessCode { code, delivery, phone, resend } => {
                    codes = codes.saturating_add(1);
                    let of = AccessCode { spec, code: code.as_deref(), delivery: *delivery, phone: phone.as_ref() };
                    if codes > 1 {
                        let detail = "ArqSign takes one access code for a signer.";
                        findings.push(error("authentication_repeated", here.clone(), detail));
                    }
                    findings.extend(of.check(*resend, &here));
                }
                Authentication::Certificate => findings.push(certificate(spec, here)),
                // Reported as proofs that the vendor does not have.
                Authentication::SmsOtp { .. } | Authentication::EmailOtp | Authentication::WhatsappOtp { .. } => {}
            }
        }
    }
    findings
}

fn error(code: &str, pointer: String, detail: &str) -> Finding {
    Finding::error(code, pointer, detail).about(Feature::AuthAccessCode)
}

/// A certificate is proved by signing with it, and in no other way.
fn certificate(spec: &RecipientSpec, here: String) -> Finding {
    let finding = if spec.role == Role::Signer && level(spec) != SignatureLevel::Simple {
        let detail = "The signature itself is made with the certificate.";
        Finding::info("certificate_by_signature", here, detail)
    } else {
        let detail = "ArqSign asks for a certificate only by signing with it: signature_level advanced or qualified.";
        Finding::error("authentication_unsupported", here, detail)
    };
    finding.about(Feature::AuthCertificate)
}

struct AccessCode<'a> {
    spec: &'a RecipientSpec,
    code: Option<&'a str>,
    delivery: Option<Delivery>,
    phone: Option<&'a Phone>,
}

impl AccessCode<'_> {
    fn check(&self, resend: bool, here: &str) -> Vec<Finding> {
        if self.spec.role != Role::Signer {
            return vec![error("authentication_unsupported", here.to_owned(), "Only signers have access codes.")];
        }
        let mut findings = Vec::new();
        match self.code {
            None => findings.push(error("access_code_required", format!("{here}/code"), "The code is missing.")),
            Some(code) if code.len() != 4 || !code.bytes().all(|b| b.is_ascii_digit()) => {
                findings.push(error(
                    "access_code_format",
                    format!("{here}/code"),
                    "ArqSign takes exactly four digits.",
                ));
            }
            Some(_) => {}
        }
        match self.delivery {
            Some(Delivery::Sms | Delivery::Whatsapp) => findings.extend(self.by_phone(here)),
            Some(Delivery::Email) => findings.extend(self.by_email(here)),
            Some(Delivery::None) | None => {}
        }
        if resend && !matches!(self.delivery, Some(Delivery::Sms | Delivery::Whatsapp)) {
            let detail = "ArqSign sends a code again by SMS or WhatsApp only.";
            let finding = Finding::warning("access_code_resend_unsupported", format!("{here}/resend"), detail);
            findings.push(finding.about(Feature::AuthAccessCode));
        }
        findings
    }

    fn by_phone(&self, here: &str) -> Option<Finding> {
        let pointer = format!("{here}/phone");
        let Some(phone) = self.phone.or(self.spec.phone.as_ref()) else {
            return Some(error("phone_required", pointer, "A telephone number is required to send the code to."));
        };
        if self.delivery == Some(Delivery::Sms) && phone.national("55").is_none() {
            return Some(error("phone_country", pointer, "ArqSign sends codes by SMS to Brazilian numbers only."));
        }
        is_longer(phone.as_str(), PHONE_CHARS).then(|| too_long(pointer, PHONE_CHARS).about(Feature::AuthAccessCode))
    }

    fn by_email(&self, here: &str) -> Option<Finding> {
        let pointer = format!("{here}/delivery");
        match &self.spec.email {
            None => Some(error("email_required", pointer, "An e-mail address is required to send the code to.")),
            Some(email) => is_longer(email.as_str(), EMAIL_CHARS)
                .then(|| too_long(pointer, EMAIL_CHARS).about(Feature::AuthAccessCode)),
        }
    }
}
