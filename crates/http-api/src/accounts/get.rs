use actix_web::get;

use super::{in_path, view};
use crate::auth::AccountsRead;
use crate::call::{Call, Reply};
use crate::openapi::params::AccountPath;
use crate::problem::ApiError;
use crate::views::account::ProviderAccountView;

/// Read a provider account
///
/// Settings, callback address, limits; never the credentials.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:read"])),
    params(AccountPath),
    responses((status = 200, description = "The account.", body = ProviderAccountView, headers(("ETag" = String, description = "The version, for `If-Match`.")))),
)]
#[get("/provider-accounts/{account_id}")]
pub(super) async fn get_provider_account(call: Call<AccountsRead>) -> Result<Reply, ApiError> {
    let (_, account) = in_path(&call).await?;
    call.query().end()?;
    Ok(Reply::ok(&view(&call, &account))?.version(account.version))
}
