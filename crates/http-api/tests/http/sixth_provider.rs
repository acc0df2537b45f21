//! A sixth vendor is a folder and a line in the registry: everything else follows from them.

use std::sync::Arc;

use provider_clients::provider::Provider;
use provider_clients::registry::Registry;
use serde_json::{Value, json};

use crate::acme::Acme;
use crate::acme::server::{AcmeServer, KEY};
use crate::support::{PDF, TestApi};

/// The vendors of this build and one more.
fn registry() -> Registry {
    let mut vendors: Vec<Arc<dyn Provider>> = Registry::standard(true).unwrap().iter().cloned().collect();
    vendors.push(Arc::new(Acme::new()));
    Registry::with(vendors, true).unwrap()
}

fn account(base_url: &str) -> Value {
    json!({
        "name": "iceland", "kind": "acme", "default": true,
        "settings": { "base_url": base_url }, "credentials": { "key": KEY },
    })
}

fn support<'a>(provider: &'a Value, feature: &str) -> &'a str {
    let rows = provider["capabilities"].as_array().unwrap();
    rows.iter().find(|row| row["feature"] == feature).unwrap()["support"].as_str().unwrap()
}

#[actix_web::test]
async fn it_is_listed_with_its_schemas_and_what_its_functions_can_do() {
    let api = TestApi::of(registry()).await;
    let list = api.get("/v1/providers").await.is(200).json();
    let kinds: Vec<&str> = list["data"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["acme", "arqsign", "efirma_go", "firma_virtual", "gofirmex", "viafirma"]);
    let acme = api.get("/v1/providers/acme").await.is(200).json();
    assert_eq!(acme, list["data"][0]);
    assert_eq!(acme["settings_schema"]["required"], json!(["base_url"]));
    assert_eq!(acme["options"]["envelope"]["properties"]["priority"]["enum"], json!(["low", "high"]));
    for (feature, expected) in [
        ("several_signers", "native"),
        ("level_simple", "native"),
        ("evidence", "emulated"),
        ("several_documents", "unsupported"),
        ("sequential_order", "unsupported"),
        ("message", "unsupported"),
    ] {
        assert_eq!(support(&acme, feature), expected, "{feature}");
    }

    let document = api.send(api.anonymous("GET", "/openapi.json")).await.is(200).json();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["AcmeSettings"]["properties"]["base_url"]["format"], "uri");
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let one_of = |place: &str, name: &str| schemas[place]["anyOf"].as_array().unwrap().contains(&reference(name));
    assert!(one_of("AccountSettings", "AcmeSettings") && one_of("AccountCredentials", "AcmeCredentials"));
    assert_eq!(schemas["EnvelopeProviderOptions"]["properties"]["acme"], reference("AcmeEnvelopeOptions"));
}

#[actix_web::test]
async fn its_settings_credentials_and_options_are_judged_by_its_schemas() {
    let api = TestApi::of(registry()).await;
    let mut wrong = account("nowhere");
    wrong["settings"]["colour"] = json!("red");
    wrong["credentials"]["key"] = json!("short");
    let faults = api.post("/v1/provider-accounts", wrong).await.problem("validation-failed");
    let all = ["/credentials/key too_short", "/settings/base_url wrong_format", "/settings/colour unknown_field"];
    assert_eq!(faults, all);
    let envelope = json!({ "subject": "x", "provider_options": { "acme": { "priority": "now" } } });
    let faults = api.post("/v1/envelopes", envelope).await.problem("validation-failed");
    assert_eq!(faults, ["/provider_options/acme/priority not_allowed"]);
}

#[actix_web::test]
async fn an_envelope_is_carried_out_there_to_its_end() {
    let server = AcmeServer::start();
    let api = TestApi::of(registry()).await.working();
    let created = api.post("/v1/provider-accounts", account(&server.base_url)).await.is(201);
    let verify = format!("{}/verify", created.header("location").unwrap());
    assert_eq!(api.send(api.request("POST", &verify)).await.is(200).json()["status"], "ok");
    let envelope = json!({
        "subject": "Employment contract",
        "recipients": [
            { "role": "signer", "name": "Jesús Sánchez", "email": "jesus@example.com" },
            { "role": "signer", "name": "Lucía Gil", "email": "lucia@example.com" },
        ],
        "provider_options": { "acme": { "priority": "high" } },
    });
    let path = api.post("/v1/envelopes", envelope).await.is(201).header("location").unwrap().to_owned();
    api.upload(&path).await.is(201);

    let sending = api.request("POST", &format!("{path}/send")).insert_header(("prefer", "wait=30"));
    let sent = api.send(sending).await.is(202).json();
    assert_eq!((&sent["status"], &sent["provider"]["kind"]), (&json!("sent"), &json!("acme")), "{sent}");
    let there = server.envelopes();
    assert_eq!(there.len(), 1);
    assert_eq!(there[0]["signers"], json!(["jesus@example.com", "lucia@example.com"]));
    assert_eq!((&there[0]["title"], &there[0]["priority"]), (&json!("Employment contract"), &json!("high")));

    server.sign();
    let completed = api
        .until(async || {
            let now = api.get(&path).await.json();
            (now["status"] == "completed").then_some(now)
        })
        .await;
    let kinds: Vec<&str> =
        completed["artifacts"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["signed_document", "broker_evidence"]);
    let signed = completed["artifacts"][0]["id"].as_str().unwrap();
    assert_eq!(api.get(&format!("{path}/artifacts/{signed}/content")).await.is(200).body, PDF);
}

#[actix_web::test]
async fn what_it_does_not_have_is_refused_before_anything_is_sent() {
    let server = AcmeServer::start();
    let api = TestApi::of(registry()).await;
    api.post("/v1/provider-accounts", account(&server.base_url)).await.is(201);
    let path = api.draft().await;
    let later = json!({ "role": "signer", "name": "Lucía Gil", "email": "lucia@example.com", "routing_order": 2 });
    api.post(&format!("{path}/recipients"), later).await.is(201);
    api.upload(&path).await.is(201);
    let refused = api.send(api.request("POST", &format!("{path}/send"))).await.is(422).json();
    assert!(refused["errors"].as_array().unwrap().iter().any(|it| it["code"] == "not_at_acme"), "{refused}");
    assert!(server.envelopes().is_empty());
}
