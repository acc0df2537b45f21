//! Downloads by signature, the verification page, and the script of the vendor's own pages. Source: contract sections 2.4, 2.8 and 2.9.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Path, Query, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use bytes::Bytes;
use serde::Deserialize;

use super::state::{End, Operation, OperationFile, Outcome, Signature, State};
use super::{VENDOR, qr};
use crate::endpoint::plain;
use crate::pages::html;
use crate::sandbox::Sandbox;

/// What of a signature is asked for; the members' values do not matter.
#[derive(Deserialize)]
pub(super) struct Wanted {
    d: Option<String>,
    j: Option<String>,
    o: Option<String>,
    /// How many redirects the caller has followed.
    #[serde(default)]
    hop: u32,
}

#[derive(Template)]
#[template(path = "viafirma/verification.html")]
struct Verification {
    base: String,
    signature: String,
    filename: String,
    holder: String,
    number: String,
    signed_at: String,
    sha256: String,
}

/// `GET /v/{signatureId}` under the plain base.
pub(super) async fn plain_base(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    signature_id: Path<String>,
    Query(wanted): Query<Wanted>,
) -> HttpResponse {
    let state = sandbox.viafirma_state();
    if state.variants.token_connector_downloads {
        return plain(StatusCode::NOT_FOUND, "404 Not Found");
    }
    answer(&state, &request, &signature_id, &wanted)
}

/// The same under the base with the old suffix.
pub(super) async fn token_connector_base(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    signature_id: Path<String>,
    Query(wanted): Query<Wanted>,
) -> HttpResponse {
    let state = sandbox.viafirma_state();
    if !state.variants.token_connector_downloads {
        return plain(StatusCode::NOT_FOUND, "404 Not Found");
    }
    answer(&state, &request, &signature_id, &wanted)
}

fn answer(state: &State, request: &HttpRequest, signature_id: &str, wanted: &Wanted) -> HttpResponse {
    if state.variants.html_downloads {
        return html_instead();
    }
    let found = state.signed_file(signature_id).filter(|(operation, _, _)| !operation.removed);
    let Some((operation, file, signature)) = found else {
        return if state.variants.unknown_downloads_as_html {
            html_instead()
        } else {
            plain(StatusCode::NOT_FOUND, "404 Not Found")
        };
    };
    match wanted {
        Wanted { d: Some(_), hop, .. } if *hop < state.variants.download_redirects => {
            let next = format!("{}?d=true&hop={}", request.path(), hop + 1);
            HttpResponse::Found().insert_header(("Location", next)).finish()
        }
        Wanted { d: Some(_), .. } => attachment(file, signature.signed.clone()),
        Wanted { j: Some(_), .. } => pdf(signature.receipt.clone()),
        Wanted { o: Some(_), .. } => attachment(file, file.original.clone()),
        Wanted { .. } => verification(request, operation, file, signature),
    }
}

fn html_instead() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(
        "<!doctype html><html lang=\"es\"><title>Viafirma</title><body>No se ha podido mostrar el documento</body></html>",
    )
}

fn attachment(file: &OperationFile, bytes: Bytes) -> HttpResponse {
    let content_type = if file.policy.is_pdf() { "application/pdf" } else { "application/octet-stream" };
    let name: String = file.filename.chars().filter(|c| c.is_ascii_graphic() && *c != '"' && *c != '\\').collect();
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}

/// A PDF that a browser shows.
pub(super) fn pdf(bytes: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/pdf").body(bytes)
}

fn verification(
    request: &HttpRequest,
    operation: &Operation,
    file: &OperationFile,
    signature: &Signature,
) -> HttpResponse {
    let (holder, number, signed_at) = match &operation.outcome {
        Some(Outcome { at, end: End::Signed(certificate) }) => (
            certificate.holder(),
            certificate.text("numberUserId").to_owned(),
            at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        ),
        Some(Outcome { end: End::Cancelled | End::Failed(_), .. }) | None => Default::default(),
    };
    let page = Verification {
        base: request.path().to_owned(),
        signature: signature.id.clone(),
        filename: file.filename.clone(),
        holder,
        number,
        signed_at,
        sha256: file.sha256.clone(),
    };
    html(StatusCode::OK, &page)
}

/// What the QR picture is asked for.
#[derive(Deserialize)]
pub(super) struct Receipt {
    #[serde(rename = "codFirma")]
    signature_id: Option<String>,
    tipo: Option<String>,
}

/// `GET /downloadComprobanteQR`: a picture with the address of the verification page.
pub(super) async fn qr_receipt(ThinData(sandbox): ThinData<Sandbox>, Query(wanted): Query<Receipt>) -> HttpResponse {
    if wanted.tipo.as_deref() != Some("png") {
        return plain(StatusCode::BAD_REQUEST, "400 Bad Request");
    }
    let state = sandbox.viafirma_state();
    let signature_id = wanted.signature_id.unwrap_or_default();
    match state.signed_file(&signature_id).filter(|(operation, _, _)| !operation.removed) {
        Some((_, _, signature)) => {
            let address = format!("{}/{VENDOR}/v/{}", sandbox.base_url(), signature.id);
            HttpResponse::Ok().content_type("image/png").body(qr::picture(&address))
        }
        None => plain(StatusCode::NOT_FOUND, "404 Not Found"),
    }
}

const SCRIPT: &str = include_str!("../../assets/viafirma.js");

/// `GET /viafirma.js`: the script of the pages that start the desktop program.
pub(super) async fn viafirma_js() -> HttpResponse {
    HttpResponse::Ok().content_type("application/javascript; charset=utf-8").body(SCRIPT)
}
