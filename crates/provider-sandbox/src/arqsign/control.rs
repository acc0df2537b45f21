//! Controls of the simulated ArqSign under `/_sandbox/arqsign`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Json, Path, ServiceConfig, ThinData};
use serde::Deserialize;
use serde_json::json;

use super::accounts::Account;
use super::config::Variants;
use crate::control::{done, failure};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

/// Mounts the controls.
pub(crate) fn routes(service: &mut ServiceConfig) {
    service.service(
        web::scope("/arqsign")
            .route("/accounts", web::post().to(put_account))
            .route("/variants", web::post().to(set_variants))
            .route("/processos", web::get().to(processes))
            .route("/processos/{id}", web::get().to(process))
            .route("/processos/{id}/documentos/{place}/original.pdf", web::get().to(original))
            .route("/processos/{id}/documentos/{place}/signed.pdf", web::get().to(signed))
            .route("/processos/{id}/sign", web::post().to(sign))
            .route("/processos/{id}/decline", web::post().to(decline))
            .route("/processos/{id}/expire", web::post().to(expire))
            .route("/processos/{id}/fail-delivery", web::post().to(fail_delivery))
            .route("/processos/{id}/cancel", web::post().to(cancel))
            .route("/processos/{id}/delete", web::post().to(delete)),
    );
}

async fn put_account(ThinData(sandbox): ThinData<Sandbox>, Json(account): Json<Account>) -> HttpResponse {
    sandbox.arqsign().put_account(account);
    done()
}

/// Replaces all deviations; what is not named takes its default.
async fn set_variants(ThinData(sandbox): ThinData<Sandbox>, Json(variants): Json<Variants>) -> HttpResponse {
    sandbox.arqsign().set_variants(variants);
    done()
}

async fn processes(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "processes": sandbox.arqsign().processes() }))
}

async fn process(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    match sandbox.arqsign().process(&id) {
        Some(process) => HttpResponse::Ok().json(process),
        None => failure(StatusCode::NOT_FOUND, &ActError::UnknownTransaction),
    }
}

async fn original(ThinData(sandbox): ThinData<Sandbox>, at: Path<(String, usize)>) -> HttpResponse {
    file(sandbox.arqsign().original(&at.0, at.1))
}

async fn signed(ThinData(sandbox): ThinData<Sandbox>, at: Path<(String, usize)>) -> HttpResponse {
    file(sandbox.arqsign().signed(&at.0, at.1))
}

fn file(bytes: Option<Bytes>) -> HttpResponse {
    match bytes {
        Some(bytes) => HttpResponse::Ok().content_type("application/pdf").body(bytes),
        None => failure(StatusCode::NOT_FOUND, &"no such file"),
    }
}

/// Who acts, and why; absent: the first whose turn it is.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Who {
    contact: Option<String>,
    reason: Option<String>,
}

/// The optional body of an act.
fn who(body: &Bytes) -> Result<Who, serde_json::Error> {
    if body.is_empty() { Ok(Who::default()) } else { serde_json::from_slice(body) }
}

async fn sign(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, body: Bytes) -> HttpResponse {
    match who(&body) {
        Ok(who) => acted(sandbox.arqsign().sign(&id, who.contact.as_deref()).await),
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

async fn decline(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, body: Bytes) -> HttpResponse {
    match who(&body) {
        Ok(who) => {
            let reason = who.reason.as_deref().unwrap_or("Recusado");
            acted(sandbox.arqsign().decline_because(&id, who.contact.as_deref(), reason).await)
        }
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

async fn expire(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.arqsign().expire(&id))
}

async fn fail_delivery(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, body: Bytes) -> HttpResponse {
    match who(&body) {
        Ok(who) => acted(sandbox.arqsign().fail_delivery(&id, who.contact.as_deref())),
        Err(error) => failure(StatusCode::BAD_REQUEST, &error),
    }
}

async fn cancel(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.arqsign().cancel(&id))
}

async fn delete(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.arqsign().delete(&id))
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
