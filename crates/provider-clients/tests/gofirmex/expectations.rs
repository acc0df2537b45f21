//! What a recorded exchange says about the contract's assumptions. Section 11.2.

use std::sync::OnceLock;

use provider_clients::gofirmex::Gofirmex;
use provider_clients::provider::Provider;
use provider_clients::provider::transcript::{Exchange, Expectation, Verdict};
use serde_json::{Value, json};

use crate::support::*;

fn exchange(endpoint: &str, request: Value, status: u16, body: Value) -> Exchange {
    Exchange {
        endpoint: endpoint.to_owned(),
        method: "POST".to_owned(),
        request: json!({ "body": { "json": request } }),
        status: Some(status),
        content_type: None,
        body,
    }
}

/// What is said about an assumption, and the settings that correct it.
fn verdicts(assumption: &str, exchange: &Exchange) -> Vec<(Verdict, &'static str)> {
    static ALL: OnceLock<Vec<Expectation>> = OnceLock::new();
    let all = ALL.get_or_init(|| readable().expectations());
    let of_this = all.iter().filter(|e| e.assumption == assumption && e.endpoint == exchange.endpoint);
    of_this.map(|e| ((e.judge)(exchange), e.setting)).collect()
}

#[test]
fn each_assumption_is_met_by_one_exchange_and_refuted_by_another_which_names_the_setting() {
    let created = json!({ "success": true, "data": { "portfolio": { "id": "uuid" } } });
    let added = json!({ "success": true, "data": { "document": { "id": "uuid" } } });
    let refusal = json!({ "success": false, "message": "text", "code": "VALIDATION_ERROR" });
    let no_route = json!({ "message": "text" });
    let portfolio = json!({ "success": true, "data": { "portfolio": { "id": "uuid" } } });
    let portfolios = json!({ "success": true, "data": { "portfolios": [] } });
    let yes = json!({ "success": true });
    let calls = "/settings/profile/calls";
    let rows = [
        ("G1", "create_portfolio", "/settings/base_url".to_owned(), (400, refusal.clone()), (404, no_route.clone())),
        ("G2", "start", "/settings/profile/jwt".to_owned(), (200, yes.clone()), (401, json!({ "exp": "text" }))),
        (
            "G3",
            "create_portfolio",
            "/settings/profile/response/portfolio_id".to_owned(),
            (201, created.clone()),
            (200, json!({ "id": "uuid" })),
        ),
        (
            "G3",
            "add_document",
            "/settings/profile/response/document_id".to_owned(),
            (200, added.clone()),
            (200, json!({ "success": true })),
        ),
        (
            "G3",
            "add_identity_document",
            "/settings/profile/response/document_id".to_owned(),
            (200, added.clone()),
            (200, created.clone()),
        ),
        (
            "G3",
            "start",
            "/settings/profile/response/success".to_owned(),
            (200, yes.clone()),
            (200, json!({ "ok": true })),
        ),
        (
            "G4",
            "add_document",
            "/settings/profile/response/message".to_owned(),
            (422, refusal.clone()),
            (422, json!({ "success": false, "reason": "text" })),
        ),
        (
            "G5",
            "add_document",
            "/settings/profile/response/code".to_owned(),
            (422, refusal.clone()),
            (422, json!({ "success": false, "message": "text" })),
        ),
        ("G6", "get_portfolio", format!("{calls}/get_portfolio"), (200, portfolio), (404, no_route.clone())),
        (
            "G6",
            "find_portfolio",
            format!("{calls}/find_portfolio"),
            (200, portfolios),
            (200, json!({ "success": true })),
        ),
        ("G6", "cancel_portfolio", format!("{calls}/cancel_portfolio"), (200, yes.clone()), (404, no_route.clone())),
        ("G6", "resend", format!("{calls}/resend"), (200, yes.clone()), (200, json!({}))),
        (
            "G8",
            "add_document",
            "/settings/profile/limits/max_document_bytes".to_owned(),
            (200, added.clone()),
            (413, refusal.clone()),
        ),
        (
            "G8",
            "add_identity_document",
            "/settings/profile/limits/max_identity_bytes".to_owned(),
            (200, added.clone()),
            (413, refusal.clone()),
        ),
        (
            "G12",
            "add_document",
            "/settings/profile/document_style".to_owned(),
            (200, added),
            (400, json!({ "success": false, "detail": [{ "field": "signature" }] })),
        ),
    ];
    for (assumption, endpoint, setting, met, failed) in rows {
        let judged = |(status, body): (u16, Value)| verdicts(assumption, &exchange(endpoint, json!({}), status, body));
        assert_eq!(judged(met), [(Verdict::Met, setting.as_str())], "{assumption} {endpoint}");
        assert_eq!(judged(failed), [(Verdict::Failed, setting.as_str())], "{assumption} {endpoint}");
    }
}

