//! GoFirmex (Chile): a portfolio of documents and signers, evaluated by the vendor, signed on its pages, legalised by a
//! notary where wanted.
//!
//! The vendor's reference is private, so every path, name, pointer and word is a part of the account's `profile`. What
//! must stay true: only `start` reaches people, so that everything before it is begun anew after a doubt and `start`
//! itself is only ever repeated for the same portfolio; and what an unauthenticated callback tells is believed only of a
//! portfolio that this account made.

mod account;
mod actions;
mod answer;
mod artifacts;
mod blame;
mod callback;
mod calls;
mod check;
mod endpoint;
mod expectations;
mod jwt;
mod key;
mod look_up;
mod operation_schemas;
mod operations;
mod options;
mod people;
mod profile;
mod profile_schema;
mod reading;
mod send;
mod settings;
mod settings_check;
mod settings_schema;
mod signature;
mod signers;
mod steps;
mod wire;

use std::sync::Arc;

use serde_json::Value;

use self::profile::Timeouts;
use crate::provider::{Account, Fault, Profile, Provider};

/// The provider kind.
pub const KIND: &str = "gofirmex";

/// The vendor GoFirmex.
#[derive(Debug)]
pub struct Gofirmex {
    profile: Profile,
}

impl Gofirmex {
    /// The vendor with its profile.
    #[must_use]
    pub fn new() -> Self {
        Self {
            profile: Profile {
                kind: KIND,
                display_name: "GoFirmex",
                country: "CL",
                description: "Simple and advanced electronic signatures in Chile, with a notary where wanted. A \
                              portfolio holds several documents and signers, in parallel or in order; the provider \
                              evaluates it before anybody can sign, and tells everything by callbacks. Signers are \
                              known by their RUT and invited by e-mail, or by the caller with a signing link.",
                settings_schema: settings_schema::settings(),
                credentials_schema: settings_schema::credentials(),
                options: options::schemas(),
                operations: operation_schemas::all(),
            },
        }
    }
}

impl Default for Gofirmex {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for Gofirmex {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn open(&self, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
        let checked = settings_check::read(settings, credentials)?;
        Ok(Arc::new(GofirmexAccount { checked }))
    }
}

/// An account: one user and one key.
#[derive(Debug)]
struct GofirmexAccount {
    checked: settings_check::Checked,
}

impl GofirmexAccount {
    fn timeouts(&self) -> Timeouts {
        self.checked.profile.timeouts
    }
}
