//! The schemas of request bodies, compiled from the published document.

use std::collections::BTreeMap;
use std::sync::Arc;

use provider_clients::schema::Checker;
use serde_json::{Value, json};

use crate::problem::{ApiError, ProblemFault};

/// Components whose content is judged elsewhere, with better pointers: by the provider's own schemas.
const JUDGED_ELSEWHERE: [&str; 3] = ["AccountSettings", "AccountCredentials", "OperationInput"];

/// The compiled schemas, by component name.
#[derive(Debug, Clone)]
pub struct Schemas(Arc<BTreeMap<String, Checker>>);

/// The document has a schema that is none: a defect of the build.
#[derive(Debug, thiserror::Error)]
#[error("the schema {name} of the API document cannot be used: {reason}")]
pub struct SchemaDefect {
    /// The component.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Schemas {
    /// Compiles the schema of every request body of `document`.
    ///
    /// # Errors
    /// [`SchemaDefect`].
    pub fn of(document: &Value) -> Result<Self, SchemaDefect> {
        let mut components = document.pointer("/components/schemas").cloned().unwrap_or_default();
        for name in JUDGED_ELSEWHERE {
            if let Some(component) = components.get_mut(name) {
                *component = json!({ "type": "object" });
            }
        }
        let mut checkers = BTreeMap::new();
        for name in body_components(document) {
            let schema =
                json!({ "$ref": format!("#/components/schemas/{name}"), "components": { "schemas": components } });
            let checker = Checker::new(&schema)
                .map_err(|error| SchemaDefect { name: name.clone(), reason: error.to_string() })?;
            checkers.insert(name, checker);
        }
        Ok(Self(Arc::new(checkers)))
    }

    /// Every fault of `value` under the schema `name`.
    pub(super) fn faults(&self, name: &str, value: &Value) -> Result<Vec<ProblemFault>, ApiError> {
        let checker = self.0.get(name).ok_or_else(|| ApiError::internal(format!("no schema {name} is compiled")))?;
        let faults = checker.faults(value, "").into_iter();
        Ok(faults.map(|fault| ProblemFault::body(fault.pointer, &fault.code, fault.detail)).collect())
    }
}

#[cfg(test)]
impl Schemas {
    /// The faults of `value` as texts.
    pub(crate) fn check(&self, name: &str, value: &Value) -> Vec<String> {
        let faults = self.faults(name, value).unwrap();
        faults.into_iter().map(|fault| format!("{}: {}", fault.pointer, fault.code)).collect()
    }
}

/// The components that request bodies refer to.
fn body_components(document: &Value) -> Vec<String> {
    let operations = document.pointer("/paths").and_then(Value::as_object).into_iter().flatten();
    let bodies = operations
        .flat_map(|(_, item)| item.as_object().into_iter().flatten())
        .filter_map(|(_, operation)| operation.pointer("/requestBody/content").and_then(Value::as_object))
        .flat_map(|content| content.values());
    let mut names: Vec<String> = bodies
        .filter_map(|media| media.pointer("/schema"))
        .flat_map(|schema| {
            // A body that may be left out is one of its component and null, in either order.
            let either = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
            std::iter::once(schema).chain(either).filter_map(|schema| {
                schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/").map(str::to_owned)
            })
        })
        .collect();
    names.sort();
    names.dedup();
    names
}
