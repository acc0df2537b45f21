//! Creating and sending: one call with all documents and recipients. It happens once; nothing can be looked up after it.
//! Source: contract sections 2.1, 2.2 and 5.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::facts::{Difference, Reading, RecipientReading};
use domain::ids::SubmissionId;
use domain::order::Order;
use domain::outcome::{Doubt, Outcome};
use domain::states::SubmissionState;
use domain::steps::{Start, Step, StepOutput, SubmissionPlan, WhenInDoubt};
use serde_json::Value;

use super::ArqAccount;
use super::blame::Scope;
use super::contacts::{Contact, contact, file_names, gets_link, is_contact, is_sequential, signers, turn};
use super::endpoints::Endpoint;
use super::limits::{DAYS, PROCESS_NAME_CHARS, TITLE_CHARS, cut};
use super::linking;
use super::options::EnvelopeOptions;
use super::reading::invited;
use super::recipient::Writer;
use super::wire::{received, sent};
use crate::call::{Body, Call, FileRef, FileSource};
use crate::provider::{Moment, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// The step that creates and sends.
pub(super) const CREATE_AND_SEND: &str = "create_and_send";
/// The step that learns the vendor's ids of the recipients.
pub(super) const LINK_RECIPIENTS: &str = "link_recipients";
/// The value of [`CREATE_AND_SEND`] that tells when it was answered.
pub(super) const CREATED_AT: &str = "created_at";

impl ArqAccount {
    /// One process for the whole envelope.
    pub(super) fn plan(&self, order: &Order) -> Vec<SubmissionPlan> {
        let hold = Duration::from_secs(self.checked.settings.ambiguous_wait_s);
        vec![SubmissionPlan {
            ordinal: 0,
            documents: order.documents.iter().map(|d| d.id).collect(),
            recipients: order.recipients.iter().map(|r| r.id).collect(),
            start: Start::AtOnce,
            steps: vec![
                Step::once(CREATE_AND_SEND, WhenInDoubt::Park { hold }).making_live(),
                Step::repeatable(LINK_RECIPIENTS).needing([CREATE_AND_SEND]),
            ],
            clean_up: Vec::new(),
        }]
    }

    /// The call that creates and sends the process.
    pub(super) fn send_request(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let order = submission.order;
        let mut documentos = Vec::new();
        let mut files = Vec::new();
        for ((index, document), name) in order.documents.iter().enumerate().zip(file_names(&order.documents)) {
            let token = format!("file-{index}-{}", hex::encode(moment.random));
            let file = submission.signed_before.get(&document.id).map_or_else(
                || FileRef::plain(FileSource::Document(document.id), document.size),
                |file| FileRef::plain(FileSource::Stored(file.key.clone()), file.size),
            );
            documentos.push(sent::Document {
                ordem_documento: document.order,
                nome_com_extensao: name,
                arquivo: token.clone(),
            });
            files.push((token, file));
        }
        let template = serde_json::to_value(self.process(submission.id, order, documentos, moment.now)?)
            .map_err(|_| Unbuildable::Defect("The process is no JSON.".to_owned()))?;
        Ok(self.call(Endpoint::Send, None)?.body(Body::JsonWithFiles { template, files }))
    }

    fn process<'a>(
        &'a self,
        id: SubmissionId,
        order: &'a Order,
        documentos: Vec<sent::Document>,
        now: DateTime<Utc>,
    ) -> Result<sent::Process<'a>, Unbuildable> {
        let settings = &self.checked.settings;
        let options = EnvelopeOptions::of(order);
        let bit = |name: &str, yes: bool| settings.bit_encoding.write(name, yes);
        let manual = is_manual(order);
        let writer = Writer { settings, order, manual };
        let given = |name: &str| domain::order::options_of(&order.spec.provider_options, super::KIND).get(name);
        let id_of = |name: &str, account: &'a str| given(name).and_then(Value::as_str).unwrap_or(account);
        Ok(sent::Process {
            id_responsavel: id_of("id_responsavel", &settings.id_responsavel),
            nome_processo: process_name(&order.spec.subject, id),
            id_pasta: id_of("id_pasta", &settings.id_pasta),
            configuracoes_avancadas: sent::Advanced {
                tempo_expiracao_documento_dias: order.spec.expires_at.map(|at| days_until(at, now)),
                aviso_antes_expiracao_documento_dias: options.aviso_expiracao_dias,
                frequencia_lembretes_dias: order.spec.reminders.map(|r| r.every_days),
                gerar_qr_code: options.gerar_qr_code.map(|yes| bit("gerarQrCode", yes)),
                obrigar_leitura: options.obrigar_leitura.map(|yes| bit("obrigarLeitura", yes)),
            },
            renovacao_meses: options.renovacao_meses,
            mensagem_padrao: sent::Message {
                titulo: cut(&order.spec.subject, TITLE_CHARS),
                texto: order.spec.message.clone().filter(|text| !text.trim().is_empty()),
            },
            usar_ordem_assinatura: bit("usarOrdemAssinatura", is_sequential(order)),
            usar_posicao_assinatura_automatica: bit("usarPosicaoAssinaturaAutomatica", !manual),
            destinatarios: order.recipients.iter().map(|r| writer.recipient(&r.spec)).collect::<Result<Vec<_>, _>>()?,
            documentos,
        })
    }

    /// What the vendor answered to [`Self::send_request`]: the process' id, ids of recipients and documents, signing
    /// links; or why not.
    pub(super) fn send_reply(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        let answer = match self.accepted(Endpoint::Send, reply, Scope::Submission(submission)) {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        let Some(id) = received::text(&answer, &["idprocesso"]) else {
            return Outcome::Unknown(Doubt {
                reason: "The provider took the process and did not tell its id.".to_owned(),
                code: Some(format!("{}/no_id", Endpoint::Send.name())),
            });
        };
        let mut output = StepOutput::reference(id);
        output.values.insert(CREATED_AT.to_owned(), moment.now.to_rfc3339());
        output.values.extend(linking::documents(submission.order, received::list(&answer, &["documentos"])));
        let mut recipients = invited(submission.order);
        for (recipient, told) in created_signers(submission.order, &answer) {
            if let Some(id) = received::text(told, &["idprocessodestinatario"]) {
                output.values.insert(linking::recipient_key(recipient), id);
            }
            let link = received::text(told, &["linkprocesso"]);
            let wants_link = submission.order.recipient(recipient).is_some_and(|r| gets_link(&r.spec));
            if let Some(known) = recipients.iter_mut().find(|r: &&mut RecipientReading| r.recipient == recipient) {
                known.signing_url = link.filter(|_| wants_link);
            }
        }
        let differences = different_documents(submission.order, received::list(&answer, &["documentos"]));
        output.reading = Some(Reading {
            recipients,
            differences: Some(differences).filter(|d| !d.is_empty()),
            ..Reading::of(Some(SubmissionState::Sent), "Aguardando")
        });
        Outcome::Done(output)
    }
}

