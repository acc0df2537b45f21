//! Request bodies, parsed late: first the JSON, then its schema, then the types, then their rules, then the domain's.
//!
//! The schema is the one of the published document, so what callers read there is what is enforced. All faults of a
//! body are told together, each with its pointer; the rejected values are never told.

mod faults;
mod patch;
mod prune;
mod raw;
mod schemas;

pub(crate) use faults::{Faults, broken_rule, broken_rule_within};
pub(crate) use patch::merge;
pub use raw::RawBody;
pub(crate) use raw::next_chunk;
pub use schemas::SchemaDefect;
pub use schemas::Schemas;

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;
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
    value: Value,
    convert: impl FnOnce(T, &mut Faults) -> R,
) -> Result<R, ApiError> {
    let structural = schemas.faults(T::SCHEMA, &value)?;
    judge(value, structural, convert)
}

/// Reads `before` after a merge patch whose schema is that of `P`, as [`read`] does.
///
/// The patch's own schema only tells which fields it may have: whatever else there is to say is said of the result, since
/// a patch may give an object in part.
///
/// # Errors
/// Those of [`read`], and what [`RawBody::patch`] says of the patch.
pub(crate) fn read_patched<P: ToSchema, T: RequestBody, R>(
    schemas: &Schemas,
    before: Value,
    body: &RawBody,
    convert: impl FnOnce(T, &mut Faults) -> R,
) -> Result<R, ApiError> {
    let patch = body.patch()?;
    let mut structural = unknown_fields::<P>(schemas, &patch)?;
    let merged = merge(before, patch);
    structural.extend(schemas.faults(T::SCHEMA, &merged)?);
    judge(merged, structural, convert)
}

/// The fields of a patch that its schema does not know.
pub(crate) fn unknown_fields<P: ToSchema>(schemas: &Schemas, patch: &Value) -> Result<Vec<ProblemFault>, ApiError> {
    let mut faults = schemas.faults(&P::name(), patch)?;
    faults.retain(|fault| fault.code == "unknown_field" || fault.pointer.is_empty());
    Ok(faults)
}

fn judge<T: RequestBody, R>(
    mut value: Value,
    structural: Vec<ProblemFault>,
    convert: impl FnOnce(T, &mut Faults) -> R,
) -> Result<R, ApiError> {
    if structural.iter().any(|fault| fault.pointer.is_empty()) {
        // It is not even an object: there is nothing in it to judge.
        return Err(ApiError::invalid(Faults::structural(structural).into_vec()));
    }
    // What cannot be read is taken out, so that the rest can still be judged by its own rules.
    let complete = prune::prune(&mut value, &structural);
    let mut faults = Faults::structural(structural);
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
