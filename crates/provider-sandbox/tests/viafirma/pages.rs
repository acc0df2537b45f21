//! The desktop program's pages, the operator's page and the index, as a browser without scripts meets them.

use serde_json::json;

use crate::support::{CONTRACT, PROMISE, World, file, opening, with, world};

async fn page(world: &World, url: &str) -> (u16, String) {
    let response = world.http.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_person_pastes_the_link_chooses_a_certificate_and_signs() {
    let world = world().await;
    let id =
        world.ready_with(&opening(1), &[with(file("doc_1", CONTRACT), json!({ "filename": "<b>A&B</b>.pdf" }))]).await;
    let (status, start) = page(&world, &world.url("desktop")).await;
    assert!(status == 200 && start.contains("Enlace de la operación") && start.contains("lang=\"es\""));
    let link = world.viafirma().operation(&id).unwrap().launch_url;
    let wrong = world.http.post(world.url("desktop")).form(&[("link", "https://example.org")]).send().await.unwrap();
    assert_eq!(wrong.status(), 422);
    assert!(wrong.text().await.unwrap().contains("El enlace no abre Viafirma Desktop."));
    let started = world.http.post(world.url("desktop")).form(&[("link", &link)]).send().await.unwrap();
    assert_eq!(started.status(), 303);
    let url = started.headers()["location"].to_str().unwrap().to_owned();

    let response = world.http.get(&url).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = response.text().await.unwrap();
    for expected in [
        "PEREZ GARCIA ANA - 12345678Z",
        "LOPEZ MARTIN BRUNO",
        "no cumple los filtros",
        "Firmar",
        "Cancelar",
        "<object",
        "1 de 1",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(
        !html.contains("<b>A") && !html.contains("<script") && !html.contains("style="),
        "escaped, and nothing the policy forbids"
    );
    let pdf = world.http.get(format!("{url}/files/0")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(pdf, CONTRACT);

    let unknown = world.http.post(format!("{url}/sign")).form(&[("certificate", "forged")]).send().await.unwrap();
    assert_eq!(unknown.status(), 400);
    let signed = world.http.post(format!("{url}/sign")).form(&[("certificate", "wrong_person")]).send().await.unwrap();
    assert_eq!(signed.status(), 303);
    assert_eq!(world.result(&id).await.1["certificateValidationData"]["numberUserId"], "87654321X");
    let (_, html) = page(&world, &url).await;
    assert!(html.contains("La operación ha terminado") && !html.contains("<button"));
    let pdf = world.http.get(format!("{url}/files/0")).send().await.unwrap().bytes().await.unwrap();
    assert!(pdf.len() > CONTRACT.len(), "the signed file from now on");
    let late = world.http.post(format!("{url}/cancel")).send().await.unwrap();
    assert_eq!(late.status(), 303, "a late click shows how it stands");
    assert_eq!(world.poll(&id).await["isCancelled"], false);
}

#[tokio::test]
async fn a_person_cancels_or_plays_an_error() {
    let world = world().await;
    let id = world.ready().await;
    let cancelled = world.http.post(world.url(&format!("desktop/{id}/cancel"))).send().await.unwrap();
    assert_eq!(cancelled.status(), 303);
    assert_eq!(world.poll(&id).await["isCancelled"], true);
    assert!(page(&world, &world.url(&format!("desktop/{id}"))).await.1.contains("Ha cancelado la operación."));

    let files = [file("doc_1", CONTRACT), file("doc_2", PROMISE)];
    let whole = world.ready_with(&opening(2), &files).await;
    let form = [("code", "106"), ("files", "all")];
    world.http.post(world.url(&format!("desktop/{whole}/fail"))).form(&form).send().await.unwrap();
    assert_eq!(world.poll(&whole).await["errorCode"], "106");
    let partly = world.ready_with(&opening(2), &files).await;
    let form = [("code", "8004"), ("files", "1")];
    world.http.post(world.url(&format!("desktop/{partly}/fail"))).form(&form).send().await.unwrap();
    let (_, result) = world.result(&partly).await;
    assert!(result["signatures"][0]["errorCode"].is_null() && result["signatures"][1]["errorCode"] == "8004");
    let (_, html) = page(&world, &world.url(&format!("desktop/{partly}"))).await;
    assert!(html.contains("error 8004") && html.contains("no se han firmado todos los ficheros"));
}

#[tokio::test]
async fn pages_of_what_is_not_there_yet_or_no_more() {
    let world = world().await;
    let id = world.prepared(&opening(2)).await;
    let url = world.url(&format!("desktop/{id}"));
    let (status, html) = page(&world, &url).await;
    assert!(status == 200 && html.contains("todavía no está completa") && !html.contains("<button"));
    let early = world.http.post(format!("{url}/sign")).form(&[("certificate", "matching")]).send().await.unwrap();
    assert_eq!(early.status(), 303);
    assert_eq!(world.poll(&id).await["isFinished"], false);
    assert_eq!(page(&world, &world.url("desktop/1")).await.0, 404);
    assert_eq!(world.http.post(world.url("desktop/1/cancel")).send().await.unwrap().status(), 404);
    assert_eq!(world.http.get(format!("{url}/files/0")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_operator_removes_operations_and_the_index_links_the_program() {
    let world = world().await;
    let id = world.ready().await;
    let (_, index) = page(&world, world.running.base_url()).await;
    assert!(index.contains(&world.url(&format!("desktop/{id}"))));
    let (status, operator) = page(&world, &world.url("operator")).await;
    assert!(
        status == 200
            && operator.contains(&id)
            && operator.contains("Eliminar")
            && operator.contains("pendiente de firma")
    );
    world.viafirma().sign(&id, None).await.unwrap();
    let signature = world.signature_id(&id, 0).await;
    let (_, operator) = page(&world, &world.url("operator")).await;
    assert!(operator.contains(&format!("/viafirma/v/{signature}")) && operator.contains("PEREZ GARCIA ANA"));

    let expire = world.url(&format!("operator/operations/{id}/expire"));
    assert_eq!(world.http.post(&expire).send().await.unwrap().status(), 303);
    assert_eq!(world.http.post(&expire).send().await.unwrap().status(), 409);
    let unknown = world.url("operator/operations/1/expire");
    assert_eq!(world.http.post(unknown).send().await.unwrap().status(), 404);
    let (_, operator) = page(&world, &world.url("operator")).await;
    assert!(operator.contains("eliminada") && !operator.contains("<button"));
}
