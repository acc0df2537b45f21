//! Health, metrics, and what every answer carries.

use serde_json::json;
use tests::{an_envelope, spawn_app};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_metrics_need_no_key() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope(), &[]).await;
    assert_eq!(app.anonymous().get("/health/live").await.expect(200).json()["status"], "ok");
    let ready = app.anonymous().get("/health/ready").await.expect(200).json();
    assert_eq!(ready, json!({ "status": "ready", "database": true, "storage": true, "draining": false }));
    let metrics = app.anonymous().get("/metrics").await.expect(200);
    assert!(metrics.header("content-type").unwrap().starts_with("text/plain"));
    let text = metrics.text();
    assert!(text.contains("rubrica_http_requests_total{"), "{text}");
    assert!(text.contains("/v1/envelopes"), "routes are told by their template");
    assert!(!text.contains(&draft.id), "and not by what is in their place");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_a_request_id_and_the_callers_own_is_kept() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let (first, second) = (tenant.api.get("/v1/envelopes").await, tenant.api.get("/v1/envelopes").await);
    assert!(first.header("x-request-id").is_some());
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let own = tenant.api.get("/v1/nothing").header("X-Request-Id", "my-request-7").await;
    assert_eq!(own.header("x-request-id"), Some("my-request-7"));
    assert_eq!(own.problem(404, "no-such-route").json["request_id"], "my-request-7");
    let strange = tenant.api.get("/v1/envelopes").header("X-Request-Id", &"x".repeat(1000)).await;
    assert!(strange.header("x-request-id").unwrap().len() < 200, "an id that cannot be logged is replaced");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_closed_against_sniffing_framing_and_caching() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    for answer in [
        tenant.api.get("/v1/envelopes").await,
        tenant.api.get("/v1/nothing").await,
        app.anonymous().get("/health/live").await,
        app.anonymous().get("/problems/not-found").await,
        app.anonymous().get("/docs/").await,
    ] {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{:?}", answer.headers);
    }
    for page in ["/docs/", "/problems/not-found", "/"] {
        let answer = app.anonymous().get(page).await.expect(200);
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("no policy on {page}"));
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{page}: {policy}");
        assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src 'unsafe-inline'"), "{page}: {policy}");
    }
    let private = tenant.api.get("/v1/envelopes").await;
    assert!(private.header("cache-control").is_some_and(|c| c.contains("no-store") || c.contains("private")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_of_a_caller_is_carried_to_the_provider() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let answer = tenant
        .api
        .get("/v1/envelopes")
        .header("traceparent", &format!("00-{trace}-b7ad6b7169203331-01"))
        .await
        .expect(200);
    assert!(answer.header("traceparent").is_some_and(|told| told.contains(trace)), "{:?}", answer.headers);
}
