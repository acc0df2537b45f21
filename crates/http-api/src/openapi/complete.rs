//! What is the same for every operation of a kind: parameters, problems, security, and the head of the document.

use serde_json::{Map, Value, json};

use super::DocumentDefect;
use super::problems::{self, responses};

/// The methods of a path item that are operations.
pub(super) const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

const DESCRIPTION: &str = "Rubrica is a broker of electronic signatures: one API for envelopes, documents, recipients and \
events, and each envelope is carried out at the provider that the tenant is configured for.\n\n\
**Try it here**: press *Authorize*, paste a key (`rk_…`), create an envelope, upload a PDF, send it, and open the signer's \
page of the built-in sandbox.\n\n\
- Bodies are JSON in snake_case; times are RFC 3339, UTC, to the microsecond.\n\
- Failures are `application/problem+json`; each code has its page under [/problems](/problems). All faults of a request \
are told at once; an unknown field is a fault.\n\
- The order of checks is: credentials (401), scope (403), existence (404), idempotency, version (412), state (409), body \
(400, 415, 422).\n\
- Lists take `limit` and `cursor`. Unknown query parameters are refused.\n\
- A repeated `POST` with the same `Idempotency-Key` is carried out once.\n";

/// Completes the collected document.
pub(super) fn complete(document: &mut Value) -> Result<(), DocumentDefect> {
    let version = env!("CARGO_PKG_VERSION");
    set(
        document,
        "info",
        json!({
            "title": "Rubrica",
            "summary": "One signature API, any provider.",
            "description": DESCRIPTION,
            "version": version,
            "contact": { "name": "The operators of this service" },
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        }),
    );
    set(document, "servers", json!([{ "url": "/", "description": "This server" }]));
    set(document, "tags", tags());
    let components = member(document, "components");
    set(
        components,
        "securitySchemes",
        json!({ "bearer": {
        "type": "http", "scheme": "bearer", "bearerFormat": "rk_…",
        "description": "An API key. Each operation names the scope that the key needs."
    } }),
    );
    let mut shared = parameters();
    shared.as_object_mut().into_iter().flat_map(|all| all.values_mut()).for_each(show_example_in_schema);
    set(components, "parameters", shared);
    set(components, "examples", problems::examples());
    let operations = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::iter_mut);
    for (path, item) in operations {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                complete_operation(path, method, operation)?;
            }
        }
    }
    Ok(())
}

fn complete_operation(path: &str, method: &str, operation: &mut Value) -> Result<(), DocumentDefect> {
    if operation.get("security") == Some(&json!([{}])) {
        set(operation, "security", json!([]));
    }
    let is_protected = operation.pointer("/security/0/bearer").is_some();
    let listed = problems::listed(operation)?;
    if is_protected {
        let mut shared = vec!["XRequestId"];
        if !path.starts_with("/v1/tenants") {
            shared.insert(0, "XTenantId");
        }
        if method == "post" {
            shared.insert(0, "IdempotencyKey");
        }
        let parameters = member(operation, "parameters");
        if parameters.is_null() {
            *parameters = json!([]);
        }
        if let Some(list) = parameters.as_array_mut() {
            list.extend(shared.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })));
        }
    }
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    parameters.into_iter().flatten().for_each(show_example_in_schema);
    let codes = problems::of_operation(path, method, operation, is_protected, listed);
    let answers = responses(&codes);
    if let Some(known) = member(operation, "responses").as_object_mut() {
        for (status, answer) in answers {
            known.entry(status).or_insert(answer);
        }
        known.sort_keys();
    }
    Ok(())
}

/// Moves a parameter's example into its schema: what stands at the parameter itself is filled into the form of Swagger UI,
/// and a made-up version, digest or cursor that is sent along makes every request fail.
fn show_example_in_schema(parameter: &mut Value) {
    let Some(example) = parameter.as_object_mut().and_then(|members| members.remove("example")) else { return };
    set(member(parameter, "schema"), "examples", json!([example]));
}

fn parameters() -> Value {
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes the request safe to repeat for 24 hours: the first answer is given again, with `Idempotency-Replayed: true`. The same key with another request is refused (422); while the first is running, so is a second (409).",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 }, "example": "7d0f2b1e-contract-42"
        },
        "XTenantId": {
            "name": "X-Tenant-Id", "in": "header", "required": false,
            "description": "The tenant, for keys of the platform, which belong to none. A tenant's own key needs none.",
            "schema": { "$ref": "#/components/schemas/TenantId" }
        },
        "XRequestId": {
            "name": "X-Request-Id", "in": "header", "required": false,
            "description": "The caller's own id of the request: up to 128 letters, digits and `-_.:`. It is answered and logged; without one, one is made.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 128 }, "example": "payroll-7781"
        }
    })
}

fn tags() -> Value {
    json!([
        { "name": "envelopes", "description": "Documents, recipients and rules that are signed together." },
        { "name": "recipients", "description": "Who signs, approves or gets a copy." },
        { "name": "documents", "description": "The PDFs of an envelope." },
        { "name": "artifacts", "description": "What comes back: signed documents, evidence, attachments." },
        { "name": "events", "description": "What happened, numbered and chained." },
        { "name": "providers", "description": "The providers that this service knows, and what each can do." },
        { "name": "provider accounts", "description": "A tenant's credentials and settings at a provider." },
        { "name": "routing", "description": "Which account carries an envelope out." },
        { "name": "jobs", "description": "Work that was given up and waits for a person." },
        { "name": "tenants", "description": "Platform administration: tenants, keys, the audit trail." },
        { "name": "callbacks", "description": "Where providers call back." },
        { "name": "signing", "description": "The page on which recipients sign at providers that have none of their own." },
        { "name": "operations", "description": "Health and metrics." },
        { "name": "documentation", "description": "This document and the pages of problems." }
    ])
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// A member, which is made when it is missing.
fn member<'a>(object: &'a mut Value, name: &str) -> &'a mut Value {
    // Indexing a JSON object makes the member, and anything else is made an object first.
    if !object.is_object() {
        *object = json!({});
    }
    &mut object[name]
}
