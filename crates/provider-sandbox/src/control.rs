//! The control API under `/_sandbox`: what [`Sandbox`] offers, over HTTP. JSON in and out; unknown members are refused.

use std::time::Duration;

use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::web::{self, Json, JsonConfig, Query, QueryConfig, ServiceConfig, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;

use crate::faults::Fault;
use crate::sandbox::Sandbox;
use crate::signers::Scripts;
use crate::{arqsign, efirma_go, firma_virtual, gofirmex, viafirma};

/// Largest control request in bytes.
const BODY_BYTES: usize = 1024 * 1024;

pub(crate) fn routes(service: &mut ServiceConfig) {
    service.service(
        web::scope("/_sandbox")
            .app_data(JsonConfig::default().limit(BODY_BYTES).error_handler(refuse_input))
            .app_data(QueryConfig::default().error_handler(refuse_input))
            .route("/state", web::get().to(state))
            .route("/transactions", web::get().to(transactions))
            .route("/ledger", web::get().to(ledger))
            .route("/counters", web::get().to(counters))
            .route("/faults", web::post().to(add_fault))
            .route("/faults", web::delete().to(clear_faults))
            .route("/scripts", web::post().to(set_scripts))
            .route("/clock/advance", web::post().to(advance_clock))
            .route("/settle", web::post().to(settle))
            .route("/reset", web::post().to(reset))
            .route("/ca.pem", web::get().to(ca_pem))
            .configure(efirma_go::control_routes)
            .configure(gofirmex::control_routes)
            .configure(firma_virtual::control_routes)
            .configure(viafirma::control_routes)
            .configure(arqsign::control_routes),
    );
}

fn refuse_input<E: std::fmt::Debug + std::fmt::Display + 'static>(error: E, _: &HttpRequest) -> actix_web::Error {
    let response = failure(StatusCode::BAD_REQUEST, &error);
    InternalError::from_response(error, response).into()
}

/// A refused control call.
pub(crate) fn failure(status: StatusCode, reason: &dyn std::fmt::Display) -> HttpResponse {
    HttpResponse::build(status).json(json!({ "error": reason.to_string() }))
}

/// A control call that was carried out and has nothing to tell.
pub(crate) fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

async fn state(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "now": sandbox.now(),
        "clock_offset_ms": sandbox.clock().offset().num_milliseconds(),
        "base_url": sandbox.base_url(),
        "null_sink": sandbox.config().null_sink,
        "scripts": sandbox.scripts(),
        "faults": sandbox.faults(),
        "vendors": {
            efirma_go::VENDOR: sandbox.efirma_go().summary(),
            gofirmex::VENDOR: sandbox.gofirmex().summary(),
            firma_virtual::VENDOR: sandbox.firma_virtual().summary(),
            viafirma::VENDOR: sandbox.viafirma().summary(),
            arqsign::VENDOR: sandbox.arqsign().summary(),
        },
    }))
}

async fn transactions(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "transactions": sandbox.transactions() }))
}

/// Which entries of the ledger are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LedgerQuery {
    vendor: Option<String>,
    endpoint: Option<String>,
    /// Only calls with a higher number.
    #[serde(default)]
    after: u64,
}

async fn ledger(ThinData(sandbox): ThinData<Sandbox>, Query(wanted): Query<LedgerQuery>) -> HttpResponse {
    let mut calls = sandbox.calls();
    calls.retain(|call| {
        call.seq > wanted.after
            && wanted.vendor.as_ref().is_none_or(|vendor| *vendor == call.vendor)
            && wanted.endpoint.as_ref().is_none_or(|endpoint| *endpoint == call.endpoint)
    });
    HttpResponse::Ok().json(json!({
        "calls": calls,
        "notices": sandbox.notices(),
        "callbacks": sandbox.callbacks(),
    }))
}

async fn counters(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(sandbox.counters())
}

async fn add_fault(ThinData(sandbox): ThinData<Sandbox>, Json(fault): Json<Fault>) -> HttpResponse {
    sandbox.add_fault(fault);
    done()
}

async fn clear_faults(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    sandbox.clear_faults();
    done()
}

async fn set_scripts(ThinData(sandbox): ThinData<Sandbox>, Json(scripts): Json<Scripts>) -> HttpResponse {
    sandbox.set_scripts(scripts);
    done()
}

/// How far the clock is moved; the two are added.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    #[serde(default)]
    seconds: u64,
    #[serde(default)]
    ms: u64,
}

async fn advance_clock(ThinData(sandbox): ThinData<Sandbox>, Json(by): Json<Advance>) -> HttpResponse {
    sandbox.advance_clock(Duration::from_secs(by.seconds).saturating_add(Duration::from_millis(by.ms)));
    HttpResponse::Ok().json(json!({ "now": sandbox.now() }))
}

/// How long to wait for quiet, in real milliseconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    timeout_ms: u64,
}

async fn settle(ThinData(sandbox): ThinData<Sandbox>, Json(wait): Json<Settle>) -> HttpResponse {
    let settled = sandbox.settle(Duration::from_millis(wait.timeout_ms)).await;
    HttpResponse::Ok().json(json!({ "settled": settled }))
}

async fn reset(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    sandbox.reset();
    done()
}

async fn ca_pem(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/x-pem-file").body(sandbox.ca_pem())
}
