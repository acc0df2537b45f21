//! The certificates on the signer's computer, as the vendor tells of them. Source: contract section 2.6.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::config::CertificateMembers;
use super::filter::Filters;

/// Which certificate a signer chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateKind {
    /// A good one that fits the operation's filters.
    #[default]
    Matching,
    /// A good one of somebody else.
    WrongPerson,
    /// The right person's, but expired.
    Expired,
    /// The right person's, but revoked.
    Revoked,
    /// The right person's, but the check of its validity did not pass.
    NotValidated,
}

impl CertificateKind {
    /// Every kind, in the order of the desktop page.
    pub(super) const ALL: [Self; 5] =
        [Self::Matching, Self::WrongPerson, Self::Expired, Self::Revoked, Self::NotValidated];

    /// The word of forms and of the control API.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Matching => "matching",
            Self::WrongPerson => "wrong_person",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::NotValidated => "not_validated",
        }
    }

    /// What the desktop page says of it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Matching => "vigente",
            Self::WrongPerson => "vigente, de otra persona",
            Self::Expired => "caducado",
            Self::Revoked => "revocado",
            Self::NotValidated => "sin validar",
        }
    }
}

/// The holder's number where an operation asks for nobody.
const NUMBER: &str = "12345678Z";
const OTHER_NUMBERS: [&str; 2] = ["87654321X", "11111111H"];

/// The data of one certificate. The members are a map, because which of them are there varies with the certificate (quirk 10).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Certificate(Map<String, Value>);

impl Certificate {
    /// The certificate of that kind, made to fit the filters where the kind is a certificate of the right person.
    pub(super) fn of(kind: CertificateKind, filters: &Filters) -> Self {
        let asked = filters.number.as_ref().map_or(NUMBER, |filter| filter.first());
        if kind == CertificateKind::WrongPerson {
            let number = OTHER_NUMBERS.into_iter().find(|number| *number != asked).unwrap_or(NUMBER);
            return Self(members(number, ["BRUNO", "LOPEZ", "MARTIN"], "bruno.lopez@example.org"));
        }
        let mut data = members(asked, ["ANA", "PEREZ", "GARCIA"], "ana.perez@example.org");
        if let Some(filter) = &filters.ca
            && !passes_issuer(&data, filters)
        {
            data.insert("ca".to_owned(), filter.first().into());
        }
        if let Some(filter) = &filters.certificate
            && !passes_properties(&data, filters)
            && let Some(properties) = data.get_mut("certificateProperties").and_then(Value::as_object_mut)
        {
            properties.insert("OU".to_owned(), filter.first().into());
        }
        let flags = match kind {
            CertificateKind::Matching | CertificateKind::WrongPerson => &[][..],
            CertificateKind::Expired => &[("isExpired", true)],
            CertificateKind::Revoked => &[("isRevoked", true), ("isValidated", false)],
            CertificateKind::NotValidated => &[("isValidated", false)],
        };
        for (name, value) in flags {
            data.insert((*name).to_owned(), (*value).into());
        }
        Self(data)
    }

    /// The same with members of the caller's own; null stays null.
    pub(super) fn with(mut self, members: Map<String, Value>) -> Self {
        self.0.extend(members);
        self
    }

    /// Whether the program would offer it to the signer.
    pub(super) fn passes(&self, filters: &Filters) -> bool {
        let number = self.text("numberUserId");
        filters.number.as_ref().is_none_or(|filter| filter.passes(number))
            && passes_issuer(&self.0, filters)
            && passes_properties(&self.0, filters)
    }

    /// A text member; empty when it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A property of the subject; empty when it is missing.
    pub(super) fn property(&self, name: &str) -> &str {
        self.0.get("certificateProperties").and_then(|all| all.get(name)).and_then(Value::as_str).unwrap_or_default()
    }

    /// What the signature calls the holder.
    pub(super) fn common_name(&self) -> &str {
        match self.text("cn") {
            "" => self.text("numberUserId"),
            name => name,
        }
    }

    /// The holder's given name and surnames.
    pub(super) fn holder(&self) -> String {
        let parts = ["name", "surname1", "surname2"].map(|part| self.text(part));
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The data as they came to the vendor.
    pub(super) fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// `certificateValidationData` of the results.
    pub(super) fn validation_data(&self, operation_id: &str, members: CertificateMembers) -> Value {
        let own = |name: &str| self.0.get(name).cloned();
        let mut data = Map::new();
        match members {
            CertificateMembers::Null => return Value::Null,
            CertificateMembers::Minimal => {
                for name in ["numberUserId", "name", "isValidated"] {
                    data.extend(own(name).map(|value| (name.to_owned(), value)));
                }
            }
            CertificateMembers::Full => {
                data.insert("operationId".to_owned(), operation_id.into());
                data.extend(self.0.clone());
            }
        }
        data.into()
    }
}

/// The members of the contract's example, for another person.
fn members(number: &str, [name, surname1, surname2]: [&str; 3], email: &str) -> Map<String, Value> {
    let serial = if number.starts_with("IDC") { number.to_owned() } else { format!("IDCES-{number}") };
    let data = json!({
        "numberUserId": number,
        "name": name,
        "surname1": surname1,
        "surname2": surname2,
        "email": email,
        "ca": "CN=AC FNMT Usuarios,OU=Ceres,O=FNMT-RCM,C=ES",
        "shortCa": "FNMT",
        "jobTitle": null,
        "type": "CIUDADANO",
        "cn": format!("{surname1} {surname2} {name} - {number}"),
        "certificateProperties": { "C": "ES", "SERIALNUMBER": serial },
        "isValidated": true,
        "isExpired": false,
        "isRevoked": false,
    });
    match data {
        Value::Object(data) => data,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

fn passes_issuer(data: &Map<String, Value>, filters: &Filters) -> bool {
    let issuer = ["ca", "shortCa"].into_iter().filter_map(|name| data.get(name)?.as_str());
    filters.ca.as_ref().is_none_or(|filter| issuer.into_iter().any(|property| filter.passes(property)))
}

fn passes_properties(data: &Map<String, Value>, filters: &Filters) -> bool {
    let own = data.iter().filter(|(name, _)| !["ca", "shortCa"].contains(&name.as_str())).map(|(_, value)| value);
    let nested = data.get("certificateProperties").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let mut properties = own.chain(nested).filter_map(Value::as_str);
    filters.certificate.as_ref().is_none_or(|filter| properties.any(|property| filter.passes(property)))
}
