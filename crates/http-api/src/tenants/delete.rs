use actix_web::delete;

use super::of_tenant;
use crate::auth::Admin;
use crate::call::{Call, Reply};
use crate::openapi::params::TenantPath;
use crate::problem::ApiError;

/// Delete a tenant
///
/// One without envelopes; for keys of the platform.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    params(TenantPath),
    responses((status = 204, description = "It is deleted.")),
    extensions(("x-problems" = json!(["tenant-not-empty"]))),
)]
#[delete("/tenants/{tenant_id}")]
pub(super) async fn delete_tenant(call: Call<Admin>) -> Result<Reply, ApiError> {
    call.platform()?;
    let id = call.tenant_in_path().await?;
    call.broker().delete_tenant(&call.administrator(None), id).await.map_err(of_tenant)?;
    Ok(Reply::no_content())
}
