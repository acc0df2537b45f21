//! Section 9: one test for each quirk that breaks naive clients, numbered as there.

use domain::outcome::{Class, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::call::Body;
use provider_clients::provider::Told;
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn q01_the_time_of_issue_is_now_and_may_be_moved_into_the_future() {
    let case = Case::new(simple_order());
    assert_eq!(claims_of(&case.call(&*account(json!({})), "start"))["iat"], 0);
    let ahead = profiled(json!({ "jwt": { "iat_offset_s": 300, "send_exp": false } }));
    let claims = claims_of(&case.call(&*ahead, "start"));
    assert_eq!((&claims["iat"], claims.get("exp")), (&json!(300), None));
}

#[test]
fn q02_both_shapes_of_failures_are_read() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let of_api = refused(case.answered(&*account, "start", &coded(422, "PORTFOLIO_INCOMPLETE", json!("x"))));
    assert_eq!((of_api.class, of_api.code.as_str()), (Class::InvalidRequest, "start/PORTFOLIO_INCOMPLETE"));
    let of_gateway = refused(case.answered(&*account, "start", &gateway(401, json!({ "exp": "token expired" }))));
    assert_eq!((of_gateway.class, of_gateway.message.as_str()), (Class::Authentication, "exp: token expired"));
    // The same status means two things: nothing there, or nobody there.
    let nothing = refused(case.answered(&*account, "start", &coded(404, "PORTFOLIO_NOT_FOUND", Value::Null)));
    let nobody = refused(case.answered(&*account, "start", &gateway(404, json!({ "message": "no Route matched" }))));
    assert_eq!((nothing.class, nobody.class), (Class::NotFound, Class::ProviderError));
}

#[test]
fn q03_one_generation_of_document_fields_is_sent_and_never_both() {
    let case = Case::new(simple_order());
    let members = |account: &dyn provider_clients::provider::Account| {
        let body = case.sent(account, "add_document/1");
        ["signature", "sign", "notary_sign", "document_format"].map(|name| body.get(name).is_some())
    };
    assert_eq!(members(&*account(json!({}))), [true, false, false, false]);
    assert_eq!(members(&*profiled(json!({ "document_style": "flags" }))), [false, true, true, true]);
}

#[test]
fn q04_words_for_signatures_are_sent_letter_for_letter() {
    let account = profiled(json!({
        "signature_codes": { "simple": { "none": "FES  (v2) + X_y" } }, "identity_document_types": identity_types()
    }));
    let mut order = order(vec![proven(ana())]);
    assert_eq!(Case::new(order.clone()).sent(&*account, "add_document/1")["signature"], "FES  (v2) + X_y");
    order.spec.notary = domain::envelope::Notary::Full;
    assert_eq!(Case::new(order).sent(&*account, "add_document/1")["signature"], "FEA + Notary");
}

#[test]
fn q05_types_are_ids_of_the_accounts_catalogue_and_none_is_built_in() {
    let case = Case::new(simple_order());
    let plain = account(json!({}));
    assert_eq!(case.sent(&*plain, "add_document/1")["document_type"], DOCUMENT_TYPE);
    assert_eq!(case.sent(&*plain, "create_portfolio").get("portfolio_type"), None);
    let proven = Case::new(order(vec![proven(ana())]));
    assert!(plain.check(&proven.order).iter().all(|f| f.code == "identity_kind_not_set_up"));
}

#[test]
fn q06_two_signers_with_one_number_are_refused_before_sending() {
    let mut order = example_order();
    order.recipients[1].spec.national_id = order.recipients[0].spec.national_id.clone();
    let findings = account(json!({})).check(&order);
    assert_eq!(told(&findings), ["error duplicate_national_id /recipients/1/national_id"]);
}

#[test]
fn q07_ids_are_nested_and_an_id_elsewhere_is_none() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for data in [json!({ "id": "x" }), json!({ "portfolio": "x" }), json!({ "document": { "id": "x" } })] {
        assert!(matches!(case.answered(&*account, "create_portfolio", &ok(data)), Outcome::Unknown(_)));
    }
    let flat = answer(200, &json!({ "success": true, "id": "x" }));
    assert!(matches!(case.answered(&*account, "create_portfolio", &flat), Outcome::Unknown(_)));
}

