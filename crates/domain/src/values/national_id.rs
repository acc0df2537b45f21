//! National identity numbers, with their check digits where they have one.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Country;
use crate::words::words;

mod brazil;
mod chile;
mod spain;

words! {
    /// Whose numbering an identity number follows.
    pub enum NationalIdType: "national id type" {
        /// Chile, persons and companies (Rol Único Tributario, RUN).
        Rut = "rut",
        /// Spain, persons: a DNI number with its letter, or the K, L and M numbers of persons without one.
        Nif = "nif",
        /// Spain, foreigners: X, Y or Z.
        Nie = "nie",
        /// Spain, companies and bodies.
        Cif = "cif",
        /// Brazil, persons.
        Cpf = "cpf",
        /// Brazil, companies: digits, or letters and digits as issued from 2026.
        Cnpj = "cnpj",
        /// A passport of any country.
        Passport = "passport",
        /// Anything else; nothing is checked but its length.
        Other = "other",
    }
}

impl NationalIdType {
    /// The one country whose numbering this is; none for `passport` and `other`.
    #[must_use]
    pub const fn country(self) -> Option<Country> {
        match self {
            Self::Rut => Some(Country::CHILE),
            Self::Nif | Self::Nie | Self::Cif => Some(Country::SPAIN),
            Self::Cpf | Self::Cnpj => Some(Country::BRAZIL),
            Self::Passport | Self::Other => None,
        }
    }
}

/// Which rule an identity number breaks. The number itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NationalIdError {
    /// A character that numbers of this kind do not have, or a letter in the place of a digit.
    #[error("a {kind} must be written as {form}")]
    Form {
        /// The kind that was asked for.
        kind: NationalIdType,
        /// How such a number is written, in words.
        form: &'static str,
    },
    /// The check digit or control letter does not follow from the rest.
    #[error("the check digit or letter of the {kind} does not match the rest")]
    CheckDigit {
        /// The kind that was asked for.
        kind: NationalIdType,
    },
    /// The same character throughout: passes the check digits but is never issued.
    #[error("a {kind} of one repeated character is not valid")]
    Repeated {
        /// The kind that was asked for.
        kind: NationalIdType,
    },
    /// The country that was named has another numbering.
    #[error("a {kind} belongs to {expected}, not to the country given")]
    Country {
        /// The kind that was asked for.
        kind: NationalIdType,
        /// Whose numbering the kind is.
        expected: Country,
    },
}

/// A national identity number that keeps the rules of its kind.
///
/// It holds the form that was given, which is what JSON shows again, and beside it the canonical [`Self::value`]:
///
/// | type | canonical form | example |
/// |---|---|---|
/// | `rut` | digits without leading zeros, check digit `0-9K`, no hyphen | `123456785` |
/// | `nif`, `nie`, `cif` | nine characters, upper case | `12345678Z`, `X1234567L`, `B12345674` |
/// | `cpf` | eleven digits | `52998224725` |
/// | `cnpj` | fourteen characters, upper case | `11222333000181`, `12ABC34501DE35` |
/// | `passport` | letters and digits, upper case | `AAB123456` |
/// | `other` | as given, without blanks at the ends | |
///
/// Dots, hyphens, slashes and blanks are ignored when reading, and so is case, but for `other`. `==` compares the
/// given forms, so that a rewriting is seen as a change; [`Self::is_same_number`] compares what they mean.
///
/// ```
/// use domain::values::{NationalId, NationalIdType};
///
/// let id = NationalId::new(NationalIdType::Rut, "12.345.678-5", None)?;
/// assert_eq!(id.value(), "123456785");
/// assert_eq!(id.rut_with_hyphen().as_deref(), Some("12345678-5"));
/// # Ok::<(), domain::values::NationalIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawNationalId", into = "RawNationalId")]
pub struct NationalId {
    kind: NationalIdType,
    given: String,
    value: String,
    country: Option<Country>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNationalId {
    #[serde(rename = "type")]
    kind: NationalIdType,
    value: String,
    #[serde(default)]
    country: Option<Country>,
}

impl NationalId {
    /// Checks a number as given.
    ///
    /// # Errors
    /// [`NationalIdError`] names the first rule that it breaks.
    pub fn new(kind: NationalIdType, given: &str, country: Option<Country>) -> Result<Self, NationalIdError> {
        if let (Some(expected), Some(named)) = (kind.country(), country)
            && expected != named
        {
            return Err(NationalIdError::Country { kind, expected });
        }
        let compact = compact(given);
        let value = match kind {
            NationalIdType::Rut => chile::rut(&compact),
            NationalIdType::Nif => spain::nif(&compact),
            NationalIdType::Nie => spain::nie(&compact),
            NationalIdType::Cif => spain::cif(&compact),
            NationalIdType::Cpf => brazil::cpf(&compact),
            NationalIdType::Cnpj => brazil::cnpj(&compact),
            NationalIdType::Passport => passport(&compact),
            NationalIdType::Other => other(given),
        }?;
        Ok(Self { kind, given: given.to_owned(), value, country })
    }

