use actix_web::delete;
use domain::states::EnvelopeStatus;

use super::in_path;
use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, must_be};
use crate::openapi::params::{DocumentPath, EnvelopePath, IfMatch};
use crate::problem::ApiError;

/// Remove a document
///
/// From a draft; the documents behind it move up.
#[utoipa::path(
    tag = "documents",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, DocumentPath, IfMatch),
    responses((status = 204, description = "It is removed.", headers(("ETag" = String, description = "The envelope's new version.")))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict"]))),
)]
#[delete("/envelopes/{envelope_id}/documents/{document_id}")]
pub(super) async fn delete_document(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let document = in_path(&call, &envelope)?.document.id;
    let expected = call.if_match()?.require(envelope.version)?;
    must_be(&envelope, &[EnvelopeStatus::Draft], "removing a document")?;
    let caller = call.caller(envelope.tenant);
    let changed = call.broker().remove_document(&caller, envelope.id, document, expected).await?;
    Ok(Reply::no_content().version(changed.version))
}
