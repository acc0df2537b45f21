//! The pages that play Viafirma Desktop, the program on the signer's computer: plain HTML forms in Spanish, without a script.
//!
//! `/viafirma/desktop` takes a launch link, which stands for the click on it; `/viafirma/desktop/{operationId}` is the program's window.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Form, Path, ServiceConfig, ThinData};
use askama::Template;
use serde::Deserialize;
use serde_json::Map;

use super::certificate::{Certificate, CertificateKind};
use super::codes;
use super::launch::LaunchError;
use super::state::{End, Flow, Operation, OperationFile, OperationState, Outcome};
use super::views::{OperationView, operation_view};
use super::{VENDOR, downloads, flow};
use crate::endpoint::plain;
use crate::pages::{html, see_other};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/desktop", web::get().to(start_page))
        .route("/desktop", web::post().to(start))
        .route("/desktop/{id}", web::get().to(window))
        .route("/desktop/{id}/files/{file}", web::get().to(file))
        .route("/desktop/{id}/sign", web::post().to(sign))
        .route("/desktop/{id}/cancel", web::post().to(cancel))
        .route("/desktop/{id}/fail", web::post().to(fail));
}

#[derive(Template)]
#[template(path = "viafirma/start.html")]
struct StartPage {
    link: String,
    error: Option<&'static str>,
}

/// A certificate of the choice.
struct Offer {
    word: &'static str,
    label: &'static str,
    holder: String,
    issuer: String,
    /// The real program would not show it.
    filtered: bool,
    chosen: bool,
}

/// A file of the window.
struct Paper {
    place: usize,
    filename: String,
    is_pdf: bool,
    /// What became of it; empty before the end.
    outcome: String,
}

/// A code that the program can fail with.
struct Failure {
    code: &'static str,
    name: &'static str,
}

#[derive(Template)]
#[template(path = "viafirma/desktop.html")]
struct Window {
    base: String,
    operation: OperationView,
    signer: String,
    is_signature: bool,
    auto_send: bool,
    offers: Vec<Offer>,
    papers: Vec<Paper>,
    failures: Vec<Failure>,
    /// Why there is nothing to do now; empty when the signer can act.
    reason: String,
}

#[derive(Template)]
#[template(path = "viafirma/message.html")]
struct Message {
    title: &'static str,
    text: String,
}

/// A page with nothing but a sentence.
pub(super) fn message(status: StatusCode, title: &'static str, text: &str) -> HttpResponse {
    html(status, &Message { title, text: text.to_owned() })
}

/// The launch link that was opened.
#[derive(Deserialize)]
struct Link {
    link: String,
}

async fn start_page() -> HttpResponse {
    html(StatusCode::OK, &StartPage { link: String::new(), error: None })
}

