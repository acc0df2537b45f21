//! The numbers of Spain.

use super::{NationalIdError, NationalIdType, digits};

/// Control letters of persons, by the number modulo 23. Source: Spanish Ministry of the Interior, "Cálculo del dígito de
/// control del NIF-NIE".
const PERSON_LETTERS: &str = "TRWAGMYFPDXBNJZSQVHLCKE";

/// Control letters of bodies, by their control digit. Source: Decreto 2423/1975; leading letters by Orden EHA/451/2008.
const BODY_LETTERS: &str = "JABCDEFGHI";

fn form(kind: NationalIdType, form: &'static str) -> NationalIdError {
    NationalIdError::Form { kind, form }
}

/// A person's number: eight digits and a letter, or K, L or M, seven digits and a letter.
pub(super) fn nif(compact: &str) -> Result<String, NationalIdError> {
    let kind = NationalIdType::Nif;
    let error = form(kind, "8 digits and a letter, or K, L or M, 7 digits and a letter");
    let (number, letter) = person_parts(compact).ok_or(error)?;
    // The leading K, L or M does not count: the letter follows from the seven digits.
    let number = number.strip_prefix(['K', 'L', 'M']).unwrap_or(number);
    let value = number.parse().map_err(|_| error)?;
    checked_person(kind, compact, value, letter)
}

/// A foreigner's number: X, Y or Z, seven digits and a letter. X, Y and Z count as 0, 1 and 2.
pub(super) fn nie(compact: &str) -> Result<String, NationalIdError> {
    let kind = NationalIdType::Nie;
    let error = form(kind, "X, Y or Z, 7 digits and a letter");
    let (number, letter) = person_parts(compact).ok_or(error)?;
    let (leading, rest) = [('X', 0), ('Y', 10_000_000), ('Z', 20_000_000)]
        .into_iter()
        .find_map(|(prefix, counts)| number.strip_prefix(prefix).map(|rest| (counts, rest)))
        .ok_or(error)?;
    let value: u32 = rest.parse().map_err(|_| error)?;
    checked_person(kind, compact, leading + value, letter)
}

/// Splits nine characters into the number, of which all but the first are digits, and the letter.
fn person_parts(compact: &str) -> Option<(&str, char)> {
    let mut number = compact.chars();
    let letter = number.next_back().filter(char::is_ascii_uppercase)?;
    let number = number.as_str();
    let mut rest = number.chars();
    let first = rest.next().filter(char::is_ascii_alphanumeric)?;
    let plain = first.len_utf8() + rest.as_str().len() == 8 && rest.all(|c| c.is_ascii_digit());
    plain.then_some((number, letter))
}

fn checked_person(kind: NationalIdType, compact: &str, number: u32, letter: char) -> Result<String, NationalIdError> {
    let matches = PERSON_LETTERS.chars().zip(0..).any(|(expected, rest)| expected == letter && rest == number % 23);
    matches.then(|| compact.to_owned()).ok_or(NationalIdError::CheckDigit { kind })
}

/// A company's or body's number: a letter, seven digits, and a control digit or letter, whichever its kind has.
pub(super) fn cif(compact: &str) -> Result<String, NationalIdError> {
    let kind = NationalIdType::Cif;
    let error = form(kind, "a letter A-H, J, N, P-S or U-W, 7 digits and a control digit or letter");
    let mut rest = compact.chars();
    let entity = rest.next().filter(|c| "ABCDEFGHJNPQRSUVW".contains(*c)).ok_or(error)?;
    let control = rest.next_back().filter(|c| c.is_ascii_digit() || c.is_ascii_uppercase()).ok_or(error)?;
    let numbers = digits(rest.as_str()).filter(|numbers| numbers.len() == 7).ok_or(error)?;

    // Every second digit, from the first on, counts double, and a two-digit result counts by its digits' sum.
    let sum: u32 = numbers
        .iter()
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    let expected = (10 - sum % 10) % 10;

    // Bodies abroad, public ones and congregations have a letter, limited companies a digit, and the others either; the
    // old numbers of foreign companies, which begin with 00, have a letter too.
    let foreign = numbers.starts_with(&[0, 0]);
    let letter_allowed = !"ABEH".contains(entity) || foreign;
    let digit_allowed = !"NPQRSW".contains(entity);
    let is_digit = control.to_digit(10) == Some(expected);
    let is_letter = BODY_LETTERS.chars().zip(0..).any(|(letter, digit)| letter == control && digit == expected);
    if (is_digit && digit_allowed) || (is_letter && letter_allowed) {
        Ok(compact.to_owned())
    } else {
        Err(NationalIdError::CheckDigit { kind })
    }
}
