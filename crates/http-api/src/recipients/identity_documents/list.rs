use actix_web::get;

use crate::auth::EnvelopesRead;
use crate::call::{Call, Reply};
use crate::conventions::paging::List;
use crate::openapi::params::{EnvelopePath, RecipientPath};
use crate::problem::ApiError;
use crate::recipients::in_path;
use crate::views::recipient::IdentityDocumentView;

/// List identity documents
///
/// What they are and their digests; the files themselves are never shown again.
#[utoipa::path(
    tag = "recipients",
    security(("bearer" = ["envelopes:read"])),
    params(EnvelopePath, RecipientPath),
    responses((status = 200, description = "The recipient's identity documents.", body = List<IdentityDocumentView>)),
)]
#[get("/envelopes/{envelope_id}/recipients/{recipient_id}/identity-documents")]
pub(in crate::recipients) async fn list_identity_documents(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let recipient = in_path(&call, &envelope)?;
    call.query().end()?;
    Reply::ok(&List::whole(recipient.spec.identity_documents.iter().map(IdentityDocumentView::from)))
}
