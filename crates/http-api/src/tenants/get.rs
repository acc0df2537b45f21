use actix_web::get;

use super::of_tenant;
use crate::auth::Admin;
use crate::call::{Call, Reply};
use crate::openapi::params::TenantPath;
use crate::problem::ApiError;
use crate::views::tenant::TenantView;

/// Read a tenant
///
/// A tenant's own administrators see their tenant, keys of the platform see all.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    params(TenantPath),
    responses((status = 200, description = "The tenant.", body = TenantView)),
)]
#[get("/tenants/{tenant_id}")]
pub(super) async fn get_tenant(call: Call<Admin>) -> Result<Reply, ApiError> {
    let id = call.tenant_in_path().await?;
    let tenant = call.broker().tenant(id).await.map_err(of_tenant)?;
    call.query().end()?;
    Reply::ok(&TenantView::from(&tenant))
}
