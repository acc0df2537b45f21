//! The calls that the contract only assumes, once a profile switches them on: reading, finding, withdrawing, reminding.

use std::time::Duration;

use provider_sandbox::gofirmex::{Consumer, Profile};
use provider_sandbox::{Fault, FaultKind, NoticeKind};
use serde_json::{Value, json};

use crate::support::{
    ANA, CONTRACT, Key, LUIS, World, answer, claims, document, failure, invalid, one_signer, two_signers, world,
};

async fn full_world() -> World {
    let world = world().await;
    world.vendor().set_profile(Profile::with_optional_calls());
    world
}

fn not_found() -> (u16, Value) {
    (404, failure("PORTFOLIO_NOT_FOUND", "The portfolio does not exist"))
}

#[tokio::test]
async fn a_portfolio_can_be_read_at_every_stage() {
    let world = full_world().await;
    let id = world.created(&two_signers()).await;
    let (status, body) = world.get(&format!("/portfolio/{id}")).await;
    let signer = |nin: &str| json!({ "nin": nin, "status": "PENDING", "sign_url": null });
    let expected = json!({ "success": true, "message": "Portfolio", "data": { "portfolio": {
        "id": id, "client_portfolio_id": "sub_1", "status": "CREATED", "signers": [signer(ANA), signer(LUIS)],
        "documents": [], "download_url": null, "rejection": null,
    } } });
    assert_eq!((status, body), (200, expected));

    let id = world.accepted(&two_signers(), &[document("Contrato", CONTRACT)]).await;
    world.vendor().sign(&id, Some(ANA)).await.unwrap();
    let view = world.vendor().portfolio(&id).unwrap();
    let (_, body) = world.get(&format!("/portfolio/{id}")).await;
    let portfolio = &body["data"]["portfolio"];
    assert_eq!(portfolio["status"], "SIGNING");
    assert_eq!(portfolio["signers"][0]["status"], "SIGNED");
    assert_eq!(portfolio["signers"][1]["sign_url"], json!(view.signers[1].sign_url));
    let document = json!({
        "id": view.documents[0].id, "client_document_id": "doc_Contrato", "status": "PENDING", "download_url": null,
    });
    assert_eq!(portfolio["documents"], json!([document]));

    world.vendor().sign(&id, Some(LUIS)).await.unwrap();
    let (_, body) = world.get(&format!("/portfolio/{id}")).await;
    let portfolio = &body["data"]["portfolio"];
    assert_eq!((&portfolio["status"], &portfolio["documents"][0]["status"]), (&json!("COMPLETED"), &json!("SIGNED")));
    assert_eq!(world.download(portfolio["download_url"].as_str().unwrap()).await.0, 200);

    assert_eq!(world.get("/portfolio/9f0b7a52-6f5e-4a53-9a0c-2a4b8a4d7c11").await, not_found());
}

#[tokio::test]
async fn a_rejection_can_be_read_and_reading_makes_links_live_again() {
    let world = full_world().await;
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    world.vendor().decline(&id, None).unwrap();
    let (_, body) = world.get(&format!("/portfolio/{id}")).await;
    let portfolio = &body["data"]["portfolio"];
    assert_eq!(
        (&portfolio["status"], &portfolio["signers"][0]["status"]),
        (&json!("REJECTED_BY_CLIENT"), &json!("REJECTED"))
    );
    let reason = json!({ "detail": "signer 11111111-1", "message": "The signer refused to sign" });
    assert_eq!(portfolio["rejection"], reason);

    let done = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    world.vendor().sign(&done, None).await.unwrap();
    let url = world.vendor().portfolio(&done).unwrap().download_url.unwrap();
    world.later(Duration::from_hours(25)).await;
    assert_eq!(world.download(&url).await.0, 403);
    world.get(&format!("/portfolio/{done}")).await;
    assert_eq!(world.download(&url).await.0, 200);
}

