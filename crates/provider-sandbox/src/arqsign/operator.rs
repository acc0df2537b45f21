//! The operator's page: what the sender sees in the vendor's web application, and may do there.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig, ThinData};
use askama::Template;

use super::VENDOR;
use super::pages::message;
use super::views::ProcessView;
use crate::pages::{html, see_other};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/operator", web::get().to(page))
        .route("/operator/processos/{id}/cancelar", web::post().to(cancel))
        .route("/operator/processos/{id}/excluir", web::post().to(delete));
}

#[derive(Template)]
#[template(path = "arqsign/operator.html")]
struct OperatorPage {
    processes: Vec<ProcessView>,
}

async fn page(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    let mut processes = sandbox.arqsign().processes();
    processes.reverse();
    html(StatusCode::OK, &OperatorPage { processes })
}

async fn cancel(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    answered(sandbox.arqsign().cancel(&id), "Não foi possível cancelar")
}

async fn delete(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    answered(sandbox.arqsign().delete(&id), "Não foi possível excluir")
}

fn answered(done: Result<(), ActError>, title: &'static str) -> HttpResponse {
    match done {
        Ok(()) => see_other(&format!("/{VENDOR}/operator")),
        Err(reason) => {
            let is_unknown = reason == ActError::UnknownTransaction;
            let status = if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            message(status, title, "O processo não existe ou já não está em andamento.")
        }
    }
}
