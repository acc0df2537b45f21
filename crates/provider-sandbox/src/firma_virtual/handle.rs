//! The simulated Firma Virtual as tests in the same process hold it.

use std::sync::MutexGuard;

use bytes::Bytes;
use serde_json::{Value, json};

use super::VENDOR;
use super::catalogue::FeeRow;
use super::config::{FirmaVirtualConfig, User};
use super::contract::Contract;
use super::flow::{self, Deed};
use super::notary::{self, NotaryAct};
use super::state::{ContractKey, Seat, State};
use super::variants::Variants;
use super::views::{ContractView, contract_view};
use crate::sandbox::Sandbox;
use crate::transactions::{ActError, Transaction};

/// The simulated Firma Virtual: users, prices, variants, contracts and what people do with them.
#[derive(Clone)]
pub struct FirmaVirtual {
    sandbox: Sandbox,
}

impl FirmaVirtual {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// A world with nothing but what the configuration says.
    pub(crate) fn state(seed: Option<u64>, config: &FirmaVirtualConfig) -> State {
        State::new(seed, config)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.sandbox.firma_virtual_state()
    }

    /// The base address for an account: `{base_url}/firma_virtual`.
    pub fn base_url(&self) -> String {
        format!("{}/{VENDOR}", self.sandbox.base_url())
    }

    /// Adds a user, or replaces the one with the same id.
    pub fn put_user(&self, user: User) {
        let mut state = self.lock();
        state.users.retain(|known| known.id != user.id);
        state.users.push(user);
    }

    /// Users as they are now, with passwords and the codes for new ones.
    pub fn users(&self) -> Vec<User> {
        self.lock().users.clone()
    }

    /// Makes every token that was given so far a bad one, as when the vendor changes its key.
    pub fn revoke_tokens(&self) {
        self.lock().revoke_tokens();
    }

    /// Replaces the catalogue; contracts keep the price that they were made at.
    pub fn set_catalogue(&self, rows: Vec<FeeRow>) {
        self.lock().catalogue = rows;
    }

    /// The catalogue.
    pub fn catalogue(&self) -> Vec<FeeRow> {
        self.lock().catalogue.clone()
    }

    /// The deviations in force.
    pub fn variants(&self) -> Variants {
        self.lock().variants.clone()
    }

    /// Replaces the deviations.
    pub fn set_variants(&self, variants: Variants) {
        self.lock().variants = variants;
    }

    /// Users, deviations and how much there is, for the control API.
    pub(crate) fn summary(&self) -> Value {
        let state = self.lock();
        json!({
            "base_url": self.base_url(),
            "users": state.users,
            "prices": state.catalogue.len(),
            "variants": state.variants,
            "contracts": state.contracts().count(),
            "callbacks": state.callbacks,
        })
    }

    /// All contracts, also deleted ones, oldest first.
    pub fn contracts(&self) -> Vec<ContractView> {
        let state = self.lock();
        state.contracts().map(|(_, contract)| contract_view(self.sandbox.base_url(), contract)).collect()
    }

    /// One contract by its `sContractID`.
    pub fn contract(&self, id: &str) -> Option<ContractView> {
        let state = self.lock();
        Some(contract_view(self.sandbox.base_url(), state.contract(state.key_of(id)?)?))
    }

    /// All transactions, oldest first.
    pub fn transactions(&self) -> Vec<Transaction> {
        self.contracts().into_iter().map(ContractView::transaction).collect()
    }

    /// The first file of a contract as received or joined; empty in the null sink.
    pub fn draft(&self, id: &str) -> Option<Bytes> {
        let state = self.lock();
        Some(state.contract(state.key_of(id)?)?.files.first()?.bytes.clone())
    }

    /// The signed file, once all have signed.
    pub fn signed(&self, id: &str) -> Option<Bytes> {
        let state = self.lock();
        state.contract(state.key_of(id)?)?.sealed.clone()
    }

