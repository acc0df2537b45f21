//! Every operation of the published document is closed to callers without a key, without its scope, and of another tenant.
//!
//! The document is walked, so an operation that is added is covered without a line here, unless it has a new kind of path
//! parameter: that fails and says so.

use std::collections::BTreeMap;

use provider_sandbox::Scripts;
use reqwest::Method;
use serde_json::Value;
use tests::{ALL_SCOPES, CONTRACT, Client, Setup, Tenant, an_envelope};

struct Operation {
    method: Method,
    path: String,
    /// The scope it needs; `None` where no key is needed.
    scope: Option<String>,
}

/// Path parameters that do not name something of a tenant.
const NOT_OF_A_TENANT: [&str; 4] = ["kind", "code", "operation_name", "name"];

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            if operation.get("responses").is_none() {
                continue;
            }
            let scope = operation["security"][0]["bearer"][0].as_str().map(str::to_owned);
            operations.push(Operation { method, path: path.clone(), scope });
        }
    }
    operations
}

impl Operation {
    fn parameters(&self) -> Vec<String> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
    }

    fn url(&self, ids: &BTreeMap<&str, String>) -> String {
        self.parameters().iter().fold(self.path.clone(), |url, name| {
            let id = ids
                .get(name.as_str())
                .unwrap_or_else(|| panic!("no value for the path parameter {name} of {}", self.path));
            url.replace(&format!("{{{name}}}"), id)
        })
    }

    fn shown(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Something of every kind, in a tenant.
async fn everything(app: &tests::App, tenant: &Tenant) -> BTreeMap<&'static str, String> {
    let account = tenant.efirma_account().await;
    let envelope = tenant.draft(&an_envelope().signer("ana"), &[CONTRACT]).await;
    envelope.send().await;
    let done = envelope.wait_for("completed").await;
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    let keys = app.admin().all(&format!("/v1/tenants/{}/api-keys", tenant.id)).await;
    BTreeMap::from([
        ("tenant_id", tenant.id.clone()),
        ("key_id", id(&keys[0])),
        ("account_id", id(&account)),
        ("envelope_id", envelope.id.clone()),
        ("recipient_id", id(&done["recipients"][0])),
        ("identity_document_id", "idd_01jd8x3w6hf1pa9yrzm0e5k2qm".to_owned()),
        ("document_id", id(&done["documents"][0])),
        ("artifact_id", id(&done["artifacts"][0])),
        ("job_id", "job_01jd8x3w6hf1pa9yrzm0e5k2qv".to_owned()),
        ("kind", "efirma_go".to_owned()),
        ("operation_name", "get_client".to_owned()),
        ("name", "get_client".to_owned()),
        ("code", "not-found".to_owned()),
    ])
}

