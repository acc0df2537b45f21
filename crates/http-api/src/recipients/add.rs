use actix_web::http::StatusCode;
use actix_web::post;
use domain::ids::RecipientId;
use domain::record::Envelope;
use domain::states::EnvelopeStatus;

use crate::auth::EnvelopesWrite;
use crate::call::{Call, Reply, Stored, must_be};
use crate::envelopes::RecipientInput;
use crate::openapi::params::{EnvelopePath, IfMatch};
use crate::problem::ApiError;
use crate::views::recipient::RecipientView;

/// Add a recipient
///
/// To a draft; it comes after those that are there. `routing_order` decides when it acts.
#[utoipa::path(
    tag = "recipients",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath, IfMatch),
    request_body(content = RecipientInput, description = "The recipient.", example = json!({ "role": "signer", "name": "Ana Pérez Gil", "email": "ana@example.com", "phone": "+34600000000", "routing_order": 2 })),
    responses((status = 201, description = "The recipient.", body = RecipientView, headers(
        ("Location" = String, description = "The recipient's address."),
        ("ETag" = String, description = "The envelope's new version."),
    ))),
    extensions(("x-problems" = json!(["precondition-failed", "wrong-state", "conflict"]))),
)]
#[post("/envelopes/{envelope_id}/recipients")]
pub(super) async fn add_recipient(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let tenant = envelope.tenant;
    let body = call.body_with_files().await?;
    let work = async |caller| {
        let expected = call.if_match()?.require(envelope.version)?;
        must_be(&envelope, &[EnvelopeStatus::Draft], "adding a recipient")?;
        let new = body.read(&call.api().schemas, |given: RecipientInput, faults| given.into_new("", faults))?;
        let (changed, id) = call.broker().add_recipient(&caller, envelope.id, expected, new).await?;
        answer(&changed, id)
    };
    let rebuilt = async |stored: Stored| {
        let now = call.broker().envelope(tenant, envelope.id).await?;
        let newest = now.recipients.iter().map(|recipient| recipient.id).max();
        let id = RecipientId::from_uuid(stored.resource);
        let known = now.recipients.iter().any(|recipient| recipient.id == id);
        answer(&now, newest.filter(|_| !known).unwrap_or(id))
    };
    call.once(tenant, body.bytes(), StatusCode::CREATED, work, rebuilt).await
}

fn answer(envelope: &Envelope, id: RecipientId) -> Result<Reply, ApiError> {
    let recipient = envelope
        .recipients
        .iter()
        .find(|recipient| recipient.id == id)
        .ok_or_else(|| ApiError::not_found("recipient"))?;
    let location = format!("/v1/envelopes/{}/recipients/{id}", envelope.id);
    Ok(Reply::created(&location, &RecipientView::new(recipient, false))?.version(envelope.version))
}
