//! The control API over HTTP.

use serde_json::{Value, json};

use crate::support::{ACCOUNT, APP_KEY, CONTRACT, World, answer, sending, sending_to, signer, with, world};

fn url(world: &World, path: &str) -> String {
    format!("{}/_sandbox/{path}", world.running.base_url())
}

async fn post(world: &World, path: &str, json: &Value) -> u16 {
    answer(world.http.post(url(world, &format!("arqsign/{path}"))).json(json)).await.0
}

async fn get(world: &World, path: &str) -> (u16, Value) {
    answer(world.http.get(url(world, path))).await
}

#[tokio::test]
async fn processes_are_signed_declined_expired_canceled_and_deleted() {
    let world = world().await;
    for (verb, body, status, may_repeat) in [
        ("sign", json!({ "contact": "ana@example.com" }), "Concluído", 409),
        ("sign", json!({}), "Concluído", 404),
        ("decline", json!({ "contact": "ana@example.com", "reason": "Não" }), "Cancelado", 409),
        ("expire", json!({}), "Aguardando", 409),
        ("cancel", json!({}), "Cancelado", 409),
        ("delete", json!({}), "Aguardando", 409),
    ] {
        let id = world.sent_id(&sending()).await;
        let path = format!("processos/{id}/{verb}");
        assert_eq!(post(&world, &path, &body).await, 204, "{verb}");
        assert_eq!(post(&world, &path, &body).await, may_repeat, "{verb} again");
        let (_, view) = get(&world, &format!("arqsign/processos/{id}")).await;
        assert_eq!(view["status"], status, "{verb}");
        assert_eq!((&view["expired"], &view["deleted"]), (&json!(verb == "expire"), &json!(verb == "delete")));
        assert_eq!(post(&world, &format!("processos/0/{verb}"), &body).await, 404);
    }
    let (_, all) = get(&world, "arqsign/processos").await;
    assert_eq!(
        (all["processes"].as_array().unwrap().len(), &all["processes"][2]["recipients"][0]["declined"]),
        (6, &json!("Não"))
    );
}

#[tokio::test]
async fn a_message_bounces_on_request() {
    let world = world().await;
    let second = with(signer("b@example.com"), "/ordemAssinatura", json!(2));
    let id = world.sent_id(&sending_to(&[signer("a@example.com"), second])).await;
    let path = format!("processos/{id}/fail-delivery");
    assert_eq!(post(&world, &path, &json!({ "contact": "b@example.com" })).await, 409, "not yet written to");
    assert_eq!(post(&world, &path, &json!({ "contact": "a@example.com" })).await, 204);
    assert_eq!(post(&world, &path, &json!({ "contact": "nobody@example.com" })).await, 404);
    assert_eq!(world.signers(&id).await["signatarios"][0]["falhaEnvio"], 1);
}

#[tokio::test]
async fn files_are_given_out_as_received_and_as_signed() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    let file = |name: &str| url(&world, &format!("arqsign/processos/{id}/documentos/{name}"));
    assert_eq!(world.http.get(file("0/original.pdf")).send().await.unwrap().bytes().await.unwrap(), CONTRACT);
    assert_eq!(world.http.get(file("0/signed.pdf")).send().await.unwrap().status(), 404);
    assert_eq!(world.http.get(file("1/original.pdf")).send().await.unwrap().status(), 404);
    world.arqsign().sign(&id, None).await.unwrap();
    let signed = world.http.get(file("0/signed.pdf")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(crate::support::signatures(&signed), 1);
}

#[tokio::test]
async fn accounts_and_variants_are_set_and_what_is_unknown_is_refused() {
    let world = world().await;
    let account = json!({
        "id": "4c0a5e1d-7d0a-4b57-9b54-0f6a2d6f8e22", "name": "Outra", "app_key": "k", "subscription_keys": ["s"],
        "users": [], "folders": [],
    });
    assert_eq!(post(&world, "accounts", &account).await, 204);
    let call = world.http.get(world.url("api/v1/conta/dados-assinatura")).header("AppKey", "k");
    assert_eq!(answer(call.header("SubscriptionKey", "s")).await.1["Conta"]["nome"], "Outra");
    assert_eq!(post(&world, "accounts", &with(account, "/colour", json!(1))).await, 400);
    assert_eq!(post(&world, "variants", &json!({ "old_status_answer": true })).await, 204);
    assert!(world.arqsign().variants().old_status_answer);
    assert_eq!(post(&world, "variants", &json!({})).await, 204);
    assert!(!world.arqsign().variants().old_status_answer);
    assert_eq!(post(&world, "variants", &json!({ "colour": 1 })).await, 400);
    assert_eq!(post(&world, "variants", &json!({ "dates": "sometimes" })).await, 400);
    let id = world.sent_id(&sending()).await;
    assert_eq!(post(&world, &format!("processos/{id}/sign"), &json!({ "who": "x" })).await, 400);
}

#[tokio::test]
async fn the_state_and_the_transactions_show_the_vendor() {
    let world = world().await;
    world.webhook("https://broker.example/callbacks/1").await;
    let id = world.sent_id(&sending()).await;
    let (_, state) = get(&world, "state").await;
    let vendor = &state["vendors"]["arqsign"];
    assert_eq!((&vendor["accounts"][0]["app_key"], &vendor["processes"]), (&json!(APP_KEY), &json!(1)));
    assert_eq!(
        (&vendor["accounts"][0]["id"], &vendor["webhooks"][0]["nome"]),
        (&json!(ACCOUNT), &json!("broker-prod"))
    );
    assert_eq!(vendor["accounts"][0]["credits"]["sendings"], 999_999);
    let transaction = &world.sandbox().transactions()[0];
    assert_eq!((transaction.vendor, transaction.id.as_str(), transaction.live), ("arqsign", id.as_str(), true));
    assert_eq!(transaction.correlation.as_deref(), Some("01J8Z6Q2M4T9"));
    assert_eq!((transaction.people.len(), transaction.people[0].may_act), (2, true));
    assert_eq!((transaction.people[0].state.as_str(), &transaction.people[1].sign_url), ("pendente", &None));
    world.sandbox().reset();
    assert!(world.arqsign().processes().is_empty());
    assert_eq!(get(&world, "state").await.1["vendors"]["arqsign"]["webhooks"], json!([]));
}