    /// Whose numbering it follows.
    #[must_use]
    pub const fn kind(&self) -> NationalIdType {
        self.kind
    }

    /// The canonical form; see the table above.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The form that was given.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// The country that was named, else the one that the type implies.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.country.or(self.kind.country())
    }

    /// Whether both are the same number of the same country, however they were written.
    #[must_use]
    pub fn is_same_number(&self, other: &Self) -> bool {
        (self.kind, &self.value, self.country()) == (other.kind, &other.value, other.country())
    }

    /// A `rut` as `12345678-5`, the form that Chilean providers take; nothing for other types.
    #[must_use]
    pub fn rut_with_hyphen(&self) -> Option<String> {
        let (body, check) = self.rut_parts()?;
        Some(format!("{body}-{check}"))
    }

    /// A `rut` as people write it, `12.345.678-5`; nothing for other types.
    #[must_use]
    pub fn rut_with_dots(&self) -> Option<String> {
        let (body, check) = self.rut_parts()?;
        let mut dotted = String::with_capacity(body.len() + 4);
        for (index, digit) in body.chars().enumerate() {
            if index > 0 && (body.len() - index).is_multiple_of(3) {
                dotted.push('.');
            }
            dotted.push(digit);
        }
        Some(format!("{dotted}-{check}"))
    }

    /// A `cpf` as `529.982.247-25`; nothing for other types.
    #[must_use]
    pub fn cpf_with_punctuation(&self) -> Option<String> {
        (self.kind == NationalIdType::Cpf).then(|| punctuate(&self.value, "###.###.###-##"))
    }

    /// A `cnpj` as `11.222.333/0001-81`; nothing for other types.
    #[must_use]
    pub fn cnpj_with_punctuation(&self) -> Option<String> {
        (self.kind == NationalIdType::Cnpj).then(|| punctuate(&self.value, "##.###.###/####-##"))
    }

    fn rut_parts(&self) -> Option<(&str, &str)> {
        (self.kind == NationalIdType::Rut).then(|| self.value.split_at_checked(self.value.len() - 1)).flatten()
    }
}

/// Shows the type only: the number is personal data.
impl fmt::Debug for NationalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NationalId({}, …)", self.kind)
    }
}

impl TryFrom<RawNationalId> for NationalId {
    type Error = NationalIdError;

    fn try_from(raw: RawNationalId) -> Result<Self, NationalIdError> {
        Self::new(raw.kind, &raw.value, raw.country)
    }
}

impl From<NationalId> for RawNationalId {
    fn from(id: NationalId) -> Self {
        Self { kind: id.kind, value: id.given, country: id.country }
    }
}

/// The number without the punctuation that people write into it, in upper case.
fn compact(given: &str) -> String {
    given.chars().filter(|c| !c.is_whitespace() && !".-/".contains(*c)).map(|c| c.to_ascii_uppercase()).collect()
}

/// Fills the `#` of a pattern with the characters of a value, one after another.
fn punctuate(value: &str, pattern: &str) -> String {
    let mut characters = value.chars();
    pattern.chars().filter_map(|place| if place == '#' { characters.next() } else { Some(place) }).collect()
}

/// The digits of a text; nothing when it has anything else.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn is_repeated(text: &str) -> bool {
    text.chars().zip(text.chars().skip(1)).all(|(a, b)| a == b)
}

fn passport(compact: &str) -> Result<String, NationalIdError> {
    let well_formed = (3..=20).contains(&compact.len()) && compact.bytes().all(|b| b.is_ascii_alphanumeric());
    well_formed
        .then(|| compact.to_owned())
        .ok_or(NationalIdError::Form { kind: NationalIdType::Passport, form: "3 to 20 letters and digits" })
}

fn other(given: &str) -> Result<String, NationalIdError> {
    let trimmed = given.trim();
    let well_formed = (1..=64).contains(&trimmed.chars().count()) && !trimmed.chars().any(char::is_control);
    well_formed
        .then(|| trimmed.to_owned())
        .ok_or(NationalIdError::Form { kind: NationalIdType::Other, form: "1 to 64 characters on one line" })
}

#[cfg(test)]
mod tests;
