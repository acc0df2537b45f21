use actix_web::delete;
use domain::states::EnvelopeStatus;

use super::in_path;
use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, must_be};
use crate::openapi::params::{EnvelopePath, IfMatch, RecipientPath};
use crate::problem::ApiError;

/// Remove a recipient
///
/// From a draft.
#[utoipa::path(
    tag = "recipients",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, RecipientPath, IfMatch),
    responses((status = 204, description = "It is removed.", headers(("ETag" = String, description = "The envelope's new version.")))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict"]))),
)]
#[delete("/envelopes/{envelope_id}/recipients/{recipient_id}")]
pub(super) async fn delete_recipient(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let recipient = in_path(&call, &envelope)?.id;
    let expected = call.if_match()?.require(envelope.version)?;
    must_be(&envelope, &[EnvelopeStatus::Draft], "removing a recipient")?;
    let caller = call.caller(envelope.tenant);
    let changed = call.broker().remove_recipient(&caller, envelope.id, recipient, expected).await?;
    Ok(Reply::no_content().version(changed.version))
}
