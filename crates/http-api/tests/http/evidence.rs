use std::io::{Cursor, Read, Seek, SeekFrom, Write};

use broker::{EvidenceCheck, Scope};
use domain::events::EventKind;
use domain::facts::ArtifactKind;
use domain::ids::ArtifactId;
use domain::record::Artifact;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::{Answer, SentEnvelope, TestApi};

/// Larger than a chunk of the store, so that it comes in pieces.
fn signed_pdf() -> Vec<u8> {
    (0..2_500_000_u32).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

async fn with_artifacts(api: &TestApi) -> SentEnvelope {
    let sent = api.sent_to_page_vendor(json!({})).await;
    let mut artifacts = Vec::new();
    for (name, bytes, published) in [
        ("contract-signed.pdf", signed_pdf(), true),
        ("../receipt\n.pdf", b"a receipt".to_vec(), true),
        ("late.pdf", b"kept, not published".to_vec(), false),
    ] {
        let meta = api.broker.blobs().put("artifacts", &bytes).await.unwrap();
        artifacts.push((name, meta, published));
    }
    api.change(&sent, |envelope| {
        let submission = envelope.submissions[0].id;
        envelope.artifacts = artifacts
            .iter()
            .map(|(name, meta, published)| Artifact {
                id: ArtifactId::generate(),
                submission,
                kind: ArtifactKind::Evidence,
                documents: Vec::new(),
                recipient: None,
                filename: (*name).to_owned(),
                content_type: "application/pdf".to_owned(),
                size: meta.size,
                sha256: meta.sha256.clone(),
                chunk_sha256: meta.chunk_sha256.clone(),
                object_key: meta.key.clone(),
                verification: None,
                published: *published,
                created_at: envelope.created_at,
            })
            .collect();
    })
    .await;
    sent
}

fn members(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(answer.body.clone())).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut member = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            (member.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn file_with(bytes: &[u8]) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

#[actix_web::test]
async fn the_bundle_has_the_envelope_its_history_and_what_came_back() {
    let api = TestApi::with_page_vendor().await;
    let sent = with_artifacts(&api).await;
    let bundle = api.get(&format!("{}/evidence", sent.path)).await.is(200);
    assert_eq!(bundle.header("content-type"), Some("application/zip"));
    let id = sent.path.rsplit('/').next().unwrap();
    assert_eq!(
        bundle.header("content-disposition"),
        Some(format!("attachment; filename=\"{id}-evidence.zip\"").as_str())
    );
    let members = members(&bundle);
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "README.txt",
        "envelope.json",
        "events.json",
        "artifacts/01-contract-signed.pdf",
        "artifacts/02-_receipt_.pdf",
        "SHA256SUMS",
        "SEAL",
    ];
    assert_eq!(names, expected);
    assert!(members[3].1 == signed_pdf(), "the artifact is another");

    let envelope: Value = serde_json::from_slice(&members[1].1).unwrap();
    assert_eq!(envelope["id"], id);
    assert_eq!(envelope["recipients"][0]["signing_url"], Value::Null, "no link that signs leaves in a bundle");
    let history: Value = serde_json::from_slice(&members[2].1).unwrap();
    let events = api.get(&format!("{}/events", sent.path)).await.is(200).json();
    assert_eq!(history["data"], events["data"]);
    assert_eq!(history["chain"]["intact"], true);
    assert_eq!(history["chain"]["head"], events["data"].as_array().unwrap().last().unwrap()["hash"]);

    let sums = String::from_utf8(members[5].1.clone()).unwrap();
    assert_eq!(sums.lines().count(), 5, "{sums}");
    for ((name, bytes), line) in members.iter().zip(sums.lines()) {
        let digest = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes));
        assert_eq!(line, format!("{digest}  {name}"));
    }
    let found = api.broker.check_evidence(file_with(&bundle.body)).unwrap();
    assert!(found.is_sound() && found.intact.len() == 5, "{found:?}");
}

/// What checking says of the bundle after somebody changed its files, or took some out.
fn rebuilt(api: &TestApi, bundle: &Answer, change: impl Fn(&str, &[u8]) -> Option<Vec<u8>>) -> EvidenceCheck {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members(bundle) {
        let Some(bytes) = change(&name, &bytes) else { continue };
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    api.broker.check_evidence(file_with(&zip.finish().unwrap().into_inner())).unwrap()
}

#[actix_web::test]
async fn a_bundle_that_was_tampered_with_is_found_out() {
    let api = TestApi::with_page_vendor().await;
    let sent = with_artifacts(&api).await;
    let bundle = api.get(&format!("{}/evidence", sent.path)).await.is(200);
    assert!(
        rebuilt(&api, &bundle, |_, bytes| Some(bytes.to_vec())).is_sound(),
        "another ZIP of the same files is as good"
    );
    let changed = rebuilt(&api, &bundle, |name, bytes| {
        Some(if name == "envelope.json" { [bytes, b" ".as_slice()].concat() } else { bytes.to_vec() })
    });
    assert_eq!((changed.is_sound(), changed.changed), (false, vec!["envelope.json".to_owned()]));
    let missing = rebuilt(&api, &bundle, |name, bytes| (name != "events.json").then(|| bytes.to_vec()));
    assert_eq!((missing.is_sound(), missing.missing), (false, vec!["events.json".to_owned()]));
    let resealed = rebuilt(&api, &bundle, |name, bytes| {
        Some(match name {
            "SHA256SUMS" => String::from_utf8(bytes.to_vec()).unwrap().replace("README.txt", "README.md").into_bytes(),
            _ => bytes.to_vec(),
        })
    });
    assert!(!resealed.sealed && !resealed.is_sound(), "{resealed:?}");
    assert!(api.broker.check_evidence(file_with(b"no archive")).is_err());
}

#[actix_web::test]
async fn a_bundle_needs_both_scopes_and_is_audited_when_it_is_sent() {
    let api = TestApi::with_page_vendor().await;
    let sent = api.sent_to_page_vendor(json!({})).await;
    let path = format!("{}/evidence", sent.path);
    for scopes in [&[Scope::DocumentsRead][..], &[Scope::EnvelopesRead]] {
        let key = api.key_with(Some(api.tenant), scopes).await;
        let request = api.anonymous("GET", &path).insert_header(("authorization", format!("Bearer {key}")));
        api.send(request).await.problem("forbidden");
    }
    let downloads = async || {
        let entries = api.get("/v1/audit").await.is(200).json();
        entries["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "evidence.downloaded").count()
    };
    let head = api.send(api.request("HEAD", &path)).await.is(200);
    assert!(head.body.is_empty());
    assert_eq!(downloads().await, 0);
    api.get(&path).await.is(200);
    assert_eq!(downloads().await, 1);
    let draft = api.draft().await;
    let bundle = api.get(&format!("{draft}/evidence")).await.is(200);
    let events: Value = serde_json::from_slice(&members(&bundle)[2].1).unwrap();
    assert_eq!(events["data"][0]["type"], EventKind::EnvelopeCreated.as_str());
}

#[actix_web::test]
async fn a_file_that_is_not_what_was_stored_breaks_the_bundle_off() {
    let api = TestApi::with_page_vendor().await;
    let sent = with_artifacts(&api).await;
    api.change(&sent, |envelope| envelope.artifacts[0].sha256 = "00".repeat(32)).await;
    let broken = api.try_body(api.request("GET", &format!("{}/evidence", sent.path))).await;
    assert!(broken.is_err(), "a bundle with a wrong file was given to its end");
}
