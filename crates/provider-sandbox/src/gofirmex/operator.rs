//! The page of the evaluator and the notary, and of the customer in the vendor's own application. Source: contract section 10.1.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Form, Path, ServiceConfig, ThinData};
use askama::Template;
use serde::Deserialize;

use super::VENDOR;
use super::flow::RejectedBy;
use super::pages::message;
use super::views::PortfolioView;
use crate::pages::{html, see_other};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/operator", web::get().to(page))
        .route("/operator/portfolios/{id}/accept", web::post().to(accept))
        .route("/operator/portfolios/{id}/legalise", web::post().to(legalise))
        .route("/operator/portfolios/{id}/reject/{by}", web::post().to(reject));
}

#[derive(Template)]
#[template(path = "gofirmex/operator.html")]
struct OperatorPage {
    portfolios: Vec<PortfolioView>,
}

async fn page(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    let mut portfolios = sandbox.gofirmex().portfolios();
    portfolios.reverse();
    html(StatusCode::OK, &OperatorPage { portfolios })
}

async fn accept(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    after(sandbox.gofirmex().accept(&id).await)
}

async fn legalise(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    after(sandbox.gofirmex().legalise(&id).await)
}

/// Why, in words.
#[derive(Deserialize)]
struct Why {
    #[serde(default)]
    message: String,
}

async fn reject(
    ThinData(sandbox): ThinData<Sandbox>,
    path: Path<(String, RejectedBy)>,
    Form(why): Form<Why>,
) -> HttpResponse {
    let (id, by) = path.into_inner();
    let message = if why.message.trim().is_empty() { "Sin motivo" } else { why.message.trim() };
    after(sandbox.gofirmex().reject(&id, by, message))
}

fn after(done: Result<(), ActError>) -> HttpResponse {
    let status = match done {
        Ok(()) => return see_other(&format!("/{VENDOR}/operator")),
        Err(ActError::UnknownTransaction | ActError::NoRecipient) => StatusCode::NOT_FOUND,
        Err(ActError::NotInProcess | ActError::NotTheirTurn | ActError::AlreadyActed) => StatusCode::CONFLICT,
        Err(ActError::CannotSeal) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    message(status, "No se ha podido hacer", "El portafolio no existe o ya no está en ese estado.")
}
