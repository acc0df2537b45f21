//! Telephone numbers.

use std::fmt;
use std::str::FromStr;

use super::text_serde;

/// Fewest digits of a number that can be called from abroad.
pub const MIN_DIGITS: usize = 8;
/// Most digits, country code included. Source: ITU-T E.164, 11/2010.
pub const MAX_DIGITS: usize = 15;

/// Why a text is not a telephone number. The text itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// It does not begin with `+`.
    #[error("the number must begin with + and the country code")]
    Plus,
    /// Something else than digits follows the `+`; blanks and hyphens count.
    #[error("the number may only have digits after the +")]
    Character,
    /// Country codes do not begin with zero.
    #[error("the first digit after the + must not be 0")]
    LeadingZero,
    /// Fewer digits than [`MIN_DIGITS`] or more than [`MAX_DIGITS`].
    #[error("the number must have {MIN_DIGITS} to {MAX_DIGITS} digits")]
    Length,
}

/// A telephone number in international form (E.164): `+`, country code, national number, digits only.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// The number with its `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits without the `+`.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.strip_prefix('+').unwrap_or(&self.0)
    }

    /// The digits after a country code such as `56`; nothing when the number is of another country.
    ///
    /// ```
    /// use domain::values::Phone;
    ///
    /// let phone: Phone = "+56987332031".parse()?;
    /// assert_eq!(phone.national("56"), Some("987332031"));
    /// assert_eq!(phone.national("34"), None);
    /// # Ok::<(), domain::values::PhoneError>(())
    /// ```
    #[must_use]
    pub fn national(&self, country_code: &str) -> Option<&str> {
        self.digits().strip_prefix(country_code)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Shows nothing of the number: it is personal data.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let digits = text.strip_prefix('+').ok_or(PhoneError::Plus)?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneError::Character);
        }
        if digits.starts_with('0') {
            return Err(PhoneError::LeadingZero);
        }
        if !(MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) {
            return Err(PhoneError::Length);
        }
        Ok(Self(text.to_owned()))
    }
}

text_serde!(Phone);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_texts_are_refused_with_their_rule() {
        use PhoneError::{Character, LeadingZero, Length, Plus};
        let cases = [
            ("", Plus),
            ("34677777777", Plus),
            ("0034677777777", Plus),
            (" +34677777777", Plus),
            ("+", Length),
            ("+1234567", Length),
            ("+1234567890123456", Length),
            ("+34 677777777", Character),
            ("+34-677777777", Character),
            ("+34٦٧٧٧٧٧٧٧", Character),
            ("++34677777777", Character),
            ("+34677777777 ", Character),
            ("+0677777777", LeadingZero),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Phone>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn debug_shows_no_digit() {
        let phone: Phone = "+34677777777".parse().unwrap();
        assert!(!format!("{phone:?}").contains('7'));
    }

    proptest! {
        #[test]
        fn every_international_number_is_taken_as_it_is(text in "\\+[1-9][0-9]{7,14}") {
            let phone: Phone = text.parse().unwrap();
            prop_assert_eq!(phone.as_str(), &text);
            prop_assert_eq!(format!("+{}", phone.digits()), text);
            let json = serde_json::to_string(&phone).unwrap();
            prop_assert_eq!(serde_json::from_str::<Phone>(&json).unwrap(), phone);
        }
    }
}
