//! The simulated efirma GO as tests in the same process hold it.

use std::sync::MutexGuard;

use bytes::Bytes;
use serde_json::{Value, json};

use super::config::{EfirmaGoConfig, Variants};
use super::flow::{self, Act};
use super::state::{Client, Developer, DocumentKey, Seat, State};
use super::views::{DocumentView, document_view};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

/// The simulated efirma GO: accounts, variants, documents and what people do with them.
#[derive(Clone)]
pub struct EfirmaGo {
    sandbox: Sandbox,
}

impl EfirmaGo {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// A world with nothing but what the configuration says.
    pub(crate) fn state(seed: Option<u64>, config: &EfirmaGoConfig) -> State {
        State::new(seed, config)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.sandbox.efirma_state()
    }

    /// The base address for an account: `{base_url}/efirma_go`.
    pub fn base_url(&self) -> String {
        format!("{}/{}", self.sandbox.base_url(), super::VENDOR)
    }

    /// Adds an integrating company, or replaces the one with the same tax id.
    pub fn put_developer(&self, developer: Developer) {
        let mut state = self.lock();
        state.developers.retain(|known| known.cif_desarrollador != developer.cif_desarrollador);
        state.developers.push(developer);
    }

    /// Changes where a developer's signed documents are posted; `false` when no developer has that tax id.
    pub fn set_callback_url(&self, cif_desarrollador: &str, url: Option<String>) -> bool {
        let mut state = self.lock();
        let mut developers = state.developers.iter_mut();
        let found = developers.find(|developer| developer.cif_desarrollador == cif_desarrollador);
        found.map(|developer| developer.callback_url = url).is_some()
    }

    /// Adds a client company, or replaces the one with the same tax id.
    pub fn put_client(&self, client: Client) {
        self.lock().clients.insert(client.cif.clone(), client);
    }

    /// Adds a tariff.
    pub fn put_tariff(&self, name: &str) {
        self.lock().tariffs.insert(name.to_owned());
    }

    /// The deviations in force.
    pub fn variants(&self) -> Variants {
        self.lock().variants.clone()
    }

    /// Replaces the deviations.
    pub fn set_variants(&self, variants: Variants) {
        self.lock().variants = variants;
    }

    /// Accounts, deviations and how many documents there are, for the control API.
    pub(crate) fn summary(&self) -> Value {
        let state = self.lock();
        json!({
            "base_url": self.base_url(),
            "developers": state.developers,
            "clients": state.clients.values().collect::<Vec<_>>(),
            "tariffs": state.tariffs,
            "variants": state.variants,
            "documents": state.documents().count(),
        })
    }

    /// All documents, oldest first.
    pub fn documents(&self) -> Vec<DocumentView> {
        let state = self.lock();
        state.documents().map(|(key, document)| document_view(&state, self.sandbox.base_url(), key, document)).collect()
    }

    /// One document by its `id_operacion`.
    pub fn document(&self, id: &str) -> Option<DocumentView> {
        let state = self.lock();
        let key = state.key_of(id)?;
        let document = state.document(key)?;
        Some(document_view(&state, self.sandbox.base_url(), key, document))
    }

    /// The file as received; empty in the null sink.
    pub fn original(&self, id: &str) -> Option<Bytes> {
        let state = self.lock();
        Some(state.document(state.key_of(id)?)?.original.clone())
    }

    /// Signs, or approves where the role is to review: as the recipient with that address, or the first whose turn it is.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn sign(&self, id: &str, email: Option<&str>) -> Result<(), ActError> {
        let seat = self.seat(id, email)?;
        flow::act(&self.sandbox, seat, Act::Sign).await
    }

    /// Refuses: as the recipient with that address, or the first whose turn it is.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn decline(&self, id: &str, email: Option<&str>) -> Result<(), ActError> {
        let seat = self.seat(id, email)?;
        flow::act(&self.sandbox, seat, Act::Decline).await
    }

    /// Annuls a document, as a person does in the vendor's application; the vendor's API has no call for it.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn annul(&self, id: &str) -> Result<(), ActError> {
        let mut state = self.lock();
        let key = state.key_of(id).ok_or(ActError::UnknownTransaction)?;
        flow::annul(&mut state, key)
    }

    fn seat(&self, id: &str, email: Option<&str>) -> Result<Seat, ActError> {
        let state = self.lock();
        let key: DocumentKey = state.key_of(id).ok_or(ActError::UnknownTransaction)?;
        let document = state.document(key).ok_or(ActError::UnknownTransaction)?;
        let mut seats = document.seats(key);
        let seat = match email {
            Some(email) => {
                seats.find(|(_, _, recipient)| state.person(document, recipient).email.eq_ignore_ascii_case(email))
            }
            None => seats.find(|(seat, _, _)| flow::may_act(document, *seat).is_ok()),
        };
        seat.map(|(seat, _, _)| seat).ok_or(ActError::NoRecipient)
    }
}
