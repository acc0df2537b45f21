use serde_json::json;

use crate::support::TestApi;

#[actix_web::test]
async fn a_repeated_creation_gives_the_first_answer() {
    let api = TestApi::new().await;
    let create = |subject: &str| {
        api.request("POST", "/v1/envelopes")
            .insert_header(("idempotency-key", "k1"))
            .set_json(json!({ "subject": subject }))
    };
    let first = api.send(create("One")).await.is(201);
    assert_eq!(first.header("idempotency-replayed"), None);
    let again = api.send(create("One")).await.is(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!((again.body, again.headers.get("location")), (first.body, first.headers.get("location")));
    assert_eq!(again.headers.get("etag"), first.headers.get("etag"));
    api.send(create("Two")).await.problem("idempotency-key-reused");
    assert_eq!(api.get("/v1/envelopes").await.json()["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_refusal_is_repeated_too_but_missing_rights_are_not() {
    let api = TestApi::new().await;
    let reader = api.key_with(Some(api.tenant), &[broker::Scope::EnvelopesRead]).await;
    let create = |body| api.request("POST", "/v1/envelopes").insert_header(("idempotency-key", "k1")).set_json(body);
    let forbidden = create(json!({ "subject": "x" })).insert_header(("authorization", format!("Bearer {reader}")));
    api.send(forbidden).await.problem("forbidden");
    let first = api.send(create(json!({}))).await;
    first.problem("validation-failed");
    let again = api.send(create(json!({}))).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[actix_web::test]
async fn keys_of_different_callers_and_operations_do_not_meet() {
    let api = TestApi::new().await;
    let other = api.key_with(Some(api.tenant), &broker::Scope::ALL).await;
    let create = |key: &str| {
        api.anonymous("POST", "/v1/envelopes")
            .insert_header(("authorization", format!("Bearer {key}")))
            .insert_header(("idempotency-key", "k1"))
            .set_json(json!({ "subject": "x" }))
    };
    let first = api.send(create(&api.key)).await.is(201);
    let second = api.send(create(&other)).await.is(201);
    assert_ne!(first.header("location"), second.header("location"));
    let copy = format!("{}/copy", first.header("location").unwrap());
    let copied = api.send(api.request("POST", &copy).insert_header(("idempotency-key", "k1"))).await.is(201);
    assert_ne!(copied.header("location"), first.header("location"));
}

#[actix_web::test]
async fn a_malformed_key_is_refused() {
    let api = TestApi::new().await;
    let long = "x".repeat(256);
    let request = api.request("POST", "/v1/envelopes").insert_header(("idempotency-key", long));
    let faults = api.send(request.set_json(json!({ "subject": "x" }))).await.problem("bad-header");
    assert_eq!(faults, ["/Idempotency-Key invalid_format"]);
}

#[actix_web::test]
async fn a_repeated_upload_stores_one_document() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let upload = |bytes: &'static [u8]| {
        api.request("POST", &format!("{draft}/documents?filename=a.pdf"))
            .insert_header(("idempotency-key", "u1"))
            .insert_header(("content-type", "application/pdf"))
            .set_payload(bytes)
    };
    let first = api.send(upload(crate::support::PDF)).await.is(201);
    let again = api.send(upload(crate::support::PDF)).await.is(201);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    api.send(upload(b"%PDF-1.7 another")).await.problem("idempotency-key-reused");
    assert_eq!(api.get(&format!("{draft}/documents")).await.json()["data"].as_array().unwrap().len(), 1);
}
