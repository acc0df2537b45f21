//! ArqSign (Brazil): one process with all documents and recipients, created and sent by one call.
//!
//! What must stay true: that call is never repeated, because nothing can be looked up after it; a webhook that carries our
//! reference in the process' name, or a person, settles a doubt. Files are taken from a process only when it is concluded.
//! Access codes, signing links and keys are secrets wherever they stand.

mod account;
mod actions;
mod answer;
mod artifacts;
mod blame;
mod callback;
mod calls;
mod check;
mod contacts;
mod endpoints;
mod expectations;
mod integrity;
mod limits;
mod linking;
mod messages;
mod operation_schemas;
mod operations;
mod options;
mod overview;
mod position;
mod reading;
mod recipient;
mod send;
mod settings;
mod settings_check;
mod settings_schema;
mod signers;
mod told;
mod webhook;
mod wire;
mod words;

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;

use crate::provider::{Account, CallbackAnswer, Fault, Profile, Provider};

/// The provider kind.
pub const KIND: &str = "arqsign";

/// The vendor ArqSign.
#[derive(Debug)]
pub struct ArqSign {
    profile: Profile,
}

impl ArqSign {
    /// The vendor with its profile.
    #[must_use]
    pub fn new() -> Self {
        Self {
            profile: Profile {
                kind: KIND,
                display_name: "ArqSign",
                country: "BR",
                description: "Electronic signatures for companies in Brazil. One process holds up to 25 PDFs and all \
                              recipients, in parallel or in order, invited by e-mail or WhatsApp, with electronic, other \
                              certificate or ICP-Brasil signatures. Calls are few: plans have a monthly quota.",
                settings_schema: settings_schema::settings(),
                credentials_schema: settings_schema::credentials(),
                options: options::schemas(),
                operations: operation_schemas::all(),
            },
        }
    }
}

impl Default for ArqSign {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for ArqSign {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn open(&self, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
        let (keys, key_faults) = Keys::read(credentials);
        match (settings_check::read(settings), key_faults.is_empty()) {
            (Ok(checked), true) => Ok(Arc::new(ArqAccount { checked, keys })),
            (Ok(_), false) => Err(key_faults),
            (Err(faults), _) => Err(faults.into_iter().chain(key_faults).collect()),
        }
    }

    /// A 404 would switch the vendor's webhook off. Source: contract section 4.
    fn unknown_token_answer(&self) -> Option<CallbackAnswer> {
        Some(callback::taken())
    }
}

/// An account's secrets.
#[derive(Debug)]
struct Keys {
    app: SecretString,
    subscription: SecretString,
    webhook: Option<SecretString>,
}

impl Keys {
    fn read(credentials: &Value) -> (Self, Vec<Fault>) {
        let given = |name: &str| credentials.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
        let blank = |name: &str| Fault {
            pointer: format!("/credentials/{name}"),
            code: "blank".to_owned(),
            detail: "The provider requires a value.".to_owned(),
        };
        let faults = ["app_key", "subscription_key"].into_iter().filter(|name| given(name).is_empty()).map(blank);
        let secret = |name: &str| SecretString::from(given(name));
        let webhook = Some(given("webhook_hmac_key")).filter(|key| !key.is_empty()).map(SecretString::from);
        (Self { app: secret("app_key"), subscription: secret("subscription_key"), webhook }, faults.collect())
    }
}

/// An account: one company at the vendor, with the user and the folder that processes belong to.
#[derive(Debug)]
struct ArqAccount {
    checked: settings_check::Checked,
    keys: Keys,
}
