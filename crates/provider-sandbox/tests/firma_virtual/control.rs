//! The control API over HTTP.

use serde_json::{Value, json};

use crate::support::{LOGIN, PATIENCE, PROMISE, World, certified, email, not_found, plain, world};

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
    let id = world.sent(&certified()).await;
    for verb in ["download", "accept", "pay", "sign", "notary/stamp"] {
        let path = format!("firma_virtual/contracts/{id}/{verb}");
        assert_eq!(post(&world, &path, &json!({})).await, (204, String::new()), "{verb}");
    }
    assert_eq!(post(&world, "clock/advance", &json!({ "seconds": 3_600 })).await.0, 200);
    let wait = json!({ "timeout_ms": PATIENCE.as_secs() * 1_000 });
    assert_eq!(post(&world, "settle", &wait).await.0, 200);
    assert_eq!(post(&world, "clock/advance", &json!({ "seconds": 3_600 })).await.0, 200);
    assert_eq!(post(&world, "settle", &wait).await.0, 200);
    let view = get(&world, &format!("firma_virtual/contracts/{id}")).await;
    assert_eq!((&view["status"], &view["signers"][0]["paid"]), (&json!("FINISHED"), &json!(true)));
    assert_eq!(get(&world, "transactions").await["transactions"][0]["state"], "FINISHED");
    assert_eq!(get(&world, "counters").await["firma_virtual"][email(0)], json!({ "invitation": 1, "next_step": 2 }));
    let state = get(&world, "state").await;
    let summary = &state["vendors"]["firma_virtual"];
    assert_eq!((&summary["contracts"], &summary["users"][0]["login"]), (&json!(1), &json!(LOGIN)));
    assert_eq!((&summary["base_url"], &summary["prices"]), (&json!(world.vendor().base_url()), &json!(117)));

    let file = async |name: &str| {
        let url = format!("{}/_sandbox/firma_virtual/contracts/{id}/{name}", world.running.base_url());
        world.http.get(url).send().await.unwrap().bytes().await.unwrap()
    };
    assert_eq!(file("draft.pdf").await, PROMISE);
    assert_eq!(file("signed.pdf").await, world.vendor().signed(&id).unwrap());
}

#[tokio::test]
async fn deeds_name_their_signer_and_impossible_ones_are_refused() {
    let world = world().await;
    let id = world.sent(&plain(2)).await;
    let deed =
        async |verb: &str, who: Value| post(&world, &format!("firma_virtual/contracts/{id}/{verb}"), &who).await.0;
    assert_eq!(deed("accept", json!({ "email": "SIGNER1@example.cl" })).await, 204);
    assert_eq!(deed("accept", json!({ "email": email(1) })).await, 409);
    assert_eq!(deed("accept", json!({ "email": "nobody@example.cl" })).await, 404);
    assert_eq!(deed("sign", json!({ "email": email(1) })).await, 409);
    assert_eq!(deed("notary/stamp", json!({})).await, 409);
    assert_eq!(deed("dance", json!({})).await, 404);
    assert_eq!(deed("next", json!({})).await, 204);
    assert_eq!(world.status(&id).await, "APPROVED");
    let declined = world.sent(&plain(1)).await;
    assert_eq!(post(&world, &format!("firma_virtual/contracts/{declined}/decline"), &json!({})).await.0, 204);
    assert_eq!(world.status(&declined).await, "REJECTED");
    assert_eq!(post(&world, "firma_virtual/contracts/x/accept", &json!({})).await.0, 404);
}

#[tokio::test]
async fn a_contract_can_show_any_word_and_be_lost() {
    let world = world().await;
    let id = world.sent(&plain(1)).await;
    let shown = format!("firma_virtual/contracts/{id}/status");
    for word in ["OTHER", "SOMETHING_NEW"] {
        assert_eq!(post(&world, &shown, &json!({ "word": word })).await.0, 204);
        assert_eq!(world.status(&id).await, word);
    }
    assert_eq!(post(&world, &shown, &json!({ "word": null })).await.0, 204);
    assert_eq!(world.status(&id).await, "REVIEW");
    assert_eq!(post(&world, &format!("firma_virtual/contracts/{id}/lose"), &json!({})).await.0, 204);
    assert_eq!(world.get(&format!("api/v1/contract/{id}")).await, not_found());
    assert_eq!(post(&world, "firma_virtual/contracts/x/lose", &json!({})).await.0, 404);
}

#[tokio::test]
async fn unknown_members_are_refused_with_a_reason() {
    let world = world().await;
    let cases = [
        ("firma_virtual/variants", json!({ "colour": "red" })),
        ("firma_virtual/users", json!({ "id": 1, "login": "x" })),
        ("firma_virtual/catalogue", json!([{ "id": 1 }])),
        ("firma_virtual/contracts/x/accept", json!({ "mail": "a@example.cl" })),
        ("firma_virtual/contracts/x/status", json!({ "status": "OTHER" })),
    ];
    for (path, json) in cases {
        let (status, body) = post(&world, path, &json).await;
        assert_eq!(status, 400, "{path}");
        assert!(!serde_json::from_str::<Value>(&body).unwrap()["error"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn users_prices_and_variants_are_set_on_demand_and_forgotten_at_reset() {
    let mut world = world().await;
    let user = json!({
        "id": 7, "login": "another1", "password": "p", "email": "b@example.cl", "rut": "6-K", "first_name": "B",
        "last_name": "C",
    });
    assert_eq!(post(&world, "firma_virtual/users", &user).await.0, 204);
    world.token("another1", "p").await;
    let row = json!({
        "id": 1, "contract_type": 1, "class": "LABOR", "name": "FINIQUITO", "modal": "SIGNATURE", "sign_count": 1,
        "pesos": 10,
    });
    assert_eq!(post(&world, "firma_virtual/catalogue", &json!([row])).await.0, 204);
    assert_eq!(
        post(&world, "firma_virtual/variants", &json!({ "max_merge": 2, "auth_style": "http401" })).await.0,
        204
    );
    assert_eq!(world.vendor().catalogue().len(), 1);
    assert_eq!(post(&world, "firma_virtual/tokens/revoke", &json!({})).await.0, 204);
    assert_eq!(world.get("api/v1/contract").await.0, 401);

    assert_eq!(post(&world, "reset", &json!({})).await.0, 204);
    assert_eq!(world.vendor().variants().max_merge, 10);
    assert_eq!((world.vendor().users().len(), world.vendor().catalogue().len()), (1, 117));
    world.log_in().await;
    assert_eq!(world.get("api/v1/contract").await.0, 200);
}
