//! Each assumption that an answer can confirm or refute, on an exchange that meets it and on one that does not.

use std::collections::BTreeSet;

use provider_clients::provider::Provider;
use provider_clients::provider::transcript::{Exchange, Verdict};
use provider_clients::viafirma::Viafirma;
use serde_json::{Value, json};

use crate::support::account;

fn exchange(endpoint: &str, status: u16, content_type: Option<&str>, body: Value) -> Exchange {
    Exchange {
        endpoint: endpoint.to_owned(),
        method: "GET".to_owned(),
        request: Value::Null,
        status: Some(status),
        content_type: content_type.map(str::to_owned),
        body,
    }
}

/// The verdict on the assumption, of the endpoint's exchange.
fn verdict(assumption: &str, exchange: &Exchange) -> Verdict {
    let expectations = account(json!({})).expectations();
    let mut found = expectations.iter().filter(|e| e.assumption == assumption && e.endpoint == exchange.endpoint);
    let expectation = found.next().unwrap_or_else(|| panic!("{assumption} of {}", exchange.endpoint));
    assert!(found.next().is_none(), "{assumption} is judged once for an endpoint");
    (expectation.judge)(exchange)
}

#[test]
fn each_assumption_is_met_and_failed_by_some_answer() {
    let ok = |endpoint: &str, body: Value| exchange(endpoint, 200, Some("application/json"), body);
    let bare = |endpoint: &str, status: u16| exchange(endpoint, status, None, Value::Null);
    let pdf = |endpoint: &str| exchange(endpoint, 200, Some("application/pdf"), json!("bytes"));
    let stored =
        |endpoint: &str| exchange(endpoint, 200, None, json!({ "file": { "size": 60_112, "content_type": null } }));
    let page = |endpoint: &str| exchange(endpoint, 200, Some("text/html"), json!("text"));
    let ended = |members: Value| {
        let mut body = json!({ "isFinished": true, "isSignature": true });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        ok("operation_finished", body)
    };
    let cases = [
        ("V3", ok("operation_finished", json!({ "isFinished": false })), page("operation_finished")),
        ("V3", ok("signatureResult", json!({ "signatures": [] })), page("signatureResult")),
        ("V3", ok("addOperationFile", json!({ "documentId": "text" })), page("addOperationFile")),
        ("V4", ok("addOperationFile", json!({})), bare("addOperationFile", 401)),
        ("V4", ok("operation_finished", json!({})), bare("operation_finished", 403)),
        ("V4", bare("finish", 204), bare("finish", 401)),
        ("V5", ok("prepareparallelsignature", json!({})), bare("prepareparallelsignature", 400)),
        (
            "V8",
            ok("prepareparallelsignature", json!({ "operationId": "text" })),
            ok("prepareparallelsignature", json!({ "id": "text" })),
        ),
        ("V8", ok("prepareparallelsignature", json!("text")), bare("prepareparallelsignature", 200)),
        (
            "V11",
            ok("addOperationFile", json!({ "documentId": "text" })),
            ok("addOperationFile", json!({ "id": "text" })),
        ),
        (
            "V11",
            ok("addOperationFile", json!({ "errorCode": "text" })),
            ok("addOperationFile", json!({ "errorCode": null })),
        ),
        ("V12", bare("finish", 200), bare("finish", 404)),
        ("V12", bare("finish", 204), bare("finish", 405)),
        (
            "V14",
            ok("operation_finished", json!({ "isFinished": false })),
            ok("operation_finished", json!({ "finished": false })),
        ),
        ("V14", ended(json!({ "isError": false })), ended(json!({ "state": "text" }))),
        ("V16", ok("signatureResult", json!({ "signatures": [] })), bare("signatureResult", 400)),
        ("V18", pdf("signed_document"), page("signed_document")),
        ("V18", pdf("signed_document"), bare("signed_document", 404)),
        ("V18", stored("signed_document"), exchange("signed_document", 200, Some("application/json"), json!("{}"))),
        ("V18", stored("receipt"), page("receipt")),
        ("V19", exchange("health", 200, Some("text/javascript"), json!("text")), bare("health", 404)),
        ("V19", exchange("health", 200, None, json!("text")), bare("health", 200)),
        (
            "V20",
            ok("addOperationFile", json!({ "errorCode": "9001" })),
            ok("addOperationFile", json!({ "errorCode": "E-77" })),
        ),
        (
            "V20",
            exchange(
                "signatureResult",
                400,
                None,
                json!({ "signatures": [{ "errorCode": "400" }, { "errorCode": 105 }] }),
            ),
            ok("signatureResult", json!({ "signatures": [{ "errorCode": "9001" }, { "errorCode": "7777" }] })),
        ),
        ("V22", ok("operation_finished", json!({})), bare("operation_finished", 404)),
        ("V24", ok("addOperationFile", json!({})), bare("addOperationFile", 413)),
        ("V26", ok("signatureResult", json!({})), bare("signatureResult", 429)),
    ];
    for (assumption, met, failed) in &cases {
        assert_eq!(verdict(assumption, met), Verdict::Met, "{assumption} {met:?}");
        assert_eq!(verdict(assumption, failed), Verdict::Failed, "{assumption} {failed:?}");
    }
    assert_eq!(verdict("V15", &bare("signatureResult", 401)), Verdict::Met);

    // What is judged here is all that there is.
    let tested: BTreeSet<&str> = cases.iter().map(|case| case.0).chain(["V15"]).collect();
    let all = account(json!({})).expectations();
    assert_eq!(all.iter().map(|e| e.assumption).collect::<BTreeSet<_>>(), tested);
}

