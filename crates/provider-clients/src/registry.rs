//! The vendors that this build knows. Adding one is a folder and a line here; nothing else lists kinds.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::arqsign;
use crate::efirma_go;
use crate::firma_virtual;
use crate::gofirmex;
use crate::provider::{Account, Fault, Profile, Provider};
use crate::schema::{Checker, SchemaError};
use crate::transport::guard;
use crate::viafirma;

/// A set of vendors that cannot be used: a defect of the build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// A kind is not `[a-z][a-z0-9_]{1,39}`: it stands in URLs, in columns and in metrics.
    #[error("`{0}` is not a name for a provider kind")]
    Kind(String),
    /// Two vendors share a kind.
    #[error("the provider kind `{0}` is there twice")]
    Duplicate(String),
    /// A schema of a vendor is broken.
    #[error("the {what} schema of `{kind}` is broken: {error}")]
    Schema {
        /// The vendor.
        kind: String,
        /// Which schema.
        what: &'static str,
        /// What is wrong with it.
        error: SchemaError,
    },
}

struct Entry {
    provider: Arc<dyn Provider>,
    settings: Checker,
    credentials: Checker,
}

/// The vendors by kind.
pub struct Registry {
    entries: BTreeMap<&'static str, Entry>,
    allow_private_targets: bool,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.entries.keys()).finish()
    }
}

impl Registry {
    /// Every vendor of this build. `allow_private_targets` lets accounts point at private addresses and plain http.
    ///
    /// # Errors
    /// [`RegistryError`]: a defect of the build.
    pub fn standard(allow_private_targets: bool) -> Result<Self, RegistryError> {
        let providers: Vec<Arc<dyn Provider>> = vec![
            Arc::new(arqsign::ArqSign::new()),
            Arc::new(efirma_go::EfirmaGo::new()),
            Arc::new(firma_virtual::FirmaVirtual::new()),
            Arc::new(gofirmex::Gofirmex::new()),
            Arc::new(viafirma::Viafirma::new()),
        ];
        Self::with(providers, allow_private_targets)
    }

    /// These vendors.
    ///
    /// # Errors
    /// [`RegistryError`]: a bad or repeated kind, or a broken schema.
    pub fn with(providers: Vec<Arc<dyn Provider>>, allow_private_targets: bool) -> Result<Self, RegistryError> {
        let mut entries = BTreeMap::new();
        for provider in providers {
            let profile = provider.profile();
            let kind = profile.kind;
            if !is_kind(kind) {
                return Err(RegistryError::Kind(kind.to_owned()));
            }
            let [settings, credentials] = checkers(profile)?;
            if entries.insert(kind, Entry { provider, settings, credentials }).is_some() {
                return Err(RegistryError::Duplicate(kind.to_owned()));
            }
        }
        Ok(Self { entries, allow_private_targets })
    }

    /// The vendor of this kind.
    #[must_use]
    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Provider>> {
        self.entries.get(kind).map(|entry| &entry.provider)
    }

    /// The vendors, by kind.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.entries.values().map(|entry| &entry.provider)
    }

    /// An account from what a tenant wrote. `Value::Null` counts as an empty object.
    ///
    /// # Errors
    /// Every fault that can be told together, with pointers `/kind`, `/settings/…` and `/credentials/…`: first those of
    /// the schemas, then those of the vendor, then addresses that the broker must not call.
    pub fn open_account(
        &self,
        kind: &str,
        settings: &Value,
        credentials: &Value,
    ) -> Result<Arc<dyn Account>, Vec<Fault>> {
        let Some(entry) = self.entries.get(kind) else {
            return Err(vec![Fault {
                pointer: "/kind".to_owned(),
                code: "not_allowed".to_owned(),
                detail: format!("It must be one of {}.", self.entries.keys().copied().collect::<Vec<_>>().join(", ")),
            }]);
        };
        let empty = Value::Object(serde_json::Map::new());
        let settings = if settings.is_null() { &empty } else { settings };
        let credentials = if credentials.is_null() { &empty } else { credentials };
        let mut faults = entry.settings.faults(settings, "/settings");
        faults.extend(entry.credentials.faults(credentials, "/credentials"));
        if !faults.is_empty() {
            return Err(faults);
        }
        let account = entry.provider.open(settings, credentials)?;
        let faults: Vec<Fault> = account
            .outgoing_urls()
            .into_iter()
            .filter_map(|(pointer, url)| {
                let error = guard::check_url(&url, self.allow_private_targets).err()?;
                Some(Fault {
                    pointer,
                    code: "target_not_allowed".to_owned(),
                    detail: format!("It is refused: {error}."),
                })
            })
            .collect();
        if faults.is_empty() { Ok(account) } else { Err(faults) }
    }
}

/// The compiled schemas of settings and credentials; those of options and operations are compiled once to be sure of
/// them, since a broken one would only be met when a tenant uses it.
fn checkers(profile: &Profile) -> Result<[Checker; 2], RegistryError> {
    let compile = |what, schema: &Value| {
        Checker::new(schema).map_err(|error| RegistryError::Schema { kind: profile.kind.to_owned(), what, error })
    };
    for schema in [&profile.options.envelope, &profile.options.recipient, &profile.options.document] {
        compile("options", schema)?;
    }
    for operation in &profile.operations {
        compile("operations", &operation.input)?;
        compile("operations", &operation.output)?;
    }
    Ok([compile("settings", &profile.settings_schema)?, compile("credentials", &profile.credentials_schema)?])
}

fn is_kind(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && (2..=40).contains(&text.len())
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests;
