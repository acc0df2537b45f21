//! Firma Virtual (Chile): one contract for all documents, whose signers first accept a draft, then pay and sign; a notary
//! may certify or protocolise it.
//!
//! What must stay true: a contract that was created counts as live, so `create_contract` is never repeated before the
//! list of the owner's contracts was compared with the one from before the call; files are counted, because the vendor
//! may rename them; a business error may come with HTTP status 200.

mod account;
mod actions;
mod answer;
mod artifacts;
mod blame;
mod callback;
mod calls;
mod check;
mod create;
mod dates;
mod endpoint;
mod expectations;
mod fee;
mod files;
mod integrity;
mod known_texts;
mod look_up;
mod operation_inputs;
mod operation_schemas;
mod operations;
mod options;
mod people;
mod reading;
mod send;
mod session;
mod settings;
mod settings_check;
mod settings_schema;
mod states;
mod status;
mod steps;
mod users;
mod wire;

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;

use crate::provider::{Account, Fault, Profile, Provider};

/// The provider kind.
pub const KIND: &str = "firma_virtual";

/// The vendor's name in sentences.
const VENDOR: &str = "Firma Virtual";

/// The vendor Firma Virtual.
#[derive(Debug)]
pub struct FirmaVirtual {
    profile: Profile,
}

impl FirmaVirtual {
    /// The vendor with its profile.
    #[must_use]
    pub fn new() -> Self {
        Self {
            profile: Profile {
                kind: KIND,
                display_name: "Firma Virtual",
                country: "CL",
                description: "Simple electronic signatures in Chile, with a notary's certification or protocolisation \
                              where it is bought. Everybody signs in parallel, invited by e-mail; each signer accepts a \
                              draft first, and one or two of them pay. A RUT and a phone are required of everybody.",
                settings_schema: settings_schema::settings(),
                credentials_schema: settings_schema::credentials(),
                options: options::schemas(),
                operations: operation_schemas::all(),
            },
        }
    }
}

impl Default for FirmaVirtual {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for FirmaVirtual {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn open(&self, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
        let given = |name: &str| credentials.get(name).and_then(Value::as_str).unwrap_or_default();
        let (login, password) = (given("login"), given("password"));
        let mut faults: Vec<Fault> = [("login", login), ("password", password)]
            .into_iter()
            .filter(|(_, text)| text.trim().is_empty())
            .map(|(name, _)| Fault {
                pointer: format!("/credentials/{name}"),
                code: "blank".to_owned(),
                detail: "The provider requires a value.".to_owned(),
            })
            .collect();
        match settings_check::read(settings) {
            Ok(checked) if faults.is_empty() => Ok(Arc::new(FirmaAccount {
                checked,
                login: SecretString::from(login),
                password: SecretString::from(password),
            })),
            Ok(_) => Err(faults),
            Err(wrong) => {
                faults.splice(0..0, wrong);
                Err(faults)
            }
        }
    }
}

/// An account: one user of the vendor.
#[derive(Debug)]
struct FirmaAccount {
    checked: settings_check::Checked,
    login: SecretString,
    password: SecretString,
}
