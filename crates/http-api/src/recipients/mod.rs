//! Recipients of an envelope.

mod add;
mod delete;
mod identity_documents;
mod patch;
mod update;

use domain::ids::RecipientId;
use domain::record::{Envelope, Recipient};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::NeedsScope;
use crate::call::Call;
use crate::problem::ApiError;

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(add::add_recipient)
        .service(update::update_recipient)
        .service(delete::delete_recipient)
        .service(identity_documents::list_identity_documents)
        .service(identity_documents::add_identity_document)
        .service(identity_documents::delete_identity_document);
}

/// The recipient that the path names.
fn in_path<'a, S: NeedsScope>(call: &Call<S>, envelope: &'a Envelope) -> Result<&'a Recipient, ApiError> {
    let id: RecipientId = call.id("recipient_id", "recipient")?;
    find(envelope, id)
}

/// A recipient of an envelope.
fn find(envelope: &Envelope, id: RecipientId) -> Result<&Recipient, ApiError> {
    envelope.recipients.iter().find(|recipient| recipient.id == id).ok_or_else(|| ApiError::not_found("recipient"))
}
