//! Deliveries to webhooks: what they carry, how they are signed, tried again and switched off. Source: contract section 4.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use chrono::Utc;
use serde_json::{Map, Value, json};

use super::VENDOR;
use super::accounts::Account;
use super::config::{HmacShape, KeyCase, Variants};
use super::process::Process;
use super::state::State;
use super::views_of_process::{self as views, Links};
use super::webhooks::{Webhook, WebhookStatus};
use super::wire::{self, Files};
use crate::callbacks::{self, Callback, CallbackBody, CallbackVerdict};
use crate::sandbox::Sandbox;

/// What happened to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    Sent,
    DeliveryFailed,
    Signed,
    Declined,
    Canceled,
    Expired,
    Resent,
    Completed,
}

const ALL: [Trigger; 8] = [
    Trigger::Sent,
    Trigger::DeliveryFailed,
    Trigger::Signed,
    Trigger::Declined,
    Trigger::Canceled,
    Trigger::Expired,
    Trigger::Resent,
    Trigger::Completed,
];

impl Trigger {
    pub(super) fn from_id(id: i64) -> Option<Self> {
        ALL.into_iter().find(|trigger| trigger.id() == id)
    }

    pub(super) fn id(self) -> i64 {
        match self {
            Self::Sent => 1,
            Self::DeliveryFailed => 2,
            Self::Signed => 3,
            Self::Declined => 4,
            Self::Canceled => 5,
            Self::Expired => 6,
            Self::Resent => 7,
            Self::Completed => 8,
        }
    }

    /// `Evento`; only the last is attested (A13).
    fn event(self) -> &'static str {
        match self {
            Self::Sent => "ProcessoEnviado",
            Self::DeliveryFailed => "ProcessoFalhaEnvio",
            Self::Signed => "ProcessoAssinado",
            Self::Declined => "ProcessoRecusado",
            Self::Canceled => "ProcessoCancelado",
            Self::Expired => "ProcessoExpirado",
            Self::Resent => "ProcessoReenviado",
            Self::Completed => "ProcessoConcluido",
        }
    }

    /// The name in 2.16; the first is the contract's example.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Sent => "Processo enviado",
            Self::DeliveryFailed => "Falha no envio",
            Self::Signed => "Assinado por um signatário",
            Self::Declined => "Recusado por um signatário",
            Self::Canceled => "Processo cancelado",
            Self::Expired => "Processo expirado",
            Self::Resent => "Processo reenviado",
            Self::Completed => "Processo concluído",
        }
    }

    /// Whether the payload lists only the signer that it is about.
    fn names_one(self) -> bool {
        matches!(self, Self::DeliveryFailed | Self::Signed)
    }
}

/// Pauses between the 14 attempts: 0, 5 min, 15 min, 30 min, 1 h, 2 h, 4 h, 8 h, 16 h, 1 d, 2 d, 3 d, 4 d, 5 d after the first, in minutes.
const PAUSES_MIN: [u64; 13] = [5, 10, 15, 30, 60, 120, 240, 480, 480, 1440, 1440, 1440, 1440];

/// Tells the webhooks that listen.
pub(super) fn announce(sandbox: &Sandbox, process: &str, trigger: Trigger, recipient: Option<usize>) {
    let callbacks = {
        let mut state = sandbox.arqsign_state();
        let heard: Vec<Webhook> = {
            let Some(process) = state.process(process) else {
                return;
            };
            let Some(account) = state.account(&process.account) else {
                return;
            };
            let own = state.webhooks.iter().filter(|webhook| webhook.account == account.id && webhook.hears(trigger));
            own.filter(|webhook| webhook.covers(account, &process.sender, &process.folder)).cloned().collect()
        };
        let each = heard.iter().filter_map(|webhook| {
            callback(&mut state, sandbox, webhook, process, trigger, recipient.filter(|_| trigger.names_one()))
        });
        each.collect::<Vec<_>>()
    };
    for callback in callbacks {
        callbacks::send_while(sandbox, callback, still_wanted);
    }
}

