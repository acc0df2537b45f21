//! Identity documents of a recipient, for providers that ask for them. Their bytes go to the provider and to nobody else.

mod add;
mod delete;
mod list;

pub(super) use add::add_identity_document;
pub(super) use delete::delete_identity_document;
pub(super) use list::list_identity_documents;
