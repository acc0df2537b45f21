//! The published document (OpenAPI 3.1): collected from the real handlers, then completed with what is the same for all
//! of them, so that no handler can forget it.

mod complete;
mod lift;
pub(crate) mod nullable;
pub mod params;
mod problems;
mod vendors;

#[cfg(test)]
mod tests;

use provider_clients::registry::{Registry, RegistryError};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::body::SchemaDefect;

/// The document and what it was made from.
#[derive(Clone)]
pub struct ApiDocument {
    /// The document, as published.
    pub json: Value,
    /// The same as text, as served.
    pub text: String,
    /// The operations as collected, for the routing of wrong methods.
    pub(crate) routes: OpenApi,
}

impl std::fmt::Debug for ApiDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiDocument").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl ApiDocument {
    /// The document as YAML.
    ///
    /// # Errors
    /// [`DocumentDefect`] when it cannot be written.
    pub fn yaml(&self) -> Result<String, DocumentDefect> {
        yaml_serde::to_string(&self.json).map_err(|error| DocumentDefect::Text(error.to_string()))
    }
}

/// The document cannot be made: a defect of the build.
#[derive(Debug, thiserror::Error)]
pub enum DocumentDefect {
    /// The vendors cannot be listed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A schema in it cannot be used.
    #[error(transparent)]
    Schema(#[from] SchemaDefect),
    /// It cannot be written as text.
    #[error("the API document cannot be written: {0}")]
    Text(String),
    /// An operation lists a problem that is not in the table.
    #[error("{operation} lists the unknown problem {code}")]
    UnknownProblem {
        /// The operation.
        operation: String,
        /// What it lists.
        code: String,
    },
}

/// The document of this build.
///
/// # Errors
/// [`DocumentDefect`].
pub fn document() -> Result<ApiDocument, DocumentDefect> {
    document_of(&Registry::standard(false)?)
}

/// The document of an API whose vendors are those of `registry`.
///
/// # Errors
/// [`DocumentDefect`].
pub fn document_of(registry: &Registry) -> Result<ApiDocument, DocumentDefect> {
    let routes = crate::app::collected();
    let text = |error: serde_json::Error| DocumentDefect::Text(error.to_string());
    let mut json = serde_json::to_value(&routes).map_err(text)?;
    complete::complete(&mut json)?;
    vendors::merge(&mut json, registry);
    lift::descriptions(&mut json);
    lift::lists(&mut json);
    let text = serde_json::to_string_pretty(&json).map_err(text)? + "\n";
    Ok(ApiDocument { json, text, routes })
}
