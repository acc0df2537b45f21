//! The signer's certificate: what is shown of it, and whether it is the asked person's. Source: contract sections 2.6, 3.

use std::collections::BTreeMap;

use domain::envelope::RecipientSpec;
use domain::facts::Certificate;
use serde_json::Value;

use super::settings::Settings;
use super::wire::received::told;
use crate::shared::json::{member, text, text_of};

/// Members that are shown beside those that have a place of their own, and how they are named. Others may be ids that
/// nobody may see, so that an unknown member is never shown.
const PROPERTIES: [(&str, &str); 6] = [
    ("cn", "cn"),
    ("type", "type"),
    ("shortCa", "short_ca"),
    ("organization", "organization"),
    ("jobTitle", "job_title"),
    ("email", "email"),
];

/// The certificate as the API shows it, from `certificateValidationData`.
pub(super) fn certificate(data: &Value) -> Certificate {
    let names: Vec<String> = ["name", "surname1", "surname2"].iter().filter_map(|part| text_of(data, part)).collect();
    let name = if names.is_empty() { text_of(data, "cn") } else { Some(names.join(" ")) };
    let mut properties: BTreeMap<String, Value> = PROPERTIES
        .iter()
        .filter_map(|(vendor, shown)| Some(((*shown).to_owned(), Value::from(text_of(data, vendor)?))))
        .collect();
    let own: serde_json::Map<String, Value> = member(data, "certificateProperties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), Value::from(text(value)?))))
        .collect();
    if !own.is_empty() {
        properties.insert("certificate_properties".to_owned(), Value::Object(own));
    }
    Certificate {
        name,
        id: text_of(data, "numberUserId").or_else(|| serial_number(data)),
        issuer: text_of(data, "ca").or_else(|| text_of(data, "shortCa")),
        validated: told(member(data, "isValidated")),
        expired: told(member(data, "isExpired")),
        revoked: told(member(data, "isRevoked")),
        properties,
    }
}

/// Why what was signed is not handed out before a person looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubtful {
    /// The certificate is somebody else's.
    SomebodyElse,
    /// Whose it is was not told.
    NotTold,
    /// The provider could not check it, or it had ended or been revoked.
    NotSound,
}

impl Doubtful {
    /// A sentence without personal data.
    pub(super) fn detail(self) -> &'static str {
        match self {
            Self::SomebodyElse => "The identity number of the certificate is not that of the recipient.",
            Self::NotTold => "The provider did not tell the identity number of whoever signed.",
            Self::NotSound => "The provider calls the certificate not validated, expired or revoked.",
        }
    }

    /// The word for the recipient's own status at the provider.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::SomebodyElse => "signed_by_somebody_else",
            Self::NotTold => "signer_not_told",
            Self::NotSound => "certificate_not_sound",
        }
    }
}

/// What speaks against taking the signature for the recipient's, if anything does.
pub(super) fn doubt(settings: &Settings, recipient: &RecipientSpec, data: Option<&Value>) -> Option<Doubtful> {
    if let Some(asked) = &recipient.national_id {
        let asked = plain(asked.value());
        let number = data.and_then(|data| text_of(data, "numberUserId")).map(|number| plain(&number));
        let serial = data.and_then(serial_number).map(|serial| plain(&serial));
        let same = number.as_ref() == Some(&asked) || serial.as_ref().is_some_and(|serial| serial.ends_with(&asked));
        let is_told = number.is_some() || serial.is_some();
        if !same && is_told {
            return Some(Doubtful::SomebodyElse);
        }
        if !same && settings.require_identity_confirmation {
            return Some(Doubtful::NotTold);
        }
    }
    let flag = |name: &str| data.and_then(|data| told(member(data, name)));
    let unsound =
        flag("isValidated") == Some(false) || flag("isExpired") == Some(true) || flag("isRevoked") == Some(true);
    (settings.require_validated_certificate && unsound).then_some(Doubtful::NotSound)
}

fn serial_number(data: &Value) -> Option<String> {
    text_of(member(data, "certificateProperties")?, "SERIALNUMBER")
}

/// Letters and digits in upper case.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}
