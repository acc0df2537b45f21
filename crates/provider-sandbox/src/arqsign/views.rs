//! What the control API and the pages show of processes.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::VENDOR;
use super::process::{Process, Recipient, Status};
use crate::transactions::{Person, Transaction};

/// A recipient of a process.
#[derive(Clone, Debug, Serialize)]
pub struct RecipientView {
    /// `idProcessoDestinatario`.
    pub id: String,
    /// Name.
    pub name: String,
    /// E-mail address or phone number.
    pub contact: String,
    /// Signs; otherwise gets a copy.
    pub signs: bool,
    /// Position in the order; 1 without one.
    pub order: i64,
    /// `idTipoAssinatura` as sent.
    pub signature_type: Option<i64>,
    /// `representacaoVisualAssinatura` as sent.
    pub visual: Option<i64>,
    /// `alterarNotificacoes` as sent.
    pub notifications: Option<i64>,
    /// Whether it is their turn.
    pub may_act: bool,
    /// The turn began, or the copy went out.
    pub notified: bool,
    /// The message could not be delivered.
    pub delivery_failed: bool,
    /// Signed then, virtual time.
    pub signed_at: Option<DateTime<Utc>>,
    /// Declined with that reason.
    pub declined: Option<String>,
    /// The access code that the page asks for.
    pub access_code: Option<String>,
    /// The signer's page; none for copies.
    pub sign_url: Option<String>,
}

impl RecipientView {
    /// What the pages say of their progress.
    pub(super) fn progress(&self) -> &'static str {
        match (self.signed_at, &self.declined) {
            (_, Some(_)) => "recusado",
            (Some(_), None) => "assinado",
            (None, None) if !self.signs && self.notified => "cópia enviada",
            (None, None) if !self.signs => "recebe cópia",
            (None, None) if self.delivery_failed => "falha no envio",
            (None, None) if self.may_act => "pendente",
            (None, None) => "aguardando",
        }
    }
}

/// A document of a process.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentView {
    /// Id.
    pub id: String,
    /// `ordemDocumento`.
    pub order: i64,
    /// File name.
    pub name: String,
    /// SHA-256 of the file as received, lower-case hexadecimal.
    pub sha256: String,
}

/// A process and where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct ProcessView {
    /// `idProcesso`.
    pub id: String,
    /// Id of the account.
    pub account: String,
    /// `nomeProcesso`.
    pub name: String,
    /// Id of its folder.
    pub folder: String,
    /// `titulo` and `texto` of the standard message.
    pub message: (Option<String>, Option<String>),
    /// Where it stands.
    pub status: Status,
    /// It is open and nobody can sign any more.
    pub expired: bool,
    /// Deleted in the web application.
    pub deleted: bool,
    /// Positions are automatic.
    pub automatic_position: bool,
    /// Virtual time of arrival.
    pub created_at: DateTime<Utc>,
    /// When it expires, virtual time.
    pub expires_at: Option<DateTime<Utc>>,
    /// In the order of the request.
    pub recipients: Vec<RecipientView>,
    /// In the order of the request.
    pub documents: Vec<DocumentView>,
}

impl ProcessView {
    /// Whether it can still be canceled.
    pub(super) fn is_open(&self) -> bool {
        self.status.is_open() && !self.deleted
    }

    /// What the pages say of its state.
    pub(super) fn state(&self) -> &'static str {
        match (self.deleted, self.expired) {
            (true, _) => "Excluído",
            (false, true) => "Expirado",
            (false, false) => self.status.word(super::accounts::Language::Pt),
        }
    }

    /// The process in the shape that all vendors share. `correlation` is what stands in brackets at the end of the name.
    pub(crate) fn transaction(self) -> Transaction {
        let person = |recipient: RecipientView| Person {
            state: recipient.progress().to_owned(),
            name: recipient.name,
            contact: recipient.contact,
            may_act: recipient.may_act,
            sign_url: recipient.sign_url,
        };
        let bracketed = self.name.strip_suffix(']').and_then(|name| name.rsplit_once('['));
        Transaction {
            vendor: VENDOR,
            correlation: bracketed.map(|(_, reference)| reference.to_owned()),
            state: self.state().to_owned(),
            live: self.status != Status::Created,
            id: self.id,
            name: self.name,
            people: self.recipients.into_iter().map(person).collect(),
        }
    }
}

/// A signer's page.
pub(super) fn sign_url(base_url: &str, token: &str) -> String {
    format!("{base_url}/{VENDOR}/assinar/{token}")
}

pub(super) fn process_view(process: &Process, base_url: &str, now: DateTime<Utc>) -> ProcessView {
    let documents = process.documents.iter().map(|document| DocumentView {
        id: document.id.clone(),
        order: document.order,
        name: document.name.clone(),
        sha256: document.sha256.clone(),
    });
    let recipients = process.recipients.iter().enumerate();
    let recipients = recipients.map(|(place, recipient)| recipient_view(process, place, recipient, base_url, now));
    ProcessView {
        id: process.id.clone(),
        account: process.account.clone(),
        name: process.name.clone(),
        folder: process.folder.clone(),
        message: (process.title.clone(), process.text.clone()),
        status: process.status,
        expired: process.is_expired(now),
        deleted: process.deleted,
        automatic_position: process.automatic_position,
        created_at: process.created_at,
        expires_at: process.expires_at(),
        recipients: recipients.collect(),
        documents: documents.collect(),
    }
}

fn recipient_view(
    process: &Process,
    place: usize,
    recipient: &Recipient,
    base_url: &str,
    now: DateTime<Utc>,
) -> RecipientView {
    let online = recipient.signer.as_ref().map(|signer| &signer.online);
    RecipientView {
        id: recipient.id.clone(),
        name: recipient.name.clone(),
        contact: recipient.contact.text().to_owned(),
        signs: online.is_some(),
        order: recipient.order,
        signature_type: online.map(|online| online.id_tipo_assinatura),
        visual: recipient.visual,
        notifications: recipient.notifications,
        may_act: process.may_act(place, now).is_ok(),
        notified: recipient.notified,
        delivery_failed: recipient.failed || recipient.code_failed,
        signed_at: recipient.signed_at(),
        declined: recipient.declined().map(str::to_owned),
        access_code: online.and_then(|online| online.code()).map(|(_, code)| code.to_owned()),
        sign_url: online.map(|_| sign_url(base_url, &recipient.token)),
    }
}
