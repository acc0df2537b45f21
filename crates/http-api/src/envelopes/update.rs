use actix_web::http::StatusCode;
use actix_web::patch;
use domain::envelope::EnvelopeSpec;
use domain::record::Envelope;
use domain::states::EnvelopeStatus;
use serde_json::Value;

use super::input::CreateEnvelope;
use super::patch::EnvelopePatch;
use crate::auth::EnvelopesWrite;
use crate::body::{RawBody, Schemas, read_patched};
use crate::call::{Call, Reply, must_be, patching};
use crate::openapi::params::{EnvelopePath, IfMatch};
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;

/// Change a draft
///
/// A JSON Merge Patch (RFC 7396) over the envelope's own fields; recipients and documents have their own operations.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, IfMatch),
    request_body(description = "What to change.", content(
        (EnvelopePatch = "application/merge-patch+json", example = json!({ "subject": "Employment contract, second version", "message": null })),
        (EnvelopePatch = "application/json", example = json!({ "subject": "Employment contract, second version", "message": null })),
    )),
    responses((status = 200, description = "The draft, changed.", body = EnvelopeView, headers(("ETag" = String, description = "The new version.")))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict"]))),
)]
#[patch("/envelopes/{envelope_id}")]
pub(super) async fn update_envelope(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let body = call.body().await?;
    let expected = call.if_match()?.require(envelope.version)?;
    must_be(&envelope, &[EnvelopeStatus::Draft], "changing")?;
    let caller = call.caller(envelope.tenant);
    let changed = patching(&call, envelope, expected.is_some(), async |now: &Envelope| {
        let spec = patched(&body, &call.api().schemas, &now.spec)?;
        Ok(call.broker().update_envelope(&caller, now.id, Some(now.version), spec).await)
    })
    .await?;
    Reply::envelope(StatusCode::OK, &changed, &call.envelope_view(&changed))
}

fn patched(body: &RawBody, schemas: &Schemas, spec: &EnvelopeSpec) -> Result<EnvelopeSpec, ApiError> {
    let before = serde_json::to_value(CreateEnvelope::of_spec(spec)).unwrap_or(Value::Null);
    read_patched::<EnvelopePatch, _, _>(schemas, before, body, |rules: CreateEnvelope, faults| rules.spec(faults))
}
