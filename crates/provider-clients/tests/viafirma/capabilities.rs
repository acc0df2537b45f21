//! The capability matrix against what somebody else read in the contract.

use std::collections::BTreeMap;

use domain::capability::{Feature, Support};
use provider_clients::probe::matrix;
use serde_json::{Value, json};

use crate::support::account;

fn transcribed(variant: &str) -> BTreeMap<String, Support> {
    let all: Value = serde_json::from_str(include_str!("../capabilities/viafirma.json")).unwrap();
    serde_json::from_value(all[variant].clone()).unwrap()
}

fn probed(settings: Value) -> BTreeMap<String, Support> {
    matrix(&*account(settings))
        .into_iter()
        .map(|row| (serde_json::to_value(row.feature).unwrap().as_str().unwrap().to_owned(), row.support))
        .collect()
}

#[test]
fn an_account_can_what_the_contract_says() {
    for (variant, settings) in [
        ("default", json!({})),
        ("qualified", json!({ "qualified_signatures": true })),
        ("no_chain", json!({ "allow_chain": false })),
    ] {
        let (told, expected) = (probed(settings), transcribed(variant));
        assert_eq!(told.len(), Feature::ALL.len());
        for (feature, support) in &told {
            assert_eq!(expected.get(feature), Some(support), "{feature} of {variant}");
        }
        assert_eq!(told.len(), expected.len());
    }
}

#[test]
fn what_is_not_native_says_why_or_how() {
    use Feature::{CorrectRecipient, Remind};
    for row in matrix(&*account(json!({}))) {
        let told_by_abilities = matches!(row.feature, Remind | CorrectRecipient);
        let note = row.note.as_deref().unwrap_or_default();
        assert!(row.support == Support::Native || told_by_abilities || note.len() > 10, "{row:?}");
    }
}
