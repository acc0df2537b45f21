//! The evidence bundle of an envelope that went its whole way.

use std::io::{Cursor, Read};

use provider_sandbox::Scripts;
use serde_json::Value;
use tests::{CONTRACT, Setup, an_envelope};
use zip::ZipArchive;

fn member(bundle: &[u8], name: &str) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(bundle)).unwrap();
    let mut member = zip.by_name(name).unwrap_or_else(|_| panic!("no {name} in the bundle"));
    let mut bytes = Vec::new();
    member.read_to_end(&mut bytes).unwrap();
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_completed_envelope_has_its_documents_and_history_in_the_bundle() {
    let app = Setup::sqlite().sandbox(|s| s.scripts = Scripts::everybody_signs()).start().await;
    let tenant = app.tenant_with_account().await;
    let draft = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    draft.send().await;
    let done = draft.wait_for("completed").await;

    let answer = tenant.api.get(&draft.path("/evidence")).await.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/zip"));
    let bundle = answer.body;
    let sums = String::from_utf8(member(&bundle, "SHA256SUMS")).unwrap();
    let listed: Vec<(&str, &str)> =
        sums.lines().map(|line| line.split_once("  ").expect("a digest and a name")).collect();
    for (digest, name) in &listed {
        assert_eq!(tests::sha256(&member(&bundle, name)), *digest, "{name}");
    }
    for artifact in done["artifacts"].as_array().unwrap() {
        let digest = artifact["sha256"].as_str().unwrap();
        assert!(listed.iter().any(|(listed, name)| *listed == digest && name.starts_with("artifacts/")), "{artifact}");
    }
    let envelope: Value = serde_json::from_slice(&member(&bundle, "envelope.json")).unwrap();
    assert_eq!((&envelope["id"], &envelope["status"]), (&done["id"], &done["status"]));
    let history: Value = serde_json::from_slice(&member(&bundle, "events.json")).unwrap();
    assert_eq!(history["chain"]["intact"], true, "{}", history["chain"]);
    assert_eq!(history["data"], Value::from(draft.events().await));
    let audit = app.admin().for_tenant(&tenant.id).all("/v1/audit").await;
    let downloads =
        audit.iter().filter(|entry| entry["action"] == "evidence.downloaded" && entry["subject"] == draft.id);
    assert_eq!(downloads.count(), 1, "{audit:?}");
}
