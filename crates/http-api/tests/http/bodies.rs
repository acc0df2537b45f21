use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{PDF, TestApi};

#[actix_web::test]
async fn an_envelope_shows_what_was_asked() {
    let api = TestApi::new().await;
    let asked = json!({
        "reference": "HR-2026-0042", "subject": "Employment contract", "message": "Please read and sign.", "language": "es-es",
        "expires_at": "2030-12-31T23:00:00+01:00", "reminders": { "every_days": 3 }, "notary": "none",
        "stages": [ { "routing_order": 1, "group": "company", "minimum": 1, "name": "Company" } ],
        "recipients": [ {
            "role": "signer", "name": "Jesús Sánchez Alonso", "email": "jesus@example.com", "phone": "+34677777777",
            "national_id": { "type": "nif", "value": "12345678Z" }, "routing_order": 1, "group": "company",
            "authentication": [ { "type": "access_code", "code": "9876543", "delivery": "sms", "resend": true } ],
            "fields": [ { "type": "signature", "document": 1, "page": 1, "x": 111.75, "y": 712.5 } ],
            "provider_options": { "efirma_go": { "identificador": "EMP-42" } },
        } ],
        "documents": [ { "filename": "contract.pdf", "content_base64": STANDARD.encode(PDF) } ],
        "metadata": { "cost_center": "77" },
    });
    let created = api.post("/v1/envelopes", asked).await.is(201);
    let path = created.header("location").unwrap().to_owned();
    assert_eq!(created.header("etag"), Some("\"1\""));
    let envelope = created.json();
    assert_eq!(envelope, api.get(&path).await.is(200).json());
    assert_eq!(path, format!("/v1/envelopes/{}", envelope["id"].as_str().unwrap()));
    assert_eq!(envelope["status"], "draft");
    assert_eq!(envelope["version"], 1);
    assert_eq!(envelope["language"], "es-ES");
    assert_eq!(envelope["expires_at"], "2030-12-31T22:00:00.000000Z");
    assert_eq!(envelope["provider"], Value::Null);
    assert_eq!(envelope["stages"][0]["status"], "waiting");
    let recipient = &envelope["recipients"][0];
    assert_eq!(recipient["national_id"], json!({ "type": "nif", "value": "12345678Z", "country": "ES" }));
    assert_eq!(recipient["status"], "created");
    let proof = json!({ "type": "access_code", "phone": null, "delivery": "sms", "resend": true });
    assert_eq!(recipient["authentication"][0], proof);
    assert_eq!(recipient["signing_url"], Value::Null);
    assert_eq!(envelope["documents"][0]["name"], "contract");
    assert_eq!(envelope["documents"][0]["size"], PDF.len());
    assert!(!envelope.to_string().contains("9876543"), "the access code is shown");
    let created_at = envelope["created_at"].as_str().unwrap();
    assert!(created_at.len() == 27 && created_at.ends_with('Z'), "{created_at}");
}

#[actix_web::test]
async fn every_fault_of_a_body_is_told_at_once_and_nothing_is_echoed() {
    let api = TestApi::new().await;
    let secret = "hunter2-hunter2";
    let asked = json!({
        "subjet": secret, "subject": "", "language": secret, "notary": secret, "reminders": { "every_days": 0 },
        "stages": [ { "routing_order": 1 }, { "routing_order": 1 } ],
        "recipients": [
            { "role": "signer", "email": secret, "phone": "0034677777777", "national_id": { "type": "nif", "value": "12345678A" } },
            { "role": "copy", "name": "Ana", "acts_as": "organization", "authentication": [ { "type": "sms_otp", "code": secret } ] },
            { "role": secret, "name": "Eva", "organization": { "tax_id": "B12345674" } },
        ],
        "documents": [ { "filename": "../contract.pdf", "content_base64": secret, "order": 1 }, { "filename": "a.pdf", "content_base64": "JVBERg==", "order": 1 } ],
        "provider_options": { "nobody": {} },
        "metadata": { "n": 1 },
        "send": "yes",
    });
    let refused = api.post("/v1/envelopes", asked).await;
    let faults = refused.problem("validation-failed");
    let expected = [
        "/documents/0/content_base64 invalid_base64",
        "/documents/0/filename wrong_format",
        "/documents/1/order not_unique",
        "/language too_long",
        "/metadata/n wrong_type",
        "/notary not_allowed",
        "/provider_options/nobody unknown_field",
        "/recipients/0/email invalid_email",
        "/recipients/0/name required",
        "/recipients/0/national_id/value invalid_national_id",
        "/recipients/0/phone invalid_phone",
        "/recipients/1/authentication/0/code not_applicable",
        "/recipients/1/organization required",
        "/recipients/2/organization/name required",
        "/recipients/2/role not_allowed",
        "/reminders/every_days too_small",
        "/send wrong_type",
        "/stages/1 not_unique",
        "/subject too_short",
        "/subjet unknown_field",
    ];
    assert_eq!(faults, expected);
    assert!(!String::from_utf8_lossy(&refused.body).contains("hunter2"));
    assert_eq!(api.get("/v1/envelopes").await.json()["data"], json!([]), "something was stored");
}

