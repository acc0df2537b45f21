use actix_web::patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::create::is_slug;
use super::of_tenant;
use crate::auth::Admin;
use crate::body::RequestBody;
use crate::call::{Call, Reply};
use crate::envelopes::SHORT;
use crate::openapi::params::TenantPath;
use crate::problem::ApiError;
use crate::views::tenant::TenantView;

/// A change of a tenant: what is given replaces, what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UpdateTenant {
    /// A new name.
    #[serde(default)]
    #[schema(example = "People", min_length = 1, max_length = 255, nullable = false)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: Option<String>,
    /// A new short name.
    #[serde(default)]
    #[schema(example = "people", pattern = "^[a-z][a-z0-9-]{0,62}$", nullable = false)]
    #[validate(custom(function = "is_slug"))]
    pub slug: Option<String>,
}

impl RequestBody for UpdateTenant {
    const SCHEMA: &'static str = "UpdateTenant";
}

/// Change a tenant
///
/// Renames it; for keys of the platform.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    params(TenantPath),
    request_body(description = "What to change.", content(
        (UpdateTenant = "application/merge-patch+json", example = json!({ "name": "People" })),
        (UpdateTenant = "application/json", example = json!({ "name": "People" })),
    )),
    responses((status = 200, description = "The tenant, changed.", body = TenantView)),
    extensions(("x-problems" = json!(["name-taken"]))),
)]
#[patch("/tenants/{tenant_id}")]
pub(super) async fn update_tenant(call: Call<Admin>) -> Result<Reply, ApiError> {
    call.platform()?;
    let id = call.tenant_in_path().await?;
    call.broker().tenant(id).await.map_err(of_tenant)?;
    let body = call.body().await?;
    let given: UpdateTenant = body.patch_as(&call.api().schemas)?;
    let changed = call.broker().update_tenant(&call.administrator(None), id, given.name, given.slug).await;
    Reply::ok(&TenantView::from(&changed.map_err(of_tenant)?))
}
