//! The numbers of Brazil.

use super::{NationalIdError, NationalIdType, digits, is_repeated};

/// A person's number: eleven digits, the last two of which are check digits of all before them.
/// Source: Receita Federal, modulus 11 with weights 2, 3, 4, … from the right.
pub(super) fn cpf(compact: &str) -> Result<String, NationalIdError> {
    let kind = NationalIdType::Cpf;
    let form = NationalIdError::Form { kind, form: "11 digits, such as 529.982.247-25" };
    let numbers = digits(compact).filter(|numbers| numbers.len() == 11).ok_or(form)?;
    checked(kind, compact, &numbers, 11)
}

/// A company's number: twelve digits or letters, then two check digits. A character counts as its ASCII code less 48, so
/// digits count as themselves. Source: Receita Federal, Instrução Normativa 2.229/2024, in force from July 2026.
pub(super) fn cnpj(compact: &str) -> Result<String, NationalIdError> {
    let kind = NationalIdType::Cnpj;
    let form =
        NationalIdError::Form { kind, form: "12 digits or letters and 2 check digits, such as 11.222.333/0001-81" };
    let (base, check) = compact.split_at_checked(12).ok_or(form)?;
    let well_formed = base.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && check.len() == 2
        && check.bytes().all(|b| b.is_ascii_digit());
    if !well_formed {
        return Err(form);
    }
    let numbers: Vec<u32> = compact.bytes().map(|b| u32::from(b) - u32::from(b'0')).collect();
    checked(kind, compact, &numbers, 9)
}

/// Checks the last two numbers; `top` is the greatest weight, after which weights begin at 2 again.
fn checked(kind: NationalIdType, compact: &str, numbers: &[u32], top: u32) -> Result<String, NationalIdError> {
    if is_repeated(compact) {
        return Err(NationalIdError::Repeated { kind });
    }
    let matches = |place: usize| {
        let before = numbers.get(..place).unwrap_or_default();
        let sum: u32 = before.iter().rev().zip((2..=top).cycle()).map(|(number, weight)| number * weight).sum();
        let expected = if sum % 11 < 2 { 0 } else { 11 - sum % 11 };
        numbers.get(place) == Some(&expected)
    };
    if matches(numbers.len() - 2) && matches(numbers.len() - 1) {
        Ok(compact.to_owned())
    } else {
        Err(NationalIdError::CheckDigit { kind })
    }
}
