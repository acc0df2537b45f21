//! The controls under `/_sandbox`.

use provider_sandbox::gofirmex::{DEMO_ISSUER, GoFirmex};
use serde_json::{Value, json};

use crate::support::{ANA, CONTRACT, Key, LUIS, World, answer, claims, document, one_signer, two_signers, with, world};

async fn control(world: &World, path: &str, json: &Value) -> u16 {
    let url = format!("{}/_sandbox/{path}", world.running.base_url());
    world.http.post(url).json(json).send().await.unwrap().status().as_u16()
}

async fn read(world: &World, path: &str) -> (u16, Value) {
    answer(world.http.get(format!("{}/_sandbox/{path}", world.running.base_url()))).await
}

#[tokio::test]
async fn customers_come_over_http_with_their_public_keys() {
    let world = world().await;
    let key = Key::fresh();
    let consumer = json!({ "user": "api@b.example", "issuer": "b-user", "public_key_pem": key.public_pem() });
    assert_eq!(control(&world, "gofirmex/consumers", &consumer).await, 204);
    let token = key.token(&claims("api@b.example", "b-user"));
    let call = world.http.post(world.url("/portfolio")).bearer_auth(token).json(&one_signer());
    assert_eq!(answer(call).await.0, 200);
    for wrong in [json!({ "public_key_pem": "no key" }), json!({ "issuer": null }), json!({ "private_key": "x" })] {
        assert_eq!(control(&world, "gofirmex/consumers", &with(consumer.clone(), wrong)).await, 400);
    }
}

#[tokio::test]
async fn the_demo_account_needs_no_files() {
    let world = world().await;
    let url = format!("{}/_sandbox/gofirmex/demo-private-key.pem", world.running.base_url());
    let pem = world.http.get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(pem, GoFirmex::demo_private_key_pem());
    let settings = GoFirmex::demo_settings();
    let claims = claims(settings["user"].as_str().unwrap(), settings["issuer"].as_str().unwrap());
    let call = world.http.post(world.url("/portfolio")).bearer_auth(Key::demo().token(&claims));
    let (_, body) = answer(call.json(&one_signer())).await;
    let id = body["data"]["portfolio"]["id"].as_str().unwrap();
    let json = json!({ "portfolio_id": id, "document_type": settings["default_document_type"] });
    world.added(&with(document("Contrato", CONTRACT), json)).await;
    let types = &settings["profile"]["identity_document_types"];
    for kind in ["id_card_front", "id_card_back", "property_title", "other"] {
        let card = crate::support::card(id, ANA, types[kind].as_str().unwrap(), CONTRACT);
        assert_eq!(world.post("/portfolio_signer_document", &card).await.0, 200, "{kind}");
    }
}

#[tokio::test]
async fn a_portfolio_is_moved_and_seen_over_http() {
    let world = world().await;
    let variants = json!({ "evaluation_ms": null, "notary_ms": null });
    assert_eq!(control(&world, "gofirmex/variants", &variants).await, 204);
    assert_eq!(control(&world, "gofirmex/variants", &json!({ "unknown": true })).await, 400);
    let id = world.created(&two_signers()).await;
    let json = json!({ "portfolio_id": id, "signature": "FEA + Notary" });
    let added = world.added(&with(document("Contrato", CONTRACT), json)).await;
    world.cards(&id).await;
    world.started(&id).await;
    let path = |deed: &str| format!("gofirmex/portfolios/{id}/{deed}");
    let nothing = json!({});
    assert_eq!(control(&world, &path("sign"), &nothing).await, 404, "nobody is asked yet");
    assert_eq!(control(&world, &path("accept"), &nothing).await, 204);
    assert_eq!(control(&world, &path("sign"), &json!({ "who": LUIS })).await, 409);
    assert_eq!(control(&world, &path("sign"), &json!({ "who": ANA, "document": 0 })).await, 204);
    assert_eq!(control(&world, &path("sign"), &json!({ "email": ANA })).await, 400);
    assert_eq!(control(&world, &path("sign"), &nothing).await, 204);
    assert_eq!(control(&world, &path("legalise"), &nothing).await, 204);
    assert_eq!(control(&world, &path("reject"), &json!({ "by": "client", "message": "late" })).await, 409);
    assert_eq!(control(&world, &path("reject"), &json!({ "by": "somebody", "message": "" })).await, 400);

    let (status, view) = read(&world, &format!("gofirmex/portfolios/{id}")).await;
    assert_eq!((status, &view["stage"], &view["signers"][0]["done"]), (200, &json!("COMPLETED"), &json!(true)));
    assert_eq!(read(&world, "gofirmex/portfolios/unknown").await.0, 404);
    let original =
        format!("{}/_sandbox/{}", world.running.base_url(), path(&format!("documents/{added}/original.pdf")));
    assert_eq!(world.download(&original).await.2, CONTRACT);

    let refused = world.created(&one_signer()).await;
    let decline = format!("gofirmex/portfolios/{refused}/decline");
    assert_eq!(control(&world, &decline, &json!({ "who": ANA })).await, 409, "not started");
    let (_, transactions) = read(&world, "transactions").await;
    let shown = &transactions["transactions"][0];
    assert_eq!(
        (&shown["vendor"], &shown["correlation"], &shown["name"]),
        (&json!("gofirmex"), &json!("sub_1"), &json!("Contrato"))
    );
}

#[tokio::test]
async fn profile_and_catalogue_are_replaced_and_a_reset_goes_back() {
    let world = world().await;
    let overlay = json!({ "calls": { "create_portfolio": { "path": "/carpetas" } } });
    assert_eq!(control(&world, "gofirmex/profile", &overlay).await, 204);
    assert_eq!(world.post("/carpetas", &one_signer()).await.0, 200);
    assert_eq!(control(&world, "gofirmex/profile", &json!({ "calls": 7 })).await, 400);
    let catalogue = json!({ "portfolio_types": ["lease"], "document_types": [], "identity_types": [] });
    assert_eq!(control(&world, "gofirmex/catalogue", &catalogue).await, 204);
    let typed = with(one_signer(), json!({ "portfolio_type": "lease" }));
    assert_eq!(world.post("/carpetas", &typed).await.0, 200);

    let (_, state) = read(&world, "state").await;
    let vendor = &state["vendors"]["gofirmex"];
    assert_eq!(vendor["base_url"], world.vendor().base_url());
    assert_eq!((&vendor["portfolios"], &vendor["starts"]), (&json!(2), &json!(0)));
    assert_eq!(vendor["consumers"][0]["issuer"], DEMO_ISSUER);
    assert_eq!(vendor["profile"]["calls"]["create_portfolio"]["path"], "/carpetas");

    assert_eq!(control(&world, "reset", &json!({})).await, 204);
    assert!(world.vendor().portfolios().is_empty());
    assert_eq!(world.post("/portfolio", &one_signer()).await.0, 200);
    assert_eq!(world.post("/portfolio", &typed).await.0, 400);
}
