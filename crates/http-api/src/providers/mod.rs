//! The providers that this service knows.

use actix_web::get;
use broker::Broker;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::AccountsRead;
use crate::call::{Call, Reply};
use crate::conventions::paging::List;
use crate::openapi::params::ProviderPath;
use crate::problem::ApiError;
use crate::views::account::ProviderView;

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services.service(list_providers).service(get_provider);
}

/// List providers
///
/// Every provider of this build: what it can do with default settings, its limits, and the JSON Schemas of settings,
/// credentials, options and operations.
#[utoipa::path(
    tag = "providers",
    security(("bearer" = ["accounts:read"])),
    responses((status = 200, description = "The providers, by kind.", body = List<ProviderView>)),
)]
#[get("/providers")]
async fn list_providers(call: Call<AccountsRead>) -> Result<Reply, ApiError> {
    call.query().end()?;
    let broker = call.broker();
    let kinds = broker.registry().iter().map(|provider| provider.profile().kind);
    Reply::ok(&List::whole(kinds.filter_map(|kind| view(broker, kind))))
}

/// Read a provider
///
/// What it can do with default settings, its limits, and the JSON Schemas of settings, credentials, options and
/// operations.
#[utoipa::path(
    tag = "providers",
    security(("bearer" = ["accounts:read"])),
    params(ProviderPath),
    responses((status = 200, description = "The provider.", body = ProviderView)),
)]
#[get("/providers/{kind}")]
async fn get_provider(call: Call<AccountsRead>) -> Result<Reply, ApiError> {
    let provider = view(call.broker(), call.segment("kind")).ok_or_else(|| ApiError::not_found("provider"))?;
    call.query().end()?;
    Reply::ok(&provider)
}

fn view(broker: &Broker, kind: &str) -> Option<ProviderView> {
    let provider = broker.registry().get(kind)?;
    let matrix = broker.provider_capabilities(kind)?;
    Some(ProviderView::new(provider.profile(), &matrix))
}
