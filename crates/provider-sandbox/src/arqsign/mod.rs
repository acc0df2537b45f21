//! ArqSign (Brazil), mounted under `/arqsign`. Source: the vendor's wire contract, sections 1 to 7 and "simulator duties".
//!
//! One call creates and sends a process; refusals are Portuguese texts; deliveries to webhooks are signed with an HMAC and tried for five days.

mod accounts;
mod asked;
mod attachments;
mod cancel;
mod config;
mod consumption;
mod control;
mod credits;
mod directory;
mod events;
mod file_rules;
mod files;
mod find;
mod flow;
mod gate;
mod handle;
mod interventions;
mod members;
mod messages;
mod operator;
mod page_checks;
mod pages;
mod position_rules;
mod process;
mod quota;
mod reads;
mod resend;
mod rules;
mod seal;
mod send;
mod shape;
mod signature_page;
mod signing;
mod state;
mod views;
mod views_of_process;
mod webhooks;
mod wire;

use actix_web::HttpResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, ServiceConfig, ThinData};

use crate::endpoint::EndpointName;
use crate::sandbox::Sandbox;

pub use accounts::{
    Account, AccountStatus, Credits, Defaults, Folder, Group, Language, RateLimits, SignerRole, User, UserStatus,
};
pub use config::{
    ArqSignConfig, AttachmentsMember, BitShape, CopyOrder, DataParent, DateShape, HmacShape, KeyCase, MessageShape,
    Variants,
};
pub use handle::ArqSign;
pub use process::Status;
pub use views::{DocumentView, ProcessView, RecipientView};

pub(crate) use control::routes as control_routes;
pub(crate) use state::State;

/// The vendor's kind, and the path under which it is mounted.
pub const VENDOR: &str = "arqsign";

/// Mounts the vendor's endpoints and pages.
pub(crate) fn routes(service: &mut ServiceConfig) {
    let name = |endpoint| EndpointName { vendor: VENDOR, endpoint };
    let process = |version: &str, path: &str| format!("/api/{version}/processo/{path}");
    let account = |path: &str| format!("/api/v1/conta/{path}");
    const WEBHOOKS: &str = "/api/v1/confwebhook";
    const SEND: &str = "enviar-documento-para-assinar";
    let sending = name("enviar_documento_para_assinar");
    service.service(
        web::scope("/arqsign")
            .service(sending.only(Method::POST, &process("v2", SEND), web::post().to(send::version_2)))
            .service(sending.only(Method::POST, &process("v3", SEND), web::post().to(send::version_3)))
            .service(name("processo").only(Method::GET, &process("v2", "{id}"), web::get().to(reads::process)))
            .service(name("status_do_processo").only(
                Method::GET,
                &process("v1", "{id}/status-do-processo"),
                web::get().to(reads::status),
            ))
            .service(name("dados_signatarios").only(
                Method::GET,
                &process("v1", "{id}/dados-signatarios"),
                web::get().to(reads::signers),
            ))
            .service(name("cancelar_processo").only(
                Method::PATCH,
                &process("v1", "{id}/cancelar-processo"),
                web::patch().to(cancel::cancel),
            ))
            .service(name("reenviar_processo").only(
                Method::PATCH,
                &process("v2", "{id}/reenviar-processo"),
                web::patch().to(resend::resend),
            ))
            .service(name("buscar_anexos_signatarios").only(
                Method::POST,
                &process("v1", "{id}/buscar-anexos-signatarios"),
                web::post().to(attachments::search),
            ))
            .service(name("registro_assinaturas").only(
                Method::GET,
                &process("v1", "{id}/registro-assinaturas"),
                web::get().to(reads::record),
            ))
            .service(name("buscar_pastas").only(
                Method::POST,
                "/api/v1/diretorio/buscar-pastas",
                web::post().to(directory::folders),
            ))
            .service(name("buscar_usuarios").only(
                Method::POST,
                "/api/v1/usuarios/buscar-usuarios",
                web::post().to(directory::users),
            ))
            .service(name("papeis_signatarios").only(
                Method::GET,
                &account("papeis-signatarios"),
                web::get().to(directory::roles),
            ))
            .service(name("buscar_consumo_itens_assinatura").only(
                Method::POST,
                &account("buscar-consumo-itens-assinatura"),
                web::post().to(consumption::consumption),
            ))
            .service(name("dados_assinatura").only(
                Method::GET,
                &account("dados-assinatura"),
                web::get().to(consumption::subscription),
            ))
            .service(name("criar_confwebhook").only(Method::POST, WEBHOOKS, web::post().to(webhooks::register)))
            .service(name("listar_confwebhook").only(Method::GET, WEBHOOKS, web::get().to(webhooks::list)))
            .service(name("alterar_status").only(
                Method::PATCH,
                &format!("{WEBHOOKS}/{{id}}/alterar-status"),
                web::patch().to(webhooks::switch),
            ))
            .service(name("arquivos").only(Method::GET, "/arquivos/{token}", web::get().to(reads::linked)))
            .configure(pages::routes)
            .default_service(web::to(no_method)),
    );
}

/// A path or method that the vendor does not have, also the discontinued ones.
async fn no_method(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    wire::message(&sandbox.arqsign().variants(), StatusCode::NOT_FOUND, messages::NO_METHOD)
}
