//! The schema of a change: made from the schema of what it changes, so that the two cannot drift apart.

use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::input::CreateEnvelope;
use crate::openapi::nullable::all_nullable;

/// A change of a draft's rules (JSON Merge Patch, RFC 7396): what is given replaces, `null` removes, what is absent stays.
/// Recipients and documents have their own operations.
#[derive(Debug)]
pub struct EnvelopePatch;

impl PartialSchema for EnvelopePatch {
    fn schema() -> RefOr<Schema> {
        all_nullable(
            CreateEnvelope::schema(),
            &["recipients", "documents", "send"],
            "A change of a draft's rules: what is given replaces, null removes, what is absent stays.",
        )
    }
}

impl ToSchema for EnvelopePatch {}
