//! Providers and provider accounts.

use broker::provider_clients::provider::{OperationSpec, Profile, WebhookHealth};
use broker::{AccountView as Account, CapabilityMatrix, Quota, VerifyResult};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::finding::{CapabilityView, LimitsView};
use super::values::{AccountId, Timestamp};

/// A provider that this service knows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderView {
    /// Its kind: what accounts and `provider_options` name it by.
    #[schema(example = "efirma_go")]
    pub kind: String,
    /// Its name for people.
    #[schema(example = "efirma GO")]
    pub display_name: String,
    /// Its country (ISO 3166-1 alpha-2).
    #[schema(example = "ES")]
    pub country: String,
    /// What to know about it.
    #[schema(example = "Spanish e-signature service for companies.")]
    pub description: String,
    /// How well it honours each feature with default settings.
    pub capabilities: Vec<CapabilityView>,
    /// Its limits with default settings.
    pub limits: LimitsView,
    /// JSON Schema (2020-12) of an account's settings.
    #[schema(value_type = Object, example = json!({ "type": "object" }))]
    pub settings_schema: Value,
    /// JSON Schema of an account's credentials.
    #[schema(value_type = Object, example = json!({ "type": "object" }))]
    pub credentials_schema: Value,
    /// JSON Schemas of its options.
    pub options: OptionSchemasView,
    /// Its own operations beside an envelope's life.
    pub operations: Vec<OperationView>,
}

impl ProviderView {
    /// A provider and its matrix.
    #[must_use]
    pub fn new(profile: &Profile, matrix: &CapabilityMatrix) -> Self {
        Self {
            kind: profile.kind.to_owned(),
            display_name: profile.display_name.to_owned(),
            country: profile.country.to_owned(),
            description: profile.description.to_owned(),
            capabilities: matrix.capabilities.iter().map(Into::into).collect(),
            limits: matrix.limits.into(),
            settings_schema: profile.settings_schema.clone(),
            credentials_schema: profile.credentials_schema.clone(),
            options: OptionSchemasView {
                envelope: profile.options.envelope.clone(),
                recipient: profile.options.recipient.clone(),
                document: profile.options.document.clone(),
            },
            operations: profile.operations.iter().map(Into::into).collect(),
        }
    }
}

/// JSON Schemas of `provider_options.<kind>` at each place where options may stand.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OptionSchemasView {
    /// On the envelope.
    #[schema(value_type = Object, example = json!({ "type": "object" }))]
    pub envelope: Value,
    /// On a recipient.
    #[schema(value_type = Object, example = json!({ "type": "object" }))]
    pub recipient: Value,
    /// On a document.
    #[schema(value_type = Object, example = json!({ "type": "object" }))]
    pub document: Value,
}

/// An operation of a provider beside an envelope's life.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OperationView {
    /// Its name in the path.
    #[schema(example = "get_signer")]
    pub name: String,
    /// What it gives.
    #[schema(example = "Reads a signer of the provider's directory.")]
    pub summary: String,
    /// Whether it changes something at the provider.
    #[schema(example = false)]
    pub changes: bool,
    /// JSON Schema of its input.
    #[schema(value_type = Object, example = json!({ "type": "object" }))]
    pub input: Value,
    /// JSON Schema of its result.
    #[schema(value_type = Object, example = json!({ "type": "object" }))]
    pub output: Value,
}

impl From<&OperationSpec> for OperationView {
    fn from(operation: &OperationSpec) -> Self {
        Self {
            name: operation.name.to_owned(),
            summary: operation.summary.to_owned(),
            changes: operation.changes,
            input: operation.input.clone(),
            output: operation.output.clone(),
        }
    }
}

/// How well an account honours each feature.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CapabilitiesView {
    /// The provider's kind.
    #[schema(example = "efirma_go")]
    pub kind: String,
    /// The account.
    pub account_id: Option<AccountId>,
    /// One row for each feature.
    pub capabilities: Vec<CapabilityView>,
    /// The limits.
    pub limits: LimitsView,
}

