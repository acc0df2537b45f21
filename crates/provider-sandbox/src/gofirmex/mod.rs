//! GoFirmex (Chile), mounted under `/gofirmex`. Source: the vendor's wire contract, sections 1 to 5, 10 and 11.
//!
//! Calls are JSON under a gateway that verifies the callers' tokens. Where each call is, and what answers and callbacks call things, is the
//! profile's business: nothing but [`Profile`] knows the paths, so they are looked up for each request.

mod api;
mod body;
mod callback;
mod calls;
mod catalogue;
mod checks;
mod config;
mod content;
mod control;
mod create;
mod demo;
mod documents;
mod download;
mod flow;
mod gateway;
mod handle;
mod identity;
mod jwt;
mod members;
mod operator;
mod pages;
mod pointers;
mod profile;
mod read;
mod seal;
mod start;
mod state;
mod views;
mod wire;
mod withdraw;

use actix_web::web::{self, ServiceConfig};

use crate::endpoint::EndpointName;

pub use catalogue::{
    Catalogue, DOCUMENT_TYPE, ID_CARD_BACK, ID_CARD_FRONT, IdentityFormat, IdentityType, OTHER_IDENTITY_DOCUMENT,
    PORTFOLIO_TYPE, PROPERTY_TITLE,
};
pub use config::{CallbackKind, Consumer, DetailShape, GoFirmexConfig, Links, Variants};
pub use demo::{DEMO_ISSUER, DEMO_USER};
pub use flow::RejectedBy;
pub use handle::GoFirmex;
pub use jwt::KeyError;
pub use profile::{Profile, ProfileError};
pub use state::Stage;
pub use views::{DocumentView, IdentityDocumentView, PortfolioView, SignerView};

pub(crate) use control::routes as control_routes;
pub(crate) use state::State;

/// The vendor's kind, and the path under which it is mounted.
pub const VENDOR: &str = "gofirmex";

/// What a request is called in faults and the ledger when the gateway has no route for it.
const NO_ROUTE: &str = "no_route";

/// Mounts the vendor's endpoints and pages.
pub(crate) fn routes(service: &mut ServiceConfig) {
    let name = |endpoint| EndpointName { vendor: VENDOR, endpoint };
    let mut scope = web::scope("/gofirmex")
        .configure(pages::routes)
        .configure(operator::routes)
        .service(name("download").at("/files/{link}", web::get().to(download::file)));
    for call in calls::Call::ALL {
        let is_it = move |context: &actix_web::guard::GuardContext<'_>| api::is_call(context, call);
        scope = scope.service(name(call.name()).wherever(is_it, web::to(api::serve)));
    }
    service.service(scope.service(name(NO_ROUTE).wherever(|_| true, web::to(api::serve))));
}
