//! Taking back, reminding, checking the credentials. Sections 3.7, 3.8 and 8.

use domain::outcome::Class;
use provider_clients::call::{Body, Call};
use provider_clients::provider::{Then, Unbuildable, Verify};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_portfolio_is_taken_back_with_a_reason() {
    let (account, case) = (readable(), Case::new(simple_order()));
    let call = account.cancel_request(&case.view(), Some("Sent by mistake"), &moment()).unwrap();
    assert_eq!(call.url.as_str(), format!("{BASE}/cancel_portfolio"));
    assert_eq!(json_of(&call), json!({ "portfolio_id": PORTFOLIO, "reason": "Sent by mistake" }));
    let call = account.cancel_request(&case.view(), None, &moment()).unwrap();
    assert_eq!(json_of(&call)["reason"], "Canceled by the sender.");
    done(account.cancel_reply(&case.view(), &ok(json!({}))));
    let refusal = refused(account.cancel_reply(&case.view(), &coded(409, "ALREADY_COMPLETED", Value::Null)));
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::Conflict, "cancel_portfolio/ALREADY_COMPLETED"));
    unknown(account.cancel_reply(&case.view(), &Reply::new(502, "")));
}

#[test]
fn what_the_account_does_not_have_is_never_called() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    assert!(account.cancel_request(&case.view(), None, &moment()).is_err());
    assert!(account.remind_request(&case.recipients, &case.view(), &moment()).is_err());
}

#[test]
fn each_signer_is_reminded_by_a_call_of_their_own() {
    let (account, case) = (readable(), Case::new(example_order()));
    let first = account.remind_request(&case.recipients, &case.view(), &moment()).unwrap();
    assert_eq!(first.url.path(), "/v1/signflow/resend_notification");
    assert_eq!(json_of(&first), json!({ "portfolio_id": PORTFOLIO, "signer_nin": "11111111-1" }));
    let next = |call: &Call| done(account.remind_reply(&case.view(), call, &moment(), &ok(json!({}))));
    let Then::Call(second) = next(&first) else { panic!("Luis was not reminded") };
    assert_eq!(json_of(&second)["signer_nin"], "12345678-5");
    assert_eq!(next(&second), Then::Done);

    let only = account.remind_request(&case.recipients[1..], &case.view(), &moment()).unwrap();
    assert_eq!(json_of(&only)["signer_nin"], "12345678-5");
    assert_eq!(next(&only), Then::Done);
    let refusal = account.remind_reply(&case.view(), &first, &moment(), &coded(404, "SIGNER_NOT_FOUND", Value::Null));
    assert_eq!(refused(refusal).class, Class::NotFound);
    let nobody = account.remind_request(&[recipient_id(9)], &case.view(), &moment());
    assert!(matches!(nobody, Err(Unbuildable::Refused(findings)) if findings[0].code == "nobody_to_remind"));
}

#[test]
fn without_a_probe_the_key_is_only_tried_here_and_that_is_said() {
    let account = account(json!({}));
    let Verify::Told(told) = account.verify_request(&moment()).unwrap() else { panic!("a call was made") };
    assert_eq!(told.warnings.len(), 1);
    assert!(told.warnings[0].contains("verify_probe"));
    assert_eq!(told.details["issuer"], "acme-user");
    assert_eq!(told.details["key_bits"], 2048);
}

#[test]
fn the_probe_is_a_portfolio_that_must_be_refused() {
    let account = profiled(json!({ "verify_probe": true }));
    let Verify::Call(call) = account.verify_request(&moment()).unwrap() else { panic!("no call") };
    assert_eq!(call.url.as_str(), format!("{BASE}/portfolio"));
    assert_eq!(call.body, Body::Json(json!({ "signers": [] })));
    for status in [400, 422] {
        let reply = coded(status, "VALIDATION_ERROR", json!([{ "field": "signers", "message": "empty" }]));
        assert!(done(account.verify_reply(&reply)).warnings.is_empty());
    }
    let refused_key = refused(account.verify_reply(&gateway(401, json!({ "message": "Invalid signature" }))));
    assert_eq!(refused_key.class, Class::Authentication);
    assert_eq!(refused(account.verify_reply(&coded(403, "FORBIDDEN", Value::Null))).class, Class::Permission);
    assert!(refused(account.verify_reply(&Reply::new(404, ""))).is_fault_of_settings());
    unknown(account.verify_reply(&Reply::new(503, "")));
    let made = done(account.verify_reply(&ok(json!({ "portfolio": { "id": "p" } }))));
    assert!(made.warnings[0].contains("G29"));
}
