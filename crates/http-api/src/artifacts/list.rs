use actix_web::get;

use crate::auth::EnvelopesRead;
use crate::call::{Call, Reply};
use crate::conventions::paging::List;
use crate::openapi::params::EnvelopePath;
use crate::problem::ApiError;
use crate::views::document::ArtifactView;

/// List artifacts
///
/// Everything that came back for the envelope: signed documents with what their examination found, evidence, receipts
/// and signers' attachments.
#[utoipa::path(
    tag = "artifacts",
    security(("bearer" = ["envelopes:read"])),
    params(EnvelopePath),
    responses((status = 200, description = "The artifacts.", body = List<ArtifactView>)),
)]
#[get("/envelopes/{envelope_id}/artifacts")]
pub(super) async fn list_artifacts(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    call.query().end()?;
    let published = envelope.artifacts.iter().filter(|artifact| artifact.published);
    Reply::ok(&List::whole(published.map(ArtifactView::from)))
}
