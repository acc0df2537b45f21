//! efirma GO (Spain): one PDF per transaction, sent to blocks of recipients, signed in the vendor's own application.
//!
//! The wire contract is in the vendor's documentation and the project's notes on it; what is assumed there is a setting
//! here. What must stay true: `enviar_documento` is never repeated before a look-up by the submission's id found
//! nothing, and a refusal names every place that it may mean.

mod account;
mod answer;
mod artifacts;
mod blame;
mod blocks;
mod callback;
mod check;
mod codes;
mod directory;
mod expectations;
mod form;
mod limits;
mod operation_schemas;
mod operations;
mod options;
mod position;
mod reading;
mod search;
mod send;
mod settings;
mod settings_check;
mod settings_schema;
mod wire;

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;

use crate::provider::{Account, Fault, Profile, Provider};

/// The provider kind.
pub const KIND: &str = "efirma_go";

/// The vendor efirma GO.
#[derive(Debug)]
pub struct EfirmaGo {
    profile: Profile,
}

impl EfirmaGo {
    /// The vendor with its profile.
    #[must_use]
    pub fn new() -> Self {
        Self {
            profile: Profile {
                kind: KIND,
                display_name: "efirma GO",
                country: "ES",
                description: "Electronic signatures for companies in Spain. Each document is a transaction of its own, \
                              with signers, approvers and copies in parallel or in order, invited by e-mail or SMS. \
                              Nothing can be canceled, reminded or given a deadline through its interface.",
                settings_schema: settings_schema::settings(),
                credentials_schema: settings_schema::credentials(),
                options: options::schemas(),
                operations: operation_schemas::all(),
            },
        }
    }
}

impl Default for EfirmaGo {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for EfirmaGo {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn open(&self, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
        let private_key = credentials.get("private_key").and_then(Value::as_str).unwrap_or_default();
        let key_fault = private_key.trim().is_empty().then(|| Fault {
            pointer: "/credentials/private_key".to_owned(),
            code: "blank".to_owned(),
            detail: "The provider requires a value.".to_owned(),
        });
        match (settings_check::read(settings), key_fault) {
            (Ok(checked), None) => Ok(Arc::new(GoAccount { checked, private_key: SecretString::from(private_key) })),
            (Ok(_), Some(fault)) => Err(vec![fault]),
            (Err(faults), key_fault) => Err(faults.into_iter().chain(key_fault).collect()),
        }
    }
}

/// An account: one developer and one client company.
#[derive(Debug)]
struct GoAccount {
    checked: settings_check::Checked,
    private_key: SecretString,
}

impl GoAccount {
    fn frame(&self) -> position::Frame {
        position::Frame::new(&self.checked.settings)
    }
}
