use actix_web::http::StatusCode;
use actix_web::patch;
use broker::NewRecipient;
use broker::provider_clients::provider::Correction;
use domain::ids::RecipientId;
use domain::record::{Envelope, Recipient};
use domain::states::EnvelopeStatus;
use serde_json::Value;

use super::patch::RecipientPatch;
use super::{find, in_path};
use crate::auth::EnvelopesWrite;
use crate::body::{Faults, RawBody, Schemas, fault, merge, read, read_patched, unknown_fields};
use crate::call::{Call, Reply, must_not_be_ended, patching};
use crate::envelopes::RecipientInput;
use crate::openapi::params::{EnvelopePath, IfMatch, RecipientPath};
use crate::problem::{ApiError, ProblemFault};
use crate::views::recipient::RecipientView;

/// What can be corrected after sending.
const CORRECTABLE: [&str; 6] = ["name", "given_name", "family_name", "second_family_name", "email", "phone"];

/// Change or correct a recipient
///
/// A JSON Merge Patch (RFC 7396). On a draft every field can be changed (200). After sending, names, `email` and `phone`
/// can be corrected where the provider can do it (202); nobody is notified again by that.
#[utoipa::path(
    tag = "recipients",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, RecipientPath, IfMatch),
    request_body(description = "What to change.", content(
        (RecipientPatch = "application/merge-patch+json", example = json!({ "email": "ana.perez@example.com" })),
        (RecipientPatch = "application/json", example = json!({ "email": "ana.perez@example.com" })),
    )),
    responses(
        (status = 200, description = "The draft's recipient, changed.", body = RecipientView, headers(("ETag" = String, description = "The envelope's new version."))),
        (status = 202, description = "The correction is on its way to the provider.", body = RecipientView, headers(("ETag" = String, description = "The envelope's version."))),
    ),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict", "capability-unsupported", "rate-limited", "provider-refused", "provider-unavailable"]))),
)]
#[patch("/envelopes/{envelope_id}/recipients/{recipient_id}")]
pub(super) async fn update_recipient(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let recipient = in_path(&call, &envelope)?;
    let body = call.body_with_files().await?;
    let expected = call.if_match()?.require(envelope.version)?;
    must_not_be_ended(&envelope, "changing a recipient")?;
    let caller = call.caller(envelope.tenant);
    let schemas = &call.api().schemas;
    if envelope.status == EnvelopeStatus::Draft {
        let id = recipient.id;
        let changed = patching(&call, envelope, expected.is_some(), async |now: &Envelope| {
            let new = patched(&body, schemas, find(now, id)?)?;
            Ok(call.broker().replace_recipient(&caller, now.id, id, Some(now.version), new).await)
        })
        .await?;
        return answer(StatusCode::OK, &changed, id);
    }
    let correction = correction(&body, schemas, recipient)?;
    let changed = call.broker().correct_recipient(&caller, envelope.id, recipient.id, expected, correction).await?;
    answer(StatusCode::ACCEPTED, &changed, recipient.id)
}

fn patched(body: &RawBody, schemas: &Schemas, recipient: &Recipient) -> Result<NewRecipient, ApiError> {
    let before = serde_json::to_value(RecipientInput::of_recipient(recipient)).unwrap_or(Value::Null);
    let new = |given: RecipientInput, faults: &mut Faults| given.into_new("", faults);
    read_patched::<RecipientPatch, _, _>(schemas, before, body, new)
}

/// The change as a correction: only what can be corrected, and nothing taken away.
fn correction(body: &RawBody, schemas: &Schemas, recipient: &Recipient) -> Result<Correction, ApiError> {
    let patch = body.patch()?;
    let mut faults = unknown_fields::<RecipientPatch>(schemas, &patch)?;
    let unknown: Vec<String> = faults.iter().map(|fault| fault.pointer.clone()).collect();
    let members = patch.as_object().into_iter().flatten();
    let not_correctable = members
        .filter(|(name, _)| !unknown.contains(&format!("/{name}")))
        .filter(|(name, value)| !CORRECTABLE.contains(&name.as_str()) || value.is_null())
        .map(|(name, _)| {
            let rule = "After sending only names, email and phone can be corrected, and none can be removed.";
            ProblemFault::body(format!("/{name}"), "not_applicable", rule)
        });
    faults.extend(not_correctable);
    if !faults.is_empty() {
        return Err(ApiError::invalid(faults));
    }
    if patch.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(fault("", "required", "Something to correct must be given."));
    }
    let text = |name: &str| patch.get(name).and_then(Value::as_str).map(str::to_owned);
    let correction = Correction {
        name: text("name"),
        given_name: text("given_name"),
        family_name: text("family_name"),
        second_family_name: text("second_family_name"),
        email: text("email"),
        phone: text("phone"),
    };
    // The corrected recipient must keep the same rules as a new one.
    let before = serde_json::to_value(RecipientInput::of_recipient(recipient)).unwrap_or(Value::Null);
    read(schemas, merge(before, patch), |given: RecipientInput, faults| given.into_new("", faults))?;
    Ok(correction)
}

fn answer(status: StatusCode, envelope: &Envelope, id: RecipientId) -> Result<Reply, ApiError> {
    Ok(Reply::json(status, &RecipientView::new(find(envelope, id)?, false))?.version(envelope.version))
}
