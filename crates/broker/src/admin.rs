//! Platform administration: tenants, API keys, dead jobs, the audit trail.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use domain::events::Actor;
use domain::ids::{ApiKeyId, JobId, TenantId};
use persistence::{ApiKey, AuditEntry, DeadJob, Page, Paged, TenantRecord};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::caller::{Caller, RequestTicket};
use crate::{Broker, BrokerError, Result, digest};

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read envelopes and their events.
    #[serde(rename = "envelopes:read")]
    EnvelopesRead,
    /// Create, change, send and take back envelopes.
    #[serde(rename = "envelopes:write")]
    EnvelopesWrite,
    /// Read the contents of documents and artifacts.
    #[serde(rename = "documents:read")]
    DocumentsRead,
    /// Read provider accounts and routing.
    #[serde(rename = "accounts:read")]
    AccountsRead,
    /// Change provider accounts and routing, run operations.
    #[serde(rename = "accounts:write")]
    AccountsWrite,
    /// Read webhook endpoints.
    #[serde(rename = "webhooks:read")]
    WebhooksRead,
    /// Change webhook endpoints.
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
    /// Administer the platform; includes every other scope.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 8] = [
        Self::EnvelopesRead,
        Self::EnvelopesWrite,
        Self::DocumentsRead,
        Self::AccountsRead,
        Self::AccountsWrite,
        Self::WebhooksRead,
        Self::WebhooksWrite,
        Self::Admin,
    ];

    /// The word of the scope.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EnvelopesRead => "envelopes:read",
            Self::EnvelopesWrite => "envelopes:write",
            Self::DocumentsRead => "documents:read",
            Self::AccountsRead => "accounts:read",
            Self::AccountsWrite => "accounts:write",
            Self::WebhooksRead => "webhooks:read",
            Self::WebhooksWrite => "webhooks:write",
            Self::Admin => "admin",
        }
    }

    /// The scope with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// Who presented a key.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The key.
    pub key: ApiKeyId,
    /// Its tenant; `None` for a key of the platform.
    pub tenant: Option<TenantId>,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

impl Principal {
    /// Whether the key may do this.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&Scope::Admin)
    }
}

/// Who administers the platform.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// Who it is, for the trail.
    pub actor: Actor,
    /// The idempotent request that this is.
    pub request: Option<RequestTicket>,
}

/// A key to create.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// A name for people.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it ends; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A tenant to create.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Its name for people.
    pub name: String,
    /// Its short name, unique.
    pub slug: String,
}

/// Length of the part of a key that is kept readable, so that people can tell keys apart.
const PREFIX_CHARS: usize = 10;

impl Broker {
    /// Who presented this key; `None` when there is no such key, or it ended.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`].
    pub async fn authenticate(&self, presented: &SecretString) -> Result<Option<Principal>> {
        let now = self.clock().now();
        let Some(key) = self.store().find_api_key(presented).await?.filter(|key| key.is_valid(now)) else {
            return Ok(None);
        };
        self.store().touch_api_key(&key, now).await?;
        let scopes = key.scopes.iter().filter_map(|word| Scope::parse(word)).collect();
        Ok(Some(Principal { key: key.id, tenant: key.tenant, scopes }))
    }

    /// Creates a tenant.
    ///
    /// # Errors
    /// [`BrokerError::NameTaken`] for the slug.
    pub async fn create_tenant(&self, by: &Administrator, new: NewTenant) -> Result<TenantRecord> {
        let now = self.clock().now();
        let record =
            TenantRecord { id: TenantId::generate(), slug: new.slug, name: new.name, created_at: now, updated_at: now };
        self.store().create_tenant(&record).await?;
        self.note(by, record.id, "tenant.created", record.id, json!({ "slug": record.slug })).await?;
        Ok(record)
    }

    /// The tenants, the newest first.
    ///
    /// # Errors
    /// [`BrokerError::BadCursor`].
    pub async fn tenants(&self, page: &Page) -> Result<Paged<TenantRecord>> {
        Ok(self.store().tenants(page).await?)
    }

