use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::post;
use domain::states::EnvelopeStatus;

use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, Stored, must_be};
use crate::conventions::prefer;
use crate::openapi::params::{EnvelopePath, IfMatch, IfPlanMatch, Prefer};
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// The plan that sending must carry out.
pub(crate) const IF_PLAN_MATCH: HeaderName = HeaderName::from_static("if-plan-match");

/// Send an envelope
///
/// Checks the draft against the routed account, queues its submission and answers; no provider is called before the
/// answer, unless `Prefer: wait=N` asks to wait for the submission's end. A repeated call with the same
/// `Idempotency-Key` sends nothing twice.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, IfMatch, IfPlanMatch, Prefer),
    responses((status = 202, description = "It is queued, or after a wait as far as it got.", body = EnvelopeView, headers(
        ("ETag" = String, description = "The version."),
        ("Preference-Applied" = String, description = "The wait that was followed, when one was asked for."),
    ))),
    extensions(("x-problems" = json!(["precondition-failed", "plan-changed", "wrong-state", "conflict", "validation-failed", "capability-unsupported", "no-provider-account"]))),
)]
#[post("/envelopes/{envelope_id}/send")]
pub(super) async fn send_envelope(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let (tenant, id) = (envelope.tenant, envelope.id);
    let body = call.body().await?;
    let work = async |caller| {
        let expected = call.if_match()?.require(envelope.version)?;
        must_be(&envelope, &[EnvelopeStatus::Draft], "sending")?;
        body.none()?;
        let plan = call.header(&IF_PLAN_MATCH).map(|digest| digest.trim().trim_matches('"'));
        let sent = call.broker().send(&caller, id, expected, plan).await?;
        call.accepted(sent, prefer::wait(call.headers())).await
    };
    let rebuilt = async |stored: Stored| stored.accepted(&call, tenant).await;
    call.once(tenant, body.bytes(), StatusCode::ACCEPTED, work, rebuilt).await
}
