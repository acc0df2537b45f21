//! Callbacks: whose they are, what they are, whether they are believed. Section 4.

use domain::attention::AttentionCode;
use domain::ids::SubmissionId;
use domain::states::SubmissionState;
use proptest::prelude::*;
use provider_clients::provider::{
    CallbackAbout, CallbackReading, CallbackRequest, Correlation, CorrelationKey, Taken, Told,
};
use serde_json::{Value, json};

use crate::support::*;

fn about(reading: CallbackReading) -> CallbackAbout {
    match reading {
        CallbackReading::About(about) => about,
        other => panic!("about nothing: {other:?}"),
    }
}

#[test]
fn every_kind_names_its_portfolio_and_its_submission() {
    let account = account(json!({}));
    let rows = [
        (accepted(), "ACCEPTED", true),
        (signed("11111111-1", document_id(1)), "SIGNING", true),
        (completed(), "COMPLETED", true),
        (rejected("REJECTED_BY_NOTARY"), "REJECTED_BY_NOTARY", false),
    ];
    for (body, word, starts) in rows {
        let about = about(called_back(&*account, &body));
        assert_eq!((about.reference.as_deref(), about.word.as_str()), (Some(PORTFOLIO), word));
        let key = CorrelationKey::Submission(submission_id());
        // Only a portfolio that was started is accepted, signed or completed; an orphan that was not may expire.
        assert_eq!(about.correlation, Some(Correlation { key, adopts: starts, doubles: starts }));
        assert_eq!(about.delivered, None);
    }
}

#[test]
fn ids_of_later_attempts_mean_the_same_submission() {
    let account = account(json!({}));
    let key = |id: &str| {
        let mut body = accepted();
        body["data"]["portfolio"]["client_portfolio_id"] = json!(id);
        about(called_back(&*account, &body)).correlation.map(|c| c.key)
    };
    let id = submission_id();
    for ours in [format!("{id}"), format!("{id}.2"), format!("{id}.14")] {
        assert_eq!(key(&ours), Some(CorrelationKey::Submission(id)));
    }
    for other in [format!("{id}.x"), format!("{id}."), "HR-42".to_owned(), format!("x{id}")] {
        assert_eq!(key(&other), None, "{other}");
    }
}

#[test]
fn the_kind_is_told_by_the_address_then_by_the_word_then_by_the_shape() {
    let account = account(json!({}));
    let state =
        |request: &CallbackRequest| facts(account.told(request, &Case::new(example_order()).view(), &moment())).state;
    // By the address, whatever the body says.
    let mut request = called(&accepted());
    request.query.insert("event".to_owned(), "portfolio_completed".to_owned());
    assert_eq!(state(&request), Some(SubmissionState::Finalizing));
    // A word in the address that is none of them leaves it to the body.
    request.query.insert("event".to_owned(), "hook-7".to_owned());
    assert_eq!(state(&request), Some(SubmissionState::Sent));
    // By the word, under any of its names.
    for name in ["event", "type", "notification_type"] {
        let body = json!({ name: "portfolio_completed", "portfolio": portfolio(json!({ "status": "IN_NOTARY" })) });
        assert_eq!(state(&called(&body)), Some(SubmissionState::Finalizing), "{name}");
    }
    // By the shape.
    let shapes = [
        (rejected("REJECTED_BY_GOFIRMEX"), SubmissionState::Rejected),
        (completed(), SubmissionState::Finalizing),
        (accepted(), SubmissionState::Sent),
        (signed("11111111-1", document_id(1)), SubmissionState::InProgress),
    ];
    for (mut body, expected) in shapes {
        body.as_object_mut().unwrap().remove("event");
        assert_eq!(state(&called(&body)), Some(expected));
    }
}

#[test]
fn values_are_found_at_every_one_of_their_places() {
    let account = account(json!({}));
    let id = submission_id().to_string();
    let bodies = [
        json!({ "data": { "portfolio": { "id": "p", "client_portfolio_id": id, "status": "REJECTED_BY_EXPIRATION" } } }),
        json!({ "portfolio": { "id": "p", "client_portfolio_id": id, "status": "REJECTED_BY_EXPIRATION" } }),
        json!({ "data": { "portfolio_id": "p", "client_portfolio_id": id, "status": "REJECTED_BY_EXPIRATION" } }),
        json!({ "portfolio_id": "p", "client_portfolio_id": id, "status": "REJECTED_BY_EXPIRATION" }),
    ];
    for body in bodies {
        assert_eq!(about(called_back(&*account, &body)).reference.as_deref(), Some("p"));
        let mut case = Case::new(example_order());
        assert_eq!(case.hear(&*account, &body).state, Some(SubmissionState::Expired), "{body}");
    }
}

