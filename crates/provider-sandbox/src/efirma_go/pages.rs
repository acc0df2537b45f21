//! The signer's page and the operator's page of efirma GO: plain HTML forms in Spanish, without a script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Form, Path, ServiceConfig, ThinData};
use askama::Template;
use serde::Deserialize;

use super::flow::{self, Act};
use super::state::{Document, Estado, Role, Seat, State};
use super::views::{DocumentView, RecipientView, recipient_view};
use super::{VENDOR, artifacts};
use crate::endpoint::plain;
use crate::pages::{html, see_other};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/sign/{token}", web::get().to(signer_page))
        .route("/sign/{token}/document.pdf", web::get().to(signer_document))
        .route("/sign/{token}/sign", web::post().to(sign))
        .route("/sign/{token}/decline", web::post().to(decline))
        .route("/operator", web::get().to(operator_page))
        .route("/operator/documents/{id}/annul", web::post().to(annul));
}

#[derive(Template)]
#[template(path = "efirma_go/sign.html")]
struct SignerPage {
    base: String,
    me: RecipientView,
    document: String,
    csv: String,
    message: String,
    private_message: String,
    estado: &'static str,
    open: bool,
    /// Why there is nothing to do now; empty when it is this recipient's turn.
    reason: String,
    asks_otp: bool,
    asks_code: bool,
    error: Option<&'static str>,
    recipients: Vec<RecipientView>,
}

#[derive(Template)]
#[template(path = "efirma_go/message.html")]
struct Message {
    title: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "efirma_go/operator.html")]
struct OperatorPage {
    documents: Vec<DocumentView>,
}

/// What the form of the page carries.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Confirmation {
    otp: String,
    codigo: String,
}

async fn signer_page(ThinData(sandbox): ThinData<Sandbox>, token: Path<String>) -> HttpResponse {
    show(&sandbox, &token, None)
}

/// The signed document once there is one, before that the document as sent.
async fn signer_document(ThinData(sandbox): ThinData<Sandbox>, token: Path<String>) -> HttpResponse {
    let state = sandbox.efirma_state();
    let document = state.seat_of(&token).and_then(|seat| state.document(seat.document));
    document.map_or_else(
        || plain(StatusCode::NOT_FOUND, "404 Not Found"),
        |document| {
            let sealed = document.sealed.as_ref().map(|sealed| sealed.document.clone());
            artifacts::pdf(sealed.unwrap_or_else(|| document.original.clone()))
        },
    )
}

async fn sign(
    ThinData(sandbox): ThinData<Sandbox>,
    token: Path<String>,
    Form(confirmation): Form<Confirmation>,
) -> HttpResponse {
    let checked = {
        let state = sandbox.efirma_state();
        state.seat_of(&token).map(|seat| (seat, wrong_code(&state, seat, &confirmation)))
    };
    match checked {
        None => unknown_link(),
        Some((_, Some(error))) => show(&sandbox, &token, Some(error)),
        Some((seat, None)) => after(&token, flow::act(&sandbox, seat, Act::Sign).await),
    }
}

async fn decline(ThinData(sandbox): ThinData<Sandbox>, token: Path<String>) -> HttpResponse {
    let seat = sandbox.efirma_state().seat_of(&token);
    match seat {
        None => unknown_link(),
        Some(seat) => after(&token, flow::act(&sandbox, seat, Act::Decline).await),
    }
}

/// The first code of the form that is not the one sent to this recipient.
fn wrong_code(state: &State, seat: Seat, confirmation: &Confirmation) -> Option<&'static str> {
    let document = state.document(seat.document)?;
    let (block, recipient) = document.recipient(seat)?;
    let otp_wrong = document.advanced && block.role == Role::Firma && confirmation.otp.trim() != recipient.otp;
    let code_wrong = recipient.access_code.as_ref().is_some_and(|code| confirmation.codigo.trim() != code);
    if otp_wrong {
        Some("El código recibido por SMS no es correcto.")
    } else {
        code_wrong.then_some("El código de acceso no es correcto.")
    }
}

fn after(token: &str, done: Result<(), ActError>) -> HttpResponse {
    match done {
        // Also when somebody else was faster: the page tells how it stands.
        Ok(()) | Err(ActError::NotInProcess | ActError::NotTheirTurn | ActError::AlreadyActed) => {
            see_other(&format!("/{VENDOR}/sign/{token}"))
        }
        Err(ActError::UnknownTransaction | ActError::NoRecipient) => unknown_link(),
        Err(ActError::CannotSeal) => html(
            StatusCode::INTERNAL_SERVER_ERROR,
            &Message {
                title: "No se ha podido firmar",
                text: "El documento no admite la firma. Avise a quien se lo envió.".to_owned(),
            },
        ),
    }
}

fn unknown_link() -> HttpResponse {
    html(
        StatusCode::NOT_FOUND,
        &Message { title: "Enlace no válido", text: "Este enlace de firma no existe.".to_owned() },
    )
}

fn show(sandbox: &Sandbox, token: &str, error: Option<&'static str>) -> HttpResponse {
    let page = {
        let state = sandbox.efirma_state();
        state.seat_of(token).and_then(|seat| {
            let document = state.document(seat.document)?;
            signer_page_of(sandbox, &state, document, seat, token, error)
        })
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page.map_or_else(unknown_link, |page| html(status, &page))
}

fn signer_page_of(
    sandbox: &Sandbox,
    state: &State,
    document: &Document,
    seat: Seat,
    token: &str,
    error: Option<&'static str>,
) -> Option<SignerPage> {
    let (block, recipient) = document.recipient(seat)?;
    let may = flow::may_act(document, seat);
    let view = |place| recipient_view(state, sandbox.base_url(), document, place);
    Some(SignerPage {
        base: format!("/{VENDOR}/sign/{token}"),
        me: view((seat, block, recipient)),
        document: document.file_name(),
        csv: document.csv.clone(),
        message: document.message.clone(),
        private_message: recipient.private_message.clone(),
        estado: document.estado.word(),
        open: may.is_ok(),
        reason: may.err().map_or_else(String::new, |reason| nothing_to_do(document.estado, reason).to_owned()),
        asks_otp: document.advanced && block.role == Role::Firma,
        asks_code: recipient.access_code.is_some(),
        error,
        recipients: document.seats(seat.document).map(view).collect(),
    })
}

fn nothing_to_do(estado: Estado, reason: ActError) -> &'static str {
    match (estado, reason) {
        (Estado::Firmado, _) => "El documento está firmado. Ya puede descargarlo con todas las firmas.",
        (Estado::Rechazado, _) => "El documento ha sido rechazado.",
        (Estado::Anulado, _) => "El remitente ha anulado el documento.",
        (Estado::EnProceso, ActError::AlreadyActed) => "Ya ha completado su parte. Faltan otros participantes.",
        (Estado::EnProceso, ActError::NotTheirTurn) => "Todavía no es su turno, o su bloque ya está completo.",
        (Estado::EnProceso, _) => "El documento se está procesando.",
    }
}

async fn operator_page(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    let mut documents = sandbox.efirma_go().documents();
    documents.reverse();
    html(StatusCode::OK, &OperatorPage { documents })
}

async fn annul(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    match sandbox.efirma_go().annul(&id) {
        Ok(()) => see_other(&format!("/{VENDOR}/operator")),
        Err(reason) => {
            let status =
                if reason == ActError::UnknownTransaction { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            let text = "El documento no existe o ya no está en proceso.".to_owned();
            html(status, &Message { title: "No se ha podido anular", text })
        }
    }
}
