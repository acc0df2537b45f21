//! Secrets and personal data stay where they belong (invariant I8).

use provider_sandbox::{Fault, FaultKind, When};
use serde_json::{Value, json};
use tests::{ALL_SCOPES, CIF_DEVELOPER, CONTRACT, PRIVATE_KEY, an_envelope, logs, spawn_app};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_secret_is_in_logs_events_lists_plans_or_metrics() {
    logs::capture();
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let account = tenant.efirma_account().await;
    let callback = account["callback_url"].as_str().unwrap().to_owned();
    let token = callback.rsplit('/').next().unwrap().to_owned();

    // A way with every kind of trouble in it, so that every kind of line is logged.
    let envelope = an_envelope()
        .signer("discreet.person")
        .who(json!({
            "phone": "+34699887766",
            "authentication": [{ "type": "access_code", "code": "hush-hush-4711" }],
            "national_id": { "type": "nif", "value": "12345678Z" },
        }))
        .with(json!({ "message": "A very private message to all." }));
    let draft = tenant.draft(&envelope, &[CONTRACT]).await;
    let plan = tenant.api.get(&draft.path("/plan")).await.expect(200).text();
    app.sandbox().add_fault(Fault::once("efirma_go", "enviar_documento", FaultKind::Reset { when: When::AfterEffect }));
    app.sandbox().add_fault(Fault::once(
        "efirma_go",
        "viewer",
        FaultKind::HttpError { status: 503, when: When::BeforeEffect },
    ));
    let sent = draft.send().await;
    let reference = sent["provider"]["submissions"][0]["reference"].as_str().unwrap_or_default().to_owned();
    app.anonymous().post(&callback).body("text/plain", "nonsense").await;
    app.anonymous().post(&format!("{callback}-wrong")).body("text/plain", "nonsense").await.expect(404);
    tenant.api.get(&draft.path("")).header("Authorization", "Bearer rk_wrong_key_of_somebody").await;
    let live = draft.wait_for("sent").await;
    let id = live["provider"]["submissions"][0]["reference"].as_str().unwrap().to_owned();
    app.efirma().sign(&id, None).await.unwrap();
    let done = draft.wait_for("completed").await;
    let refused = tenant
        .draft(&envelope.signer("known.person").who(json!({ "email": "discreet.person@example.com" })), &[CONTRACT])
        .await;
    tenant.api.post(&refused.path("/send")).await.expect(422);

    let search = json!({ "operation_ids": [id] });
    let operations = format!("/v1/provider-accounts/{}/operations/search_documents", account["id"].as_str().unwrap());
    let found = tenant.api.post_json(&operations, &search).await.expect(200).json();
    let addresses: Vec<String> = ["document_url", "certificate_url"]
        .iter()
        .map(|member| found["documents"][0][member].as_str().expect("an address").to_owned())
        .collect();

    let keys: Vec<String> = {
        let other = tenant.key(&ALL_SCOPES).await;
        [&tenant.api, &other]
            .iter()
            .map(|api| api.key().unwrap().to_owned())
            .chain([tests::ADMIN_KEY.to_owned()])
            .collect()
    };
    let secrets: Vec<&str> = keys
        .iter()
        .chain(&addresses)
        .map(String::as_str)
        .chain([PRIVATE_KEY, "hush-hush-4711", &token, "rk_wrong_key_of_somebody"])
        .collect();
    let personal = [
        "discreet.person@example.com",
        "discreet.person Example",
        "+34699887766",
        "12345678Z",
        "A very private message",
    ];

    let log = logs::text();
    assert!(log.contains(&draft.id), "the log tells about the envelope at all");
    for secret in secrets.iter().chain(&personal) {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
    let trail = Value::from(draft.events().await).to_string();
    let feed = Value::from(tenant.api.all("/v1/events").await).to_string();
    let audit = Value::from(app.admin().all("/v1/audit").await).to_string();
    let metrics = app.anonymous().get("/metrics").await.expect(200).text();
    for (place, text) in [("trail", &trail), ("feed", &feed), ("audit", &audit), ("metrics", &metrics)] {
        for secret in secrets.iter().chain(&personal) {
            assert!(!text.contains(secret), "{secret} is in the {place}");
        }
    }
    let list = Value::from(tenant.api.all("/v1/envelopes").await).to_string();
    let accounts = Value::from(tenant.api.all("/v1/provider-accounts").await).to_string();
    let api_keys = Value::from(app.admin().all(&format!("/v1/tenants/{}/api-keys", tenant.id)).await).to_string();
    for (place, text) in [("list", &list), ("plan", &plan), ("envelope", &done.to_string()), ("keys", &api_keys)] {
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} is in the {place}");
        }
    }
    assert!(!accounts.contains(PRIVATE_KEY));
    assert!(!reference.is_empty() || !id.is_empty());
    assert!(app.efirma().set_callback_url(CIF_DEVELOPER, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_at_rest_is_sealed() {
    let app = spawn_app().await;
    let tenant = app.tenant_with_account().await;
    let envelope = an_envelope().signer("ana").who(json!({
        "authentication": [{ "type": "access_code", "code": "sealed-code-815" }],
    }));
    let draft = tenant.draft(&envelope, &[CONTRACT]).await;
    tenant.api.post(&draft.path("/send")).once("sealed").wait(30).await.expect(202);
    let bytes = app.database_bytes();
    assert!(bytes.len() > 10_000);
    for secret in [PRIVATE_KEY, "sealed-code-815", tenant.api.key().unwrap()] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is readable in the database");
    }
}
