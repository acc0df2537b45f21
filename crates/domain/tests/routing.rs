//! Which accounts a routing policy chooses.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests and their builders: a surprise ends them")]

use domain::envelope::{Delivery, Notary, SignatureLevel};
use domain::ids::AccountId;
use domain::order::Order;
use domain::routing::{RoutingPolicy, Rule, When};
use domain::values::{NationalId, NationalIdType};
use serde_json::{Value, json};

mod support;
use support::{document, order, signer};

/// A condition as the API takes it.
fn when(condition: Value) -> When {
    serde_json::from_value(condition).unwrap()
}

fn rule(name: &str, condition: Value, accounts: &[AccountId]) -> Rule {
    Rule { name: name.to_owned(), when: when(condition), accounts: accounts.to_vec() }
}

/// One signer with a Spanish tax number.
fn spanish() -> Order {
    let mut spec = signer(1);
    spec.national_id = Some(NationalId::new(NationalIdType::Nif, "12345678Z", None).unwrap());
    order([spec])
}

#[test]
fn the_account_that_an_envelope_names_wins_over_every_rule() {
    let (named, other) = (AccountId::generate(), AccountId::generate());
    let policy = RoutingPolicy { default_account: Some(other), rules: vec![rule("all", json!({}), &[other])] };
    let mut order = spanish();
    order.spec.provider_account = Some(named);
    let chosen = policy.candidates(&order).unwrap();
    assert_eq!((chosen.rule.as_str(), chosen.accounts), ("envelope", vec![named]));
}

#[test]
fn the_first_rule_that_matches_wins_with_its_accounts_in_order() {
    let ids: Vec<AccountId> = (0..4).map(|_| AccountId::generate()).collect();
    let policy = RoutingPolicy {
        default_account: Some(ids[0]),
        rules: vec![
            rule("brazil", json!({ "recipient_country": "BR" }), &ids[0..1]),
            rule("spain", json!({ "recipient_country": ["PT", "ES"] }), &[ids[2], ids[1]]),
            rule("all", json!({}), &ids[3..4]),
        ],
    };
    let chosen = policy.candidates(&spanish()).unwrap();
    assert_eq!(chosen.rule, "spain");
    assert_eq!(chosen.accounts, [ids[2], ids[1]]);
    assert!(chosen.reason.contains("spain"), "{}", chosen.reason);
}

#[test]
fn the_default_account_applies_when_no_rule_matches() {
    let default = AccountId::generate();
    let rules = vec![rule("pt", json!({ "language": "pt" }), &[AccountId::generate()])];
    let with = RoutingPolicy { default_account: Some(default), rules: rules.clone() };
    let chosen = with.candidates(&spanish()).unwrap();
    assert_eq!((chosen.rule.as_str(), chosen.accounts), ("default", vec![default]));
    let without = RoutingPolicy { default_account: None, rules };
    assert_eq!(without.candidates(&spanish()), None);
    assert_eq!(RoutingPolicy::default().candidates(&spanish()), None);
}

#[test]
fn every_account_of_a_policy_is_listed_once() {
    let (a, b) = (AccountId::generate(), AccountId::generate());
    let policy = RoutingPolicy {
        default_account: Some(a),
        rules: vec![rule("x", json!({}), &[b, a]), rule("y", json!({}), &[b])],
    };
    assert_eq!(policy.accounts().into_iter().collect::<Vec<_>>(), {
        let mut both = [a, b];
        both.sort();
        both
    });
}

#[test]
fn an_empty_condition_always_holds() {
    assert!(when(json!({})).holds(&spanish()));
    assert!(when(json!({})).holds(&order([])));
}

#[test]
fn language_matches_the_primary_subtag_or_the_whole_tag() {
    let mut order = spanish();
    assert!(!when(json!({ "language": "es" })).holds(&order), "no language was asked for");
    order.spec.language = Some("es-ES".parse().unwrap());
    assert!(when(json!({ "language": "es" })).holds(&order));
    assert!(when(json!({ "language": "es-ES" })).holds(&order));
    assert!(when(json!({ "language": ["pt", "es"] })).holds(&order));
    assert!(!when(json!({ "language": "es-MX" })).holds(&order));
    assert!(!when(json!({ "language": ["pt", "en"] })).holds(&order));
    assert!(!when(json!({ "language": [] })).holds(&order));
}

