//! The document is complete, and the committed one is the one that this build makes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use provider_clients::registry::Registry;

use super::complete::METHODS;
use super::vendors::pascal;
use super::{ApiDocument, document};
use crate::problem::Code;

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| Some((path.clone(), (*method).to_owned(), item.get(method)?)))
        })
        .collect()
}

fn committed() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../openapi")
}

#[test]
fn the_committed_document_is_the_one_of_this_build() {
    let made: ApiDocument = document().unwrap();
    let files = [("openapi.json", made.text.clone()), ("openapi.yaml", made.yaml().unwrap())];
    for (name, text) in files {
        let path = committed().join(name);
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == text, "openapi/{name} is not up to date: run the tests with UPDATE_OPENAPI=1 and commit it");
    }
}

#[test]
fn every_operation_is_described() {
    let made = document().unwrap();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&made.json) {
        let here = format!("{method} {path}");
        for member in ["summary", "description", "operationId"] {
            assert!(operation[member].as_str().is_some_and(|text| text.len() > 3), "{here} has no {member}");
        }
        assert!(!operation["summary"].as_str().unwrap().ends_with('.'), "{here}: a summary is no sentence");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{here}: its operationId is taken");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{here}");
        assert!(operation.get("security").is_some(), "{here} says nothing of security");
        assert!(operation.get("x-problems").is_none(), "{here} shows what is only for us");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{here} never succeeds");
        for (status, response) in responses {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{here} {status}");
            let is_problem = response.pointer("/content/application~1problem+json").is_some();
            let is_readiness = path == "/health/ready" && status == "503";
            let is_page = path == "/sign/{token}";
            assert_eq!(is_problem, status.as_str() >= "400" && !is_readiness && !is_page, "{here} {status}");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter.get("$ref").is_none() {
                let name = parameter["name"].as_str().unwrap();
                assert!(parameter["description"].as_str().is_some_and(|text| text.len() > 5), "{here} {name}");
                let schema = &parameter["schema"];
                let has_example = parameter.get("example").is_some()
                    || schema.get("$ref").is_some()
                    || schema.pointer("/examples").is_some();
                assert!(has_example, "{here} {name} has no example");
            }
        }
        if let Some(body) = operation.get("requestBody") {
            assert!(body["description"].as_str().is_some_and(|text| text.len() > 2), "{here}: its body");
        }
    }
    assert!(ids.len() > 45, "only {} operations", ids.len());
}

#[test]
fn what_needs_a_key_says_so_and_answers_401_and_403() {
    let made = document().unwrap();
    let scopes: Vec<&str> = broker::Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    for (path, method, operation) in operations(&made.json) {
        let here = format!("{method} {path}");
        if path.starts_with("/v1/") {
            let scope = operation.pointer("/security/0/bearer/0").and_then(Value::as_str);
            assert!(scope.is_some_and(|scope| scopes.contains(&scope)), "{here} names no scope");
            for status in ["401", "403", "404", "500", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{here} does not tell {status}");
            }
            if path.ends_with('}') || path.contains("}/") {
                assert!(operation["responses"].get("404").is_some(), "{here} does not tell 404");
            }
        } else {
            assert_eq!(operation["security"], serde_json::json!([]), "{here}");
        }
    }
}

#[test]
fn every_schema_and_every_field_is_described() {
    fn walk(at: &str, schema: &Value, all: &Value, missing: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let here = format!("{at}.{name}");
            let target = property.get("$ref").or_else(|| property.pointer("/items/$ref")).and_then(Value::as_str);
            let target = target.and_then(|target| target.rsplit('/').next()).map(|name| &all[name]);
            let text = property.get("description").or_else(|| target.and_then(|target| target.get("description")));
            if text.and_then(Value::as_str).is_none_or(|text| text.len() < 3) {
                missing.push(here.clone());
            }
            walk(&here, property, all, missing);
            walk(&here, &property["items"], all, missing);
        }
    }
    let made = document().unwrap();
    let schemas = &made.json["components"]["schemas"];
    let mut missing = Vec::new();
    // The vendors' own schemas have their own tests, beside the vendors.
    let vendors = Registry::standard(false).unwrap();
    let of_a_vendor = |name: &str| vendors.iter().any(|vendor| name.starts_with(&pascal(vendor.profile().kind)));
    for (name, schema) in schemas.as_object().unwrap() {
        if of_a_vendor(name) {
            continue;
        }
        if !name.starts_with("List_") && schema["description"].as_str().is_none_or(str::is_empty) {
            missing.push(name.clone());
        }
        walk(name, schema, schemas, &mut missing);
    }
    assert!(missing.is_empty(), "without a description: {missing:#?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, document: &Value, broken: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    let found = target.strip_prefix('#').is_some_and(|pointer| document.pointer(pointer).is_some());
                    if !found {
                        broken.insert(target.clone());
                    }
                }
                members.values().for_each(|value| walk(value, document, broken));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, document, broken)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let made = document().unwrap();
    let mut broken = BTreeSet::new();
    walk(&made.json, &made.json, &mut broken);
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn examples_of_bodies_satisfy_their_schemas() {
    let made = document().unwrap();
    let schemas = crate::body::Schemas::of(&made.json).unwrap();
    let mut judged = 0;
    for (path, method, operation) in operations(&made.json) {
        let Some(media) = operation.pointer("/requestBody/content/application~1json") else { continue };
        let name = media.pointer("/schema/$ref").or_else(|| media.pointer("/schema/oneOf/1/$ref"));
        let Some(name) = name.and_then(Value::as_str).and_then(|target| target.rsplit('/').next()) else { continue };
        let several = media["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
        for example in media.get("example").into_iter().chain(several) {
            let faults = schemas.check(name, example);
            assert_eq!(faults, Vec::<String>::new(), "{method} {path}: {example}");
            judged += 1;
        }
    }
    assert!(judged > 12, "only {judged} examples");
}

#[test]
fn every_problem_of_the_table_is_told_by_some_operation_or_by_the_framework() {
    let made = document().unwrap();
    let text = made.text;
    let of_the_framework = [Code::NoSuchRoute, Code::MethodNotAllowed];
    for code in Code::ALL {
        let told = text.contains(&format!("\"$ref\": \"#/components/examples/{}\"", code.as_str()));
        assert!(told || of_the_framework.contains(code), "{code:?} is told by no operation");
    }
}