#[test]
fn a_callback_that_cannot_be_read_is_kept_for_a_person() {
    let account = account(json!({}));
    let bodies: [&[u8]; 5] = [b"", b"<xml/>", b"[1]", b"\"text\"", b"{\"event\": \"portfolio_accepted\"}"];
    for body in bodies {
        let request = CallbackRequest { body: body.to_vec().into(), ..CallbackRequest::default() };
        let reading = account.callback(&request, &moment());
        assert!(matches!(reading, CallbackReading::Unreadable { .. }), "{reading:?}");
    }
}

#[test]
fn a_kind_that_is_not_known_changes_nothing_and_calls_a_person() {
    let (account, mut case) = (account(json!({})), Case::new(example_order()));
    case.hear(&*account, &accepted());
    let body = json!({ "event": "portfolio_viewed", "data": { "portfolio": portfolio(json!({})) } });
    assert_eq!(about(called_back(&*account, &body)).word, "unknown");
    let reading = case.hear(&*account, &body);
    assert_eq!((reading.state, reading.vendor_status.as_str()), (None, "ACCEPTED"));
    assert!(reading.recipients.is_empty() && reading.artifacts.is_empty());
    assert_eq!(reading.notes[0].code, AttentionCode::UnknownCallback);
}

#[test]
fn a_callback_with_another_id_of_the_portfolio_is_not_believed() {
    let account = account(json!({}));
    for forged in [json!("sub_00000000000000000000000009"), json!("HR-42"), Value::Null] {
        for mut body in [completed(), accepted(), rejected("REJECTED_BY_NOTARY")] {
            body["data"]["portfolio"]["client_portfolio_id"] = forged.clone();
            let reading = Case::new(example_order()).hear(&*account, &body);
            assert_eq!(reading.state, None, "{forged}");
            assert!(reading.recipients.is_empty() && reading.artifacts.is_empty());
            assert_eq!(reading.notes[0].code, AttentionCode::UnknownCallback);
        }
    }
    let lenient = profiled(json!({ "callback": { "client_portfolio_id": [] } }));
    let mut body = completed();
    body["data"]["portfolio"].as_object_mut().unwrap().remove("client_portfolio_id");
    let reading = Case::new(example_order()).hear(&*lenient, &body);
    assert_eq!(reading.state, Some(SubmissionState::Finalizing));
}

#[test]
fn a_header_that_was_agreed_must_be_there() {
    let account = try_open(
        json!({ "profile": { "callback": { "auth_header": "X-GoFirmex-Token" } } }),
        json!({ "callback_auth_value": "s3cret" }),
    )
    .unwrap();
    let mut request = called(&accepted());
    assert_eq!(account.callback(&request, &moment()), CallbackReading::Forged);
    for wrong in ["", "s3cre", "s3cret ", "S3CRET", "s3cret-and-more"] {
        request.headers.insert("x-gofirmex-token".to_owned(), wrong.to_owned());
        assert_eq!(account.callback(&request, &moment()), CallbackReading::Forged, "{wrong:?}");
    }
    request.headers.insert("x-gofirmex-token".to_owned(), "s3cret".to_owned());
    assert!(matches!(account.callback(&request, &moment()), CallbackReading::About(_)));
    assert_eq!(account.callback_answer(&request, Taken::Forged).status, 401);
}

