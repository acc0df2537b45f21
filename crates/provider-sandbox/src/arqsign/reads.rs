//! Reading a process. Source: contract sections 2.3, 2.4, 2.5 and 2.9.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Path, Query, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::messages::{self, Refusal};
use super::process::{Process, Recipient, Status};
use super::state::{LinkTarget, State};
use super::views_of_process::{self as views, Links};
use super::wire::{self, Files};
use super::{find, gate, seal};
use crate::endpoint::plain;
use crate::sandbox::Sandbox;

/// What 2.3 is asked for; every other value is taken as the default.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    arquivo_tipo: Option<String>,
    retornar_registro_assinatura: Option<String>,
}

/// 2.3.
pub(super) async fn process(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
    Query(wanted): Query<Wanted>,
) -> HttpResponse {
    let caller = match gate::admit(&sandbox, &request) {
        Ok(caller) => caller,
        Err(denied) => return denied.answer(),
    };
    let as_links = wanted.arquivo_tipo.as_deref() == Some("2");
    let records = !wanted.retornar_registro_assinatura.is_some_and(|value| value.eq_ignore_ascii_case("false"));
    let (mut files, mut links) = (Files::default(), Links::new(&sandbox));
    let mut state = sandbox.arqsign_state();
    let told = find::process(&state, &caller, &id, sandbox.now()).map(|process| {
        let mut told = views::head(&caller.account, process, &caller.variants);
        let recipients = process.recipients.iter();
        let recipients: Vec<Value> =
            recipients.map(|recipient| views::recipient(process, recipient, &caller.variants)).collect();
        let documents = process.documents.iter().enumerate().map(|(place, document)| {
            let record = records.then(|| {
                let name = format!("{}_registro de assinaturas.pdf", document.stem());
                let record = seal::record(&caller.account, process, place);
                json!({ "nome": name, "base64": files.add(record) })
            });
            let content = (!as_links).then(|| files.add(document.current().clone()));
            let order = if caller.variants.blank_after_ordem_documento { "ordemDocumento " } else { "ordemDocumento" };
            json!({
                "id": document.id,
                order: document.order,
                "nomeDocumento": document.name,
                "linkDocumentoCompartilhado": links.shared(document),
                "linkParaBaixarDocumento": as_links.then(|| links.document(process, place)),
                "base64Documento": content,
                "registroAssinaturas": record,
            })
        });
        let documents: Vec<Value> = documents.collect();
        told.insert("signatarios".to_owned(), recipients.into());
        told.insert("documentos".to_owned(), documents.into());
        Value::Object(told)
    });
    links.store(&mut state);
    drop(state);
    match told {
        Ok(told) => files.reply(&caller.variants, told),
        Err(refusal) => wire::refuse(&caller.variants, &refusal),
    }
}

/// 2.4.
pub(super) async fn status(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    let caller = match gate::admit(&sandbox, &request) {
        Ok(caller) => caller,
        Err(denied) => return denied.answer(),
    };
    let (variants, now) = (&caller.variants, sandbox.now());
    let state = sandbox.arqsign_state();
    match find::process(&state, &caller, &id, now) {
        Ok(process) if variants.old_status_answer => {
            let told = json!({ "NomeProcesso": process.name, "Status": process.status_word(&caller.account) });
            HttpResponse::Created().json(told)
        }
        Ok(process) => {
            let expiry = process.expires_at().filter(|_| process.status.is_open());
            let told = json!({
                "nomeProcesso": process.name,
                "status": process.status_word(&caller.account),
                "idStatus": process.status.id(),
                "expirado": wire::bit(variants, process.is_expired(now)),
                "dataConclusao": wire::moment(variants, process.completed_at),
                "dataCancelamento": wire::moment(variants, process.canceled_at),
                "dataExpiracao": expiry.map(|at| at.format("%Y-%m-%d").to_string()),
            });
            wire::reply(variants, told)
        }
        Err(refusal) => wire::refuse(variants, &refusal),
    }
}

/// 2.5.
pub(super) async fn signers(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    let caller = match gate::admit(&sandbox, &request) {
        Ok(caller) => caller,
        Err(denied) => return denied.answer(),
    };
    let variants = &caller.variants;
    let state = sandbox.arqsign_state();
    match find::process(&state, &caller, &id, sandbox.now()) {
        Ok(process) => {
            let signers = process.recipients.iter().filter(|recipient| recipient.signer.is_some());
            let signers: Vec<Value> = signers.map(|recipient| signer(recipient, variants)).collect();
            let told = json!({
                "nomeProcesso": process.name,
                "status": process.status_word(&caller.account),
                "idStatus": process.status.id(),
                "dataConclusao": wire::moment(variants, process.completed_at),
                "dataCancelamento": wire::moment(variants, process.canceled_at),
                "usuarioCancelamento": process.canceled_by,
                "dataExpiracao": wire::moment(variants, process.expires_at()),
                "signatarios": signers,
            });
            wire::reply(variants, told)
        }
        Err(refusal) => wire::refuse(variants, &refusal),
    }
}

