//! How documents are signed, which types they have, how they are encrypted. Sections 3.1 and 3.2.

use domain::envelope::{Notary, SignatureLevel};
use provider_clients::call::Body;
use provider_clients::provider::{Moment, Prepared};
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn every_level_and_notarys_part_has_its_word() {
    let account = profiled(json!({ "identity_document_types": identity_types() }));
    let word = |level: SignatureLevel, notary: Notary| {
        let mut order = order(vec![proven(ana())]);
        order.recipients[0].spec.signature_level = Some(level);
        order.spec.notary = notary;
        let case = Case::new(order);
        let refused = account.check(&case.order).iter().any(|f| f.is_error());
        (!refused).then(|| case.sent(&*account, "add_document/1")["signature"].as_str().unwrap().to_owned())
    };
    use Notary::{Certification, Full, None as No, Protocolization, Validation};
    use SignatureLevel::{Advanced, Simple};
    let cases = [
        (Simple, No, Some("FES")),
        (Simple, Certification, Some("FES + Notary Certification")),
        (Simple, Validation, Some("FES_NOTARY_VALIDATED")),
        // More than asked for is satisfied; see the finding `level_raised`.
        (Simple, Full, Some("FEA + Notary")),
        (Advanced, No, Some("FEA")),
        (Advanced, Full, Some("FEA + Notary")),
        (Advanced, Certification, None),
        (Advanced, Validation, None),
        (Simple, Protocolization, None),
        (Advanced, Protocolization, None),
    ];
    for (level, notary, expected) in cases {
        assert_eq!(word(level, notary).as_deref(), expected, "{level:?} {notary:?}");
    }
}

#[test]
fn a_document_may_be_signed_with_more_than_the_envelope_asks_for() {
    let account = profiled(json!({ "signature_codes": { "advanced": { "none": "FEA-2026" } } }));
    let word = |option: &str| {
        let mut order = simple_order();
        order.documents[0].provider_options =
            serde_json::from_value(json!({ "gofirmex": { "signature": option } })).unwrap();
        Case::new(order).sent(&*account, "add_document/1")["signature"].clone()
    };
    assert_eq!(word("simple"), "FES");
    assert_eq!(word("advanced"), "FEA-2026");
    assert_eq!(word("FEA-2026"), "FEA-2026");
}

#[test]
fn types_are_taken_from_the_option_then_from_the_account_and_may_have_names() {
    let account = account(json!({
        "default_document_type": "contract", "default_portfolio_type": "lease",
        "profile": { "document_types": { "contract": "d-1", "annex": "d-2" }, "portfolio_types": { "lease": "p-1" } }
    }));
    let with_options = |portfolio: Value, document: Value| {
        let mut order = simple_order();
        order.spec.provider_options = serde_json::from_value(json!({ "gofirmex": portfolio })).unwrap();
        order.documents[0].provider_options = serde_json::from_value(json!({ "gofirmex": document })).unwrap();
        let case = Case::new(order);
        let portfolio = case.sent(&*account, "create_portfolio")["portfolio_type"].clone();
        (portfolio, case.sent(&*account, "add_document/1")["document_type"].clone())
    };
    assert_eq!(with_options(json!({}), json!({})), (json!("p-1"), json!("d-1")));
    let own = with_options(json!({ "portfolio_type": "p-9" }), json!({ "document_type": "annex" }));
    assert_eq!(own, (json!("p-9"), json!("d-2")));
    let plain = Case::new(simple_order()).sent(&*crate::support::account(json!({})), "create_portfolio");
    assert_eq!(plain.get("portfolio_type"), None, "left out when unset");
}

#[test]
fn documents_are_encrypted_where_a_key_was_agreed() {
    let key = "0123456789abcdef0123456789abcdef";
    let account = try_open(
        json!({ "encryption": "0d9f6a52-6f5e-4a53-9a0c-2a4b8a4d7c44", "profile": { "identity_document_types": identity_types() } }),
        json!({ "encryption_key": key }),
    )
    .unwrap();
    let mut order = simple_order();
    order.recipients[0].spec = proven(ana());
    let case = Case::new(order);
    let file = |step: &str, moment: &Moment<'_>| {
        let Prepared::Call(call) = account.request(&case.step(&*account, step), &case.view(), moment).unwrap() else {
            panic!("no call")
        };
        let Body::JsonWithFiles { template, files } = call.body else { panic!("no file") };
        (template, files.into_iter().next().unwrap().1)
    };
    let (body, first) = file("add_document/1", &moment());
    assert_eq!(body["encryption_key"], "0d9f6a52-6f5e-4a53-9a0c-2a4b8a4d7c44");
    let first = first.encryption.unwrap();
    assert_eq!(first.key, key.as_bytes());
    let again = file("add_document/1", &Moment { random: [8; 32], ..moment() }).1.encryption.unwrap();
    assert_ne!(first.nonce, again.nonce, "a nonce is never used twice");
    let (body, identity) = file("add_identity_document/1/1", &moment());
    assert!(identity.encryption.is_none() && body.get("encryption_key").is_none(), "only documents are");
    assert!(!format!("{:?}", case.call(&*account, "add_document/1")).contains("0123456789abcdef"));
}
