//! What an identity document must have, in the contract's order.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use provider_sandbox::gofirmex::{ID_CARD_FRONT, OTHER_IDENTITY_DOCUMENT, PROPERTY_TITLE};
use serde_json::{Value, json};

use crate::support::{
    ANA, CONTRACT, JPEG, LUIS, PNG, World, card, document, failure, invalid, one_signer, with, world,
};

async fn add(world: &World, json: &Value) -> (u16, Value) {
    world.post("/portfolio_signer_document", json).await
}

#[tokio::test]
async fn the_contract_s_example_is_taken() {
    let world = world().await;
    let portfolio = world.created(&one_signer()).await;
    let (status, body) = add(&world, &card(&portfolio, ANA, ID_CARD_FRONT, PNG)).await;
    let id = body["data"]["document"]["id"].as_str().unwrap();
    let expected = json!({ "success": true, "message": "Document created", "data": { "document": { "id": id } } });
    assert_eq!((status, &body), (200, &expected));
    assert_eq!(world.vendor().identity_document(&portfolio, id).unwrap(), PNG);
    let view = world.vendor().portfolio(&portfolio).unwrap();
    let kept = &view.identity_documents[0];
    assert_eq!((kept.kind.as_str(), kept.content_type), ("id_card_front", "image/png"));
}

#[tokio::test]
async fn faults_come_in_the_contract_s_order() {
    let world = world().await;
    let expected = invalid(&[
        ("portfolio_id", "is required"),
        ("signer_nin", "is required"),
        ("document", "is required"),
        ("description", "is required"),
        ("document_type", "is required"),
        ("document_format", "is not a known member"),
    ]);
    assert_eq!(add(&world, &json!({ "document_format": "png" })).await, (400, expected));

    let portfolio = world.created(&one_signer()).await;
    let mut json = with(card("9f0b7a52", LUIS, "card", b"GIF89a"), json!({ "document": "?" }));
    let unknown = failure("PORTFOLIO_NOT_FOUND", "The portfolio does not exist");
    assert_eq!(add(&world, &json).await, (404, unknown));
    json["portfolio_id"] = portfolio.into();
    let unsupported = failure("UNSUPPORTED_FORMAT", "The document does not have a supported format");
    assert_eq!(add(&world, &json).await, (415, unsupported.clone()));
    json["document"] = BASE64_STANDARD.encode(vec![0; 5 * 1024 * 1024 + 1]).into();
    assert_eq!(add(&world, &json).await, (413, failure("DOCUMENT_TOO_LARGE", "The document is too large")));
    json["document"] = BASE64_STANDARD.encode("GIF89a").into();
    let unknown = failure("DOCUMENT_TYPE_NOT_FOUND", "The document type does not exist");
    assert_eq!(add(&world, &json).await, (404, unknown));
    json["document_type"] = ID_CARD_FRONT.into();
    let unknown = failure("SIGNER_NOT_FOUND", "The portfolio has no such signer");
    assert_eq!(add(&world, &json).await, (404, unknown));
    json["signer_nin"] = ANA.into();
    assert_eq!(add(&world, &json).await, (415, unsupported));
}

#[tokio::test]
async fn formats_depend_on_the_type() {
    let world = world().await;
    let portfolio = world.created(&one_signer()).await;
    for (document_type, bytes, status) in [
        (ID_CARD_FRONT, JPEG, 200),
        (ID_CARD_FRONT, CONTRACT, 200),
        (OTHER_IDENTITY_DOCUMENT, PNG, 200),
        (PROPERTY_TITLE, CONTRACT, 200),
        (PROPERTY_TITLE, PNG, 415),
        (PROPERTY_TITLE, JPEG, 415),
    ] {
        assert_eq!(add(&world, &card(&portfolio, ANA, document_type, bytes)).await.0, status, "{document_type}");
    }
}

#[tokio::test]
async fn a_started_portfolio_takes_none() {
    let world = world().await;
    let portfolio = world.created(&one_signer()).await;
    world.added(&with(document("Contrato", CONTRACT), json!({ "portfolio_id": portfolio }))).await;
    world.started(&portfolio).await;
    let refusal = failure("PORTFOLIO_ALREADY_STARTED", "The portfolio was started before");
    assert_eq!(add(&world, &card(&portfolio, ANA, ID_CARD_FRONT, PNG)).await, (409, refusal));
}
