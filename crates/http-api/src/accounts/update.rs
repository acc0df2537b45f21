use actix_web::http::StatusCode;
use actix_web::patch;
use broker::AccountPatch;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use super::{AccountCredentials, AccountSettingsPatch, in_path, view};
use crate::auth::AccountsWrite;
use crate::body::{RequestBody, merge};
use crate::call::{Call, Reply};
use crate::envelopes::SHORT;
use crate::openapi::params::{AccountPath, IfMatch};
use crate::problem::ApiError;
use crate::views::account::ProviderAccountView;

/// A change of a provider account: what is given replaces, what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UpdateProviderAccount {
    /// A new name.
    #[serde(default)]
    #[schema(example = "spain", min_length = 1, max_length = 255, nullable = false)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: Option<String>,
    /// Settings to change (merged: `null` removes one).
    #[serde(default)]
    #[schema(value_type = Option<AccountSettingsPatch>, nullable = false)]
    pub settings: Option<Value>,
    /// New credentials, whole.
    #[serde(default)]
    #[schema(value_type = Option<AccountCredentials>, nullable = false)]
    pub credentials: Option<Value>,
    /// `true` makes it the default account; `false` takes that away from it.
    #[serde(default)]
    #[schema(example = true, nullable = false)]
    pub default: Option<bool>,
}

impl RequestBody for UpdateProviderAccount {
    const SCHEMA: &'static str = "UpdateProviderAccount";
}

/// Change a provider account
///
/// A JSON Merge Patch (RFC 7396); credentials are replaced as a whole. Submissions that waited for the account to be
/// mended are tried again.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:write"])),
    params(AccountPath, IfMatch),
    request_body(description = "What to change.", content(
        (UpdateProviderAccount = "application/merge-patch+json", example = json!({ "settings": { "nombre_cliente": "Acme Spain SL" } })),
        (UpdateProviderAccount = "application/json", example = json!({ "settings": { "nombre_cliente": "Acme Spain SL" } })),
    )),
    responses((status = 200, description = "The account, changed.", body = ProviderAccountView, headers(("ETag" = String, description = "The new version.")))),
    extensions(("x-problems" = json!(["precondition-failed", "name-taken", "conflict"]))),
)]
#[patch("/provider-accounts/{account_id}")]
pub(super) async fn update_provider_account(call: Call<AccountsWrite>) -> Result<Reply, ApiError> {
    let (tenant, account) = in_path(&call).await?;
    let body = call.body().await?;
    call.if_match()?.require(account.version)?;
    let given: UpdateProviderAccount = body.patch_as(&call.api().schemas)?;
    let patch = AccountPatch {
        name: given.name,
        settings: given.settings.map(|change| merge(account.settings.clone(), change)),
        credentials: given.credentials,
        default: given.default,
    };
    let changed = call.broker().update_account(&call.caller(tenant), account.id, patch).await?;
    Ok(Reply::json(StatusCode::OK, &view(&call, &changed))?.version(changed.version))
}
