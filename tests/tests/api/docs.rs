//! The documentation that the broker serves itself.

use serde_json::Value;
use tests::spawn_app;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swagger_ui_is_served_whole_and_loads_nothing_from_elsewhere() {
    let app = spawn_app().await;
    let api = app.anonymous();
    let redirect = api.get("/docs").await;
    assert!((300..400).contains(&redirect.status), "{}", redirect.status);
    let page = api.get("/docs/").await.expect(200);
    let html = page.text();
    let mut files = Vec::new();
    for attribute in ["src=\"", "href=\""] {
        for rest in html.split(attribute).skip(1) {
            files.push(rest.split('"').next().unwrap().to_owned());
        }
    }
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        assert!(!file.contains("//"), "{file} lies elsewhere");
        let path =
            if file.starts_with('/') { file.clone() } else { format!("/docs/{}", file.trim_start_matches("./")) };
        api.get(&path).await.expect(200);
    }
    assert!(!html.contains("<script>"), "no inline script, so that the policy can be strict");
    let start = api.get("/docs/swagger-initializer.js").await.expect(200).text();
    assert!(start.contains("/openapi.json"), "{start}");
    assert!(!start.contains("http://") && !start.contains("https://"), "{start}");
    api.get("/docs/nothing.js").await.problem(404, "no-such-route");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_problem_that_the_document_names_has_its_page() {
    let app = spawn_app().await;
    let api = app.anonymous();
    let document = api.get("/openapi.json").await.expect(200);
    assert_eq!(document.header("content-type"), Some("application/json"));
    let document = document.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut codes = std::collections::BTreeSet::new();
    problem_codes(&document, &mut codes);
    assert!(codes.len() > 20, "{codes:?}");
    for code in &codes {
        let page = api.get(&format!("/problems/{code}")).await.expect(200);
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{code}");
        assert!(page.text().contains(code.as_str()), "{code}");
    }
    api.get("/problems/no-such-code").await.problem(404, "not-found");
}

/// Every code in examples of problems and in the lists of problems.
fn problem_codes(value: &Value, codes: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(kind) = members.get("type").and_then(Value::as_str)
                && let Some((_, code)) = kind.split_once("/problems/")
            {
                codes.insert(code.to_owned());
            }
            if let Some(named) = members.get("x-problems").and_then(Value::as_array) {
                codes.extend(named.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            members.values().for_each(|inner| problem_codes(inner, codes));
        }
        Value::Array(items) => items.iter().for_each(|inner| problem_codes(inner, codes)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_complete_and_refers_to_itself_only() {
    let app = spawn_app().await;
    let document = app.anonymous().get("/openapi.json").await.expect(200).json();
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            for member in ["summary", "description", "tags"] {
                assert!(operation.get(member).is_some(), "{method} {path} has no {member}");
            }
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path}");
        }
    }
    assert!(ids.len() > 45, "{} operations", ids.len());
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads elsewhere"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect_references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                into.push(reference.clone());
            }
            members.values().for_each(|inner| collect_references(inner, into));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect_references(inner, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