#[test]
fn the_answer_is_yes_once_it_is_stored_and_anything_else_has_it_sent_again() {
    let account = account(json!({}));
    let answer = account.callback_answer(&called(&accepted()), Taken::Stored);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"success":true}"#));
    assert_eq!(answer.content_type, "application/json");
    assert_eq!(account.callback_answer(&called(&accepted()), Taken::NotStored).status, 503);
    let other = profiled(json!({ "callback": { "reply": { "status": 204, "body": { "ok": 1, "success": null } } } }));
    let answer = other.callback_answer(&called(&accepted()), Taken::Stored);
    assert_eq!((answer.status, answer.body.as_str()), (204, r#"{"ok":1}"#));
}

#[test]
fn an_account_that_can_read_takes_callbacks_as_hints() {
    let account = readable();
    let case = Case::new(example_order());
    let told = |body: &Value| account.told(&called(body), &case.view(), &moment());
    for body in [accepted(), completed(), rejected("REJECTED_BY_NOTARY")] {
        assert_eq!(told(&body), Told::Read);
    }
    // Who signed which document is told nowhere else.
    let Told::FactsThenRead(reading) = told(&signed("11111111-1", document_id(1))) else { panic!("not read") };
    assert_eq!(reading.recipients[0].vendor["documents_signed"], 1);
}

#[test]
fn a_signature_of_nobody_known_counts_for_nobody() {
    let account = account(json!({}));
    let strangers =
        [signed("7654321-6", document_id(1)), signed("11111111-1", document_id(9)), signed("", document_id(1))];
    for mut body in strangers {
        body["data"]["document"]["id"] = json!("unknown");
        let mut case = Case::new(two_documents());
        let reading = case.hear(&*account, &body);
        assert_eq!(reading.state, Some(SubmissionState::InProgress));
        assert!(!reading.acted);
        assert_eq!(reading.notes[0].code, AttentionCode::UnknownCallback);
    }
}

#[test]
fn a_callback_that_comes_again_tells_the_same_again() {
    let account = account(json!({}));
    let bodies = [accepted(), signed("11111111-1", document_id(1)), completed(), rejected("REJECTED_BY_NOTARY")];
    for body in bodies {
        let mut case = Case::new(example_order());
        let (first, again) = (case.hear(&*account, &body), case.hear(&*account, &body));
        assert_eq!(first, again);
    }
    // One that comes late takes nothing back.
    let mut case = Case::new(example_order());
    case.hear(&*account, &completed());
    case.hear(&*account, &accepted());
    let last = case.last.unwrap();
    assert!(last.pending_result != Some(true) && last.artifacts.len() == 1);
}

#[test]
fn a_document_is_known_by_the_vendors_id_too() {
    let (account, mut case) = (account(json!({})), Case::new(two_documents()));
    let output = done(case.answered(&*account, "add_document/2", &ok(json!({ "document": { "id": "theirs-2" } }))));
    case.outputs.insert("add_document/2".to_owned(), output);
    let mut body = signed("11111111-1", document_id(1));
    body["data"]["document"] = json!({ "id": "theirs-2" });
    let reading = case.hear(&*account, &body);
    assert_eq!(reading.recipients[0].vendor["signed_documents"], json!([document_id(2).to_string()]));
}

#[test]
fn a_callback_without_a_portfolios_id_is_found_by_ours() {
    let account = account(json!({}));
    let body = json!({ "client_portfolio_id": submission_id().to_string(), "status": "REJECTED_BY_EXPIRATION" });
    let about = about(called_back(&*account, &body));
    assert_eq!(about.reference, None);
    let id = about.correlation.map(|c| c.key);
    assert_eq!(id, Some(CorrelationKey::Submission(SubmissionId::parse("sub_01j8z3k5m2e0q9v7w6x5y4z3a2").unwrap())));
}

/// JSON in which the names that the adapter looks for stand anywhere and hold anything.
fn any_body() -> impl Strategy<Value = Value> {
    let names = proptest::sample::select(vec![
        "event",
        "data",
        "portfolio",
        "id",
        "client_portfolio_id",
        "status",
        "signers",
        "nin",
        "sign_url",
        "signer",
        "document",
        "documents",
        "client_document_id",
        "download_url",
        "message",
        "detail",
        "signed_at",
        "",
    ]);
    let words = proptest::sample::select(vec![
        PORTFOLIO.to_owned(),
        submission_id().to_string(),
        document_id(1).to_string(),
        "11111111-1".to_owned(),
        "portfolio_accepted".to_owned(),
        "document_signed".to_owned(),
        "portfolio_completed".to_owned(),
        "portfolio_rejected".to_owned(),
        "REJECTED_BY_CLIENT".to_owned(),
        "COMPLETED".to_owned(),
        "ñ/~".to_owned(),
        "https://x.example/1".to_owned(),
        "2026-01-05T13:04:05Z".to_owned(),
        String::new(),
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(names.clone(), inner, 0..6)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_comes_in_moves_nothing_unless_it_carries_our_id(body in any_body()) {
        let account = shared_account();
        let case = Case::new(example_order());
        let ours = body.to_string().contains(&submission_id().to_string());
        if let CallbackReading::About(_) = called_back(&*account, &body)
            && let Told::Facts(reading) = account.told(&called(&body), &case.view(), &moment())
            && !ours
        {
            prop_assert_eq!(reading.state, None);
            prop_assert!(reading.recipients.is_empty() && reading.artifacts.is_empty());
        }
    }
}
