//! Calls of which nobody knows whether they happened: at most one live transaction comes of them.

use provider_sandbox::{Fault, FaultKind, NoticeKind, Scripts, When};
use serde_json::{Value, json};
use tests::{App, CONTRACT, Setup, an_envelope, eventually, on_both_databases, sample, spawn_app};

const VENDOR: &str = "efirma_go";

fn at_sending(fault: FaultKind) -> Fault {
    Fault::once(VENDOR, "enviar_documento", fault)
}

/// Everything that can go wrong with the answer of `enviar_documento`, with whether the provider acted.
fn faults() -> Vec<(&'static str, FaultKind)> {
    let (before, after) = (When::BeforeEffect, When::AfterEffect);
    vec![
        ("reset before it acted", FaultKind::Reset { when: before }),
        ("reset after it acted", FaultKind::Reset { when: after }),
        ("500 before it acted", FaultKind::HttpError { status: 500, when: before }),
        ("503 after it acted", FaultKind::HttpError { status: 503, when: after }),
        ("408 after it acted", FaultKind::HttpError { status: 408, when: after }),
        ("a truncated answer", FaultKind::TruncatedBody {}),
        ("malformed JSON", FaultKind::MalformedJson {}),
        ("a page with status 200 before it acted", FaultKind::HtmlPage { status: 200, when: before }),
        ("a page with status 200 after it acted", FaultKind::HtmlPage { status: 200, when: after }),
        ("a page with status 502 after it acted", FaultKind::HtmlPage { status: 502, when: after }),
        ("an answer after the time-out", FaultKind::Latency { ms: 2500, when: after }),
        ("no answer and no act before the time-out", FaultKind::Latency { ms: 2500, when: before }),
    ]
}

