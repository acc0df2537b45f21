//! Uploading and downloading documents.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::{CONTRACT, Sample, Setup, an_envelope, eventually, sample, spawn_app};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_uploaded_raw_or_as_a_form() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let path = draft.path("/documents?filename=contract.pdf&name=The%20contract");
    let raw = tenant.api.post(&path).body("application/pdf", CONTRACT.bytes).await.expect(201);
    assert_eq!(raw.tag(), format!("\"{}\"", draft.get().await["version"]));
    let raw = raw.json();
    assert_eq!(raw["filename"], "contract.pdf");
    assert_eq!(raw["name"], "The contract");
    assert_eq!(raw["order"], 1);
    assert_eq!(raw["content_type"], "application/pdf");

    let part = Part::bytes(CONTRACT.bytes).file_name("annex ñ.pdf").mime_str("application/octet-stream").unwrap();
    let form = Form::new().text("name", "Annex").text("order", "1").part("file", part);
    let annex = tenant.api.post(&draft.path("/documents")).multipart(form).await.expect(201);
    let location = annex.header("location").unwrap().to_owned();
    let annex = annex.json();
    assert_eq!(
        (&annex["filename"], &annex["name"], &annex["order"]),
        (&json!("annex ñ.pdf"), &json!("Annex"), &json!(1))
    );
    assert_eq!(tenant.api.get(&location).await.expect(200).json(), annex);
    let listed = tenant.api.get(&draft.path("/documents")).await.expect(200).json();
    let names: Vec<&str> = listed["data"].as_array().unwrap().iter().map(|d| d["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Annex", "The contract"], "the other moved down");
    assert_eq!(draft.get().await["documents"], listed["data"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_must_have_one_file_and_no_unknown_field() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let part = || Part::bytes(CONTRACT.bytes).file_name("a.pdf").mime_str("application/pdf").unwrap();
    let post = |form: Form| tenant.api.post(&draft.path("/documents")).multipart(form);
    post(Form::new().text("name", "x")).await.problem(400, "malformed-multipart");
    post(Form::new().part("file", part()).part("file", part())).await.problem(400, "malformed-multipart");
    post(Form::new().part("file", part()).text("colour", "red").text("order", "first"))
        .await
        .problem(422, "validation-failed")
        .has(&[("/colour", "unknown_field"), ("/order", "wrong_type")]);
    tenant
        .api
        .post(&draft.path("/documents"))
        .body("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"fi")
        .await
        .problem(400, "malformed-multipart");
    tenant.api.post(&draft.path("/documents")).body("text/plain", "x").await.problem(415, "unsupported-media-type");
    assert_eq!(draft.get().await["documents"], json!([]));
    assert_eq!(app.objects(), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_digest_that_is_named_is_verified() {
    use aws_lc_rs::digest::{SHA256, SHA512, digest};
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let upload = |field: &str| {
        tenant
            .api
            .post(&draft.path("/documents?filename=c.pdf"))
            .header("Content-Digest", field)
            .body("application/pdf", CONTRACT.bytes)
    };
    let sha256 = |bytes: &[u8]| format!("sha-256=:{}:", STANDARD.encode(digest(&SHA256, bytes)));
    upload(&sha256(b"other bytes")).await.problem(422, "digest-mismatch");
    assert_eq!(draft.get().await["documents"], json!([]));
    assert_eq!(app.objects(), Vec::<std::path::PathBuf>::new());
    upload(&sha256(CONTRACT.bytes)).await.expect(201);
    upload(&format!("sha-512=:{}:", STANDARD.encode(digest(&SHA512, CONTRACT.bytes)))).await.expect(201);
}

/// A PDF of more than three MiB: digests are kept for each MiB, so that parts can be verified.
fn larger_than_a_chunk() -> Sample {
    let mut bytes = CONTRACT.bytes.to_vec();
    let end = bytes.windows(9).rposition(|window| window == b"startxref").expect("an end");
    let trailer = bytes.split_off(end);
    while bytes.len() < 3_500_000 {
        bytes.extend_from_slice(format!("% {} bytes so far\n", bytes.len()).as_bytes());
    }
    bytes.extend_from_slice(&trailer);
    Sample { name: "large.pdf", bytes: bytes.leak(), verdict: Ok(3) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_is_whole_or_in_parts() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let large = larger_than_a_chunk();
    let document = draft.upload(&large).await.expect(201).json();
    let path = draft.path(&format!("/documents/{}/content", document["id"].as_str().unwrap()));
    let get = || tenant.api.get(&path);
    let size = large.bytes.len();

    let whole = get().await.expect(200);
    assert_eq!(whole.body, large.bytes);
    assert_eq!(whole.header("content-type"), Some("application/pdf"));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(whole.header("content-length"), Some(&*size.to_string()));
    assert!(whole.header("content-disposition").unwrap().contains(large.name));
    let digest = format!("sha-256=:{}:", STANDARD.encode(hex::decode(large.sha256()).unwrap()));
    assert_eq!(whole.header("repr-digest"), Some(&*digest));
    assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
    let tag = whole.tag();

    let head = tenant.api.head(&path).await.expect(200);
    assert!(head.body.is_empty());
    for name in ["content-length", "etag", "repr-digest", "content-type", "accept-ranges"] {
        assert_eq!(head.header(name), whole.header(name), "{name}");
    }

    for (range, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=10-99", 10..100),
        ("bytes=-7", size - 7..size),
        (&*format!("bytes={}-", size - 1), size - 1..size),
        ("bytes=100-99999999", 100..size),
        ("bytes=1048570-1048580", 1_048_570..1_048_581),
    ] {
        let answer = get().header("Range", range).await.expect(206);
        assert_eq!(answer.body, large.bytes[part.clone()], "{range}");
        let shown = format!("bytes {}-{}/{size}", part.start, part.end - 1);
        assert_eq!(answer.header("content-range"), Some(&*shown));
        assert_eq!(answer.header("content-length"), Some(&*part.len().to_string()));
        assert_eq!(answer.tag(), tag);
    }
    let beyond = get().header("Range", &format!("bytes={size}-")).await;
    assert_eq!(beyond.header("content-range"), Some(&*format!("bytes */{size}")));
    beyond.problem(416, "range-not-satisfiable");
    get().header("Range", "bytes=0-0").header("If-Range", &tag).await.expect(206);
    get().header("Range", "bytes=0-0").header("If-Range", "\"other\"").await.expect(200);
    assert!(get().header("If-None-Match", &tag).await.expect(304).body.is_empty());
    assert_eq!(get().header("Range", "pages=1").await.expect(200).body.len(), size);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_over_the_limit_is_refused_however_it_comes() {
    let app = Setup::sqlite().set("limits.max_document_bytes", "100000").start().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let large = sample("many-pages-300.pdf");
    assert!(large.bytes.len() > 100_000);
    draft.upload(&large).await.problem(413, "body-too-large");
    draft.upload_form(&large).await.problem(413, "body-too-large");
    let pieces: Vec<Result<&[u8], std::io::Error>> = large.bytes.chunks(10_000).map(Ok).collect();
    let stream = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
    let path = draft.path("/documents?filename=large.pdf");
    tenant.api.post(&path).body("application/pdf", stream).await.problem(413, "body-too-large");
    assert_eq!(draft.get().await["documents"], json!([]));
    assert_eq!(app.objects(), Vec::<std::path::PathBuf>::new());
    draft.upload(&CONTRACT).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_breaks_off_leaves_nothing_behind() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let address = tenant.api.base().trim_start_matches("http://").to_owned();
    for announced in [format!("Content-Length: {}", CONTRACT.bytes.len()), "Transfer-Encoding: chunked".to_owned()] {
        let mut socket = TcpStream::connect(&address).await.unwrap();
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/pdf\r\n{announced}\r\n\r\n",
            draft.path("/documents?filename=half.pdf"),
            tenant.api.key().unwrap(),
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        let half = &CONTRACT.bytes[..CONTRACT.bytes.len() / 2];
        if announced.starts_with("Transfer") {
            socket.write_all(format!("{:x}\r\n", half.len()).as_bytes()).await.unwrap();
        }
        socket.write_all(half).await.unwrap();
        socket.flush().await.unwrap();
        // Long enough for the broker to have begun; what is asserted below does not depend on it.
        let mut nothing = [0; 1];
        let read = tokio::time::timeout(Duration::from_millis(200), socket.read(&mut nothing)).await;
        assert!(read.is_err(), "no answer comes before the end of the body");
        drop(socket);
    }
    eventually("the store to be empty", async || app.objects().is_empty().then_some(())).await;
    assert_eq!(draft.get().await["documents"], json!([]));
    assert_eq!(draft.event_types().await, ["envelope.created"]);
    draft.upload(&CONTRACT).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_of_a_draft_are_renamed_moved_and_removed() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[CONTRACT, sample("one-page-fpdf2.pdf")]).await;
    let documents = draft.get().await["documents"].clone();
    let path = |index: usize| draft.path(&format!("/documents/{}", documents[index]["id"].as_str().unwrap()));
    let renamed = tenant
        .api
        .patch(&path(1), &json!({ "filename": "first.pdf", "name": "First", "order": 1 }))
        .await
        .expect(200)
        .json();
    assert_eq!(renamed["filename"], "first.pdf");
    let orders = |envelope: &Value| -> Vec<String> {
        envelope["documents"].as_array().unwrap().iter().map(|d| format!("{}:{}", d["order"], d["name"])).collect()
    };
    assert_eq!(orders(&draft.get().await), ["1:\"First\"", "2:\"contrato-trabajo-es\""]);
    tenant
        .api
        .patch(&path(1), &json!({ "filename": "a/b.pdf", "order": 0, "size": 3 }))
        .await
        .problem(422, "validation-failed")
        .has(&[("/filename", "wrong_format"), ("/order", "too_small"), ("/size", "unknown_field")]);
    tenant.api.delete(&path(1)).await.expect(204);
    assert_eq!(orders(&draft.get().await), ["1:\"contrato-trabajo-es\""], "the rest moves up");
    tenant.api.get(&path(1)).await.problem(404, "not-found");
    assert!(draft.event_types().await.contains(&"document.removed".to_owned()));
}
