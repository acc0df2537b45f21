//! Signers as the vendor takes them: names in two parts, an identity number that tells them apart, a place in the order.
//! Source: contract section 3.1.

use domain::envelope::{Delivery, OrderRecipient, RecipientSpec};
use domain::order::Order;
use domain::values::{NationalId, Phone};

use super::profile::{NinFormat, OrderMode, PhoneFormat, Profile};

/// A person's name as the vendor takes it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PersonName {
    pub names: String,
    pub lastnames: String,
    /// Whether it was taken apart here.
    pub guessed: bool,
}

impl PersonName {
    /// The parts as given, else the whole name taken apart at its blanks; `None` for a single word.
    pub(super) fn of(spec: &RecipientSpec) -> Option<Self> {
        if let (Some(given), Some(family)) = (told(&spec.given_name), told(&spec.family_name)) {
            let second = told(&spec.second_family_name).map(|second| format!(" {second}")).unwrap_or_default();
            return Some(Self { names: given.to_owned(), lastnames: format!("{family}{second}"), guessed: false });
        }
        let words: Vec<&str> = spec.name.split_whitespace().collect();
        let given = match words.len() {
            0 | 1 => return None,
            2 | 3 => 1,
            several => several - 2,
        };
        let (names, lastnames) = words.split_at_checked(given)?;
        Some(Self { names: names.join(" "), lastnames: lastnames.join(" "), guessed: true })
    }
}

fn told(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// The country of an identity number, Chile where none is told.
pub(super) fn country(id: &NationalId) -> &'static str {
    id.country().map_or("CL", |country| country.as_str())
}

/// An identity number reduced to what tells it from others: letters and digits, upper case.
pub(super) fn comparable(nin: &str) -> String {
    nin.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

impl Profile {
    /// An identity number as it is sent.
    pub(super) fn nin(&self, id: &NationalId) -> String {
        let rut = match self.nin_format {
            NinFormat::HyphenNoDots => id.rut_with_hyphen(),
            NinFormat::HyphenDots => id.rut_with_dots(),
            NinFormat::Plain => None,
        };
        rut.unwrap_or_else(|| id.value().to_owned())
    }

    /// A phone as it is sent.
    pub(super) fn phone<'a>(&self, phone: &'a Phone) -> Option<&'a str> {
        match self.phone_format {
            PhoneFormat::E164 => Some(phone.as_str()),
            PhoneFormat::Digits => Some(phone.digits()),
            PhoneFormat::NotSent => None,
        }
    }

    /// The word for who tells a signer.
    pub(super) fn notification(&self, delivery: Option<Delivery>) -> Option<&str> {
        let codes = &self.notification_codes;
        match delivery {
            Some(Delivery::Email) => codes.email.as_deref(),
            Some(Delivery::None) => codes.none.as_deref(),
            Some(Delivery::Sms | Delivery::Whatsapp) => None,
            None => codes.email.as_deref().or(codes.none.as_deref()),
        }
    }

    /// The place of each recipient in the order, from 1; `None` when the order is not sent.
    pub(super) fn sent_order(&self, order: &Order) -> Option<Vec<u32>> {
        let ranks = ranks(order);
        let needed = ranks.iter().any(|rank| *rank > 1);
        let sent = match self.order_mode {
            OrderMode::WhenNeeded => needed,
            OrderMode::Always => true,
            OrderMode::Never => false,
        };
        sent.then_some(ranks)
    }
}

/// The dense rank of each recipient's order, from 1, by place among the recipients.
pub(super) fn ranks(order: &Order) -> Vec<u32> {
    let stages = order.stages();
    let rank = |index: usize| stages.iter().find(|s| s.members.contains(&index)).map_or(1, |stage| stage.rank);
    (0..order.recipients.len()).map(rank).collect()
}

/// The recipient with this identity number, however it is written.
pub(super) fn with_nin<'a>(order: &'a Order, nin: &str) -> Option<(usize, &'a OrderRecipient)> {
    let wanted = comparable(nin);
    let is_theirs = |r: &OrderRecipient| r.spec.national_id.as_ref().is_some_and(|id| comparable(id.value()) == wanted);
    order.recipients.iter().enumerate().find(|(_, r)| is_theirs(r)).filter(|_| !wanted.is_empty())
}