#[test]
fn the_country_must_hold_for_every_recipient() {
    let in_country = |phone: &str| {
        let mut spec = signer(1);
        spec.phone = Some(phone.parse().unwrap());
        spec
    };
    let spain = when(json!({ "recipient_country": "ES" }));
    let either = when(json!({ "recipient_country": ["ES", "CL"] }));
    let both = order([in_country("+34677777777"), in_country("+56912345678")]);
    assert!(!spain.holds(&both));
    assert!(either.holds(&both));
    assert!(spain.holds(&order([in_country("+34677777777")])));
    assert!(when(json!({ "recipient_country": "PT" })).holds(&order([in_country("+351912345678")])));
    assert!(when(json!({ "recipient_country": "BR" })).holds(&order([in_country("+5511987654321")])));
    assert!(!spain.holds(&order([])), "nobody is in no country");
    assert!(!spain.holds(&order([in_country("+34677777777"), signer(2)])), "one recipient's country is not known");
}

#[test]
fn the_national_id_tells_the_country_before_the_phone_does() {
    let mut spec = signer(1);
    spec.national_id = Some(NationalId::new(NationalIdType::Rut, "12.345.678-5", None).unwrap());
    spec.phone = Some("+34677777777".parse().unwrap());
    let order = order([spec]);
    assert!(when(json!({ "recipient_country": "CL" })).holds(&order));
    assert!(!when(json!({ "recipient_country": "ES" })).holds(&order));
}

#[test]
fn the_highest_signature_level_decides() {
    let leveled = |level| {
        let mut spec = signer(1);
        spec.signature_level = level;
        spec
    };
    let mixed = order([leveled(Some(SignatureLevel::Advanced)), leveled(None), leveled(Some(SignatureLevel::Simple))]);
    assert!(when(json!({ "signature_level": "advanced" })).holds(&mixed));
    assert!(!when(json!({ "signature_level": "simple" })).holds(&mixed));
    assert!(when(json!({ "signature_level": ["simple", "advanced"] })).holds(&mixed));
    assert!(!when(json!({ "signature_level": "simple" })).holds(&order([leveled(None)])));
}

#[test]
fn a_delivery_that_any_recipient_asks_for_matches() {
    let mut by_sms = signer(1);
    by_sms.delivery = Some(Delivery::Sms);
    let order = order([signer(1), by_sms]);
    assert!(when(json!({ "delivery": "sms" })).holds(&order));
    assert!(!when(json!({ "delivery": ["email", "whatsapp"] })).holds(&order));
    assert!(!when(json!({ "delivery": "email" })).holds(&spanish()));
}

#[test]
fn the_notary_condition_is_about_the_notarys_part_and_none_is_a_part_too() {
    let mut order = spanish();
    assert!(when(json!({ "notary": "none" })).holds(&order));
    order.spec.notary = Notary::Full;
    assert!(when(json!({ "notary": ["certification", "full"] })).holds(&order));
    assert!(!when(json!({ "notary": "none" })).holds(&order));
}

#[test]
fn documents_are_counted() {
    let mut order = spanish();
    order.documents.push(document(2));
    assert!(when(json!({ "document_count": 2 })).holds(&order));
    assert!(when(json!({ "document_count": [1, 2] })).holds(&order));
    assert!(!when(json!({ "document_count": 1 })).holds(&order));
}

#[test]
fn metadata_must_be_there_and_equal() {
    let mut order = spanish();
    order.spec.metadata.insert("unit".to_owned(), "hr".to_owned());
    assert!(when(json!({ "metadata": { "unit": "hr" } })).holds(&order));
    assert!(when(json!({ "metadata": { "unit": ["legal", "hr"] } })).holds(&order));
    assert!(!when(json!({ "metadata": { "unit": "legal" } })).holds(&order));
    assert!(!when(json!({ "metadata": { "region": "hr" } })).holds(&order));
    assert!(!when(json!({ "metadata": { "unit": "hr", "region": "north" } })).holds(&order));
}

#[test]
fn all_conditions_of_a_rule_must_hold_together() {
    let mut order = spanish();
    order.spec.metadata.insert("unit".to_owned(), "hr".to_owned());
    let both = |country: &str, unit: &str| when(json!({ "recipient_country": country, "metadata": { "unit": unit } }));
    assert!(both("ES", "hr").holds(&order));
    assert!(!both("ES", "legal").holds(&order));
    assert!(!both("CL", "hr").holds(&order));
}

#[test]
fn a_policy_survives_json_unchanged() {
    let policy = RoutingPolicy {
        default_account: Some(AccountId::generate()),
        rules: vec![rule(
            "all of it",
            json!({
                "language": "es", "recipient_country": ["ES"], "signature_level": "simple", "delivery": ["sms", "email"],
                "notary": "none", "document_count": [1, 2], "metadata": { "a": "b", "c": ["d"] },
            }),
            &[AccountId::generate()],
        )],
    };
    let json = serde_json::to_value(&policy).unwrap();
    assert_eq!(serde_json::from_value::<RoutingPolicy>(json).unwrap(), policy);
}
