use actix_web::delete;
use domain::ids::IdentityDocumentId;
use domain::states::EnvelopeStatus;

use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, must_be};
use crate::openapi::params::{EnvelopePath, IdentityDocumentPath, IfMatch, RecipientPath};
use crate::problem::ApiError;
use crate::recipients::in_path;

/// Remove an identity document
///
/// From a recipient of a draft.
#[utoipa::path(
    tag = "recipients",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, RecipientPath, IdentityDocumentPath, IfMatch),
    responses((status = 204, description = "It is removed.", headers(("ETag" = String, description = "The envelope's new version.")))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict"]))),
)]
#[delete("/envelopes/{envelope_id}/recipients/{recipient_id}/identity-documents/{identity_document_id}")]
pub(in crate::recipients) async fn delete_identity_document(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let recipient = in_path(&call, &envelope)?;
    let unknown = || ApiError::not_found("identity document");
    let id: IdentityDocumentId = call.id("identity_document_id", "identity document")?;
    if !recipient.spec.identity_documents.iter().any(|document| document.id == id) {
        return Err(unknown());
    }
    let expected = call.if_match()?.require(envelope.version)?;
    must_be(&envelope, &[EnvelopeStatus::Draft], "removing an identity document")?;
    let caller = call.caller(envelope.tenant);
    match call.broker().remove_identity_document(&caller, envelope.id, recipient.id, id, expected).await {
        Err(broker::BrokerError::NotFound) => Err(unknown()),
        other => Ok(Reply::no_content().version(other?.version)),
    }
}