fn with_body(operation: &Operation, api: &Client, ids: &BTreeMap<&str, String>) -> tests::Call {
    let call = api.call(operation.method.clone(), &operation.url(ids));
    if operation.method == Method::GET || operation.method == Method::DELETE {
        call
    } else {
        call.json(&serde_json::json!({}))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_closed_to_those_who_may_not() {
    let app = Setup::sqlite().sandbox(|s| s.scripts = Scripts::everybody_signs()).start().await;
    let document = app.anonymous().get("/openapi.json").await.expect(200).json();
    let (tenant, stranger) = (app.tenant().await, app.tenant().await);
    let ids = everything(&app, &tenant).await;
    let mut keys: BTreeMap<String, (Client, Client)> = BTreeMap::new();
    for scope in ALL_SCOPES.iter().copied().chain(["admin"]) {
        let others: Vec<&str> = ALL_SCOPES.into_iter().filter(|other| *other != scope).collect();
        keys.insert(scope.to_owned(), (tenant.key(&others).await, stranger.key(&[scope]).await));
    }

    let operations = operations(&document);
    let closed: Vec<&Operation> = operations.iter().filter(|o| o.scope.is_some()).collect();
    assert!(closed.len() > 40, "the document has {} closed operations", closed.len());
    for operation in &operations {
        let is_closed = operation.scope.is_some();
        assert_eq!(operation.path.starts_with("/v1/"), is_closed, "{} says otherwise than its path", operation.shown());
    }
    for operation in closed {
        let shown = operation.shown();
        let scope = operation.scope.as_ref().unwrap();
        let (without, foreign) = keys.get(scope).unwrap_or_else(|| panic!("{shown} needs the unknown scope {scope}"));

        let answer = with_body(operation, &app.anonymous(), &ids).await;
        assert_eq!(answer.status, 401, "{shown} without a key: {}", answer.text());
        answer.problem(401, "unauthorized");

        let answer = with_body(operation, &app.anonymous().with_key("rk_nobody"), &ids).await;
        assert_eq!(answer.status, 401, "{shown} with an unknown key: {}", answer.text());

        let answer = with_body(operation, without, &ids).await;
        assert_eq!(answer.status, 403, "{shown} without its scope: {}", answer.text());
        let problem = answer.problem(403, "forbidden");
        assert!(problem.json["detail"].as_str().unwrap().contains(scope.as_str()), "{shown} names the scope");

        let of_a_tenant = operation.parameters().iter().any(|name| !NOT_OF_A_TENANT.contains(&name.as_str()));
        if of_a_tenant {
            let answer = with_body(operation, foreign, &ids).await;
            // What only the platform may do is closed to every tenant's key, even one with the scope.
            let expected: &[u16] = if scope == "admin" { &[404, 403] } else { &[404] };
            assert!(
                expected.contains(&answer.status),
                "{shown} with a foreign id: {} {}",
                answer.status,
                answer.text()
            );
        }
    }

    // The ids above are real: who may read them does.
    for operation in operations.iter().filter(|o| o.method == Method::GET && o.scope.is_some()) {
        let api = if operation.scope.as_deref() == Some("admin") { app.admin() } else { tenant.api.clone() };
        let answer = api.get(&operation.url(&ids)).await;
        // There is no plan for an envelope that was sent.
        let expected = if operation.path.ends_with("/plan") { 409 } else { 200 };
        assert_eq!(answer.status, expected, "{} by its owner: {}", operation.shown(), answer.text());
    }
    // And nothing was changed by those who may not.
    let envelope = tenant.api.get(&format!("/v1/envelopes/{}", ids["envelope_id"])).await.expect(200).json();
    assert_eq!(envelope["status"], "completed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_links_and_contents_need_their_own_scopes() {
    let app = Setup::sqlite().sandbox(|s| s.scripts = Scripts::everybody_signs()).start().await;
    let tenant = app.tenant().await;
    let ids = everything(&app, &tenant).await;
    let reader = tenant.key(&["envelopes:read"]).await;
    let base = format!("/v1/envelopes/{}", ids["envelope_id"]);
    reader.get(&base).await.expect(200);
    for content in ["documents", "artifacts"] {
        let id = if content == "documents" { &ids["document_id"] } else { &ids["artifact_id"] };
        let path = format!("{base}/{content}/{id}/content");
        reader.get(&path).await.problem(403, "forbidden");
        reader.head(&path).await.expect(403);
        tenant.key(&["documents:read"]).await.get(&path).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_ends_when_it_is_revoked_or_its_time_is_over() {
    let app = tests::spawn_app().await;
    let tenant = app.tenant().await;
    let path = format!("/v1/tenants/{}/api-keys", tenant.id);
    let past =
        serde_json::json!({ "name": "late", "scopes": ["envelopes:read"], "expires_at": "2020-01-01T00:00:00Z" });
    let refused = app.admin().post_json(&path, &past).await;
    if refused.status == 201 {
        let late = tenant.api.with_key(refused.json()["key"].as_str().unwrap());
        late.get("/v1/envelopes").await.problem(401, "unauthorized");
    } else {
        refused.problem(422, "validation-failed").has(&[("/expires_at", "invalid")]);
    }
    let body = serde_json::json!({ "name": "short", "scopes": ["envelopes:read"] });
    let created = app.admin().post_json(&path, &body).await.expect(201).json();
    let key = tenant.api.with_key(created["key"].as_str().unwrap());
    key.get("/v1/envelopes").await.expect(200);
    app.admin().delete(&format!("{path}/{}", created["id"].as_str().unwrap())).await.expect(204);
    key.get("/v1/envelopes").await.problem(401, "unauthorized");
}
