use actix_web::get;

use crate::auth::Admin;
use crate::call::{Call, Reply};
use crate::conventions::paging::{self, List};
use crate::openapi::params::PageQuery;
use crate::problem::ApiError;
use crate::views::tenant::TenantView;

/// List tenants
///
/// All tenants; for keys of the platform.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    params(PageQuery),
    responses((status = 200, description = "A page of tenants.", body = List<TenantView>, headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
    extensions(("x-problems" = json!(["bad-cursor"]))),
)]
#[get("/tenants")]
pub(super) async fn list_tenants(call: Call<Admin>) -> Result<Reply, ApiError> {
    call.platform()?;
    let mut query = call.query();
    let page = paging::page(&mut query, call.query_string());
    query.end()?;
    let tenants = call.broker().tenants(&page).await?;
    paging::reply(tenants, call.path(), call.query_string(), |tenant| TenantView::from(&tenant))
}
