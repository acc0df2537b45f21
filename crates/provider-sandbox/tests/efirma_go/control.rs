//! The control API over HTTP, and several sandboxes side by side.

use serde_json::{Value, json};

use crate::support::{CONTRACT, PATIENCE, World, one_signer, with, world};

async fn get(world: &World, path: &str) -> Value {
    let url = format!("{}/_sandbox/{path}", world.running.base_url());
    world.http.get(url).send().await.unwrap().json().await.unwrap()
}

async fn post(world: &World, path: &str, json: &Value) -> (u16, String) {
    let url = format!("{}/_sandbox/{path}", world.running.base_url());
    let response = world.http.post(url).json(json).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_whole_flow_runs_over_the_control_api() {
    let world = world().await;
    let scripts = json!({ "default": { "action": "sign", "after_ms": 3_600_000 }, "by_email": {} });
    assert_eq!(post(&world, "scripts", &scripts).await.0, 204);
    let id = world.sent(&one_signer()).await;
    assert_eq!(post(&world, "clock/advance", &json!({ "seconds": 3_600 })).await.0, 200);
    let wait = json!({ "timeout_ms": PATIENCE.as_secs() * 1_000 });
    assert_eq!(post(&world, "settle", &wait).await, (200, r#"{"settled":true}"#.to_owned()));

    let transactions = get(&world, "transactions").await;
    let transaction = &transactions["transactions"][0];
    assert_eq!((&transaction["id"], &transaction["state"]), (&json!(id), &json!("FIRMADO")));
    assert!(transaction["people"][0]["sign_url"].as_str().unwrap().starts_with(world.running.base_url()));

    let ledger = get(&world, "ledger?vendor=efirma_go&endpoint=enviar_documento").await;
    let call = &ledger["calls"][0];
    assert_eq!(call["fields"]["json"], one_signer(), "field by field, as received");
    assert_eq!(call["files"][0]["size"], CONTRACT.len());
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, CONTRACT);
    assert_eq!(call["files"][0]["sha256"], hex::encode(digest));
    assert!(call["answer"].as_str().unwrap().contains(&id));
    assert!(get(&world, "ledger?after=1").await["calls"].as_array().unwrap().is_empty());
    assert_eq!(get(&world, "counters").await["efirma_go"]["jesus@example.com"]["invitation"], 1);

    let state = get(&world, "state").await;
    assert_eq!(state["vendors"]["efirma_go"]["documents"], 1);
    assert!(state["clock_offset_ms"].as_i64().unwrap() >= 3_600_000);
}

#[tokio::test]
async fn documents_are_signed_declined_and_annulled_by_the_control_api() {
    let world = world().await;
    for (verb, estado) in [("sign", "FIRMADO"), ("decline", "RECHAZADO"), ("annul", "ANULADO")] {
        let id = world.sent(&one_signer()).await;
        let path = format!("efirma_go/documents/{id}/{verb}");
        assert_eq!(post(&world, &path, &json!({})).await.0, 204);
        assert_eq!(world.estado(&id).await, estado);
        assert_ne!(post(&world, &path, &json!({})).await.0, 204, "not twice");
        let view = get(&world, &format!("efirma_go/documents/{id}")).await;
        assert_eq!(view["estado"], estado);
    }
    assert_eq!(post(&world, "efirma_go/documents/1/annul", &json!({})).await.0, 404);
    let id = world.sent(&one_signer()).await;
    let path = format!("efirma_go/documents/{id}/sign");
    assert_eq!(post(&world, &path, &json!({ "email": "nobody@example.com" })).await.0, 404);
    assert_eq!(post(&world, &path, &json!({ "email": "jesus@example.com" })).await.0, 204);
}

#[tokio::test]
async fn unknown_members_are_refused_with_a_reason() {
    let world = world().await;
    let cases = [
        ("faults", json!({ "vendor": "efirma_go", "fault": { "kind": "reset" }, "sometimes": true })),
        ("faults", json!({ "vendor": "efirma_go", "fault": { "kind": "reset", "harder": 1 } })),
        ("faults", json!({ "vendor": "efirma_go", "fault": { "kind": "explode" } })),
        ("scripts", json!({ "defaults": {} })),
        ("clock/advance", json!({ "hours": 1 })),
        ("efirma_go/variants", json!({ "page": 1 })),
        ("efirma_go/developers", json!({ "private_key": "k", "cif_desarrollador": "c", "name": "n" })),
        ("efirma_go/documents/1/sign", json!({ "mail": "a@example.com" })),
    ];
    for (path, json) in cases {
        let (status, body) = post(&world, path, &json).await;
        assert_eq!(status, 400, "{path} {json}");
        assert!(!serde_json::from_str::<Value>(&body).unwrap()["error"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn accounts_and_variants_are_made_on_demand_and_forgotten_at_reset() {
    let world = world().await;
    let developer =
        json!({ "private_key": "k2", "cif_desarrollador": "D2", "callback_url": "http://127.0.0.1:1/hook" });
    assert_eq!(post(&world, "efirma_go/developers", &developer).await.0, 204);
    let client = json!({ "cif_desarrollador": "D2", "cif": "C2", "nombre": "Dos", "email": "dos@cliente.example" });
    assert_eq!(post(&world, "efirma_go/clients", &client).await.0, 204);
    assert_eq!(post(&world, "efirma_go/tariffs", &json!({ "name": "Oro" })).await.0, 204);
    assert_eq!(post(&world, "efirma_go/variants", &json!({ "page_size": 1 })).await.0, 204);
    let own = json!({
        "private_key": "k2", "cif_desarrollador": "D2", "cif_cliente": "C2", "nombre_cliente": "Dos",
        "email_cliente": "dos@cliente.example", "tarifa_cliente": "Oro",
    });
    let id = world.sent(&with(one_signer(), own.clone())).await;
    world.efirma().sign(&id, None).await.unwrap();
    world.settle().await;
    assert_eq!(world.sandbox().callbacks()[0].status, None, "nobody listens there");

    assert_eq!(post(&world, "reset", &json!({})).await.0, 204);
    assert_eq!(world.send(&with(one_signer(), own)).await["estado_operacion"], "0002");
    assert!(world.sandbox().callbacks().is_empty());
    assert_eq!(world.efirma().variants().page_size, 10);
    let pem = world.http.get(format!("{}/_sandbox/ca.pem", world.running.base_url())).send().await.unwrap();
    assert_eq!(pem.text().await.unwrap(), world.sandbox().ca_pem());
}

#[tokio::test]
async fn faults_are_set_listed_and_cleared_over_http() {
    let world = world().await;
    let fault = json!({ "vendor": "efirma_go", "endpoint": "enviar_documento", "count": 0, "fault": { "kind": "http_error", "status": 503 } });
    assert_eq!(post(&world, "faults", &fault).await.0, 204);
    for _ in 0..2 {
        assert_eq!(world.post_file(&one_signer(), CONTRACT).await.unwrap().status(), 503);
    }
    assert_eq!(get(&world, "state").await["faults"][0]["fault"]["kind"], "http_error");
    let url = format!("{}/_sandbox/faults", world.running.base_url());
    assert_eq!(world.http.delete(url).send().await.unwrap().status(), 204);
    assert_eq!(world.post_file(&one_signer(), CONTRACT).await.unwrap().status(), 200);
}

#[tokio::test]
async fn two_sandboxes_share_nothing() {
    let (one, two) = tokio::join!(world(), world());
    let id = one.sent(&one_signer()).await;
    assert!(two.efirma().document(&id).is_none());
    assert_ne!(one.running.addr(), two.running.addr());
    assert_ne!(one.sandbox().ca_pem(), two.sandbox().ca_pem());
}

#[tokio::test]
async fn a_seed_makes_identifiers_repeatable() {
    let config = || provider_sandbox::SandboxConfig { seed: Some(7), ..provider_sandbox::SandboxConfig::default() };
    let (one, two) = tokio::join!(crate::support::world_with(config()), crate::support::world_with(config()));
    assert_eq!(one.sent(&one_signer()).await, two.sent(&one_signer()).await);
    let (three, four) = tokio::join!(world(), world());
    assert_ne!(three.sent(&one_signer()).await, four.sent(&one_signer()).await);
}

#[tokio::test]
async fn a_stopped_sandbox_closes_its_socket() {
    let world = world().await;
    let url = world.url("api_get_cliente");
    let World { running, http } = world;
    running.stop().await;
    assert!(http.get(url).send().await.unwrap_err().is_connect());
}

#[test]
fn it_runs_inside_an_actix_runtime() {
    actix_web::rt::System::new().block_on(async {
        let world = crate::support::signing_world().await;
        let id = world.sent(&one_signer()).await;
        world.settle().await;
        assert_eq!(world.estado(&id).await, "FIRMADO");
        world.running.stop().await;
    });
}
