//! What the vendor holds: developers, clients with their signer directories, documents.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use super::config::{EfirmaGoConfig, Variants};

/// An integrating company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Developer {
    /// The secret that its calls carry.
    pub private_key: String,
    /// Its tax id.
    pub cif_desarrollador: String,
    /// Where signed documents are posted; absent: nowhere.
    #[serde(default)]
    pub callback_url: Option<String>,
}

/// Whether a client company may send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    /// May send.
    #[default]
    Active,
    /// Refused with code 0034.
    Inactive,
    /// Refused with code 0033.
    Closed,
}

/// A client company, in whose name documents are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Tax id of the developer whose client it is.
    pub cif_desarrollador: String,
    /// Tax id.
    pub cif: String,
    /// Name.
    pub nombre: String,
    /// E-mail, unique among clients.
    pub email: String,
    /// Street address.
    #[serde(default)]
    pub direccion: String,
    /// Province.
    #[serde(default)]
    pub provincia: String,
    /// Town.
    #[serde(default)]
    pub poblacion: String,
    /// Name of its tariff.
    #[serde(default = "default_tariff")]
    pub tarifa: String,
    /// Whether it may send.
    #[serde(default)]
    pub state: ClientState,
}

/// The tariff of a client that names none. Source: contract section 3.1.1.
pub(super) fn default_tariff() -> String {
    "Tarifa Personal".to_owned()
}

/// A person of a client's directory; the e-mail identifies it.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub(super) nombre: String,
    pub(super) apellido1: String,
    pub(super) apellido2: String,
    pub(super) email: String,
    pub(super) identificador: Option<String>,
    pub(super) telefono: String,
    pub(super) terminal_web: bool,
    pub(super) terminal_personal: bool,
    pub(super) terminal_corporativo: bool,
}

impl Person {
    /// Given name and surnames, one space between.
    pub(super) fn full_name(&self) -> String {
        let parts = [&self.nombre, &self.apellido1, &self.apellido2];
        let filled: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        filled.join(" ")
    }
}

/// Number of a person within its client.
pub(super) type PersonId = usize;

/// The persons of one client. Nobody is ever removed, so a number stays valid.
#[derive(Debug, Default)]
pub(super) struct Directory {
    persons: Vec<Person>,
    by_email: HashMap<String, PersonId>,
}

impl Directory {
    pub(super) fn get(&self, id: PersonId) -> Option<&Person> {
        self.persons.get(id)
    }

    pub(super) fn find(&self, email: &str) -> Option<PersonId> {
        self.by_email.get(&email.to_lowercase()).copied()
    }

    pub(super) fn with_identifier(&self, identifier: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.identificador.as_deref() == Some(identifier))
    }

    pub(super) fn add(&mut self, person: Person) -> PersonId {
        let id = self.persons.len();
        self.by_email.insert(person.email.to_lowercase(), id);
        self.persons.push(person);
        id
    }

    /// Changes a person; a changed e-mail keeps the number.
    pub(super) fn change(&mut self, id: PersonId, change: impl FnOnce(&mut Person)) {
        if let Some(person) = self.persons.get_mut(id) {
            self.by_email.remove(&person.email.to_lowercase());
            change(person);
            self.by_email.insert(person.email.to_lowercase(), id);
        }
    }
}

/// The vendor's word for a document's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Estado {
    /// Recipients still have to act.
    #[serde(rename = "EN PROCESO")]
    EnProceso,
    /// All that were needed have acted.
    #[serde(rename = "FIRMADO")]
    Firmado,
    /// A recipient refused.
    #[serde(rename = "RECHAZADO")]
    Rechazado,
    /// Annulled in the vendor's application.
    #[serde(rename = "ANULADO")]
    Anulado,
}

impl Estado {
    /// The word of the searches. Source: contract section 3.2.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::EnProceso => "EN PROCESO",
            Self::Firmado => "FIRMADO",
            Self::Rechazado => "RECHAZADO",
            Self::Anulado => "ANULADO",
        }
    }
}

impl std::fmt::Display for Estado {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// The role of everybody in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Signs.
    Firma,
    /// Reviews and approves.
    Revision,
    /// Gets a copy.
    Copia,
}

impl Role {
    /// Whether it is to review.
    pub(super) fn is_review(self) -> bool {
        self == Self::Revision
    }

