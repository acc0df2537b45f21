//! Downloads by signature and what else browsers fetch.

use serde_json::json;

use crate::support::{CONTRACT, World, file, opening, with, world};

async fn signed(world: &World) -> String {
    let id =
        world.ready_with(&opening(1), &[with(file("doc_1", CONTRACT), json!({ "filename": "Año \"1\".pdf" }))]).await;
    world.viafirma().sign(&id, None).await.unwrap();
    world.signature_id(&id, 0).await
}

async fn get(world: &World, path: &str) -> reqwest::Response {
    world.http.get(world.url(path)).send().await.unwrap()
}

#[tokio::test]
async fn a_signature_gives_the_document_the_receipt_the_original_and_a_page() {
    let world = world().await;
    let id = signed(&world).await;
    let signed = get(&world, &format!("v/{id}?d=true")).await;
    assert_eq!(signed.headers()["content-type"], "application/pdf");
    assert_eq!(signed.headers()["content-disposition"], "attachment; filename=\"Ao1.pdf\"");
    let signed = signed.bytes().await.unwrap();
    assert!(signed.len() > CONTRACT.len());
    assert_eq!(get(&world, &format!("v/{id}?d")).await.bytes().await.unwrap(), signed);
    assert_eq!(world.download(&format!("v/{id}?o")).await, CONTRACT);

    let receipt = world.download(&format!("v/{id}?j")).await;
    let text = lopdf::Document::load_mem(&receipt).unwrap().extract_text(&[1]).unwrap();
    for expected in ["Comprobante de firma", id.as_str(), "ANA PEREZ GARCIA", "12345678Z", "PAdES_BASIC ATTACHED"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }

    let page = get(&world, &format!("v/{id}")).await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    assert!(page.contains("Verificación de firma") && page.contains("ANA PEREZ GARCIA") && page.contains(&id));

    let picture = get(&world, &format!("downloadComprobanteQR?codFirma={id}&tipo=png")).await;
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[tokio::test]
async fn unknown_signatures_are_not_found() {
    let world = world().await;
    signed(&world).await;
    for path in ["v/VIAF-0000-0000-0000?d=true", "v/VIAF-0000-0000-0000", "downloadComprobanteQR?codFirma=x&tipo=png"] {
        assert_eq!(get(&world, path).await.status(), 404, "{path}");
    }
    assert_eq!(get(&world, "downloadComprobanteQR?codFirma=x&tipo=gif").await.status(), 400);
    assert_eq!(get(&world, "downloadComprobanteQR?tipo=png").await.status(), 404);
    world.vary(|variants| variants.unknown_downloads_as_html = true);
    let page = get(&world, "v/VIAF-0000-0000-0000?d=true").await;
    assert_eq!(
        (page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()),
        (200, "text/html; charset=utf-8")
    );
}

#[tokio::test]
async fn downloads_can_be_pages_stand_elsewhere_or_be_redirected() {
    let world = world().await;
    let id = signed(&world).await;
    let path = format!("v/{id}?d=true");
    assert_eq!(get(&world, &format!("tokenConnector/{path}")).await.status(), 404);
    world.vary(|variants| variants.token_connector_downloads = true);
    assert_eq!(get(&world, &path).await.status(), 404);
    assert_eq!(get(&world, &format!("tokenConnector/{path}")).await.status(), 200);
    world.vary(|variants| {
        variants.token_connector_downloads = false;
        variants.download_redirects = 3;
    });
    let mut url = world.url(&path);
    for _ in 0..3 {
        let response = world.http.get(&url).send().await.unwrap();
        assert_eq!(response.status(), 302);
        url = format!("{}{}", world.running.base_url(), response.headers()["location"].to_str().unwrap());
    }
    let last = world.http.get(&url).send().await.unwrap().bytes().await.unwrap();
    assert!(last.starts_with(CONTRACT));
    world.vary(|variants| variants.html_downloads = true);
    let page = get(&world, &path).await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().starts_with("<!doctype html>"));
}

#[tokio::test]
async fn the_script_is_there() {
    let world = world().await;
    let script = get(&world, "viafirma.js").await;
    assert_eq!(script.status(), 200);
    assert!(script.text().await.unwrap().contains("operation/finished/"));
    assert_eq!(get(&world, "services/ViafirmaAPI3").await.status(), 404, "the SOAP services are not played");
}
