//! Resending a process, with or without corrections of its signers. Source: contract section 2.7.

use actix_web::web::{Path, Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::asked::{Bit, KnownData, filled, is_set};
use super::config::Variants;
use super::credits::{self, Cost};
use super::gate::Caller;
use super::messages::{self, Refusal};
use super::process::{Contact, Process, Recipient};
use super::shape::{ANY_LENGTH, Faults, Kind, Member, optional, required};
use super::state::{Seat, State};
use super::{find, flow, interventions, rules, wire};
use crate::ledger::NoticeKind;
use crate::sandbox::Sandbox;

const DATA: Kind = Kind::Object(&[
    // Its length has a message of its own.
    optional("nome", Kind::Text(ANY_LENGTH)),
    optional("numeroDocumento", Kind::Text(ANY_LENGTH)),
    optional("validar", Kind::Bit),
    optional("DescartarDadosAnteriores", Kind::Bit),
]);
const DATA_OF_TEXT: Kind = Kind::Object(&[
    optional("nome", Kind::Text(ANY_LENGTH)),
    optional("numeroDocumento", Kind::Text(ANY_LENGTH)),
    optional("validarDocumento", Kind::Bit),
    optional("DescartarDadosAnteriores", Kind::Bit),
]);
const COMMON: &[Member] = &[
    required("idProcessoDestinatario", Kind::Guid),
    optional("idFormaEnvioProcesso", Kind::Int(1, 2)),
    optional("nome", Kind::Text(150)),
    optional("email", Kind::Text(150)),
    optional("telefone", Kind::Text(20)),
    optional("idMeioEnvioCodigoSeguranca", Kind::AnyInt),
    optional("emailSeguranca", Kind::Text(150)),
    optional("telefoneSeguranca", Kind::Text(20)),
    optional("permitirReenviarCodigo", Kind::Bit),
];
const WITH_VALIDAR: &[Member] =
    &[optional("dadosAssinatura", Kind::Object(&[optional("signatario", DATA), optional("empresa", DATA)]))];
const WITH_VALIDAR_DOCUMENTO: &[Member] = &[optional(
    "dadosAssinatura",
    Kind::Object(&[optional("signatario", DATA_OF_TEXT), optional("empresa", DATA_OF_TEXT)]),
)];

/// A correction of one signer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Correction {
    id_processo_destinatario: String,
    id_forma_envio_processo: Option<i64>,
    nome: Option<String>,
    email: Option<String>,
    telefone: Option<String>,
    id_meio_envio_codigo_seguranca: Option<i64>,
    email_seguranca: Option<String>,
    telefone_seguranca: Option<String>,
    permitir_reenviar_codigo: Option<Bit>,
    dados_assinatura: Option<CorrectedData>,
}

