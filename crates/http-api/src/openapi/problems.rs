//! The problem responses of an operation: what it lists itself, and what follows from its kind.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::DocumentDefect;
use crate::problem::{Code, Problem, ProblemFault};

/// The extension under which handlers list their own problems; taken out of the document.
const LISTED: &str = "x-problems";

/// Takes an operation's own list out of it.
pub(super) fn listed(operation: &mut Value) -> Result<Vec<Code>, DocumentDefect> {
    let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = operation.as_object_mut().and_then(|members| members.shift_remove(LISTED)).unwrap_or_default();
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|code| {
            Code::parse(code)
                .ok_or_else(|| DocumentDefect::UnknownProblem { operation: name.clone(), code: code.to_owned() })
        })
        .collect()
}

/// Every problem that an operation may answer with.
pub(super) fn of_operation(
    path: &str,
    method: &str,
    operation: &Value,
    is_protected: bool,
    listed: Vec<Code>,
) -> BTreeSet<Code> {
    let mut codes: BTreeSet<Code> = listed.into_iter().collect();
    let has_parameter = |place: &str| {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        parameters.into_iter().flatten().any(|parameter| parameter.get("in").and_then(Value::as_str) == Some(place))
    };
    codes.extend([Code::InternalError]);
    if path.contains('{') {
        codes.insert(Code::NotFound);
    }
    if path.starts_with("/callbacks/") || is_protected {
        codes.insert(Code::Unavailable);
    }
    if !is_protected {
        return codes;
    }
    codes.extend([Code::Unauthorized, Code::Forbidden, Code::BadHeader, Code::DeadlineExceeded]);
    // A key of the platform may name a tenant that does not exist.
    codes.insert(Code::NotFound);
    if has_parameter("query") || method == "get" {
        codes.insert(Code::BadQuery);
    }
    if method == "post" {
        codes.extend([Code::IdempotencyKeyInUse, Code::IdempotencyKeyReused]);
    }
    if operation.pointer("/requestBody/content/application~1json").is_some() {
        codes.extend([Code::MalformedJson, Code::UnsupportedMediaType, Code::ValidationFailed]);
    }
    if matches!(method, "post" | "put" | "patch") {
        codes.extend([Code::BodyTooLarge, Code::RequestTimeout]);
    }
    codes
}

/// The responses of these problems, by status, each code with an example.
pub(super) fn responses(codes: &BTreeSet<Code>) -> Vec<(String, Value)> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status().as_u16()).or_default().push(*code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| {
            let lines: Vec<String> =
                codes.iter().map(|code| format!("- `{}`: {}.", code.as_str(), code.title())).collect();
            let examples: serde_json::Map<String, Value> = codes
                .iter()
                .map(|code| {
                    (code.as_str().to_owned(), json!({ "$ref": format!("#/components/examples/{}", code.as_str()) }))
                })
                .collect();
            let mut response = json!({
                "description": lines.join("\n"),
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" }, "examples": examples
                } }
            });
            if let Some(headers) = headers(status)
                && let Some(members) = response.as_object_mut()
            {
                members.insert("headers".to_owned(), headers);
            }
            (status.to_string(), response)
        })
        .collect()
}

/// An example of every problem, for the components of the document.
pub(super) fn examples() -> Value {
    // What only paths and methods outside the document meet is on the pages of problems.
    let of_operations = |code: &&Code| !matches!(code, Code::NoSuchRoute | Code::MethodNotAllowed);
    Code::ALL
        .iter()
        .filter(of_operations)
        .map(|code| (code.as_str().to_owned(), json!({ "summary": code.title(), "value": example(*code) })))
        .collect()
}

fn headers(status: u16) -> Option<Value> {
    let text = json!({ "type": "string" });
    match status {
        401 | 403 => Some(json!({ "WWW-Authenticate": { "description": "What is missing.", "schema": text } })),
        429 | 503 => {
            Some(json!({ "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer" } } }))
        }
        _ => None,
    }
}

fn example(code: Code) -> Value {
    let detail = code.explanation();
    let detail = detail.split(". ").next().unwrap_or_default().trim_end_matches('.');
    let mut problem = Problem::of(code, "http://127.0.0.1:8080", format!("{detail}."), "/v1/envelopes");
    problem.request_id = Some("0199f3a2-7c1e-7d4b-9a55-1f0c2b3d4e5f".to_owned());
    if code == Code::ValidationFailed {
        problem.detail = "2 fields are at fault.".to_owned();
        problem.errors = vec![
            ProblemFault::body("/recipients/0/email", "invalid_email", "the address must have exactly one @."),
            ProblemFault::body("/subjet", "unknown_field", "There is no such field here."),
        ];
    }
    if code == Code::BadQuery {
        problem.errors = vec![ProblemFault::query("limit", "invalid_format", "It must be a number from 1 to 200.")];
    }
    serde_json::to_value(problem).unwrap_or_default()
}
