//! The signer's page and the operator's page, as a browser without scripts meets them.

use serde_json::{Value, json};

use crate::support::{CONTRACT, PROMISE, World, document, sending, sending_to, signer, with, world};

async fn page(world: &World, url: &str) -> (u16, String) {
    let response = world.http.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn post(world: &World, url: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let response = world.http.post(url).form(fields).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

const TOLD: [(&str, &str); 2] = [("nome", "Ana Souza"), ("numero", "123.456.789-09")];

#[tokio::test]
async fn a_signer_reads_and_signs_with_a_form() {
    let world = world().await;
    let id = world.sent_id(&with(sending(), "/mensagemPadrao/texto", json!("<b>Leia</b>"))).await;
    let url = world.sign_url(&id, 0);
    let response = world.http.get(&url).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = response.text().await.unwrap();
    for expected in [
        "lang=\"pt-BR\"",
        "contrato.pdf",
        "Ana Souza",
        ">Assinar<",
        ">Recusar<",
        "Contrato para assinatura",
        "<label for=\"nome\">Nome completo</label>",
        "<label for=\"numero\">CPF</label>",
        "<label for=\"motivo\">Motivo da recusa</label>",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(
        !html.contains("<b>Leia") && !html.contains("<script") && !html.contains("style="),
        "escaped, and nothing forbidden"
    );
    let pdf = world.http.get(format!("{url}/documentos/0")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(pdf, CONTRACT);

    let sign = format!("{url}/assinar");
    for (fields, error) in [
        (&[][..], "Preencha o campo Nome completo."),
        (&[("nome", "Ana")], "Preencha o campo CPF."),
        (&[("nome", "Ana"), ("numero", "12")], "O número informado em CPF não é válido."),
    ] {
        let (status, html) = post(&world, &sign, fields).await;
        assert!(status == 422 && html.contains(error) && html.contains("role=\"alert\""), "{error}");
    }
    assert_eq!(world.status(&id).await["idStatus"], 2);
    assert_eq!(post(&world, &sign, &TOLD).await.0, 303);
    assert_eq!(world.status(&id).await["idStatus"], 4);
    let data = &world.full(&id).await["signatarios"][0]["dadosAssinatura"]["dadosPessoaFisica"];
    assert_eq!(
        (&data["nomePessoaFisica"], &data["numeroDocumetoPessoaFisica"]),
        (&json!("Ana Souza"), &json!("123.456.789-09"))
    );
    let (_, html) = page(&world, &url).await;
    assert!(html.contains("O processo foi concluído") && !html.contains("<button"));
    assert_eq!(
        post(&world, &format!("{url}/recusar"), &[("motivo", "x")]).await.0,
        303,
        "a late click shows how it stands"
    );
    assert_eq!(world.status(&id).await["idStatus"], 4);
}

#[tokio::test]
async fn a_decline_wants_a_reason() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    let decline = format!("{}/recusar", world.sign_url(&id, 0));
    let (status, html) = post(&world, &decline, &[("motivo", " ")]).await;
    assert!(status == 422 && html.contains("Informe o motivo da recusa."));
    assert_eq!(post(&world, &decline, &[("motivo", "Valor errado")]).await.0, 303);
    assert_eq!(world.signers(&id).await["signatarios"][0]["motivoRecusa"], "Valor errado");
    assert!(page(&world, &world.sign_url(&id, 0)).await.1.contains("O processo foi cancelado ou recusado."));
}

#[tokio::test]
async fn codes_known_data_and_files_are_asked_for() {
    let world = world().await;
    let mut first = signer("ana@example.com");
    first["assinarOnline"]["seguranca"] = json!({ "codigoSeguranca": "4821", "idMeioEnvio": 4 });
    first["assinarOnline"]["mensagemPersonalizada"] = json!({ "titulo": "Só para você", "texto": "Leia com calma." });
    first["assinarOnline"]["dadosAssinatura"] =
        json!({ "signatario": { "nome": "Ana S.", "numeroDocumento": "12345678909", "validarDocumento": true } });
    first["assinarOnline"]["anexos"] =
        json!([{ "anexoDocumentoNome": "RG frente", "anexoObrigatorio": 1, "anexoExibirTodosDestinatarios": 1 }]);
    let id = world.sent_id(&sending_to(&[first])).await;
    let url = world.sign_url(&id, 0);
    let (_, html) = page(&world, &url).await;
    for expected in
        ["Só para você", "Leia com calma.", "Código de segurança", "value=\"Ana S.\"", "RG frente (visível para todos)"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("Contrato para assinatura"), "the personal message replaces the standard one");
    assert!(!html.contains("4821") && !html.contains("12345678909"), "what is to be validated is not shown");
    let sign = format!("{url}/assinar");
    for (code, number, error) in [
        ("1111", "12345678909", "O código de segurança não está correto."),
        ("4821", "98765432100", "não confere com o cadastrado"),
        ("4821", "123.456.789-09", "Envie o anexo obrigatório: RG frente."),
    ] {
        let (status, html) = post(&world, &sign, &[("codigo", code), ("nome", "Ana"), ("numero", number)]).await;
        assert!(status == 422 && html.contains(error), "{error}");
    }
    assert_eq!(world.status(&id).await["idStatus"], 2);
}

#[tokio::test]
async fn all_documents_are_opened_first_where_that_is_asked() {
    let world = world().await;
    let mut two = with(sending(), "/configuracoesAvancadas/obrigarLeitura", json!(true));
    two["documentos"] = json!([document(1, "a.pdf", CONTRACT), document(2, "b.pdf", PROMISE)]);
    let id = world.sent_id(&two).await;
    let url = world.sign_url(&id, 0);
    assert!(page(&world, &url).await.1.contains("ainda não aberto"));
    for place in 0..2 {
        let (status, html) = post(&world, &format!("{url}/assinar"), &TOLD).await;
        assert!(status == 422 && html.contains("Abra todos os documentos antes de assinar."));
        assert_eq!(world.http.get(format!("{url}/documentos/{place}")).send().await.unwrap().status(), 200);
    }
    assert_eq!(post(&world, &format!("{url}/assinar"), &TOLD).await.0, 303);
    assert_eq!(world.status(&id).await["idStatus"], 4);
}

#[tokio::test]
async fn the_page_says_why_there_is_nothing_to_do() {
    let world = world().await;
    let second = with(signer("b@example.com"), "/ordemAssinatura", json!(2));
    let id = world.sent_id(&sending_to(&[signer("a@example.com"), second])).await;
    assert!(page(&world, &world.sign_url(&id, 1)).await.1.contains("Ainda não é a sua vez de assinar."));
    assert_eq!(post(&world, &format!("{}/assinar", world.sign_url(&id, 1)), &TOLD).await.0, 303);
    assert_eq!(world.status(&id).await["idStatus"], 2);
    world.arqsign().sign(&id, None).await.unwrap();
    assert!(page(&world, &world.sign_url(&id, 0)).await.1.contains("Você já assinou."));
    world.arqsign().expire(&id).unwrap();
    assert!(page(&world, &world.sign_url(&id, 1)).await.1.contains("O prazo para assinar expirou."));
    let url = world.sign_url(&id, 1);
    world.arqsign().delete(&id).unwrap();
    assert_eq!(page(&world, &url).await.0, 404);
    let (status, html) = page(&world, &world.url("assinar/0")).await;
    assert!(status == 404 && html.contains("Link inválido"));
}

#[tokio::test]
async fn a_certificate_signer_is_asked_for_nothing() {
    let world = world().await;
    let mut signer = signer("ana@example.com");
    signer["assinarOnline"]["idTipoAssinatura"] = json!(4);
    signer["assinarOnline"]["assinaturaEletronica"] = Value::Null;
    let id = world.sent_id(&sending_to(&[signer])).await;
    let url = world.sign_url(&id, 0);
    assert!(!page(&world, &url).await.1.contains("for=\"numero\""));
    assert_eq!(post(&world, &format!("{url}/assinar"), &[("x", "")]).await.0, 303);
    assert_eq!(world.status(&id).await["idStatus"], 4);
}

#[tokio::test]
async fn the_operator_cancels_and_deletes() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    let (_, operator) = page(&world, &world.url("operator")).await;
    for expected in [">Cancelar<", ">Excluir<", &world.sign_url(&id, 0), "Aguardando"] {
        assert!(operator.contains(expected), "{expected}");
    }
    let (_, index) = page(&world, world.running.base_url()).await;
    assert!(index.contains(&world.sign_url(&id, 0)));
    let act = |verb: &str| world.url(&format!("operator/processos/{id}/{verb}"));
    assert_eq!(post(&world, &act("cancelar"), &[]).await.0, 303);
    assert_eq!(world.status(&id).await["idStatus"], 5);
    assert_eq!(world.signers(&id).await["usuarioCancelamento"], "Operador");
    assert_eq!(post(&world, &act("cancelar"), &[]).await.0, 409);
    assert_eq!(post(&world, &act("excluir"), &[]).await.0, 303);
    assert_eq!(post(&world, &act("excluir"), &[]).await.0, 409);
    let nobody = world.url("operator/processos/0/excluir");
    assert_eq!(post(&world, &nobody, &[]).await.0, 404);
    assert!(!page(&world, &world.url("operator")).await.1.contains("<button"));
}
