//! Files for a contract: the page with the form, and the upload. Source: contract sections 3.13 and 10.2.

use actix_web::http::StatusCode;
use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::contract::{ContractFile, ID_LENGTH, Status};
use super::state::State;
use super::wire::{self, Refused, Reply, Success, TOO_LARGE, VALIDATION_FAIL};
use super::{VENDOR, access};
use crate::endpoint::{self, plain};
use crate::form::{self, FormError, FormLimits, Upload};
use crate::pages::html;
use crate::sandbox::Sandbox;

const FAILED: Refused = Refused::Business(VALIDATION_FAIL);

#[derive(Template)]
#[template(path = "firma_virtual/upload.html")]
struct UploadPage {
    action: String,
    field: String,
}

/// The page on which a person uploads a file, and an operator reads the name of its field.
pub(super) async fn upload_page(ThinData(sandbox): ThinData<Sandbox>, request: HttpRequest) -> HttpResponse {
    let state = sandbox.firma_virtual_state();
    if let Err(refused) = access::caller(&state, &request, sandbox.now()) {
        return wire::respond(&state.variants, Err(refused));
    }
    let path = if state.variants.upload_at_the_page { "up-file" } else { "upfile" };
    let page = UploadPage { action: format!("/{VENDOR}/api/v1/{path}"), field: state.variants.upload_field.clone() };
    html(StatusCode::OK, &page)
}

/// Takes a file at the documented place.
pub(super) async fn upload(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    take(&sandbox, &request, payload, false).await
}

/// Takes a file where the page is, when the variants say so.
pub(super) async fn upload_at_the_page(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    take(&sandbox, &request, payload, true).await
}

async fn take(sandbox: &Sandbox, request: &HttpRequest, payload: Payload, at_the_page: bool) -> HttpResponse {
    // The size is looked at after the name, so that the checks keep their order.
    let limits = FormLimits { file_bytes: None, keep_files: !sandbox.config().null_sink };
    let form = form::read(request, payload, limits).await;
    let mut state = sandbox.firma_virtual_state();
    if state.variants.upload_at_the_page != at_the_page {
        return HttpResponse::NotFound().finish();
    }
    let caller = match access::caller(&state, request, sandbox.now()) {
        Ok(caller) => caller,
        Err(refused) => return wire::respond(&state.variants, Err(refused)),
    };
    let form = match form {
        Ok(form) => form,
        Err(FormError::TooLarge) => return wire::respond(&state.variants, Err(Refused::Business(TOO_LARGE))),
        Err(FormError::Unreadable(_)) => return plain(StatusCode::BAD_REQUEST, "400 Bad Request"),
    };
    endpoint::received(request, &form);
    let field = state.variants.upload_field.clone();
    let reply = match form.file(&field) {
        Some(file) => keep(&mut state, caller, file, sandbox.config().null_sink),
        None => Err(FAILED),
    };
    wire::respond(&state.variants, reply)
}

fn keep(state: &mut State, caller: u32, file: &Upload, null_sink: bool) -> Reply {
    let sent_name = file.record.filename.as_deref().unwrap_or_default();
    let id = sent_name.get(..ID_LENGTH).ok_or(FAILED)?;
    let key = state.own(caller, id).ok_or(FAILED)?;
    if !null_sink && !file.bytes.starts_with(b"%PDF-") {
        return Err(FAILED);
    }
    if file.record.size > state.variants.max_document_bytes {
        return Err(Refused::Business(TOO_LARGE));
    }
    let name = if state.variants.random_stored_names {
        format!("{id}_{}.pdf", state.new_digits(9))
    } else {
        sent_name.to_owned()
    };
    let contract = state.contract_mut(key).filter(|contract| contract.status == Status::Created).ok_or(FAILED)?;
    let new = ContractFile { name, bytes: file.bytes.clone(), sha256: file.record.sha256.clone() };
    match contract.files.iter_mut().find(|known| known.name == new.name) {
        Some(known) => *known = new,
        None => contract.files.push(new),
    }
    Ok(Success::empty(200))
}
