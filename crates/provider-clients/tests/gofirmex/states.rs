//! Every word of the vendor for a state, and where signers stand. Section 5.

use domain::attention::AttentionCode;
use domain::states::{RecipientStatus, SubmissionState, fold};
use serde_json::{Value, json};

use crate::support::*;

use RecipientStatus::{Completed, Created, Declined, Sent, Viewed};

fn statuses(reading: &domain::facts::Reading) -> Vec<RecipientStatus> {
    reading.recipients.iter().map(|r| r.status.unwrap()).collect()
}

fn read(account: &dyn provider_clients::provider::Account, case: &Case, portfolio: Value) -> domain::facts::Reading {
    let views = [case.view()];
    let requests = account.status_requests(&views, &moment()).unwrap();
    let page = done(account.status_reply(&requests[0], &views, &moment(), &ok(json!({ "portfolio": portfolio }))));
    page.readings[0].1.clone()
}

#[test]
fn every_word_means_its_state() {
    use SubmissionState::{Canceled, Expired, Finalizing, InProgress, Rejected, Sent, Submitted};
    let (account, case) = (readable(), Case::new(simple_order()));
    let rows = [
        ("IN_REVIEW", Submitted),
        ("ACCEPTED", Sent),
        ("SIGNING", InProgress),
        ("IN_NOTARY", Finalizing),
        ("COMPLETED", Finalizing),
        ("REJECTED_BY_NOTARY", Rejected),
        ("REJECTED_BY_GOFIRMEX", Rejected),
        ("REJECTED_BY_EXPIRATION", Expired),
        ("REJECTED_BY_CLIENT", Canceled),
    ];
    for (word, state) in rows {
        let reading = read(&*account, &case, portfolio(json!({ "status": word })));
        assert_eq!(reading.state, Some(state), "{word}");
        assert_eq!(reading.vendor_status, word);
        assert!(reading.notes.is_empty());
    }
    for word in ["CREATED", "PAUSED", "completed", ""] {
        let reading = read(&*account, &case, portfolio(json!({ "status": word })));
        assert_eq!(reading.state, None, "{word}");
        assert_eq!(reading.notes[0].code, AttentionCode::UnknownProviderStatus);
    }
}

#[test]
fn a_word_may_be_mapped_anew() {
    let account = profiled(json!({
        "calls": optional_calls(), "status_map": { "PAUSED": "submitted", "SIGNING": null },
        "rejected_by_client_as": "rejected"
    }));
    let case = Case::new(simple_order());
    let state = |word: &str| read(&*account, &case, portfolio(json!({ "status": word }))).state;
    assert_eq!(state("PAUSED"), Some(SubmissionState::Submitted));
    assert_eq!(state("SIGNING"), None);
    assert_eq!(state("REJECTED_BY_CLIENT"), Some(SubmissionState::Rejected));
}

#[test]
fn acceptance_opens_the_first_of_the_order_and_tells_all_the_links() {
    let (account, mut case) = (account(json!({})), Case::new(example_order()));
    let reading = case.hear(&*account, &accepted());
    assert_eq!(reading.state, Some(SubmissionState::Sent));
    assert_eq!(reading.vendor_status, "ACCEPTED");
    assert_eq!(statuses(&reading), [Sent, Created]);
    let links: Vec<_> = reading.recipients.iter().map(|r| r.signing_url.as_deref().unwrap()).collect();
    assert_eq!(links, ["https://sign.gofirmex.example/s/3c9e", "https://sign.gofirmex.example/s/7d1a"]);
    assert!(!reading.acted && reading.pending_result == Some(true) && reading.notes.is_empty());
}

#[test]
fn nobody_is_sent_to_an_address_that_is_none_of_the_web() {
    let account = account(json!({}));
    for url in ["javascript:alert(1)", "http://sign.gofirmex.example/s/1", "file:///etc/passwd", "s/3c9e"] {
        let mut body = accepted();
        body["data"]["portfolio"]["signers"][0]["sign_url"] = json!(url);
        let reading = Case::new(example_order()).hear(&*account, &body);
        assert_eq!(reading.recipients[0].signing_url, None, "{url}");
        assert!(reading.recipients[1].signing_url.is_some());
        assert_eq!(reading.notes[0].code, AttentionCode::UnknownCallback);
        assert_eq!(reading.state, Some(SubmissionState::Sent));
    }
}

#[test]
fn in_parallel_everybody_can_sign_at_once() {
    let mut order = example_order();
    order.recipients[1].spec.routing_order = 1;
    let mut case = Case::new(order);
    assert_eq!(statuses(&case.hear(&*account(json!({})), &accepted())), [Sent, Sent]);
}