/// One transaction for each document, and one invitation for each recipient and document.
fn assert_nothing_twice(app: &App, documents: usize, recipients: &[&str]) {
    let shown: Vec<Value> = app.efirma().documents().iter().map(|d| d.campos_clave.clone()).collect();
    assert_eq!(shown.len(), documents, "live transactions: {shown:?}");
    for name in recipients {
        let told = app.sandbox().count(VENDOR, &format!("{name}@example.com"), NoticeKind::Invitation);
        assert_eq!(usize::try_from(told).unwrap(), documents, "invitations of {name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_the_answer_the_document_is_sent_once_and_completed() {
    let tried = faults().into_iter().map(|(what, fault)| async move {
        let app = Setup::sqlite().sandbox(|s| s.scripts = Scripts::everybody_signs()).start().await;
        let tenant = app.tenant().await;
        tenant
            .efirma_account_with(json!({
                "timeouts": { "send_s": 1 },
                // The last look comes after the slowest of the faults above.
                "lookup_delays_s": [0, 1, 4],
            }))
            .await;
        app.sandbox().add_fault(at_sending(fault));
        let envelope = tenant.draft(&an_envelope().signer("ana").signer("bob"), &[CONTRACT]).await;
        tenant.api.post(&envelope.path("/send")).await.expect(202);
        let done = envelope.wait_for("completed").await;
        assert_nothing_twice(&app, 1, &["ana", "bob"]);
        assert_eq!(done["provider"]["submissions"][0]["reference"], app.efirma().documents()[0].id, "{what}");
        assert_eq!(done["attentions"], json!([]), "{what}");
        let types = envelope.event_types().await;
        for once in ["envelope.submitting", "envelope.completed"] {
            assert_eq!(types.iter().filter(|t| *t == once).count(), 1, "{what}: {types:?}");
        }
    });
    futures::future::join_all(tried).await;
}

on_both_databases! {
    async fn an_answer_that_is_lost_in_each_document_is_looked_up_in_each(setup: Setup) {
        let app = setup.sandbox(|s| s.scripts = Scripts::everybody_signs()).start().await;
        let tenant = app.tenant_with_account().await;
        app.sandbox().add_fault(at_sending(FaultKind::Reset { when: When::AfterEffect }).at(1, 2));
        let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT, sample("contrato-locacao-pt.pdf")]).await;
        envelope.send().await;
        envelope.wait_for("completed").await;
        assert_nothing_twice(&app, 2, &["ana"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_that_lags_is_waited_for() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    tenant.efirma_account_with(json!({ "lookup_delays_s": [0, 1, 3] })).await;
    app.sandbox().add_fault(at_sending(FaultKind::LookupLag { seconds: 2 }));
    app.sandbox().add_fault(at_sending(FaultKind::Reset { when: When::AfterEffect }));
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    envelope.send().await;
    envelope.wait_for("sent").await;
    assert_nothing_twice(&app, 1, &["ana"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_that_fails_says_nothing_and_is_repeated() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    app.sandbox().add_fault(at_sending(FaultKind::Reset { when: When::AfterEffect }));
    let search = |fault| Fault::once(VENDOR, "descargar_documentos", fault);
    app.sandbox().add_fault(search(FaultKind::HttpError { status: 500, when: When::BeforeEffect }).at(1, 2));
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    envelope.send().await;
    envelope.wait_for("sent").await;
    assert_nothing_twice(&app, 1, &["ana"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_that_ignores_its_filter_or_has_many_pages_finds_the_right_one() {
    let app = Setup::sqlite()
        .sandbox(|s| {
            s.efirma_go.variants.ignore_campos_clave_filter = true;
            s.efirma_go.variants.page_size = 1;
        })
        .start()
        .await;
    let tenant = app.tenant_with_account().await;
    for name in ["one", "two", "three"] {
        tenant.draft(&an_envelope().signer(name), &[CONTRACT]).await.send().await;
    }
    app.sandbox().add_fault(at_sending(FaultKind::Reset { when: When::AfterEffect }));
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    envelope.send().await;
    let sent = envelope.wait_for("sent").await;
    let documents = app.efirma().documents();
    assert_eq!(documents.len(), 4);
    let submission = &sent["provider"]["submissions"][0];
    let own = documents.iter().find(|d| d.campos_clave["rubrica_submission"] == submission["id"]).unwrap();
    assert_eq!(submission["reference"], own.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_that_an_assumption_let_through_is_shown() {
    // The assumption: what was sent can be found before the last look. It is false here.
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    tenant.efirma_account_with(json!({ "lookup_delays_s": [0, 1] })).await;
    app.sandbox().add_fault(at_sending(FaultKind::LookupLag { seconds: 4 }));
    app.sandbox().add_fault(at_sending(FaultKind::Reset { when: When::AfterEffect }));
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    envelope.send().await;
    eventually("the second transaction", async || (app.efirma().documents().len() == 2).then_some(())).await;
    let shown = envelope.wait_for_attention("duplicate_submission").await;
    assert_eq!(shown["attention"]["code"], "duplicate_submission", "the most severe is shown first");
    assert!(envelope.event_types().await.contains(&"envelope.attention".to_owned()));
    tenant
        .api
        .post_json(&envelope.path("/resolve"), &json!({ "action": "dismiss", "reason": "Annulled by hand." }))
        .await
        .expect(202);
    envelope.wait_until("no attention", |e| e["attentions"] == json!([])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duplicate_late_and_reordered_callbacks_change_nothing() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let callback = |fault| Fault::once(VENDOR, "callback", fault);
    app.sandbox().add_fault(callback(FaultKind::DuplicateCallback { copies: 3 }));
    app.sandbox().add_fault(callback(FaultKind::HeldCallback {}).at(2, 1));
    let envelopes = [
        tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await,
        tenant.draft(&an_envelope().signer("bob"), &[CONTRACT]).await,
        tenant.draft(&an_envelope().signer("eve"), &[CONTRACT]).await,
    ];
    for envelope in &envelopes {
        let sent = envelope.send().await;
        let reference = sent["provider"]["submissions"][0]["reference"].as_str().unwrap();
        app.efirma().sign(reference, None).await.unwrap();
    }
    for envelope in &envelopes {
        envelope.wait_for("completed").await;
    }
    assert!(app.sandbox().settle(tests::PATIENCE).await);
    for envelope in &envelopes {
        let types = envelope.event_types().await;
        assert_eq!(types.iter().filter(|t| *t == "artifact.stored").count(), 2, "{types:?}");
        assert_eq!(types.iter().filter(|t| *t == "envelope.completed").count(), 1, "{types:?}");
        assert_eq!(envelope.get().await["attentions"], json!([]));
    }
    let accepted = app.sandbox().callbacks().iter().filter(|c| c.status == Some(200)).count();
    assert_eq!(accepted, 5, "three of the first, one of each other: {:?}", app.sandbox().callbacks());
}
