//! What the service demands of a new portfolio. Source: contract sections 3.1 and 10.2.

use std::collections::BTreeSet;

use serde_json::Value;

use super::body::Object;
use super::members::Members;
use super::state::State;
use super::wire::FieldFault;

/// The members of a portfolio.
const PORTFOLIO: [&str; 3] = ["signers", "client_portfolio_id", "portfolio_type"];
/// The members of a signer.
const SIGNER: [&str; 8] = ["nin", "country", "names", "lastnames", "email", "phone", "notification", "order"];

/// Everything that is wrong with a new portfolio.
pub(super) fn portfolio(state: &State, sent: &Object) -> Vec<FieldFault> {
    let mut members = Members::new(sent, "");
    let signers = match members.get("signers") {
        None | Some(Value::Null) => {
            members.fault("signers", "is required");
            &[][..]
        }
        Some(Value::Array(signers)) if signers.is_empty() => {
            members.fault("signers", "must not be empty");
            &[]
        }
        Some(Value::Array(signers)) => signers,
        Some(_) => {
            members.fault("signers", "must be an array");
            &[]
        }
    };
    if signers.len() > state.profile.limits.max_recipients {
        members.fault("signers", "has too many elements");
    }
    members.optional_text("client_portfolio_id");
    let portfolio_type = members.optional_text("portfolio_type");
    if portfolio_type.is_some_and(|id| !state.catalogue.portfolio_types.iter().any(|known| known == id)) {
        members.fault("portfolio_type", "is not in the catalogue");
    }
    if state.variants.require_portfolio_type && members.get("portfolio_type").is_none() {
        members.fault("portfolio_type", "is required");
    }
    if state.variants.reject_unknown {
        members.refuse_unknown(&PORTFOLIO);
    }
    let mut faults = members.faults();
    faults.extend(all_signers(state, signers));
    faults
}

fn all_signers(state: &State, signers: &[Value]) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let mut nins = BTreeSet::new();
    let ordered = signers.iter().any(|signer| signer.get("order").is_some());
    for (place, sent) in signers.iter().enumerate() {
        let Some(object) = sent.as_object() else {
            let message = "must be an object".to_owned();
            faults.push(FieldFault { field: format!("signers[{place}]"), message });
            continue;
        };
        let mut members = Members::new(object, &format!("signers[{place}]."));
        signer(state, &mut members, ordered);
        if let Some(nin) = object.get("nin").and_then(Value::as_str)
            && !nins.insert(nin)
        {
            members.fault("nin", "is another signer's");
        }
        faults.extend(members.faults());
    }
    faults
}

fn signer(state: &State, members: &mut Members<'_>, ordered: bool) {
    if members.get("country").and_then(Value::as_str) == Some("CL") {
        members.checked("nin", is_rut, "invalid RUT");
    } else {
        members.text("nin");
    }
    members.checked("country", is_country, "must be an ISO 3166-1 alpha-2 code");
    members.text("names");
    members.text("lastnames");
    members.checked("email", is_email, "must be an e-mail address");
    if members.optional_text("phone").is_some_and(|phone| !is_e164(phone)) {
        members.fault("phone", "must be an E.164 number");
    }
    let codes = &state.profile.notification_codes;
    let is_code = |word: &str| word == codes.email || word == codes.none;
    members.checked("notification", is_code, &format!("must be {} or {}", codes.email, codes.none));
    match members.get("order") {
        None if ordered => members.fault("order", "all signers or none must have one"),
        None => {}
        Some(order) if order.as_u64().is_some_and(|order| order >= 1) => {}
        Some(_) => members.fault("order", "must be an integer from 1"),
    }
    if state.variants.reject_unknown {
        members.refuse_unknown(&SIGNER);
    }
}

/// A Chilean national id: without dots, with hyphen, with a right check digit, `K` in upper case. Source: contract assumption G30.
fn is_rut(nin: &str) -> bool {
    let Some((number, check)) = nin.split_once('-') else {
        return false;
    };
    let digits: Option<Vec<u32>> = number.chars().map(|digit| digit.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (1..=8).contains(&digits.len()) && digits.first() != Some(&0)) else {
        return false;
    };
    let sum: u32 = digits.iter().rev().zip([2, 3, 4, 5, 6, 7].into_iter().cycle()).map(|(d, weight)| d * weight).sum();
    match 11 - sum % 11 {
        11 => check == "0",
        10 => check == "K",
        digit => check == digit.to_string(),
    }
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase())
}

fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let labels: Vec<&str> = domain.split('.').collect();
    !local.is_empty()
        && labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
        && !address.contains(char::is_whitespace)
        && !domain.contains('@')
}

/// Source: ITU-T E.164: at most 15 digits after the plus sign, the first not 0.
fn is_e164(phone: &str) -> bool {
    phone.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|d| d.is_ascii_digit()) && !digits.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ruts_need_their_check_digit_and_their_form() {
        for good in ["11111111-1", "12345678-5", "10000013-K", "7654321-6"] {
            assert!(is_rut(good), "{good}");
        }
        for bad in ["11111111-2", "10000013-k", "11.111.111-1", "111111111", "-1", "123456789-2", "01234567-4", ""] {
            assert!(!is_rut(bad), "{bad}");
        }
    }

    #[test]
    fn addresses_and_phones_need_their_form() {
        assert!(is_email("ana@example.cl") && is_email("a+b@mail.example.cl"));
        for bad in ["ana", "ana@", "@example.cl", "ana@example", "ana@exa mple.cl", "a@b@c.cl", "a@b..cl"] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_e164("+56912345678"));
        for bad in ["56912345678", "+0912345678", "+569 1234 5678", "+123456", "+1234567890123456"] {
            assert!(!is_e164(bad), "{bad}");
        }
    }
}
