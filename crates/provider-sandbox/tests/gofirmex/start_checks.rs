//! What a portfolio must have before it can be started, and what a start costs.

use provider_sandbox::gofirmex::{ID_CARD_BACK, ID_CARD_FRONT, RejectedBy};
use serde_json::json;

use crate::support::{
    ANA, CONTRACT, LUIS, PNG, card, document, failure, invalid, one_signer, two_signers, with, world,
};

#[tokio::test]
async fn a_portfolio_with_a_document_is_started() {
    let world = world().await;
    world.vary(|variants| variants.evaluation_ms = None);
    let id = world.created(&one_signer()).await;
    world.added(&with(document("Contrato", CONTRACT), json!({ "portfolio_id": id }))).await;
    let expected = json!({ "success": true, "message": "Portfolio started", "data": {} });
    assert_eq!(world.start(&id).await, (200, expected));
    assert_eq!(world.status(&id), "IN_REVIEW");
    assert!(world.vendor().transactions()[0].live);
}

#[tokio::test]
async fn the_request_names_a_portfolio_of_the_caller() {
    let world = world().await;
    let json = json!({ "portfolio": "1" });
    let expected = invalid(&[("portfolio_id", "is required"), ("portfolio", "is not a known member")]);
    assert_eq!(world.post("/start_portfolio_signing", &json).await, (400, expected));
    let unknown = failure("PORTFOLIO_NOT_FOUND", "The portfolio does not exist");
    assert_eq!(world.start("9f0b7a52-6f5e-4a53-9a0c-2a4b8a4d7c11").await, (404, unknown));
}

#[tokio::test]
async fn a_portfolio_needs_a_document_and_for_a_notary_both_sides_of_every_card() {
    let world = world().await;
    let id = world.created(&two_signers()).await;
    let empty = failure("PORTFOLIO_INCOMPLETE", "The portfolio has no document");
    assert_eq!(world.start(&id).await, (409, empty));
    let notarial = with(document("Contrato", CONTRACT), json!({ "portfolio_id": id, "signature": "FEA + Notary" }));
    world.added(&notarial).await;
    let lacking = (409, failure("PORTFOLIO_INCOMPLETE", "A signer lacks identity documents"));
    for (nin, side) in [(ANA, ID_CARD_FRONT), (ANA, ID_CARD_BACK), (LUIS, ID_CARD_FRONT), (LUIS, ID_CARD_BACK)] {
        assert_eq!(world.start(&id).await, lacking);
        let (status, _) = world.post("/portfolio_signer_document", &card(&id, nin, side, PNG)).await;
        assert_eq!(status, 200);
    }
    world.started(&id).await;
}

#[tokio::test]
async fn a_start_costs_credit_and_happens_once() {
    let world = world().await;
    world.change_account(|account| account.credit = Some(2));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = world.created(&one_signer()).await;
        world.added(&with(document("Contrato", CONTRACT), json!({ "portfolio_id": id }))).await;
        ids.push(id);
    }
    world.started(&ids[0]).await;
    let again = failure("PORTFOLIO_ALREADY_STARTED", "The portfolio was started before");
    assert_eq!(world.start(&ids[0]).await, (409, again));
    assert_eq!(world.vendor().consumer("acme-user").unwrap().credit, Some(1), "a refused start costs nothing");
    world.started(&ids[1]).await;
    let broke = failure("INSUFFICIENT_CREDIT", "The account has no credit left");
    let incomplete = world.created(&one_signer()).await;
    assert_eq!(world.start(&incomplete).await.0, 409, "what is incomplete is told first");
    world.added(&with(document("Contrato", CONTRACT), json!({ "portfolio_id": incomplete }))).await;
    assert_eq!(world.start(&incomplete).await, (402, broke.clone()));
    assert_eq!(world.start(&ids[0]).await, (402, broke), "credit is looked at before the stage");
}

#[tokio::test]
async fn a_portfolio_that_ended_unstarted_cannot_be_used() {
    let world = world().await;
    let id = world.created(&one_signer()).await;
    let json = with(document("Contrato", CONTRACT), json!({ "portfolio_id": id }));
    world.added(&json).await;
    world.vendor().reject(&id, RejectedBy::Client, "Retirado").unwrap();
    let ended = (409, failure("PORTFOLIO_FINISHED", "The portfolio has ended"));
    assert_eq!(world.start(&id).await, ended);
    assert_eq!(world.post("/portfolio_document", &json).await, ended);
}