#[test]
fn a_signer_is_done_when_every_document_is_signed_and_then_the_next_can_sign() {
    let (account, mut case) = (account(json!({})), Case::new(two_documents()));
    case.hear(&*account, &accepted());
    let first = case.hear(&*account, &signed("11111111-1", document_id(1)));
    assert_eq!(first.state, Some(SubmissionState::InProgress));
    assert_eq!(first.vendor_status, "SIGNING");
    assert!(first.acted);
    assert_eq!(statuses(&first), [Viewed, Created]);
    assert_eq!(first.recipients[0].vendor["documents_signed"], 1);
    assert_eq!(first.recipients[0].vendor["documents_total"], 2);
    assert_eq!(first.recipients[0].at.unwrap().to_rfc3339(), "2026-01-05T13:04:05+00:00");

    let second = case.hear(&*account, &signed("11.111.111-1", document_id(2)));
    assert_eq!(second.state, Some(SubmissionState::InProgress));
    assert_eq!(statuses(&second), [Completed, Sent]);
    assert!(second.recipients[1].signing_url.is_some(), "what was told before is kept");

    case.hear(&*account, &signed("12345678-5", document_id(1)));
    let last = case.hear(&*account, &signed("12345678-5", document_id(2)));
    assert_eq!(last.state, Some(SubmissionState::Finalizing));
    assert_eq!(statuses(&last), [Completed, Completed]);
    assert!(
        last.pending_result == Some(true) && last.artifacts.is_empty(),
        "nothing can be fetched before the completion"
    );
}

#[test]
fn the_same_signature_told_twice_counts_once() {
    let (account, mut case) = (account(json!({})), Case::new(two_documents()));
    let once = case.hear(&*account, &signed("11111111-1", document_id(1)));
    let twice = case.hear(&*account, &signed("11111111-1", document_id(1)));
    assert_eq!(once, twice);
}

#[test]
fn any_order_of_callbacks_ends_the_same() {
    let account = account(json!({}));
    let callbacks =
        [accepted(), signed("11111111-1", document_id(1)), signed("12345678-5", document_id(1)), completed()];
    let mut ends = Vec::new();
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
        let mut case = Case::new(example_order());
        let heard: Vec<_> = order.iter().map(|index| case.hear(&*account, &callbacks[*index])).collect();
        let (state, late) = fold(SubmissionState::Submitted, heard.iter().filter_map(|reading| reading.state));
        let everybody: Vec<_> =
            (0..2).map(|who| fold(Created, heard.iter().map(|reading| statuses(reading)[who]))).collect();
        assert!(late.is_empty() && everybody.iter().all(|(_, late)| late.is_empty()));
        let last = case.last.unwrap();
        assert!(last.recipients.iter().all(|r| r.signing_url.is_some()));
        assert!(last.pending_result != Some(true));
        ends.push((state, everybody.iter().map(|(status, _)| *status).collect::<Vec<_>>(), last.artifacts));
    }
    assert_eq!((ends[0].0, ends[0].1.as_slice()), (SubmissionState::Finalizing, [Completed, Completed].as_slice()));
    assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
}

#[test]
fn completion_completes_everybody_and_offers_the_files() {
    let (account, mut case) = (account(json!({})), Case::new(example_order()));
    let reading = case.hear(&*account, &completed());
    assert_eq!(reading.state, Some(SubmissionState::Finalizing), "completed only once the files are stored");
    assert_eq!(statuses(&reading), [Completed, Completed]);
    assert!(reading.pending_result != Some(true));
    assert_eq!(reading.artifacts.len(), 1);
    assert_eq!(reading.artifacts[0].source, "https://files.gofirmex.example/d/b7a2f1c4");
    assert_eq!(reading.occurred_at.unwrap().to_rfc3339(), "2026-01-05T15:00:00+00:00");
}

#[test]
fn each_rejection_ends_in_its_own_way_and_says_why() {
    use SubmissionState::{Canceled, Expired, Rejected};
    let account = account(json!({}));
    let rows = [
        ("REJECTED_BY_NOTARY", Rejected),
        ("REJECTED_BY_GOFIRMEX", Rejected),
        ("REJECTED_BY_EXPIRATION", Expired),
        ("REJECTED_BY_CLIENT", Canceled),
    ];
    for (word, state) in rows {
        let mut case = Case::new(example_order());
        let reading = case.hear(&*account, &rejected(word));
        assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(state), word));
        assert_eq!(reading.details["message"], "The identity card is not legible");
        assert_eq!(reading.details["detail"], "signer 11111111-1");
        assert_eq!(statuses(&reading), [Created, Created], "nobody refused");
    }
    let mut case = Case::new(example_order());
    for word in ["REJECTED_BY_SOMEBODY", "ACCEPTED"] {
        let reading = case.hear(&*account, &rejected(word));
        assert_eq!((reading.state, reading.notes[0].code), (None, AttentionCode::UnknownProviderStatus), "{word}");
    }
    let mut without = rejected("x");
    without["data"]["portfolio"].as_object_mut().unwrap().remove("status");
    let reading = case.hear(&*account, &without);
    assert_eq!((reading.state, reading.notes[0].code), (None, AttentionCode::UnknownProviderStatus));
}

