//! Controls of the simulated efirma GO under `/_sandbox/efirma_go`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Json, Path, ServiceConfig, ThinData};
use serde::Deserialize;

use super::config::Variants;
use super::state::{Client, Developer};
use crate::control::{done, failure};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

/// Mounts the controls.
pub(crate) fn routes(service: &mut ServiceConfig) {
    service.service(
        web::scope("/efirma_go")
            .route("/developers", web::post().to(put_developer))
            .route("/clients", web::post().to(put_client))
            .route("/tariffs", web::post().to(put_tariff))
            .route("/variants", web::post().to(set_variants))
            .route("/documents/{id}", web::get().to(document))
            .route("/documents/{id}/original.pdf", web::get().to(original))
            .route("/documents/{id}/sign", web::post().to(sign))
            .route("/documents/{id}/decline", web::post().to(decline))
            .route("/documents/{id}/annul", web::post().to(annul)),
    );
}

async fn put_developer(ThinData(sandbox): ThinData<Sandbox>, Json(developer): Json<Developer>) -> HttpResponse {
    sandbox.efirma_go().put_developer(developer);
    done()
}

async fn put_client(ThinData(sandbox): ThinData<Sandbox>, Json(client): Json<Client>) -> HttpResponse {
    sandbox.efirma_go().put_client(client);
    done()
}

/// A tariff's name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tariff {
    name: String,
}

async fn put_tariff(ThinData(sandbox): ThinData<Sandbox>, Json(tariff): Json<Tariff>) -> HttpResponse {
    sandbox.efirma_go().put_tariff(&tariff.name);
    done()
}

/// Replaces all deviations; what is not named takes its default.
async fn set_variants(ThinData(sandbox): ThinData<Sandbox>, Json(variants): Json<Variants>) -> HttpResponse {
    sandbox.efirma_go().set_variants(variants);
    done()
}

async fn document(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    match sandbox.efirma_go().document(&id) {
        Some(document) => HttpResponse::Ok().json(document),
        None => failure(StatusCode::NOT_FOUND, &ActError::UnknownTransaction),
    }
}

async fn original(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    match sandbox.efirma_go().original(&id) {
        Some(bytes) => super::artifacts::pdf(bytes),
        None => failure(StatusCode::NOT_FOUND, &ActError::UnknownTransaction),
    }
}

/// Who acts; absent: the first whose turn it is.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Who {
    email: Option<String>,
}

/// The optional body of an act.
fn who(body: &Bytes) -> Result<Who, serde_json::Error> {
    if body.is_empty() { Ok(Who::default()) } else { serde_json::from_slice(body) }
}

async fn sign(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, body: Bytes) -> HttpResponse {
    match who(&body) {
        Ok(who) => acted(sandbox.efirma_go().sign(&id, who.email.as_deref()).await),
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

async fn decline(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, body: Bytes) -> HttpResponse {
    match who(&body) {
        Ok(who) => acted(sandbox.efirma_go().decline(&id, who.email.as_deref()).await),
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

async fn annul(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.efirma_go().annul(&id))
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
