//! What a request that is wrong in several ways is told first: 401, 403, 404, idempotency, 412, 409, then the body.

use serde_json::json;
use tests::{CONTRACT, an_envelope, spawn_app};

/// What is wrong with a request, in the order in which it must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    NoKey,
    NoScope,
    NoEnvelope,
    KeyUsedBefore,
    StaleVersion,
    State,
    Body,
}

const ORDER: [(Wrong, u16, &str); 7] = [
    (Wrong::NoKey, 401, "unauthorized"),
    (Wrong::NoScope, 403, "forbidden"),
    (Wrong::NoEnvelope, 404, "not-found"),
    (Wrong::KeyUsedBefore, 422, "idempotency-key-reused"),
    (Wrong::StaleVersion, 412, "precondition-failed"),
    (Wrong::State, 409, "wrong-state"),
    (Wrong::Body, 400, "malformed-json"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_faults_the_first_in_the_published_order_is_told() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let reader = tenant.key(&["envelopes:read", "documents:read", "accounts:write"]).await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    let sent = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    sent.send().await;
    let recipient = json!({ "role": "signer", "name": "Bob" });
    tenant.api.post_json(&draft.path("/recipients"), &recipient).once("used").await.expect(201);

    for faults in 1_u32..1 << ORDER.len() {
        let has =
            |wrong: Wrong| ORDER.iter().position(|(w, ..)| *w == wrong).is_some_and(|bit| faults & (1 << bit) != 0);
        let caller = match (has(Wrong::NoKey), has(Wrong::NoScope)) {
            (true, _) => app.anonymous(),
            (false, true) => reader.clone(),
            (false, false) => tenant.api.clone(),
        };
        let path = match (has(Wrong::NoEnvelope), has(Wrong::State)) {
            (true, _) => "/v1/envelopes/env_01jd8x3w6hf1pa9yrzm0e5k2qv/recipients".to_owned(),
            (false, true) => sent.path("/recipients"),
            (false, false) => draft.path("/recipients"),
        };
        let body =
            if has(Wrong::Body) { "{".to_owned() } else { json!({ "role": "signer", "name": "Eve" }).to_string() };
        let mut call = caller.post(&path).body("application/json", body);
        if has(Wrong::KeyUsedBefore) {
            call = call.once("used");
        }
        if has(Wrong::StaleVersion) {
            call = call.if_match("\"1\"");
        }
        let (first, status, code) = ORDER.into_iter().find(|(wrong, ..)| has(*wrong)).unwrap();
        let answer = call.await;
        let wrong: Vec<Wrong> = ORDER.iter().map(|(w, ..)| *w).filter(|w| has(*w)).collect();
        assert_eq!(answer.status, status, "{wrong:?} must be told as {first:?}: {}", answer.text());
        answer.problem(status, code);
    }
    assert_eq!(draft.get().await["recipients"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_judged_in_the_same_order() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let sent = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    sent.send().await;
    let before = app.objects();
    let upload = |api: &tests::Client, id: &str| {
        api.post(&format!("/v1/envelopes/{id}/documents?filename=x.pdf")).body("application/pdf", "no pdf")
    };
    let reader = tenant.key(&["envelopes:read"]).await;
    upload(&app.anonymous(), &sent.id).await.problem(401, "unauthorized");
    upload(&reader, &sent.id).await.problem(403, "forbidden");
    upload(&tenant.api, "env_01jd8x3w6hf1pa9yrzm0e5k2qv").await.problem(404, "not-found");
    upload(&tenant.api, &sent.id).if_match("\"1\"").await.problem(412, "precondition-failed");
    upload(&tenant.api, &sent.id).await.problem(409, "wrong-state");
    let draft = tenant.draft(&an_envelope(), &[]).await;
    upload(&tenant.api, &draft.id).await.problem(422, "document-not-pdf");
    assert_eq!(app.objects(), before);
}
