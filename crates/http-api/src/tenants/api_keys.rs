use actix_web::http::StatusCode;
use actix_web::{delete, get, post};
use broker::persistence::{ApiKey, Page};
use broker::{Broker, BrokerError, Caller, NewApiKey, Scope};
use domain::ids::{ApiKeyId, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::of_tenant;
use crate::auth::Admin;
use crate::body::{Faults, RequestBody};
use crate::call::{Call, Reply, Stored};
use crate::conventions::paging::{self, List, MAX_LIMIT};
use crate::envelopes::SHORT;
use crate::openapi::params::{ApiKeyPath, PageQuery, TenantPath};
use crate::problem::ApiError;
use crate::views::tenant::{ApiKeyView, CreatedApiKeyView};
use crate::views::values::Timestamp;

/// An API key to create.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// A name for people.
    #[serde(default)]
    #[schema(required = true, example = "payroll service", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: String,
    /// What it may do; `admin` includes every other scope.
    #[serde(default)]
    #[schema(required = true, min_items = 1, max_items = 8)]
    #[validate(length(min = 1, max = 8))]
    pub scopes: Vec<KeyScope>,
    /// After this it is not valid; absent means never.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

impl RequestBody for CreateApiKey {
    const SCHEMA: &'static str = "CreateApiKey";
}

/// Something that a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum KeyScope {
    /// Read envelopes, their events and dead jobs.
    #[serde(rename = "envelopes:read")]
    EnvelopesRead,
    /// Create, change, send and take back envelopes; see signing links.
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
    /// Everything within the tenant, keys and the audit trail included.
    #[serde(rename = "admin")]
    Admin,
}

impl From<KeyScope> for Scope {
    fn from(scope: KeyScope) -> Self {
        match scope {
            KeyScope::EnvelopesRead => Self::EnvelopesRead,
            KeyScope::EnvelopesWrite => Self::EnvelopesWrite,
            KeyScope::DocumentsRead => Self::DocumentsRead,
            KeyScope::AccountsRead => Self::AccountsRead,
            KeyScope::AccountsWrite => Self::AccountsWrite,
            KeyScope::WebhooksRead => Self::WebhooksRead,
            KeyScope::WebhooksWrite => Self::WebhooksWrite,
            KeyScope::Admin => Self::Admin,
        }
    }
}

/// List API keys
///
/// The tenant's keys, without their texts.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    params(TenantPath, PageQuery),
    responses((status = 200, description = "A page of keys.", body = List<ApiKeyView>, headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
    extensions(("x-problems" = json!(["bad-cursor"]))),
)]
#[get("/tenants/{tenant_id}/api-keys")]
pub(super) async fn list_api_keys(call: Call<Admin>) -> Result<Reply, ApiError> {
    let tenant = existing(&call).await?;
    let mut query = call.query();
    let page = paging::page(&mut query, call.query_string());
    query.end()?;
    let keys = call.broker().api_keys(Some(tenant), &page).await?;
    paging::reply(keys, call.path(), call.query_string(), |key| ApiKeyView::from(&key))
}

/// Create an API key
///
/// Its text is told in this answer and never again.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    params(TenantPath),
    request_body(content = CreateApiKey, description = "The key.", example = json!({ "name": "payroll service", "scopes": ["envelopes:read", "envelopes:write", "documents:read"] })),
    responses((status = 201, description = "The key with its text.", body = CreatedApiKeyView)),
)]
#[post("/tenants/{tenant_id}/api-keys")]
pub(super) async fn create_api_key(call: Call<Admin>) -> Result<Reply, ApiError> {
    let tenant = existing(&call).await?;
    let body = call.body().await?;
    let now = call.broker().clock().now();
    let work = async |caller: Caller| {
        let new = body.read(&call.api().schemas, |given: CreateApiKey, faults: &mut Faults| {
            if given.expires_at.is_some_and(|end| end.0 <= now) {
                faults.add("/expires_at".to_owned(), "invalid", "It must lie in the future.".to_owned());
            }
            NewApiKey {
                name: given.name,
                scopes: given.scopes.into_iter().map(Into::into).collect(),
                expires_at: given.expires_at.map(|end| end.0),
            }
        })?;
        let (key, text) = call
            .broker()
            .create_api_key(&call.administrator(caller.request), Some(tenant), new)
            .await
            .map_err(of_tenant)?;
        Reply::json(StatusCode::CREATED, &CreatedApiKeyView::new(&key, Some(&text)))
    };
    let rebuilt = async |stored: Stored| {
        let key = find(call.broker(), tenant, ApiKeyId::from_uuid(stored.resource)).await?;
        Reply::json(StatusCode::CREATED, &CreatedApiKeyView::new(&key, None))
    };
    call.once(tenant, body.bytes(), StatusCode::CREATED, work, rebuilt).await
}

/// Revoke an API key
///
/// It is refused from now on.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    params(TenantPath, ApiKeyPath),
    responses((status = 204, description = "It is revoked.")),
)]
#[delete("/tenants/{tenant_id}/api-keys/{key_id}")]
pub(super) async fn revoke_api_key(call: Call<Admin>) -> Result<Reply, ApiError> {
    let tenant = existing(&call).await?;
    let key: ApiKeyId = call.id("key_id", "API key")?;
    match call.broker().revoke_api_key(&call.administrator(None), Some(tenant), key).await {
        Err(BrokerError::NotFound) => Err(ApiError::not_found("API key")),
        other => {
            other?;
            Ok(Reply::no_content())
        }
    }
}

/// The tenant that the path names, which must be there.
async fn existing(call: &Call<Admin>) -> Result<TenantId, ApiError> {
    let tenant = call.tenant_in_path().await?;
    call.broker().tenant(tenant).await.map_err(of_tenant)?;
    Ok(tenant)
}

/// The key that a request made: the one that it is marked with, or else the tenant's newest.
async fn find(broker: &Broker, tenant: TenantId, id: ApiKeyId) -> Result<ApiKey, ApiError> {
    let mut page = Page::first(MAX_LIMIT);
    let mut newest: Option<ApiKey> = None;
    loop {
        let keys = broker.api_keys(Some(tenant), &page).await?;
        for key in keys.items {
            if key.id == id {
                return Ok(key);
            }
            if newest.as_ref().is_none_or(|known| known.id < key.id) {
                newest = Some(key);
            }
        }
        page = match keys.next {
            Some(cursor) => Page::after(MAX_LIMIT, cursor),
            None => return newest.ok_or_else(|| ApiError::not_found("API key")),
        };
    }
}
