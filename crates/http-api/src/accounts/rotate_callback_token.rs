use actix_web::http::StatusCode;
use actix_web::post;

use super::{in_path, view};
use crate::auth::AccountsWrite;
use crate::call::{Call, Reply, Stored};
use crate::openapi::params::AccountPath;
use crate::problem::ApiError;
use crate::views::account::ProviderAccountView;

/// Rotate a callback address
///
/// The account gets a new callback address; the old one is still taken for seven days.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:write"])),
    params(AccountPath),
    responses((status = 200, description = "The account with its new address.", body = ProviderAccountView, headers(("ETag" = String, description = "The new version.")))),
    extensions(("x-problems" = json!(["conflict"]))),
)]
#[post("/provider-accounts/{account_id}/rotate-callback-token")]
pub(super) async fn rotate_callback_token(call: Call<AccountsWrite>) -> Result<Reply, ApiError> {
    let (tenant, account) = in_path(&call).await?;
    let body = call.body().await?;
    let work = async |caller| {
        body.none()?;
        let rotated = call.broker().rotate_callback_token(&caller, account.id).await?;
        Ok(Reply::ok(&view(&call, &rotated))?.version(rotated.version))
    };
    let rebuilt = async |_: Stored| {
        let now = call.broker().account(tenant, account.id).await?;
        Ok(Reply::ok(&view(&call, &now))?.version(now.version))
    };
    call.once(tenant, body.bytes(), StatusCode::OK, work, rebuilt).await
}
