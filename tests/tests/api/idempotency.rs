//! A repeated POST with the same key is carried out once and answered the same.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, an_envelope, on_both_databases, sample, spawn_app};

/// Asserts that `again` is `first`, said to be a replay.
#[track_caller]
fn assert_replay(first: &Answer, again: &Answer) {
    assert_eq!(again.status, first.status, "{}", again.text());
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.header("idempotency-replayed"), None);
    for name in ["content-type", "location", "etag"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
}

on_both_databases! {
    async fn the_same_request_again_gets_the_first_answer(setup: Setup) {
        let app = setup.start().await;
        let tenant = app.tenant_with_account().await;
        let body = an_envelope().signer("ana").json();
        let create = || tenant.api.post_json("/v1/envelopes", &body).once("create-1");
        let first = create().await.expect(201);
        assert_replay(&first, &create().await);
        assert_eq!(tenant.api.all("/v1/envelopes").await.len(), 1);

        let envelope = tests::Envelope { api: tenant.api.clone(), id: first.id() };
        let upload = || {
            tenant
                .api
                .post(&envelope.path("/documents?filename=c.pdf"))
                .body("application/pdf", CONTRACT.bytes)
                .once("upload-1")
        };
        let first = upload().await.expect(201);
        assert_replay(&first, &upload().await);
        assert_eq!(envelope.get().await["documents"].as_array().unwrap().len(), 1);

        let send = || tenant.api.post(&envelope.path("/send")).wait(30).once("send-1");
        let first = send().await.expect(202);
        assert_replay(&first, &send().await);
        assert_eq!(app.sandbox().calls_to("efirma_go", "enviar_documento").len(), 1);
    }

    async fn many_sends_with_one_key_at_once_send_once(setup: Setup) {
        let app = setup.start().await;
        let tenant = app.tenant_with_account().await;
        let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
        let many = if app.is_on_postgres() { 200 } else { 60 };
        let answers = join_all((0..many).map(|_| tenant.api.post(&envelope.path("/send")).once("one").try_send())).await;
        let mut accepted = 0;
        for answer in answers {
            let answer = answer.expect("an answer");
            match answer.status {
                202 => {
                    accepted += 1;
                    assert_eq!(answer.id(), envelope.id);
                }
                _ => {
                    assert!(answer.header("retry-after").is_some(), "{}", answer.text());
                    answer.problem(409, "idempotency-key-in-use");
                }
            }
        }
        assert!(accepted >= 1);
        envelope.wait_for("sent").await;
        assert_eq!(app.sandbox().calls_to("efirma_go", "enviar_documento").len(), 1);
        assert_eq!(app.efirma().documents().len(), 1);
        let types = envelope.event_types().await;
        assert_eq!(types.iter().filter(|t| *t == "envelope.submitting").count(), 1);
    }

    async fn many_creations_with_one_key_at_once_create_one(setup: Setup) {
        let app = setup.start().await;
        let tenant = app.tenant().await;
        let body = an_envelope().json();
        join_all((0..20).map(|_| tenant.api.post_json("/v1/envelopes", &body).once("one").try_send()))
            .await
            .into_iter()
            .for_each(|answer| assert!([201, 409].contains(&answer.unwrap().status)));
        assert_eq!(tenant.api.all("/v1/envelopes").await.len(), 1);
        tenant.api.post_json("/v1/envelopes", &body).once("one").await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_used_for_another_request_is_refused_and_has_no_effect() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let create = |subject: &str| tenant.api.post_json("/v1/envelopes", &json!({ "subject": subject })).once("k");
    create("One").await.expect(201);
    create("Two").await.problem(422, "idempotency-key-reused");
    tenant
        .api
        .post_json("/v1/envelopes?x=1", &json!({ "subject": "One" }))
        .once("k")
        .await
        .problem(422, "idempotency-key-reused");
    assert_eq!(tenant.api.all("/v1/envelopes").await.len(), 1);

    let envelope = tenant.draft(&an_envelope(), &[]).await;
    let upload = |document: tests::Sample| {
        tenant.api.post(&envelope.path("/documents?filename=c.pdf")).body("application/pdf", document.bytes).once("u")
    };
    upload(CONTRACT).await.expect(201);
    let objects = app.objects();
    upload(sample("contrato-locacao-pt.pdf")).await.problem(422, "idempotency-key-reused");
    assert_eq!(envelope.get().await["documents"].as_array().unwrap().len(), 1);
    assert_eq!(app.objects(), objects);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_different_callers_and_routes_do_not_meet() {
    let app = spawn_app().await;
    let (one, two) = (app.tenant().await, app.tenant().await);
    let colleague = one.key(&["envelopes:write", "envelopes:read"]).await;
    for api in [&one.api, &colleague, &two.api] {
        let answer = api.post_json("/v1/envelopes", &json!({ "subject": "S" })).once("same").await.expect(201);
        assert_eq!(answer.header("idempotency-replayed"), None);
    }
    let draft = one.draft(&an_envelope(), &[]).await;
    let recipient = json!({ "role": "signer", "name": "Ana" });
    let answer = one.api.post_json(&draft.path("/recipients"), &recipient).once("same").await.expect(201);
    assert_eq!(answer.header("idempotency-replayed"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_the_content_is_replayed_and_a_missing_scope_is_not() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let wrong = || tenant.api.post_json("/v1/envelopes", &json!({ "subject": 7 })).once("k");
    let first = wrong().await.expect(422);
    let again = wrong().await.expect(422);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let without_request = |answer: &Answer| {
        let mut json = answer.json();
        json["request_id"] = Value::Null;
        json
    };
    assert_eq!(without_request(&first), without_request(&again));
    let reader = tenant.key(&["envelopes:read"]).await;
    for _ in 0..2 {
        let answer = reader.post_json("/v1/envelopes", &json!({ "subject": "S" })).once("k").await.expect(403);
        assert_eq!(answer.header("idempotency-replayed"), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_still_waits_keeps_its_key_busy() {
    use provider_sandbox::{Fault, FaultKind, When};
    let app = spawn_app().await;
    app.sandbox().add_fault(Fault::once(
        "efirma_go",
        "enviar_documento",
        FaultKind::Latency { ms: 3000, when: When::AfterEffect },
    ));
    let tenant = app.tenant_with_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let send = || tenant.api.post(&envelope.path("/send")).wait(30).once("k");
    let waiting = tokio::spawn(send().try_send());
    envelope.wait_for("submitting").await;
    let busy = send().await;
    assert!(busy.header("retry-after").is_some());
    busy.problem(409, "idempotency-key-in-use");
    let first = waiting.await.unwrap().unwrap().expect(202);
    assert_eq!(first.json()["status"], "sent");
    assert_replay(&first, &send().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_kept_over_a_restart() {
    let mut app = spawn_app().await;
    let tenant = app.tenant().await;
    let body = an_envelope().json();
    let first = tenant.api.post_json("/v1/envelopes", &body).once("k").await.expect(201);
    app.restart().await;
    let api = app.anonymous().with_key(tenant.api.key().unwrap());
    assert_replay(&first, &api.post_json("/v1/envelopes", &body).once("k").await);
}
