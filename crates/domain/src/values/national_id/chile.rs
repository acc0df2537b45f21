//! The number of Chile.

use super::{NationalIdError, NationalIdType, digits};

const KIND: NationalIdType = NationalIdType::Rut;
const FORM: NationalIdError =
    NationalIdError::Form { kind: KIND, form: "up to 8 digits and a check digit 0-9 or K, such as 12345678-5" };

/// A RUT from its compact form. Source: the modulus-11 rule of the Chilean civil registry, weights 2 to 7 from the right.
pub(super) fn rut(compact: &str) -> Result<String, NationalIdError> {
    let mut body = compact.chars();
    let check = body.next_back().filter(|c| c.is_ascii_digit() || *c == 'K').ok_or(FORM)?;
    let body = body.as_str().trim_start_matches('0');
    let numbers = digits(body).filter(|numbers| (1..=8).contains(&numbers.len())).ok_or(FORM)?;

    let sum: u32 = numbers.iter().rev().zip((2..=7).cycle()).map(|(digit, weight)| digit * weight).sum();
    let expected = match 11 - sum % 11 {
        11 => '0',
        10 => 'K',
        digit => char::from_digit(digit, 10).ok_or(FORM)?,
    };
    if check != expected {
        return Err(NationalIdError::CheckDigit { kind: KIND });
    }
    Ok(format!("{body}{check}"))
}
