//! People as the vendor writes them, and which of the vendor's signers is which recipient. RUTs come with dots or without a
//! hyphen, phones as nine national digits, so all is compared in one form.

use domain::envelope::{ActsAs, OrderRecipient, RecipientSpec, Role};
use domain::ids::RecipientId;
use domain::order::Order;
use domain::values::Phone;

use super::FirmaAccount;
use super::settings::PhoneFormat;
use super::wire::received::Signer;
use crate::provider::Unbuildable;

/// Chile's country code.
const CHILE: &str = "56";

impl FirmaAccount {
    /// The RUT that is sent for a recipient: without dots, with a hyphen. Source: contract section 3.8.
    pub(super) fn rut(&self, spec: &RecipientSpec) -> Option<String> {
        self.checked.qa_rut.clone().or_else(|| spec.national_id.as_ref()?.rut_with_hyphen())
    }

    /// The phone in the account's form; `None` when it has none. Source: contract section 3.8, F13.
    pub(super) fn phone(&self, phone: &Phone) -> Option<String> {
        match self.checked.settings.phone_format {
            PhoneFormat::E164 => Some(phone.as_str().to_owned()),
            PhoneFormat::E164NoPlus => Some(phone.digits().to_owned()),
            PhoneFormat::National => {
                phone.national(CHILE).filter(|digits| (8..=9).contains(&digits.len())).map(ToOwned::to_owned)
            }
        }
    }

    /// What the vendor wants of everybody: RUT, e-mail and phone.
    pub(super) fn identity<'a>(&self, spec: &'a RecipientSpec) -> Result<(String, &'a str, String), Unbuildable> {
        let missing = |what: &str| Unbuildable::Defect(format!("A signer has no {what}."));
        let rut = self.rut(spec).ok_or_else(|| missing("RUT"))?;
        let email = spec.email.as_ref().ok_or_else(|| missing("e-mail address"))?;
        let phone = spec.phone.as_ref().and_then(|phone| self.phone(phone)).ok_or_else(|| missing("phone"))?;
        Ok((rut, email.as_str(), phone))
    }

    /// Which of the vendor's signers a recipient is: by RUT, then by e-mail. Where one RUT stands for everybody's, only the
    /// e-mail tells. Source: contract sections 3.11 and 9, item 19.
    pub(super) fn listed<'s>(&self, recipient: &OrderRecipient, signers: &'s [Signer]) -> Option<&'s Signer> {
        let same_email = |signer: &&Signer| is_email(&signer.email, recipient);
        let by_rut = self.checked.qa_rut.is_none().then(|| recipient.spec.national_id.as_ref()).flatten();
        let by_rut: Vec<&Signer> =
            by_rut.map(|id| signers.iter().filter(|s| compact_rut(&s.rut) == id.value()).collect()).unwrap_or_default();
        match by_rut.as_slice() {
            [one] => Some(*one),
            [] => signers.iter().find(same_email),
            several => several.iter().copied().find(same_email),
        }
    }
}

/// The order's signers with their places among the recipients.
pub(super) fn signers(order: &Order) -> impl Iterator<Item = (usize, &OrderRecipient)> {
    order.recipients.iter().enumerate().filter(|(_, recipient)| recipient.spec.role == Role::Signer)
}

/// Whether an address of the vendor's is the recipient's, in any case of letters.
pub(super) fn is_email(told: &str, recipient: &OrderRecipient) -> bool {
    recipient.spec.email.as_ref().is_some_and(|email| email.comparison_key() == told.trim().to_lowercase())
}

/// A RUT without dots, hyphen and leading zeros, in upper case.
pub(super) fn compact_rut(told: &str) -> String {
    let kept: String = told.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    kept.trim_start_matches('0').to_owned()
}

/// Whether two phones are one, with or without the country code.
pub(super) fn is_same_phone(told: &str, asked: &Phone) -> bool {
    let told: String = told.chars().filter(char::is_ascii_digit).collect();
    told.len() >= 8 && (asked.digits().ends_with(&told) || told.ends_with(asked.digits()))
}

/// The vendor's word for whom somebody acts. Source: contract section 3.8.
pub(super) fn type_word(acts_as: ActsAs) -> &'static str {
    match acts_as {
        ActsAs::Person => "NATURAL",
        ActsAs::Organization | ActsAs::Both => "LEGAL",
    }
}

/// The ids of the order's signers.
pub(super) fn ids(order: &Order) -> Vec<RecipientId> {
    signers(order).map(|(_, recipient)| recipient.id).collect()
}
