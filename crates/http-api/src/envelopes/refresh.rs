use actix_web::http::StatusCode;
use actix_web::post;

use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, Stored};
use crate::openapi::params::EnvelopePath;
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// Refresh an envelope
///
/// Reads the provider at once instead of waiting for the next callback or poll.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath),
    responses((status = 202, description = "As the provider has it now.", body = EnvelopeView, headers(("ETag" = String, description = "The version.")))),
    extensions(("x-problems" = json!(["wrong-state", "conflict", "rate-limited", "provider-refused", "provider-unavailable"]))),
)]
#[post("/envelopes/{envelope_id}/refresh")]
pub(super) async fn refresh_envelope(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let tenant = envelope.tenant;
    let body = call.body().await?;
    let work = async |caller| {
        body.none()?;
        let read = call.broker().refresh(&caller, envelope.id).await?;
        call.accepted(read, None).await
    };
    let rebuilt = async |stored: Stored| stored.accepted(&call, tenant).await;
    call.once(tenant, body.bytes(), StatusCode::ACCEPTED, work, rebuilt).await
}
