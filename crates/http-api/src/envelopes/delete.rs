use actix_web::delete;
use domain::states::EnvelopeStatus;

use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, must_be};
use crate::openapi::params::{EnvelopePath, IfMatch};
use crate::problem::ApiError;

/// Delete a draft
///
/// Its events stay readable. An envelope that was sent cannot be deleted; see `cancel`.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, IfMatch),
    responses((status = 204, description = "It is deleted.")),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict"]))),
)]
#[delete("/envelopes/{envelope_id}")]
pub(super) async fn delete_envelope(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let expected = call.if_match()?.require(envelope.version)?;
    must_be(&envelope, &[EnvelopeStatus::Draft], "deleting")?;
    call.broker().delete_envelope(&call.caller(envelope.tenant), envelope.id, expected).await?;
    Ok(Reply::no_content())
}
