//! The signer's page, the operator's page and the index, as a browser without scripts meets them.

use serde_json::json;

use crate::support::{CONTRACT, World, block, one_signer, recipient, request, with, world};

async fn page(world: &World, url: &str) -> (u16, String) {
    let response = world.http.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

fn sign_url(world: &World, id: &str, place: usize) -> String {
    world.efirma().document(id).unwrap().recipients[place].sign_url.clone().unwrap()
}

#[tokio::test]
async fn a_signer_sees_the_document_and_signs_with_a_form() {
    let world = world().await;
    let signer = with(recipient("jesus@example.com"), json!({ "mensaje_privado": "<b>Hola</b>" }));
    let id = world
        .sent(&with(request(&[block("firma", 1, 1, &[signer])]), json!({ "mensaje_general": "Lea y firme." })))
        .await;
    let url = sign_url(&world, &id, 0);
    let response = world.http.get(&url).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = response.text().await.unwrap();
    for expected in
        ["lang=\"es\"", "Contrato 300.pdf", "Jesús Sánchez Alonso", "Firmar", "Rechazar", "Lea y firme.", "<object"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(
        !html.contains("<b>Hola") && !html.contains("<script") && !html.contains("style="),
        "escaped, and nothing the policy forbids"
    );
    let pdf = world.http.get(format!("{url}/document.pdf")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(pdf, CONTRACT);

    let empty = world.http.post(format!("{url}/sign")).header("content-type", "application/x-www-form-urlencoded");
    let signed = empty.send().await.unwrap();
    assert_eq!(signed.status(), 303);
    assert_eq!(world.estado(&id).await, "FIRMADO");
    let (_, html) = page(&world, &url).await;
    assert!(html.contains("El documento está firmado") && !html.contains("<button"));
    let again = world.http.post(format!("{url}/decline")).send().await.unwrap();
    assert_eq!(again.status(), 303, "a late click shows how it stands");
    assert_eq!(world.estado(&id).await, "FIRMADO");
}

#[tokio::test]
async fn a_reviewer_is_asked_to_approve_and_a_later_block_waits() {
    let world = world().await;
    let id = world
        .sent(&request(&[
            block("revision", 1, 1, &[recipient("reviewer@example.com")]),
            block("firma", 2, 1, &[recipient("signer@example.com")]),
        ]))
        .await;
    let (reviewer, signer) = (sign_url(&world, &id, 0), sign_url(&world, &id, 1));
    let (_, html) = page(&world, &reviewer).await;
    assert!(html.contains("Aprobar") && html.contains("Rechazar") && !html.contains(">Firmar<"));
    let (_, html) = page(&world, &signer).await;
    assert!(html.contains("Todavía no es su turno") && !html.contains("<button"));
    world.http.post(format!("{reviewer}/sign")).form(&[("x", "")]).send().await.unwrap();
    assert!(page(&world, &signer).await.1.contains(">Firmar<"));
    world.http.post(format!("{signer}/decline")).send().await.unwrap();
    assert_eq!(world.estado(&id).await, "RECHAZADO");
}

#[tokio::test]
async fn the_strong_level_and_the_access_code_are_asked_for_on_the_page() {
    let world = world().await;
    let signer = with(
        recipient("jesus@example.com"),
        json!({
            "telefono_destinatario": "+34677777777",
            "verificacion_identidad_codigo_activo": 1,
            "codigo_verificacion_identidad": "S3cret",
        }),
    );
    let id =
        world.sent(&with(request(&[block("firma", 1, 1, &[signer])]), json!({ "tipo_seguridad": "avanzada" }))).await;
    let url = format!("{}/sign", sign_url(&world, &id, 0));
    let otp = world.efirma().document(&id).unwrap().recipients[0].otp.clone().unwrap();
    for (otp, code) in [("x", "S3cret"), (otp.as_str(), "wrong"), ("", "")] {
        let response = world.http.post(&url).form(&[("otp", otp), ("codigo", code)]).send().await.unwrap();
        assert_eq!(response.status(), 422);
        assert!(response.text().await.unwrap().contains("no es correcto"));
    }
    assert_eq!(world.estado(&id).await, "EN PROCESO");
    world.http.post(&url).form(&[("otp", otp.as_str()), ("codigo", "S3cret")]).send().await.unwrap();
    assert_eq!(world.estado(&id).await, "FIRMADO");
}

#[tokio::test]
async fn the_operator_annuls_and_the_index_links_the_signers() {
    let world = world().await;
    let id = world.sent(&one_signer()).await;
    let (status, index) = page(&world, world.running.base_url()).await;
    assert_eq!(status, 200);
    assert!(index.contains(&sign_url(&world, &id, 0)) && index.contains("efirma GO"));
    let (_, operator) = page(&world, &world.url("operator")).await;
    assert!(operator.contains("Anular") && operator.contains(&sign_url(&world, &id, 0)));
    let annul = world.url(&format!("operator/documents/{id}/annul"));
    assert_eq!(world.http.post(&annul).send().await.unwrap().status(), 303);
    assert_eq!(world.estado(&id).await, "ANULADO");
    assert_eq!(world.http.post(&annul).send().await.unwrap().status(), 409);
    assert!(!page(&world, &world.url("operator")).await.1.contains("Anular"));
}

#[tokio::test]
async fn unknown_links_and_the_style_sheet() {
    let world = world().await;
    let (status, html) = page(&world, &world.url("sign/0")).await;
    assert_eq!(status, 404);
    assert!(html.contains("Este enlace de firma no existe"));
    let css = world.http.get(format!("{}/assets/sandbox.css", world.running.base_url())).send().await.unwrap();
    assert!(css.headers()["content-type"].to_str().unwrap().starts_with("text/css"));
}
