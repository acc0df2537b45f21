//! Recipients and documents as the vendor tells them apart: by contact and order, and by file name.
//! Source: contract sections 2.1 and 2.5.

use std::collections::BTreeSet;

use domain::envelope::{Delivery, Document, OrderRecipient, RecipientSpec, Role};
use domain::order::Order;
use domain::values::Phone;

use super::limits::{FILE_NAME_CHARS, cut};
use super::settings::PhoneFormat;

/// How a recipient is reached: exactly one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact<'a> {
    Email(&'a str),
    Phone(&'a Phone),
}

/// The contact that the vendor gets of a recipient; `None` when what the delivery needs is missing.
pub(super) fn contact(spec: &RecipientSpec) -> Option<Contact<'_>> {
    let email = || spec.email.as_ref().map(|email| Contact::Email(email.as_str()));
    let phone = || spec.phone.as_ref().map(Contact::Phone);
    match spec.delivery.unwrap_or(Delivery::Email) {
        Delivery::Email => email(),
        Delivery::Whatsapp => phone(),
        Delivery::None => email().or_else(phone),
        Delivery::Sms => None,
    }
}

/// Whether the caller shows the link to this recipient itself.
pub(super) fn gets_link(spec: &RecipientSpec) -> bool {
    spec.delivery == Some(Delivery::None)
}

/// A telephone number in the account's form (A19).
pub(super) fn written(phone: &Phone, format: PhoneFormat) -> String {
    match format {
        PhoneFormat::E164 => phone.as_str().to_owned(),
        PhoneFormat::Digits => phone.digits().to_owned(),
    }
}

/// Whether `told`, an e-mail address or a telephone number as the vendor tells it, is this contact.
pub(super) fn is_contact(told: &str, contact: Contact<'_>) -> bool {
    match contact {
        Contact::Email(email) => told.trim().eq_ignore_ascii_case(email),
        Contact::Phone(phone) => {
            let digits: String = told.chars().filter(char::is_ascii_digit).collect();
            // The vendor may leave the country code of Brazil out.
            digits == phone.digits() || phone.national("55").is_some_and(|national| digits == national)
        }
    }
}

/// The signers, with their index in the envelope.
pub(super) fn signers(order: &Order) -> impl Iterator<Item = (usize, &OrderRecipient)> {
    order.recipients.iter().enumerate().filter(|(_, r)| r.spec.role == Role::Signer)
}

/// A signer's turn: 1 for the lowest routing order among signers, without gaps.
pub(super) fn turn(order: &Order, spec: &RecipientSpec) -> u32 {
    let earlier: BTreeSet<u32> =
        signers(order).map(|(_, r)| r.spec.routing_order).filter(|o| *o < spec.routing_order).collect();
    u32::try_from(earlier.len()).unwrap_or(u32::MAX).saturating_add(1)
}

/// Whether signers act one after another.
pub(super) fn is_sequential(order: &Order) -> bool {
    signers(order).any(|(_, r)| turn(order, &r.spec) > 1)
}

/// The documents' file names, in order: what recipients see, ending in `.pdf`, unique, cut to what the vendor takes.
pub(super) fn file_names(documents: &[Document]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    documents
        .iter()
        .map(|document| {
            let stem = stem(document);
            let mut name = named(&stem, "");
            let mut number = 2_u32;
            while !taken.insert(name.to_lowercase()) {
                name = named(&stem, &format!(" ({number})"));
                number = number.saturating_add(1);
            }
            name
        })
        .collect()
}

/// The name shown to recipients without its `.pdf`, and without what a path could take for its own.
fn stem(document: &Document) -> String {
    let shown = if document.name.trim().is_empty() { &document.filename } else { &document.name };
    let forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\' | '"');
    let clean: String = shown.trim().chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    let cut = clean.len().saturating_sub(4);
    match (clean.get(..cut), clean.get(cut..)) {
        (Some(stem), Some(ending)) if !stem.is_empty() && ending.eq_ignore_ascii_case(".pdf") => stem.to_owned(),
        (Some(_) | None, Some(_) | None) => clean,
    }
}

fn named(stem: &str, mark: &str) -> String {
    let room = FILE_NAME_CHARS.saturating_sub(mark.chars().count()).saturating_sub(".pdf".len());
    format!("{}{mark}.pdf", cut(stem, room))
}
