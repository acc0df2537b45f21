//! Whatever is wrong with a request is told with its own code, all at once, with pointers, without repeating it; and
//! nothing is stored.

use serde_json::{Value, json};
use tests::{App, Client, Problem, Tenant, an_envelope, spawn_app};

/// A text that no answer may repeat.
const REJECTED: &str = "a-value-that-must-not-be-repeated";

struct World {
    app: App,
    tenant: Tenant,
}

impl World {
    async fn new() -> Self {
        let app = spawn_app().await;
        let tenant = app.tenant_with_account().await;
        Self { app, tenant }
    }

    fn api(&self) -> &Client {
        &self.tenant.api
    }

    /// Refused on creation, with these faults; nothing is stored.
    async fn refused(&self, body: &Value, faults: &[(&str, &str)]) -> Problem {
        let problem = self.api().post_json("/v1/envelopes", body).await.problem(422, "validation-failed");
        problem.has(faults).does_not_echo(REJECTED);
        assert_eq!(self.api().all("/v1/envelopes").await, Vec::<Value>::new(), "nothing is stored");
        assert_eq!(self.api().all("/v1/events").await, Vec::<Value>::new());
        problem
    }
}

/// An envelope with one signer that has this member.
fn signer_with(member: Value) -> Value {
    an_envelope().signer("ana").who(member).json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_at_fault_are_named_one_by_one() {
    let world = World::new().await;
    let cases = [
        (json!({}), "/subject", "required"),
        (json!({ "subject": null }), "/subject", "wrong_type"),
        (json!({ "subject": "" }), "/subject", "too_short"),
        (json!({ "subject": REJECTED.repeat(20) }), "/subject", "too_long"),
        (json!({ "subject": 7 }), "/subject", "wrong_type"),
        (json!({ "subject": "S", "colour": REJECTED }), "/colour", "unknown_field"),
        (json!({ "subject": "S", "language": REJECTED }), "/language", "too_long"),
        (json!({ "subject": "S", "language": "e" }), "/language", "invalid_language"),
        (json!({ "subject": "S", "expires_at": REJECTED }), "/expires_at", "wrong_format"),
        (json!({ "subject": "S", "expires_at": "2026-12-31T23:00:00" }), "/expires_at", "wrong_format"),
        (json!({ "subject": "S", "notary": REJECTED }), "/notary", "not_allowed"),
        (json!({ "subject": "S", "reminders": { "every_days": 0 } }), "/reminders/every_days", "too_small"),
        (json!({ "subject": "S", "reminders": {} }), "/reminders/every_days", "required"),
        (json!({ "subject": "S", "provider_account": REJECTED }), "/provider_account", "wrong_format"),
        (json!({ "subject": "S", "recipients": {} }), "/recipients", "wrong_type"),
        (json!({ "subject": "S", "metadata": { "k": 7 } }), "/metadata/k", "wrong_type"),
        (json!({ "subject": "S", "send": "yes" }), "/send", "wrong_type"),
        (json!({ "subject": "S", "stages": [{}] }), "/stages/0/routing_order", "required"),
        (signer_with(json!({ "role": REJECTED })), "/recipients/0/role", "not_allowed"),
        (signer_with(json!({ "role": null })), "/recipients/0/role", "required"),
        (signer_with(json!({ "name": null })), "/recipients/0/name", "required"),
        (signer_with(json!({ "email": REJECTED })), "/recipients/0/email", "invalid_email"),
        (signer_with(json!({ "phone": "600123456" })), "/recipients/0/phone", "invalid_phone"),
        (signer_with(json!({ "routing_order": 0 })), "/recipients/0/routing_order", "too_small"),
        (signer_with(json!({ "routing_order": "1" })), "/recipients/0/routing_order", "wrong_type"),
        (signer_with(json!({ "delivery": REJECTED })), "/recipients/0/delivery", "not_allowed"),
        (signer_with(json!({ "nickname": REJECTED })), "/recipients/0/nickname", "unknown_field"),
        (
            signer_with(json!({ "national_id": { "type": "nif", "value": "12345678A" } })),
            "/recipients/0/national_id/value",
            "invalid_national_id",
        ),
        (
            signer_with(json!({ "national_id": { "type": REJECTED, "value": "1" } })),
            "/recipients/0/national_id/type",
            "not_allowed",
        ),
        (
            signer_with(json!({ "authentication": [{ "type": "access_code" }] })),
            "/recipients/0/authentication/0/code",
            "required",
        ),
        (
            signer_with(json!({ "authentication": [{ "type": "email_otp", "code": REJECTED }] })),
            "/recipients/0/authentication/0/code",
            "not_applicable",
        ),
        (
            signer_with(json!({ "fields": [{ "type": "signature", "document": 1, "page": 0, "x": 1, "y": 1 }] })),
            "/recipients/0/fields/0/page",
            "too_small",
        ),
        (
            signer_with(json!({ "fields": [{ "type": "signature", "document": 1, "page": 1, "x": "1", "y": 1 }] })),
            "/recipients/0/fields/0/x",
            "wrong_type",
        ),
        (
            json!({ "subject": "S", "documents": [{ "filename": "a.pdf", "content_base64": "***" }] }),
            "/documents/0/content_base64",
            "invalid_base64",
        ),
        (
            json!({ "subject": "S", "documents": [{ "filename": "../a.pdf", "content_base64": "JVBERi0=" }] }),
            "/documents/0/filename",
            "wrong_format",
        ),
        (
            json!({ "subject": "S", "documents": [{ "content_base64": "JVBERi0=" }] }),
            "/documents/0/filename",
            "required",
        ),
    ];
    for (body, pointer, code) in cases {
        world.refused(&body, &[(pointer, code)]).await;
    }
    assert_eq!(world.app.objects(), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_faults_are_told_together() {
    let world = World::new().await;
    let body = json!({
        "subject": 7,
        "colour": REJECTED,
        "language": "e",
        "reminders": { "every_days": 1000 },
        "recipients": [
            { "role": "signer", "name": "Ana", "email": REJECTED, "phone": "12345" },
            { "role": REJECTED, "name": "Bob" },
            { "role": "signer", "name": "", "routing_order": -1 },
        ],
    });
    world
        .refused(
            &body,
            &[
                ("/subject", "wrong_type"),
                ("/colour", "unknown_field"),
                ("/language", "invalid_language"),
                ("/reminders/every_days", "too_large"),
                ("/recipients/0/email", "invalid_email"),
                ("/recipients/0/phone", "invalid_phone"),
                ("/recipients/1/role", "not_allowed"),
                ("/recipients/2/name", "too_short"),
                ("/recipients/2/routing_order", "too_small"),
            ],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_no_json_or_too_large_or_of_another_type_is_told_apart() {
    let world = World::new().await;
    let post = || world.api().post("/v1/envelopes");
    for body in ["{", "", "{\"subject\":\"S\"} x", "[1,", "\u{feff}{}"] {
        post().body("application/json", body).await.problem(400, "malformed-json");
    }
    post().body("application/json", vec![b'"', 0xff, b'"']).await.problem(400, "malformed-json");
    for body in ["[]", "null", "\"text\"", "7"] {
        post().body("application/json", body).await.problem(422, "validation-failed").has(&[("", "wrong_type")]);
    }
    for kind in ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/pdf"] {
        post().body(kind, "{}").await.problem(415, "unsupported-media-type");
    }
    let no_type = post().await;
    no_type.problem(415, "unsupported-media-type");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    post().body("application/json", deep).await.problem(400, "malformed-json");
    assert_eq!(world.api().all("/v1/envelopes").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_json_body_over_the_limit_is_too_large_however_it_is_sent() {
    let world = World::new().await;
    let draft = world.tenant.draft(&an_envelope(), &[]).await;
    let body = json!({ "message": "x".repeat(2 * 1024 * 1024) }).to_string();
    let patch = || world.api().call(reqwest::Method::PATCH, &draft.path(""));
    patch().body("application/json", body.clone()).await.problem(413, "body-too-large");
    let pieces: Vec<Result<Vec<u8>, std::io::Error>> =
        body.as_bytes().chunks(64 * 1024).map(|piece| Ok(piece.to_vec())).collect();
    let streamed = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
    patch().body("application/json", streamed).await.problem(413, "body-too-large");
    assert_eq!(draft.get().await["message"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_frameworks_own_failures_are_problems_too() {
    let world = World::new().await;
    let api = world.api();
    for path in ["/v1", "/v1/nothing", "/v2/envelopes", "/v1/envelopes/x/y/z", "/%00", "/v1/%ff"] {
        api.get(path).await.problem(404, "no-such-route");
    }
    let wrong_method = api.delete("/v1/envelopes").await;
    assert!(wrong_method.header("allow").is_some_and(|allow| allow.contains("POST") && allow.contains("GET")));
    wrong_method.problem(405, "method-not-allowed");
    api.put("/v1/envelopes", &json!({})).await.problem(405, "method-not-allowed");
    let anonymous = world.app.anonymous();
    anonymous.get("/v1/nothing").await.problem(404, "no-such-route");
    let unauthorized = anonymous.get("/v1/envelopes").await;
    assert!(unauthorized.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")));
    unauthorized.problem(401, "unauthorized");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_at_fault_is_told_parameter_by_parameter() {
    let world = World::new().await;
    let api = world.api();
    for (query, faults) in [
        ("limit=0", vec![("/limit", "invalid_format")]),
        ("limit=201", vec![("/limit", "invalid_format")]),
        ("limit=ten", vec![("/limit", "invalid_format")]),
        ("limit=1&limit=2", vec![("/limit", "not_unique")]),
        ("colour=red", vec![("/colour", "unknown_field")]),
        ("status=finished", vec![("/status", "invalid_format")]),
        ("created_after=yesterday", vec![("/created_after", "invalid_format")]),
        (
            "limit=0&status=x&colour=red",
            vec![("/limit", "invalid_format"), ("/status", "invalid_format"), ("/colour", "unknown_field")],
        ),
    ] {
        let problem = api.get(&format!("/v1/envelopes?{query}")).await.problem(400, "bad-query");
        problem.has(&faults);
        for error in problem.json["errors"].as_array().unwrap() {
            assert_eq!(error["source"], "query");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_is_good_for_its_own_list_and_untouched_only() {
    let world = World::new().await;
    let api = world.api();
    for _ in 0..3 {
        world.tenant.draft(&an_envelope(), &[]).await;
    }
    let page = api.get("/v1/envelopes?limit=1").await.expect(200);
    assert!(page.header("link").is_some_and(|link| link.contains("rel=\"next\"")));
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let flipped: String = {
        let mut bytes = cursor.clone().into_bytes();
        let middle = bytes.len() / 2;
        bytes[middle] = if bytes[middle] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    for bad in [flipped.as_str(), "", "x", "AAAA", &cursor[..cursor.len() - 2]] {
        api.get(&format!("/v1/envelopes?cursor={bad}")).await.problem(400, "bad-cursor");
    }
    api.get(&format!("/v1/events?cursor={cursor}")).await.problem(400, "bad-cursor");
    api.get(&format!("/v1/envelopes?status=sent&cursor={cursor}")).await.problem(400, "bad-cursor");
    let foreign = world.app.tenant().await;
    foreign.api.get(&format!("/v1/envelopes?cursor={cursor}")).await.problem(400, "bad-cursor");
    api.get(&format!("/v1/envelopes?limit=1&cursor={cursor}")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_that_name_nothing_are_not_found_whatever_they_look_like() {
    let world = World::new().await;
    let api = world.api();
    let account = api.all("/v1/provider-accounts").await[0]["id"].as_str().unwrap().to_owned();
    for id in ["env_01jd8x3w6hf1pa9yrzm0e5k2qv", "env_x", "x", "ENV_01jd8x3w6hf1pa9yrzm0e5k2qv", account.as_str()] {
        let problem = api.get(&format!("/v1/envelopes/{id}")).await.problem(404, "not-found");
        assert!(!problem.json["detail"].as_str().unwrap().contains(id));
        api.patch(&format!("/v1/envelopes/{id}"), &json!({})).await.problem(404, "not-found");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn actions_in_the_wrong_state_are_refused_and_change_nothing() {
    let world = World::new().await;
    let api = world.api();
    let sent = world.tenant.draft(&an_envelope().signer("ana"), &[tests::CONTRACT]).await;
    sent.send().await;
    let (before, events) = (sent.get().await, sent.event_types().await);
    let document = sent.path(&format!("/documents/{}", before["documents"][0]["id"].as_str().unwrap()));
    let recipient = sent.path(&format!("/recipients/{}", before["recipients"][0]["id"].as_str().unwrap()));
    for refused in [
        api.post(&sent.path("/send")),
        api.patch(&sent.path(""), &json!({ "subject": "Another" })),
        api.delete(&sent.path("")),
        api.post(&sent.path("/documents?filename=x.pdf")).body("application/pdf", tests::CONTRACT.bytes),
        api.delete(&document),
        api.patch(&document, &json!({ "name": "Another" })),
        api.delete(&recipient),
        api.post_json(&sent.path("/recipients"), &json!({ "role": "signer", "name": "Bob" })),
        api.post_json(&sent.path("/resolve"), &json!({ "action": "retry" })),
    ] {
        refused.await.problem(409, "wrong-state");
    }
    assert_eq!(sent.event_types().await, events, "nothing was changed");
    let draft = world.tenant.draft(&an_envelope(), &[]).await;
    for action in ["remind", "refresh", "cancel"] {
        let answer = api.post(&draft.path(&format!("/{action}"))).await;
        assert!(answer.status == 409 || answer.status == 202 && action == "cancel", "{action}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_between_a_draft_and_sending_is_told_at_once() {
    let world = World::new().await;
    let api = world.api();
    let empty = world.tenant.draft(&an_envelope(), &[]).await;
    let problem = api.post(&empty.path("/send")).await;
    assert_eq!(problem.status, 422);
    let problem = problem.clone().problem(422, problem.json()["code"].as_str().unwrap());
    assert_eq!(problem.pointers(), ["/documents", "/recipients"], "each once: {}", problem.json);

    let wishes = an_envelope()
        .with(json!({ "expires_at": "2999-01-01T00:00:00Z", "notary": "full", "language": "es" }))
        .signer("ana")
        .who(json!({ "delivery": "whatsapp", "signature_level": "qualified", "phone": "+5511987654321" }))
        .signer("bob")
        .who(json!({ "email": "ana@example.com", "authentication": [{ "type": "certificate" }] }));
    let draft = world.tenant.draft(&wishes, &[tests::CONTRACT]).await;
    let problem = api.post(&draft.path("/send")).await.problem(422, "capability-unsupported");
    let pointers = problem.pointers();
    for pointer in [
        "/expires_at",
        "/notary",
        "/recipients/0/delivery",
        "/recipients/0/phone",
        "/recipients/0/signature_level",
        "/recipients/1/authentication/0",
        "/recipients/1/email",
    ] {
        assert!(pointers.iter().any(|p| p == pointer), "no {pointer} in {pointers:?}");
    }
    assert!(!pointers.contains(&"/language".to_owned()), "what is only looks does not refuse");
    assert_eq!(draft.get().await["status"], "draft");
    assert_eq!(world.app.sandbox().calls().len(), 0, "nobody was called");

    // Sending on creation refuses the same and creates nothing.
    let before = api.all("/v1/envelopes").await.len();
    let at_once = wishes.with(json!({ "send": true }));
    let answer = api.post_json("/v1/envelopes", &at_once.json()).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert_eq!(api.all("/v1/envelopes").await.len(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_without_an_account_cannot_send() {
    let app = spawn_app().await;
    let tenant = app.tenant().await;
    let draft = tenant.draft(&an_envelope().signer("ana"), &[tests::CONTRACT]).await;
    tenant.api.post(&draft.path("/send")).await.problem(422, "no-provider-account");
    assert_eq!(draft.get().await["status"], "draft");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_at_fault_are_named() {
    let world = World::new().await;
    let api = world.api();
    let draft = world.tenant.draft(&an_envelope(), &[]).await;
    let patch = |tag: &str| api.patch(&draft.path(""), &json!({ "message": "x" })).if_match(tag);
    patch("not a tag").await.problem(400, "bad-header").has(&[("/If-Match", "invalid_format")]);
    let key = "k".repeat(300);
    api.post_json("/v1/envelopes", &json!({ "subject": "S" }))
        .once(&key)
        .await
        .problem(400, "bad-header")
        .does_not_echo(&key);
    api.post(&draft.path("/documents?filename=x.pdf"))
        .header("Content-Digest", "sha-256=:###:")
        .body("application/pdf", tests::CONTRACT.bytes)
        .await
        .problem(400, "bad-header");
    world.app.admin().get("/v1/envelopes").await.problem(400, "bad-header").has(&[("/X-Tenant-Id", "required")]);
}
