//! Declared tenants: what the configuration says that must exist.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::capability::Feature;
use domain::envelope::{Delivery, Notary, SignatureLevel};
use domain::routing::{AnyOf, When};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use validator::Validate;

use broker::Scope;

use super::{rules, values};

/// A tenant and what belongs to it.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeclaredTenant {
    /// Its short name, by which it is known.
    #[validate(custom(function = "rules::slug"))]
    pub slug: String,
    /// Its name for people.
    #[validate(length(min = 1, max = 200))]
    pub name: String,
    /// Its provider accounts.
    #[serde(default)]
    #[validate(nested)]
    pub accounts: Vec<DeclaredAccount>,
    /// Its routing; `None` leaves what is there.
    pub routing: Option<DeclaredRouting>,
    /// Its API keys.
    #[serde(default)]
    #[validate(nested)]
    pub api_keys: Vec<DeclaredKey>,
}

/// A provider account.
#[derive(Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeclaredAccount {
    /// Its name within the tenant, by which it is known.
    #[validate(length(min = 1, max = 100))]
    pub name: String,
    /// The provider's kind.
    pub kind: String,
    /// Settings, as the provider's schema has them.
    #[serde(default)]
    pub settings: Value,
    /// Credentials, as the provider's schema has them.
    #[serde(default)]
    pub credentials: Value,
}

impl std::fmt::Debug for DeclaredAccount {
    /// Without the credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeclaredAccount").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A routing policy that names accounts by their names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredRouting {
    /// The account for envelopes that no rule matches.
    pub default_account: Option<String>,
    /// Rules; the first that matches wins.
    #[serde(default)]
    pub rules: Vec<DeclaredRule>,
}

/// A routing rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredRule {
    /// Its name.
    pub name: String,
    /// When it applies.
    #[serde(default)]
    pub when: DeclaredWhen,
    /// Names of accounts, the preferred one first.
    pub accounts: Vec<String>,
}

/// The conditions of a rule; see [`When`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the conditions are documented where they are decided")]
pub struct DeclaredWhen {
    pub language: Option<AnyOf<String>>,
    pub recipient_country: Option<AnyOf<String>>,
    pub signature_level: Option<AnyOf<SignatureLevel>>,
    pub delivery: Option<AnyOf<Delivery>>,
    pub notary: Option<AnyOf<Notary>>,
    pub document_count: Option<AnyOf<u32>>,
    /// A feature that the envelope asks for.
    pub feature: Option<AnyOf<Feature>>,
    pub metadata: BTreeMap<String, AnyOf<String>>,
}

impl From<DeclaredWhen> for When {
    fn from(when: DeclaredWhen) -> Self {
        let DeclaredWhen {
            language,
            recipient_country,
            signature_level,
            delivery,
            notary,
            document_count,
            feature,
            metadata,
        } = when;
        Self { language, recipient_country, signature_level, delivery, notary, document_count, feature, metadata }
    }
}

/// An API key whose secret is known beforehand.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeclaredKey {
    /// A name for people.
    #[validate(length(min = 1, max = 100))]
    pub name: String,
    /// The key itself.
    pub key: SecretString,
    /// What it may do.
    #[serde(default, deserialize_with = "values::words")]
    #[validate(length(min = 1))]
    pub scopes: Vec<Scope>,
    /// When it ends; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
}
