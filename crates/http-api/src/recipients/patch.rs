//! The schema of a change: made from the schema of what it changes, so that the two cannot drift apart.

use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::envelopes::RecipientInput;
use crate::openapi::nullable::all_nullable;

/// A change of a recipient (JSON Merge Patch, RFC 7396).
#[derive(Debug)]
pub struct RecipientPatch;

impl PartialSchema for RecipientPatch {
    fn schema() -> RefOr<Schema> {
        all_nullable(
            RecipientInput::schema(),
            &["identity_documents"],
            "A change of a recipient: what is given replaces, null removes, what is absent stays. Access codes that are \
             not given stay as they were.",
        )
    }
}

impl ToSchema for RecipientPatch {}