fn callback(
    state: &mut State,
    sandbox: &Sandbox,
    webhook: &Webhook,
    process: &str,
    trigger: Trigger,
    recipient: Option<usize>,
) -> Option<Callback> {
    let variants = state.variants.clone();
    let mut files = Files::default();
    let (base, mut links) = (base_fields(&variants, webhook, process, trigger, sandbox), Links::new(sandbox));
    let more = {
        let process = state.process(process)?;
        let account = state.account(&process.account)?;
        let mut more = Map::new();
        if webhook.wanted.process {
            more.extend(process_fields(account, process, &variants));
        }
        if webhook.wanted.signers {
            more.insert("Signatarios".to_owned(), signers(process, &variants, recipient, &mut links));
        }
        let wanted = webhook.wanted;
        if wanted.documents || wanted.shared_links || wanted.records {
            more.insert(
                "Documentos".to_owned(),
                documents(account, process, webhook, &variants, &mut links, &mut files),
            );
        }
        more
    };
    links.store(state);
    let case = if variants.webhook_keys == KeyCase::Documented { KeyCase::Pascal } else { variants.webhook_keys };
    let body = wire::with_keys(Value::Object(base.into_iter().chain(more).collect()), case);
    let bytes = files.into_text(&body).into_bytes();
    let retries = webhook.waits || variants.failures_count_without_waiting;
    Some(Callback {
        vendor: VENDOR,
        reference: process.to_owned(),
        url: webhook.url.clone(),
        body: CallbackBody::Json {
            headers: vec![("HMAC", signature(&variants, &webhook.key, &bytes))],
            bytes: bytes.into(),
        },
        read_reply,
        mailed_when_unreadable: None,
        retries: if retries {
            PAUSES_MIN.map(|minutes| Duration::from_secs(minutes * 60)).to_vec()
        } else {
            Vec::new()
        },
        afterwards: Some(judge),
    })
}

fn base_fields(
    variants: &Variants,
    webhook: &Webhook,
    process: &str,
    trigger: Trigger,
    sandbox: &Sandbox,
) -> Map<String, Value> {
    let named = variants.webhook_event_names.iter().find(|(id, _)| *id == trigger.id());
    let mut base = Map::new();
    base.insert("Evento".to_owned(), named.map_or(trigger.event(), |(_, name)| name).into());
    if !variants.webhook_without_event_id {
        base.insert("IdEvento".to_owned(), trigger.id().into());
    }
    base.insert("IdProcesso".to_owned(), process.into());
    base.insert("IdConta".to_owned(), webhook.account.clone().into());
    base.insert("IdWebhook".to_owned(), webhook.id.clone().into());
    base.insert("DataHoraAtual".to_owned(), sandbox.now().format("%d/%m/%Y %H:%M:%S").to_string().into());
    base
}

fn process_fields(account: &Account, process: &Process, variants: &Variants) -> Map<String, Value> {
    let mut fields = views::head(account, process, variants);
    let (word, id) = (fields.shift_remove("status"), fields.shift_remove("idStatus"));
    if variants.webhook_status_of_2024 {
        fields.insert("status".to_owned(), word.unwrap_or_default());
    } else {
        fields.insert("statusProcesso".to_owned(), word.unwrap_or_default());
        fields.insert("idStatusProcesso".to_owned(), id.unwrap_or_default());
    }
    fields
}

/// The recipients as 2.3 tells them, with the differences that the receiver of a third party shows.
fn signers(process: &Process, variants: &Variants, only: Option<usize>, links: &mut Links<'_>) -> Value {
    let chosen = process.recipients.iter().enumerate().filter(|(place, _)| only.is_none_or(|only| only == *place));
    let told = chosen.map(|(place, recipient)| {
        let mut told = views::recipient(process, recipient, variants);
        wire::put(&mut told, "assinaturaRecusada", recipient.declined().is_some().to_string());
        // The receiver knows them by the spelling that 2.3 lacks.
        if let Some(person) = told.pointer_mut("/dadosAssinatura/dadosPessoaFisica").and_then(Value::as_object_mut)
            && let Some(number) = person.shift_remove("numeroDocumetoPessoaFisica")
        {
            person.insert("NumeroDocumentoPessoaFisica".to_owned(), number);
        }
        if let Some(data) = told.get_mut("dadosAssinatura") {
            wire::put(data, "anexos", attachments(process, place, links));
        }
        told
    });
    told.collect::<Vec<_>>().into()
}

fn attachments(process: &Process, place: usize, links: &mut Links<'_>) -> Value {
    let Some(signer) = process.recipients.get(place).and_then(|recipient| recipient.signer.as_ref()) else {
        return Value::Null;
    };
    let given = signer.attachments.iter().enumerate().filter_map(|(attachment, asked)| {
        let upload = asked.upload.as_ref()?;
        Some(json!({
            "Id": upload.id,
            "AnexoDocumentoNome": format!("{} {}", asked.name, upload.filename),
            "LinkParaBaixarDocumento": links.upload(process, place, attachment),
        }))
    });
    given.collect::<Vec<_>>().into()
}

