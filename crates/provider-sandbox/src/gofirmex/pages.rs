//! The signer's page: read, sign each document, refuse. Plain HTML forms in Spanish, without a script. Source: contract section 10.1.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig, ThinData};
use askama::Template;

use super::state::{Portfolio, Seat, Stage};
use super::views::{SignerView, signer_view};
use super::{VENDOR, flow};
use crate::endpoint::plain;
use crate::pages::{html, see_other};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/s/{token}", web::get().to(signer_page))
        .route("/s/{token}/documents/{place}.pdf", web::get().to(document))
        .route("/s/{token}/documents/{place}/sign", web::post().to(sign))
        .route("/s/{token}/refuse", web::post().to(refuse));
}

/// A document as the signer sees it.
struct Paper {
    place: usize,
    description: String,
    signature: String,
    signed: bool,
}

#[derive(Template)]
#[template(path = "gofirmex/sign.html")]
struct SignerPage {
    base: String,
    me: SignerView,
    stage: &'static str,
    /// Why there is nothing to do now; empty when it is this signer's turn.
    reason: &'static str,
    papers: Vec<Paper>,
    signers: Vec<SignerView>,
}

#[derive(Template)]
#[template(path = "gofirmex/message.html")]
struct Message {
    title: &'static str,
    text: &'static str,
}

/// A page with nothing but a message.
pub(super) fn message(status: StatusCode, title: &'static str, text: &'static str) -> HttpResponse {
    html(status, &Message { title, text })
}

async fn signer_page(ThinData(sandbox): ThinData<Sandbox>, token: Path<String>) -> HttpResponse {
    let page = {
        let state = sandbox.gofirmex_state();
        let seat = state.seat_of(&token);
        seat.and_then(|seat| page_of(&sandbox, state.portfolio(seat.portfolio)?, seat, &token))
    };
    page.map_or_else(unknown_link, |page| html(StatusCode::OK, &page))
}

fn page_of(sandbox: &Sandbox, portfolio: &Portfolio, seat: Seat, token: &str) -> Option<SignerPage> {
    let me = portfolio.signers.get(seat.signer)?;
    let base_url = sandbox.base_url();
    let papers = portfolio.documents.iter().enumerate().map(|(place, document)| Paper {
        place,
        description: document.description.clone(),
        signature: document.signature.clone(),
        signed: me.signed.contains_key(&place),
    });
    let signers = portfolio.signers.iter().enumerate();
    Some(SignerPage {
        base: format!("/{VENDOR}/s/{token}"),
        me: signer_view(base_url, portfolio, seat.signer, me),
        stage: portfolio.stage.label(),
        reason: flow::may_act(portfolio, seat.signer).err().map_or("", |reason| nothing_to_do(portfolio.stage, reason)),
        papers: papers.collect(),
        signers: signers.map(|(place, signer)| signer_view(base_url, portfolio, place, signer)).collect(),
    })
}

fn nothing_to_do(stage: Stage, reason: ActError) -> &'static str {
    match stage {
        Stage::Created | Stage::InReview => "El portafolio todavía se está evaluando.",
        Stage::Accepted | Stage::Signing => match reason {
            ActError::AlreadyActed => "Ya ha firmado todos los documentos. Faltan otros firmantes.",
            ActError::NotTheirTurn => "Todavía no es su turno.",
            ActError::UnknownTransaction | ActError::NoRecipient | ActError::NotInProcess | ActError::CannotSeal => {
                "Los documentos se están procesando."
            }
        },
        Stage::InNotary => "Todos han firmado. La notaría está revisando los documentos.",
        Stage::Completed => "Los documentos están firmados. Ya puede descargarlos con todas las firmas.",
        Stage::RejectedByNotary => "La notaría ha rechazado los documentos.",
        Stage::RejectedByGofirmex => "GoFirmex ha rechazado los documentos.",
        Stage::RejectedByClient => "Un firmante o el remitente ha rechazado los documentos.",
        Stage::RejectedByExpiration => "El plazo para firmar ha vencido.",
    }
}

/// The signed document once there is one, before that the document as sent.
async fn document(ThinData(sandbox): ThinData<Sandbox>, path: Path<(String, usize)>) -> HttpResponse {
    let (token, place) = path.into_inner();
    let state = sandbox.gofirmex_state();
    let portfolio = state.seat_of(&token).and_then(|seat| state.portfolio(seat.portfolio));
    let found = portfolio.and_then(|portfolio| portfolio.documents.get(place));
    found.map_or_else(
        || plain(StatusCode::NOT_FOUND, "404 Not Found"),
        |document| {
            let bytes = document.sealed.clone().unwrap_or_else(|| document.original.clone());
            HttpResponse::Ok().content_type("application/pdf").body(bytes)
        },
    )
}

async fn sign(ThinData(sandbox): ThinData<Sandbox>, path: Path<(String, usize)>) -> HttpResponse {
    let (token, place) = path.into_inner();
    let seat = sandbox.gofirmex_state().seat_of(&token);
    match seat {
        None => unknown_link(),
        Some(seat) => after(&token, flow::sign(&sandbox, seat, Some(place)).await),
    }
}

async fn refuse(ThinData(sandbox): ThinData<Sandbox>, token: Path<String>) -> HttpResponse {
    let seat = sandbox.gofirmex_state().seat_of(&token);
    match seat {
        None => unknown_link(),
        Some(seat) => after(&token, flow::refuse(&sandbox, seat)),
    }
}

fn after(token: &str, done: Result<(), ActError>) -> HttpResponse {
    match done {
        // Also when somebody else was faster: the page tells how it stands.
        Ok(()) | Err(ActError::NotInProcess | ActError::NotTheirTurn | ActError::AlreadyActed) => {
            see_other(&format!("/{VENDOR}/s/{token}"))
        }
        Err(ActError::UnknownTransaction | ActError::NoRecipient) => unknown_link(),
        Err(ActError::CannotSeal) => message(
            StatusCode::INTERNAL_SERVER_ERROR,
            "No se ha podido firmar",
            "Un documento no admite la firma. Avise a quien se lo envió.",
        ),
    }
}

fn unknown_link() -> HttpResponse {
    message(StatusCode::NOT_FOUND, "Enlace no válido", "Este enlace de firma no existe.")
}
