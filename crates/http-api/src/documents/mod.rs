//! Documents of an envelope.

mod delete;
mod download;
mod get;
mod list;
mod receive;
mod update;
mod upload;

use domain::ids::DocumentId;
use domain::record::{Envelope, StoredDocument};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use download::{File, serve};

use crate::auth::NeedsScope;
use crate::call::Call;
use crate::problem::ApiError;

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(upload::add_document)
        .service(list::list_documents)
        .service(get::get_document)
        .service(update::update_document)
        .service(delete::delete_document)
        .service(download::download_document);
}

/// The document that the path names.
fn in_path<'a, S: NeedsScope>(call: &Call<S>, envelope: &'a Envelope) -> Result<&'a StoredDocument, ApiError> {
    let id: DocumentId = call.id("document_id", "document")?;
    find(envelope, id)
}

/// A document of an envelope.
fn find(envelope: &Envelope, id: DocumentId) -> Result<&StoredDocument, ApiError> {
    envelope.documents.iter().find(|stored| stored.document.id == id).ok_or_else(|| ApiError::not_found("document"))
}
