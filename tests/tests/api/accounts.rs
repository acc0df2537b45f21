//! Provider accounts: settings, secrets, capabilities, operations, callback addresses.

use reqwest::multipart::Form;
use serde_json::{Value, json};
use tests::{CIF_DEVELOPER, CONTRACT, PRIVATE_KEY, an_envelope, spawn_app};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_and_credentials_at_fault_are_named_all_at_once() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let create = |settings: Value, credentials: Value| {
        let body = json!({ "name": "x", "kind": "efirma_go", "settings": settings, "credentials": credentials });
        tenant.api.post_json("/v1/provider-accounts", &body)
    };
    create(json!({}), json!({})).await.problem(422, "validation-failed").has(&[
        ("/credentials/private_key", "required"),
        ("/settings/cif_cliente", "required"),
        ("/settings/cif_desarrollador", "required"),
        ("/settings/email_cliente", "required"),
        ("/settings/nombre_cliente", "required"),
    ]);
    let mut settings = tenant.efirma_settings();
    settings["colour"] = json!("red");
    settings["email_cliente"] = json!("no-address");
    settings["concurrency"] = json!("many");
    settings["lookup_delays_s"] = json!([5, 1]);
    let problem = create(settings, json!({ "private_key": "a-secret-that-is-never-repeated", "key": 1 }))
        .await
        .problem(422, "validation-failed");
    problem.does_not_echo("a-secret-that-is-never-repeated").does_not_echo("no-address");
    let pointers = problem.pointers();
    for pointer in ["/credentials/key", "/settings/colour", "/settings/concurrency"] {
        assert!(pointers.iter().any(|p| p == pointer), "no {pointer} in {pointers:?}");
    }
    let mut settings = tenant.efirma_settings();
    settings["email_cliente"] = json!("no-address");
    settings["lookup_delays_s"] = json!([5, 1]);
    settings["base_url"] = json!("ftp://x");
    let problem = create(settings, json!({ "private_key": PRIVATE_KEY })).await.problem(422, "validation-failed");
    assert_eq!(problem.pointers(), ["/settings/base_url", "/settings/email_cliente", "/settings/lookup_delays_s"]);

    let unknown = json!({ "name": "x", "kind": "nobody", "settings": {}, "credentials": {} });
    let problem = tenant.api.post_json("/v1/provider-accounts", &unknown).await.problem(422, "unknown-provider-kind");
    assert_eq!(problem.pointers(), ["/kind"]);
    assert_eq!(tenant.api.all("/v1/provider-accounts").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn private_targets_are_refused_unless_they_are_allowed() {
    let app = tests::Setup::sqlite().set("security.allow_private_targets", "false").start().await;
    let tenant = app.tenant().await;
    for target in [
        "http://api.example.com",
        "https://127.0.0.1:9",
        "https://10.0.0.1",
        "https://[::1]",
        "https://169.254.169.254",
    ] {
        let problem = tenant
            .create_account("x", json!({ "base_url": target, "artifact_hosts": ["app.efirma.es"] }))
            .await
            .problem(422, "validation-failed");
        assert_eq!(problem.pointers(), ["/settings/base_url"], "{target}");
    }
    tenant
        .create_account("x", json!({ "base_url": "https://api.efirma.es", "artifact_hosts": ["app.efirma.es"] }))
        .await
        .expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_are_never_shown() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let account = tenant.efirma_account().await;
    let path = format!("/v1/provider-accounts/{}", account["id"].as_str().unwrap());
    let patched = tenant.api.patch(&path, &json!({ "name": "iberia" })).await.expect(200);
    let verified = tenant.api.post(&format!("{path}/verify")).await.expect(200);
    let rotated = tenant.api.post(&format!("{path}/rotate-callback-token")).await.expect(200);
    for answer in [
        account.to_string(),
        patched.text(),
        verified.text(),
        rotated.text(),
        tenant.api.get(&path).await.expect(200).text(),
        tenant.api.get("/v1/provider-accounts").await.expect(200).text(),
        tenant.api.get(&format!("{path}/capabilities")).await.expect(200).text(),
        app.admin().get("/v1/audit").await.expect(200).text(),
        app.anonymous().get("/metrics").await.expect(200).text(),
    ] {
        assert!(!answer.contains(PRIVATE_KEY), "{answer}");
    }
    assert_eq!(patched.json()["name"], "iberia");
    assert!(patched.json().get("credentials").is_none());
    // Who only reads accounts does not see the secret that is in the callback address.
    let reader = tenant.key(&["accounts:read"]).await;
    assert_eq!(reader.get(&path).await.expect(200).json()["callback_url"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_unique_within_a_tenant_and_there_is_one_default() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let first = tenant.create_account("one", json!({})).await.expect(201).json();
    tenant.create_account("one", json!({})).await.problem(409, "name-taken");
    let second = tenant.create_account("two", json!({})).await.expect(201).json();
    assert_eq!((&first["default"], &second["default"]), (&json!(true), &json!(true)));
    let accounts = tenant.api.all("/v1/provider-accounts").await;
    let defaults: Vec<&str> =
        accounts.iter().filter(|a| a["default"] == true).map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(defaults, ["two"], "the newest default is the only one");
    let routing = tenant.api.get("/v1/routing").await.expect(200).json();
    assert_eq!(routing["default_account"], second["id"]);
    app.tenant().await.create_account("one", json!({})).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_says_whether_the_provider_takes_the_credentials() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let account = tenant.efirma_account().await;
    let path = format!("/v1/provider-accounts/{}", account["id"].as_str().unwrap());
    let verify = || tenant.api.post(&format!("{path}/verify"));
    assert_eq!(verify().await.expect(200).json()["status"], "ok");
    tenant.api.patch(&path, &json!({ "settings": { "cif_cliente": "B00000001" } })).await.expect(200);
    let unknown_client = verify().await.expect(200).json();
    assert_eq!(unknown_client["status"], "ok", "the client is made by its first document: {unknown_client}");
    assert!(!unknown_client["warnings"].as_array().unwrap().is_empty());
    tenant.api.patch(&path, &json!({ "credentials": { "private_key": "wrong" } })).await.expect(200);
    assert_eq!(verify().await.expect(200).json()["status"], "refused");
    let nobody = json!({ "settings": { "base_url": format!("http://127.0.0.1:{}", tests::process::free_port()) } });
    tenant.api.patch(&path, &nobody).await.expect(200);
    assert_eq!(verify().await.expect(200).json()["status"], "unreachable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn capabilities_are_the_accounts_own() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let account = tenant.efirma_account_with(json!({ "max_recipients": 3, "expires_at_informational": true })).await;
    let path = format!("/v1/provider-accounts/{}/capabilities", account["id"].as_str().unwrap());
    let own = tenant.api.get(&path).await.expect(200).json();
    let general = tenant.api.get("/v1/providers/efirma_go").await.expect(200).json();
    assert_eq!(own["limits"]["max_recipients"], 3);
    assert_eq!(general["limits"]["max_recipients"], 50);
    let support = |matrix: &Value, feature: &str| -> String {
        let rows = matrix["capabilities"].as_array().unwrap();
        let row = rows.iter().find(|c| c["feature"] == feature).unwrap_or_else(|| panic!("no row {feature}"));
        row["support"].as_str().unwrap().to_owned()
    };
    for (feature, expected) in [
        ("sequential_order", "native"),
        ("stage_minimum", "native"),
        ("role_approver", "native"),
        ("level_simple", "native"),
        ("level_advanced", "native"),
        ("level_qualified", "unsupported"),
        ("delivery_email", "native"),
        ("delivery_sms", "native"),
        ("delivery_whatsapp", "unsupported"),
        ("delivery_none", "unsupported"),
        ("auth_access_code", "native"),
        ("auth_certificate", "unsupported"),
        ("several_documents", "emulated"),
        ("language", "unsupported"),
        ("reminders", "native"),
        ("remind", "unsupported"),
        ("cancel", "unsupported"),
        ("correct_recipient", "emulated"),
        ("notary_full", "unsupported"),
    ] {
        assert_eq!(support(&general, feature), expected, "{feature}");
        assert_eq!(support(&own, feature), expected, "{feature}");
    }
    assert_eq!(support(&general, "expiry"), "unsupported");
    for schema in ["settings_schema", "credentials_schema"] {
        assert_eq!(general[schema]["type"], "object", "{schema}: {}", general);
    }
    assert!(tenant.api.all("/v1/providers").await.iter().any(|p| p["kind"] == "efirma_go"));
    tenant.api.get("/v1/providers/nobody").await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_of_the_provider_can_be_run() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let account = tenant.efirma_account().await;
    let base = format!("/v1/provider-accounts/{}/operations", account["id"].as_str().unwrap());
    let listed = tenant.api.all(&base).await;
    let mut names: Vec<&str> = listed.iter().map(|o| o["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "get_client",
            "get_signer",
            "mark_documents_downloaded",
            "query_documents",
            "search_documents",
            "search_signed_documents",
            "upsert_signer",
        ]
    );
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let sent = envelope.send().await;
    let submission = &sent["provider"]["submissions"][0];
    let (reference, key) = (submission["reference"].clone(), submission["id"].clone());
    let run = |name: &str, input: Value| tenant.api.post_json(&format!("{base}/{name}"), &input);

    let found =
        run("search_documents", json!({ "key_fields": { "rubrica_submission": key } })).await.expect(200).json();
    assert_eq!(found["documents"][0]["operation_id"], reference, "{found}");
    assert_eq!(found["documents"][0]["status"], "EN PROCESO");
    assert_eq!(found["documents"][0]["recipients"][0]["email"], "ana@example.com");
    let queried = run("query_documents", json!({ "operation_ids": [reference, "000"] })).await.expect(200).json();
    let states: Vec<&Value> = queried["documents"].as_array().unwrap().iter().map(|d| &d["state"]).collect();
    assert_eq!(states, ["in_process", "not_found"]);

    app.efirma().sign(reference.as_str().unwrap(), None).await.unwrap();
    envelope.wait_for("completed").await;
    let signed = run("search_signed_documents", json!({ "operation_id": reference })).await.expect(200).json();
    assert_eq!(signed["documents"][0]["operation_id"], reference);
    run("mark_documents_downloaded", json!({ "operation_ids": [reference] })).await.expect(200);
    assert!(app.efirma().document(reference.as_str().unwrap()).unwrap().fetched);

    let client = run("get_client", json!({})).await.expect(200).json();
    assert_eq!(client["client"]["name"], "Cliente A");
    let change = json!({ "email": "ana@example.com", "signer": { "given_name": "Ana", "family_name": "Pérez" } });
    run("upsert_signer", change).await.expect(200);
    let signer = run("get_signer", json!({ "email": "ana@example.com" })).await.expect(200).json();
    assert_eq!(signer["signer"]["family_name"], "Pérez");

    let nobody = run("get_signer", json!({ "email": "nobody@example.com" })).await.problem(502, "provider-refused");
    assert_eq!(nobody.json["provider"]["class"], "not_found");
    assert_eq!(nobody.json["provider"]["code"], "api_get_firmante/0008");
    run("get_signer", json!({})).await.problem(422, "validation-failed");
    run("get_signer", json!({ "email": "a@example.com", "colour": "red" })).await.problem(422, "validation-failed");
    run("no_such_operation", json!({})).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_callback_address_leaves_the_old_one_an_overlap() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let account =
        tenant.efirma_account_with(json!({ "polling": [{ "until_age_s": 315_360_000, "every_s": 3600 }] })).await;
    let path = format!("/v1/provider-accounts/{}", account["id"].as_str().unwrap());
    let old = account["callback_url"].as_str().unwrap().to_owned();
    let rotated = tenant.api.post(&format!("{path}/rotate-callback-token")).await.expect(200).json();
    let new = rotated["callback_url"].as_str().unwrap().to_owned();
    assert_ne!(old, new);

    // The vendor still calls the old address, then the new one.
    for url in [old.clone(), new.clone()] {
        app.efirma().set_callback_url(CIF_DEVELOPER, Some(url));
        let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
        let sent = envelope.send().await;
        app.efirma().sign(sent["provider"]["submissions"][0]["reference"].as_str().unwrap(), None).await.unwrap();
        envelope.wait_for("completed").await;
    }
    let again = tenant.api.post(&format!("{path}/rotate-callback-token")).await.expect(200).json();
    let form = || Form::new().text("json", json!({ "id_operacion": "1", "estado": "FIRMADO" }).to_string());
    let call = |url: &str| app.anonymous().post(url).multipart(form());
    call(&old).await.problem(404, "not-found");
    for url in [&new, again["callback_url"].as_str().unwrap()] {
        let answer = call(url).await.expect(200).json();
        assert_eq!(answer["estado_operacion"], "OK", "an unknown operation is kept, and said to be: {answer}");
        assert_eq!(answer["id_operacion"], "1");
    }
    call(&format!("{new}x")).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_with_live_envelopes_cannot_be_deleted() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let account = tenant.efirma_account().await;
    let path = format!("/v1/provider-accounts/{}", account["id"].as_str().unwrap());
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    let sent = envelope.send().await;
    tenant.api.delete(&path).await.problem(409, "account-in-use");
    app.efirma().sign(sent["provider"]["submissions"][0]["reference"].as_str().unwrap(), None).await.unwrap();
    envelope.wait_for("completed").await;
    tenant.api.put("/v1/routing", &json!({ "default_account": null, "rules": [] })).await.expect(200);
    tenant.api.delete(&path).await.expect(204);
    tenant.api.get(&path).await.problem(404, "not-found");
    let done = envelope.get().await;
    assert_eq!(done["provider"]["account_name"], "spain", "what was, stays readable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn routing_rules_choose_the_account_and_the_plan_says_why() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let narrow = tenant.create_account("narrow", json!({ "max_recipients": 1 })).await.expect(201).id();
    let wide = tenant.create_account("wide", json!({})).await.expect(201).id();
    let default = tenant.efirma_account().await["id"].as_str().unwrap().to_owned();
    let policy = json!({
        "default_account": default,
        "rules": [{ "name": "payroll", "when": { "metadata": { "kind": ["payroll"] } }, "accounts": [narrow, wide] }],
    });
    assert_eq!(tenant.api.put("/v1/routing", &policy).await.expect(200).json()["rules"], policy["rules"]);
    let payroll = an_envelope().signer("ana").signer("bob").with(json!({ "metadata": { "kind": "payroll" } }));
    let draft = tenant.draft(&payroll, &[CONTRACT]).await;
    let plan = tenant.api.get(&draft.path("/plan")).await.expect(200).json();
    assert_eq!(plan["account"]["name"], "wide", "{plan}");
    assert_eq!(plan["account"]["rule"], "payroll");
    assert_eq!(plan["passed_over"][0]["account_name"], "narrow");
    let sent = draft.send().await;
    assert_eq!(sent["provider"]["account_name"], "wide");
    let other = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    assert_eq!(other.send().await["provider"]["account_id"], default.as_str());

    let foreign = app.tenant().await.create_account("x", json!({})).await.expect(201).id();
    let wrong =
        json!({ "default_account": foreign, "rules": [{ "name": "r", "when": { "colour": 1 }, "accounts": [] }] });
    let problem = tenant.api.put("/v1/routing", &wrong).await.problem(422, "validation-failed");
    assert!(problem.pointers().contains(&"/rules/0/when/colour".to_owned()), "{:?}", problem.pointers());
    let wrong = json!({ "default_account": foreign, "rules": [] });
    let problem = tenant.api.put("/v1/routing", &wrong).await.problem(422, "validation-failed");
    assert_eq!(problem.pointers(), ["/default_account"]);
}
