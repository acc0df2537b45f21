//! The signers' pages and the operator's page, as a browser without scripts meets them.

use provider_sandbox::gofirmex::RejectedBy;
use serde_json::json;

use crate::support::{ANA, CONTRACT, LUIS, PROMISE, World, document, one_signer, two_signers, with, world};

async fn page(world: &World, url: &str) -> (u16, String) {
    let response = world.http.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn click(world: &World, url: &str) -> u16 {
    world.http.post(url).form(&[("message", "No se lee la cédula")]).send().await.unwrap().status().as_u16()
}

fn sign_url(world: &World, id: &str, place: usize) -> String {
    world.vendor().portfolio(id).unwrap().signers[place].sign_url.clone().unwrap()
}

#[tokio::test]
async fn a_signer_reads_and_signs_each_document() {
    let world = world().await;
    let named = with(document("Contrato", CONTRACT), json!({ "description": "<b>A&B</b>" }));
    let id = world.accepted(&two_signers(), &[named, document("Promesa", PROMISE)]).await;
    let (ana, luis) = (sign_url(&world, &id, 0), sign_url(&world, &id, 1));

    let response = world.http.get(&ana).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = response.text().await.unwrap();
    for expected in
        ["lang=\"es\"", "Ana María Pérez Soto", ANA, "aria-label=\"Firmar Promesa\"", "Rechazar", "<object", "(usted)"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("<b>A") && !html.contains("<script") && !html.contains("style="), "{html}");
    assert_eq!(html.matches(">Firmar</button>").count(), 2);
    let pdf = world.http.get(format!("{ana}/documents/1.pdf")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(pdf, PROMISE);
    let (_, html) = page(&world, &luis).await;
    assert!(html.contains("Todavía no es su turno.") && !html.contains("<button"));

    assert_eq!(
        click(&world, &format!("{luis}/documents/0/sign")).await,
        303,
        "a click out of turn shows how it stands"
    );
    assert_eq!(world.status(&id), "ACCEPTED");
    assert_eq!(click(&world, &format!("{ana}/documents/1/sign")).await, 303);
    let (_, html) = page(&world, &ana).await;
    assert!(html.contains("Ha firmado este documento.") && html.matches(">Firmar</button>").count() == 1);
    assert_eq!(click(&world, &format!("{ana}/documents/0/sign")).await, 303);
    assert!(page(&world, &ana).await.1.contains("Faltan otros firmantes"));
    for place in [0, 1] {
        assert_eq!(click(&world, &format!("{luis}/documents/{place}/sign")).await, 303);
    }
    assert_eq!(world.status(&id), "COMPLETED");
    assert!(page(&world, &luis).await.1.contains("Ya puede descargarlos con todas las firmas."));
    let pdf = world.http.get(format!("{luis}/documents/1.pdf")).send().await.unwrap().bytes().await.unwrap();
    assert!(pdf.len() > PROMISE.len() && pdf.starts_with(PROMISE), "the signed document from now on");
}

#[tokio::test]
async fn a_signer_refuses() {
    let world = world().await;
    let id = world.accepted(&two_signers(), &[document("Contrato", CONTRACT)]).await;
    let url = sign_url(&world, &id, 0);
    assert_eq!(click(&world, &format!("{url}/refuse")).await, 303);
    assert_eq!(world.status(&id), "REJECTED_BY_CLIENT");
    let (status, html) = page(&world, &url).await;
    assert!(status == 200 && html.contains("ha rechazado los documentos") && !html.contains("<button"));
    assert_eq!(click(&world, &format!("{url}/documents/0/sign")).await, 303);
    assert_eq!(world.status(&id), "REJECTED_BY_CLIENT", "nothing is signed any more");
}

#[tokio::test]
async fn links_that_lead_nowhere() {
    let world = world().await;
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    let url = sign_url(&world, &id, 0);
    let (status, html) = page(&world, &world.url("/s/unknown")).await;
    assert!(status == 404 && html.contains("Enlace no válido"));
    for path in ["/s/unknown/documents/0/sign", "/s/unknown/refuse"] {
        assert_eq!(click(&world, &world.url(path)).await, 404, "{path}");
    }
    assert_eq!(click(&world, &format!("{url}/documents/1/sign")).await, 404, "there is one document");
    assert_eq!(page(&world, &format!("{url}/documents/1.pdf")).await.0, 404);
    world.vendor().reject(&id, RejectedBy::Expiration, "Vencido").unwrap();
    assert!(page(&world, &url).await.1.contains("El plazo para firmar ha vencido."));
}

#[tokio::test]
async fn evaluator_notary_and_customer_use_the_operator_s_page() {
    let world = world().await;
    let operator = world.url("/operator");
    assert!(page(&world, &operator).await.1.contains("Todavía no hay portafolios."));
    world.vary(|variants| (variants.evaluation_ms, variants.notary_ms) = (None, None));
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = world.created(&two_signers()).await;
        let json = json!({ "portfolio_id": id, "signature": "FEA + Notary" });
        world.added(&with(document("Contrato", CONTRACT), json)).await;
        world.cards(&id).await;
        world.started(&id).await;
        ids.push(id);
    }
    let (status, html) = page(&world, &operator).await;
    assert!(status == 200 && html.contains("en evaluación") && html.contains("id_card_front de 11111111-1"));
    let deed = |id: &str, deed: &str| world.url(&format!("/operator/portfolios/{id}/{deed}"));
    assert_eq!(click(&world, &deed(&ids[2], "reject/gofirmex")).await, 303);
    for id in &ids[..2] {
        assert_eq!(click(&world, &deed(id, "legalise")).await, 409, "too early");
        assert_eq!(click(&world, &deed(id, "accept")).await, 303);
        world.vendor().sign(id, Some(ANA)).await.unwrap();
        world.vendor().sign(id, Some(LUIS)).await.unwrap();
    }
    assert!(page(&world, &operator).await.1.contains("aria-label=\"Autorizar el portafolio"));
    assert_eq!(click(&world, &deed(&ids[0], "legalise")).await, 303);
    assert_eq!(click(&world, &deed(&ids[1], "reject/notary")).await, 303);
    let open = world.created(&one_signer()).await;
    assert_eq!(click(&world, &deed(&open, "reject/client")).await, 303);
    assert_eq!(click(&world, &deed("unknown", "accept")).await, 404);
    assert_eq!(click(&world, &deed(&open, "reject/nobody")).await, 404);
    let (_, html) = page(&world, &operator).await;
    for expected in
        ["completado", "rechazado por la notaría", "rechazado por GoFirmex", "No se lee la cédula", "Descargar"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("<button"), "all have ended");
    assert!(page(&world, world.running.base_url()).await.1.contains(&sign_url(&world, &ids[0], 0)));
}
