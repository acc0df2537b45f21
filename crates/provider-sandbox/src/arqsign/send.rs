//! Creating and sending a process in one step. Source: contract sections 2.1 and 2.2.

use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::asked::{AskedRecipient, Sending, filled, is_set};
use super::config::{AttachmentsMember, CopyOrder, Variants};
use super::credits::{self, Cost};
use super::files::{self, File};
use super::gate::Caller;
use super::members::{self, Version};
use super::messages::{self, Refusal};
use super::process::{Attachment, Contact, Document, Process, Recipient, Signer, Status};
use super::rules::{self, Case};
use super::shape::Object;
use super::state::State;
use super::views::sign_url;
use super::{find, flow, wire};
use crate::clock::later;
use crate::endpoint;
use crate::sandbox::Sandbox;

/// 2.1.
pub(super) async fn version_2(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    send(&sandbox, &request, payload, Version::V2).await
}

/// 2.2.
pub(super) async fn version_3(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    send(&sandbox, &request, payload, Version::V3).await
}

async fn send(sandbox: &Sandbox, request: &HttpRequest, payload: Payload, version: Version) -> HttpResponse {
    let (caller, body) = match find::accepted(sandbox, request, payload).await {
        Ok(accepted) => accepted,
        Err(answer) => return answer,
    };
    let empty = Object::new();
    let sending = match &body.json {
        Value::Object(sent) => members::read(sent, version, &caller.variants),
        Value::Null => members::read(&empty, version, &caller.variants),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Some(Refusal::bad_request(messages::UNKNOWN_MEMBER)))
        }
    };
    let sending = match sending {
        Ok(sending) => sending,
        Err(refusal) => return wire::refuse_or_fail(&caller.variants, refusal.as_ref()),
    };
    let files = files::collect(sandbox, &body).await;
    let case = Case { account: &caller.account, sending: &sending, files: &files };
    if let Err(refusal) = rules::check(&case, &caller.variants) {
        return wire::refuse(&caller.variants, &refusal);
    }
    let lag = TimeDelta::try_seconds(i64::try_from(endpoint::lookup_lag_s(request)).unwrap_or(i64::MAX));
    let visible_from = later(sandbox.now(), lag.unwrap_or(TimeDelta::MAX));
    let accepted = {
        let mut state = sandbox.arqsign_state();
        accept(&mut state, &caller, &sending, &files, (sandbox.now(), visible_from))
    };
    match accepted {
        Ok(id) => {
            // Said before anybody acts: a scripted signer is faster than the answer.
            let answer = answer(&sandbox.arqsign_state(), sandbox.base_url(), &id, version);
            flow::begin(sandbox, &id).await;
            wire::reply(&caller.variants, answer)
        }
        Err(refusal) => wire::refuse(&caller.variants, &refusal),
    }
}

/// Files the process of a checked sending and takes its price.
fn accept(
    state: &mut State,
    caller: &Caller,
    sending: &Sending,
    files: &[File],
    (now, visible_from): (DateTime<Utc>, DateTime<Utc>),
) -> Result<String, Refusal> {
    let recipients: Vec<Recipient> =
        sending.destinatarios.iter().map(|asked| recipient(state, sending, asked)).collect();
    let cost = Cost { sendings: 1, ..Cost::of_messages(&recipients) };
    let id = state.new_id();
    credits::charge(state, &caller.account.id, &id, cost, now)
        .map_err(|()| Refusal::rule(&caller.variants, messages::NO_CREDIT))?;
    let documents = sending.documentos.iter().zip(files).enumerate().map(|(place, (asked, file))| Document {
        id: state.new_id(),
        order: asked.ordem_documento.unwrap_or_else(|| i64::try_from(place + 1).unwrap_or(i64::MAX)),
        name: asked.nome_com_extensao.clone(),
        original: file.bytes.clone(),
        sha256: file.sha256.clone(),
        signed: None,
        shared: None,
    });
    let documents = documents.collect();
    let advanced = sending.configuracoes_avancadas.unwrap_or_default();
    let defaults = caller.account.defaults;
    let positive = |days: Option<i64>| days.filter(|days| *days > 0);
    let process = Process {
        id: id.clone(),
        account: caller.account.id.clone(),
        name: sending.nome_processo.clone(),
        folder: sending.id_pasta.clone(),
        sender: sending.id_responsavel.clone(),
        status: Status::Created,
        created_at: now,
        sent_at: None,
        completed_at: None,
        canceled_at: None,
        canceled_by: None,
        resent_at: None,
        expiry_days: positive(advanced.tempo_expiracao_documento_dias).unwrap_or(defaults.expiry_days),
        warning_days: positive(advanced.aviso_antes_expiracao_documento_dias).unwrap_or(defaults.warning_days),
        reminder_days: positive(advanced.frequencia_lembretes_dias).or(defaults.reminder_days),
        // 0 falls back to the account's default, as absent does (quirk 18).
        qr_code: is_set(advanced.gerar_qr_code) || defaults.qr_code,
        must_read: is_set(advanced.obrigar_leitura) || defaults.must_read,
        renewal_months: sending.renovacao_meses,
        title: sending.mensagem_padrao.as_ref().and_then(|message| message.titulo.clone()),
        text: sending.mensagem_padrao.as_ref().and_then(|message| message.texto.clone()),
        automatic_position: sending.usar_posicao_assinatura_automatica.0,
        recipients,
        documents,
        expired_early: false,
        deleted: false,
        sealing: false,
        visible_from,
    };
    state.insert(process);
    Ok(id)
}