#[test]
fn a_field_that_is_refused_names_how_it_is_sent() {
    let rows = [
        ("G9", "create_portfolio", "signers[1].order", "/settings/profile/order_mode"),
        ("G10", "create_portfolio", "portfolio_type", "/settings/default_portfolio_type"),
        ("G30", "create_portfolio", "signers[0].nin", "/settings/profile/nin_format"),
        ("G31", "create_portfolio", "signers[0].phone", "/settings/profile/phone_format"),
        ("G35", "create_portfolio", "signers[0].notification", "/settings/profile/notification_codes"),
        ("G13", "add_document", "encryption_key", "/settings/encryption"),
        ("G37", "add_document", "document_hash", "/settings/profile/document_hash"),
    ];
    for (assumption, endpoint, field, setting) in rows {
        let judged = |status, body| verdicts(assumption, &exchange(endpoint, json!({}), status, body));
        let blaming = |field: &str| json!({ "success": false, "detail": [{ "field": field, "message": "text" }] });
        assert_eq!(judged(400, blaming(field)), [(Verdict::Failed, setting)], "{assumption}");
        assert_eq!(judged(400, blaming("signers[0].email")), [(Verdict::Silent, setting)], "{assumption}");
        assert_eq!(judged(200, json!({ "success": true })), [(Verdict::Met, setting)], "{assumption}");
    }
}

#[test]
fn a_code_that_says_what_is_missing_names_the_setting() {
    let rows = [
        ("G11", "add_document", "DOCUMENT_TYPE_NOT_FOUND", "/settings/default_document_type"),
        ("G11", "add_identity_document", "DOCUMENT_TYPE_NOT_FOUND", "/settings/profile/identity_document_types"),
        ("G14", "start", "PORTFOLIO_INCOMPLETE", "/settings/profile/identity_documents_required_for"),
    ];
    for (assumption, endpoint, code, setting) in rows {
        let body = json!({ "success": false, "code": code });
        let judged = verdicts(assumption, &exchange(endpoint, json!({}), 404, body));
        assert!(judged.contains(&(Verdict::Failed, setting)), "{judged:?}");
        let judged = verdicts(assumption, &exchange(endpoint, json!({}), 200, json!({})));
        assert!(judged.iter().all(|verdict| *verdict == (Verdict::Met, setting)), "{judged:?}");
    }
}

#[test]
fn a_refusal_or_no_answer_says_nothing_about_what_a_success_looks_like() {
    for status in [Some(401), Some(503), None] {
        for endpoint in ["create_portfolio", "add_document", "start"] {
            let exchange = Exchange { status, ..exchange(endpoint, json!({}), 200, json!({ "message": "text" })) };
            assert!(verdicts("G3", &exchange).iter().all(|(verdict, _)| *verdict == Verdict::Silent));
            assert!(verdicts("G4", &exchange).iter().all(|(verdict, _)| *verdict == Verdict::Silent));
        }
    }
}

#[test]
fn a_second_start_is_refused_as_the_account_says() {
    let judged = |status| verdicts("G27", &exchange("start", json!({}), status, json!({ "success": false })))[0].0;
    assert_eq!((judged(409), judged(200), judged(400)), (Verdict::Met, Verdict::Met, Verdict::Silent));
}

#[test]
fn the_probe_without_signers_must_be_refused() {
    let judged = |signers: Value, status| {
        verdicts("G29", &exchange("create_portfolio", json!({ "signers": signers }), status, json!({})))[0].0
    };
    assert_eq!(judged(json!([]), 422), Verdict::Met);
    assert_eq!(judged(json!([]), 200), Verdict::Failed);
    assert_eq!(judged(json!([{}]), 200), Verdict::Silent, "not the probe");
}

#[test]
fn a_link_gives_a_file_without_credentials() {
    let judged = |status, kind: &str| {
        let exchange = exchange("download", json!({}), status, Value::Null);
        verdicts("G7", &Exchange { content_type: Some(kind.to_owned()), ..exchange })[0].0
    };
    assert_eq!(judged(200, "application/pdf"), Verdict::Met);
    assert_eq!(judged(200, "text/html; charset=utf-8"), Verdict::Failed);
    assert_eq!(judged(403, "application/json"), Verdict::Failed);
    assert_eq!(judged(404, "application/json"), Verdict::Silent);
}

#[test]
fn every_expectation_names_a_setting_that_is_there() {
    let schema = Gofirmex::new().profile().settings_schema.clone();
    for expectation in readable().expectations() {
        let path = expectation.setting.strip_prefix("/settings/").unwrap();
        let place = path.split('/').fold(&schema, |schema, name| &schema["properties"][name]);
        assert!(place.is_object(), "{}", expectation.setting);
        assert!(!expectation.says.is_empty());
    }
    let optional = account(json!({})).expectations();
    assert!(optional.iter().all(|e| e.assumption != "G6"), "calls that are never made tell nothing");
}