#[test]
fn q08_ids_of_documents_and_identity_documents_do_not_collide() {
    let account = profiled(json!({ "identity_document_types": identity_types() }));
    let case = Case::new(order(vec![proven(ana())]));
    let id = |step: &str| case.sent(&*account, step)["client_document_id"].as_str().unwrap().to_owned();
    let ids = [id("add_document/1"), id("add_identity_document/1/1"), id("add_identity_document/1/2")];
    assert!(ids[0].starts_with("doc_") && ids[1] == "11111111-1_front" && ids[2] == "11111111-1_back");
}

#[test]
fn q09_files_are_named_in_the_body_and_never_held_in_it() {
    let mut order = simple_order();
    order.documents[0].size = 10_485_760;
    let case = Case::new(order);
    let call = case.call(&*account(json!({})), "add_document/1");
    let Body::JsonWithFiles { template, files } = &call.body else { panic!("{:?}", call.body) };
    assert!(template.to_string().len() < 1000);
    assert_eq!(files[0].1.size, 10_485_760);
    assert!(call.redacted().to_string().contains(&document_id(1).to_string()), "the plan shows which file");
}

#[test]
fn q10_each_side_of_a_card_is_a_step_of_its_own() {
    let account = profiled(json!({ "identity_document_types": identity_types() }));
    let case = Case::new(order(vec![proven(ana())]));
    let kinds = [1, 2].map(|n| case.sent(&*account, &format!("add_identity_document/1/{n}"))["document_type"].clone());
    assert_eq!(kinds, ["2e1d6c1f-5b4a-4b63-9f1f-8d2d3c4b5e6f", "3f2e7d20-6c5b-4c74-8a20-9e3e4d5c6f70"]);
}

#[test]
fn q11_silence_is_watched_because_nothing_can_be_read() {
    let account = account(json!({}));
    assert!(account.pace().polling.is_empty());
    assert!(account.status_requests(&[Case::new(simple_order()).view()], &moment()).unwrap().is_empty());
    let limits: Vec<u64> = account.pace().silence.iter().map(|s| s.longest.as_secs() / 3600).collect();
    assert_eq!(limits, [48, 720]);
    // A callback is all there is, so it is believed without reading.
    let case = Case::new(example_order());
    assert!(matches!(account.told(&called(&accepted()), &case.view(), &moment()), Told::Facts(_)));
}

#[test]
fn q12_rejected_by_client_is_the_customers_word_unless_it_names_a_signer() {
    let state = |profile: Value, signer: Value| {
        let mut body = rejected("REJECTED_BY_CLIENT");
        body["data"]["signer"] = signer;
        Case::new(example_order()).hear(&*profiled(profile), &body).state
    };
    assert_eq!(state(json!({}), Value::Null), Some(SubmissionState::Canceled));
    assert_eq!(state(json!({}), json!({ "nin": "11111111-1" })), Some(SubmissionState::Declined));
    let declined = json!({ "rejected_by_client_as": "declined" });
    assert_eq!(state(declined, Value::Null), Some(SubmissionState::Declined));
}

#[test]
fn q13_base_and_path_are_joined_by_one_slash() {
    let case = Case::new(simple_order());
    for base in
        ["https://api.example/v1/signflow", "https://api.example/v1/signflow/", "https://api.example/v1/signflow//"]
    {
        let account = account(json!({ "base_url": base }));
        assert_eq!(case.call(&*account, "create_portfolio").url.as_str(), "https://api.example/v1/signflow/portfolio");
    }
    let root = account(json!({ "base_url": "https://api.example" }));
    assert_eq!(case.call(&*root, "start").url.as_str(), "https://api.example/start_portfolio_signing");
}

#[test]
fn q14_a_rejection_may_come_before_acceptance_and_after_all_signatures() {
    let account = account(json!({}));
    let mut before = Case::new(example_order());
    let reading = before.hear(&*account, &rejected("REJECTED_BY_GOFIRMEX"));
    assert_eq!(reading.state, Some(SubmissionState::Rejected));
    assert!(!reading.acted);
    let mut after = Case::new(example_order());
    for nin in ["11111111-1", "12345678-5"] {
        after.hear(&*account, &signed(nin, document_id(1)));
    }
    let reading = after.hear(&*account, &rejected("REJECTED_BY_NOTARY"));
    assert_eq!(reading.state, Some(SubmissionState::Rejected));
    assert!(reading.acted, "they signed all the same");
    assert!(reading.recipients.iter().all(|r| r.status == Some(RecipientStatus::Completed)));
}
