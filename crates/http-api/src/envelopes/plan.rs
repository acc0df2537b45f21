use actix_web::get;

use crate::auth::EnvelopesRead;
use crate::call::{Call, Reply};
use crate::openapi::params::EnvelopePath;
use crate::problem::ApiError;
use crate::views::plan::PlanView;

/// Plan the sending
///
/// A dry run: the account that routing chose and why each other was passed over, a verdict for each feature that the
/// envelope asks for, all findings, and the exact calls that sending would make, with secrets and file contents left
/// out. `send` can require the plan's `digest` with `If-Plan-Match`.
#[utoipa::path(
    tag = "envelopes",
    security(("bearer" = ["envelopes:read"])),
    params(EnvelopePath),
    responses((status = 200, description = "What sending would do.", body = PlanView)),
    extensions(("x-problems" = json!(["wrong-state", "no-provider-account"]))),
)]
#[get("/envelopes/{envelope_id}/plan")]
pub(super) async fn get_plan(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    call.query().end()?;
    let plan = call.broker().plan(envelope.tenant, envelope.id).await?;
    Reply::ok(&PlanView::from(&plan))
}
