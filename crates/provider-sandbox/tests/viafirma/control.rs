//! The control API over HTTP.

use serde_json::{Value, json};

use crate::support::{API_KEY, CONTRACT, PROMISE, World, answer, file, opening, world};

async fn post(world: &World, path: &str, json: &Value) -> u16 {
    let url = format!("{}/_sandbox/viafirma/{path}", world.running.base_url());
    world.http.post(url).json(json).send().await.unwrap().status().as_u16()
}

fn url(world: &World, path: &str) -> String {
    format!("{}/_sandbox/{path}", world.running.base_url())
}

#[tokio::test]
async fn operations_are_signed_cancelled_failed_and_removed() {
    let world = world().await;
    for (verb, body, state) in [
        ("sign", json!({ "contact": "12345678Z" }), "signed"),
        ("sign", json!({ "kind": "revoked", "certificate": { "name": "EVA" } }), "signed"),
        ("decline", json!({}), "cancelled"),
        ("cancel", json!({ "contact": "12345678Z" }), "cancelled"),
        ("fail", json!({ "code": "106" }), "failed"),
        ("fail", json!({ "code": "106", "files": [0] }), "partially_signed"),
        ("expire", json!({}), "expired"),
    ] {
        let id = world.ready_with(&opening(2), &[file("doc_1", CONTRACT), file("doc_2", PROMISE)]).await;
        let path = format!("operations/{id}/{verb}");
        assert_eq!(post(&world, &path, &body).await, 204, "{verb}");
        assert_eq!(post(&world, &path, &body).await, 409, "not twice");
        let view = answer(world.http.get(url(&world, &format!("viafirma/operations/{id}")))).await;
        assert_eq!((view.0, &view.1["state"]), (200, &json!(state)));
    }
    let (_, all) = answer(world.http.get(url(&world, "viafirma/operations"))).await;
    let second = &all["operations"][1]["certificate"];
    assert_eq!((&second["name"], &second["isRevoked"]), (&json!("EVA"), &json!(true)));
}

#[tokio::test]
async fn files_are_given_out_as_received_and_as_signed() {
    let world = world().await;
    let id = world.ready().await;
    let file = |name: &str| url(&world, &format!("viafirma/operations/{id}/files/{name}"));
    let original = world.http.get(file("0/original")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(original, CONTRACT);
    assert_eq!(world.http.get(file("0/signed")).send().await.unwrap().status(), 404);
    assert_eq!(world.http.get(file("1/original")).send().await.unwrap().status(), 404);
    post(&world, &format!("operations/{id}/sign"), &json!({})).await;
    let signed = world.http.get(file("0/signed")).send().await.unwrap().bytes().await.unwrap();
    assert!(signed.starts_with(CONTRACT) && signed.len() > CONTRACT.len());
}

#[tokio::test]
async fn what_is_unknown_is_refused() {
    let world = world().await;
    let id = world.ready().await;
    for (path, body, status) in [
        ("variants".to_owned(), json!({ "finish": "sometimes" }), 400),
        ("variants".to_owned(), json!({ "colour": 1 }), 400),
        ("applications".to_owned(), json!({ "api_key": "k", "api_password": "p", "name": "n" }), 400),
        (format!("operations/{id}/sign"), json!({ "email": "a@example.com" }), 400),
        (format!("operations/{id}/sign"), json!({ "kind": "forged" }), 400),
        (format!("operations/{id}/sign"), json!({ "contact": "87654321X" }), 404),
        (format!("operations/{id}/fail"), json!({ "files": [0] }), 400),
        ("operations/1/sign".to_owned(), json!({}), 404),
        ("operations/1/expire".to_owned(), json!({}), 404),
        ("launch".to_owned(), json!({ "link": "https://example.org" }), 422),
        ("launch".to_owned(), json!({ "url": "x" }), 400),
    ] {
        assert_eq!(post(&world, &path, &body).await, status, "{path} {body}");
    }
}

#[tokio::test]
async fn accounts_variants_and_the_launch_link_work_over_http_and_reset_forgets_them() {
    let world = world().await;
    assert_eq!(post(&world, "applications", &json!({ "api_key": "k2", "api_password": "p2" })).await, 204);
    let call = world.http.post(world.url("api/rest/services/prepareparallelsignature"));
    assert_eq!(answer(call.basic_auth("k2", Some("p2")).json(&opening(1))).await.0, 200);
    assert_eq!(post(&world, "variants", &json!({ "finish": "absent", "max_file_bytes": null })).await, 204);
    let (_, variants) = answer(world.http.get(url(&world, "viafirma/variants"))).await;
    assert_eq!((&variants["finish"], &variants["max_file_bytes"]), (&json!("absent"), &Value::Null));
    let id = world.prepared(&opening(1)).await;
    world.added(&json!({ "operationId": id, "operationFile": file("doc_1", PROMISE) })).await;
    let link = world.viafirma().operation(&id).unwrap().launch_url;
    let (status, launched) =
        answer(world.http.post(url(&world, "viafirma/launch")).json(&json!({ "link": link }))).await;
    assert_eq!((status, &launched["desktop_url"]), (200, &json!(world.url(&format!("desktop/{id}")))));

    let (_, state) = answer(world.http.get(url(&world, "state"))).await;
    let own = &state["vendors"]["viafirma"];
    assert_eq!((&own["operations"], &own["base_url"]), (&json!(2), &json!(world.viafirma().base_url())));
    world.sandbox().reset();
    assert!(world.viafirma().operations().is_empty());
    assert_eq!(world.viafirma().variants(), provider_sandbox::viafirma::Variants::default());
    let (_, state) = answer(world.http.get(url(&world, "state"))).await;
    assert_eq!(state["vendors"]["viafirma"]["applications"][0]["api_key"], API_KEY);
    assert_eq!(state["vendors"]["viafirma"]["applications"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_seed_makes_signature_ids_repeatable() {
    let config = || provider_sandbox::SandboxConfig { seed: Some(7), ..provider_sandbox::SandboxConfig::default() };
    let mut ids = Vec::new();
    for _ in 0..2 {
        let world = crate::support::world_with(config()).await;
        let id = world.ready().await;
        world.viafirma().sign(&id, None).await.unwrap();
        ids.push(world.signature_id(&id, 0).await);
    }
    assert_eq!(ids[0], ids[1]);
    let parts: Vec<&str> = ids[0].split('-').collect();
    assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [4; 4], "{ids:?}");
    assert_eq!(parts[0], "VIAF");
}
