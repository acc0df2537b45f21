//! The callback of a contract: a hint that proves nothing. Section 4.

use domain::facts::Reading;
use domain::states::SubmissionState;
use provider_clients::provider::{
    Account, CallbackAbout, CallbackReading, CallbackRequest, Correlation, CorrelationKey, Fetch, FetchHistory, Taken,
    Told,
};
use serde_json::{Value, json};

use crate::support::{
    CONTRACT, Case, account, callback, called_back, file, moment, session, simple_order, submission_id, within,
};

/// The payload that an integrator found.
fn payload() -> Value {
    json!({
        "contract": [{ "sContractID": CONTRACT, "sContractName": "Prueba contrato 300", "sStatus": "APPROVED" }],
        "signers": [{
            "RUT": "76795561-8", "email": "jose@example.cl", "full_name": "Jose Perez", "agree_draft": "SUCCESS",
            "disagree_draft": "DISABLE", "sign_status": "NOTHING"
        }]
    })
}

fn about(account: &dyn Account, request: &CallbackRequest) -> CallbackAbout {
    match called_back(account, request) {
        CallbackReading::About(about) => about,
        other => panic!("{other:?}"),
    }
}

fn told(account: &dyn Account, case: &Case, body: &Value) -> Told {
    account.told(&callback(&[], body), &case.view(), &moment())
}

#[test]
fn it_names_the_contract_and_the_submission() {
    let account = account(json!({}));
    let id = submission_id().to_string();
    let told = about(&*account, &callback(&[("s", &id)], &payload()));
    assert_eq!((told.reference.as_deref(), told.word.as_str()), (Some(CONTRACT), "APPROVED"));
    let key = CorrelationKey::Submission(submission_id());
    assert_eq!(told.correlation, Some(Correlation { key, adopts: false, doubles: true }));
    assert_eq!(told.delivered, None);
    for query in [vec![], vec![("s", "sub_nonsense")], vec![("s", "")], vec![("t", id.as_str())]] {
        assert_eq!(about(&*account, &callback(&query, &payload())).correlation, None, "{query:?}");
    }
}

#[test]
fn the_contract_may_stand_in_four_places() {
    let account = account(json!({}));
    let contract = payload()["contract"][0].clone();
    for body in [
        json!({ "contract": contract }),
        json!({ "contrato": [contract] }),
        json!({ "contrato": contract, "firmantes": [] }),
        contract.clone(),
    ] {
        let told = about(&*account, &callback(&[], &body));
        assert_eq!((told.reference.as_deref(), told.word.as_str()), (Some(CONTRACT), "APPROVED"), "{body}");
    }
}

#[test]
fn other_places_are_a_setting() {
    let account = account(json!({ "callback_pointers": { "id": ["/data/uuid"], "status": ["/data/state"] } }));
    let told = about(&*account, &callback(&[], &json!({ "data": { "uuid": CONTRACT, "state": "REVIEW" } })));
    assert_eq!((told.reference.as_deref(), told.word.as_str()), (Some(CONTRACT), "REVIEW"));
    assert!(matches!(called_back(&*account, &callback(&[], &payload())), CallbackReading::Unreadable { .. }));
}

#[test]
fn without_an_id_its_own_address_still_tells_the_submission() {
    let id = submission_id().to_string();
    let told = about(&*account(json!({})), &callback(&[("s", &id)], &json!({ "event": "ping" })));
    assert_eq!(told.reference, None);
    assert!(told.correlation.is_some());
}

#[test]
fn what_names_nothing_or_is_no_json_is_kept_as_unreadable() {
    let account = account(json!({}));
    let id = submission_id().to_string();
    for body in ["", "sContractID=1", "<xml/>", "\"text\"", "12"] {
        let request = CallbackRequest {
            body: body.into(),
            query: [("s".to_owned(), id.clone())].into(),
            ..CallbackRequest::default()
        };
        assert!(matches!(called_back(&*account, &request), CallbackReading::Unreadable { .. }), "{body}");
    }
    assert!(matches!(called_back(&*account, &callback(&[], &json!({}))), CallbackReading::Unreadable { .. }));
}