/// The process' name: what the envelope is about, cut, and our reference, by which a webhook is known to be about it.
/// Source: contract section 5.
pub(super) fn process_name(subject: &str, id: SubmissionId) -> String {
    let suffix = format!(" [{}]", id.tail());
    let room = PROCESS_NAME_CHARS.saturating_sub(suffix.chars().count());
    format!("{}{suffix}", cut(subject.trim(), room).trim_end())
}

/// The reference at the end of a process' name, where there is one.
pub(super) fn reference_in(name: &str) -> Option<String> {
    let (_, tail) = name.trim_end().strip_suffix(']')?.rsplit_once('[')?;
    let is_tail = tail.len() == 12 && tail.bytes().all(|b| b.is_ascii_alphanumeric());
    is_tail.then(|| tail.to_lowercase())
}

/// Whether signatures stand where fields say: as soon as one signer has a field. Automatic and manual cannot be mixed.
pub(super) fn is_manual(order: &Order) -> bool {
    signers(order).any(|(_, r)| !r.spec.fields.is_empty())
}

/// Whole days from now that reach the deadline, as many as the vendor takes.
fn days_until(deadline: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let left = (deadline - now).num_seconds();
    (left.saturating_add(86_399) / 86_400).clamp(1, DAYS)
}

/// The answer's entry for each signer, where it is the only one with the signer's contact and turn. Copies may have
/// entries too, with an order that means nothing (A5).
fn created_signers<'a>(order: &'a Order, answer: &'a Value) -> Vec<(domain::ids::RecipientId, &'a Value)> {
    let listed = received::list(answer, &["destinatarios"]);
    let sequential = is_sequential(order);
    signers(order)
        .filter_map(|(_, recipient)| {
            let wanted: Contact<'_> = contact(&recipient.spec)?;
            let turn = u64::from(turn(order, &recipient.spec));
            let by_contact: Vec<&Value> = listed
                .iter()
                .filter(|e| received::text(e, &["formaenvio"]).is_some_and(|told| is_contact(&told, wanted)))
                .collect();
            let by_turn = |e: &&&Value| received::number(e, &["ordem"]).is_some_and(|n| n == turn || !sequential);
            let exact: Vec<&&Value> = by_contact.iter().filter(by_turn).collect();
            match (by_contact.as_slice(), exact.as_slice()) {
                ([only], _) => Some((recipient.id, *only)),
                (_, [only]) => Some((recipient.id, **only)),
                (_, _) => None,
            }
        })
        .collect()
}

fn different_documents(order: &Order, listed: &[Value]) -> Vec<Difference> {
    if listed.is_empty() || listed.len() == order.documents.len() {
        return Vec::new();
    }
    let detail = format!("The provider holds {} documents of {}.", listed.len(), order.documents.len());
    vec![Difference { pointer: "/documents".to_owned(), detail }]
}