fn documents(
    account: &Account,
    process: &Process,
    webhook: &Webhook,
    variants: &Variants,
    links: &mut Links<'_>,
    files: &mut Files,
) -> Value {
    let wanted = webhook.wanted;
    let told = process.documents.iter().enumerate().map(|(place, document)| {
        let mut told = json!({
            "Id": document.id,
            "OrdemDocumento": document.order,
            "NomeDocumento": document.name,
        });
        if wanted.documents && wanted.documents_as_links {
            wire::put(&mut told, "LinkParaBaixarDocumento", links.document(process, place));
        } else if wanted.documents {
            wire::put(&mut told, "Base64Documento", files.add(document.current().clone()));
        }
        if wanted.shared_links {
            wire::put(&mut told, "LinkDocumentosCompartilhados", links.shared(document));
        }
        if wanted.records {
            let name = format!("{}_registro de assinaturas.pdf", document.stem());
            let mut record = json!({ "NomeRegistro": name });
            if wanted.records_as_links {
                // The link's name is this simulator's.
                wire::put(&mut record, "LinkParaBaixarRegistro", links.record(process, place, &name));
            } else {
                let file = files.add(super::seal::record(account, process, place));
                wire::put(&mut record, "Base64Registro", file);
            }
            let records = if variants.webhook_records_as_array { vec![record].into() } else { record };
            wire::put(&mut told, "RegistroAssinaturas", records);
        }
        told
    });
    told.collect::<Vec<_>>().into()
}

/// HMAC-SHA256 of the raw body under the configuration's key as text.
fn signature(variants: &Variants, key: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), body);
    match variants.hmac {
        HmacShape::Base64 => BASE64_STANDARD.encode(tag),
        HmacShape::Hex => hex::encode(tag),
    }
}

/// Exactly 200 counts.
fn read_reply(status: u16, _: &[u8]) -> CallbackVerdict {
    if status == 200 { CallbackVerdict::Accepted } else { CallbackVerdict::Refused }
}

/// The configuration and the trigger of a delivery, told from its own body.
fn origin(callback: &Callback) -> Option<(String, Option<Trigger>)> {
    let CallbackBody::Json { bytes, .. } = &callback.body else {
        return None;
    };
    let body: Value = serde_json::from_slice(bytes).ok()?;
    let member = |name: &str| {
        body.as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| v.clone())
    };
    let id = member("idWebhook")?.as_str()?.to_owned();
    let by_id = member("idEvento").and_then(|id| Trigger::from_id(id.as_i64()?));
    let by_name = || {
        let event = member("evento")?;
        ALL.into_iter().find(|trigger| Some(trigger.event()) == event.as_str())
    };
    Some((id, by_id.or_else(by_name)))
}

/// Whether the configuration and its trigger are still on: what waits is dropped when they are switched off.
fn still_wanted(sandbox: &Sandbox, callback: &Callback) -> bool {
    let Some((id, trigger)) = origin(callback) else {
        return true;
    };
    let state = sandbox.arqsign_state();
    let webhook = state.webhooks.iter().find(|webhook| webhook.id == id);
    webhook.is_some_and(|webhook| match trigger {
        Some(trigger) => webhook.hears(trigger),
        None => webhook.status == WebhookStatus::Active,
    })
}

/// 401, 403 and 404 switch the whole configuration off at once; the last failure of a delivery switches its trigger off.
fn judge(sandbox: &Sandbox, callback: &Callback, status: Option<u16>) {
    if status == Some(200) {
        return;
    }
    let Some((id, trigger)) = origin(callback) else {
        return;
    };
    let mut state = sandbox.arqsign_state();
    let counts_anyway = state.variants.failures_count_without_waiting;
    let Some(webhook) = state.webhooks.iter_mut().find(|webhook| webhook.id == id) else {
        return;
    };
    if !webhook.waits && !counts_anyway {
        return;
    }
    if matches!(status, Some(401 | 403 | 404)) {
        tracing::info!(webhook = webhook.id, at = %Utc::now(), "a sandbox webhook was switched off after a refusal");
        webhook.status = WebhookStatus::Failed;
    } else if callback.retries.is_empty() {
        for (known, on) in &mut webhook.triggers {
            if Some(*known) == trigger {
                *on = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attempts_come_at_the_documented_times() {
        let mut after = 0;
        let times: Vec<u64> = PAUSES_MIN
            .into_iter()
            .map(|pause| {
                after += pause;
                after
            })
            .collect();
        assert_eq!(times, [5, 15, 30, 60, 120, 240, 480, 960, 1440, 2880, 4320, 5760, 7200]);
        assert_eq!(times.len() + 1, 14);
    }

    #[test]
    fn only_200_is_taken_as_received() {
        assert_eq!(read_reply(200, b""), CallbackVerdict::Accepted);
        for status in [201, 202, 204, 302, 400, 404, 500] {
            assert_eq!(read_reply(status, b"ok"), CallbackVerdict::Refused);
        }
    }
}
