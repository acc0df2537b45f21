//! The Chilean tax and identity number: digits, a hyphen, a check digit. Source: contract section 3.8.

use super::variants::RutShape;

/// The one number that QA takes. Source: contract section 1.
pub(super) const QA_RUT: &str = "76795561-8";

/// Whether it is written as asked for: up to eight digits without dots, a hyphen, a digit or a capital K.
pub(super) fn is_written_well(rut: &str) -> bool {
    let Some((number, check)) = rut.split_once('-') else {
        return false;
    };
    let digits = !number.is_empty() && number.len() <= 8 && number.bytes().all(|byte| byte.is_ascii_digit());
    digits && !number.starts_with('0') && matches!(check.as_bytes(), [b'0'..=b'9' | b'K'])
}

/// Whether the check digit is the number's. Modulo 11 with the weights 2 to 7 from the right.
pub(super) fn has_its_check_digit(rut: &str) -> bool {
    let Some((number, check)) = rut.split_once('-') else {
        return false;
    };
    let weights = (2..=7).cycle();
    let sum: u32 = number.bytes().rev().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let expected = match 11 - sum % 11 {
        11 => "0".to_owned(),
        10 => "K".to_owned(),
        digit => digit.to_string(),
    };
    check == expected
}

/// The number as answers write it.
pub(super) fn shown(rut: &str, shape: RutShape) -> String {
    match (shape, rut.split_once('-')) {
        (RutShape::AsSent, _) | (_, None) => rut.to_owned(),
        (RutShape::Compact, Some((number, check))) => format!("{number}{check}"),
        (RutShape::Dotted, Some((number, check))) => format!("{}-{check}", with_dots(number)),
    }
}

fn with_dots(number: &str) -> String {
    let mut dotted = String::new();
    for (place, digit) in number.chars().enumerate() {
        if place > 0 && (number.len() - place).is_multiple_of(3) {
            dotted.push('.');
        }
        dotted.push(digit);
    }
    dotted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_and_check_digit_are_told_apart() {
        for good in ["76795561-8", "12345678-5", "6-K", "11111111-1"] {
            assert!(is_written_well(good) && has_its_check_digit(good), "{good}");
        }
        for malformed in ["", "-", "767955618", "76.795.561-8", "76795561-k", "076795561-8", "76795561-88", "a-1"] {
            assert!(!is_written_well(malformed), "{malformed}");
        }
        assert!(is_written_well("76795561-7") && !has_its_check_digit("76795561-7"));
    }

    #[test]
    fn answers_write_it_in_three_ways() {
        let all = [RutShape::AsSent, RutShape::Dotted, RutShape::Compact];
        assert_eq!(all.map(|shape| shown("76795561-8", shape)), ["76795561-8", "76.795.561-8", "767955618"]);
        assert_eq!(shown("6-K", RutShape::Dotted), "6-K");
    }
}
