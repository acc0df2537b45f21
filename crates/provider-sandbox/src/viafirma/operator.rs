//! The operator's page: what an administrator of the vendor's server sees and may remove.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig, ThinData};
use askama::Template;

use super::desktop::{message, signed_by};
use super::views::{OperationView, operation_view};
use super::{VENDOR, flow};
use crate::pages::{html, see_other};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

pub(super) fn routes(service: &mut ServiceConfig) {
    service.route("/operator", web::get().to(page)).route("/operator/operations/{id}/expire", web::post().to(expire));
}

/// A line of the table.
struct Line {
    operation: OperationView,
    signer: String,
    signed_by: String,
}

#[derive(Template)]
#[template(path = "viafirma/operator.html")]
struct OperatorPage {
    lines: Vec<Line>,
}

async fn page(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    let base_url = sandbox.viafirma().base_url();
    let (state, now) = (sandbox.viafirma_state(), sandbox.now());
    let lines = state.operations().iter().rev().map(|operation| {
        let view = operation_view(operation, &base_url, now, &state.variants);
        Line { signer: view.signer(), signed_by: signed_by(operation), operation: view }
    });
    html(StatusCode::OK, &OperatorPage { lines: lines.collect() })
}

async fn expire(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    match flow::expire(&sandbox, &id) {
        Ok(()) => see_other(&format!("/{VENDOR}/operator")),
        Err(reason) => {
            let is_unknown = reason == ActError::UnknownTransaction;
            let status = if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            message(status, "No se ha podido eliminar", "La operación no existe o ya se ha eliminado.")
        }
    }
}