/// There is no proof that could be forged; so nothing that a callback says of states is ever believed.
#[test]
fn a_forged_callback_changes_nothing_by_itself() {
    let account = account(json!({}));
    let case = Case::created(simple_order()).last_word("REVIEW");
    for word in ["APPROVED", "FINISHED", "REJECTED", "CREATED", "NONSENSE"] {
        let mut body = payload();
        body["contract"][0]["sStatus"] = json!(word);
        assert_eq!(told(&*account, &case, &body), Told::Read, "{word}");
    }
}

#[test]
fn a_repeated_or_late_callback_is_read_like_the_first() {
    let account = account(json!({}));
    let request = callback(&[], &payload());
    let first = about(&*account, &request);
    assert_eq!(about(&*account, &request), first);
    let case = Case::created(simple_order()).last_word("FINISHED");
    assert_eq!(told(&*account, &case, &payload()), Told::Read);
}

#[test]
fn a_second_contract_of_a_submission_is_told_unless_it_is_an_acceptable_orphan() {
    let id = submission_id().to_string();
    let doubles = |settings: Value, word: &str| {
        let mut body = payload();
        body["contract"][0]["sStatus"] = json!(word);
        about(&*account(settings), &callback(&[("s", &id)], &body)).correlation.unwrap().doubles
    };
    let acceptable = || json!({ "orphan_contracts_acceptable": true });
    assert!(doubles(json!({}), "CREATED"), "it may have been mailed");
    assert!(!doubles(acceptable(), "CREATED"));
    assert!(doubles(acceptable(), "REVIEW"), "its draft went out");
}

#[test]
fn the_answer_says_whether_it_was_stored() {
    let account = account(json!({}));
    let answer = |taken| account.callback_answer(&callback(&[], &payload()), taken);
    let stored = answer(Taken::Stored);
    assert_eq!((stored.status, stored.body.as_str()), (200, r#"{"status":"ok"}"#));
    assert_eq!(stored.content_type, "application/json");
    assert_eq!(answer(Taken::NotStored).status, 503);
    assert_eq!(answer(Taken::Forged).status, 401);
}

#[test]
fn an_address_of_the_signed_document_is_kept_and_tried_first() {
    let account = account(json!({ "artifact_hosts": ["files.example"] }));
    let mut last = Reading::of(Some(SubmissionState::Finalizing), "DELIVERED");
    last.pending_result = Some(true);
    let mut case = Case::created(simple_order());
    case.last = Some(last);
    for body in [
        json!({ "contract": [{ "sContractID": CONTRACT, "sSignedDocumentUrl": "https://files.example/1" }] }),
        json!({ "contract": { "sContractID": CONTRACT, "document_url": "https://files.example/1" } }),
        json!({ "sContractID": CONTRACT, "document_url": "https://files.example/1" }),
    ] {
        let Told::FactsThenRead(reading) = told(&*account, &case, &body) else { panic!("it tells an address") };
        assert_eq!((reading.state, reading.vendor_status.as_str()), (None, "DELIVERED"), "nothing else is believed");
        assert!(reading.pending_result.is_none() && reading.recipients.is_empty() && !reading.acted);
        assert_eq!(reading.artifacts[0].source, "https://files.example/1");
        case.last = Some(*reading);
    }
    let offer = case.read_files(&*account, json!([file("a.pdf", 0)])).artifacts[0].clone();
    assert_eq!(offer.source, "https://files.example/1\na.pdf");
    let fetched = |failed: u32| {
        let history = FetchHistory { direct_failed: failed, ..FetchHistory::default() };
        match account.fetch(&offer, &case.view(), &within(&session()), &history).unwrap() {
            Fetch::Direct(call) => call.url.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fetched(0), "https://files.example/1");
    assert_eq!(fetched(1), "https://qa.firmavirtual.legal/api/v1/download/a.pdf", "then the vendor's own list");
}

#[test]
fn an_address_elsewhere_is_not_even_kept() {
    let account = account(json!({}));
    let case = Case::created(simple_order()).last_word("FINISHED");
    for url in ["https://evil.example/1", "file:///etc/passwd", "a.pdf", "javascript://qa.firmavirtual.legal/"] {
        let body = json!({ "sContractID": CONTRACT, "document_url": url });
        assert_eq!(told(&*account, &case, &body), Told::Read, "{url}");
    }
}
