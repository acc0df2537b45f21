use actix_web::get;

use super::in_path;
use crate::auth::AccountsRead;
use crate::call::{Call, Reply};
use crate::openapi::params::AccountPath;
use crate::problem::ApiError;
use crate::views::account::CapabilitiesView;

/// Read an account's capabilities
///
/// How well this account, with its settings, honours each feature: `native`, `emulated` by this service, or
/// `unsupported`.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:read"])),
    params(AccountPath),
    responses((status = 200, description = "The capability matrix.", body = CapabilitiesView)),
)]
#[get("/provider-accounts/{account_id}/capabilities")]
pub(super) async fn get_account_capabilities(call: Call<AccountsRead>) -> Result<Reply, ApiError> {
    let (tenant, account) = in_path(&call).await?;
    call.query().end()?;
    let matrix = call.broker().account_capabilities(tenant, account.id).await?;
    Reply::ok(&CapabilitiesView::from(&matrix))
}