#[derive(Clone, Debug, Deserialize)]
struct CorrectedData {
    signatario: Option<CorrectedPerson>,
    empresa: Option<CorrectedPerson>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CorrectedPerson {
    nome: Option<String>,
    numero_documento: Option<String>,
    #[serde(alias = "validarDocumento")]
    validar: Option<Bit>,
    #[serde(rename = "DescartarDadosAnteriores")]
    discard: Option<Bit>,
}

/// 2.7.
pub(super) async fn resend(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let (caller, body) = match find::accepted(&sandbox, &request, payload).await {
        Ok(accepted) => accepted,
        Err(answer) => return answer,
    };
    let done = corrections(&body.json, &caller.variants)
        .and_then(|corrections| change(&sandbox, &caller, &id, &corrections).map_err(Some));
    match done {
        Ok((id, places)) => {
            // Without a correction it is the same people at the same addresses who are written to again.
            let again = body.json.as_array().is_some_and(Vec::is_empty);
            let kind = if again { NoticeKind::Reminder } else { NoticeKind::Invitation };
            flow::resent(&sandbox, &id, &places, kind);
            let state = sandbox.arqsign_state();
            let told = state.process(&id).map(pending).unwrap_or_default();
            drop(state);
            wire::reply(&caller.variants, told)
        }
        Err(refusal) => wire::refuse_or_fail(&caller.variants, refusal.as_ref()),
    }
}

fn corrections(sent: &Value, variants: &Variants) -> Result<Vec<Correction>, Option<Refusal>> {
    let wrong = || Some(Refusal::bad_request(messages::UNKNOWN_MEMBER));
    let data = if variants.resend_validar_documento { WITH_VALIDAR_DOCUMENTO } else { WITH_VALIDAR };
    let entries = sent.as_array().ok_or_else(wrong)?;
    let mut faults = Faults::default();
    for entry in entries {
        let entry = entry.as_object().ok_or_else(wrong)?;
        faults.object(entry, &[COMMON, data], variants.request_bits);
    }
    faults.verdict(variants)?;
    serde_json::from_value(sent.clone()).map_err(|_| wrong())
}

/// Carries the corrections out, moves the expiry and renews the tokens; gives the process's id and whom to write to.
fn change(
    sandbox: &Sandbox,
    caller: &Caller,
    id: &str,
    corrections: &[Correction],
) -> Result<(String, Vec<usize>), Refusal> {
    let now = sandbox.now();
    let mut state = sandbox.arqsign_state();
    let process = find::process(&state, caller, id, now)?;
    interventions::open_for_changes(process.status, process.sealing)?;
    let id = process.id.clone();
    let mut changed = process.clone();
    let mut places = Vec::new();
    for correction in corrections {
        places.push(correct(&mut changed, correction, &caller.variants)?);
    }
    let open = changed.open_order();
    if corrections.is_empty() {
        let everybody = changed.recipients.iter().enumerate();
        places = everybody.filter(|(_, recipient)| recipient.is_pending()).map(|(place, _)| place).collect();
    }
    places.retain(|place| changed.recipients.get(*place).is_some_and(|recipient| Some(recipient.order) == open));
    let written = places.iter().filter_map(|place| changed.recipients.get(*place));
    let cost = Cost::of_messages(written);
    credits::charge(&mut state, &caller.account.id, &id, cost, now)
        .map_err(|()| Refusal::rule(&caller.variants, messages::NO_CREDIT))?;
    store(&mut state, changed, now);
    Ok((id, places))
}

fn store(state: &mut State, changed: Process, now: DateTime<Utc>) {
    let id = changed.id.clone();
    let pending: Vec<usize> = {
        let places = changed.recipients.iter().enumerate();
        places.filter(|(_, recipient)| recipient.is_pending()).map(|(place, _)| place).collect()
    };
    if let Some(process) = state.process_mut(&id) {
        *process = changed;
        process.resent_at = Some(now);
        process.expired_early = false;
    }
    for place in pending {
        state.renew_token(&Seat { process: id.clone(), place });
    }
}

/// Changes one signer, who must not have signed yet.
fn correct(process: &mut Process, correction: &Correction, variants: &Variants) -> Result<usize, Refusal> {
    let unknown = || messages::unknown_ids(variants, &["idProcessoDestinatario"]);
    let id = &correction.id_processo_destinatario;
    let place = process.recipients.iter().position(|recipient| recipient.id.eq_ignore_ascii_case(id));
    let place = place.ok_or_else(unknown)?;
    let recipient = process.recipients.get_mut(place).filter(|recipient| recipient.is_pending()).ok_or_else(unknown)?;
    contact(recipient, correction, variants)?;
    if let Some(name) = filled(correction.nome.as_ref()) {
        recipient.name = name.to_owned();
    }
    code(recipient, correction, variants)?;
    if let Some(data) = &correction.dados_assinatura {
        data_of(recipient, data, variants)?;
    }
    Ok(place)
}

fn contact(recipient: &mut Recipient, correction: &Correction, variants: &Variants) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::rule(variants, message));
    let (email, phone) = (filled(correction.email.as_ref()), filled(correction.telefone.as_ref()));
    if email.is_none() && phone.is_none() && correction.id_forma_envio_processo.is_none() {
        return Ok(());
    }
    if email.is_some() && phone.is_some() {
        return refuse(messages::TWO_CONTACTS);
    }
    match (correction.id_forma_envio_processo.unwrap_or_else(|| recipient.contact.id()), email, phone) {
        (1, Some(email), _) if rules::is_email(email) => recipient.contact = Contact::Email(email.to_owned()),
        (1, Some(_), _) => return refuse(messages::BAD_EMAIL),
        (2, _, Some(phone)) => {
            if !rules::is_phone(phone) {
                return refuse(messages::BAD_PHONE);
            }
            if recipient.signer.as_ref().is_some_and(|signer| !signer.online.is_electronic()) {
                return refuse(messages::WHATSAPP_WITH_CERTIFICATE);
            }
            recipient.contact = Contact::WhatsApp(phone.to_owned());
        }
        _ => return refuse(messages::NO_CONTACT),
    }
    recipient.failed = false;
    Ok(())
}

