//! Provider accounts: credentials and settings at a provider.

mod capabilities;
mod create;
mod delete;
mod get;
mod list;
mod operation;
mod rotate_callback_token;
mod update;
mod verify;

use broker::{AccountView, BrokerError, Scope};
use domain::ids::{AccountId, TenantId};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::NeedsScope;
use crate::call::Call;
use crate::problem::ApiError;
use crate::views::account::ProviderAccountView;

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(list::list_provider_accounts)
        .service(create::create_provider_account)
        .service(get::get_provider_account)
        .service(update::update_provider_account)
        .service(delete::delete_provider_account)
        .service(capabilities::get_account_capabilities)
        .service(verify::verify_provider_account)
        .service(rotate_callback_token::rotate_callback_token)
        .service(operation::list_provider_operations)
        .service(operation::run_provider_operation);
}

/// The account that the path names, and whose it is.
async fn in_path<S: NeedsScope>(call: &Call<S>) -> Result<(TenantId, AccountView), ApiError> {
    let id: AccountId = call.id("account_id", "provider account")?;
    let tenant = call.tenant().await?;
    match call.broker().account(tenant, id).await {
        Err(BrokerError::NotFound) => Err(ApiError::not_found("provider account")),
        other => Ok((tenant, other?)),
    }
}

/// The view of an account; its callback address only for callers who may change accounts.
fn view<S: NeedsScope>(call: &Call<S>, account: &AccountView) -> ProviderAccountView {
    ProviderAccountView::new(account, call.has(Scope::AccountsWrite))
}

macro_rules! vendor_objects {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug)]
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let description = concat!($($doc, "\n"),+).lines().map(str::trim).collect::<Vec<_>>().join(" ");
                    ObjectBuilder::new().schema_type(Type::Object).description(Some(description)).into()
                }
            }

            impl ToSchema for $name {}
        )+
    };
}

vendor_objects! {
    /// Settings of an account, by the schema of its provider's kind.
    AccountSettings;
    /// Settings of an account to change: what is given replaces, null removes, what is absent stays.
    AccountSettingsPatch;
    /// Credentials of an account, by the schema of its provider's kind. Write-only: stored encrypted, never shown.
    AccountCredentials;
    /// Input of a provider's operation, by the operation's schema.
    OperationInput;
    /// Result of a provider's operation, by the operation's schema.
    OperationResult;
}
