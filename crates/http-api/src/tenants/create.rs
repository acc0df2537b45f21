use actix_web::http::StatusCode;
use actix_web::post;
use broker::persistence::TenantRecord;
use broker::{Caller, NewTenant};
use domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::of_tenant;
use crate::auth::Admin;
use crate::body::{RequestBody, broken_rule};
use crate::call::{Call, Reply, Stored};
use crate::envelopes::SHORT;
use crate::problem::ApiError;
use crate::views::tenant::TenantView;

/// A tenant to create.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CreateTenant {
    /// Its name for people.
    #[serde(default)]
    #[schema(required = true, example = "Human Resources", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: String,
    /// A short name that no other tenant has: lower-case letters, digits and hyphens.
    #[serde(default)]
    #[schema(required = true, example = "hr", pattern = "^[a-z][a-z0-9-]{0,62}$")]
    #[validate(custom(function = "is_slug"))]
    pub slug: String,
}

impl RequestBody for CreateTenant {
    const SCHEMA: &'static str = "CreateTenant";
}

pub(super) fn is_slug(slug: &str) -> Result<(), ValidationError> {
    let begins = slug.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let rest = slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if begins && rest && slug.len() <= 63 {
        return Ok(());
    }
    Err(broken_rule("wrong_format", "It must begin with a letter and have up to 63 of a-z, 0-9 and hyphen."))
}

/// Create a tenant
///
/// For keys of the platform. The tenant then needs an API key, a provider account and, with several accounts, routing.
#[utoipa::path(
    tag = "tenants",
    security(("bearer" = ["admin"])),
    request_body(content = CreateTenant, description = "The tenant.", example = json!({ "name": "Human Resources", "slug": "hr" })),
    responses((status = 201, description = "The tenant.", body = TenantView, headers(("Location" = String, description = "Where the tenant can be read.")))),
    extensions(("x-problems" = json!(["name-taken"]))),
)]
#[post("/tenants")]
pub(super) async fn create_tenant(call: Call<Admin>) -> Result<Reply, ApiError> {
    call.platform()?;
    let body = call.body().await?;
    let answer =
        |tenant: &TenantRecord| Reply::created(&format!("/v1/tenants/{}", tenant.id), &TenantView::from(tenant));
    let work = async |caller: Caller| {
        let given: CreateTenant = body.json(&call.api().schemas)?;
        let new = NewTenant { name: given.name, slug: given.slug };
        answer(&call.broker().create_tenant(&call.administrator(caller.request), new).await?)
    };
    let rebuilt = async |stored: Stored| {
        answer(&call.broker().tenant(TenantId::from_uuid(stored.resource)).await.map_err(of_tenant)?)
    };
    call.once(None, body.bytes(), StatusCode::CREATED, work, rebuilt).await
}
