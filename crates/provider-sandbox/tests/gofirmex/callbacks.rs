//! Callbacks: their bodies, where they go, the schedule of repetitions, and their faults.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use provider_sandbox::gofirmex::{CallbackKind, RejectedBy};
use provider_sandbox::{CallbackVerdict, Fault, FaultKind, NoticeKind};
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::support::{ANA, CONTRACT, LUIS, PROMISE, World, document, one_signer, two_signers, world};

async fn accepted_with_receiver() -> (World, Receiver, String) {
    let world = world().await;
    let receiver = world.with_receiver().await;
    let id = world.accepted(&two_signers(), &[document("Contrato", CONTRACT)]).await;
    (world, receiver, id)
}

fn whole_seconds(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[tokio::test]
async fn acceptance_carries_the_signers_links() {
    let (world, receiver, id) = accepted_with_receiver().await;
    let signers = world.vendor().portfolio(&id).unwrap().signers;
    let expected = json!({
        "event": "portfolio_accepted",
        "data": { "portfolio": {
            "id": id,
            "client_portfolio_id": "sub_1",
            "status": "ACCEPTED",
            "signers": [
                { "nin": ANA, "email": "ana@example.cl", "sign_url": signers[0].sign_url },
                { "nin": LUIS, "email": "luis@example.cl", "sign_url": signers[1].sign_url },
            ],
        } },
    });
    let received = receiver.received();
    assert_eq!(received.len(), 1, "nothing is told before");
    assert_eq!((&received[0].body, received[0].content_type.as_str()), (&expected, "application/json"));
    assert_eq!(received[0].authorization, None, "callbacks prove nothing");
    assert_eq!(world.sandbox().count("gofirmex", &receiver.url, NoticeKind::Callback), 1);
    receiver.stop().await;
}

#[tokio::test]
async fn every_signature_of_a_document_is_told_and_then_the_end() {
    let world = world().await;
    let receiver = world.with_receiver().await;
    let id = world.accepted(&two_signers(), &[document("Contrato", CONTRACT), document("Promesa", PROMISE)]).await;
    world.vendor().sign(&id, Some(ANA)).await.unwrap();
    world.vendor().sign(&id, Some(LUIS)).await.unwrap();
    world.settle().await;
    let view = world.vendor().portfolio(&id).unwrap();
    let signed = receiver.of("document_signed");
    assert_eq!(signed.len(), 4, "one for each signer and document");
    let one = signed.iter().find(|body| {
        body["data"]["signer"]["nin"] == ANA && body["data"]["document"]["client_document_id"] == "doc_Contrato"
    });
    let mut one = one.unwrap().clone();
    assert!(one["data"]["signed_at"].take().as_str().unwrap().parse::<DateTime<Utc>>().is_ok());
    let expected = json!({
        "event": "document_signed",
        "data": {
            "portfolio": { "id": id, "client_portfolio_id": "sub_1" },
            "document": { "id": view.documents[0].id, "client_document_id": "doc_Contrato" },
            "signer": { "nin": ANA, "email": "ana@example.cl" },
            "signed_at": null,
        },
    });
    assert_eq!(one, expected);

    let documents: Vec<Value> = view
        .documents
        .iter()
        .map(|document| {
            json!({
                "id": document.id,
                "client_document_id": document.client_document_id,
                "download_url": document.download_url,
            })
        })
        .collect();
    let expected = json!({
        "event": "portfolio_completed",
        "data": { "portfolio": {
            "id": id,
            "client_portfolio_id": "sub_1",
            "status": "COMPLETED",
            "download_url": view.download_url,
            "documents": documents,
            "completed_at": whole_seconds(view.completed_at.unwrap()),
        } },
    });
    assert_eq!(receiver.of("portfolio_completed"), [expected]);
    receiver.stop().await;
}

#[tokio::test]
async fn rejections_say_who_and_why() {
    for (by, word) in [
        (RejectedBy::Gofirmex, "REJECTED_BY_GOFIRMEX"),
        (RejectedBy::Client, "REJECTED_BY_CLIENT"),
        (RejectedBy::Expiration, "REJECTED_BY_EXPIRATION"),
    ] {
        let (world, receiver, id) = accepted_with_receiver().await;
        world.vendor().reject(&id, by, "For a reason").unwrap();
        world.settle().await;
        let expected = json!({
            "event": "portfolio_rejected",
            "data": { "portfolio": {
                "id": id, "client_portfolio_id": "sub_1", "status": word, "message": "For a reason",
            } },
        });
        assert_eq!(receiver.of("portfolio_rejected"), [expected]);
        receiver.stop().await;
    }
}

#[tokio::test]
async fn a_refusal_names_the_signer_unless_refusals_are_anonymous() {
    let (world, receiver, id) = accepted_with_receiver().await;
    world.vendor().decline(&id, None).unwrap();
    world.settle().await;
    let expected = json!({
        "event": "portfolio_rejected",
        "data": {
            "portfolio": {
                "id": id, "client_portfolio_id": "sub_1", "status": "REJECTED_BY_CLIENT",
                "message": "The signer refused to sign", "detail": "signer 11111111-1",
            },
            "signer": { "nin": ANA, "email": "ana@example.cl" },
        },
    });
    assert_eq!(receiver.of("portfolio_rejected"), [expected]);

    world.vary(|variants| variants.anonymous_refusals = true);
    let other = world.accepted(&two_signers(), &[document("Contrato", CONTRACT)]).await;
    world.vendor().decline(&other, None).unwrap();
    world.settle().await;
    let body = receiver.of("portfolio_rejected").pop().unwrap();
    assert_eq!(body["data"]["portfolio"]["id"], other.as_str());
    assert!(!body.to_string().contains(ANA), "{body}");
    receiver.stop().await;
}

#[tokio::test]
async fn a_callback_that_is_not_taken_comes_again_by_the_schedule_and_then_no_more() {
    let world = world().await;
    let receiver = Receiver::answering(&[500, 404, 302, 503, 400, 500, 500]).await;
    world.vendor().set_callback_url("acme-user", Some(receiver.url.clone()));
    world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    assert_eq!(receiver.received().len(), 1);
    for (pause_s, arrived) in [(10, 2), (30, 3), (120, 4), (600, 5), (3600, 6)] {
        world.later(Duration::from_secs(pause_s / 2)).await;
        assert_eq!(receiver.received().len(), arrived - 1, "not before {pause_s} s");
        world.later(Duration::from_secs(pause_s / 2)).await;
        assert_eq!(receiver.received().len(), arrived, "after {pause_s} s");
    }
    world.later(Duration::from_hours(24 * 7)).await;
    assert_eq!(receiver.received().len(), 6, "given up");
    let bodies: Vec<Value> = receiver.received().into_iter().map(|received| received.body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    let outcomes = world.sandbox().callbacks();
    let attempts: Vec<u32> = outcomes.iter().map(|outcome| outcome.attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 4, 5, 6]);
    assert!(outcomes.iter().all(|outcome| outcome.verdict == CallbackVerdict::Refused));
    receiver.stop().await;
}

#[tokio::test]
async fn any_success_ends_the_repetitions() {
    let world = world().await;
    let receiver = Receiver::answering(&[500, 204]).await;
    world.vendor().set_callback_url("acme-user", Some(receiver.url.clone()));
    world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    world.later(Duration::from_hours(2)).await;
    assert_eq!(receiver.received().len(), 2);
    let verdicts: Vec<CallbackVerdict> = world.sandbox().callbacks().iter().map(|outcome| outcome.verdict).collect();
    assert_eq!(verdicts, [CallbackVerdict::Refused, CallbackVerdict::Accepted]);
    receiver.stop().await;
}

#[tokio::test]
async fn kinds_may_have_addresses_of_their_own_and_then_do_not_say_what_they_are() {
    let world = world().await;
    let receiver = world.with_receiver().await;
    let own = format!("{}?event=portfolio_accepted", receiver.url);
    world.change_account(|account| {
        account.callback_urls = BTreeMap::from([(CallbackKind::PortfolioAccepted, own)]);
        account.callback_authorization = Some("Shared secret".to_owned());
    });
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    let received = receiver.received();
    assert_eq!((received.len(), received[0].query.as_str()), (1, "event=portfolio_accepted"));
    assert_eq!(received[0].body.get("event"), None);
    assert_eq!(received[0].authorization.as_deref(), Some("Shared secret"));
    world.vendor().sign(&id, None).await.unwrap();
    world.settle().await;
    assert_eq!(receiver.of("document_signed").len(), 1, "other kinds go to the common address");
    receiver.stop().await;
}

#[tokio::test]
async fn callbacks_get_lost_double_and_out_of_order_on_request() {
    let world = world().await;
    let receiver = world.with_receiver().await;
    let fault = |fault| Fault::once("gofirmex", "callback", fault);
    world.sandbox().add_fault(fault(FaultKind::LostCallback {}));
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    assert!(receiver.received().is_empty());
    world.later(Duration::from_hours(2)).await;
    assert!(receiver.received().is_empty(), "a lost callback is silence");

    world.sandbox().add_fault(fault(FaultKind::HeldCallback {}));
    world.vendor().sign(&id, None).await.unwrap();
    world.settle().await;
    let events: Vec<Value> = receiver.received().into_iter().map(|received| received.body["event"].clone()).collect();
    assert_eq!(events, ["portfolio_completed", "document_signed"]);

    world.sandbox().add_fault(fault(FaultKind::DuplicateCallback { copies: 3 }));
    world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    assert_eq!(receiver.of("portfolio_accepted").len(), 3);
    receiver.stop().await;
}

#[tokio::test]
async fn callbacks_may_keep_silent_about_kind_and_the_customer_s_id() {
    let world = world().await;
    let receiver = world.with_receiver().await;
    world.vary(|variants| {
        variants.callbacks_without_event = true;
        variants.callbacks_without_client_id = true;
        variants.accepted_word = Some("LISTO_PARA_FIRMAR".to_owned());
    });
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    let body = &receiver.received()[0].body;
    assert_eq!(body.get("event"), None);
    assert_eq!(body["data"]["portfolio"].get("client_portfolio_id"), None);
    assert_eq!(body["data"]["portfolio"]["status"], "LISTO_PARA_FIRMAR");
    assert_eq!(body["data"]["portfolio"]["id"], id.as_str());
    receiver.stop().await;
}
