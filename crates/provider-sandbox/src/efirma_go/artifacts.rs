//! The viewer addresses that give out signed documents and certificates. Source: contract section 3.9.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Query, ThinData};
use bytes::Bytes;
use serde::Deserialize;

use super::VENDOR;
use super::state::Document;
use crate::endpoint::plain;
use crate::sandbox::Sandbox;

/// What the viewer is asked for.
#[derive(Deserialize)]
pub(super) struct Artifact {
    d: Option<String>,
    c: Option<String>,
}

/// The signed document's address; empty before it is signed.
pub(super) fn document_url(sandbox: &Sandbox, document: &Document) -> String {
    url(sandbox.base_url(), 'd', document)
}

/// The certificate's address, whose scheme is always `http`; empty before the document is signed. Source: contract section 9, quirk 8.
pub(super) fn certificate_url(sandbox: &Sandbox, document: &Document) -> String {
    let base = sandbox.base_url();
    match base.strip_prefix("https://") {
        Some(host) => url(&format!("http://{host}"), 'c', document),
        None => url(base, 'c', document),
    }
}

fn url(base: &str, parameter: char, document: &Document) -> String {
    match document.sealed {
        Some(_) => format!("{base}/{VENDOR}/viewer?{parameter}={}", document.artifact),
        None => String::new(),
    }
}

/// `GET /viewer?d=…` or `?c=…`: the PDF to a plain call without authentication (assumption E19).
pub(super) async fn viewer(ThinData(sandbox): ThinData<Sandbox>, Query(wanted): Query<Artifact>) -> HttpResponse {
    let state = sandbox.efirma_state();
    if state.variants.html_artifacts {
        return HttpResponse::Ok().content_type("text/html; charset=utf-8").body(
            "<!doctype html><html lang=\"es\"><title>Visor</title><body>Cargando el visor de documentos</body></html>",
        );
    }
    let of = |artifact: &str| {
        let key = state.key_of_artifact(artifact)?;
        state.document(key)?.sealed.clone()
    };
    let found = match (&wanted.d, &wanted.c) {
        (Some(document), _) => of(document).map(|sealed| sealed.document),
        (None, Some(certificate)) => of(certificate).map(|sealed| sealed.certificate),
        (None, None) => None,
    };
    found.map_or_else(|| plain(StatusCode::NOT_FOUND, "404 Not Found"), pdf)
}

/// A PDF as a whole.
pub(super) fn pdf(bytes: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/pdf").body(bytes)
}
