//! Request bodies, parsed late: first the JSON, then its schema, then the types, then their rules, then the domain's.
//!
//! The schema is the one of the published document, so what callers read there is what is enforced. All faults of a
//! body are told together, each with its pointer; the rejected values are never told.

mod faults;
mod patch;
mod prune;
mod raw;
mod schemas;

pub(crate) use faults::{Faults, problem_of_rules};
pub(crate) use patch::merge;
pub use raw::RawBody;
pub(crate) use raw::next_chunk;
pub use schemas::SchemaDefect;
pub use schemas::Schemas;

use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

use crate::problem::{ApiError, ProblemFault};

/// A type that is read from a JSON body.
pub trait RequestBody: DeserializeOwned + Validate {
    /// The name of its schema in the published document.
    const SCHEMA: &'static str;
}

/// Reads `value` as a `T`, and as whatever `convert` makes of it, collecting the faults of every stage.
///
/// # Errors
/// `validation-failed` with every fault that could be found.
pub(crate) fn read<T: RequestBody, R>(
    schemas: &Schemas,
    mut value: Value,
    convert: impl FnOnce(T, &mut Faults) -> R,
) -> Result<R, ApiError> {
    let mut faults = Faults::default();
    let structural = schemas.faults(T::SCHEMA, &value)?;
    // What is wrong in itself is taken out, so that the rest can still be judged by its own rules.
    let complete = prune::prune(&mut value, &structural);
    faults.extend(structural);
    let parsed = serde_path_to_error::deserialize::<_, T>(value);
    let converted = match parsed {
        Ok(parsed) => {
            faults.rules("", parsed.validate());
            Some(convert(parsed, &mut faults))
        }
        Err(error) => {
            if faults.is_empty() && complete {
                faults.add(pointer_of(error.path()), "invalid", "It cannot be read as this field's type.".to_owned());
            }
            None
        }
    };
    match converted {
        Some(converted) if faults.is_empty() => Ok(converted),
        _ => Err(ApiError::invalid(faults.into_vec())),
    }
}

/// A serde path as a JSON pointer.
fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", crate::problem::escape(key))),
            Segment::Enum { variant } => Some(format!("/{}", crate::problem::escape(variant))),
            Segment::Unknown => None,
        })
        .collect()
}

/// The fault of one body field, for checks that a handler makes itself.
pub(crate) fn fault(pointer: &str, code: &str, detail: &str) -> ApiError {
    ApiError::invalid(vec![ProblemFault::body(pointer, code, detail)])
}
