//! Health and metrics, for whoever runs the service.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Api;
use crate::call::Reply;
use crate::problem::{ApiError, Code};

/// Whether the process is alive.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LivenessView {
    /// Always `ok`.
    #[schema(example = "ok")]
    pub status: &'static str,
}

/// Whether the service can take requests.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadinessView {
    /// `ready`, or `not_ready`.
    #[schema(example = "ready")]
    pub status: &'static str,
    /// Whether the database answers.
    #[schema(example = true)]
    pub database: bool,
    /// Whether the object store answers.
    #[schema(example = true)]
    pub storage: bool,
    /// Whether the process is shutting down and wants no new requests.
    #[schema(example = false)]
    pub draining: bool,
}

/// Check liveness
///
/// Answers as long as the process works; asks nothing else.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, description = "The process works.", body = LivenessView)),
)]
#[get("/health/live")]
pub(crate) async fn get_liveness() -> Result<Reply, ApiError> {
    Reply::ok(&LivenessView { status: "ok" })
}

/// Check readiness
///
/// Whether requests can be served: the database and the object store answer, and the process is not shutting down.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses(
        (status = 200, description = "Requests can be served.", body = ReadinessView),
        (status = 503, description = "Not now; the body says what is missing.", body = ReadinessView),
    ),
)]
#[get("/health/ready")]
pub(crate) async fn get_readiness(api: Data<Api>) -> Result<Reply, ApiError> {
    let ready = api.broker.ready().await;
    let is_ready = ready.database && ready.storage && !api.is_draining();
    let view = ReadinessView {
        status: if is_ready { "ready" } else { "not_ready" },
        database: ready.database,
        storage: ready.storage,
        draining: api.is_draining(),
    };
    Reply::json(if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, &view)
}

/// Read metrics
///
/// For Prometheus, text format.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, description = "The metrics.", body = String, content_type = "text/plain", example = json!("rubrica_http_requests_total 1"))),
)]
#[get("/metrics")]
pub(crate) async fn get_metrics(api: Data<Api>) -> Result<HttpResponse, ApiError> {
    let Some(metrics) = &api.metrics else {
        return Err(ApiError::new(Code::NotFound, "Metrics are not collected here."));
    };
    metrics.run_upkeep();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics.render()))
}