    /// What the pages call somebody with this role.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Firma => "Firmante",
            Self::Revision => "Revisor",
            Self::Copia => "Copia",
        }
    }
}

/// Where a signature is stamped: pixels at 96 per inch from the displayed page's top-left corner; pages from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Page, from 1.
    pub pagina: i64,
    /// Pixels to the right.
    pub coordenada_x: i64,
    /// Pixels down.
    pub coordenada_y: i64,
}

/// What a recipient did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Action {
    Acted(DateTime<Utc>),
    Declined(DateTime<Utc>),
}

#[derive(Clone, Debug)]
pub(super) struct Recipient {
    pub(super) person: PersonId,
    pub(super) token: String,
    pub(super) otp: String,
    pub(super) access_code: Option<String>,
    pub(super) private_message: String,
    pub(super) notify: bool,
    pub(super) positions: Vec<Position>,
    pub(super) invited: bool,
    pub(super) action: Option<Action>,
}

#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) minimum: usize,
    pub(super) order: i64,
    pub(super) recipients: Vec<Recipient>,
}

impl Block {
    /// As many acted as must; a copy block asks nobody. Source: contract section 10.3.
    pub(super) fn is_complete(&self) -> bool {
        let acted = |recipient: &&Recipient| matches!(recipient.action, Some(Action::Acted(_)));
        self.role == Role::Copia || self.recipients.iter().filter(acted).count() >= self.minimum
    }
}

/// Number of a document, in order of arrival.
pub(super) type DocumentKey = usize;

/// A recipient of a document: block and place within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) document: DocumentKey,
    pub(super) block: usize,
    pub(super) place: usize,
}

/// What is handed out once a document is signed.
#[derive(Clone, Debug)]
pub(super) struct Sealed {
    pub(super) document: Bytes,
    pub(super) certificate: Bytes,
}

#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) id: String,
    pub(super) csv: String,
    pub(super) artifact: String,
    pub(super) cif_desarrollador: String,
    pub(super) cif_cliente: String,
    pub(super) name: String,
    pub(super) message: String,
    pub(super) advanced: bool,
    pub(super) key_fields: Vec<(String, String)>,
    pub(super) callback: bool,
    pub(super) reminder_days: i64,
    pub(super) original: Bytes,
    pub(super) sha256: String,
    pub(super) blocks: Vec<Block>,
    pub(super) estado: Estado,
    /// Everybody needed has acted and the signed file is being made.
    pub(super) sealing: bool,
    pub(super) sealed: Option<Sealed>,
    pub(super) fetched: bool,
    pub(super) created_at: DateTime<Utc>,
    pub(super) visible_from: DateTime<Utc>,
}

impl Document {
    /// The order whose blocks are open: the lowest with an incomplete block; none when all are complete.
    pub(super) fn open_order(&self) -> Option<i64> {
        self.blocks.iter().filter(|block| !block.is_complete()).map(|block| block.order).min()
    }

    pub(super) fn recipient(&self, seat: Seat) -> Option<(&Block, &Recipient)> {
        let block = self.blocks.get(seat.block)?;
        Some((block, block.recipients.get(seat.place)?))
    }

    pub(super) fn recipient_mut(&mut self, seat: Seat) -> Option<&mut Recipient> {
        self.blocks.get_mut(seat.block)?.recipients.get_mut(seat.place)
    }

    /// The file name in answers: the document's name with `.pdf`.
    pub(super) fn file_name(&self) -> String {
        if self.name.to_lowercase().ends_with(".pdf") { self.name.clone() } else { format!("{}.pdf", self.name) }
    }

    /// All recipients with their seats, in the order of the request.
    pub(super) fn seats(&self, document: DocumentKey) -> impl Iterator<Item = (Seat, &Block, &Recipient)> {
        self.blocks.iter().enumerate().flat_map(move |(block, content)| {
            content.recipients.iter().enumerate().map(move |(place, recipient)| {
                let seat = Seat { document, block, place };
                (seat, content, recipient)
            })
        })
    }
}

/// Everything the simulated vendor knows.
pub(crate) struct State {
    rng: StdRng,
    pub(super) developers: Vec<Developer>,
    pub(super) clients: BTreeMap<String, Client>,
    pub(super) directories: HashMap<String, Directory>,
    pub(super) tariffs: BTreeSet<String>,
    pub(super) variants: Variants,
    documents: Vec<Document>,
    by_id: HashMap<String, DocumentKey>,
    by_token: HashMap<String, Seat>,
    by_artifact: HashMap<String, DocumentKey>,
}

