use actix_web::get;

use crate::auth::Admin;
use crate::call::{Call, Reply};
use crate::conventions::paging::{self, List};
use crate::openapi::params::PageQuery;
use crate::problem::ApiError;
use crate::views::event::AuditEntryView;

/// Read the audit trail
///
/// Who did what, the latest first: keys, accounts, routing, downloads. Of the tenant; with a key of the platform and no
/// `X-Tenant-Id`, of the platform itself.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    params(PageQuery),
    responses((status = 200, description = "A page of entries.", body = List<AuditEntryView>, headers(("Link" = String, description = "The next page, `rel=\"next\"`.")))),
    extensions(("x-problems" = json!(["bad-cursor"]))),
)]
#[get("/audit")]
pub(super) async fn list_audit(call: Call<Admin>) -> Result<Reply, ApiError> {
    let tenant = call.limited_to().await?;
    let mut query = call.query();
    let page = paging::page(&mut query, call.query_string());
    query.end()?;
    let entries = call.broker().audit(tenant, &page).await?;
    paging::reply(entries, call.path(), call.query_string(), |entry| AuditEntryView::from(&entry))
}
