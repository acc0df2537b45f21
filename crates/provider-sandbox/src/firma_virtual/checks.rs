//! Checks of what describes a signer, and of members in general. Source: contract section 10.2.

use serde_json::Value;

use super::contract::SignerData;
use super::rut;
use super::variants::{PhoneRule, Variants};
use super::wire::{Object, Refused, VALIDATION_FAIL};

const FAILED: Refused = Refused::Business(VALIDATION_FAIL);

/// Most signers of a contract. Source: contract section 7.
pub(super) const MOST_SIGNERS: usize = 10;

/// A member that is a text with something in it.
pub(super) fn text<'a>(object: &'a Object, member: &str) -> Option<&'a str> {
    object.get(member)?.as_str().filter(|text| !text.trim().is_empty())
}

/// Whether there is a member that is not documented.
pub(super) fn has_unknown(object: &Object, documented: &[&str]) -> bool {
    object.keys().any(|member| !documented.contains(&member.as_str()))
}

/// One `@`, something before it, and a name with a dot after it.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';'));
    let labels = host.split('.').all(|label| !label.is_empty());
    plain && !local.is_empty() && host.contains('.') && labels && !host.contains('@')
}

/// Whether it is written as a RUT, and has its check digit where that is looked at.
pub(super) fn is_rut(variants: &Variants, rut: &str) -> bool {
    let checked = variants.rut_check && !variants.qa_rut;
    rut::is_written_well(rut) && (!checked || rut::has_its_check_digit(rut))
}

/// `^\+?[0-9]{8,15}$`, narrowed by the variants.
fn is_phone(rule: PhoneRule, phone: &str) -> bool {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    let plus = phone.starts_with('+');
    let well_formed = (8..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    well_formed
        && match rule {
            PhoneRule::Any => true,
            PhoneRule::E164 => plus,
            PhoneRule::E164NoPlus => !plus && digits.len() >= 11,
            PhoneRule::National => !plus && digits.len() == 9,
        }
}

/// The four members that describe a signer everywhere.
///
/// # Errors
/// [`VALIDATION_FAIL`].
pub(super) fn signer_data(variants: &Variants, object: &Object) -> Result<SignerData, Refused> {
    let member = |name| text(object, name).map(str::to_owned).ok_or(FAILED);
    let data = SignerData {
        full_name: member("full_name")?,
        email: member("email")?,
        rut: member("rutId")?,
        phone: member("phone")?,
    };
    let known_in_qa = !variants.qa_rut || data.rut == rut::QA_RUT;
    let good = is_email(&data.email)
        && is_rut(variants, &data.rut)
        && known_in_qa
        && is_phone(variants.phone_rule, &data.phone);
    if good { Ok(data) } else { Err(FAILED) }
}

/// A number, also as a text.
pub(super) fn loose_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_telephone_numbers() {
        for good in ["a@example.cl", "a.b+c@mail.example.cl"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@", "@b.cl", "a@b", "a@b.", "a@b..cl", "a b@c.cl", "a@b@c.cl", "A <a@b.cl>"] {
            assert!(!is_email(bad), "{bad}");
        }
        let takes = |phone: &str| {
            [PhoneRule::Any, PhoneRule::E164, PhoneRule::E164NoPlus, PhoneRule::National]
                .map(|rule| is_phone(rule, phone))
        };
        assert_eq!(takes("+56987332031"), [true, true, false, false]);
        assert_eq!(takes("56987332031"), [true, false, true, false]);
        assert_eq!(takes("987332031"), [true, false, false, true]);
        for bad in ["", "+", "1234567", "+1234567890123456", "9873 32031", "++56987332031"] {
            assert_eq!(takes(bad), [false; 4], "{bad}");
        }
    }
}
