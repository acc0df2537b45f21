use broker::Scope;
use http_api::document;
use serde_json::Value;

use crate::support::TestApi;

/// Every operation that needs a key: method, path with example identifiers, scope.
fn protected() -> Vec<(String, String, String)> {
    let document = document().unwrap().json;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(scope) = operation.pointer("/security/0/bearer/0").and_then(Value::as_str) else { continue };
            let mut filled = path.clone();
            for parameter in operation["parameters"].as_array().unwrap() {
                if parameter["in"] == "path" {
                    let name = parameter["name"].as_str().unwrap();
                    filled =
                        filled.replace(&format!("{{{name}}}"), parameter["schema"]["examples"][0].as_str().unwrap());
                }
            }
            operations.push((method.to_uppercase(), filled, scope.to_owned()));
        }
    }
    operations
}

#[actix_web::test]
async fn no_operation_answers_without_a_key_or_without_its_scope() {
    let api = TestApi::new().await;
    let operations = protected();
    assert!(operations.len() > 40, "{}", operations.len());
    for (method, path, scope) in operations {
        let here = format!("{method} {path}");
        let nobody = api.send(api.anonymous(&method, &path)).await;
        assert_eq!(nobody.status, 401, "{here}");
        nobody.problem("unauthorized");
        let unknown = api.anonymous(&method, &path).insert_header(("authorization", "Bearer rk_unknown"));
        api.send(unknown).await.problem("unauthorized");
        let others: Vec<Scope> =
            Scope::ALL.into_iter().filter(|it| it.as_str() != scope && *it != Scope::Admin).collect();
        let key = api.key_with(Some(api.tenant), &others).await;
        let request = api.anonymous(&method, &path).insert_header(("authorization", format!("Bearer {key}")));
        let forbidden = api.send(request).await;
        assert_eq!(forbidden.status, 403, "{here}");
        assert!(forbidden.json()["detail"].as_str().unwrap().contains(&scope), "{here}");
    }
}

#[actix_web::test]
async fn another_tenants_things_are_not_found() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let document = api.upload(&draft).await.is(201).header("location").unwrap().to_owned();
    let id = api.get(&draft).await.json()["recipients"][0]["id"].as_str().unwrap().to_owned();
    let recipient = format!("{draft}/recipients/{id}");
    let account = api.account().await;
    let key = api.key_with(Some(api.another_tenant().await), &Scope::ALL).await;
    let foreign = [
        ("GET", draft.clone()),
        ("PATCH", draft.clone()),
        ("DELETE", draft.clone()),
        ("GET", format!("{draft}/plan")),
        ("GET", format!("{draft}/events")),
        ("GET", format!("{draft}/artifacts")),
        ("GET", format!("{draft}/evidence")),
        ("GET", format!("{recipient}/identity-documents")),
        ("POST", format!("{recipient}/identity-documents")),
        ("POST", format!("{draft}/send")),
        ("POST", format!("{draft}/cancel")),
        ("POST", format!("{draft}/copy")),
        ("POST", format!("{draft}/resolve")),
        ("POST", format!("{draft}/recipients")),
        ("POST", format!("{draft}/documents")),
        ("GET", document.clone()),
        ("GET", format!("{document}/content")),
        ("DELETE", document.clone()),
        ("GET", account.clone()),
        ("PATCH", account.clone()),
        ("DELETE", account.clone()),
        ("POST", format!("{account}/verify")),
        ("GET", format!("/v1/tenants/{}", api.tenant)),
        ("GET", format!("/v1/tenants/{}/api-keys", api.tenant)),
    ];
    for (method, path) in foreign {
        let request = api.anonymous(method, &path).insert_header(("authorization", format!("Bearer {key}")));
        let answer = api.send(request).await;
        assert_eq!(answer.status, 404, "{method} {path}");
        answer.problem("not-found");
    }
    let list = api.anonymous("GET", "/v1/envelopes").insert_header(("authorization", format!("Bearer {key}")));
    assert_eq!(api.send(list).await.json()["data"], serde_json::json!([]));
}

#[actix_web::test]
async fn a_key_of_the_platform_names_the_tenant() {
    let api = TestApi::new().await;
    api.draft().await;
    let admin = api.key_with(None, &[Scope::Admin]).await;
    let list = || api.anonymous("GET", "/v1/envelopes").insert_header(("authorization", format!("Bearer {admin}")));
    assert_eq!(api.send(list()).await.problem("bad-header"), ["/X-Tenant-Id required"]);
    let named = api.send(list().insert_header(("x-tenant-id", api.tenant.to_string()))).await.is(200);
    assert_eq!(named.json()["data"].as_array().unwrap().len(), 1);
    for unknown in ["tnt_01jd8x3w6hf1pa9yrzm0e5k2qa", "nonsense"] {
        api.send(list().insert_header(("x-tenant-id", unknown))).await.problem("not-found");
    }
    let tenants = api.anonymous("GET", "/v1/tenants").insert_header(("authorization", format!("Bearer {admin}")));
    assert_eq!(api.send(tenants).await.is(200).json()["data"][0]["slug"], "hr");
    api.get("/v1/tenants").await.problem("forbidden");
}

#[actix_web::test]
async fn only_writers_see_signing_links() {
    let api = TestApi::new().await;
    let draft = api.draft().await;
    let reader = api.key_with(Some(api.tenant), &[Scope::EnvelopesRead]).await;
    let request = api.anonymous("GET", &draft).insert_header(("authorization", format!("Bearer {reader}")));
    let shown = api.send(request).await.is(200).json();
    assert_eq!(shown["recipients"][0]["signing_url"], Value::Null);
}

#[actix_web::test]
async fn documentation_and_health_need_no_key() {
    let api = TestApi::new().await;
    for path in [
        "/",
        "/openapi.json",
        "/docs/",
        "/docs/swagger-ui-bundle.js",
        "/problems",
        "/problems/wrong-state",
        "/health/live",
        "/health/ready",
        "/assets/pages.css",
    ] {
        let answer = api.send(api.anonymous("GET", path)).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let page = api.send(api.anonymous("GET", "/docs/")).await;
    assert!(page.header("content-security-policy").unwrap().contains("script-src 'self'"));
    assert!(!String::from_utf8_lossy(&page.body).contains("<script>"), "an inline script");
    let moved = api.send(api.anonymous("GET", "/docs")).await.is(308);
    assert_eq!(moved.header("location"), Some("/docs/"));
    api.send(api.anonymous("GET", "/problems/nonsense")).await.problem("not-found");
    api.send(api.anonymous("POST", "/callbacks/efirma_go/unknown")).await.problem("not-found");
}