impl From<&CapabilityMatrix> for CapabilitiesView {
    fn from(matrix: &CapabilityMatrix) -> Self {
        Self {
            kind: matrix.kind.clone(),
            account_id: matrix.account_id.map(Into::into),
            capabilities: matrix.capabilities.iter().map(Into::into).collect(),
            limits: matrix.limits.into(),
        }
    }
}

/// A provider account. Credentials are never shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderAccountView {
    /// Its identifier.
    pub id: AccountId,
    /// Its name, unique within the tenant.
    #[schema(example = "spain")]
    pub name: String,
    /// The provider's kind.
    #[schema(example = "efirma_go")]
    pub kind: String,
    /// Its settings.
    #[schema(value_type = Object, example = json!({ "base_url": "https://api.efirma.es", "cif_desarrollador": "B12345674", "nombre_cliente": "Acme SL", "cif_cliente": "B12345674", "email_cliente": "firmas@acme.example" }))]
    pub settings: Value,
    /// Whether envelopes that no routing rule matches go to it.
    #[schema(example = true)]
    pub default: bool,
    /// Where the provider calls back: a secret to be given to nobody else; null when this service has no public address.
    #[schema(example = "https://sign.acme.example/callbacks/efirma_go/8f14e45fceea167a5a36dedd4bea2543")]
    pub callback_url: Option<String>,
    /// Its limits.
    pub limits: LimitsView,
    /// How well the provider's callbacks are arranged; null where the provider has no calls to arrange them.
    pub webhook: Option<WebhookView>,
    /// The quotas of calls that the account has at the provider, and what is used of them.
    pub quotas: Vec<QuotaView>,
    /// Counts its changes.
    #[schema(example = 1)]
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

impl ProviderAccountView {
    /// An account; the callback address, which is a secret, only with `secrets`.
    #[must_use]
    pub fn new(account: &Account, secrets: bool) -> Self {
        Self {
            id: account.id.into(),
            name: account.name.clone(),
            kind: account.kind.clone(),
            settings: account.settings.clone(),
            default: account.default,
            callback_url: account.callback_url.clone().filter(|_| secrets),
            limits: account.limits.into(),
            webhook: account.webhook.as_ref().map(Into::into),
            quotas: account.quotas.iter().map(Into::into).collect(),
            version: account.version,
            created_at: account.created_at.into(),
            updated_at: account.updated_at.into(),
        }
    }
}

/// How well a provider's callbacks are arranged.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookView {
    /// Whether the provider is known to call back.
    #[schema(example = true)]
    pub healthy: bool,
    /// A sentence for people.
    #[schema(example = "The provider calls back.")]
    pub detail: String,
    /// When it was last confirmed at the provider.
    pub checked_at: Option<Timestamp>,
}

impl From<&WebhookHealth> for WebhookView {
    fn from(health: &WebhookHealth) -> Self {
        Self { healthy: health.healthy, detail: health.detail.clone(), checked_at: health.checked_at.map(Into::into) }
    }
}

/// A quota of calls.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QuotaView {
    /// The window of time, in seconds.
    #[schema(example = 3600)]
    pub per_seconds: u64,
    /// How many calls it takes.
    #[schema(example = 80)]
    pub limit: u32,
    /// How many were made in the present window.
    #[schema(example = 12)]
    pub used: u32,
}

impl From<&Quota> for QuotaView {
    fn from(quota: &Quota) -> Self {
        Self { per_seconds: quota.per_seconds, limit: quota.limit, used: quota.used }
    }
}

/// What the provider said about an account's credentials.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VerificationView {
    /// `ok`, `refused` or `unreachable`.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// A sentence for people.
    #[schema(example = "The provider accepts the credentials.")]
    pub detail: String,
    /// What to know although it is `ok`.
    pub warnings: Vec<String>,
    /// Facts that the provider told of the account.
    #[schema(value_type = Object, example = json!({}))]
    pub details: Value,
}

impl From<&VerifyResult> for VerificationView {
    fn from(result: &VerifyResult) -> Self {
        Self {
            status: result.status,
            detail: result.detail.clone(),
            warnings: result.warnings.clone(),
            details: result.details.clone(),
        }
    }
}
