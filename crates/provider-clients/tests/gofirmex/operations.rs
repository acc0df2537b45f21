//! The vendor's own operations. Sections 3.5 to 3.8.

use domain::finding::FindingSource;
use domain::outcome::Class;
use provider_clients::gofirmex::Gofirmex;
use provider_clients::provider::{Provider, Unbuildable};
use provider_clients::schema;
use serde_json::{Value, json};

use crate::support::*;

fn told_portfolio() -> Value {
    portfolio(json!({
        "status": "COMPLETED",
        "signers": [{ "nin": "11111111-1", "status": "SIGNED", "sign_url": "https://sign.gofirmex.example/s/3c9e" }],
        "documents": [{ "id": DOCUMENT, "client_document_id": "doc_1", "download_url": "https://files.example/secret" }],
        "download_url": "https://files.example/secret-too",
        "rejection": { "detail": "d", "message": "m" }
    }))
}

/// A result, which must satisfy the operation's own schema.
fn result(name: &str, reply: &provider_clients::reply::Reply) -> Value {
    let result = done(readable().operation_reply(name, reply));
    let vendor = Gofirmex::new();
    let operation = vendor.profile().operations.iter().find(|o| o.name == name).unwrap();
    assert_eq!(schema::check(&operation.output, &result, ""), [], "{name}");
    result
}

#[test]
fn every_operation_is_one_call() {
    let account = readable();
    let input =
        json!({ "portfolio_id": "p-1", "signer_nin": "11111111-1", "client_portfolio_id": "c-1", "reason": "r" });
    let rows = [
        ("get_portfolio", format!("{BASE}/portfolio/p-1"), Value::Null),
        ("find_portfolios", format!("{BASE}/portfolio?client_portfolio_id=c-1"), Value::Null),
        ("cancel_portfolio", format!("{BASE}/cancel_portfolio"), json!({ "portfolio_id": "p-1", "reason": "r" })),
        (
            "resend_notification",
            format!("{BASE}/resend_notification"),
            json!({ "portfolio_id": "p-1", "signer_nin": "11111111-1" }),
        ),
    ];
    for (name, url, body) in rows {
        let call = account.operation_request(name, &input, &moment()).unwrap();
        assert_eq!(call.url.as_str(), url);
        if !body.is_null() {
            assert_eq!(json_of(&call), body);
        }
    }
    let bare = account.operation_request("cancel_portfolio", &json!({ "portfolio_id": "p" }), &moment()).unwrap();
    assert_eq!(json_of(&bare), json!({ "portfolio_id": "p" }));
    let names: Vec<&str> = Gofirmex::new().profile().operations.iter().map(|o| o.name).collect();
    assert_eq!(names, ["get_portfolio", "find_portfolios", "cancel_portfolio", "resend_notification"]);
}

#[test]
fn an_operation_that_the_account_has_no_call_for_names_the_setting() {
    let account = account(json!({}));
    for (name, call) in [
        ("get_portfolio", "get_portfolio"),
        ("find_portfolios", "find_portfolio"),
        ("cancel_portfolio", "cancel_portfolio"),
        ("resend_notification", "resend"),
    ] {
        let Err(Unbuildable::Refused(findings)) = account.operation_request(name, &json!({}), &moment()) else {
            panic!("{name} was built")
        };
        assert_eq!(findings[0].pointer, format!("/settings/profile/calls/{call}"));
        assert_eq!(findings[0].source, FindingSource::Account);
    }
    assert!(matches!(account.operation_request("other", &json!({}), &moment()), Err(Unbuildable::Defect(_))));
}

#[test]
fn a_portfolio_is_shown_without_its_links() {
    let shown = result("get_portfolio", &ok(json!({ "portfolio": told_portfolio() })));
    assert_eq!(
        shown["portfolio"],
        json!({
            "portfolio_id": PORTFOLIO, "client_portfolio_id": submission_id().to_string(), "status": "COMPLETED",
            "state": "finalizing", "finished": true,
            "signers": [{ "nin": "11111111-1", "status": "SIGNED", "can_sign": true }],
            "documents": [{ "document_id": DOCUMENT, "client_document_id": "doc_1" }],
            "message": "m", "detail": "d"
        })
    );
    assert!(!shown.to_string().contains("https://"));
    let listed = result("find_portfolios", &ok(json!({ "portfolios": [told_portfolio(), {}] })));
    assert_eq!(listed["portfolios"][0]["portfolio_id"], PORTFOLIO);
    assert_eq!(listed["portfolios"][1]["state"], Value::Null);
}

#[test]
fn changes_give_nothing_but_their_success() {
    for name in ["cancel_portfolio", "resend_notification"] {
        assert_eq!(result(name, &ok(json!({}))), json!({}));
        let refusal = refused(readable().operation_reply(name, &coded(404, "PORTFOLIO_NOT_FOUND", Value::Null)));
        assert_eq!(refusal.class, Class::NotFound);
        assert!(refusal.blames.is_empty(), "the input is the caller's own");
    }
}
