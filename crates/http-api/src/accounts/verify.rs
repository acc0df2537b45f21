use actix_web::http::StatusCode;
use actix_web::post;

use super::in_path;
use crate::auth::AccountsWrite;
use crate::call::{Call, Reply, Stored};
use crate::openapi::params::AccountPath;
use crate::problem::ApiError;
use crate::views::account::VerificationView;

/// Verify a provider account
///
/// Asks the provider whether the credentials work, without a side effect there. A refusal is an answer, not a problem.
#[utoipa::path(
    tag = "provider accounts",
    security(("bearer" = ["accounts:write"])),
    params(AccountPath),
    responses((status = 200, description = "What the provider said.", body = VerificationView)),
)]
#[post("/provider-accounts/{account_id}/verify")]
pub(super) async fn verify_provider_account(call: Call<AccountsWrite>) -> Result<Reply, ApiError> {
    let (tenant, account) = in_path(&call).await?;
    let body = call.body().await?;
    let ask = async |caller: broker::Caller| {
        let result = call.broker().verify_account(&caller, account.id).await?;
        Reply::ok(&VerificationView::from(&result))
    };
    let work = async |caller| {
        body.none()?;
        ask(caller).await
    };
    // Nothing was changed, so asking again is the answer.
    let rebuilt = async |_: Stored| ask(call.caller(tenant)).await;
    call.once(tenant, body.bytes(), StatusCode::OK, work, rebuilt).await
}