#[test]
fn an_outage_and_a_lost_answer_tell_nothing() {
    for expectation in account(json!({})).expectations() {
        let outage = exchange(expectation.endpoint, 503, None, Value::Null);
        let lost = Exchange { status: None, ..outage.clone() };
        for exchange in [outage, lost] {
            assert_eq!((expectation.judge)(&exchange), Verdict::Silent, "{} {exchange:?}", expectation.assumption);
        }
    }
    let ended = exchange("operation_finished", 200, None, json!({ "isFinished": true, "isSignature": true }));
    assert_eq!(verdict("V14", &ended), Verdict::Silent, "a signature needs no word of an error");
    let no_code = exchange("addOperationFile", 200, None, json!({ "documentId": "1", "errorCode": null }));
    assert_eq!(verdict("V20", &no_code), Verdict::Silent);
    let unnamed = exchange("receipt", 200, Some("application/octet-stream"), json!("bytes"));
    assert_eq!(verdict("V18", &unnamed), Verdict::Silent);
}

#[test]
fn each_assumption_names_a_setting_that_there_is() {
    let profile = Viafirma::new();
    for expectation in account(json!({})).expectations() {
        if expectation.setting.is_empty() {
            assert!(["V3", "V8", "V15"].contains(&expectation.assumption), "{}", expectation.assumption);
            continue;
        }
        let path = expectation.setting.strip_prefix("/settings/").unwrap().replace('/', "/properties/");
        let schema = &profile.profile().settings_schema["properties"];
        assert!(schema.pointer(&format!("/{path}")).is_some(), "{}", expectation.setting);
        assert!(expectation.says.ends_with('.'));
    }
}

#[test]
fn an_account_is_judged_by_its_own_pointers() {
    let account = account(json!({
        "poll": { "finished": "/done" },
        "add_file": { "pointers": { "document_id": "/file/id" } }
    }));
    let judged = |assumption: &str, endpoint: &str, body: Value| {
        let all = account.expectations();
        let expectation = all.iter().find(|e| e.assumption == assumption && e.endpoint == endpoint).unwrap();
        (expectation.judge)(&exchange(endpoint, 200, None, body))
    };
    assert_eq!(judged("V14", "operation_finished", json!({ "done": false })), Verdict::Met);
    assert_eq!(judged("V14", "operation_finished", json!({ "isFinished": false })), Verdict::Failed);
    assert_eq!(judged("V11", "addOperationFile", json!({ "file": { "id": "text" } })), Verdict::Met);
}
