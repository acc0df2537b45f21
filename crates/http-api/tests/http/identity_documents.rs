use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{PDF, TestApi};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of a picture";

/// The address of a draft's only recipient.
async fn recipient(api: &TestApi, draft: &str) -> String {
    let envelope = api.get(draft).await.is(200).json();
    format!("{draft}/recipients/{}", envelope["recipients"][0]["id"].as_str().unwrap())
}

#[actix_web::test]
async fn files_are_added_listed_and_removed_one_by_one() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let recipient = recipient(&api, &draft).await;
    let path = format!("{recipient}/identity-documents");
    assert_eq!(api.get(&path).await.is(200).json()["data"], json!([]));

    let body = json!({ "type": "id_card_front", "filename": "front.png", "content_base64": STANDARD.encode(PNG) });
    let first = api.post(&path, body).await.is(201);
    assert_eq!(first.header("etag"), Some("\"2\""));
    let front = first.json();
    assert_eq!((&front["type"], &front["content_type"]), (&json!("id_card_front"), &json!("image/png")));
    assert_eq!(front["size"], PNG.len());
    let raw = api
        .request("POST", &format!("{path}?type=property_title&filename=title.pdf"))
        .insert_header(("content-type", "application/pdf"))
        .set_payload(PDF);
    let title = api.send(raw).await.is(201);
    let location = title.header("location").unwrap().to_owned();
    let title = title.json();
    assert_eq!(title["filename"], "title.pdf");

    assert_eq!(api.get(&path).await.is(200).json()["data"], json!([front, title]));
    let shown = api.get(&draft).await.json();
    assert_eq!(shown["recipients"][0]["identity_documents"], json!([front, title]));
    assert!(!shown.to_string().contains(&STANDARD.encode(PNG)));

    // A copy has them too, as its own.
    let copy = api.post(&format!("{draft}/copy"), json!({})).await.is(201).json();
    let copied = copy["recipients"][0]["identity_documents"].as_array().unwrap().clone();
    assert_eq!(copied.len(), 2);
    assert_ne!(copied[0]["id"], front["id"]);
    assert_eq!(copied[0]["sha256"], front["sha256"]);

    let other_version = api.request("DELETE", &location).insert_header(("if-match", "\"1\""));
    api.send(other_version).await.problem("precondition-failed");
    let removed = api.send(api.request("DELETE", &location)).await.is(204);
    assert_eq!(removed.header("etag"), Some("\"4\""));
    assert_eq!(api.get(&path).await.json()["data"], json!([front]));
    api.send(api.request("DELETE", &location)).await.problem("not-found");
}

#[actix_web::test]
async fn a_wrong_file_is_refused_with_its_reason() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let path = format!("{}/identity-documents", recipient(&api, &draft).await);
    let text = json!({ "type": "id", "filename": "a.txt", "content_base64": STANDARD.encode("hello") });
    assert_eq!(api.post(&path, text).await.problem("validation-failed"), [" wrong_file_type"]);
    let faults = api.post(&path, json!({ "filename": "../a.png", "content_base64": "?" })).await;
    let faults = faults.problem("validation-failed");
    assert_eq!(faults, ["/content_base64 invalid_base64", "/filename wrong_format", "/type required"]);
    let raw = |query: &str, kind: &'static str| {
        api.request("POST", &format!("{path}{query}")).insert_header(("content-type", kind)).set_payload(PNG)
    };
    assert_eq!(
        api.send(raw("?x=1", "image/png")).await.problem("bad-query"),
        ["/filename required", "/type required", "/x unknown_field"]
    );
    api.send(raw("?type=id&filename=a.png", "text/plain")).await.problem("unsupported-media-type");
    api.send(api.request("POST", &format!("{draft}/recipients/rcp_01jd8x3w6hf1pa9yrzm0e5k2qd/identity-documents")))
        .await
        .problem("not-found");
    assert_eq!(api.get(&path).await.json()["data"], json!([]));
}

#[actix_web::test]
async fn a_repeated_request_adds_one_file_and_there_is_a_limit() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let path = format!("{}/identity-documents", recipient(&api, &draft).await);
    let add = |key: &str| {
        let body = json!({ "type": "other", "filename": "a.png", "content_base64": STANDARD.encode(PNG) });
        api.request("POST", &path).insert_header(("idempotency-key", key.to_owned())).set_json(body)
    };
    let first = api.send(add("same")).await.is(201);
    let again = api.send(add("same")).await.is(201);
    assert_eq!((first.json(), again.header("idempotency-replayed")), (again.json(), Some("true")));
    for index in 0..9 {
        api.send(add(&format!("more-{index}"))).await.is(201);
    }
    assert_eq!(api.send(add("too-many")).await.problem("validation-failed"), [" too_many"]);
    assert_eq!(api.get(&path).await.json()["data"].as_array().unwrap().len(), 10);
}

#[actix_web::test]
async fn only_a_draft_can_be_changed() {
    let api = TestApi::with_page_vendor().await;
    let sent = api.sent_to_page_vendor(json!({})).await;
    let path = format!("{}/identity-documents", recipient(&api, &sent.path).await);
    let body = json!({ "type": "other", "filename": "a.png", "content_base64": STANDARD.encode(PNG) });
    let refused: Value = api.post(&path, body).await.json();
    assert_eq!(refused["code"], "wrong-state");
}
