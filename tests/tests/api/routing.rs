//! Which account an envelope goes to, why not to the others, and when it goes to the next.

use std::net::TcpListener;

use provider_sandbox::{Fault, FaultKind, When};
use serde_json::{Value, json};
use tests::{CONTRACT, Setup, Tenant, an_envelope, eventually, on_both_databases, spawn_app};

/// An account of the tenant under this name; `settings` go over the usual ones.
async fn account(tenant: &Tenant, name: &str, settings: Value) -> String {
    tenant.create_account(name, settings).await.expect(201).id()
}

/// An address of this machine where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn rules(tenant: &Tenant, rules: Value) {
    tenant.api.put("/v1/routing", &json!({ "default_account": null, "rules": rules })).await.expect(200);
}

fn impatient(setup: Setup) -> Setup {
    setup.set("worker.failover_after_s", "1")
}

on_both_databases! {
    async fn an_account_out_of_reach_gives_the_envelope_to_the_next_one_of_the_rule(setup: Setup) {
        let app = impatient(setup).start().await;
        let tenant = app.tenant().await;
        let first = account(&tenant, "first", json!({ "base_url": nobody() })).await;
        let second = account(&tenant, "second", json!({})).await;
        rules(&tenant, json!([{ "name": "spain", "when": {}, "accounts": [first, second] }])).await;

        let draft = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
        draft.send().await;
        let envelope = draft.wait_for("sent").await;

        assert_eq!(envelope["provider"]["account_id"], second.as_str());
        let reason = envelope["provider"]["routing"]["reason"].as_str().unwrap();
        assert!(reason.contains("\"first\" could not be reached"), "{reason}");
        assert_eq!(app.efirma().documents().len(), 1, "sent once");
        let events = draft.events().await;
        let moved = events.iter().find(|e| e["data"]["change"] == "rerouted").expect("an event of the move");
        assert_eq!(moved["data"]["from_account_id"], first.as_str());
    }
}

#[tokio::test]
async fn a_send_in_doubt_stays_with_its_account_however_long_it_takes() {
    let app = impatient(Setup::sqlite()).start().await;
    let tenant = app.tenant().await;
    let first = account(&tenant, "first", json!({})).await;
    let second = account(&tenant, "second", json!({})).await;
    rules(&tenant, json!([{ "name": "spain", "when": {}, "accounts": [first, second] }])).await;
    let lost = FaultKind::Reset { when: When::AfterEffect };
    app.sandbox().add_fault(Fault::once("efirma_go", "enviar_documento", lost));
    let silent = FaultKind::HttpError { status: 503, when: When::BeforeEffect };
    app.sandbox().add_fault(Fault::once("efirma_go", "descargar_documentos", silent).at(1, 6));

    let draft = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    draft.send().await;
    let envelope = draft.wait_for("sent").await;
    assert_eq!(envelope["provider"]["account_id"], first.as_str());
    assert_eq!(app.efirma().documents().len(), 1);
}

#[tokio::test]
async fn with_no_other_account_that_could_the_envelope_waits_for_its_own() {
    let app = impatient(Setup::sqlite()).start().await;
    let tenant = app.tenant().await;
    let address = nobody();
    let first = account(&tenant, "first", json!({ "base_url": address })).await;
    let narrow = account(&tenant, "narrow", json!({ "max_recipients": 1 })).await;
    rules(&tenant, json!([{ "name": "spain", "when": {}, "accounts": [first, narrow] }])).await;
    let draft = tenant.draft(&an_envelope().signer("ana").signer("bob"), &[CONTRACT]).await;
    tenant.api.post(&draft.path("/send")).await.expect(202);
    // The account is mended: the same envelope goes on there.
    let settings = tenant.efirma_settings();
    eventually("a try in vain", async || {
        let logged = tenant.api.get(&format!("/v1/envelopes/{}", draft.id)).await.expect(200).json();
        (logged["status"] == "submitting").then_some(())
    })
    .await;
    tenant.api.patch(&format!("/v1/provider-accounts/{first}"), &json!({ "settings": settings })).await.expect(200);
    let envelope = draft.wait_for("sent").await;
    assert_eq!(envelope["provider"]["account_id"], first.as_str());
}

#[tokio::test]
async fn the_plan_tells_why_each_other_account_was_passed_over() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let narrow = account(&tenant, "narrow", json!({ "max_recipients": 1 })).await;
    let wide = account(&tenant, "wide", json!({})).await;
    let spare = account(&tenant, "spare", json!({})).await;
    let other = account(&tenant, "other", json!({})).await;
    rules(
        &tenant,
        json!([
            { "name": "portuguese", "when": { "language": "pt", "metadata": { "unit": "x" } }, "accounts": [other] },
            { "name": "notaries", "when": { "feature": ["notary_full", "notary_certification"] }, "accounts": [other] },
            { "name": "several", "when": { "feature": "several_signers" }, "accounts": [narrow, wide, spare] },
        ]),
    )
    .await;
    let draft = tenant.draft(&an_envelope().signer("ana").signer("bob"), &[CONTRACT]).await;
    let plan = tenant.api.get(&draft.path("/plan")).await.expect(200).json();
    assert_eq!(plan["account"]["id"], wide.as_str());
    let reason = plan["account"]["reason"].as_str().unwrap();
    assert!(reason.contains("\"several\"") && reason.contains("\"portuguese\" (language, metadata.unit)"), "{reason}");
    assert!(reason.contains("\"notaries\" (feature)"), "{reason}");
    let passed = plan["passed_over"].as_array().unwrap();
    let why = |id: &str| passed.iter().find(|p| p["account_id"] == id).expect("every account is told of");
    assert_eq!(why(&narrow)["findings"][0]["code"], "too_many_recipients");
    assert!(why(&spare)["reason"].as_str().unwrap().contains("\"wide\""));
    assert!(why(&other)["reason"].as_str().unwrap().contains("does not name it"));
    assert_eq!(passed.len(), 3);
}
