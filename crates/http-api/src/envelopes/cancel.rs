use actix_web::http::StatusCode;
use actix_web::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::auth::EnvelopesWrite;
use crate::body::RequestBody;
use crate::call::{Call, Reply, Stored, must_not_be_ended};
use crate::conventions::prefer;
use crate::openapi::params::{EnvelopePath, IfMatch, Prefer};
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// Why an envelope is taken back.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CancelEnvelope {
    /// The reason; recipients see it where the provider shows one.
    #[serde(default)]
    #[schema(example = "Wrong salary.", min_length = 1, max_length = 1000)]
    #[validate(length(min = 1, max = 1000))]
    pub reason: Option<String>,
}

impl RequestBody for CancelEnvelope {
    const SCHEMA: &'static str = "CancelEnvelope";
}

/// Cancel an envelope
///
/// Takes an envelope back. Before anything reached the provider it is `canceled` at once; afterwards `pending_action`
/// shows until the provider confirms. A completion that comes first wins. Where the provider cannot take an envelope
/// back, the call is refused.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, IfMatch, Prefer),
    request_body(content = Option<CancelEnvelope>, description = "Why; may be left out.", example = json!({ "reason": "Wrong salary." })),
    responses((status = 202, description = "It is being taken back, or is already.", body = EnvelopeView, headers(("ETag" = String, description = "The version.")))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict", "capability-unsupported"]))),
)]
#[post("/envelopes/{envelope_id}/cancel")]
pub(super) async fn cancel_envelope(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let tenant = envelope.tenant;
    let body = call.body().await?;
    let work = async |caller| {
        let expected = call.if_match()?.require(envelope.version)?;
        must_not_be_ended(&envelope, "canceling")?;
        let given: CancelEnvelope = body.json_or_default(&call.api().schemas)?;
        let canceled = call.broker().cancel(&caller, envelope.id, expected, given.reason).await?;
        call.accepted(canceled, prefer::wait(call.headers())).await
    };
    let rebuilt = async |stored: Stored| stored.accepted(&call, tenant).await;
    call.once(tenant, body.bytes(), StatusCode::ACCEPTED, work, rebuilt).await
}