#[tokio::test]
async fn portfolios_are_found_by_the_customer_s_own_id_and_only_by_their_customer() {
    let world = full_world().await;
    let ids = [world.created(&one_signer()).await, world.created(&one_signer()).await];
    let (status, body) = world.get("/portfolio?client_portfolio_id=sub_1").await;
    let found: Vec<&Value> = body["data"]["portfolios"].as_array().unwrap().iter().map(|found| &found["id"]).collect();
    assert_eq!((status, found), (200, vec![&json!(ids[0]), &json!(ids[1])]));
    let (status, body) = world.get("/portfolio?client_portfolio_id=sub_").await;
    assert_eq!((status, &body["data"]["portfolios"]), (200, &json!([])));
    let expected = invalid(&[("client_portfolio_id", "is required")]);
    assert_eq!(world.get("/portfolio").await, (400, expected));

    let key = Key::fresh();
    let other = Consumer {
        user: "api@other.example".to_owned(),
        issuer: "other-user".to_owned(),
        public_key_pem: key.public_pem(),
        ..Consumer::demo()
    };
    world.vendor().put_consumer(other).unwrap();
    let token = || key.token(&claims("api@other.example", "other-user"));
    let call = world.http.get(world.url("/portfolio?client_portfolio_id=sub_1")).bearer_auth(token());
    assert_eq!(answer(call).await.1["data"]["portfolios"], json!([]));
    let call = world.http.get(world.url(&format!("/portfolio/{}", ids[0]))).bearer_auth(token());
    assert_eq!(answer(call).await, not_found());
}

#[tokio::test]
async fn searches_may_lag_behind() {
    let world = full_world().await;
    world.sandbox().add_fault(Fault::once("gofirmex", "create_portfolio", FaultKind::LookupLag { seconds: 60 }));
    let id = world.created(&one_signer()).await;
    let count = async || {
        let (_, body) = world.get("/portfolio?client_portfolio_id=sub_1").await;
        body["data"]["portfolios"].as_array().unwrap().len()
    };
    assert_eq!(count().await, 0);
    assert_eq!(world.get(&format!("/portfolio/{id}")).await.0, 200, "by its id it is there");
    world.later(Duration::from_secs(60)).await;
    assert_eq!(count().await, 1);
}

#[tokio::test]
async fn a_withdrawn_portfolio_ends_as_rejected_by_the_client_without_naming_a_signer() {
    let world = full_world().await;
    let receiver = world.with_receiver().await;
    let id = world.accepted(&two_signers(), &[document("Contrato", CONTRACT)]).await;
    let cancel = json!({ "portfolio_id": id, "reason": "A mistake" });
    let expected = json!({ "success": true, "message": "Portfolio canceled", "data": {} });
    assert_eq!(world.post("/cancel_portfolio", &cancel).await, (200, expected));
    world.settle().await;
    let expected = json!({
        "event": "portfolio_rejected",
        "data": { "portfolio": {
            "id": id, "client_portfolio_id": "sub_1", "status": "REJECTED_BY_CLIENT", "message": "A mistake",
        } },
    });
    assert_eq!(receiver.of("portfolio_rejected"), [expected]);
    let ended = (409, failure("PORTFOLIO_FINISHED", "The portfolio has ended"));
    assert_eq!(world.post("/cancel_portfolio", &cancel).await, ended);
    assert_eq!(world.post("/cancel_portfolio", &json!({ "portfolio_id": "1" })).await, not_found());
    let expected = invalid(&[("portfolio_id", "is required"), ("why", "is not a known member")]);
    assert_eq!(world.post("/cancel_portfolio", &json!({ "why": 1 })).await, (400, expected));
    receiver.stop().await;
}

#[tokio::test]
async fn a_signer_whose_turn_it_is_can_be_reminded() {
    let world = full_world().await;
    let id = world.accepted(&two_signers(), &[document("Contrato", CONTRACT)]).await;
    let remind = |nin: &str| json!({ "portfolio_id": id, "signer_nin": nin });
    let expected = json!({ "success": true, "message": "Notification sent", "data": {} });
    assert_eq!(world.post("/resend_notification", &remind(ANA)).await, (200, expected));
    assert_eq!(world.sandbox().count("gofirmex", "ana@example.cl", NoticeKind::Reminder), 1);
    let pending = (409, failure("SIGNER_NOT_PENDING", "The signer is not waiting for a notification"));
    assert_eq!(world.post("/resend_notification", &remind(LUIS)).await, pending, "not his turn");
    world.vendor().sign(&id, Some(ANA)).await.unwrap();
    assert_eq!(world.post("/resend_notification", &remind(ANA)).await, pending, "done");
    assert_eq!(world.post("/resend_notification", &remind(LUIS)).await, pending, "his customer notifies him");
    let unknown = failure("SIGNER_NOT_FOUND", "The portfolio has no such signer");
    assert_eq!(world.post("/resend_notification", &remind("1-9")).await, (404, unknown));
    let expected = invalid(&[("portfolio_id", "is required"), ("signer_nin", "is required")]);
    assert_eq!(world.post("/resend_notification", &json!({})).await, (400, expected));
}
