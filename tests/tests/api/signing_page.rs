//! The signer's page, end to end, at a provider that has none of its own (Viafirma): who sees its address, what opening it
//! does, and that signing in the vendor's program ends on it.

use serde_json::{Value, json};
use tests::{App, CONTRACT, Envelope, Tenant, an_envelope, eventually, logs, spawn_app};

/// A tenant whose default account is at the simulated Viafirma.
async fn tenant(app: &App) -> Tenant {
    let tenant = app.tenant().await;
    let base = app.sandbox().viafirma().base_url();
    let account = json!({
        "name": "pages", "kind": "viafirma", "default": true,
        "settings": { "service_base_url": base, "public_base_url": base, "poll_interval_s": 5 },
        "credentials": { "api_key": "test-api-key", "api_password": "test-api-password-0001" },
    });
    tenant.api.post_json("/v1/provider-accounts", &account).await.expect(201);
    tenant
}

/// An envelope that waits for its signer, and the address of the signer's page.
async fn waiting(tenant: &Tenant) -> (Envelope, String) {
    let envelope = an_envelope().signer("ana").who(json!({ "delivery": "none", "message": "Only for you." }));
    let draft = tenant.draft(&envelope, &[CONTRACT]).await;
    let sent = draft.send().await;
    assert_eq!(sent["status"], "sent", "{sent}");
    let url = sent["recipients"][0]["signing_url"].as_str().expect("a signing_url").to_owned();
    (draft, url)
}

async fn state(app: &App, url: &str) -> Value {
    app.anonymous().get(&format!("{url}/state")).await.expect(200).json()
}

fn recipient_status(envelope: &Value) -> &str {
    envelope["recipients"][0]["status"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_opens_the_page_signs_and_reads_that_it_is_done() {
    let app = spawn_app().await;
    let tenant = tenant(&app).await;
    let (draft, url) = waiting(&tenant).await;

    app.anonymous().head(&url).await.expect(200);
    let preview =
        app.anonymous().get(&url).header("User-Agent", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)");
    preview.await.expect(200);
    assert_eq!(recipient_status(&draft.get().await), "sent", "nobody has looked yet");

    let page = app.anonymous().get(&url).header("Accept-Language", "en").await.expect(200);
    let html = page.text();
    assert!(html.contains("<html lang=\"en\">") && html.contains("Only for you."), "{html}");
    assert!(html.contains("href=\"viafirmawpfclient://"), "{html}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let opened = draft.get().await;
    assert_eq!((recipient_status(&opened), &opened["status"]), ("viewed", &json!("sent")));

    let link = state(&app, &url).await["link"].as_str().expect("a link").to_owned();
    app.sandbox().viafirma().launch(&link).expect("the signing program knows the operation of the link");
    let operation = app.sandbox().viafirma().operations().last().expect("an operation").id.clone();
    app.sandbox().viafirma().sign(&operation, None).await.unwrap();
    // An open page is what makes the broker read sooner than its pace.
    let told = eventually("the page to tell it", async || {
        Some(state(&app, &url).await).filter(|state| state["state"] == "signed")
    })
    .await;
    assert_eq!(told["link"], Value::Null);
    let done = draft.wait_for("completed").await;
    assert_eq!(done["recipients"][0]["signing_url"], Value::Null);
    let after = app.anonymous().get(&url).header("Accept-Language", "pt").await.expect(410).text();
    assert!(after.contains("<html lang=\"pt\">") && !after.contains("viafirmawpfclient"), "{after}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_address_and_the_link_are_told_to_nobody_else() {
    logs::capture();
    let app = spawn_app().await;
    let tenant = tenant(&app).await;
    let (draft, url) = waiting(&tenant).await;
    app.anonymous().get(&url).await.expect(200);
    let link = state(&app, &url).await["link"].as_str().expect("a link").to_owned();
    let token = url.rsplit('/').next().unwrap();
    let operation = app.sandbox().viafirma().operations().last().expect("an operation").id.clone();
    assert!(!url.contains("viafirma") && !url.contains(&operation), "{url}");

    let reader = tenant.key(&["envelopes:read"]).await;
    let places = [
        ("the log", logs::text()),
        ("the envelope for readers", reader.get(&draft.path("")).await.expect(200).text()),
        ("the list", Value::from(tenant.api.all("/v1/envelopes").await).to_string()),
        ("the trail", Value::from(draft.events().await).to_string()),
        ("the feed", Value::from(tenant.api.all("/v1/events").await).to_string()),
        ("the metrics", app.anonymous().get("/metrics").await.expect(200).text()),
    ];
    for (place, text) in places {
        for secret in [token, link.as_str(), operation.as_str()] {
            assert!(!text.contains(secret), "{secret} is in {place}");
        }
    }
    let bytes = app.database_bytes();
    for secret in [token, link.as_str()] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is readable in the database");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_who_cancels_has_declined() {
    let app = spawn_app().await;
    let tenant = tenant(&app).await;
    let (draft, url) = waiting(&tenant).await;
    app.anonymous().get(&url).await.expect(200);
    let operation = app.sandbox().viafirma().operations().last().expect("an operation").id.clone();
    app.sandbox().viafirma().decline(&operation, None).await.unwrap();
    draft.wait_for("declined").await;
    assert_eq!(state(&app, &url).await["state"], "declined");
    let page = app.anonymous().get(&url).header("Accept-Language", "en").await.expect(410).text();
    assert!(page.contains("You have declined to sign"), "{page}");
}
