//! The simulated GoFirmex as tests in the same process hold it.

use std::sync::{Arc, MutexGuard};

use bytes::Bytes;
use serde_json::{Value, json};

use super::catalogue::Catalogue;
use super::config::{Consumer, GoFirmexConfig, Variants};
use super::demo::{DEMO_ISSUER, DEMO_USER, PRIVATE_KEY_PEM};
use super::flow::{self, RejectedBy};
use super::jwt::{KeyError, public_key};
use super::profile::Profile;
use super::state::{PortfolioKey, Reason, Seat, State};
use super::views::{PortfolioView, portfolio_view};
use super::{DOCUMENT_TYPE, VENDOR};
use crate::sandbox::Sandbox;
use crate::transactions::{ActError, Transaction};

/// The simulated GoFirmex: customers, profile, variants, portfolios and what people do with them.
#[derive(Clone)]
pub struct GoFirmex {
    sandbox: Sandbox,
}

impl GoFirmex {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// A world with nothing but what the configuration says.
    pub(crate) fn state(seed: Option<u64>, config: &GoFirmexConfig) -> State {
        State::new(seed, config)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.sandbox.gofirmex_state()
    }

    /// The private key of the demo account ([`Consumer::demo`]), PKCS#8 in PEM. It is published with the sources and protects nothing.
    pub fn demo_private_key_pem() -> &'static str {
        PRIVATE_KEY_PEM
    }

    /// The settings of a client's account that belongs to the demo account, without its base address: user, issuer, a document type, and the
    /// ids of identity documents in the profile.
    pub fn demo_settings() -> Value {
        let catalogue = Catalogue::default();
        let identity = catalogue.identity_types.into_iter().map(|known| (known.kind, Value::from(known.id)));
        json!({
            "user": DEMO_USER,
            "issuer": DEMO_ISSUER,
            "default_document_type": DOCUMENT_TYPE,
            "profile": { "identity_document_types": Value::Object(identity.collect()) },
        })
    }

    /// The base address for an account: `{base_url}/gofirmex`.
    pub fn base_url(&self) -> String {
        format!("{}/{VENDOR}", self.sandbox.base_url())
    }

    /// Adds a customer, or replaces the one with the same issuer.
    ///
    /// # Errors
    /// [`KeyError`] when its public key cannot be used; nothing changed then.
    pub fn put_consumer(&self, consumer: Consumer) -> Result<(), KeyError> {
        public_key(&consumer.public_key_pem)?;
        let mut state = self.lock();
        state.consumers.retain(|known| known.issuer != consumer.issuer);
        state.consumers.push(consumer);
        Ok(())
    }

    /// The customer with that issuer.
    pub fn consumer(&self, issuer: &str) -> Option<Consumer> {
        self.lock().consumer(issuer).cloned()
    }

    /// Changes where a customer's callbacks go; `false` when no customer has that issuer.
    pub fn set_callback_url(&self, issuer: &str, url: Option<String>) -> bool {
        let mut state = self.lock();
        state.consumer_mut(issuer).map(|consumer| consumer.callback_url = url).is_some()
    }

    /// The profile that is served.
    pub fn profile(&self) -> Arc<Profile> {
        Arc::clone(&self.lock().profile)
    }

    /// Serves another profile from now on.
    pub fn set_profile(&self, profile: Profile) {
        self.lock().profile = Arc::new(profile);
    }

    /// The deviations in force.
    pub fn variants(&self) -> Variants {
        self.lock().variants.clone()
    }

    /// Replaces the deviations.
    pub fn set_variants(&self, variants: Variants) {
        self.lock().variants = variants;
    }

    /// Replaces the catalogues.
    pub fn set_catalogue(&self, catalogue: Catalogue) {
        self.lock().catalogue = catalogue;
    }

    /// Accounts, deviations and how many portfolios there are, for the control API.
    pub(crate) fn summary(&self) -> Value {
        let state = self.lock();
        json!({
            "base_url": self.base_url(),
            "consumers": state.consumers,
            "catalogue": state.catalogue,
            "profile": *state.profile,
            "variants": state.variants,
            "portfolios": state.portfolios().len(),
            "starts": state.portfolios().iter().filter(|portfolio| portfolio.started_at.is_some()).count(),
        })
    }

    /// All portfolios, oldest first.
    pub fn portfolios(&self) -> Vec<PortfolioView> {
        let state = self.lock();
        state.portfolios().iter().map(|portfolio| portfolio_view(&self.sandbox, &state, portfolio)).collect()
    }

    /// One portfolio by its id.
    pub fn portfolio(&self, id: &str) -> Option<PortfolioView> {
        let state = self.lock();
        let portfolio = state.portfolio(state.key_of(id)?)?;
        Some(portfolio_view(&self.sandbox, &state, portfolio))
    }

    /// All transactions, oldest first.
    pub fn transactions(&self) -> Vec<Transaction> {
        self.portfolios().into_iter().map(PortfolioView::transaction).collect()
    }

    /// A document as received, after decryption; empty in the null sink.
    pub fn original(&self, portfolio: &str, document: &str) -> Option<Bytes> {
        let state = self.lock();
        let portfolio = state.portfolio(state.key_of(portfolio)?)?;
        portfolio.documents.iter().find(|known| known.id == document).map(|known| known.original.clone())
    }

    /// An identity document as received; empty in the null sink.
    pub fn identity_document(&self, portfolio: &str, document: &str) -> Option<Bytes> {
        let state = self.lock();
        let portfolio = state.portfolio(state.key_of(portfolio)?)?;
        portfolio.identity_documents.iter().find(|known| known.id == document).map(|known| known.bytes.clone())
    }

    /// The evaluator accepts a portfolio.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn accept(&self, id: &str) -> Result<(), ActError> {
        let key = self.key(id)?;
        flow::evaluate(&self.sandbox, key).await
    }

    /// The notary legalises a portfolio.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn legalise(&self, id: &str) -> Result<(), ActError> {
        let key = self.key(id)?;
        flow::legalise(&self.sandbox, key).await
    }

    /// Ends a portfolio before its time; a signer's own refusal is [`Self::decline`].
    ///
    /// # Errors
    /// [`ActError`].
    pub fn reject(&self, id: &str, by: RejectedBy, message: &str) -> Result<(), ActError> {
        let reason = Reason { message: message.to_owned(), detail: None };
        flow::reject(&self.sandbox, self.key(id)?, by, reason)
    }

    /// Signs all documents that are left: as the signer with that e-mail address or national id, or the first whose turn it is.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn sign(&self, id: &str, who: Option<&str>) -> Result<(), ActError> {
        let seat = self.seat(id, who)?;
        flow::sign(&self.sandbox, seat, None).await
    }

    /// Signs the document at that place, from 0; otherwise as [`Self::sign`].
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn sign_document(&self, id: &str, who: Option<&str>, place: usize) -> Result<(), ActError> {
        let seat = self.seat(id, who)?;
        flow::sign(&self.sandbox, seat, Some(place)).await
    }

    /// Refuses to sign: as the signer with that e-mail address or national id, or the first whose turn it is.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn decline(&self, id: &str, who: Option<&str>) -> Result<(), ActError> {
        flow::refuse(&self.sandbox, self.seat(id, who)?)
    }

    fn key(&self, id: &str) -> Result<PortfolioKey, ActError> {
        self.lock().key_of(id).ok_or(ActError::UnknownTransaction)
    }

    fn seat(&self, id: &str, who: Option<&str>) -> Result<Seat, ActError> {
        let state = self.lock();
        let key = state.key_of(id).ok_or(ActError::UnknownTransaction)?;
        let portfolio = state.portfolio(key).ok_or(ActError::UnknownTransaction)?;
        let mut signers = portfolio.signers.iter().enumerate();
        let found = match who {
            Some(who) => signers.find(|(_, signer)| signer.email.eq_ignore_ascii_case(who) || signer.nin == who),
            None => signers.find(|(place, _)| flow::may_act(portfolio, *place).is_ok()),
        };
        found.map(|(signer, _)| Seat { portfolio: key, signer }).ok_or(ActError::NoRecipient)
    }
}
