//! Platform administration: tenants, their keys, the audit trail.

mod api_keys;
mod audit;
mod create;
mod delete;
mod get;
mod list;
mod update;

use broker::BrokerError;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::ApiError;

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services
        .service(list::list_tenants)
        .service(create::create_tenant)
        .service(get::get_tenant)
        .service(update::update_tenant)
        .service(delete::delete_tenant)
        .service(api_keys::list_api_keys)
        .service(api_keys::create_api_key)
        .service(api_keys::revoke_api_key)
        .service(audit::list_audit);
}

/// What the broker says about a tenant that is not there.
fn of_tenant(error: BrokerError) -> ApiError {
    if matches!(error, BrokerError::NotFound) { ApiError::not_found("tenant") } else { error.into() }
}