    /// Fetches the draft: as the signer with that address, or the first who can.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn download(&self, id: &str, email: Option<&str>) -> Result<(), ActError> {
        self.act(id, email, Deed::Download).await
    }

    /// Accepts the draft: as the signer with that address, or the first who can.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn accept(&self, id: &str, email: Option<&str>) -> Result<(), ActError> {
        self.act(id, email, Deed::Accept).await
    }

    /// Refuses the draft: as the signer with that address, or the first who can.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn decline(&self, id: &str, email: Option<&str>) -> Result<(), ActError> {
        self.act(id, email, Deed::Refuse).await
    }

    /// Pays: as the signer with that address, or the first who has to.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn pay(&self, id: &str, email: Option<&str>) -> Result<(), ActError> {
        self.act(id, email, Deed::Pay).await
    }

    /// Signs: as the signer with that address, or the first who can.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn sign(&self, id: &str, email: Option<&str>) -> Result<(), ActError> {
        self.act(id, email, Deed::Sign).await
    }

    /// Does what a signer is asked for now (accepts, pays or signs): as the one with that address, or the first who is asked.
    ///
    /// # Errors
    /// [`ActError`]; [`ActError::NoRecipient`] when nothing is asked.
    pub async fn next_step(&self, id: &str, email: Option<&str>) -> Result<(), ActError> {
        let (seat, deed) = {
            let state = self.lock();
            let (contract, key) = self.known(&state, id)?;
            let mut asked = contract.signers.iter().filter(|signer| has_address(&signer.data.email, email));
            let asked = asked.find_map(|signer| Some((signer.num, flow::asked_for(contract, signer.num)?)));
            let (num, deed) = asked.ok_or(ActError::NoRecipient)?;
            (Seat { contract: key, num }, deed)
        };
        flow::act(&self.sandbox, seat, deed).await
    }

    /// Certifies or registers a contract, as the notary.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn stamp(&self, id: &str) -> Result<(), ActError> {
        let key = self.lock().key_of(id).ok_or(ActError::UnknownTransaction)?;
        notary::act(&self.sandbox, key, NotaryAct::Stamp).await
    }

    /// Refuses a contract, as the notary.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn refuse(&self, id: &str) -> Result<(), ActError> {
        let key = self.lock().key_of(id).ok_or(ActError::UnknownTransaction)?;
        notary::act(&self.sandbox, key, NotaryAct::Refuse).await
    }

    /// Has answers show another word in place of the state's, for example `OTHER`, or the state's again. Nothing else changes.
    ///
    /// # Errors
    /// [`ActError::UnknownTransaction`].
    pub fn show_status(&self, id: &str, word: Option<&str>) -> Result<(), ActError> {
        self.change(id, |contract| contract.shown_status = word.map(str::to_owned))
    }

    /// Loses a contract, as if the vendor had removed it.
    ///
    /// # Errors
    /// [`ActError::UnknownTransaction`].
    pub fn lose(&self, id: &str) -> Result<(), ActError> {
        self.change(id, |contract| contract.deleted = true)
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Contract)) -> Result<(), ActError> {
        let mut state = self.lock();
        let key = state.key_of(id).ok_or(ActError::UnknownTransaction)?;
        state.contract_mut(key).map(change).ok_or(ActError::UnknownTransaction)
    }

    fn known<'a>(&self, state: &'a State, id: &str) -> Result<(&'a Contract, ContractKey), ActError> {
        let key = state.key_of(id).ok_or(ActError::UnknownTransaction)?;
        let contract = state.contract(key).filter(|contract| !contract.deleted);
        Ok((contract.ok_or(ActError::UnknownTransaction)?, key))
    }

    async fn act(&self, id: &str, email: Option<&str>, deed: Deed) -> Result<(), ActError> {
        let seat = {
            let state = self.lock();
            let (contract, key) = self.known(&state, id)?;
            let mut signers = contract.signers.iter().filter(|signer| has_address(&signer.data.email, email));
            let found = match email {
                Some(_) => signers.next(),
                None => signers.find(|signer| flow::may(contract, signer.num, deed).is_ok()),
            };
            Seat { contract: key, num: found.ok_or(ActError::NoRecipient)?.num }
        };
        flow::act(&self.sandbox, seat, deed).await
    }
}

/// Whether a signer's address is the one that is named, if one is.
fn has_address(signer: &str, named: Option<&str>) -> bool {
    named.is_none_or(|named| signer.eq_ignore_ascii_case(named))
}
