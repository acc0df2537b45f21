//! The signer's page of ArqSign: plain HTML forms in Portuguese, without a script.

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, Payload, ServiceConfig, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::asked::{KnownData, Online, filled, is_set};
use super::flow::{self, Act};
use super::page_checks::{self, Given};
use super::process::{Process, Status};
use super::state::{Seat, State};
use super::views::{RecipientView, process_view};
use super::{VENDOR, operator};
use crate::endpoint::plain;
use crate::form::{self, FormLimits};
use crate::pages::{html, see_other};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

/// Largest file that the page takes, in bytes.
const LARGEST_ATTACHMENT: u64 = 20 * 1024 * 1024;

pub(super) fn routes(service: &mut ServiceConfig) {
    service
        .route("/assinar/{token}", web::get().to(signer_page))
        .route("/assinar/{token}/documentos/{place}", web::get().to(signer_document))
        .route("/assinar/{token}/assinar", web::post().to(sign))
        .route("/assinar/{token}/recusar", web::post().to(decline))
        .configure(operator::routes);
}

/// A document on the page.
struct PageDocument {
    place: usize,
    name: String,
    opened: bool,
}

/// A field of the form.
struct PageField {
    name: &'static str,
    label: String,
    value: String,
    required: bool,
}

/// A file that is asked for.
struct PageFile {
    place: usize,
    name: String,
    required: bool,
}

#[derive(Template)]
#[template(path = "arqsign/sign.html")]
struct SignerPage {
    base: String,
    process: String,
    me: RecipientView,
    title: String,
    text: String,
    state: &'static str,
    open: bool,
    /// Why there is nothing to do now; empty when it is this signer's turn.
    reason: &'static str,
    asks_code: bool,
    must_read: bool,
    fields: Vec<PageField>,
    files: Vec<PageFile>,
    error: Option<String>,
    documents: Vec<PageDocument>,
    recipients: Vec<RecipientView>,
}

#[derive(Template)]
#[template(path = "arqsign/message.html")]
struct Message {
    title: &'static str,
    text: &'static str,
}

/// A page that only says something.
pub(super) fn message(status: StatusCode, title: &'static str, text: &'static str) -> HttpResponse {
    html(status, &Message { title, text })
}

async fn signer_page(ThinData(sandbox): ThinData<Sandbox>, token: Path<String>) -> HttpResponse {
    show(&sandbox, &token, None)
}

/// The signed document once there is one, before that the document as sent. Counts as opened.
async fn signer_document(ThinData(sandbox): ThinData<Sandbox>, at: Path<(String, usize)>) -> HttpResponse {
    let mut state = sandbox.arqsign_state();
    let Some(seat) = state.seat_of(&at.0) else {
        return unknown_link();
    };
    let process = state.process_mut(&seat.process).filter(|process| !process.deleted);
    let found = process.and_then(|process| {
        let bytes = process.documents.get(at.1)?.current().clone();
        let signer = process.recipients.get_mut(seat.place)?.signer.as_mut()?;
        if !signer.opened.contains(&at.1) {
            signer.opened.push(at.1);
        }
        Some(bytes)
    });
    found.map_or_else(
        || plain(StatusCode::NOT_FOUND, "404 Not Found"),
        |bytes| HttpResponse::Ok().content_type("application/pdf").body(bytes),
    )
}

async fn sign(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    token: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let limits = FormLimits { file_bytes: Some(LARGEST_ATTACHMENT), keep_files: !sandbox.config().null_sink };
    let Ok(form) = form::read(&request, payload, limits).await else {
        return show(&sandbox, &token, Some("O arquivo enviado é grande demais ou não pôde ser lido.".to_owned()));
    };
    let checked = {
        let mut state = sandbox.arqsign_state();
        state.seat_of(&token).map(|seat| {
            let given = page_checks::check(&mut state, &seat, &form, sandbox.now());
            (seat, given)
        })
    };
    match checked {
        None => unknown_link(),
        Some((_, Err(error))) => show(&sandbox, &token, Some(error)),
        Some((_, Ok(Given::TooLate))) => see_other(&format!("/{VENDOR}/assinar/{token}")),
        Some((seat, Ok(Given::Signature { data, files }))) => {
            after(&token, flow::act(&sandbox, &seat, Act::Sign { data, files }).await)
        }
    }
}

async fn decline(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    token: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let limits = FormLimits { file_bytes: Some(0), keep_files: false };
    let form = form::read(&request, payload, limits).await.unwrap_or_default();
    let reason = form.text("motivo").map(str::trim).filter(|reason| !reason.is_empty());
    let seat = sandbox.arqsign_state().seat_of(&token);
    match (seat, reason) {
        (None, _) => unknown_link(),
        (Some(_), None) => show(&sandbox, &token, Some("Informe o motivo da recusa.".to_owned())),
        (Some(seat), Some(reason)) => after(&token, flow::act(&sandbox, &seat, Act::Decline(reason.to_owned())).await),
    }
}

fn after(token: &str, done: Result<(), ActError>) -> HttpResponse {
    match done {
        // Also when somebody else was faster: the page tells how it stands.
        Ok(()) | Err(ActError::NotInProcess | ActError::NotTheirTurn | ActError::AlreadyActed) => {
            see_other(&format!("/{VENDOR}/assinar/{token}"))
        }
        Err(ActError::UnknownTransaction | ActError::NoRecipient) => unknown_link(),
        Err(ActError::CannotSeal) => message(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Não foi possível assinar",
            "O documento não admite assinaturas. Avise quem o enviou.",
        ),
    }
}

