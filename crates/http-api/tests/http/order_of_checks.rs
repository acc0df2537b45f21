use serde_json::json;

use crate::support::TestApi;

#[actix_web::test]
async fn checks_come_in_the_documented_order() {
    let api = TestApi::new().await;
    api.account().await;
    let draft = api.draft().await;
    api.upload(&draft).await.is(201);
    let reader = api.key_with(Some(api.tenant), &[broker::Scope::EnvelopesRead]).await;
    // Everything is wrong with this request at once; one thing after another is put right.
    let patch =
        |path: &str| api.anonymous("PATCH", path).insert_header(("content-type", "text/plain")).set_payload("{");
    let unknown = "/v1/envelopes/env_01jd8x3w6hf1pa9yrzm0e5k2qc";

    let nobody = api.send(patch(unknown)).await;
    nobody.problem("unauthorized");
    assert!(nobody.header("www-authenticate").unwrap().starts_with("Bearer"));

    let with = |key: &str| ("authorization", format!("Bearer {key}"));
    let forbidden = api.send(patch(unknown).insert_header(with(&reader))).await;
    forbidden.problem("forbidden");
    assert!(forbidden.json()["detail"].as_str().unwrap().contains("envelopes:write"));

    api.send(patch(unknown).insert_header(with(&api.key))).await.problem("not-found");

    api.post(&format!("{draft}/send"), json!({})).await.is(202);
    let stale = patch(&draft).insert_header(with(&api.key)).insert_header(("if-match", "\"1\""));
    api.send(stale).await.problem("precondition-failed");
    api.send(patch(&draft).insert_header(with(&api.key))).await.problem("wrong-state");

    let other = api.draft().await;
    let as_key = |request: actix_web::test::TestRequest| request.insert_header(with(&api.key));
    api.send(as_key(patch(&other))).await.problem("unsupported-media-type");
    let malformed = as_key(patch(&other)).insert_header(("content-type", "application/json"));
    api.send(malformed).await.problem("malformed-json");
    let content = as_key(api.anonymous("PATCH", &other)).set_json(json!({ "subject": 1 }));
    assert_eq!(api.send(content).await.problem("validation-failed"), ["/subject wrong_type"]);
}

#[actix_web::test]
async fn idempotency_comes_before_version_and_state() {
    let api = TestApi::new().await;
    api.account().await;
    let draft = api.draft().await;
    api.upload(&draft).await.is(201);
    let send = || api.request("POST", &format!("{draft}/send")).insert_header(("idempotency-key", "send-1"));
    let first = api.send(send().insert_header(("if-match", "\"2\""))).await.is(202);
    // The version has moved on and the envelope is no draft any more, but this is the same request.
    let again = api.send(send().insert_header(("if-match", "\"2\""))).await.is(202);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    api.post(&format!("{draft}/send"), json!({})).await.problem("wrong-state");
}

#[actix_web::test]
async fn existence_comes_before_the_query() {
    let api = TestApi::new().await;
    let unknown = "/v1/envelopes/env_01jd8x3w6hf1pa9yrzm0e5k2qc";
    for path in ["", "/documents", "/artifacts", "/events", "/plan"] {
        api.get(&format!("{unknown}{path}?nonsense=1")).await.problem("not-found");
    }
    let draft = api.draft().await;
    for path in ["", "/documents", "/artifacts", "/events", "/plan"] {
        let faults = api.get(&format!("{draft}{path}?nonsense=1")).await.problem("bad-query");
        assert_eq!(faults, ["/nonsense unknown_field"], "{path}");
    }
}
