//! What answers to the steps mean: every example of the contract, and doubt. Sections 2, 3 and 6.

use domain::outcome::{Class, Outcome};
use domain::states::SubmissionState;
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::*;

const STEPS: [&str; 4] = ["create_portfolio", "add_document/1", "add_identity_document/1/1", "start"];

fn proven_case() -> Case {
    Case::new(order(vec![proven(ana())]))
}

#[test]
fn a_new_portfolio_gives_the_reference() {
    let (account, case) = (account(json!({})), Case::new(example_order()));
    let bodies = [
        json!({ "success": true, "message": "Portfolio created", "data": { "portfolio": { "id": PORTFOLIO } } }),
        json!({ "success": true, "message": "Portfolio created", "data": { "portfolio": { "id": PORTFOLIO, "client_portfolio_id": "sub_01j8z3k5m2e0q9v7w6x5y4z3a2", "status": "CREATED" } } }),
    ];
    for body in bodies {
        for status in [200, 201] {
            let output = done(case.answered(&*account, "create_portfolio", &answer(status, &body)));
            assert_eq!(output.reference.as_deref(), Some(PORTFOLIO));
            assert_eq!(output.reading, None, "nobody was told anything");
        }
    }
}

#[test]
fn a_new_document_gives_its_id_and_not_the_reference() {
    let (account, case) = (account(json!({})), proven_case());
    let body = json!({ "success": true, "message": "Document created", "data": { "document": { "id": DOCUMENT } } });
    for step in ["add_document/1", "add_identity_document/1/1"] {
        let output = done(case.answered(&*account, step, &answer(200, &body)));
        assert_eq!(output.reference, None);
        assert_eq!(output.values.get("document_id").map(String::as_str), Some(DOCUMENT));
    }
}

#[test]
fn a_start_is_submitted_for_evaluation_and_nobody_can_act_yet() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for body in [json!({ "success": true, "message": "Started", "data": {} }), json!({ "success": true })] {
        let reading = done(case.answered(&*account, "start", &answer(200, &body))).reading.unwrap();
        assert_eq!(reading.state, Some(SubmissionState::Submitted));
        assert_eq!(reading.vendor_status, "IN_REVIEW");
        assert!(reading.pending_result == Some(true) && reading.recipients.is_empty());
    }
}

#[test]
fn a_success_without_the_promised_id_is_a_doubt() {
    let (account, case) = (account(json!({})), proven_case());
    for step in &STEPS[..3] {
        for data in [json!({}), json!({ "portfolio": {}, "document": {} }), json!({ "portfolio": { "id": null } })] {
            let doubt = unknown(case.answered(&*account, step, &ok(data)));
            assert!(doubt.code.unwrap().ends_with("/no_id"), "{step}");
        }
    }
}

#[test]
fn success_is_said_by_the_body_and_not_by_the_status_alone() {
    let (account, case) = (account(json!({})), proven_case());
    for step in STEPS {
        let no = json!({ "success": false, "message": "no", "code": "VALIDATION_ERROR" });
        assert_eq!(refused(case.answered(&*account, step, &answer(200, &no))).class, Class::InvalidRequest);
        let no = json!({ "success": false, "message": "no" });
        assert_eq!(refused(case.answered(&*account, step, &answer(200, &no))).class, Class::ProviderError);
        // A yes under another status than 2xx is none.
        let yes = json!({ "success": true, "data": { "portfolio": { "id": "p" }, "document": { "id": "d" } } });
        assert_eq!(refused(case.answered(&*account, step, &answer(400, &yes))).class, Class::InvalidRequest);
    }
}

