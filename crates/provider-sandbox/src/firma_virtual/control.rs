//! Controls of the simulated Firma Virtual under `/_sandbox/firma_virtual`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Json, Path, ServiceConfig, ThinData};
use serde::Deserialize;

use super::artifacts;
use super::catalogue::FeeRow;
use super::config::User;
use super::variants::Variants;
use crate::control::{done, failure};
use crate::sandbox::Sandbox;
use crate::transactions::ActError;

/// Mounts the controls.
pub(crate) fn routes(service: &mut ServiceConfig) {
    service.service(
        web::scope("/firma_virtual")
            .route("/users", web::post().to(put_user))
            .route("/tokens/revoke", web::post().to(revoke_tokens))
            .route("/catalogue", web::post().to(set_catalogue))
            .route("/variants", web::post().to(set_variants))
            .route("/contracts/{id}", web::get().to(contract))
            .route("/contracts/{id}/draft.pdf", web::get().to(draft))
            .route("/contracts/{id}/signed.pdf", web::get().to(signed))
            .route("/contracts/{id}/status", web::post().to(show_status))
            .route("/contracts/{id}/lose", web::post().to(lose))
            .route("/contracts/{id}/notary/stamp", web::post().to(stamp))
            .route("/contracts/{id}/notary/refuse", web::post().to(refuse))
            .route("/contracts/{id}/{deed}", web::post().to(act)),
    );
}

async fn put_user(ThinData(sandbox): ThinData<Sandbox>, Json(user): Json<User>) -> HttpResponse {
    sandbox.firma_virtual().put_user(user);
    done()
}

async fn revoke_tokens(ThinData(sandbox): ThinData<Sandbox>) -> HttpResponse {
    sandbox.firma_virtual().revoke_tokens();
    done()
}

async fn set_catalogue(ThinData(sandbox): ThinData<Sandbox>, Json(rows): Json<Vec<FeeRow>>) -> HttpResponse {
    sandbox.firma_virtual().set_catalogue(rows);
    done()
}

/// Replaces all deviations; what is not named takes its default.
async fn set_variants(ThinData(sandbox): ThinData<Sandbox>, Json(variants): Json<Variants>) -> HttpResponse {
    sandbox.firma_virtual().set_variants(variants);
    done()
}

async fn contract(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    match sandbox.firma_virtual().contract(&id) {
        Some(contract) => HttpResponse::Ok().json(contract),
        None => failure(StatusCode::NOT_FOUND, &ActError::UnknownTransaction),
    }
}

async fn draft(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    file(sandbox.firma_virtual().draft(&id))
}

async fn signed(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    file(sandbox.firma_virtual().signed(&id))
}

fn file(found: Option<Bytes>) -> HttpResponse {
    found.map_or_else(|| failure(StatusCode::NOT_FOUND, &"no such contract, or no such file yet"), artifacts::pdf)
}

/// The word that answers show; absent or null: the state's own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    word: Option<String>,
}

async fn show_status(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>, Json(shown): Json<Shown>) -> HttpResponse {
    acted(sandbox.firma_virtual().show_status(&id, shown.word.as_deref()))
}

async fn lose(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.firma_virtual().lose(&id))
}

async fn stamp(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.firma_virtual().stamp(&id).await)
}

async fn refuse(ThinData(sandbox): ThinData<Sandbox>, id: Path<String>) -> HttpResponse {
    acted(sandbox.firma_virtual().refuse(&id).await)
}

/// Who acts; absent: the first who can.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Who {
    email: Option<String>,
}

/// What a signer does, by its name in the address.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verb {
    Download,
    Accept,
    Decline,
    Pay,
    Sign,
    Next,
}

async fn act(
    ThinData(sandbox): ThinData<Sandbox>,
    asked: Result<Path<(String, Verb)>, actix_web::Error>,
    body: Bytes,
) -> HttpResponse {
    let (id, verb) = match asked {
        Ok(asked) => asked.into_inner(),
        Err(error) => return failure(StatusCode::NOT_FOUND, &error),
    };
    let who = if body.is_empty() { Ok(Who::default()) } else { serde_json::from_slice::<Who>(&body) };
    let email = match who {
        Ok(who) => who.email,
        Err(error) => return failure(StatusCode::BAD_REQUEST, &error),
    };
    let (vendor, email) = (sandbox.firma_virtual(), email.as_deref());
    acted(match verb {
        Verb::Download => vendor.download(&id, email).await,
        Verb::Accept => vendor.accept(&id, email).await,
        Verb::Decline => vendor.decline(&id, email).await,
        Verb::Pay => vendor.pay(&id, email).await,
        Verb::Sign => vendor.sign(&id, email).await,
        Verb::Next => vendor.next_step(&id, email).await,
    })
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