/// Where the access code goes; only for somebody who has one.
fn code(recipient: &mut Recipient, correction: &Correction, variants: &Variants) -> Result<(), Refusal> {
    let asked = correction.id_meio_envio_codigo_seguranca.is_some()
        || filled(correction.email_seguranca.as_ref()).is_some()
        || filled(correction.telefone_seguranca.as_ref()).is_some()
        || correction.permitir_reenviar_codigo.is_some();
    if !asked {
        return Ok(());
    }
    let online = recipient.signer.as_mut().map(|signer| &mut signer.online);
    let security = online.filter(|online| online.code().is_some()).and_then(|online| online.seguranca.as_mut());
    let security = security.ok_or_else(|| Refusal::bad_request(messages::UNKNOWN_MEMBER))?;
    let mut changed = security.clone();
    if let Some(channel) = correction.id_meio_envio_codigo_seguranca {
        changed.id_meio_envio = Some(channel);
        changed.codigo_seguranca_email = None;
        changed.codigo_seguranca_telefone = None;
    }
    if filled(correction.email_seguranca.as_ref()).is_some() {
        changed.codigo_seguranca_email.clone_from(&correction.email_seguranca);
    }
    if filled(correction.telefone_seguranca.as_ref()).is_some() {
        changed.codigo_seguranca_telefone.clone_from(&correction.telefone_seguranca);
    }
    changed.reenviar_codigo = correction.permitir_reenviar_codigo.or(changed.reenviar_codigo);
    if let Some(broken) = rules::broken_code(&changed) {
        return Err(Refusal::rule(variants, broken));
    }
    *security = changed;
    recipient.code_failed = false;
    Ok(())
}

/// Data to prefill or validate; only where the sending configured some.
fn data_of(recipient: &mut Recipient, corrected: &CorrectedData, variants: &Variants) -> Result<(), Refusal> {
    let unknown = || Refusal::bad_request(messages::UNKNOWN_MEMBER);
    let online = recipient.signer.as_mut().map(|signer| &mut signer.online).ok_or_else(unknown)?;
    let data = online.data_mut().ok_or_else(unknown)?;
    for (known, corrected) in [(&mut data.signatario, &corrected.signatario), (&mut data.empresa, &corrected.empresa)] {
        let Some(corrected) = corrected else {
            continue;
        };
        if corrected.nome.as_ref().is_some_and(|name| name.chars().count() > 250) {
            return Err(Refusal::rule(variants, messages::NAME_TOO_LONG));
        }
        merge(known.as_mut().ok_or_else(unknown)?, corrected);
    }
    if rules::numbers_fit(online) { Ok(()) } else { Err(Refusal::rule(variants, messages::BAD_NUMBER)) }
}

fn merge(known: &mut KnownData, corrected: &CorrectedPerson) {
    let (name, number) = (filled(corrected.nome.as_ref()), filled(corrected.numero_documento.as_ref()));
    // Ignored when both are sent: nothing would be left to drop.
    if is_set(corrected.discard) {
        known.nome = None;
        known.numero_documento = None;
    }
    if let Some(name) = name {
        known.nome = Some(name.to_owned());
    }
    if let Some(number) = number {
        known.numero_documento = Some(number.to_owned());
    }
    known.validar_documento = corrected.validar.or(known.validar_documento);
}

/// All pending signers, whether corrected or not.
fn pending(process: &Process) -> Value {
    let pending = process.recipients.iter().filter(|recipient| recipient.is_pending()).map(|recipient| {
        let attachments = recipient.signer.iter().flat_map(|signer| &signer.attachments);
        let attachments = attachments.map(|asked| json!({ "idConfiguracaoAnexo": asked.id, "nomeAnexo": asked.name }));
        json!({
            "idProcessoDestinatario": recipient.id,
            "ordem": recipient.order,
            "formaEnvioProcesso": recipient.contact.text(),
            "nome": recipient.name,
            "anexos": attachments.collect::<Vec<_>>(),
        })
    });
    pending.collect::<Vec<_>>().into()
}
