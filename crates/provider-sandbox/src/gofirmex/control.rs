//! Controls of the simulated GoFirmex under `/_sandbox/gofirmex`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Json, Path, ServiceConfig, ThinData};
use serde::Deserialize;
use serde_json::Value;

use super::catalogue::Catalogue;
use super::config::{Consumer, Variants};
use super::flow::RejectedBy;
use super::handle::GoFirmex;
use super::profile::Profile;
use crate::control::{done, failure};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

/// Mounts the controls.
pub(crate) fn routes(service: &mut ServiceConfig) {
    service.service(
        web::scope("/gofirmex")
            .route("/consumers", web::post().to(put_consumer))
            .route("/profile", web::post().to(set_profile))
            .route("/catalogue", web::post().to(set_catalogue))
            .route("/variants", web::post().to(set_variants))
            .route("/demo-private-key.pem", web::get().to(demo_private_key))
            .route("/portfolios/{id}", web::get().to(portfolio))
            .route("/portfolios/{id}/documents/{document}/original.pdf", web::get().to(original))
            .route("/portfolios/{id}/accept", web::post().to(accept))
            .route("/portfolios/{id}/legalise", web::post().to(legalise))
            .route("/portfolios/{id}/reject", web::post().to(reject))
            .route("/portfolios/{id}/sign", web::post().to(sign))
            .route("/portfolios/{id}/decline", web::post().to(decline)),
    );
}

async fn put_consumer(ThinData(sandbox): ThinData<Sandbox>, Json(consumer): Json<Consumer>) -> HttpResponse {
    match sandbox.gofirmex().put_consumer(consumer) {
        Ok(()) => done(),
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

/// Serves the defaults with these members on top.
async fn set_profile(ThinData(sandbox): ThinData<Sandbox>, Json(overlay): Json<Value>) -> HttpResponse {
    match Profile::merged(&overlay) {
        Ok(profile) => {
            sandbox.gofirmex().set_profile(profile);
            done()
        }
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

async fn set_catalogue(ThinData(sandbox): ThinData<Sandbox>, Json(catalogue): Json<Catalogue>) -> HttpResponse {
    sandbox.gofirmex().set_catalogue(catalogue);
    done()
}

/// Replaces all deviations; what is not named takes its default.
async fn set_variants(ThinData(sandbox): ThinData<Sandbox>, Json(variants): Json<Variants>) -> HttpResponse {
    sandbox.gofirmex().set_variants(variants);
    done()
}

async fn demo_private_key() -> HttpResponse {
    HttpResponse::Ok().content_type("application/x-pem-file").body(GoFirmex::demo_private_key_pem())
}

async fn portfolio(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    match sandbox.gofirmex().portfolio(&id) {
        Some(portfolio) => HttpResponse::Ok().json(portfolio),
        None => failure(StatusCode::NOT_FOUND, &ActError::UnknownTransaction),
    }
}

async fn original(ThinData(sandbox): ThinData<Sandbox>, path: Path<(String, String)>) -> HttpResponse {
    let (portfolio, document) = path.into_inner();
    match sandbox.gofirmex().original(&portfolio, &document) {
        Some(bytes) => HttpResponse::Ok().content_type("application/pdf").body(bytes),
        None => failure(StatusCode::NOT_FOUND, &ActError::UnknownTransaction),
    }
}

async fn accept(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.gofirmex().accept(&id).await)
}

async fn legalise(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.gofirmex().legalise(&id).await)
}

/// Who rejects, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejection {
    by: RejectedBy,
    message: String,
}

async fn reject(
    ThinData(sandbox): ThinData<Sandbox>,
    id: Path<String>,
    Json(rejection): Json<Rejection>,
) -> HttpResponse {
    acted(sandbox.gofirmex().reject(&id, rejection.by, &rejection.message))
}

/// Who acts, by e-mail address or national id; absent: the first whose turn it is. Which document, from 0; absent: all that are left.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Deed {
    who: Option<String>,
    document: Option<usize>,
}

/// The optional body of an act.
fn deed(body: &Bytes) -> Result<Deed, serde_json::Error> {
    if body.is_empty() { Ok(Deed::default()) } else { serde_json::from_slice(body) }
}

async fn sign(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, body: Bytes) -> HttpResponse {
    let vendor = sandbox.gofirmex();
    match deed(&body) {
        Ok(Deed { who, document: Some(place) }) => acted(vendor.sign_document(&id, who.as_deref(), place).await),
        Ok(Deed { who, document: None }) => acted(vendor.sign(&id, who.as_deref()).await),
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

async fn decline(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, body: Bytes) -> HttpResponse {
    match deed(&body) {
        Ok(deed) => acted(sandbox.gofirmex().decline(&id, deed.who.as_deref())),
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

fn acted(outcome: Result<(), ActError>) -> HttpResponse {
    let Err(reason) = outcome else {
        return done();
    };
    let status = match reason {
        ActError::UnknownTransaction | ActError::NoRecipient => StatusCode::NOT_FOUND,
        ActError::NotInProcess | ActError::NotTheirTurn | ActError::AlreadyActed => StatusCode::CONFLICT,
        ActError::CannotSeal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    failure(status, &reason)
}
