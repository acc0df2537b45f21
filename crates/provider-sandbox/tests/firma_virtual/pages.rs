//! The signer's page and the notary's page, as a browser without scripts meets them.

use crate::support::{DELAY, PROMISE, World, certified, email, plain, with, world};
use serde_json::json;

async fn page(world: &World, url: &str) -> (u16, String) {
    let response = world.http.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn press(world: &World, url: &str) -> u16 {
    world.http.post(url).send().await.unwrap().status().as_u16()
}

fn sign_url(world: &World, id: &str, place: usize) -> String {
    world.vendor().contract(id).unwrap().signers[place].sign_url.clone()
}

#[tokio::test]
async fn a_signer_reads_accepts_pays_and_signs_with_forms() {
    let world = world().await;
    let id = world.sent(&certified()).await;
    let url = sign_url(&world, &id, 0);
    let response = world.http.get(&url).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = response.text().await.unwrap();
    for expected in [
        "lang=\"es-CL\"",
        "PROMESA DE COMPRAVENTA",
        "Firmante 0",
        "Aceptar el borrador",
        "Rechazar",
        "<object",
        "REVIEW",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("<script") && !html.contains("style="), "nothing the policy forbids");

    let pdf = world.http.get(format!("{url}/document.pdf")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(pdf, PROMISE);
    assert_eq!(world.detail(&id).await["firmantes"][0]["download_draft"], "SUCCESS", "fetching it is noted");
    assert_eq!(press(&world, &format!("{url}/accept")).await, 303);
    let (_, html) = page(&world, &url).await;
    assert!(html.contains(">Pagar<") && html.contains("14490.00 CLP") && !html.contains("Rechazar"));
    assert_eq!(press(&world, &format!("{url}/pay")).await, 303);
    let (_, html) = page(&world, &url).await;
    assert!(html.contains(">Firmar<"));
    assert_eq!(press(&world, &format!("{url}/sign")).await, 303);
    assert_eq!(world.status(&id).await, "IN_NOTARY");
    let (_, html) = page(&world, &url).await;
    assert!(html.contains("está en la notaría") && !html.contains("<button"));
    let signed = world.http.get(format!("{url}/document.pdf")).send().await.unwrap().bytes().await.unwrap();
    assert!(signed.starts_with(PROMISE) && signed.len() > PROMISE.len());
    assert_eq!(press(&world, &format!("{url}/decline")).await, 303, "a late click shows how it stands");
    assert_eq!(world.status(&id).await, "IN_NOTARY");
}

#[tokio::test]
async fn a_signer_declines_and_everybody_sees_it() {
    let world = world().await;
    let body = plain(2);
    let mut signers = body["signers"].clone();
    signers[1]["full_name"] = json!("<b>Ana</b>");
    let id = world.sent(&with(body, json!({ "signers": signers }))).await;
    let (first, second) = (sign_url(&world, &id, 0), sign_url(&world, &id, 1));
    press(&world, &format!("{first}/accept")).await;
    let (_, html) = page(&world, &first).await;
    assert!(html.contains("Faltan otros firmantes") && !html.contains("<b>Ana"), "escaped");
    assert_eq!(press(&world, &format!("{second}/decline")).await, 303);
    assert_eq!(world.status(&id).await, "REJECTED");
    for url in [first, second] {
        let (_, html) = page(&world, &url).await;
        assert!(html.contains("El documento ha sido rechazado") && !html.contains("<button"));
    }
}

#[tokio::test]
async fn each_wait_has_its_words() {
    let world = world().await;
    let id = world.filed(&plain(2)).await;
    let other = sign_url(&world, &id, 1);
    assert!(page(&world, &other).await.1.contains("todavía no se ha enviado"));
    world.send(&id).await;
    world.vendor().accept(&id, None).await.unwrap();
    world.vendor().accept(&id, None).await.unwrap();
    assert!(page(&world, &other).await.1.contains("Falta el pago de otro firmante"));
    world.vendor().pay(&id, None).await.unwrap();
    world.vendor().sign(&id, Some(&email(1))).await.unwrap();
    assert!(page(&world, &other).await.1.contains("Ha firmado el documento"));
    world.vendor().sign(&id, None).await.unwrap();
    world.advance(DELAY).await;
    assert!(page(&world, &other).await.1.contains("Ya puede descargarlo"));
}

#[tokio::test]
async fn the_notary_stamps_or_refuses_and_the_index_links_the_signers() {
    let world = world().await;
    let id = world.sent(&certified()).await;
    let (status, index) = page(&world, world.running.base_url()).await;
    assert_eq!(status, 200);
    assert!(index.contains(&sign_url(&world, &id, 0)));
    let stamp = world.url(&format!("operator/contracts/{id}/stamp"));
    assert_eq!(press(&world, &stamp).await, 409, "not signed yet");
    assert!(!page(&world, &world.url("operator")).await.1.contains("Certificar"));
    for _ in 0..3 {
        world.vendor().next_step(&id, None).await.unwrap();
    }
    let (_, operator) = page(&world, &world.url("operator")).await;
    assert!(operator.contains("Certificar") && operator.contains("Rechazar") && operator.contains(&id));
    assert_eq!(press(&world, &stamp).await, 303);
    assert!(page(&world, &world.url("operator")).await.1.contains("Repertorio 1001-"));

    let other = world.sent(&certified()).await;
    for _ in 0..3 {
        world.vendor().next_step(&other, None).await.unwrap();
    }
    assert_eq!(press(&world, &world.url(&format!("operator/contracts/{other}/refuse"))).await, 303);
    assert_eq!(world.status(&other).await, "REJECTED");
    assert_eq!(press(&world, &world.url("operator/contracts/x/refuse")).await, 404);
}

#[tokio::test]
async fn a_link_that_is_unknown_or_of_a_deleted_contract_is_told() {
    let world = world().await;
    let (status, html) = page(&world, &world.url("sign/0")).await;
    assert_eq!(status, 404);
    assert!(html.contains("Este enlace no existe"));
    let id = world.sent(&plain(1)).await;
    let url = sign_url(&world, &id, 0);
    world.order(&format!("api/v1/contract/{id}")).await;
    assert_eq!(page(&world, &url).await.0, 404);
    assert_eq!(press(&world, &format!("{url}/accept")).await, 404);
    assert_eq!(page(&world, &format!("{url}/document.pdf")).await.0, 404);
    assert!(page(&world, &world.url("operator")).await.1.contains("eliminado"));
}
