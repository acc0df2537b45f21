use actix_web::delete;

use super::in_path;
use crate::auth::AccountsWrite;
use crate::call::{Call, Reply};
use crate::openapi::params::{AccountPath, IfMatch};
use crate::problem::ApiError;

/// Delete a provider account
///
/// One that no envelope still needs.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:write"])),
    params(AccountPath, IfMatch),
    responses((status = 204, description = "It is deleted.")),
    extensions(("x-problems" = json!(["precondition-failed", "account-in-use"]))),
)]
#[delete("/provider-accounts/{account_id}")]
pub(super) async fn delete_provider_account(call: Call<AccountsWrite>) -> Result<Reply, ApiError> {
    let (tenant, account) = in_path(&call).await?;
    call.if_match()?.require(account.version)?;
    call.broker().delete_account(&call.caller(tenant), account.id).await?;
    Ok(Reply::no_content())
}
