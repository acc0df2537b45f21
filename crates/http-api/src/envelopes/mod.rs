//! Envelopes: one handler a file, named as its operation.

mod cancel;
mod copy;
mod create;
mod delete;
mod get;
mod input;
mod list;
mod options;
mod patch;
mod plan;
mod recipient_convert;
mod recipient_input;
mod refresh;
mod remind;
mod resolve;
mod send;
mod update;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use input::{SHORT, is_file_name, repeated};
pub use options::{DocumentProviderOptions, EnvelopeProviderOptions, RecipientProviderOptions};
pub use recipient_input::{IdentityDocumentInput, RecipientInput};

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(create::create_envelope)
        .service(list::list_envelopes)
        .service(get::get_envelope)
        .service(update::update_envelope)
        .service(delete::delete_envelope)
        .service(plan::get_plan)
        .service(send::send_envelope)
        .service(cancel::cancel_envelope)
        .service(remind::remind_recipients)
        .service(refresh::refresh_envelope)
        .service(resolve::resolve_attention)
        .service(copy::copy_envelope);
}
