//! The links of a completed portfolio: what they give, to whom, and for how long.

use std::io::{Cursor, Read};
use std::time::Duration;

use provider_sandbox::gofirmex::{DEMO_ISSUER, DEMO_USER, Links};
use serde_json::Value;
use zip::ZipArchive;

use crate::support::{CONTRACT, PROMISE, World, claims, document, one_signer, signatures, signing_world};

async fn completed(world: &World, documents: &[Value]) -> String {
    let id = world.accepted(&one_signer(), documents).await;
    assert_eq!(world.status(&id), "COMPLETED");
    id
}

fn links(world: &World, id: &str) -> (Option<String>, Vec<Option<String>>) {
    let view = world.vendor().portfolio(id).unwrap();
    (view.download_url, view.documents.into_iter().map(|document| document.download_url).collect())
}

/// Names and contents of an archive.
fn unzip(bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    files
}

#[tokio::test]
async fn one_document_comes_as_a_pdf_and_several_as_a_zip() {
    let world = signing_world().await;
    let one = completed(&world, &[document("Contrato", CONTRACT)]).await;
    let (whole, _) = links(&world, &one);
    let (status, content_type, pdf) = world.download(&whole.unwrap()).await;
    assert_eq!((status, content_type.as_str(), signatures(&pdf)), (200, "application/pdf", 1));

    let two = completed(&world, &[document("Contrato", CONTRACT), document("Contrato", PROMISE)]).await;
    let (whole, each) = links(&world, &two);
    let (status, content_type, zip) = world.download(&whole.unwrap()).await;
    assert_eq!((status, content_type.as_str()), (200, "application/zip"));
    let files = unzip(zip);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Contrato.pdf", "Contrato (2).pdf"]);
    for ((_, zipped), url) in files.iter().zip(each) {
        assert_eq!(world.download(&url.unwrap()).await.2, *zipped, "the same file either way");
    }
}

#[tokio::test]
async fn the_links_are_those_of_the_variant() {
    let world = signing_world().await;
    let id = completed(&world, &[document("Contrato", CONTRACT)]).await;
    world.vary(|variants| variants.links = Links::Portfolio);
    assert!(matches!(links(&world, &id), (Some(_), each) if each == [None]));
    world.vary(|variants| variants.links = Links::Documents);
    assert!(matches!(links(&world, &id), (None, each) if each[0].is_some()));
    world.vary(|variants| (variants.links, variants.zip_download) = (Links::Both, true));
    let (whole, _) = links(&world, &id);
    let files = unzip(world.download(&whole.unwrap()).await.2);
    assert_eq!((files.len(), signatures(&files[0].1)), (1, 1));
}

#[tokio::test]
async fn links_are_over_after_a_day() {
    let world = signing_world().await;
    let id = completed(&world, &[document("Contrato", CONTRACT)]).await;
    let url = links(&world, &id).0.unwrap();
    world.later(Duration::from_hours(23)).await;
    assert_eq!(world.download(&url).await.0, 200);
    world.later(Duration::from_hours(2)).await;
    let (status, _, body) = world.download(&url).await;
    assert_eq!((status, body.as_slice()), (403, br#"{"message":"Request has expired"}"#.as_slice()));
    assert_eq!(world.download(&world.url("/files/unknown")).await.0, 404);
}

#[tokio::test]
async fn links_may_ask_for_the_token() {
    let world = signing_world().await;
    world.vary(|variants| variants.download_needs_jwt = true);
    let id = completed(&world, &[document("Contrato", CONTRACT)]).await;
    let url = links(&world, &id).0.unwrap();
    let (status, _, body) = world.download(&url).await;
    assert_eq!((status, body.as_slice()), (401, br#"{"message":"Unauthorized"}"#.as_slice()));
    let token = world.key.token(&claims(DEMO_USER, DEMO_ISSUER));
    let response = world.http.get(&url).bearer_auth(token).send().await.unwrap();
    assert_eq!((response.status().as_u16(), signatures(&response.bytes().await.unwrap())), (200, 1));
}

#[tokio::test]
async fn a_link_may_lead_through_other_addresses() {
    let world = signing_world().await;
    world.vary(|variants| variants.download_redirects = 2);
    let id = completed(&world, &[document("Contrato", CONTRACT)]).await;
    let mut url = links(&world, &id).0.unwrap();
    for _ in 0..2 {
        let response = world.http.get(&url).send().await.unwrap();
        assert_eq!(response.status(), 302);
        url = format!("{}{}", world.running.base_url(), response.headers()["location"].to_str().unwrap());
    }
    let (status, _, pdf) = world.download(&url).await;
    assert_eq!((status, signatures(&pdf)), (200, 1));
}

#[tokio::test]
async fn a_link_may_show_a_page_in_place_of_the_file() {
    let world = signing_world().await;
    world.vary(|variants| variants.html_download = true);
    let id = completed(&world, &[document("Contrato", CONTRACT)]).await;
    let (status, content_type, body) = world.download(&links(&world, &id).0.unwrap()).await;
    assert_eq!((status, content_type.as_str()), (200, "text/html; charset=utf-8"));
    assert!(body.starts_with(b"<!doctype html>"));
}

#[tokio::test]
async fn a_portfolio_that_is_not_complete_has_no_links() {
    let world = signing_world().await;
    world.vary(|variants| variants.notary_ms = None);
    let id = world.created(&one_signer()).await;
    assert_eq!(links(&world, &id), (None, vec![]));
    let finished = completed(&world, &[document("Contrato", CONTRACT)]).await;
    assert_ne!(links(&world, &finished).0, None);
    let posted = world.http.post(links(&world, &finished).0.unwrap()).send().await.unwrap();
    assert_eq!(posted.status(), 405, "a file is only fetched");
}
