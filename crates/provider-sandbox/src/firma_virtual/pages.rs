//! The signer's page and the notary's page of Firma Virtual: plain HTML forms in Spanish, without a script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig, ThinData};
use askama::Template;

use super::contract::{Contract, Status};
use super::flow::{self, Deed};
use super::state::Seat;
use super::views::{ContractView, SignerView, contract_view, signer_view};
use super::{VENDOR, artifacts};
use crate::endpoint::plain;
use crate::pages::{html, see_other};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/sign/{page}", web::get().to(signer_page))
        .route("/sign/{page}/document.pdf", web::get().to(signer_document))
        .route("/sign/{page}/accept", web::post().to(accept))
        .route("/sign/{page}/decline", web::post().to(decline))
        .route("/sign/{page}/pay", web::post().to(pay))
        .route("/sign/{page}/sign", web::post().to(sign))
        .route("/operator", web::get().to(operator_page))
        .route("/operator/contracts/{id}/stamp", web::post().to(stamp))
        .route("/operator/contracts/{id}/refuse", web::post().to(refuse));
}

#[derive(Template)]
#[template(path = "firma_virtual/sign.html")]
struct SignerPage {
    base: String,
    me: SignerView,
    document: String,
    contract_type: String,
    modal: &'static str,
    status: &'static str,
    /// What is asked; none when it is nothing.
    asked: Option<&'static str>,
    /// Why nothing is asked; empty when something is.
    reason: &'static str,
    signers: Vec<SignerView>,
}

#[derive(Template)]
#[template(path = "firma_virtual/message.html")]
struct Message {
    title: &'static str,
    text: &'static str,
}

#[derive(Template)]
#[template(path = "firma_virtual/operator.html")]
struct OperatorPage {
    contracts: Vec<ContractView>,
}

async fn signer_page(ThinData(sandbox): ThinData<Sandbox>, page: Path<String>) -> HttpResponse {
    let shown = {
        let state = sandbox.firma_virtual_state();
        state.seat_of(&page).and_then(|seat| {
            let contract = state.contract(seat.contract)?;
            signer_page_of(sandbox.base_url(), contract, seat, &page)
        })
    };
    shown.map_or_else(unknown_link, |shown| html(StatusCode::OK, &shown))
}

fn signer_page_of(base_url: &str, contract: &Contract, seat: Seat, page: &str) -> Option<SignerPage> {
    let view = |signer| signer_view(base_url, contract, signer);
    let me = view(contract.signer(seat.num)?);
    let file = contract.files.first();
    Some(SignerPage {
        base: format!("/{VENDOR}/sign/{page}"),
        asked: me.asked_for,
        reason: if me.asked_for.is_none() { nothing_to_do(contract, &me) } else { "" },
        me,
        document: file.map_or_else(|| format!("{}.pdf", contract.id), |file| file.name.clone()),
        contract_type: contract.fee.name.clone(),
        modal: contract.modal().label(),
        status: contract.status.word(),
        signers: contract.signers.iter().map(view).collect(),
    })
}

fn nothing_to_do(contract: &Contract, me: &SignerView) -> &'static str {
    match contract.status {
        Status::Created => "El borrador todavía no se ha enviado.",
        Status::Review if me.accepted => "Ha aceptado el borrador. Faltan otros firmantes.",
        Status::Review => "El borrador todavía no se le ha enviado.",
        Status::Approved => "Todos han aceptado el borrador. Falta el pago de otro firmante.",
        Status::SignedPending => "Ha firmado el documento. Faltan otros firmantes o la entrega.",
        Status::InNotary => "Todos han firmado. El documento está en la notaría.",
        Status::Delivered | Status::Finished => "El documento está firmado. Ya puede descargarlo con todas las firmas.",
        Status::Rejected => "El documento ha sido rechazado.",
    }
}

/// The signed document once there is one, before that the draft, whose fetching is a deed of its own.
async fn signer_document(ThinData(sandbox): ThinData<Sandbox>, page: Path<String>) -> HttpResponse {
    let found = {
        let state = sandbox.firma_virtual_state();
        state.seat_of(&page).and_then(|seat| {
            let contract = state.contract(seat.contract)?;
            let signed = contract.sealed.clone();
            let bytes = signed.or_else(|| contract.files.first().map(|file| file.bytes.clone()))?;
            Some((seat, bytes))
        })
    };
    let Some((seat, bytes)) = found else {
        return plain(StatusCode::NOT_FOUND, "404 Not Found");
    };
    // Later the document is only shown again.
    if let Err(reason) = flow::act(&sandbox, seat, Deed::Download).await {
        tracing::debug!(%reason, "a document was fetched outside the review");
    }
    artifacts::pdf(bytes)
}

async fn accept(ThinData(sandbox): ThinData<Sandbox>, page: Path<String>) -> HttpResponse {
    act(&sandbox, &page, Deed::Accept).await
}

async fn decline(ThinData(sandbox): ThinData<Sandbox>, page: Path<String>) -> HttpResponse {
    act(&sandbox, &page, Deed::Refuse).await
}

async fn pay(ThinData(sandbox): ThinData<Sandbox>, page: Path<String>) -> HttpResponse {
    act(&sandbox, &page, Deed::Pay).await
}

async fn sign(ThinData(sandbox): ThinData<Sandbox>, page: Path<String>) -> HttpResponse {
    act(&sandbox, &page, Deed::Sign).await
}

async fn act(sandbox: &Sandbox, page: &str, deed: Deed) -> HttpResponse {
    let seat = sandbox.firma_virtual_state().seat_of(page);
    let Some(seat) = seat else {
        return unknown_link();
    };
    match flow::act(sandbox, seat, deed).await {
        // Also when somebody else was faster: the page tells how it stands.
        Ok(()) | Err(ActError::NotInProcess | ActError::NotTheirTurn | ActError::AlreadyActed) => {
            see_other(&format!("/{VENDOR}/sign/{page}"))
        }
        Err(ActError::UnknownTransaction | ActError::NoRecipient) => unknown_link(),
        Err(ActError::CannotSeal) => html(
            StatusCode::INTERNAL_SERVER_ERROR,
            &Message {
                title: "No se ha podido firmar",
                text: "El documento no admite la firma. Avise a quien se lo envió.",
            },
        ),
    }
}

fn unknown_link() -> HttpResponse {
    html(
        StatusCode::NOT_FOUND,
        &Message { title: "Enlace no válido", text: "Este enlace no existe, o el contrato ha sido eliminado." },
    )
}

async fn operator_page(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    let mut contracts: Vec<ContractView> = {
        let state = sandbox.firma_virtual_state();
        state.contracts().map(|(_, contract)| contract_view(sandbox.base_url(), contract)).collect()
    };
    contracts.reverse();
    html(StatusCode::OK, &OperatorPage { contracts })
}

async fn stamp(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    after_notary(sandbox.firma_virtual().stamp(&id).await)
}

async fn refuse(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    after_notary(sandbox.firma_virtual().refuse(&id).await)
}

fn after_notary(outcome: Result<(), ActError>) -> HttpResponse {
    let status = match outcome {
        Ok(()) => return see_other(&format!("/{VENDOR}/operator")),
        Err(ActError::UnknownTransaction | ActError::NoRecipient) => StatusCode::NOT_FOUND,
        Err(ActError::NotInProcess | ActError::NotTheirTurn | ActError::AlreadyActed) => StatusCode::CONFLICT,
        Err(ActError::CannotSeal) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    html(
        status,
        &Message {
            title: "La notaría no ha podido actuar", text: "El contrato no existe, o no está en la notaría."
        },
    )
}
