//! Artifacts: what came back, one by one and as the evidence bundle.

mod download;
mod evidence;
mod list;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations.
pub(crate) fn operations(services: &mut ServiceConfig<'_>) {
    services.service(list::list_artifacts).service(download::download_artifact).service(evidence::download_evidence);
}
