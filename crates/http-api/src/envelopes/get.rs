use actix_web::get;
use actix_web::http::StatusCode;

use crate::auth::EnvelopesRead;
use crate::call::{Call, Reply};
use crate::conventions::conditional::{Condition, version_tag};
use crate::openapi::params::{EnvelopePath, IfNoneMatch};
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// Read an envelope
///
/// What was asked and what happened. `recipients[].signing_url` is shown to callers with `envelopes:write` only.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:read"])),
    params(EnvelopePath, IfNoneMatch),
    responses(
        (status = 200, description = "The envelope.", body = EnvelopeView, headers(("ETag" = String, description = "The version, for `If-Match`."))),
        (status = 304, description = "The version is still the one that `If-None-Match` names."),
    ),
)]
#[get("/envelopes/{envelope_id}")]
pub(super) async fn get_envelope(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let tag = version_tag(envelope.version);
    let known = Condition::if_none_match(call.headers())?;
    call.query().end()?;
    if tag.to_str().is_ok_and(|tag| known.names_weakly(tag)) {
        return Ok(Reply::not_modified(tag));
    }
    Reply::envelope(StatusCode::OK, &envelope, &call.envelope_view(&envelope))
}
