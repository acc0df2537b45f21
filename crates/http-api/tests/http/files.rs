use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::{MAX_DOCUMENT, PDF, TestApi};

#[actix_web::test]
async fn a_document_is_uploaded_described_and_downloaded() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let uploaded = api.upload(&draft).await.is(201);
    assert_eq!(uploaded.header("etag"), Some("\"2\""));
    let document = uploaded.json();
    assert_eq!(
        (&document["filename"], &document["order"], &document["pages"]),
        (&json!("contract.pdf"), &json!(1), &json!(1))
    );
    let path = uploaded.header("location").unwrap().to_owned();
    assert_eq!(api.get(&path).await.is(200).json(), document);

    let content = format!("{path}/content");
    let whole = api.get(&content).await.is(200);
    assert_eq!(whole.body, PDF);
    let tag = whole.header("etag").unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", document["sha256"].as_str().unwrap()));
    assert_eq!(whole.header("content-digest"), whole.header("repr-digest"));
    assert_eq!(whole.header("content-disposition"), Some("attachment; filename=\"contract.pdf\""));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));

    let ranged = |range: &'static str| api.request("GET", &content).insert_header(("range", range));
    let part = api.send(ranged("bytes=10-19")).await.is(206);
    assert_eq!(part.body, &PDF[10..20]);
    assert_eq!(part.header("content-range"), Some(format!("bytes 10-19/{}", PDF.len()).as_str()));
    assert_eq!(part.header("repr-digest"), whole.header("repr-digest"));
    let beyond = api.send(ranged("bytes=9999999-")).await;
    beyond.problem("range-not-satisfiable");
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{}", PDF.len()).as_str()));
    let other = api.send(ranged("bytes=10-19").insert_header(("if-range", "\"other\""))).await.is(200);
    assert_eq!(other.body.len(), PDF.len());
    let known = api.send(api.request("GET", &content).insert_header(("if-none-match", tag))).await.is(304);
    assert!(known.body.is_empty());
    let head = api.send(api.request("HEAD", &content)).await.is(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("repr-digest"), whole.header("repr-digest"));
}

#[actix_web::test]
async fn only_real_downloads_are_in_the_audit_trail() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let path = format!("{}/content", api.upload(&draft).await.is(201).header("location").unwrap());
    let tag = api.send(api.request("HEAD", &path)).await.header("etag").unwrap().to_owned();
    api.send(api.request("GET", &path).insert_header(("if-none-match", tag))).await.is(304);
    let downloads = async || {
        let entries = api.get("/v1/audit").await.is(200).json();
        entries["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "document.downloaded").count()
    };
    assert_eq!(downloads().await, 0);
    api.get(&path).await.is(200);
    assert_eq!(downloads().await, 1);
}

#[actix_web::test]
async fn a_form_is_taken_like_the_raw_file() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let form = |parts: &[(&str, &[u8])]| {
        let mut body = Vec::new();
        for (head, content) in parts {
            body.extend_from_slice(format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XX--\r\n");
        api.request("POST", &format!("{draft}/documents"))
            .insert_header(("content-type", "multipart/form-data; boundary=XX"))
            .set_payload(body)
    };
    let file = ("name=\"file\"; filename=\"C:\\\\papers\\\\contract.pdf\"", PDF);
    let named = form(&[("name=\"name\"", b"Contract"), ("name=\"order\"", b"1"), file]);
    let document = api.send(named).await.is(201).json();
    assert_eq!((&document["filename"], &document["name"]), (&json!("contract.pdf"), &json!("Contract")));
    assert_eq!(document["size"], PDF.len());
    api.send(form(&[("name=\"name\"", b"Contract")])).await.problem("malformed-multipart");
    api.send(form(&[file, file])).await.problem("malformed-multipart");
    let faults = api.send(form(&[("name=\"order\"", b"first"), ("name=\"odd\"", b"x"), file])).await;
    assert_eq!(faults.problem("validation-failed"), ["/odd unknown_field", "/order wrong_type"]);
    assert_eq!(api.get(&format!("{draft}/documents")).await.json()["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_bad_upload_is_refused_with_its_reason_and_leaves_nothing() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let upload = |media: &'static str, bytes: Vec<u8>| {
        let request = api.request("POST", &format!("{draft}/documents"));
        request.insert_header(("content-type", media)).set_payload(bytes)
    };
    let pdf = "application/pdf";
    api.send(upload("text/plain", PDF.to_vec())).await.problem("unsupported-media-type");
    api.send(upload(pdf, Vec::new())).await.problem("document-empty");
    api.send(upload(pdf, b"<html></html>".to_vec())).await.problem("document-not-pdf");
    let encrypted = include_bytes!("../../../../tests/samples/encrypted-user-password.pdf");
    api.send(upload(pdf, encrypted.to_vec())).await.problem("document-encrypted");
    api.send(upload(pdf, include_bytes!("../../../../tests/samples/truncated.pdf").to_vec()))
        .await
        .problem("document-damaged");
    let large = vec![b'x'; usize::try_from(MAX_DOCUMENT).unwrap() + 1];
    api.send(upload(pdf, large)).await.problem("body-too-large");
    let digest = format!("sha-256=:{}:", STANDARD.encode([0; 32]));
    let wrong = upload(pdf, PDF.to_vec()).insert_header(("content-digest", digest));
    api.send(wrong).await.problem("digest-mismatch");
    let unreadable = upload(pdf, PDF.to_vec()).insert_header(("content-digest", "md5=:AAAA:"));
    api.send(unreadable).await.problem("bad-header");
    assert_eq!(api.get(&draft).await.json()["documents"], json!([]));
    let inline =
        json!({ "subject": "x", "documents": [ { "filename": "a.pdf", "content_base64": STANDARD.encode("hello") } ] });
    let faults = api.post("/v1/envelopes", inline).await.problem("document-not-pdf");
    assert_eq!(faults, ["/documents/0 invalid"]);
}
