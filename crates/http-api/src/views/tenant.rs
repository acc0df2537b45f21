//! Tenants and API keys.

use broker::persistence::{ApiKey, TenantRecord};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::ToSchema;

use super::values::{ApiKeyId, TenantId, Timestamp};

/// A tenant: an internal team or company.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TenantView {
    /// Its identifier.
    pub id: TenantId,
    /// Its name for people.
    #[schema(example = "Human Resources")]
    pub name: String,
    /// A short name that no other tenant has.
    #[schema(example = "hr")]
    pub slug: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

impl From<&TenantRecord> for TenantView {
    fn from(tenant: &TenantRecord) -> Self {
        Self {
            id: tenant.id.into(),
            name: tenant.name.clone(),
            slug: tenant.slug.clone(),
            created_at: tenant.created_at.into(),
            updated_at: tenant.updated_at.into(),
        }
    }
}

/// An API key, without its text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiKeyView {
    /// Its identifier.
    pub id: ApiKeyId,
    /// Its tenant; null for a key of the platform.
    pub tenant_id: Option<TenantId>,
    /// Its name for people.
    #[schema(example = "payroll service")]
    pub name: String,
    /// The first characters of its text, to tell keys apart.
    #[schema(example = "rk_1a2b3c4")]
    pub prefix: String,
    /// What it may do.
    #[schema(example = json!(["envelopes:read", "envelopes:write"]))]
    pub scopes: Vec<String>,
    /// After this it is not valid; null means never.
    pub expires_at: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl From<&ApiKey> for ApiKeyView {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.into(),
            tenant_id: key.tenant.map(Into::into),
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            scopes: key.scopes.clone(),
            expires_at: key.expires_at.map(Into::into),
            revoked_at: key.revoked_at.map(Into::into),
            last_used_at: key.last_used_at.map(Into::into),
            created_at: key.created_at.into(),
        }
    }
}

/// An API key with its text, which is told this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct CreatedApiKeyView {
    /// Its identifier.
    pub id: ApiKeyId,
    /// Its text: keep it now, it is never told again. Null only when an earlier answer to the same request was lost:
    /// revoke the key then and create another.
    #[schema(example = "rk_1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b")]
    pub key: Option<String>,
    /// Its tenant; null for a key of the platform.
    pub tenant_id: Option<TenantId>,
    /// Its name for people.
    #[schema(example = "payroll service")]
    pub name: String,
    /// The first characters of its text, to tell keys apart.
    #[schema(example = "rk_1a2b3c4")]
    pub prefix: String,
    /// What it may do.
    #[schema(example = json!(["envelopes:read", "envelopes:write"]))]
    pub scopes: Vec<String>,
    /// After this it is not valid; null means never.
    pub expires_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl CreatedApiKeyView {
    /// A key with its text, where that is still known.
    #[must_use]
    pub fn new(key: &ApiKey, text: Option<&SecretString>) -> Self {
        Self {
            id: key.id.into(),
            key: text.map(|text| text.expose_secret().to_owned()),
            tenant_id: key.tenant.map(Into::into),
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            scopes: key.scopes.clone(),
            expires_at: key.expires_at.map(Into::into),
            created_at: key.created_at.into(),
        }
    }
}
