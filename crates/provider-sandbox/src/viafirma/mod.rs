//! Viafirma Platform (Spain), mounted under `/viafirma`. Source: the vendor's wire contract, sections 2, 3, 7 and 8.
//!
//! An operation is a set of files that one person signs with a certificate of their own, in a desktop program that a link with a scheme of its own
//! starts. The program is played here by the page `/viafirma/desktop/{operationId}`. The vendor sends no mail and no callback, and it keeps no list
//! of operations that a caller could search.

mod authentication;
mod certificate;
mod codes;
mod config;
mod control;
mod credentials;
mod desktop;
mod direct;
mod downloads;
mod file_checks;
mod files;
mod filter;
mod flow;
mod handle;
mod launch;
mod operator;
mod policy;
mod prepare;
mod qr;
mod results;
mod seal;
mod state;
mod views;
mod wire;

use actix_web::web::{self, ServiceConfig};

use crate::endpoint::EndpointName;

pub use certificate::CertificateKind;
pub use config::{
    AnswerShape, Application, BooleanShape, CancelReport, CertificateMembers, FinishMode, OperatorCase, Variants,
    ViafirmaConfig,
};
pub use handle::Viafirma;
pub use launch::LaunchError;
pub use policy::{Rectangle, StampPages};
pub use state::{Flow, OperationState};
pub use views::{FileView, OperationView};

pub(crate) use control::routes as control_routes;
pub(crate) use state::State;

/// The vendor's kind, and the path under which it is mounted.
pub const VENDOR: &str = "viafirma";

/// Mounts the vendor's endpoints and pages.
pub(crate) fn routes(service: &mut ServiceConfig) {
    let name = |endpoint| EndpointName { vendor: VENDOR, endpoint };
    const REST: &str = "/api/rest/services";
    let rest = |path: &str| format!("{REST}/{path}");
    service.service(
        web::scope("/viafirma")
            .service(
                name("prepare_parallel_signature")
                    .at(&rest("prepareparallelsignature"), web::post().to(prepare::prepare_parallel_signature)),
            )
            .service(
                name("add_operation_file")
                    .at(&rest("preparesignature/addOperationFile"), web::post().to(files::add_operation_file)),
            )
            .service(
                name("finish").at(&rest("preparesignature/finish/{operation_id}"), web::post().to(prepare::finish)),
            )
            .service(
                name("operation_finished")
                    .at(&rest("operation/finished/{operation_id}"), web::get().to(results::operation_finished)),
            )
            .service(
                name("signature_result")
                    .at(&rest("signatureResult/{operation_id}"), web::get().to(results::signature_result)),
            )
            .service(name("signature").at(&rest("signature"), web::post().to(direct::open)))
            .service(name("signature_read").at(&rest("signature/{operation_id}"), web::get().to(direct::read)))
            .service(name("auth").at(&rest("auth"), web::post().to(authentication::open)))
            .service(
                name("auth_validation")
                    .at(&rest("auth/validation/{operation_id}"), web::get().to(authentication::validation)),
            )
            .service(name("download").at("/v/{signature_id}", web::get().to(downloads::plain_base)))
            .service(
                name("download").at("/tokenConnector/v/{signature_id}", web::get().to(downloads::token_connector_base)),
            )
            .service(name("qr_receipt").at("/downloadComprobanteQR", web::get().to(downloads::qr_receipt)))
            .service(name("viafirma_js").at("/viafirma.js", web::get().to(downloads::viafirma_js)))
            .configure(desktop::routes)
            .configure(operator::routes),
    );
}
