//! A process and its recipients, and who may act when. Source: contract sections 2.3 and 3.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::accounts::{Account, Language};
use super::asked::{AskedAttachment, Online, is_set};
use crate::clock::later;
use crate::transactions::ActError;

/// Where a process stands. Expired is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Status {
    /// Stored, not sent.
    #[serde(rename = "Criado")]
    Created,
    /// Sent, nobody signed.
    #[serde(rename = "Aguardando")]
    Waiting,
    /// Somebody signed, others are pending.
    #[serde(rename = "Em processo")]
    InProcess,
    /// All signed.
    #[serde(rename = "Concluído")]
    Completed,
    /// Canceled, or a signer declined.
    #[serde(rename = "Cancelado")]
    Canceled,
}

impl Status {
    /// `idStatus`.
    pub(super) fn id(self) -> i64 {
        match self {
            Self::Created => 1,
            Self::Waiting => 2,
            Self::InProcess => 3,
            Self::Completed => 4,
            Self::Canceled => 5,
        }
    }

    /// The word in the language of the sending user.
    pub(super) fn word(self, language: Language) -> &'static str {
        let [pt, es, en] = match self {
            Self::Created => ["Criado", "Creado", "Created"],
            Self::Waiting => ["Aguardando", "Esperando", "Waiting"],
            Self::InProcess => ["Em processo", "En proceso", "In process"],
            Self::Completed => ["Concluído", "Concluido", "Completed"],
            Self::Canceled => ["Cancelado", "Cancelado", "Canceled"],
        };
        match language {
            Language::Pt => pt,
            Language::Es => es,
            Language::En => en,
        }
    }

    /// Whether recipients may still act, expiry aside.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::InProcess)
    }
}

/// Where messages to a recipient go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Contact {
    Email(String),
    WhatsApp(String),
}

impl Contact {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Email(address) => address,
            Self::WhatsApp(number) => number,
        }
    }

    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::Email(address) => Some(address),
            Self::WhatsApp(_) => None,
        }
    }

    pub(super) fn phone(&self) -> Option<&str> {
        match self {
            Self::WhatsApp(number) => Some(number),
            Self::Email(_) => None,
        }
    }

    /// `IdFormaEnvioProcesso`.
    pub(super) fn id(&self) -> i64 {
        match self {
            Self::Email(_) => 1,
            Self::WhatsApp(_) => 2,
        }
    }
}

/// What a signer told when signing.
#[derive(Clone, Debug, Default)]
pub(super) struct SignedData {
    pub(super) name: Option<String>,
    pub(super) number: Option<String>,
    pub(super) company_name: Option<String>,
    pub(super) company_number: Option<String>,
}

/// What a signer did.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Signed(DateTime<Utc>, SignedData),
    Declined(DateTime<Utc>, String),
}

/// A file that a signer is asked for, with what came.
#[derive(Clone, Debug)]
pub(super) struct Attachment {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) shared: bool,
    pub(super) upload: Option<Uploaded>,
}

impl Attachment {
    pub(super) fn new(id: String, asked: &AskedAttachment) -> Self {
        Self {
            id,
            name: asked.anexo_documento_nome.clone().unwrap_or_default(),
            required: is_set(asked.anexo_obrigatorio),
            shared: is_set(asked.anexo_exibir_todos_destinatarios),
            upload: None,
        }
    }
}

/// A file that a signer gave.
#[derive(Clone, Debug)]
pub(super) struct Uploaded {
    pub(super) id: String,
    pub(super) filename: String,
    pub(super) bytes: Bytes,
}

/// How a signer signs, and how far they got.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub(super) online: Online,
    pub(super) attachments: Vec<Attachment>,
    pub(super) deed: Option<Deed>,
    /// Places of the documents that were opened on the page.
    pub(super) opened: Vec<usize>,
}

/// A recipient; without [`Signer`] it gets a copy.
#[derive(Clone, Debug)]
pub(super) struct Recipient {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) contact: Contact,
    /// 1 for everybody when the process has no order.
    pub(super) order: i64,
    pub(super) token: String,
    pub(super) visual: Option<i64>,
    /// `alterarNotificacoes`.
    pub(super) notifications: Option<i64>,
    pub(super) link_wanted: bool,
    pub(super) signer: Option<Signer>,
    /// The turn began, or the copy went out.
    pub(super) notified: bool,
    pub(super) failed: bool,
    pub(super) code_failed: bool,
}

impl Recipient {
    pub(super) fn deed(&self) -> Option<&Deed> {
        self.signer.as_ref()?.deed.as_ref()
    }

    pub(super) fn signed_at(&self) -> Option<DateTime<Utc>> {
        match self.deed()? {
            Deed::Signed(at, _) => Some(*at),
            Deed::Declined(..) => None,
        }
    }

    pub(super) fn declined(&self) -> Option<&str> {
        match self.deed()? {
            Deed::Declined(_, reason) => Some(reason),
            Deed::Signed(..) => None,
        }
    }

    /// Signs and has not yet.
    pub(super) fn is_pending(&self) -> bool {
        self.signer.as_ref().is_some_and(|signer| signer.deed.is_none())
    }

    /// Whether the vendor writes at the beginning of the turn.
    pub(super) fn wants_request(&self) -> bool {
        matches!(self.notifications, None | Some(2 | 4))
    }

