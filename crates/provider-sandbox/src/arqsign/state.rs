//! What the vendor holds: accounts with their use, processes, webhooks.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::accounts::Account;
use super::config::{ArqSignConfig, Variants};
use super::process::Process;
use super::quota::Usage;
use super::webhooks::Webhook;

/// A recipient of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) process: String,
    pub(super) place: usize,
}

/// What a download link gives.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) account: String,
    pub(super) filename: String,
    pub(super) target: LinkTarget,
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// The file behind a link.
#[derive(Clone, Debug)]
pub(super) enum LinkTarget {
    /// A document of a process, as it is when the link is followed.
    Document { process: String, place: usize },
    /// The signature record of a document, as it is when the link is followed.
    Record { process: String, place: usize },
    /// What a signer uploaded: recipient and attachment.
    Upload { process: String, recipient: usize, attachment: usize },
}

/// Something that was paid for.
#[derive(Clone, Debug)]
pub(super) struct Consumed {
    pub(super) on: NaiveDate,
    pub(super) account: String,
    pub(super) process: String,
    pub(super) sendings: i64,
    pub(super) whatsapp: i64,
    pub(super) sms: i64,
}

/// Everything the simulated vendor knows.
pub(crate) struct State {
    rng: StdRng,
    pub(super) accounts: Vec<Account>,
    pub(super) usage: HashMap<String, Usage>,
    pub(super) consumed: Vec<Consumed>,
    pub(super) webhooks: Vec<Webhook>,
    pub(super) variants: Variants,
    processes: Vec<Process>,
    by_id: HashMap<String, usize>,
    by_document: HashMap<String, (usize, usize)>,
    by_token: HashMap<String, Seat>,
    pub(super) links: HashMap<String, Link>,
}

impl State {
    pub(super) fn new(seed: Option<u64>, config: &ArqSignConfig) -> Self {
        Self {
            rng: seed.map_or_else(|| StdRng::from_rng(&mut rand::rng()), StdRng::seed_from_u64),
            accounts: config.accounts.clone(),
            usage: HashMap::new(),
            consumed: Vec::new(),
            webhooks: Vec::new(),
            variants: config.variants.clone(),
            processes: Vec::new(),
            by_id: HashMap::new(),
            by_document: HashMap::new(),
            by_token: HashMap::new(),
            links: HashMap::new(),
        }
    }

    pub(super) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub(super) fn account_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }

    pub(super) fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// A process by its id, in any case of its letters.
    pub(super) fn process(&self, id: &str) -> Option<&Process> {
        self.processes.get(*self.by_id.get(&id.to_lowercase())?)
    }

    pub(super) fn process_mut(&mut self, id: &str) -> Option<&mut Process> {
        self.processes.get_mut(*self.by_id.get(&id.to_lowercase())?)
    }

    /// A process by the id of one of its documents, with the document's place.
    pub(super) fn process_of_document(&self, id: &str) -> Option<(&Process, usize)> {
        let (process, place) = self.by_document.get(&id.to_lowercase())?;
        Some((self.processes.get(*process)?, *place))
    }

    pub(super) fn seat_of(&self, token: &str) -> Option<Seat> {
        self.by_token.get(token).cloned()
    }

    /// Files a process under its ids.
    pub(super) fn insert(&mut self, process: Process) {
        let place = self.processes.len();
        self.by_id.insert(process.id.clone(), place);
        for (document_place, document) in process.documents.iter().enumerate() {
            self.by_document.insert(document.id.clone(), (place, document_place));
        }
        for (recipient_place, recipient) in process.recipients.iter().enumerate() {
            let seat = Seat { process: process.id.clone(), place: recipient_place };
            self.by_token.insert(recipient.token.clone(), seat);
        }
        self.processes.push(process);
    }

    /// A new signing token for a recipient; the one before dies unless a variant keeps it.
    pub(super) fn renew_token(&mut self, seat: &Seat) {
        let token = self.new_token();
        let keeps = self.variants.resend_keeps_links;
        let Some(recipient) = self.process_mut(&seat.process).and_then(|found| found.recipients.get_mut(seat.place))
        else {
            return;
        };
        let old = std::mem::replace(&mut recipient.token, token.clone());
        if !keeps {
            self.by_token.remove(&old);
        }
        self.by_token.insert(token, seat.clone());
    }

    /// A new download link's token.
    pub(super) fn new_link(&mut self, link: Link) -> String {
        let token = self.new_token();
        self.links.insert(token.clone(), link);
        token
    }

    /// A new id, 8-4-4-4-12.
    pub(super) fn new_id(&mut self) -> String {
        let digits = self.new_token();
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }

    /// 32 hexadecimal digits that nobody guesses.
    pub(super) fn new_token(&mut self) -> String {
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        hex::encode(bytes)
    }
}
