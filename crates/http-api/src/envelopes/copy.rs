use actix_web::http::StatusCode;
use actix_web::post;
use domain::record::Envelope;

use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, Stored};
use crate::openapi::params::EnvelopePath;
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// Copy an envelope
///
/// A new draft with the same rules, recipients and documents; nothing is uploaded again. The way to try once more after
/// a failure.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath),
    responses((status = 201, description = "The new draft.", body = EnvelopeView, headers(
        ("Location" = String, description = "Where the new draft can be read."),
        ("ETag" = String, description = "Its version."),
    ))),
)]
#[post("/envelopes/{envelope_id}/copy")]
pub(super) async fn copy_envelope(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let original = call.envelope().await?;
    let tenant = original.tenant;
    let body = call.body().await?;
    let answer = async |copy: &Envelope| {
        let location = format!("/v1/envelopes/{}", copy.id);
        Ok(Reply::created(&location, &call.envelope_view(copy))?.version(copy.version))
    };
    let work = async |caller| {
        body.none()?;
        answer(&call.broker().copy_envelope(&caller, original.id).await?).await
    };
    let rebuilt = async |stored: Stored| answer(&stored.envelope(&call, tenant).await?).await;
    call.once(tenant, body.bytes(), StatusCode::CREATED, work, rebuilt).await
}
