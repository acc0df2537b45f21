//! What the control API and the pages show of documents.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::VENDOR;
use super::flow::may_act;
use super::state::{Action, Block, Document, DocumentKey, Estado, Position, Recipient, Role, Seat, State};
use crate::transactions::{Person, Transaction};

/// A recipient of a document.
#[derive(Clone, Debug, Serialize)]
pub struct RecipientView {
    /// E-mail as in the directory now.
    pub email: String,
    /// Full name as in the directory now.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Label of the block.
    pub block: String,
    /// Position of the block.
    pub order: i64,
    /// Whether it is their turn.
    pub may_act: bool,
    /// Signed or approved then, virtual time.
    pub acted_at: Option<DateTime<Utc>>,
    /// Refused then, virtual time.
    pub declined_at: Option<DateTime<Utc>>,
    /// Where signatures are stamped, in pixels.
    pub positions: Vec<Position>,
    /// The signer's page; none for copies.
    pub sign_url: Option<String>,
    /// One-time code that the page asks for at the strong level.
    pub otp: Option<String>,
}

impl RecipientView {
    /// What the pages say of their progress.
    pub(super) fn progress(&self) -> &'static str {
        match (self.acted_at, self.declined_at, self.role) {
            (_, Some(_), _) => "rechazado",
            (Some(_), None, Role::Revision) => "aprobado",
            (Some(_), None, Role::Firma | Role::Copia) => "firmado",
            (None, None, Role::Copia) => "recibe copia",
            (None, None, Role::Firma | Role::Revision) if self.may_act => "pendiente",
            (None, None, Role::Firma | Role::Revision) => "en espera",
        }
    }
}

/// A document and where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentView {
    /// The vendor's kind.
    pub vendor: &'static str,
    /// `id_operacion`.
    pub id: String,
    /// Secure verification code.
    pub csv: String,
    /// File name in answers.
    pub name: String,
    /// Tax id of the client.
    pub cif_cliente: String,
    /// The vendor's word.
    pub estado: Estado,
    /// `campos_clave` as sent.
    pub campos_clave: Value,
    /// SHA-256 of the file as received, lower-case hexadecimal.
    pub sha256: String,
    /// Marked as fetched.
    pub fetched: bool,
    /// Virtual time of arrival.
    pub created_at: DateTime<Utc>,
    /// In the order of the request.
    pub recipients: Vec<RecipientView>,
}

impl DocumentView {
    /// Whether it can still be annulled.
    pub(super) fn is_open(&self) -> bool {
        self.estado == Estado::EnProceso
    }

    /// The document in the shape that all vendors share.
    pub(crate) fn transaction(self) -> Transaction {
        let person = |recipient: RecipientView| Person {
            state: recipient.progress().to_owned(),
            name: recipient.name,
            contact: recipient.email,
            may_act: recipient.may_act,
            sign_url: recipient.sign_url,
        };
        Transaction {
            vendor: VENDOR,
            id: self.id,
            correlation: Some(self.campos_clave.to_string()),
            name: self.name,
            state: self.estado.word().to_owned(),
            live: true,
            people: self.recipients.into_iter().map(person).collect(),
        }
    }
}

/// A recipient's signing page.
pub(super) fn sign_url(base_url: &str, token: &str) -> String {
    format!("{base_url}/{VENDOR}/sign/{token}")
}

pub(super) fn document_view(state: &State, base_url: &str, key: DocumentKey, document: &Document) -> DocumentView {
    let pairs = document.key_fields.iter().map(|(key, value)| (key.clone(), value.clone().into()));
    DocumentView {
        vendor: VENDOR,
        id: document.id.clone(),
        csv: document.csv.clone(),
        name: document.file_name(),
        cif_cliente: document.cif_cliente.clone(),
        estado: document.estado,
        campos_clave: Value::Object(pairs.collect::<Map<_, _>>()),
        sha256: document.sha256.clone(),
        fetched: document.fetched,
        created_at: document.created_at,
        recipients: document.seats(key).map(|place| recipient_view(state, base_url, document, place)).collect(),
    }
}

pub(super) fn recipient_view(
    state: &State,
    base_url: &str,
    document: &Document,
    (seat, block, recipient): (Seat, &Block, &Recipient),
) -> RecipientView {
    let person = state.person(document, recipient);
    let signs = block.role == Role::Firma;
    RecipientView {
        name: person.full_name(),
        email: person.email,
        role: block.role,
        block: block.name.clone(),
        order: block.order,
        may_act: may_act(document, seat).is_ok(),
        acted_at: match recipient.action {
            Some(Action::Acted(at)) => Some(at),
            Some(Action::Declined(_)) | None => None,
        },
        declined_at: match recipient.action {
            Some(Action::Declined(at)) => Some(at),
            Some(Action::Acted(_)) | None => None,
        },
        positions: recipient.positions.clone(),
        sign_url: (block.role != Role::Copia).then(|| sign_url(base_url, &recipient.token)),
        otp: (document.advanced && signs).then(|| recipient.otp.clone()),
    }
}
