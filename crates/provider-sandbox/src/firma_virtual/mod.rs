//! Firma Virtual (Chile), mounted under `/firma_virtual`. Source: the vendor's wire contract, sections 2 to 4, 9 and 10.
//!
//! Every JSON answer is an envelope of `code`, `status` and `message`; a contract goes from the draft's acceptance over payment and signatures to the
//! notary where one was bought. The express call and the host that joins files are not simulated.

mod access;
mod artifacts;
mod callback;
mod catalogue;
mod checks;
mod config;
mod contract;
mod control;
mod create;
mod draft;
mod files;
mod flow;
mod handle;
mod join;
mod mails;
mod notary;
mod pages;
mod read;
mod rut;
mod seal;
mod session;
mod shapes;
mod signers;
mod state;
mod token;
mod upload;
mod users;
mod variants;
mod views;
mod wire;

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};

use crate::endpoint::EndpointName;

pub use catalogue::{FeeRow, Modal};
pub use config::{FirmaVirtualConfig, PartyType, User};
pub use contract::Status;
pub use handle::FirmaVirtual;
pub use notary::NOTARY;
pub use variants::{
    AuthStyle, CallbackShape, ClassWord, DeleteMethod, Downloads, LoginAnswer, PhoneRule, Refusals, RutShape, Variants,
};
pub use views::{ContractView, FileView, SignerView};

pub(crate) use control::routes as control_routes;
pub(crate) use state::State;

/// The vendor's kind, and the path under which it is mounted.
pub const VENDOR: &str = "firma_virtual";

/// Mounts the vendor's endpoints and pages.
pub(crate) fn routes(service: &mut ServiceConfig) {
    let name = |endpoint| EndpointName { vendor: VENDOR, endpoint };
    service.service(
        web::scope("/firma_virtual")
            .service(name("logindata").at("/logindata", web::post().to(session::user_data_login)))
            .service(name("pwd_reset").at("/pwd/reset", web::post().to(session::password_reset)))
            .service(name("pwd_new").at("/pwd/new", web::post().to(session::new_password)))
            .service(web::scope("/api/v1").configure(user_routes).configure(contract_routes).configure(file_routes))
            .service(name("documentos").at("/documentos/{name}", web::get().to(artifacts::public_download)))
            .configure(pages::routes),
    );
}

fn user_routes(service: &mut ServiceConfig) {
    let name = |endpoint| EndpointName { vendor: VENDOR, endpoint };
    service
        .service(name("create_user_app").at("/userapp", web::post().to(users::create_user_app)))
        .service(name("get_all_user").only(Method::GET, "/userapp/{id}", web::get().to(users::get_all_user)))
        .service(name("update_user_app").only(Method::PUT, "/userapp/{id}", web::put().to(users::update_user_app)))
        .service(
            name("get_contract_type").at("/contract-type/{by}/{value}", web::get().to(catalogue::get_contract_type)),
        );
}

/// Paths with fixed words stand before the path of one contract, which would match them.
fn contract_routes(service: &mut ServiceConfig) {
    let name = |endpoint| EndpointName { vendor: VENDOR, endpoint };
    service
        .service(name("contract_list").at("/contract", web::get().to(read::contract_list)))
        .service(name("create_contract").at("/contract/create-contract", web::post().to(create::create_contract)))
        .service(name("contract_owner").at("/contract/owner/{owner}", web::get().to(read::contract_owner)))
        .service(name("contract_detail").at("/contract/detail/{id}", web::get().to(read::contract_detail)))
        .service(name("merged_file").at("/contract/merge/{id}", web::post().to(files::merged_file)))
        .service(name("send_contract").at("/contract/send/draft/{id}", web::post().to(draft::send_draft)))
        .service(name("get_one_contract").only(Method::GET, "/contract/{id}", web::get().to(read::get_one_contract)))
        .service(name("delete_contract").only(Method::POST, "/contract/{id}", web::post().to(read::delete_contract)))
        .service(name("delete_contract").only(
            Method::DELETE,
            "/contract/{id}",
            web::delete().to(read::delete_contract_by_delete),
        ))
        .service(name("create_signer").at("/signer/new", web::post().to(signers::create_signer)))
        .service(name("update_signer").at("/signer/upd", web::post().to(signers::update_signer)))
        .service(name("delete_signer").at("/signer/del", web::post().to(signers::delete_signer)));
}

fn file_routes(service: &mut ServiceConfig) {
    let name = |endpoint| EndpointName { vendor: VENDOR, endpoint };
    service
        .service(name("up_file").only(Method::GET, "/up-file", web::get().to(upload::upload_page)))
        .service(name("upload").only(Method::POST, "/up-file", web::post().to(upload::upload_at_the_page)))
        .service(name("upload").at("/upfile", web::post().to(upload::upload)))
        .service(name("file_list").at("/filelist/{id}", web::get().to(read::file_list)))
        .service(name("sort_files").at("/sortfiles", web::post().to(files::sort_files)))
        .service(name("download").at("/download/{name}", web::get().to(artifacts::download)));
}
