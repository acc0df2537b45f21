//! What a recorded transcript of a real account says about the numbered assumptions. Section 11.

use provider_clients::firma_virtual::FirmaVirtual;
use provider_clients::provider::Provider;
use provider_clients::provider::transcript::{Exchange, Expectation, Verdict};
use serde_json::{Value, json};

use crate::support::{account, creation, detail_of, file, row};

fn exchange(endpoint: &str, status: u16, body: Value) -> Exchange {
    Exchange {
        endpoint: endpoint.to_owned(),
        method: "POST".to_owned(),
        request: Value::Null,
        status: Some(status),
        content_type: Some("application/json".to_owned()),
        body,
    }
}

fn success(endpoint: &str, code: u16, message: Value) -> Exchange {
    exchange(endpoint, code, json!({ "code": code, "status": "success", "message": message }))
}

fn refused(endpoint: &str, code: u16) -> Exchange {
    exchange(endpoint, code, json!({ "code": code, "status": "error", "message": "error" }))
}

fn judge(assumption: &str, exchange: &Exchange) -> Verdict {
    let all = account(json!({})).expectations();
    let found: Vec<&Expectation> =
        all.iter().filter(|e| e.assumption == assumption && e.endpoint == exchange.endpoint).collect();
    assert_eq!(found.len(), 1, "{assumption} at {}", exchange.endpoint);
    (found[0].judge)(exchange)
}

#[test]
fn each_assumption_is_met_and_refuted() {
    use Verdict::{Failed, Met};
    let without = |mut message: Value, pointer: &str, member: &str| {
        message.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(member);
        message
    };
    let rows = || json!([row(1, 1, "X", "SIGNATURE", 1)]);
    let listed = || {
        json!([{
            "sContractID": "x", "iContractTypeFeeID": 1, "sStatus": "x", "dContractDT": "x", "iSignedCount": 1
        }])
    };
    let mut two = creation();
    two[0]["iSignedCount"] = json!(2);
    let mut pdf = exchange("download", 200, Value::Null);
    pdf.content_type = Some("application/pdf; charset=binary".to_owned());
    for (assumption, met, failed) in [
        ("F2", success("merge", 207, json!({})), exchange("merge", 200, json!({ "code": 207 }))),
        ("F3", refused("merge", 400), exchange("merge", 400, json!({ "error": "x" }))),
        ("F4", success("send_draft", 207, json!({ "info_detail": [] })), success("send_draft", 207, json!("x"))),
        ("F5", success("get_userapp", 200, json!({})), refused("get_userapp", 404)),
        ("F9", success("create_userapp", 201, json!({})), refused("create_userapp", 400)),
        ("F10", success("pwd_new", 200, json!("x")), refused("pwd_new", 404)),
        (
            "F11",
            success("contract_type", 200, rows()),
            success("contract_type", 200, without(rows(), "/0", "iSignCount")),
        ),
        ("F12", success("create_contract", 201, creation()), success("create_contract", 201, two)),
        (
            "F15",
            success("create_contract", 201, creation()),
            success("create_contract", 201, without(creation(), "/0/dContractDT", "timezone")),
        ),
        (
            "F16",
            success("contract_detail", 200, detail_of("REVIEW")),
            success("contract_detail", 200, without(detail_of("REVIEW"), "/firmantes/0", "agree_draft")),
        ),
        ("F17", success("delete_contract", 204, json!({})), refused("delete_contract", 405)),
        ("F18", success("delete_contract", 204, json!({})), refused("delete_contract", 400)),
        ("F19", success("upfile", 200, json!({})), refused("upfile", 400)),
        ("F20", refused("upfile", 413), refused("upfile", 422)),
        ("F21", success("filelist", 200, json!([])), success("filelist", 200, json!({}))),
        ("F22", success("sortfiles", 207, json!([file("a", 0)])), refused("sortfiles", 400)),
        ("F25", pdf, exchange("download", 200, Value::Null)),
        (
            "F29",
            success("contract_detail", 200, detail_of("REVIEW")),
            success("contract_detail", 200, without(detail_of("REVIEW"), "/contrato/0", "sStatus")),
        ),
        (
            "F31",
            success("contract_owner", 200, listed()),
            success("contract_owner", 200, without(listed(), "/0", "dContractDT")),
        ),
    ] {
        assert_eq!(judge(assumption, &met), Met, "{assumption}");
        assert_eq!(judge(assumption, &failed), Failed, "{assumption}");
    }
}

#[test]
fn what_only_a_success_proves_is_silent_about_refusals() {
    for assumption in ["F13", "F14", "F36", "F37"] {
        assert_eq!(judge(assumption, &success("create_contract", 201, creation())), Verdict::Met);
        assert_eq!(judge(assumption, &refused("create_contract", 400)), Verdict::Silent);
        let inside = exchange("create_contract", 200, json!({ "code": 400, "status": "error", "message": "x" }));
        assert_eq!(judge(assumption, &inside), Verdict::Silent, "a refusal with HTTP status 200");
    }
    assert_eq!(judge("F8", &refused("contract_detail", 404)), Verdict::Met);
    assert_eq!(judge("F8", &refused("contract_detail", 400)), Verdict::Silent);
    assert_eq!(judge("F2", &exchange("merge", 200, json!({ "code": 204 }))), Verdict::Met, "204 travels as 200");
    assert_eq!(judge("F16", &success("contract_detail", 200, json!({ "firmantes": [] }))), Verdict::Silent);
}

#[test]
fn no_answer_tells_nothing() {
    for expectation in account(json!({})).expectations() {
        let lost = Exchange { status: None, ..exchange(expectation.endpoint, 200, Value::Null) };
        assert_eq!((expectation.judge)(&lost), Verdict::Silent, "{expectation:?}");
    }
}

#[test]
fn every_expectation_names_a_setting_that_there_is() {
    let properties = FirmaVirtual::new().profile().settings_schema["properties"].clone();
    for expectation in account(json!({})).expectations() {
        assert!(expectation.says.ends_with('.') && expectation.assumption.starts_with('F'));
        if let Some(name) = expectation.setting.strip_prefix("/settings/") {
            let name = name.split('/').next().unwrap();
            assert!(properties.get(name).is_some(), "{name}");
        } else {
            assert_eq!(expectation.setting, "");
        }
    }
}
