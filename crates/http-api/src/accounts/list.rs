use actix_web::get;

use super::view;
use crate::auth::AccountsRead;
use crate::call::{Call, Reply};
use crate::conventions::paging::{self, List};
use crate::openapi::params::PageQuery;
use crate::problem::ApiError;
use crate::views::account::ProviderAccountView;

/// List provider accounts
///
/// The tenant's accounts. `callback_url` is shown to callers with `accounts:write` only.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:read"])),
    params(PageQuery),
    responses((status = 200, description = "A page of accounts.", body = List<ProviderAccountView>, headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
    extensions(("x-problems" = json!(["bad-cursor"]))),
)]
#[get("/provider-accounts")]
pub(super) async fn list_provider_accounts(call: Call<AccountsRead>) -> Result<Reply, ApiError> {
    let tenant = call.tenant().await?;
    let mut query = call.query();
    let page = paging::page(&mut query, call.query_string());
    query.end()?;
    let accounts = call.broker().accounts(tenant, &page).await?;
    paging::reply(accounts, call.path(), call.query_string(), |account| view(&call, &account))
}