impl State {
    pub(super) fn new(seed: Option<u64>, config: &EfirmaGoConfig) -> Self {
        let mut tariffs: BTreeSet<String> = config.tariffs.iter().cloned().collect();
        tariffs.insert(default_tariff());
        Self {
            rng: seed.map_or_else(|| StdRng::from_rng(&mut rand::rng()), StdRng::seed_from_u64),
            developers: config.developers.clone(),
            clients: config.clients.iter().map(|client| (client.cif.clone(), client.clone())).collect(),
            directories: HashMap::new(),
            tariffs,
            variants: config.variants.clone(),
            documents: Vec::new(),
            by_id: HashMap::new(),
            by_token: HashMap::new(),
            by_artifact: HashMap::new(),
        }
    }

    /// The developer with that key, when the tax id is its own.
    pub(super) fn developer(&self, private_key: Option<&str>, cif: Option<&str>) -> Option<&Developer> {
        let developer = self.developer_by_key(private_key)?;
        (Some(developer.cif_desarrollador.as_str()) == cif).then_some(developer)
    }

    /// The developer with that key.
    pub(super) fn developer_by_key(&self, private_key: Option<&str>) -> Option<&Developer> {
        let private_key = private_key?;
        self.developers.iter().find(|developer| developer.private_key == private_key)
    }

    /// The client with that tax id, when it belongs to the developer.
    pub(super) fn client_of(&self, developer: &Developer, cif: Option<&str>) -> Option<&Client> {
        self.clients.get(cif?).filter(|client| client.cif_desarrollador == developer.cif_desarrollador)
    }

    pub(super) fn directory(&mut self, cif_cliente: &str) -> &mut Directory {
        self.directories.entry(cif_cliente.to_owned()).or_default()
    }

    pub(super) fn person(&self, document: &Document, recipient: &Recipient) -> Person {
        let directory = self.directories.get(&document.cif_cliente);
        directory.and_then(|directory| directory.get(recipient.person)).cloned().unwrap_or_default()
    }

    pub(super) fn documents(&self) -> impl Iterator<Item = (DocumentKey, &Document)> {
        self.documents.iter().enumerate()
    }

    pub(super) fn document(&self, key: DocumentKey) -> Option<&Document> {
        self.documents.get(key)
    }

    pub(super) fn document_mut(&mut self, key: DocumentKey) -> Option<&mut Document> {
        self.documents.get_mut(key)
    }

    pub(super) fn key_of(&self, id: &str) -> Option<DocumentKey> {
        self.by_id.get(id).copied()
    }

    pub(super) fn seat_of(&self, token: &str) -> Option<Seat> {
        self.by_token.get(token).copied()
    }

    pub(super) fn key_of_artifact(&self, artifact: &str) -> Option<DocumentKey> {
        self.by_artifact.get(artifact).copied()
    }

    /// Files a document under its identifiers.
    pub(super) fn insert(&mut self, document: Document) -> DocumentKey {
        let key = self.documents.len();
        self.by_id.insert(document.id.clone(), key);
        self.by_artifact.insert(document.artifact.clone(), key);
        for (seat, _, recipient) in document.seats(key) {
            self.by_token.insert(recipient.token.clone(), seat);
        }
        self.documents.push(document);
        key
    }

    /// A new `id_operacion`: 15 digits. Source: contract section 10.1.
    pub(super) fn new_id(&mut self) -> String {
        loop {
            let id = self.rng.random_range(100_000_000_000_000_u64..1_000_000_000_000_000).to_string();
            if !self.by_id.contains_key(&id) {
                return id;
            }
        }
    }

    /// A new `CSV`: five groups of four digits or capitals. Source: contract section 10.1.
    pub(super) fn new_csv(&mut self) -> String {
        let groups: Vec<String> = (0..5).map(|_| self.random_text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 4)).collect();
        groups.join("-")
    }

    /// A token that nobody guesses.
    pub(super) fn new_token(&mut self) -> String {
        self.random_text("0123456789abcdef", 32)
    }

    /// A code of six digits.
    pub(super) fn new_otp(&mut self) -> String {
        self.random_text("0123456789", 6)
    }

    fn random_text(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).filter_map(|_| alphabet.chars().nth(self.rng.random_range(0..alphabet.len()))).collect()
    }
}