fn signer(recipient: &Recipient, variants: &super::config::Variants) -> Value {
    let bit = |value| wire::bit(variants, value);
    let online = recipient.signer.as_ref().map(|signer| &signer.online);
    let code = online.and_then(|online| online.code()).map(|(security, _)| security);
    json!({
        "ordem": recipient.order,
        "IdProcessoDestinatario": recipient.id,
        "nome": recipient.name,
        "idTipoAssinatura": online.map(|online| online.id_tipo_assinatura),
        "IdFormaEnvioProcesso": recipient.contact.id(),
        "email": recipient.contact.email(),
        "telefone": recipient.contact.phone(),
        "papelSignatario": views::roles(recipient),
        "tipoAcao": views::action(recipient),
        "idTipoAcao": 1,
        "IdMeioEnvioCodigoSeguranca": code.and_then(|code| code.id_meio_envio),
        "emailSeguranca": code.and_then(|code| code.codigo_seguranca_email.as_ref()),
        "telefoneSeguranca": code.and_then(|code| code.codigo_seguranca_telefone.as_ref()),
        "permitirReenviarCodigo": code.and_then(|code| code.reenviar_codigo).map(|again| bit(again.0)),
        "falhaEnvio": bit(recipient.failed),
        "falhaEnvioCodigoSeguranca": bit(recipient.code_failed),
        "assinado": bit(recipient.signed_at().is_some()),
        "dataAssinatura": wire::moment(variants, recipient.signed_at()),
        "assinaturaRecusada": bit(recipient.declined().is_some()),
        "motivoRecusa": recipient.declined(),
        "anexos": views::attachments(recipient, true),
    })
}

/// 2.9. The path holds the id of a document.
pub(super) async fn record(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
) -> HttpResponse {
    let caller = match gate::admit(&sandbox, &request) {
        Ok(caller) => caller,
        Err(denied) => return denied.answer(),
    };
    let mut files = Files::default();
    let state = sandbox.arqsign_state();
    let told = find::document(&state, &caller, &id, sandbox.now()).and_then(|(process, place)| {
        if process.status == Status::Created {
            return Err(Refusal::unprocessable(messages::CREATED));
        }
        let stem = process.documents.get(place).map_or("", |document| document.stem());
        Ok(json!({
            "idArquivoProcesso": process.documents.get(place).map(|document| &document.id),
            "nome": format!("{stem}_Registro de Assinaturas.pdf"),
            "base64": files.add(seal::record(&caller.account, process, place)),
        }))
    });
    drop(state);
    match told {
        Ok(told) => files.reply(&caller.variants, told),
        Err(refusal) => wire::refuse(&caller.variants, &refusal),
    }
}

/// A download link: the file itself.
pub(super) async fn linked(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    token: Path<String>,
) -> HttpResponse {
    let state = sandbox.arqsign_state();
    let not_found = || plain(StatusCode::NOT_FOUND, "404 Not Found");
    let Some(link) = state.links.get(token.as_str()) else {
        return not_found();
    };
    if state.variants.links_need_keys
        && gate::by_keys(&state, &request).is_none_or(|account| account.id != link.account)
    {
        return plain(StatusCode::UNAUTHORIZED, "401 Unauthorized");
    }
    if link.expires_at.is_some_and(|end| sandbox.now() >= end) {
        return plain(StatusCode::GONE, "410 Gone");
    }
    let Some(bytes) = content(&state, &link.target) else {
        return not_found();
    };
    let kind =
        if link.filename.to_lowercase().ends_with(".pdf") { "application/pdf" } else { "application/octet-stream" };
    HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(bytes)
}

fn content(state: &State, target: &LinkTarget) -> Option<bytes::Bytes> {
    let process = |id: &str| -> Option<&Process> { state.process(id).filter(|process| !process.deleted) };
    match target {
        LinkTarget::Document { process: id, place } => {
            process(id)?.documents.get(*place).map(|document| document.current().clone())
        }
        LinkTarget::Record { process: id, place } => {
            let process = process(id)?;
            Some(seal::record(state.account(&process.account)?, process, *place))
        }
        LinkTarget::Upload { process: id, recipient, attachment } => {
            let signer = process(id)?.recipients.get(*recipient)?.signer.as_ref()?;
            signer.attachments.get(*attachment)?.upload.as_ref().map(|upload| upload.bytes.clone())
        }
    }
}