    /// Whether the vendor writes on completion.
    pub(super) fn wants_completion(&self) -> bool {
        matches!(self.notifications, None | Some(3 | 4))
    }

    /// Whether the vendor reminds.
    pub(super) fn wants_reminders(&self) -> bool {
        self.notifications.is_none()
    }
}

/// A document of a process.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) id: String,
    pub(super) order: i64,
    pub(super) name: String,
    pub(super) original: Bytes,
    pub(super) sha256: String,
    pub(super) signed: Option<Bytes>,
    /// Token of the address behind its QR code, once it is completed.
    pub(super) shared: Option<String>,
}

impl Document {
    /// What is handed out now: before completion it is not the signed one.
    pub(super) fn current(&self) -> &Bytes {
        self.signed.as_ref().unwrap_or(&self.original)
    }

    /// The name without `.pdf`.
    pub(super) fn stem(&self) -> &str {
        let cut = self.name.len().saturating_sub(".pdf".len());
        self.name.get(..cut).unwrap_or(&self.name)
    }
}

/// A process.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) id: String,
    /// Id of the account.
    pub(super) account: String,
    pub(super) name: String,
    pub(super) folder: String,
    pub(super) sender: String,
    pub(super) status: Status,
    pub(super) created_at: DateTime<Utc>,
    pub(super) sent_at: Option<DateTime<Utc>>,
    pub(super) completed_at: Option<DateTime<Utc>>,
    pub(super) canceled_at: Option<DateTime<Utc>>,
    pub(super) canceled_by: Option<String>,
    pub(super) resent_at: Option<DateTime<Utc>>,
    pub(super) expiry_days: i64,
    pub(super) warning_days: i64,
    pub(super) reminder_days: Option<i64>,
    pub(super) qr_code: bool,
    pub(super) must_read: bool,
    pub(super) renewal_months: Option<i64>,
    pub(super) title: Option<String>,
    pub(super) text: Option<String>,
    pub(super) automatic_position: bool,
    pub(super) recipients: Vec<Recipient>,
    pub(super) documents: Vec<Document>,
    /// Expired by a control, whatever its days say; a resend ends that.
    pub(super) expired_early: bool,
    /// Deleted in the web application.
    pub(super) deleted: bool,
    /// The signed files are just being made.
    pub(super) sealing: bool,
    /// Calls that read find it from then on.
    pub(super) visible_from: DateTime<Utc>,
}

impl Process {
    /// When it expires; none before it was sent. Source: contract section 2.3.
    pub(super) fn expires_at(&self) -> Option<DateTime<Utc>> {
        let start = self.resent_at.or(self.sent_at)?;
        Some(later(start, TimeDelta::try_days(self.expiry_days).unwrap_or(TimeDelta::MAX)))
    }

    pub(super) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.status.is_open() && (self.expired_early || self.expires_at().is_some_and(|expiry| now > expiry))
    }

    /// The lowest order with somebody who has not signed.
    pub(super) fn open_order(&self) -> Option<i64> {
        self.recipients.iter().filter(|recipient| recipient.is_pending()).map(|recipient| recipient.order).min()
    }

    /// Whether a recipient may act now.
    ///
    /// # Errors
    /// [`ActError`].
    pub(super) fn may_act(&self, place: usize, now: DateTime<Utc>) -> Result<(), ActError> {
        let recipient = self.recipients.get(place).ok_or(ActError::NoRecipient)?;
        if self.deleted || self.sealing || !self.status.is_open() || self.is_expired(now) {
            return Err(ActError::NotInProcess);
        }
        if recipient.signer.is_none() {
            return Err(ActError::NotTheirTurn);
        }
        if !recipient.is_pending() {
            return Err(ActError::AlreadyActed);
        }
        if self.open_order() == Some(recipient.order) { Ok(()) } else { Err(ActError::NotTheirTurn) }
    }

    /// The word for its state in the language of who sent it.
    pub(super) fn status_word(&self, account: &Account) -> &'static str {
        self.status.word(account.user(&self.sender).map(|user| user.language).unwrap_or_default())
    }

    /// When a completed process is due for renewal.
    pub(super) fn renewal_at(&self) -> Option<DateTime<Utc>> {
        let months = u32::try_from(self.renewal_months?).ok()?;
        self.completed_at?.checked_add_months(chrono::Months::new(months))
    }

    /// A place that is told from outside: the recipient with that contact, or the first whose turn it is.
    pub(super) fn place_of(&self, contact: Option<&str>, now: DateTime<Utc>) -> Option<usize> {
        let is_asked = |place: usize, recipient: &Recipient| match contact {
            Some(contact) => {
                recipient.signer.is_some()
                    && (recipient.contact.text().eq_ignore_ascii_case(contact) || recipient.id == contact)
            }
            None => self.may_act(place, now).is_ok(),
        };
        let found = |open: bool| {
            let mut places = self.recipients.iter().enumerate();
            places
                .find(|(place, recipient)| is_asked(*place, recipient) && (!open || self.may_act(*place, now).is_ok()))
        };
        // A contact may occur once in every order: the one whose turn it is comes first.
        found(true).or_else(|| found(false)).map(|(place, _)| place)
    }
}
