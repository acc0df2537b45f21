//! The simulated ArqSign as tests in the same process hold it.

use std::sync::MutexGuard;

use bytes::Bytes;
use serde_json::{Value, json};

use super::VENDOR;
use super::accounts::Account;
use super::config::{ArqSignConfig, Variants};
use super::flow::{self, Act};
use super::state::{Seat, State};
use super::views::{ProcessView, process_view};
use super::webhooks::told;
use super::{interventions, signing};
use crate::sandbox::Sandbox;
use crate::transactions::{ActError, Transaction};

/// The simulated ArqSign: accounts, variants, processes and what people do with them.
#[derive(Clone)]
pub struct ArqSign {
    sandbox: Sandbox,
}

impl ArqSign {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// A world with nothing but what the configuration says.
    pub(crate) fn state(seed: Option<u64>, config: &ArqSignConfig) -> State {
        State::new(seed, config)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.sandbox.arqsign_state()
    }

    /// The base address for an account: `{base_url}/arqsign`.
    pub fn base_url(&self) -> String {
        format!("{}/{VENDOR}", self.sandbox.base_url())
    }

    /// Adds a customer, or replaces the one with the same id. Calls counted so far stay counted.
    pub fn put_account(&self, account: Account) {
        let mut state = self.lock();
        match state.account_mut(&account.id) {
            Some(known) => *known = account,
            None => state.accounts.push(account),
        }
    }

    /// A customer by its id, with the balances as they stand.
    pub fn account(&self, id: &str) -> Option<Account> {
        self.lock().account(id).cloned()
    }

    /// The deviations in force.
    pub fn variants(&self) -> Variants {
        self.lock().variants.clone()
    }

    /// Replaces the deviations.
    pub fn set_variants(&self, variants: Variants) {
        self.lock().variants = variants;
    }

    /// Accounts, deviations, webhooks and how many processes there are, for the control API.
    pub(crate) fn summary(&self) -> Value {
        let state = self.lock();
        json!({
            "base_url": self.base_url(),
            "accounts": state.accounts,
            "variants": state.variants,
            "webhooks": state.webhooks.iter().map(|webhook| told(webhook, &Variants::default())).collect::<Vec<_>>(),
            "processes": state.processes().len(),
        })
    }

    /// All processes, oldest first, also deleted ones.
    pub fn processes(&self) -> Vec<ProcessView> {
        let (state, now) = (self.lock(), self.sandbox.now());
        state.processes().iter().map(|process| process_view(process, self.sandbox.base_url(), now)).collect()
    }

    /// One process by its `idProcesso`.
    pub fn process(&self, id: &str) -> Option<ProcessView> {
        let state = self.lock();
        Some(process_view(state.process(id)?, self.sandbox.base_url(), self.sandbox.now()))
    }

    /// All processes in the shape that all vendors share, oldest first.
    pub fn transactions(&self) -> Vec<Transaction> {
        self.processes().into_iter().map(ProcessView::transaction).collect()
    }

    /// A file as received, by its place from 0; empty in the null sink.
    pub fn original(&self, id: &str, document: usize) -> Option<Bytes> {
        let state = self.lock();
        Some(state.process(id)?.documents.get(document)?.original.clone())
    }

    /// A file as signed, by its place from 0; none before the process is completed.
    pub fn signed(&self, id: &str, document: usize) -> Option<Bytes> {
        let state = self.lock();
        state.process(id)?.documents.get(document)?.signed.clone()
    }

    /// Signs, and gives what is asked for: as the recipient with that address, number or id, or the first whose turn it is.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn sign(&self, id: &str, contact: Option<&str>) -> Result<(), ActError> {
        let seat = self.seat(id, contact)?;
        let act = signing::by_itself(&self.sandbox, &seat).ok_or(ActError::NoRecipient)?;
        flow::act(&self.sandbox, &seat, act).await
    }

    /// Declines: as the recipient with that address, number or id, or the first whose turn it is.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn decline(&self, id: &str, contact: Option<&str>) -> Result<(), ActError> {
        self.decline_because(id, contact, "Recusado").await
    }

    /// Declines with a reason of its own.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn decline_because(&self, id: &str, contact: Option<&str>, reason: &str) -> Result<(), ActError> {
        let seat = self.seat(id, contact)?;
        flow::act(&self.sandbox, &seat, Act::Decline(reason.to_owned())).await
    }

    /// Lets a process expire now.
    ///
    /// # Errors
    /// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`].
    pub fn expire(&self, id: &str) -> Result<(), ActError> {
        interventions::expire(&self.sandbox, id)
    }

    /// Lets the message to a signer whose turn it is bounce.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn fail_delivery(&self, id: &str, contact: Option<&str>) -> Result<(), ActError> {
        interventions::fail_delivery(&self.sandbox, &self.seat(id, contact)?)
    }

    /// Cancels a process in the web application.
    ///
    /// # Errors
    /// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`].
    pub fn cancel(&self, id: &str) -> Result<(), ActError> {
        if self.lock().process(id).is_none() {
            return Err(ActError::UnknownTransaction);
        }
        interventions::cancel(&self.sandbox, id, "Operador").map_err(|_| ActError::NotInProcess)
    }

    /// Deletes a process in the web application.
    ///
    /// # Errors
    /// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`] when that happened already.
    pub fn delete(&self, id: &str) -> Result<(), ActError> {
        interventions::delete(&self.sandbox, id)
    }

    fn seat(&self, id: &str, contact: Option<&str>) -> Result<Seat, ActError> {
        let state = self.lock();
        let process = state.process(id).ok_or(ActError::UnknownTransaction)?;
        let place = process.place_of(contact, self.sandbox.now()).ok_or(ActError::NoRecipient)?;
        Ok(Seat { process: process.id.clone(), place })
    }
}
