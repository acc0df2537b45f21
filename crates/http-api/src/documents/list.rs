use actix_web::get;

use crate::auth::EnvelopesRead;
use crate::call::{Call, Reply};
use crate::conventions::paging::List;
use crate::openapi::params::EnvelopePath;
use crate::problem::ApiError;
use crate::views::document::DocumentView;

/// List documents
///
/// All documents of the envelope, by `order`.
#[utoipa::path(
    tag = "documents",
    security(("bearer" = ["envelopes:read"])),
    params(EnvelopePath),
    responses((status = 200, description = "The documents.", body = List<DocumentView>)),
)]
#[get("/envelopes/{envelope_id}/documents")]
pub(super) async fn list_documents(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    call.query().end()?;
    Reply::ok(&List::whole(envelope.documents.iter().map(DocumentView::from)))
}