fn recipient(state: &mut State, sending: &Sending, asked: &AskedRecipient) -> Recipient {
    let contact = match asked.email() {
        Some(email) => Contact::Email(email.to_owned()),
        None => Contact::WhatsApp(asked.phone().unwrap_or_default().to_owned()),
    };
    let signer = asked.online().map(|online| Signer {
        attachments: online.attachments().iter().map(|wanted| Attachment::new(state.new_id(), wanted)).collect(),
        online,
        deed: None,
        opened: Vec::new(),
    });
    let ordered = sending.usar_ordem_assinatura.0 && asked.signs();
    Recipient {
        id: state.new_id(),
        name: filled(Some(&asked.nome)).unwrap_or_default().to_owned(),
        contact,
        order: if ordered { asked.ordem_assinatura.unwrap_or(1) } else { 1 },
        token: state.new_token(),
        visual: asked.representacao_visual_assinatura,
        notifications: asked.alterar_notificacoes,
        link_wanted: is_set(asked.retornar_link_processo),
        signer,
        notified: false,
        failed: false,
        code_failed: false,
    }
}

fn answer(state: &State, base_url: &str, id: &str, version: Version) -> Value {
    let variants = &state.variants;
    let Some(process) = state.process(id) else {
        return Value::Null;
    };
    if variants.seed_send_answer {
        let documents = process.documents.iter().map(|document| json!({ "id": document.id, "nome": document.name }));
        return json!({ "IdProcesso": process.id, "documentos": documents.collect::<Vec<_>>() });
    }
    let documents = process
        .documents
        .iter()
        .map(|document| json!({ "id": document.id, "ordem": document.order, "nome": document.name }));
    let documents: Vec<Value> = documents.collect();
    let mut recipients: Vec<Value> = process
        .recipients
        .iter()
        .map(|recipient| {
            let mut told = told_recipient(recipient, variants);
            if version == Version::V3 {
                let link = recipient.link_wanted && recipient.signer.is_some();
                wire::put(&mut told, "linkProcesso", link.then(|| sign_url(base_url, &recipient.token)));
            }
            told
        })
        .collect();
    if variants.recipients_reversed {
        recipients.reverse();
    }
    json!({ "IdProcesso": process.id, "documentos": documents, "destinatarios": recipients })
}

fn told_recipient(recipient: &Recipient, variants: &Variants) -> Value {
    let order = match (&recipient.signer, variants.copy_order) {
        (Some(_), _) => Some(recipient.order),
        (None, CopyOrder::Null) => None,
        (None, CopyOrder::Zero) => Some(0),
        (None, CopyOrder::One) => Some(1),
    };
    let mut told = json!({
        "idProcessoDestinatario": recipient.id,
        "ordem": order,
        "formaEnvio": recipient.contact.text(),
        "nomeSignatario": recipient.name,
    });
    let attachments = recipient.signer.iter().flat_map(|signer| &signer.attachments);
    let asked: Vec<Value> = attachments.map(|wanted| json!({ "id": wanted.id, "nome": wanted.name })).collect();
    match variants.attachments_member {
        AttachmentsMember::Configured => {
            wire::put(&mut told, "configuracoesAnexos", if asked.is_empty() { Value::Null } else { asked.into() });
        }
        AttachmentsMember::Null => wire::put(&mut told, "anexos", Value::Null),
    }
    told
}
