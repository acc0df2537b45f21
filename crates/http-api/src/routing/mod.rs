//! The routing policy: which account carries an envelope out.

mod input;

use actix_web::http::StatusCode;
use actix_web::{get, put};
use utoipa_actix_web::service_config::ServiceConfig;

pub use input::{RoutingPolicyBody, RoutingRuleBody, RoutingWhen};

use crate::auth::{AccountsRead, AccountsWrite};
use crate::call::{Call, Reply};
use crate::problem::ApiError;

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services.service(get_routing).service(replace_routing);
}

/// Read the routing policy
///
/// The ordered rules that choose the provider account, decided when an envelope is sent.
#[utoipa::path(
    tag = "routing",
    security(("bearer" = ["accounts:read"])),
    responses((status = 200, description = "The policy.", body = RoutingPolicyBody)),
)]
#[get("/routing")]
async fn get_routing(call: Call<AccountsRead>) -> Result<Reply, ApiError> {
    let tenant = call.tenant().await?;
    call.query().end()?;
    let policy = call.broker().routing(tenant).await?;
    Reply::ok(&RoutingPolicyBody::from(&policy))
}

/// Replace the routing policy
///
/// The first rule whose conditions all hold wins; of its accounts the first that can honour the envelope carries it out.
/// Without a matching rule the default account does.
#[utoipa::path(
    tag = "routing",
    security(("bearer" = ["accounts:write"])),
    request_body(content = RoutingPolicyBody, description = "The whole policy.", example = json!({
        "default_account": null,
        "rules": [ { "name": "chile", "when": { "recipient_country": "CL", "signature_level": ["simple", "advanced"] }, "accounts": [] } ]
    })),
    responses((status = 200, description = "The policy, as stored.", body = RoutingPolicyBody)),
)]
#[put("/routing")]
async fn replace_routing(call: Call<AccountsWrite>) -> Result<Reply, ApiError> {
    let tenant = call.tenant().await?;
    let body = call.body().await?;
    let given: RoutingPolicyBody = body.json(&call.api().schemas)?;
    let policy = call.broker().put_routing(&call.caller(tenant), given.into()).await?;
    Reply::json(StatusCode::OK, &RoutingPolicyBody::from(&policy))
}