    /// One tenant.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn tenant(&self, id: TenantId) -> Result<TenantRecord> {
        self.store().tenant(id).record().await?.ok_or(BrokerError::NotFound)
    }

    /// Gives a tenant another name or slug; what is `None` stays.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::NameTaken`] for the slug.
    pub async fn update_tenant(
        &self,
        by: &Administrator,
        id: TenantId,
        name: Option<String>,
        slug: Option<String>,
    ) -> Result<TenantRecord> {
        let known = self.tenant(id).await?;
        let (name, slug) = (name.unwrap_or(known.name), slug.unwrap_or(known.slug));
        self.store().tenant(id).rename(&slug, &name, self.clock().now()).await?;
        self.note(by, id, "tenant.updated", id, json!({ "slug": slug })).await?;
        self.tenant(id).await
    }

    /// Deletes a tenant that has no envelopes and no accounts.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`], [`BrokerError::TenantNotEmpty`].
    pub async fn delete_tenant(&self, by: &Administrator, id: TenantId) -> Result<()> {
        self.store().tenant(id).delete().await?;
        self.note(by, id, "tenant.deleted", id, json!({})).await
    }

    /// Creates an API key. The key itself is told this once and stored hashed.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`] for the tenant.
    pub async fn create_api_key(
        &self,
        by: &Administrator,
        tenant: Option<TenantId>,
        new: NewApiKey,
    ) -> Result<(ApiKey, SecretString)> {
        let text = SecretString::from(format!("rk_{}", hex::encode(digest::random())));
        let key = self.keep_api_key(by, tenant, new, &text).await?;
        Ok((key, text))
    }

    /// Stores an API key whose text is known already, such as a bootstrap key from the configuration.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`] for the tenant, [`BrokerError::NameTaken`] when the text is a key already.
    pub async fn keep_api_key(
        &self,
        by: &Administrator,
        tenant: Option<TenantId>,
        new: NewApiKey,
        text: &SecretString,
    ) -> Result<ApiKey> {
        if let Some(id) = tenant {
            self.tenant(id).await?;
        }
        let scopes: Vec<String> = new.scopes.iter().map(|s| s.as_str().to_owned()).collect();
        let key = ApiKey {
            id: ApiKeyId::generate(),
            tenant,
            name: new.name,
            prefix: text.expose_secret().chars().take(PREFIX_CHARS).collect(),
            scopes: scopes.clone(),
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
            created_at: self.clock().now(),
        };
        self.store().create_api_key(&key, text).await?;
        let owner = tenant.unwrap_or(TenantId::from_uuid(Uuid::nil()));
        self.note(by, owner, "api_key.created", key.id, json!({ "scopes": scopes })).await?;
        Ok(key)
    }

    /// The keys of a tenant (of the platform for `None`), the newest first.
    ///
    /// # Errors
    /// [`BrokerError::BadCursor`].
    pub async fn api_keys(&self, tenant: Option<TenantId>, page: &Page) -> Result<Paged<ApiKey>> {
        Ok(match tenant {
            Some(tenant) => self.store().tenant(tenant).api_keys(page).await?,
            None => self.store().platform_api_keys(page).await?,
        })
    }

    /// Ends a key at once.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn revoke_api_key(&self, by: &Administrator, tenant: Option<TenantId>, id: ApiKeyId) -> Result<()> {
        let now = self.clock().now();
        match tenant {
            Some(tenant) => self.store().tenant(tenant).revoke_api_key(id, now).await?,
            None => self.store().revoke_platform_api_key(id, now).await?,
        }
        let owner = tenant.unwrap_or(TenantId::from_uuid(Uuid::nil()));
        self.note(by, owner, "api_key.revoked", id, json!({})).await
    }

    /// Jobs that failed too often, the newest first.
    ///
    /// # Errors
    /// [`BrokerError::BadCursor`].
    pub async fn dead_jobs(&self, tenant: TenantId, page: &Page) -> Result<Paged<DeadJob>> {
        Ok(self.store().tenant(tenant).dead_jobs(page).await?)
    }

    /// Puts a dead job back into the queue.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`].
    pub async fn requeue_job(&self, caller: &Caller, id: JobId) -> Result<()> {
        self.store().tenant(caller.tenant).requeue_job(id, self.clock().now()).await?;
        self.record(caller, "job.requeued", id, json!({}), Some(id.as_uuid())).await
    }

    /// Who did what, the newest first; of one tenant, or of the platform for `None`.
    ///
    /// # Errors
    /// [`BrokerError::BadCursor`].
    pub async fn audit(&self, tenant: Option<TenantId>, page: &Page) -> Result<Paged<AuditEntry>> {
        Ok(match tenant {
            Some(tenant) => self.store().tenant(tenant).audit(page).await?,
            None => self.store().platform_audit(page).await?,
        })
    }

    /// Writes an administrator's deed into the trail of the platform, naming the tenant, and settles the request.
    async fn note(
        &self,
        by: &Administrator,
        tenant: TenantId,
        action: &str,
        subject: impl Display,
        data: Value,
    ) -> Result<()> {
        let caller = Caller { tenant, actor: by.actor.clone(), request: by.request.clone(), traceparent: None };
        self.record(&caller, action, subject, data, Some(tenant.as_uuid())).await
    }
}