async fn start(ThinData(sandbox): ThinData<Sandbox>, Form(Link { link }): Form<Link>) -> HttpResponse {
    let link = link.trim();
    match sandbox.viafirma().launch(link) {
        Ok(url) => see_other(&url),
        Err(reason) => {
            let error = match reason {
                LaunchError::Scheme => "El enlace no abre Viafirma Desktop.",
                LaunchError::Members => "Al enlace le faltan datos o le sobran.",
                LaunchError::Server => "El enlace es de otro servidor.",
                LaunchError::Operation => "El servidor no conoce la operación del enlace.",
                LaunchError::Flow => "El parámetro isParallel no corresponde a la operación.",
            };
            let page = StartPage { link: link.to_owned(), error: Some(error) };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn window(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    let state = sandbox.viafirma_state();
    let now = sandbox.now();
    let found = state.operation(&id).map(|operation| {
        let view = operation_view(operation, &sandbox.viafirma().base_url(), now, &state.variants);
        let may = flow::may_act(&sandbox, &state, &id, now);
        window_of(operation, view, may, state.variants.certificate)
    });
    found.map_or_else(unknown, |page| html(StatusCode::OK, &page))
}

fn window_of(
    operation: &Operation,
    view: OperationView,
    may: Result<(), ActError>,
    preferred: CertificateKind,
) -> Window {
    Window {
        base: format!("/{VENDOR}/desktop/{}", operation.id),
        signer: view.signer(),
        is_signature: operation.flow != Flow::Authentication,
        auto_send: operation.auto_send,
        offers: CertificateKind::ALL.into_iter().map(|kind| offer(operation, kind, preferred)).collect(),
        papers: operation.files.iter().enumerate().map(|(place, file)| paper(place, file)).collect(),
        failures: codes::offered().map(|(code, name)| Failure { code, name }).collect(),
        reason: may.err().map_or_else(String::new, |_| nothing_to_do(view.state).to_owned()),
        operation: view,
    }
}

fn offer(operation: &Operation, kind: CertificateKind, preferred: CertificateKind) -> Offer {
    let certificate = Certificate::of(kind, &operation.filters);
    Offer {
        word: kind.word(),
        label: kind.label(),
        holder: certificate.common_name().to_owned(),
        issuer: certificate.text("ca").to_owned(),
        filtered: !certificate.passes(&operation.filters),
        chosen: kind == preferred,
    }
}

fn paper(place: usize, file: &OperationFile) -> Paper {
    let outcome = match (&file.signature, &file.error) {
        (Some(_), _) => "firmado".to_owned(),
        (None, Some(error)) => format!("error {}", error.code),
        (None, None) => String::new(),
    };
    Paper { place, filename: file.filename.clone(), is_pdf: file.policy.is_pdf(), outcome }
}

fn nothing_to_do(state: OperationState) -> &'static str {
    match state {
        OperationState::Preparing => "La operación todavía no está completa.",
        OperationState::Ready | OperationState::Signing => "La operación se está procesando.",
        OperationState::Signed => "La operación ha terminado. Ya puede cerrar el programa.",
        OperationState::PartiallySigned => "La operación ha terminado, pero no se han firmado todos los ficheros.",
        OperationState::Cancelled => "Ha cancelado la operación.",
        OperationState::Failed => "La operación ha terminado con un error.",
        OperationState::Expired => "El servidor ya no conoce la operación.",
    }
}

/// The signed file once there is one, before that the file as sent.
async fn file(ThinData(sandbox): ThinData<Sandbox>, place: Path<(String, usize)>) -> HttpResponse {
    let (id, file) = place.into_inner();
    let viafirma = sandbox.viafirma();
    let bytes = viafirma.signed(&id, file).or_else(|| viafirma.original(&id, file));
    bytes.map_or_else(|| plain(StatusCode::NOT_FOUND, "404 Not Found"), downloads::pdf)
}

/// The certificate that was chosen.
#[derive(Deserialize)]
struct Chosen {
    certificate: CertificateKind,
}

async fn sign(
    ThinData(sandbox): ThinData<Sandbox>,
    id: Path<String>,
    Form(Chosen { certificate }): Form<Chosen>,
) -> HttpResponse {
    after(&id, sandbox.viafirma().sign_with(&id, certificate, Map::new()).await)
}

async fn cancel(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    after(&id, flow::cancel(&sandbox, &id))
}

/// What fails: all, or the file at a place from 0.
#[derive(Deserialize)]
struct Failing {
    code: String,
    files: String,
}

async fn fail(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, Form(failing): Form<Failing>) -> HttpResponse {
    let place = failing.files.parse().ok();
    let files = place.as_ref().map(std::slice::from_ref);
    after(&id, sandbox.viafirma().fail(&id, failing.code.trim(), files).await)
}

fn after(id: &str, done: Result<(), ActError>) -> HttpResponse {
    match done {
        // Also when somebody else was faster: the page tells how it stands.
        Ok(()) | Err(ActError::NotInProcess | ActError::NotTheirTurn | ActError::AlreadyActed) => {
            see_other(&format!("/{VENDOR}/desktop/{id}"))
        }
        Err(ActError::UnknownTransaction | ActError::NoRecipient) => unknown(),
        Err(ActError::CannotSeal) => message(
            StatusCode::INTERNAL_SERVER_ERROR,
            "No se ha podido firmar",
            "Ningún fichero admite la firma. Avise a quien le pidió que firmara.",
        ),
    }
}

fn unknown() -> HttpResponse {
    message(StatusCode::NOT_FOUND, "Operación desconocida", "El servidor no conoce esta operación.")
}

/// Who signed and when, for pages; empty before that.
pub(super) fn signed_by(operation: &Operation) -> String {
    match &operation.outcome {
        Some(Outcome { at, end: End::Signed(certificate) }) => {
            format!("{}, {}", certificate.common_name(), at.format("%Y-%m-%d %H:%M:%S UTC"))
        }
        Some(Outcome { end: End::Cancelled | End::Failed(_), .. }) | None => String::new(),
    }
}
