use actix_web::get;

use super::in_path;
use crate::auth::EnvelopesRead;
use crate::call::{Call, Reply};
use crate::openapi::params::{DocumentPath, EnvelopePath};
use crate::problem::ApiError;
use crate::views::document::DocumentView;

/// Describe a document
///
/// Its names, size, pages and digest; `…/content` has the bytes.
#[utoipa::path(
    tag = "documents",
    security(("bearer" = ["envelopes:read"])),
    params(EnvelopePath, DocumentPath),
    responses((status = 200, description = "The document.", body = DocumentView, headers(("ETag" = String, description = "The envelope's version.")))),
)]
#[get("/envelopes/{envelope_id}/documents/{document_id}")]
pub(super) async fn get_document(call: Call<EnvelopesRead>) -> Result<Reply, ApiError> {
    let envelope = call.envelope().await?;
    let document = in_path(&call, &envelope)?;
    call.query().end()?;
    Ok(Reply::ok(&DocumentView::from(document))?.version(envelope.version))
}