#[actix_web::test]
async fn a_merge_patch_changes_removes_and_keeps() {
    let api = TestApi::new().await;
    let asked = json!({ "subject": "One", "message": "Hello", "language": "es", "metadata": { "a": "1", "b": "2" } });
    let path = api.post("/v1/envelopes", asked).await.is(201).header("location").unwrap().to_owned();
    let patch = json!({ "subject": "Two", "message": null, "metadata": { "a": null, "c": "3" } });
    let request = api.request("PATCH", &path).insert_header(("if-match", "\"1\""));
    let changed = api.send(request.set_json(&patch)).await.is(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let envelope = changed.json();
    assert_eq!(envelope["subject"], "Two");
    assert_eq!(envelope["message"], Value::Null);
    assert_eq!(envelope["language"], "es");
    assert_eq!(envelope["metadata"], json!({ "b": "2", "c": "3" }));
    let stale = api.request("PATCH", &path).insert_header(("if-match", "\"1\"")).set_json(&patch);
    api.send(stale).await.problem("precondition-failed");
    let wrong = json!({ "recipients": [], "subject": null, "nothing": null });
    let faults = api.send(api.request("PATCH", &path).set_json(wrong)).await.problem("validation-failed");
    assert_eq!(faults, ["/nothing unknown_field", "/recipients unknown_field", "/subject required"]);
    let faults = api.send(api.request("PATCH", &path).set_json(json!({ "subject": null }))).await;
    assert_eq!(faults.problem("validation-failed"), ["/subject required"]);
}

#[actix_web::test]
async fn recipients_are_added_changed_and_removed() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let new = json!({ "role": "signer", "name": "Ana", "email": "ana@example.com", "routing_order": 2,
                      "authentication": [ { "type": "access_code", "code": "9876543" } ] });
    let added = api.post(&format!("{draft}/recipients"), new).await.is(201);
    assert_eq!(added.header("etag"), Some("\"2\""));
    let path = added.header("location").unwrap().to_owned();
    let patch = json!({ "email": "ana.perez@example.com", "phone": "+34600000000" });
    let changed = api.send(api.request("PATCH", &path).set_json(patch)).await.is(200).json();
    assert_eq!(changed["email"], "ana.perez@example.com");
    assert_eq!(changed["authentication"][0]["type"], "access_code");
    assert_eq!(changed["id"], added.json()["id"]);
    let faults = api.send(api.request("PATCH", &path).set_json(json!({ "email": "nobody" }))).await;
    assert_eq!(faults.problem("validation-failed"), ["/email invalid_email"]);
    let removed = api.send(api.request("DELETE", &path)).await.is(204);
    assert_eq!(removed.header("etag"), Some("\"4\""));
    api.send(api.request("DELETE", &path)).await.problem("not-found");
}

#[actix_web::test]
async fn lists_are_paged_and_filtered() {
    let api = TestApi::new().await;
    for n in 0..3 {
        let asked =
            json!({ "subject": "x", "reference": format!("r{n}"), "metadata": { "parity": format!("{}", n % 2) } });
        api.post("/v1/envelopes", asked).await.is(201);
    }
    let first = api.get("/v1/envelopes?limit=2&status=draft").await.is(200);
    let page = first.json();
    assert_eq!(page["data"].as_array().unwrap().len(), 2);
    assert_eq!(page["data"][0]["reference"], "r2");
    assert_eq!(page["has_more"], true);
    let link = first.header("link").unwrap();
    let next = link.strip_prefix('<').unwrap().split('>').next().unwrap();
    let second = api.get(next).await.is(200).json();
    assert_eq!(second["data"][0]["reference"], "r0");
    assert_eq!((second["has_more"].as_bool(), &second["next_cursor"]), (Some(false), &Value::Null));
    let filtered = api.get("/v1/envelopes?metadata%5Bparity%5D=1").await.is(200).json();
    assert_eq!(filtered["data"].as_array().unwrap().len(), 1);
    assert_eq!(api.get("/v1/envelopes?cursor=nonsense").await.problem("bad-cursor"), ["/cursor invalid"]);
    let faults = api.get("/v1/envelopes?limit=0&status=gone&created_after=today").await.problem("bad-query");
    assert_eq!(faults, ["/created_after invalid_format", "/limit invalid_format", "/status invalid_format"]);
}

#[actix_web::test]
async fn an_unknown_setting_of_an_account_is_pointed_at() {
    let api = TestApi::new().await;
    let asked = json!({ "name": "x", "kind": "efirma_go", "settings": { "nonsense": 1 }, "credentials": {} });
    let faults = api.post("/v1/provider-accounts", asked).await.problem("validation-failed");
    assert!(faults.contains(&"/settings/nonsense unknown_field".to_owned()), "{faults:?}");
    assert!(faults.contains(&"/credentials/private_key required".to_owned()), "{faults:?}");
    let asked = json!({ "name": "x", "kind": "nobody", "settings": {}, "credentials": {} });
    assert_eq!(api.post("/v1/provider-accounts", asked).await.problem("unknown-provider-kind"), ["/kind not_allowed"]);
    let account = api.account().await;
    let shown = api.get(&account).await.is(200);
    assert!(!String::from_utf8_lossy(&shown.body).contains("sandbox-private-key"));
    assert_eq!(shown.json()["default"], true);
}
