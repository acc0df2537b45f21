use actix_web::http::StatusCode;
use actix_web::post;
use broker::{AccountView, NewAccount};
use domain::ids::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use super::{AccountCredentials, AccountSettings, view};
use crate::auth::AccountsWrite;
use crate::body::RequestBody;
use crate::call::{Call, Reply, Stored};
use crate::envelopes::SHORT;
use crate::problem::ApiError;
use crate::views::account::ProviderAccountView;

/// A provider account to create.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateProviderAccount {
    /// Its name, unique within the tenant.
    #[serde(default)]
    #[schema(required = true, example = "spain", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: String,
    /// The provider's kind, as `GET /v1/providers` lists it.
    #[serde(default)]
    #[schema(required = true, example = "efirma_go", min_length = 1, max_length = 64)]
    #[validate(length(min = 1, max = 64))]
    pub kind: String,
    /// Its settings, by the schema of the kind.
    #[serde(default)]
    #[schema(value_type = AccountSettings)]
    pub settings: Value,
    /// Its credentials, by the schema of the kind. Stored encrypted, never shown.
    #[serde(default)]
    #[schema(value_type = AccountCredentials)]
    pub credentials: Value,
    /// Whether envelopes that no routing rule matches go to it.
    #[serde(default)]
    #[schema(example = true)]
    pub default: bool,
}

impl RequestBody for CreateProviderAccount {
    const SCHEMA: &'static str = "CreateProviderAccount";
}

/// Create a provider account
///
/// Settings and credentials are checked against the provider's schemas and rules; `verify` asks the provider itself.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:write"])),
    request_body(content = CreateProviderAccount, description = "The account."),
    responses((status = 201, description = "The account.", body = ProviderAccountView, headers(("Location" = String, description = "Where the account can be read.")))),
    extensions(("x-problems" = json!(["name-taken", "unknown-provider-kind"]))),
)]
#[post("/provider-accounts")]
pub(super) async fn create_provider_account(call: Call<AccountsWrite>) -> Result<Reply, ApiError> {
    let tenant = call.tenant().await?;
    let body = call.body().await?;
    let answer = async |account: &AccountView| {
        let location = format!("/v1/provider-accounts/{}", account.id);
        Ok(Reply::created(&location, &view(&call, account))?.version(account.version))
    };
    let work = async |caller| {
        let given: CreateProviderAccount = body.json(&call.api().schemas)?;
        let new = NewAccount {
            name: given.name,
            kind: given.kind,
            settings: given.settings,
            credentials: given.credentials,
            default: given.default,
        };
        answer(&call.broker().create_account(&caller, new).await?).await
    };
    let rebuilt = async |stored: Stored| {
        let account = call.broker().account(tenant, AccountId::from_uuid(stored.resource)).await?;
        answer(&account).await
    };
    call.once(tenant, body.bytes(), StatusCode::CREATED, work, rebuilt).await
}
