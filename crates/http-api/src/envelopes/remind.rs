use actix_web::http::StatusCode;
use actix_web::post;
use domain::ids;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::auth::EnvelopesWrite;
use crate::body::{Faults, RequestBody};
use crate::call::{Call, Reply, Stored, must_not_be_ended};
use crate::openapi::params::EnvelopePath;
use crate::problem::ApiError;
use crate::views::envelope::EnvelopeView;
use crate::views::values::RecipientId;

/// Whom to remind.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RemindRecipients {
    /// Whom; absent means everybody who can act and has not.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 200)]
    #[validate(length(min = 1, max = 200))]
    pub recipients: Option<Vec<RecipientId>>,
}

impl RequestBody for RemindRecipients {
    const SCHEMA: &'static str = "RemindRecipients";
}

/// Remind recipients
///
/// Has the provider remind those who can act and have not. Refused where the provider cannot.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:write"])),
    params(EnvelopePath),
    request_body(content = Option<RemindRecipients>, description = "Whom; may be left out.", example = json!({})),
    responses((status = 202, description = "The reminder is queued.", body = EnvelopeView, headers(("ETag" = String, description = "The version.")))),
    extensions(("x-problems" = json!(["wrong-state", "conflict", "capability-unsupported"]))),
)]
#[post("/envelopes/{envelope_id}/remind")]
pub(super) async fn remind_recipients(call: Call<EnvelopesWrite>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let tenant = envelope.tenant;
    let body = call.body().await?;
    let known: Vec<ids::RecipientId> = envelope.recipients.iter().map(|recipient| recipient.id).collect();
    let work = async |caller| {
        must_not_be_ended(&envelope, "reminding")?;
        let recipients = if body.bytes().is_empty() {
            None
        } else {
            body.read(&call.api().schemas, |given: RemindRecipients, faults| chosen(given, &known, faults))?
        };
        let reminded = call.broker().remind(&caller, envelope.id, recipients).await?;
        call.accepted(reminded, None).await
    };
    let rebuilt = async |stored: Stored| stored.accepted(&call, tenant).await;
    call.once(tenant, body.bytes(), StatusCode::ACCEPTED, work, rebuilt).await
}

fn chosen(given: RemindRecipients, known: &[ids::RecipientId], faults: &mut Faults) -> Option<Vec<ids::RecipientId>> {
    let chosen: Vec<_> = given.recipients?.into_iter().map(|id| id.0).collect();
    for (index, id) in chosen.iter().enumerate() {
        if !known.contains(id) {
            faults.add(format!("/recipients/{index}"), "invalid", "The envelope has no such recipient.".to_owned());
        }
    }
    Some(chosen)
}
