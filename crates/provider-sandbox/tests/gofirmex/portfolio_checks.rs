//! What a new portfolio must have: every fault with its field, all of them together.

use provider_sandbox::gofirmex::PORTFOLIO_TYPE;
use serde_json::{Value, json};

use crate::support::{ana, answer, failure, invalid, luis, one_signer, two_signers, with, world};

#[tokio::test]
async fn the_contract_s_example_is_taken() {
    let world = world().await;
    let (status, body) = world.post("/portfolio", &two_signers()).await;
    assert_eq!(status, 200);
    let id = body["data"]["portfolio"]["id"].as_str().unwrap();
    let expected = json!({
        "success": true,
        "message": "Portfolio created",
        "data": { "portfolio": { "id": id, "client_portfolio_id": "sub_1", "status": "CREATED" } },
    });
    assert_eq!(body, expected);
    assert!(id.len() == 36 && id.chars().nth(14) == Some('4'), "a UUID of version 4: {id}");
    let view = world.vendor().portfolio(id).unwrap();
    assert_eq!((view.signers[0].name.as_str(), view.signers[1].notified), ("Ana María Pérez Soto", false));
    assert!(!world.vendor().transactions()[0].live, "nobody was told of it");
    assert_eq!(world.sandbox().notices().len(), 0);
}

#[tokio::test]
async fn a_body_must_be_a_json_object() {
    let world = world().await;
    let refusal = (400, failure("VALIDATION_ERROR", "The body is not a JSON object"));
    for json in [json!([]), json!("text"), Value::Null] {
        assert_eq!(world.post("/portfolio", &json).await, refusal);
    }
    let call = || world.authorized(world.http.post(world.url("/portfolio")));
    assert_eq!(answer(call().header("content-type", "application/json").body("{")).await, refusal);
    assert_eq!(answer(call().header("content-type", "text/plain").body("{}")).await, refusal);
    assert_eq!(answer(call().form(&[("signers", "1")])).await, refusal);
}

#[tokio::test]
async fn signers_must_be_there_and_not_too_many() {
    let world = world().await;
    let many: Vec<Value> = vec![json!("no object"); 21];
    for (json, message) in [
        (json!({}), "is required"),
        (json!({ "signers": null }), "is required"),
        (json!({ "signers": [] }), "must not be empty"),
        (json!({ "signers": {} }), "must be an array"),
    ] {
        assert_eq!(world.post("/portfolio", &json).await, (400, invalid(&[("signers", message)])), "{json}");
    }
    let (status, body) = world.post("/portfolio", &json!({ "signers": many })).await;
    assert_eq!(status, 400);
    assert_eq!(body["detail"][0], json!({ "field": "signers", "message": "has too many elements" }));
    assert_eq!(body["detail"][21], json!({ "field": "signers[20]", "message": "must be an object" }));
}

#[tokio::test]
async fn every_member_of_a_signer_is_checked() {
    let world = world().await;
    let cases = [
        (json!({ "nin": null }), "nin", "is required"),
        (json!({ "nin": "11.111.111-1" }), "nin", "invalid RUT"),
        (json!({ "nin": "11111111-2" }), "nin", "invalid RUT"),
        (json!({ "nin": "10000013-k" }), "nin", "invalid RUT"),
        (json!({ "country": "CHL", "nin": "X1" }), "country", "must be an ISO 3166-1 alpha-2 code"),
        (json!({ "names": " " }), "names", "must not be empty"),
        (json!({ "lastnames": 7 }), "lastnames", "must be a string"),
        (json!({ "email": "ana@example" }), "email", "must be an e-mail address"),
        (json!({ "notification": "sms" }), "notification", "must be email or none"),
        (json!({ "order": 0 }), "order", "must be an integer from 1"),
        (json!({ "order": "1" }), "order", "must be an integer from 1"),
        (json!({ "phone": "912345678" }), "phone", "must be an E.164 number"),
        (json!({ "phone": 56_912_345_678_u64 }), "phone", "must be a string"),
        (json!({ "role": "signer" }), "role", "is not a known member"),
    ];
    for (change, field, message) in cases {
        let json = json!({ "signers": [with(ana(), change)] });
        let expected = invalid(&[(&format!("signers[0].{field}"), message)]);
        assert_eq!(world.post("/portfolio", &json).await, (400, expected), "{field}");
    }
    let foreigner = with(ana(), json!({ "nin": "AB-123", "country": "PE", "phone": null }));
    world.created(&json!({ "signers": [foreigner] })).await;
}

#[tokio::test]
async fn signers_must_differ_and_all_or_none_have_an_order() {
    let world = world().await;
    let twice = json!({ "signers": [ana(), with(luis(), json!({ "nin": "11111111-1" }))] });
    let expected = invalid(&[("signers[1].nin", "is another signer's")]);
    assert_eq!(world.post("/portfolio", &twice).await, (400, expected));
    let half = json!({ "signers": [ana(), with(luis(), json!({ "order": null }))] });
    let expected = invalid(&[("signers[1].order", "all signers or none must have one")]);
    assert_eq!(world.post("/portfolio", &half).await, (400, expected));
    world.created(&json!({ "signers": [ana(), with(luis(), json!({ "order": 1 }))] })).await;
}

#[tokio::test]
async fn all_faults_come_together() {
    let world = world().await;
    let json = json!({
        "signers": [with(ana(), json!({ "email": null, "names": "" })), with(luis(), json!({ "nin": "1" }))],
        "client_portfolio_id": 7,
        "portfolio_type": "lease",
        "contract_type": "lease",
    });
    let expected = invalid(&[
        ("client_portfolio_id", "must be a string"),
        ("portfolio_type", "is not in the catalogue"),
        ("contract_type", "is not a known member"),
        ("signers[0].names", "must not be empty"),
        ("signers[0].email", "is required"),
        ("signers[1].nin", "invalid RUT"),
    ]);
    assert_eq!(world.post("/portfolio", &json).await, (400, expected));
    assert!(world.vendor().portfolios().is_empty());
}

#[tokio::test]
async fn a_type_of_the_catalogue_is_kept() {
    let world = world().await;
    let id = world.created(&with(one_signer(), json!({ "portfolio_type": PORTFOLIO_TYPE }))).await;
    assert_eq!(world.vendor().portfolio(&id).unwrap().portfolio_type.as_deref(), Some(PORTFOLIO_TYPE));
    world.vary(|variants| variants.require_portfolio_type = true);
    let expected = invalid(&[("portfolio_type", "is required")]);
    assert_eq!(world.post("/portfolio", &one_signer()).await, (400, expected));
}

#[tokio::test]
async fn a_customer_s_own_id_may_come_again_unless_it_must_be_unique() {
    let world = world().await;
    world.created(&one_signer()).await;
    world.created(&one_signer()).await;
    world.vary(|variants| variants.unique_client_id = true);
    let refusal = failure("DUPLICATE_CLIENT_PORTFOLIO_ID", "The client_portfolio_id is in use");
    assert_eq!(world.post("/portfolio", &one_signer()).await, (409, refusal));
    world.created(&with(one_signer(), json!({ "client_portfolio_id": "sub_1.2" }))).await;
    world.created(&with(one_signer(), json!({ "client_portfolio_id": null }))).await;
}
