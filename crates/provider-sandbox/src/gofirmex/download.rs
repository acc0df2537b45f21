//! The links that give out signed files. Source: contract section 3.9.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Path, Query, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

use super::gateway;
use super::state::{Linked, Portfolio, State};
use crate::endpoint::plain;
use crate::sandbox::Sandbox;

/// A signed file with its name.
type File = (String, Bytes);

/// How many addresses a caller was led through already.
#[derive(Deserialize)]
pub(super) struct Way {
    #[serde(default)]
    hop: u32,
}

/// `GET /files/{link}`.
pub(super) async fn file(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    link: Path<String>,
    Query(way): Query<Way>,
) -> HttpResponse {
    let state = sandbox.gofirmex_state();
    if state.variants.download_needs_jwt
        && let Err(barred) = gateway::authenticate(&state, &request)
    {
        return barred.into_response();
    }
    let Some(linked) = state.linked(&link) else {
        return not_found();
    };
    let (Linked::Portfolio(key) | Linked::Document(key, _)) = linked;
    let Some(portfolio) = state.portfolio(key).filter(|portfolio| portfolio.links_until.is_some()) else {
        return not_found();
    };
    if portfolio.links_until.is_some_and(|until| until < sandbox.now()) {
        // What storage services answer to a link whose time is over; the contract does not say.
        return HttpResponse::Forbidden().json(json!({ "message": "Request has expired" }));
    }
    if way.hop < state.variants.download_redirects {
        let next = format!("{}?hop={}", request.path(), way.hop.saturating_add(1));
        return HttpResponse::Found().insert_header((LOCATION, next)).finish();
    }
    if state.variants.html_download {
        return HttpResponse::Ok().content_type("text/html; charset=utf-8").body(
            "<!doctype html><html lang=\"es\"><title>Descarga</title><body>Inicie sesión para descargar</body></html>",
        );
    }
    let wanted = match linked {
        Linked::Portfolio(_) => files(portfolio),
        Linked::Document(_, place) => files(portfolio).into_iter().skip(place).take(1).collect(),
    };
    answer(&state, linked, wanted)
}

fn answer(state: &State, linked: Linked, mut files: Vec<File>) -> HttpResponse {
    let zipped = match linked {
        Linked::Portfolio(_) => state.variants.zip_download || files.len() > 1,
        Linked::Document(..) => false,
    };
    if zipped {
        return match zip(&files) {
            Ok(bytes) => HttpResponse::Ok().content_type("application/zip").body(bytes),
            Err(error) => {
                tracing::error!(%error, "a portfolio could not be zipped");
                plain(StatusCode::INTERNAL_SERVER_ERROR, "500 Internal Server Error")
            }
        };
    }
    files.pop().map_or_else(not_found, |(_, bytes)| HttpResponse::Ok().content_type("application/pdf").body(bytes))
}

fn not_found() -> HttpResponse {
    HttpResponse::NotFound().json(json!({ "message": "Not Found" }))
}

/// The signed documents in their order, under names that differ.
fn files(portfolio: &Portfolio) -> Vec<File> {
    let mut used = BTreeSet::new();
    let documents = portfolio.documents.iter();
    documents
        .map(|document| (file_name(&document.description, &mut used), document.sealed.clone().unwrap_or_default()))
        .collect()
}

/// The description as a file name with `.pdf`, with a number where another has it already.
fn file_name(description: &str, used: &mut BTreeSet<String>) -> String {
    let stem = description.strip_suffix(".pdf").unwrap_or(description).replace(['/', '\\', '\0'], "_");
    let mut name = format!("{stem}.pdf");
    let mut number: u32 = 2;
    while !used.insert(name.clone()) {
        name = format!("{stem} ({number}).pdf");
        number = number.saturating_add(1);
    }
    name
}

fn zip(files: &[File]) -> ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name.as_str(), SimpleFileOptions::default())?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_archive_differ_and_have_no_folders() {
        let mut used = BTreeSet::new();
        let names = ["Contrato", "Contrato", "a/b", "Contrato.pdf"].map(|name| file_name(name, &mut used));
        assert_eq!(names, ["Contrato.pdf", "Contrato (2).pdf", "a_b.pdf", "Contrato (3).pdf"]);
    }
}