#[test]
fn a_signer_named_by_a_refusal_declined() {
    let account = account(json!({}));
    let mut body = rejected("REJECTED_BY_CLIENT");
    body["data"]["signer"] = json!({ "nin": "12345678-5" });
    let mut case = Case::new(example_order());
    case.hear(&*account, &accepted());
    let reading = case.hear(&*account, &body);
    assert_eq!(reading.state, Some(SubmissionState::Declined));
    assert_eq!(statuses(&reading), [Sent, Declined]);
    // Somebody else's number names no signer.
    body["data"]["signer"] = json!({ "nin": "7654321-6" });
    assert_eq!(case.hear(&*account, &body).state, Some(SubmissionState::Canceled));
}

#[test]
fn a_word_that_nobody_knows_is_told_beside_what_the_callback_says() {
    let (account, mut case) = (account(json!({})), Case::new(example_order()));
    let mut body = accepted();
    body["data"]["portfolio"]["status"] = json!("APROBADO");
    let reading = case.hear(&*account, &body);
    assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(SubmissionState::Sent), "APROBADO"));
    assert_eq!(reading.notes[0].code, AttentionCode::UnknownProviderStatus);
}

#[test]
fn what_was_read_says_where_signers_stand() {
    let (account, case) = (readable(), Case::new(example_order()));
    let told = |status: &str| {
        portfolio(json!({
            "status": status,
            "signers": [
                { "nin": "11111111-1", "status": "PENDING", "sign_url": "https://sign.gofirmex.example/s/3c9e" },
                { "nin": "12345678-5", "status": "PENDING", "sign_url": null }
            ],
            "documents": [{ "id": DOCUMENT, "client_document_id": document_id(1).to_string(), "status": "PENDING", "download_url": null }],
            "download_url": null
        }))
    };
    assert_eq!(statuses(&read(&*account, &case, told("IN_REVIEW"))), [Created, Created]);
    let sent = read(&*account, &case, told("ACCEPTED"));
    assert_eq!(statuses(&sent), [Sent, Created]);
    assert_eq!(sent.recipients[0].signing_url.as_deref(), Some("https://sign.gofirmex.example/s/3c9e"));
    assert_eq!(sent.recipients[0].vendor["status"], "PENDING");
    let notary = read(&*account, &case, told("IN_NOTARY"));
    assert_eq!(statuses(&notary), [Completed, Completed]);
    assert!(notary.pending_result == Some(true) && notary.artifacts.is_empty());
    let mut finished = told("COMPLETED");
    finished["download_url"] = json!("https://files.gofirmex.example/p/9");
    let finished = read(&*account, &case, finished);
    assert!(finished.pending_result != Some(true));
    assert_eq!(finished.artifacts[0].source, "https://files.gofirmex.example/p/9");
    let rejected = portfolio(json!({
        "status": "REJECTED_BY_NOTARY", "rejection": { "detail": "card", "message": "not legible" }
    }));
    let rejected = read(&*account, &case, rejected);
    assert_eq!((&rejected.details["message"], &rejected.details["detail"]), (&json!("not legible"), &json!("card")));
}

#[test]
fn what_the_vendor_holds_is_compared_with_what_was_asked() {
    let (account, case) = (readable(), Case::new(two_documents()));
    let document = |n| json!({ "id": format!("d-{n}"), "client_document_id": document_id(n).to_string() });
    let held = |signers: Value, documents: Value, id: &str| json!({ "id": PORTFOLIO, "client_portfolio_id": id, "status": "ACCEPTED", "signers": signers, "documents": documents });
    let places = |portfolio: Value| {
        let differences = read(&*account, &case, portfolio).differences;
        differences.map(|all| all.into_iter().map(|d| d.pointer).collect::<Vec<_>>())
    };
    let both = json!([{ "nin": "11.111.111-1" }, { "nin": "12345678-5" }]);
    let own = format!("{}.2", submission_id());
    assert_eq!(places(held(both.clone(), json!([document(1), document(2)]), &own)), Some(vec![]));
    let less = held(json!([{ "nin": "12345678-5" }]), json!([document(2)]), &own);
    assert_eq!(places(less), Some(vec!["/recipients/0".to_owned(), "/documents/0".to_owned()]));
    let three = json!([{ "nin": "11111111-1" }, { "nin": "12345678-5" }, { "nin": "7654321-6" }]);
    let more = held(three, json!([document(1), document(2), document(1)]), &own);
    assert_eq!(places(more), Some(vec!["/recipients".to_owned(), "/documents".to_owned()]));
    assert_eq!(places(held(both, json!([]), "sub_00000000000000000000000009")), Some(vec![String::new()]));
    assert_eq!(places(json!({ "id": PORTFOLIO, "status": "ACCEPTED" })), None, "it tells nothing to compare");
}
