//! What 2.3, 2.5 and webhooks tell about signers, and which recipient each is. Source: contract sections 2.3, 2.5, 3, 4.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::facts::{Certificate, RecipientReading};
use domain::ids::RecipientId;
use domain::states::RecipientStatus;
use serde_json::{Value, json};

use super::ArqAccount;
use super::contacts::{contact, is_contact, is_sequential, turn};
use super::linking::recipient_id;
use super::wire::received::{self, bit, get, list, number, text};
use crate::provider::SubmissionView;

/// A recipient as the vendor lists them.
#[derive(Debug, Clone, Default)]
pub(super) struct Signer {
    pub id: Option<String>,
    pub turn: Option<u64>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// 1 signs, 2 gets a copy; not told everywhere.
    pub action: Option<u64>,
    /// 1 electronic, 4 other certificate; ICP-Brasil is 3, and 2 in 2.3.
    pub signature_type: Option<u64>,
    pub signed: bool,
    pub signed_at: Option<DateTime<Utc>>,
    pub declined: bool,
    pub decline_reason: Option<String>,
    pub delivery_failed: bool,
    pub code_delivery_failed: bool,
    pub waiting: Option<bool>,
    pub copy_sent: bool,
    pub attachments: Vec<Attachment>,
    pub certificate: Option<Certificate>,
}

/// A file that a signer uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attachment {
    pub id: String,
    pub name: Option<String>,
}

impl ArqAccount {
    /// The `signatarios` of an answer with names in lower case.
    pub(super) fn listed_signers(&self, answer: &Value) -> Vec<Signer> {
        list(answer, &["signatarios"]).iter().map(|told| self.signer(told)).collect()
    }

    fn signer(&self, told: &Value) -> Signer {
        let nothing = Value::Null;
        let data = get(told, &["dadosassinatura"]).unwrap_or(&nothing);
        let security = get(told, &["seguranca"]).unwrap_or(&nothing);
        let signed_at = text(told, &["dataassinatura"]).or_else(|| text(data, &["dataassinatura"]));
        let yes = |value: &Value, name: &str| bit(value, &[name]) == Some(true);
        let attachments = [list(told, &["anexos"]), list(data, &["anexos"])].concat();
        Signer {
            id: text(told, &["idprocessodestinatario", "id"]),
            turn: number(told, &["ordem", "ordemassinatura"]),
            email: text(told, &["email"]),
            phone: text(told, &["telefone"]),
            action: number(told, &["idtipoacao"]),
            signature_type: number(told, &["idtipoassinatura"]).or_else(|| number(data, &["idtipoassinatura"])),
            signed: yes(told, "assinado") || signed_at.is_some(),
            signed_at: signed_at.and_then(|t| self.told_time(&t)).map(super::words::Told::latest),
            declined: yes(told, "assinaturarecusada"),
            decline_reason: text(told, &["motivorecusa"]),
            delivery_failed: yes(told, "falhaenvio"),
            code_delivery_failed: yes(told, "falhaenviocodigoseguranca") || yes(security, "falhaenviocodigoseguranca"),
            waiting: bit(told, &["aguardandoenvio"]),
            copy_sent: yes(told, "copiaenviada"),
            attachments: attachments
                .iter()
                .filter_map(|a| {
                    Some(Attachment { id: text(a, &["id"])?, name: text(a, &["anexodocumentonome", "nome"]) })
                })
                .collect(),
            certificate: get(data, &["dadoscertificado"]).and_then(certificate),
        }
    }
}

/// A certificate; `None` for an object of nulls.
fn certificate(told: &Value) -> Option<Certificate> {
    let known = ["nome", "emissor", "validadeinicio", "validadefim"];
    let dates = [("valid_from", "validadeinicio"), ("valid_until", "validadefim")];
    get(told, &known)?;
    Some(Certificate {
        name: text(told, &["nome"]),
        id: None,
        issuer: text(told, &["emissor"]),
        validated: None,
        expired: None,
        revoked: None,
        properties: dates
            .into_iter()
            .filter_map(|(name, theirs)| Some((name.to_owned(), json!(text(told, &[theirs])?))))
            .collect(),
    })
}

/// The entry that is this recipient: by the vendor's id, else by contact and turn.
pub(super) fn matched<'a>(
    submission: &SubmissionView<'_>,
    listed: &'a [Signer],
    id: RecipientId,
) -> Option<&'a Signer> {
    let linked = recipient_id(submission, id);
    let by_id = listed.iter().find(|signer| {
        let told = signer.id.as_deref().zip(linked.as_deref());
        told.is_some_and(|(told, linked)| received::same_id(told, linked))
    });
    if by_id.is_some() {
        return by_id;
    }
    let recipient = submission.order.recipient(id)?;
    let wanted = contact(&recipient.spec)?;
    let turn = u64::from(turn(submission.order, &recipient.spec));
    let sequential = is_sequential(submission.order);
    let acts = recipient.spec.role.acts();
    let fits: Vec<&Signer> = listed
        .iter()
        .filter(|s| s.action.is_none_or(|action| (action == 1) == acts))
        .filter(|s| [&s.email, &s.phone].into_iter().flatten().any(|told| is_contact(told, wanted)))
        .collect();
    let in_turn = |s: &&&Signer| !acts || !sequential || s.turn.is_none_or(|told| told == turn);
    match fits.as_slice() {
        [only] => Some(only),
        several => several.iter().find(in_turn).copied(),
    }
}

impl Signer {
    /// What is told of the recipient beside their state.
    pub(super) fn reading(&self, recipient: RecipientId, status: Option<RecipientStatus>) -> RecipientReading {
        let at = self.signed_at.filter(|_| status == Some(RecipientStatus::Completed));
        RecipientReading {
            vendor: self.words(),
            at,
            certificate: self.certificate.clone(),
            ..RecipientReading::of(recipient, status)
        }
    }

    fn words(&self) -> BTreeMap<String, Value> {
        let told = [
            ("id", self.id.as_ref().map(|id| json!(id))),
            ("signed", Some(json!(self.signed))),
            ("declined", Some(json!(self.declined))),
            ("decline_reason", self.decline_reason.as_ref().map(|reason| json!(reason))),
            ("delivery_failed", Some(json!(self.delivery_failed))),
            ("code_delivery_failed", self.code_delivery_failed.then_some(json!(true))),
        ];
        told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// The first row of the contract's table that fits a recipient of a process that goes on; `later` tells whether an
    /// earlier turn is still open. Source: contract section 3.
    pub(super) fn status(&self, open: bool, later: bool) -> Option<RecipientStatus> {
        if self.declined {
            Some(RecipientStatus::Declined)
        } else if self.signed {
            Some(RecipientStatus::Completed)
        } else if self.copy_sent {
            Some(RecipientStatus::Sent)
        } else if !open {
            None
        } else if self.delivery_failed || self.code_delivery_failed {
            Some(RecipientStatus::Failed)
        } else if self.waiting.unwrap_or(later) {
            Some(RecipientStatus::Created)
        } else {
            Some(RecipientStatus::Sent)
        }
    }
}
