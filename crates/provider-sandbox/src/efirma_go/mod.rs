//! efirma GO (Spain), mounted under `/efirma_go`. Source: the vendor's wire contract, sections 2 to 5, 9 and 10.
//!
//! Business answers have HTTP status 200, also errors; calls are forms with one JSON text in the field `json`.

mod artifacts;
mod callback;
mod checks;
mod checks_members;
mod codes;
mod config;
mod control;
mod directory;
mod flow;
mod handle;
mod pages;
mod query;
mod seal;
mod search;
mod send;
mod state;
mod values;
mod views;
mod wire;

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::endpoint::{self, EndpointName, plain};
use crate::form::{self, FormError, FormLimits};
use crate::sandbox::Sandbox;

pub use config::{EfirmaGoConfig, Variants};
pub use handle::EfirmaGo;
pub use state::{Client, ClientState, Developer, Estado, Position, Role};
pub use views::{DocumentView, RecipientView};

pub(crate) use control::routes as control_routes;
pub(crate) use state::State;

/// The vendor's kind, and the path under which it is mounted.
pub const VENDOR: &str = "efirma_go";

/// Positions are pixels at 96 per inch, points are 72 per inch. Source: contract section 3.1.1.
const PIXELS_PER_POINT: f64 = 96.0 / 72.0;

/// Mounts the vendor's endpoints and pages.
pub(crate) fn routes(service: &mut ServiceConfig) {
    let name = |endpoint| EndpointName { vendor: VENDOR, endpoint };
    service.service(
        web::scope("/efirma_go")
            .service(name("enviar_documento").at("/enviar_documento", web::post().to(send::enviar_documento)))
            .service(
                name("descargar_documentos")
                    .at("/descargar_documentos/{n_pagina}", web::post().to(search::descargar_documentos)),
            )
            .service(
                name("marcar_documento_descargado")
                    .at("/marcar_documento_descargado", web::post().to(search::marcar_documento_descargado)),
            )
            .service(
                name("descargar_documentos_firmados").at(
                    "/descargar_documentos_firmados/{n_pagina}",
                    web::post().to(search::descargar_documentos_firmados),
                ),
            )
            .service(name("consultar_documento").at("/consultar_documento", web::post().to(query::consultar_documento)))
            .service(name("api_get_firmante").at("/api_get_firmante", web::post().to(directory::api_get_firmante)))
            .service(
                name("api_actualizar_firmante")
                    .at("/api_actualizar_firmante", web::post().to(directory::api_actualizar_firmante)),
            )
            .service(name("api_get_cliente").at("/api_get_cliente", web::post().to(directory::api_get_cliente)))
            .service(name("viewer").at("/viewer", web::get().to(artifacts::viewer)))
            .configure(pages::routes),
    );
}

/// Largest file in a call that expects none, in bytes.
const STRAY_FILE_BYTES: u64 = 1024 * 1024;

/// The object in the form field `json` of a call without a file; none when it did not arrive or is no object.
///
/// # Errors
/// The web server's own answer when the body cannot be read at all.
async fn read_json(
    sandbox: &Sandbox,
    request: &HttpRequest,
    payload: Payload,
) -> Result<Option<checks::Object>, HttpResponse> {
    let limits = FormLimits { file_bytes: Some(STRAY_FILE_BYTES), keep_files: !sandbox.config().null_sink };
    match form::read(request, payload, limits).await {
        Ok(form) => {
            endpoint::received(request, &form);
            Ok(wire::json_of(&form))
        }
        Err(FormError::TooLarge) => Err(plain(StatusCode::PAYLOAD_TOO_LARGE, "413 Request Entity Too Large")),
        Err(FormError::Unreadable(_)) => Err(plain(StatusCode::BAD_REQUEST, "400 Bad Request")),
    }
}
