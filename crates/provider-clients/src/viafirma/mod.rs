//! Viafirma Platform (Spain): one person signs a batch of files with a certificate on their own computer.
//!
//! The vendor has operations and no envelopes: no list, no invitation, no deadline, no cancellation, no callback. The
//! broker serves the link on its own page and reads the result. What must stay true: an operation is used once; adding a
//! file is never repeated in the same operation; the vendor's ids are bearer secrets, so that callers are shown a digest
//! only; whoever signed is compared with whoever was asked before a file is handed out.

mod account;
mod add_file;
mod answer;
mod artifacts;
mod attempts;
mod certificate;
mod check;
mod codes;
mod expectations;
mod finish;
mod http;
mod launch;
mod options;
mod policy;
mod position;
mod prepare;
mod reading;
mod result;
mod settings;
mod settings_check;
mod settings_schema;
mod steps;
mod verify;
mod wire;

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;

use crate::provider::{Account, Fault, Profile, Provider};

/// The provider kind.
pub const KIND: &str = "viafirma";

/// The vendor Viafirma.
#[derive(Debug)]
pub struct Viafirma {
    profile: Profile,
}

impl Viafirma {
    /// The vendor with its profile.
    #[must_use]
    pub fn new() -> Self {
        Self {
            profile: Profile {
                kind: KIND,
                display_name: "Viafirma Platform",
                country: "ES",
                description: "Signatures with certificates on the signer's own computer, through Viafirma Desktop, which \
                              a page of the broker starts. Each signer has an operation of their own over all documents, \
                              one signer after another. Nobody is invited or reminded: the caller shows the signing link.",
                settings_schema: settings_schema::settings(),
                credentials_schema: settings_schema::credentials(),
                options: options::schemas(),
                operations: verify::operations(),
            },
        }
    }
}

impl Default for Viafirma {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for Viafirma {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn open(&self, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
        let text = |name: &str| credentials.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (api_key, api_password) = (text("api_key"), text("api_password"));
        let mut faults = settings_check::credentials(&api_key, &api_password);
        match settings_check::read(settings) {
            Ok(checked) if faults.is_empty() => Ok(Arc::new(ViafirmaAccount {
                checked,
                api_key: SecretString::from(api_key),
                api_password: SecretString::from(api_password),
            })),
            Ok(_) => Err(faults),
            Err(of_settings) => {
                faults.splice(0..0, of_settings);
                Err(faults)
            }
        }
    }
}

/// An account: one application on one installation of the vendor's server.
#[derive(Debug)]
struct ViafirmaAccount {
    checked: settings_check::Checked,
    api_key: SecretString,
    api_password: SecretString,
}

impl ViafirmaAccount {
    fn settings(&self) -> &settings::Settings {
        &self.checked.settings
    }
}
