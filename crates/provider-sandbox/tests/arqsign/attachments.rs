//! Files that signers give.

use serde_json::{Value, json};

use crate::support::{CONTRACT, NOBODY, World, decoded, sending_to, signer, text, with, world};

async fn with_attachment(world: &World) -> String {
    let mut first = signer("ana@example.com");
    first["assinarOnline"]["anexos"] = json!([
        { "anexoDocumentoNome": "RG frente", "anexoObrigatorio": 1, "anexoExibirTodosDestinatarios": 0 },
        { "anexoDocumentoNome": "Foto", "anexoObrigatorio": 0, "anexoExibirTodosDestinatarios": 1 },
    ]);
    let second = with(signer("bia@example.com"), "/nome", json!("Bia Melo"));
    world.sent_id(&sending_to(&[first, second])).await
}

async fn search(world: &World, id: &str, sent: &Value) -> (u16, Value) {
    world.post(&format!("api/v1/processo/{id}/buscar-anexos-signatarios"), sent).await
}

#[tokio::test]
async fn what_a_signer_uploads_is_told_and_given() {
    let world = world().await;
    let id = with_attachment(&world).await;
    let (status, before) = search(&world, &id, &json!({ "arquivoTipo": 1 })).await;
    assert_eq!((status, &before[0]["anexos"]), (200, &Value::Null));
    let form = reqwest::multipart::Form::new().text("nome", "Ana Souza").text("numero", "123.456.789-09").part(
        "anexo_0",
        reqwest::multipart::Part::bytes(CONTRACT).file_name("rg.pdf").mime_str("application/pdf").unwrap(),
    );
    let url = format!("{}/assinar", world.sign_url(&id, 0));
    assert_eq!(world.http.post(url).multipart(form).send().await.unwrap().status(), 303);
    let (_, told) = search(&world, &id, &json!({ "arquivoTipo": 1 })).await;
    assert_eq!((told.as_array().unwrap().len(), &told[0]["nome"]), (2, &json!("Ana Souza")));
    let given = &told[0]["anexos"];
    assert_eq!((given.as_array().unwrap().len(), &given[0]["nome"]), (1, &json!("RG frente rg.pdf")));
    assert_eq!(decoded(&given[0]["arquivo"]), CONTRACT);
    assert_eq!(told[1]["anexos"], Value::Null);
    let (_, told) = search(&world, &id, &json!({ "arquivoTipo": 2 })).await;
    let link = text(&told[0]["anexos"][0]["arquivo"]);
    assert_eq!(world.http.get(link).send().await.unwrap().bytes().await.unwrap(), CONTRACT);
    let signers = world.signers(&id).await;
    assert_eq!(signers["signatarios"][0]["anexos"][0]["anexoDocumentoNome"], "Ana Souza RG frente rg.pdf");
}

#[tokio::test]
async fn signers_are_chosen_by_their_ids() {
    let world = world().await;
    let id = with_attachment(&world).await;
    let ids: Vec<String> = world.arqsign().process(&id).unwrap().recipients.iter().map(|one| one.id.clone()).collect();
    let (_, told) = search(&world, &id, &json!({ "arquivoTipo": 1, "signatarios": [NOBODY, ids[1]] })).await;
    assert_eq!((told.as_array().unwrap().len(), &told[0]["idSignatario"]), (1, &json!(ids[1])));
    let unknown = json!("O(s) id(s) listado(s) não existe(m): signatarios");
    assert_eq!(search(&world, &id, &json!({ "arquivoTipo": 1, "signatarios": [NOBODY] })).await, (400, unknown));
}

#[tokio::test]
async fn searches_are_checked() {
    let world = world().await;
    let id = with_attachment(&world).await;
    for (sent, message) in [
        (json!({}), "O(s) item(ns) listado(s) é(são) obrigatório(s): arquivoTipo"),
        (json!({ "arquivoTipo": 3 }), "O parâmetro arquivoTipo permite somente valores 1 ou 2."),
        (json!({ "arquivoTipo": "1" }), "O(s) item(ns) listado(s) está(ão) com o formato incorreto: arquivoTipo"),
        (json!({ "arquivoTipo": 1, "cor": 1 }), "Algum parâmetro está incorreto ou é inexistente."),
    ] {
        assert_eq!(search(&world, &id, &sent).await, (400, json!(message)), "{sent}");
    }
    let unknown = json!("O(s) id(s) listado(s) não existe(m): idProcesso");
    assert_eq!(search(&world, NOBODY, &json!({ "arquivoTipo": 1 })).await, (400, unknown));
}

#[tokio::test]
async fn a_signer_without_a_page_gives_what_is_required() {
    let world = world().await;
    let id = with_attachment(&world).await;
    world.arqsign().sign(&id, Some("ana@example.com")).await.unwrap();
    let (_, told) = search(&world, &id, &json!({ "arquivoTipo": 1 })).await;
    let given = told[0]["anexos"].as_array().unwrap();
    assert_eq!((given.len(), &given[0]["nome"]), (1, &json!("RG frente anexo.pdf")));
    assert!(decoded(&given[0]["arquivo"]).starts_with(b"%PDF-"));
}
