use actix_web::http::StatusCode;
use actix_web::post;
use broker::Resolve;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::auth::EnvelopesWrite;
use crate::body::RequestBody;
use crate::call::{Call, Reply, Stored};
use crate::openapi::params::{EnvelopePath, IfMatch};
use crate::problem::ApiError;
use crate::views::enums::ResolveAction;
use crate::views::envelope::EnvelopeView;
use crate::views::values::SubmissionId;

/// A person's answer to an attention.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ResolveAttention {
    /// What to do; each attention lists its `actions`.
    pub action: ResolveAction,
    /// The submission it is about; may be left out when only one waits.
    #[serde(default)]
    pub submission: Option<SubmissionId>,
    /// The provider's identifier of the transaction, for `adopt`.
    #[serde(default)]
    #[schema(example = "123456789999999", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = 255))]
    pub reference: Option<String>,
    /// The state that was found out at the provider, for `record`.
    #[serde(default)]
    #[schema(example = "completed", min_length = 1, max_length = 64)]
    #[validate(length(min = 1, max = 64))]
    pub status: Option<String>,
    /// Why, for the trail.
    #[serde(default)]
    #[schema(example = "Found it in the provider's own application.", min_length = 1, max_length = 1000)]
    #[validate(length(min = 1, max = 1000))]
    pub reason: Option<String>,
}

impl RequestBody for ResolveAttention {
    const SCHEMA: &'static str = "ResolveAttention";
}

/// Answer an attention
///
/// A person's decision where the broker must not decide: each open attention lists the `actions` that it takes.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, IfMatch),
    request_body(content = ResolveAttention, description = "The decision.", example = json!({ "action": "adopt", "reference": "123456789999999", "reason": "Found it in the provider's own application." })),
    responses((status = 202, description = "The decision is recorded.", body = EnvelopeView, headers(("ETag" = String, description = "The version.")))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict"]))),
)]
#[post("/envelopes/{envelope_id}/resolve")]
pub(super) async fn resolve_attention(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let tenant = envelope.tenant;
    let body = call.body().await?;
    let work = async |caller| {
        let expected = call.if_match()?.require(envelope.version)?;
        let given: ResolveAttention = body.json(&call.api().schemas)?;
        let answer = Resolve {
            action: given.action.0,
            submission: given.submission.map(|id| id.0),
            reference: given.reference,
            status: given.status,
            reason: given.reason,
        };
        let resolved = call.broker().resolve(&caller, envelope.id, expected, answer).await?;
        call.accepted(resolved, None).await
    };
    let rebuilt = async |stored: Stored| stored.accepted(&call, tenant).await;
    call.once(tenant, body.bytes(), StatusCode::ACCEPTED, work, rebuilt).await
}
