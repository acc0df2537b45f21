//! The simulated Viafirma as tests in the same process hold it.

use std::sync::MutexGuard;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::VENDOR;
use super::certificate::CertificateKind;
use super::codes::named;
use super::config::{Application, Variants, ViafirmaConfig};
use super::flow::{self, Choice, PartialFailure};
use super::launch::{Launch, LaunchError};
use super::state::{Flow, State};
use super::views::{OperationView, desktop_url, operation_view};
use crate::sandbox::Sandbox;
use crate::transactions::{ActError, Transaction};

/// The simulated Viafirma: applications, variants, operations and what signers do with them.
#[derive(Clone)]
pub struct Viafirma {
    sandbox: Sandbox,
}

impl Viafirma {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// A world with nothing but what the configuration says.
    pub(crate) fn state(seed: Option<u64>, config: &ViafirmaConfig) -> State {
        State::new(seed, config)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.sandbox.viafirma_state()
    }

    /// The base address for an account: `{base_url}/viafirma`. The public and the service address are the same.
    pub fn base_url(&self) -> String {
        format!("{}/{VENDOR}", self.sandbox.base_url())
    }

    /// Adds an application, or replaces the one with the same key.
    pub fn put_application(&self, application: Application) {
        let mut state = self.lock();
        state.applications.retain(|known| known.api_key != application.api_key);
        state.applications.push(application);
    }

    /// The deviations in force.
    pub fn variants(&self) -> Variants {
        self.lock().variants.clone()
    }

    /// Replaces the deviations.
    pub fn set_variants(&self, variants: Variants) {
        self.lock().variants = variants;
    }

    /// Applications, deviations and how many operations there are, for the control API.
    pub(crate) fn summary(&self) -> Value {
        let state = self.lock();
        json!({
            "base_url": self.base_url(),
            "applications": state.applications,
            "variants": state.variants,
            "operations": state.operations().len(),
        })
    }

    /// All operations, oldest first.
    pub fn operations(&self) -> Vec<OperationView> {
        let state = self.lock();
        let (base_url, now) = (self.base_url(), self.sandbox.now());
        let views = state.operations().iter().map(|found| operation_view(found, &base_url, now, &state.variants));
        views.collect()
    }

    /// One operation by its `operationId`, also when the vendor knows it no longer.
    pub fn operation(&self, id: &str) -> Option<OperationView> {
        let state = self.lock();
        Some(operation_view(state.operation(id)?, &self.base_url(), self.sandbox.now(), &state.variants))
    }

    /// All signing operations, oldest first; log-ins are not among them.
    ///
    /// `correlation` holds the `sourceId`s joined by `;`, none in the direct flow. `people` is the one signer, whose contact is the first identity
    /// number of the filter, empty without one.
    pub fn transactions(&self) -> Vec<Transaction> {
        let signing = self.operations().into_iter().filter(|operation| operation.flow != Flow::Authentication);
        signing.map(OperationView::transaction).collect()
    }

    /// A file as received, by its place from 0; empty in the null sink.
    pub fn original(&self, id: &str, file: usize) -> Option<Bytes> {
        let state = self.lock();
        Some(state.operation(id)?.files.get(file)?.original.clone())
    }

    /// A file as signed, by its place from 0; none before it is signed.
    pub fn signed(&self, id: &str, file: usize) -> Option<Bytes> {
        let state = self.lock();
        Some(state.operation(id)?.files.get(file)?.signature.as_ref()?.signed.clone())
    }

    /// Signs all files with the certificate that [`Variants::certificate`] names.
    ///
    /// # Errors
    /// [`ActError`]; [`ActError::NoRecipient`] when `contact` is not a number of the operation's filter.
    pub async fn sign(&self, id: &str, contact: Option<&str>) -> Result<(), ActError> {
        self.check_contact(id, contact)?;
        let choice = flow::default_choice(&self.sandbox);
        flow::sign(&self.sandbox, id, &choice, None).await
    }

    /// Signs all files with a certificate of that kind; `members` replace members of its data, and may be empty.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn sign_with(
        &self,
        id: &str,
        kind: CertificateKind,
        members: Map<String, Value>,
    ) -> Result<(), ActError> {
        flow::sign(&self.sandbox, id, &Choice { kind, members }, None).await
    }

    /// Cancels in the desktop program, which is how a signer declines here.
    ///
    /// # Errors
    /// As [`Viafirma::sign`].
    pub async fn decline(&self, id: &str, contact: Option<&str>) -> Result<(), ActError> {
        self.check_contact(id, contact)?;
        flow::cancel(&self.sandbox, id)
    }

    /// Fails with a code: as a whole, or only these files (places from 0) while the signer signs the others.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn fail(&self, id: &str, code: &str, files: Option<&[usize]>) -> Result<(), ActError> {
        match files {
            None => flow::fail(&self.sandbox, id, named(code)),
            Some(files) => {
                let failure = PartialFailure { code: named(code), files: files.to_vec() };
                let choice = flow::default_choice(&self.sandbox);
                flow::sign(&self.sandbox, id, &choice, Some(failure)).await
            }
        }
    }

    /// Removes an operation at the vendor with everything that came of it.
    ///
    /// # Errors
    /// [`ActError::UnknownTransaction`], [`ActError::NotInProcess`] when that happened already.
    pub fn expire(&self, id: &str) -> Result<(), ActError> {
        flow::expire(&self.sandbox, id)
    }

    /// Follows a launch link as the signer's computer does, and gives the page that plays the desktop program.
    ///
    /// # Errors
    /// [`LaunchError`] when the link would not start an operation of this server.
    pub fn launch(&self, link: &str) -> Result<String, LaunchError> {
        let launch = Launch::parse(link)?;
        if launch.url != self.base_url() {
            return Err(LaunchError::Server);
        }
        let state = self.lock();
        let operation = state.operation(launch.operation_id).ok_or(LaunchError::Operation)?;
        if operation.is_gone(self.sandbox.now(), &state.variants) {
            return Err(LaunchError::Operation);
        }
        if launch.parallel != (operation.flow == Flow::Batch) {
            return Err(LaunchError::Flow);
        }
        Ok(desktop_url(&self.base_url(), &operation.id))
    }

    fn check_contact(&self, id: &str, contact: Option<&str>) -> Result<(), ActError> {
        let state = self.lock();
        let operation = state.operation(id).ok_or(ActError::UnknownTransaction)?;
        let Some(contact) = contact else {
            return Ok(());
        };
        let values = operation.filters.number.as_ref().map_or(&[][..], |filter| filter.values());
        let asked = values.iter().any(|value| value.eq_ignore_ascii_case(contact));
        if asked || (values.is_empty() && contact.is_empty()) { Ok(()) } else { Err(ActError::NoRecipient) }
    }
}
