use actix_web::http::StatusCode;
use actix_web::{get, post};
use broker::BrokerError;
use serde_json::Value;

use super::{OperationInput, OperationResult, in_path};
use crate::auth::{AccountsRead, AccountsWrite};
use crate::call::{Call, Reply, Stored};
use crate::conventions::paging::List;
use crate::openapi::params::{AccountPath, OperationPath};
use crate::problem::{ApiError, Code};
use crate::views::account::OperationView;

/// List a provider's own operations
///
/// What the account's provider offers beside an envelope's life, each with the JSON Schemas of input and result.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:read"])),
    params(AccountPath),
    responses((status = 200, description = "The operations.", body = List<OperationView>)),
)]
#[get("/provider-accounts/{account_id}/operations")]
pub(super) async fn list_provider_operations(call: Call<AccountsRead>) -> Result<Reply, ApiError> {
    let (_, account) = in_path(&call).await?;
    call.query().end()?;
    let provider = call.broker().registry().get(&account.kind);
    let operations = provider.iter().flat_map(|provider| &provider.profile().operations);
    Reply::ok(&List::whole(operations.map(OperationView::from)))
}

/// Run a provider's own operation
///
/// Calls the provider and answers with its result. `operations` lists the names and the schemas of their input.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:write"])),
    params(AccountPath, OperationPath),
    request_body(content = OperationInput, description = "The input, by the operation's schema.", example = json!({})),
    responses((status = 200, description = "The provider's result, by the operation's schema.", body = OperationResult, example = json!({}))),
    extensions(("x-problems" = json!(["conflict", "rate-limited", "provider-refused", "provider-unavailable"]))),
)]
#[post("/provider-accounts/{account_id}/operations/{name}")]
pub(super) async fn run_provider_operation(call: Call<AccountsWrite>) -> Result<Reply, ApiError> {
    let (tenant, account) = in_path(&call).await?;
    let name = call.segment("name");
    let known = call
        .broker()
        .registry()
        .get(&account.kind)
        .is_some_and(|provider| provider.profile().operations.iter().any(|operation| operation.name == name));
    if !known {
        return Err(ApiError::not_found("operation"));
    }
    let body = call.body().await?;
    let work = async |caller| {
        let input = if body.bytes().is_empty() { Value::Object(serde_json::Map::new()) } else { body.object()? };
        match call.broker().run_operation(&caller, account.id, name, input).await {
            Err(BrokerError::NotFound) => Err(ApiError::not_found("operation")),
            other => Reply::ok(&other?),
        }
    };
    let rebuilt = async |_: Stored| {
        let detail = "The operation was carried out, but its result is not known any more.";
        Err(ApiError::new(Code::Conflict, detail))
    };
    call.once(tenant, body.bytes(), StatusCode::OK, work, rebuilt).await
}