fn unknown_link() -> HttpResponse {
    message(
        StatusCode::NOT_FOUND,
        "Link inválido",
        "Este link de assinatura não existe ou foi substituído por um novo.",
    )
}

fn show(sandbox: &Sandbox, token: &str, error: Option<String>) -> HttpResponse {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = {
        let state = sandbox.arqsign_state();
        state.seat_of(token).and_then(|seat| page_of(sandbox, &state, &seat, token, error))
    };
    page.map_or_else(unknown_link, |page| html(status, &page))
}

fn page_of(sandbox: &Sandbox, state: &State, seat: &Seat, token: &str, error: Option<String>) -> Option<SignerPage> {
    let now = sandbox.now();
    let process = state.process(&seat.process).filter(|process| !process.deleted)?;
    let recipient = process.recipients.get(seat.place)?;
    let signer = recipient.signer.as_ref()?;
    let view = process_view(process, sandbox.base_url(), now);
    let may = process.may_act(seat.place, now);
    let own = signer.online.mensagem_personalizada.as_ref().filter(|own| filled(own.titulo.as_ref()).is_some());
    let (title, text) = match own {
        Some(own) => (own.titulo.clone(), own.texto.clone()),
        None => (process.title.clone(), process.text.clone()),
    };
    let documents = process.documents.iter().enumerate().map(|(place, document)| PageDocument {
        place,
        name: document.name.clone(),
        opened: signer.opened.contains(&place),
    });
    let files = signer.attachments.iter().enumerate().map(|(place, asked)| PageFile {
        place,
        name: if asked.shared { format!("{} (visível para todos)", asked.name) } else { asked.name.clone() },
        required: asked.required,
    });
    Some(SignerPage {
        base: format!("/{VENDOR}/assinar/{token}"),
        process: process.name.clone(),
        me: view.recipients.get(seat.place)?.clone(),
        title: title.unwrap_or_else(|| format!("ArqSign: {}", process.name)),
        text: text.unwrap_or_default(),
        state: view.state(),
        open: may.is_ok(),
        reason: may.err().map_or("", |reason| nothing_to_do(process, reason, view.expired)),
        asks_code: signer.online.code().is_some(),
        must_read: process.must_read && process.documents.len() > 1,
        fields: fields(&signer.online, &recipient.name),
        files: files.collect(),
        error,
        documents: documents.collect(),
        recipients: view.recipients,
    })
}

/// What an electronic signature asks the signer to tell.
fn fields(online: &Online, name: &str) -> Vec<PageField> {
    let Some(electronic) = online.assinatura_eletronica.as_ref().filter(|_| online.is_electronic()) else {
        return Vec::new();
    };
    let person = online.data().and_then(|data| data.signatario.as_ref());
    let company = online.data().and_then(|data| data.empresa.as_ref());
    // What is to be validated is not shown before.
    let shown = |known: Option<&KnownData>, of: fn(&KnownData) -> Option<&String>| {
        let known = known.filter(|known| !is_set(known.validar_documento));
        known.and_then(|known| filled(of(known))).unwrap_or_default().to_owned()
    };
    let number = page_checks::number_label(online);
    let own_name = filled(person.and_then(|known| known.nome.as_ref())).unwrap_or(name).to_owned();
    let mut fields = vec![
        PageField {
            name: "nome",
            label: "Nome completo".to_owned(),
            value: own_name,
            required: electronic.obrigar_signatario_informar_nome.0,
        },
        PageField {
            name: "numero",
            label: number,
            value: shown(person, |known| known.numero_documento.as_ref()),
            required: electronic.obrigar_signatario_informar_numero_documento.0,
        },
    ];
    if online.as_company() {
        fields.push(PageField {
            name: "nome_empresa",
            label: "Nome da empresa".to_owned(),
            value: shown(company, |known| known.nome.as_ref()),
            required: is_set(electronic.obrigar_signatario_informar_nome_empresa),
        });
        fields.push(PageField {
            name: "numero_empresa",
            label: page_checks::company_number_label(online),
            value: shown(company, |known| known.numero_documento.as_ref()),
            required: is_set(electronic.obrigar_signatario_informar_numero_documento_empresa),
        });
    }
    fields
}

fn nothing_to_do(process: &Process, reason: ActError, expired: bool) -> &'static str {
    match (process.status, reason) {
        (_, ActError::AlreadyActed) if process.status.is_open() => "Você já assinou. Outros signatários ainda não.",
        (Status::Completed, _) => "O processo foi concluído. Todos assinaram e os documentos podem ser baixados.",
        (Status::Canceled, _) => "O processo foi cancelado ou recusado.",
        (Status::Created, _) => "O processo ainda não foi enviado.",
        (Status::Waiting | Status::InProcess, _) if expired => "O prazo para assinar expirou.",
        (Status::Waiting | Status::InProcess, ActError::NotTheirTurn) => "Ainda não é a sua vez de assinar.",
        (Status::Waiting | Status::InProcess, _) => "O processo está sendo finalizado.",
    }
}
