//! Fetching a contract's file. How the real vendor gives it out is not documented. Source: contract section 3.22.

use actix_web::http::StatusCode;
use actix_web::web::{Path, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;

use super::contract::{Contract, ID_LENGTH};
use super::state::State;
use super::variants::Downloads;
use super::wire::{self, FILE_NOT_FOUND, Refused};
use super::{access, shapes};
use crate::endpoint::plain;
use crate::sandbox::Sandbox;

const PAGE: &str =
    "<!doctype html><html lang=\"es\"><title>Visor</title><body>Cargando el visor de documentos</body></html>";

/// The file, to the contract's owner.
pub(super) async fn download(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    name: Path<String>,
) -> HttpResponse {
    let state = sandbox.firma_virtual_state();
    let found = access::caller(&state, &request, sandbox.now())
        .and_then(|caller| file(&state, Some(caller), &name).ok_or(Refused::Business(FILE_NOT_FOUND)));
    match (state.variants.downloads, found) {
        (_, Err(refused)) => wire::respond(&state.variants, Err(refused)),
        (Downloads::Html, Ok(_)) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(PAGE),
        (Downloads::Api, Ok(bytes)) => pdf(bytes),
        (Downloads::Public | Downloads::Missing, Ok(_)) => {
            wire::respond(&state.variants, Err(Refused::Business(FILE_NOT_FOUND)))
        }
    }
}

/// The file, to everybody who knows its address, where the variants say so.
pub(super) async fn public_download(ThinData(sandbox): ThinData<Sandbox>, name: Path<String>) -> HttpResponse {
    let state = sandbox.firma_virtual_state();
    let found = match state.variants.downloads {
        Downloads::Public => file(&state, None, &name),
        Downloads::Api | Downloads::Html | Downloads::Missing => None,
    };
    found.map_or_else(|| plain(StatusCode::NOT_FOUND, "404 Not Found"), pdf)
}

fn file(state: &State, owner: Option<u32>, name: &str) -> Option<Bytes> {
    let contract = state.contract(state.key_of(name.get(..ID_LENGTH)?)?)?;
    let visible = !contract.deleted && owner.is_none_or(|owner| contract.owner == owner);
    if !visible || !shapes::file_names(&state.variants, contract).iter().any(|known| known == name) {
        return None;
    }
    if state.variants.signed_file_beside_draft && name != shapes::signed_name(contract) {
        return draft(contract, name);
    }
    contract.sealed.clone().or_else(|| draft(contract, name))
}

fn draft(contract: &Contract, name: &str) -> Option<Bytes> {
    contract.files.iter().find(|file| file.name == name).map(|file| file.bytes.clone())
}

/// A PDF as a whole.
pub(super) fn pdf(bytes: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/pdf").body(bytes)
}
