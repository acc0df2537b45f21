//! Where the real vendor may deviate from the contract's assumptions.

use std::collections::BTreeMap;

use provider_sandbox::gofirmex::DetailShape;
use serde_json::json;

use crate::support::{CONTRACT, ana, document, one_signer, with, world};

#[tokio::test]
async fn failures_may_have_a_success_status() {
    let world = world().await;
    world.vary(|variants| variants.failures_as_200 = true);
    let (status, body) = world.start("unknown").await;
    assert_eq!((status, &body["success"], &body["code"]), (200, &json!(false), &json!("PORTFOLIO_NOT_FOUND")));
    assert_eq!(world.post("/nothing", &json!({})).await.0, 404, "the gateway keeps its statuses");
}

#[tokio::test]
async fn detail_may_have_other_shapes() {
    let world = world().await;
    let faulty = json!({ "signers": [with(ana(), json!({ "nin": "1", "email": null }))] });
    world.vary(|variants| variants.detail = DetailShape::Text);
    let (_, body) = world.post("/portfolio", &faulty).await;
    assert_eq!(body["detail"], "signers[0].nin: invalid RUT; signers[0].email: is required");
    world.vary(|variants| variants.detail = DetailShape::Object);
    let (_, body) = world.post("/portfolio", &faulty).await;
    assert_eq!(body["detail"], json!({ "signers[0].nin": "invalid RUT", "signers[0].email": "is required" }));
}

#[tokio::test]
async fn codes_may_be_missing_or_be_other_words() {
    let world = world().await;
    world.vary(|variants| variants.omit_codes = true);
    let (status, body) = world.start("unknown").await;
    assert_eq!((status, body), (404, json!({ "success": false, "message": "The portfolio does not exist" })));
    world.vary(|variants| {
        variants.omit_codes = false;
        variants.renamed_codes = BTreeMap::from([("PORTFOLIO_NOT_FOUND".to_owned(), "E404".to_owned())]);
    });
    assert_eq!(world.start("unknown").await.1["code"], "E404");
}

#[tokio::test]
async fn answers_may_be_bare_and_creations_201() {
    let world = world().await;
    world.vary(|variants| (variants.bare_answers, variants.created_as_201) = (true, true));
    let (status, body) = world.post("/portfolio", &one_signer()).await;
    let id = &body["data"]["portfolio"]["id"];
    assert_eq!((status, &body), (201, &json!({ "success": true, "data": { "portfolio": { "id": id } } })));
    let json = with(document("Contrato", CONTRACT), json!({ "portfolio_id": id }));
    let (status, body) = world.post("/portfolio_document", &json).await;
    let document = &body["data"]["document"]["id"];
    assert_eq!((status, &body), (201, &json!({ "success": true, "data": { "document": { "id": document } } })));
    assert_eq!(world.start(id.as_str().unwrap()).await, (200, json!({ "success": true })));
}

#[tokio::test]
async fn a_second_start_may_be_harmless() {
    let world = world().await;
    world.change_account(|account| account.credit = Some(5));
    world.vary(|variants| variants.start_again_succeeds = true);
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    world.started(&id).await;
    assert_eq!(world.status(&id), "ACCEPTED", "it does not begin anew");
    assert_eq!(world.vendor().consumer("acme-user").unwrap().credit, Some(4), "and is not paid twice");
}

#[tokio::test]
async fn unknown_members_may_be_ignored_but_never_another_style() {
    let world = world().await;
    world.vary(|variants| variants.reject_unknown = false);
    let json = json!({ "signers": [with(ana(), json!({ "rank": 1 }))], "contract_type": "lease" });
    let id = world.created(&json).await;
    let json = with(document("Contrato", CONTRACT), json!({ "portfolio_id": id, "name": "x" }));
    world.added(&json).await;
    let (status, body) = world.post("/portfolio_document", &with(json, json!({ "sign": true }))).await;
    assert_eq!((status, &body["detail"][0]["field"]), (400, &json!("sign")));
}
