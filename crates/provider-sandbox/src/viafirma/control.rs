//! Controls of the simulated Viafirma under `/_sandbox/viafirma`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Json, Path, ServiceConfig, ThinData};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::certificate::CertificateKind;
use super::config::{Application, Variants};
use super::downloads::pdf;
use crate::control::{done, failure};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

/// Mounts the controls.
pub(crate) fn routes(service: &mut ServiceConfig) {
    service.service(
        web::scope("/viafirma")
            .route("/applications", web::post().to(put_application))
            .route("/variants", web::get().to(variants))
            .route("/variants", web::post().to(set_variants))
            .route("/launch", web::post().to(launch))
            .route("/operations", web::get().to(operations))
            .route("/operations/{id}", web::get().to(operation))
            .route("/operations/{id}/files/{file}/original", web::get().to(original))
            .route("/operations/{id}/files/{file}/signed", web::get().to(signed))
            .route("/operations/{id}/sign", web::post().to(sign))
            .route("/operations/{id}/decline", web::post().to(decline))
            .route("/operations/{id}/cancel", web::post().to(decline))
            .route("/operations/{id}/fail", web::post().to(fail))
            .route("/operations/{id}/expire", web::post().to(expire)),
    );
}

async fn put_application(ThinData(sandbox): ThinData<Sandbox>, Json(application): Json<Application>) -> HttpResponse {
    sandbox.viafirma().put_application(application);
    done()
}

async fn variants(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(sandbox.viafirma().variants())
}

/// Replaces all deviations; what is not named takes its default.
async fn set_variants(ThinData(sandbox): ThinData<Sandbox>, Json(variants): Json<Variants>) -> HttpResponse {
    sandbox.viafirma().set_variants(variants);
    done()
}

/// A launch link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    link: String,
}

async fn launch(ThinData(sandbox): ThinData<Sandbox>, Json(Link { link }): Json<Link>) -> HttpResponse {
    match sandbox.viafirma().launch(&link) {
        Ok(url) => HttpResponse::Ok().json(json!({ "desktop_url": url })),
        Err(reason) => failure(StatusCode::UNPROCESSABLE_ENTITY, &reason),
    }
}

async fn operations(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "operations": sandbox.viafirma().operations() }))
}

async fn operation(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    match sandbox.viafirma().operation(&id) {
        Some(operation) => HttpResponse::Ok().json(operation),
        None => failure(StatusCode::NOT_FOUND, &ActError::UnknownTransaction),
    }
}

async fn original(ThinData(sandbox): ThinData<Sandbox>, place: Path<(String, usize)>) -> HttpResponse {
    let (id, file) = place.into_inner();
    file_or_404(sandbox.viafirma().original(&id, file))
}

async fn signed(ThinData(sandbox): ThinData<Sandbox>, place: Path<(String, usize)>) -> HttpResponse {
    let (id, file) = place.into_inner();
    file_or_404(sandbox.viafirma().signed(&id, file))
}

fn file_or_404(file: Option<Bytes>) -> HttpResponse {
    file.map_or_else(|| failure(StatusCode::NOT_FOUND, &ActError::UnknownTransaction), pdf)
}

/// How somebody signs; without a kind and a certificate as the variants say.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Signing {
    contact: Option<String>,
    kind: Option<CertificateKind>,
    certificate: Option<Map<String, Value>>,
}

/// Who cancels; absent: whoever the operation is for.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Who {
    contact: Option<String>,
}

/// What fails.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failing {
    code: String,
    /// Places of the files from 0; absent: the operation as a whole.
    #[serde(default)]
    files: Option<Vec<usize>>,
}

/// An optional body.
fn body<T: Default + DeserializeOwned>(body: &Bytes) -> serde_json::Result<T> {
    if body.is_empty() { Ok(T::default()) } else { serde_json::from_slice(body) }
}

async fn sign(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, sent: Bytes) -> HttpResponse {
    let how = match body::<Signing>(&sent) {
        Ok(how) => how,
        Err(error) => return failure(StatusCode::BAD_REQUEST, &error),
    };
    let viafirma = sandbox.viafirma();
    if how.kind.is_none() && how.certificate.is_none() {
        return acted(viafirma.sign(&id, how.contact.as_deref()).await);
    }
    let kind = how.kind.unwrap_or_else(|| viafirma.variants().certificate);
    acted(viafirma.sign_with(&id, kind, how.certificate.unwrap_or_default()).await)
}

async fn decline(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, sent: Bytes) -> HttpResponse {
    match body::<Who>(&sent) {
        Ok(who) => acted(sandbox.viafirma().decline(&id, who.contact.as_deref()).await),
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

async fn fail(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, Json(failing): Json<Failing>) -> HttpResponse {
    acted(sandbox.viafirma().fail(&id, &failing.code, failing.files.as_deref()).await)
}

async fn expire(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.viafirma().expire(&id))
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