#[test]
fn what_carries_no_verdict_may_have_happened() {
    let (account, case) = (account(json!({})), proven_case());
    let replies = [
        Reply::new(500, ""),
        Reply::new(502, "<html>Bad gateway</html>"),
        gateway(503, json!({ "message": "failure to get a peer from the ring-balancer" })),
        Reply::new(504, ""),
        Reply::new(408, ""),
        Reply::new(200, ""),
        Reply::new(200, "<html>"),
        Reply::new(200, r#"{"success": tr"#),
        Reply::new(200, "[]"),
        answer(200, &json!({ "data": { "portfolio": { "id": "p" } } })),
        answer(500, &json!({ "success": false, "message": "boom", "code": "SOMETHING_ELSE" })),
    ];
    for step in STEPS {
        for reply in &replies {
            assert!(matches!(case.answered(&*account, step, reply), Outcome::Unknown(_)), "{step} {reply:?}");
        }
    }
}

#[test]
fn a_code_that_is_known_decides_before_a_status_of_5xx() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let reply = coded(500, "VALIDATION_ERROR", Value::Null);
    assert_eq!(refused(case.answered(&*account, "start", &reply)).class, Class::InvalidRequest);
    let doubtful = profiled(json!({ "error_codes": { "TRY_LATER": "provider_unavailable" } }));
    let reply = coded(400, "TRY_LATER", Value::Null);
    assert_eq!(unknown(case.answered(&*doubtful, "start", &reply)).code.as_deref(), Some("start/TRY_LATER"));
}

#[test]
fn a_portfolio_that_was_started_before_is_started() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for reply in [
        coded(409, "PORTFOLIO_ALREADY_STARTED", Value::Null),
        coded(422, "PORTFOLIO_ALREADY_STARTED", Value::Null),
        answer(409, &json!({ "success": false, "message": "started" })),
        coded(409, "A_CODE_THAT_NOBODY_KNOWS", Value::Null),
    ] {
        let output = done(case.answered(&*account, "start", &reply));
        assert_eq!(output.reading.unwrap().state, Some(SubmissionState::Submitted));
    }
    // A code that is known decides before the status.
    let refusal = refused(case.answered(&*account, "start", &coded(409, "PORTFOLIO_INCOMPLETE", Value::Null)));
    assert_eq!(refusal.class, Class::InvalidRequest);
    // It means nothing where something is added to a started portfolio.
    let refusal =
        refused(case.answered(&*account, "add_document/1", &coded(409, "PORTFOLIO_ALREADY_STARTED", json!([]))));
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::Conflict, "add_document/PORTFOLIO_ALREADY_STARTED"));
    let strict = profiled(json!({ "already_started": { "http": [], "codes": ["OTHER"] } }));
    assert_eq!(
        refused(case.answered(&*strict, "start", &answer(409, &json!({ "success": false })))).class,
        Class::Conflict
    );
    assert!(matches!(case.answered(&*strict, "start", &coded(400, "OTHER", Value::Null)), Outcome::Done(_)));
}

#[test]
fn an_id_that_is_taken_makes_the_next_attempt_begin() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for reply in [
        coded(409, "DUPLICATE_CLIENT_PORTFOLIO_ID", Value::Null),
        answer(409, &json!({ "success": false, "message": "taken" })),
    ] {
        let doubt = unknown(case.answered(&*account, "create_portfolio", &reply));
        assert_eq!(doubt.code.as_deref(), Some("create_portfolio/conflict"));
    }
}

#[test]
fn an_account_without_a_place_for_the_verdict_goes_by_the_status() {
    let account = profiled(json!({ "response": { "success": [] } }));
    let case = Case::new(simple_order());
    let reply = answer(200, &json!({ "data": { "portfolio": { "id": "p-1" } } }));
    assert_eq!(done(case.answered(&*account, "create_portfolio", &reply)).reference.as_deref(), Some("p-1"));
    let reply = answer(404, &json!({ "code": "PORTFOLIO_NOT_FOUND" }));
    assert_eq!(refused(case.answered(&*account, "start", &reply)).class, Class::NotFound);
    let reply = answer(404, &json!({ "message": "no Route matched with those values" }));
    assert!(refused(case.answered(&*account, "start", &reply)).is_fault_of_settings());
}

#[test]
fn messages_are_kept_word_for_word_and_cut() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let message = |body: Value| refused(case.answered(&*account, "start", &answer(400, &body))).message;
    assert_eq!(message(json!({ "success": false, "message": "Falta algo", "detail": "x" })), "Falta algo");
    assert_eq!(message(json!({ "success": false, "error": { "message": "Falta" } })), "Falta");
    assert_eq!(message(json!({ "success": false, "detail": "only a text" })), "only a text");
    assert_eq!(message(json!({ "success": false, "message": "x".repeat(900) })).len(), 500);
}
