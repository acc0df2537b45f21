//! Reading a process: the whole, its status, its signers, its records, its links.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    APP_KEY, CONTRACT, NOBODY, SUBSCRIPTION_KEY, copy, decoded, sending, sending_to, signer, text, with, world,
};

const READS: [(&str, &str); 3] = [("v2", ""), ("v1", "/status-do-processo"), ("v1", "/dados-signatarios")];

#[tokio::test]
async fn the_whole_process_has_the_members_of_the_contract() {
    let world = world().await;
    let mut signer = signer("ana@example.com");
    signer["assinarOnline"]["papelPessoaFisica"] = json!(["Locatário"]);
    signer["assinarOnline"]["seguranca"] = json!({ "codigoSeguranca": "4821", "idMeioEnvio": 4 });
    let id = world.sent_id(&sending_to(&[signer, copy("arquivo@example.com")])).await;
    let full = world.full(&id).await;
    let names: Vec<&String> = full.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "nomeProcesso",
            "idPasta",
            "caminhoDaPasta",
            "idResponsavel",
            "nomeResponsavel",
            "status",
            "idStatus",
            "dataCadastro",
            "dataEnvio",
            "dataConclusao",
            "dataRenovacao",
            "dataCancelamento",
            "usuarioCancelamento",
            "dataReenvio",
            "dataExpiracao",
            "expiracaoDias",
            "avisoExpiracaoDias",
            "lembrete",
            "frequenciaLembrete",
            "signatarios",
            "documentos",
        ]
    );
    assert_eq!(
        (&full["caminhoDaPasta"], &full["nomeResponsavel"]),
        (&json!("Empresa|Contratos"), &json!("Carlos Lima"))
    );
    assert_eq!((&full["expiracaoDias"], &full["frequenciaLembrete"]), (&json!(30), &json!(3)));
    let signer = &full["signatarios"][0];
    let names: Vec<&String> = signer.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "ordemAssinatura",
            "id",
            "nome",
            "email",
            "telefone",
            "aguardandoEnvio",
            "falhaEnvio",
            "tipoAcao",
            "idTipoAcao",
            "papelSignatario",
            "copiaEnviada",
            "remetente",
            "assinaturaRecusada",
            "motivoRecusa",
            "seguranca",
            "dadosAssinatura",
        ]
    );
    assert_eq!(signer["papelSignatario"], json!({ "pessoaFisica": ["Locatário"], "pessoaJuridica": null }));
    assert_eq!(signer["seguranca"]["codigoSeguranca"], "4821");
    assert_eq!(signer["dadosAssinatura"]["dataAssinatura"], Value::Null);
    assert_eq!(
        (&full["signatarios"][1]["idTipoAcao"], &full["signatarios"][1]["dadosAssinatura"]),
        (&json!(2), &Value::Null)
    );
    let document = &full["documentos"][0];
    assert_eq!(decoded(&document["base64Documento"]), CONTRACT, "an unfinished process gives the file as sent");
    assert_eq!(document["registroAssinaturas"]["nome"], "contrato_registro de assinaturas.pdf");
    assert!(decoded(&document["registroAssinaturas"]["base64"]).starts_with(b"%PDF-"));

    world.arqsign().sign(&id, None).await.unwrap();
    let data = &world.full(&id).await["signatarios"][0]["dadosAssinatura"];
    assert_eq!((&data["tipoAssinatura"], &data["idTipoAssinatura"]), (&json!("Assinatura Eletrônica"), &json!(1)));
    assert!(data["dataAssinatura"].is_string() && data["dadosCertificado"]["nome"].is_null());
    assert_eq!(data["dadosPessoaFisica"]["numeroDocumetoPessoaFisica"], "12345678909");
}

#[tokio::test]
async fn an_icp_certificate_is_2_in_the_whole_and_3_among_the_signers() {
    let world = world().await;
    let mut signer = signer("ana@example.com");
    signer["assinarOnline"]["idTipoAssinatura"] = json!(3);
    let id = world.sent_id(&sending_to(&[signer])).await;
    world.arqsign().sign(&id, None).await.unwrap();
    let data = &world.full(&id).await["signatarios"][0]["dadosAssinatura"];
    assert_eq!((&data["idTipoAssinatura"], &data["dadosCertificado"]["nome"]), (&json!(2), &json!("Ana Souza")));
    assert_eq!(world.signers(&id).await["signatarios"][0]["idTipoAssinatura"], 3);
}

#[tokio::test]
async fn the_query_chooses_links_and_leaves_records_out() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    let read = async |query: &str| {
        let (status, full) = world.get(&format!("api/v2/processo/{id}?{query}")).await;
        assert_eq!(status, 200);
        full["documentos"][0].clone()
    };
    for query in ["", "arquivoTipo=1", "arquivoTipo=7", "retornarRegistroAssinatura=true"] {
        let document = read(query).await;
        assert!(document["base64Documento"].is_string() && document["linkParaBaixarDocumento"].is_null(), "{query}");
        assert!(document["registroAssinaturas"].is_object(), "{query}");
    }
    assert!(read("arquivoTipo=1&retornarRegistroAssinatura=false").await["registroAssinaturas"].is_null());
    let document = read("arquivoTipo=2").await;
    assert!(document["base64Documento"].is_null());
    let link = text(&document["linkParaBaixarDocumento"]);
    assert!(link.starts_with(&world.url("arquivos/")));
    assert_eq!(world.http.get(&link).send().await.unwrap().bytes().await.unwrap(), CONTRACT);
    assert_eq!(world.http.get(format!("{link}x")).send().await.unwrap().status(), 404);

    world.vary(|variants| variants.link_ttl_s = Some(60));
    let short = text(&read("arquivoTipo=2").await["linkParaBaixarDocumento"]);
    world.pass(Duration::from_secs(61)).await;
    assert_eq!(world.http.get(&short).send().await.unwrap().status(), 410);
    assert_eq!(world.http.get(&link).send().await.unwrap().status(), 200, "older links live on");
    world.vary(|variants| variants.links_need_keys = true);
    assert_eq!(world.http.get(&link).send().await.unwrap().status(), 401);
    let with_keys = world.http.get(&link).header("AppKey", APP_KEY).header("SubscriptionKey", SUBSCRIPTION_KEY);
    assert_eq!(with_keys.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_signers_are_told_without_copies() {
    let world = world().await;
    let mut second = with(signer("unused@example.com"), "/email", Value::Null);
    second["telefone"] = json!("+5531999998888");
    second["assinarOnline"]["seguranca"] = json!({
        "codigoSeguranca": "4821", "idMeioEnvio": 1, "codigoSegurancaTelefone": "+5531999998888", "reenviarCodigo": 1,
    });
    let id = world.sent_id(&sending_to(&[signer("ana@example.com"), copy("x@example.com"), second])).await;
    let signers = world.signers(&id).await;
    assert_eq!(signers["signatarios"].as_array().unwrap().len(), 2);
    let first = &signers["signatarios"][0];
    let names: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "ordem",
            "IdProcessoDestinatario",
            "nome",
            "idTipoAssinatura",
            "IdFormaEnvioProcesso",
            "email",
            "telefone",
            "papelSignatario",
            "tipoAcao",
            "idTipoAcao",
            "IdMeioEnvioCodigoSeguranca",
            "emailSeguranca",
            "telefoneSeguranca",
            "permitirReenviarCodigo",
            "falhaEnvio",
            "falhaEnvioCodigoSeguranca",
            "assinado",
            "dataAssinatura",
            "assinaturaRecusada",
            "motivoRecusa",
            "anexos",
        ]
    );
    assert_eq!((&first["assinado"], &first["permitirReenviarCodigo"]), (&json!(0), &Value::Null));
    let second = &signers["signatarios"][1];
    assert_eq!((&second["IdFormaEnvioProcesso"], &second["telefone"]), (&json!(2), &json!("+5531999998888")));
    assert_eq!((&second["IdMeioEnvioCodigoSeguranca"], &second["permitirReenviarCodigo"]), (&json!(1), &json!(1)));
    world.arqsign().sign(&id, Some("+5531999998888")).await.unwrap();
    let second = &world.signers(&id).await["signatarios"][1];
    assert!(second["assinado"] == 1 && second["dataAssinatura"].is_string());
}

#[tokio::test]
async fn records_are_asked_for_by_the_document_s_id() {
    let world = world().await;
    let told = world.sent(&sending()).await;
    let (document, process) = (text(&told["documentos"][0]["id"]), text(&told["IdProcesso"]));
    let (status, record) = world.get(&format!("api/v1/processo/{document}/registro-assinaturas")).await;
    assert_eq!((status, &record["nome"]), (200, &json!("contrato_Registro de Assinaturas.pdf")));
    assert_eq!(record["idArquivoProcesso"], document);
    assert!(decoded(&record["base64"]).starts_with(b"%PDF-"));
    let unknown = json!("O(s) id(s) listado(s) não existe(m): idArquivoProcesso");
    assert_eq!(world.get(&format!("api/v1/processo/{process}/registro-assinaturas")).await, (400, unknown));
}

#[tokio::test]
async fn an_unknown_process_is_400_and_so_is_one_of_another_account() {
    let world = world().await;
    let mine = world.sent_id(&sending()).await;
    let unknown = json!("O(s) id(s) listado(s) não existe(m): idProcesso");
    let no_guid = json!("O(s) item(ns) listado(s) está(ão) com o formato incorreto: idProcesso");
    world.change_account(|account| account.id = "other".to_owned());
    let mut other = world.arqsign().account("other").unwrap_or_else(provider_sandbox::arqsign::Account::demo);
    other.id = "4c0a5e1d-7d0a-4b57-9b54-0f6a2d6f8e22".to_owned();
    other.app_key = "9d0f6c1e-52b7-4f0e-9c55-1b7c6f3a9d41".to_owned();
    let key = other.app_key.clone();
    world.arqsign().put_account(other);
    for (version, tail) in READS {
        let path = |id: &str| format!("api/{version}/processo/{id}{tail}");
        assert_eq!(world.get(&path(NOBODY)).await, (400, unknown.clone()), "{tail}");
        assert_eq!(world.get(&path("7")).await, (400, no_guid.clone()), "{tail}");
        let call = world.http.get(world.url(&path(&mine))).header("AppKey", &key);
        let foreign = crate::support::answer(call.header("SubscriptionKey", SUBSCRIPTION_KEY)).await;
        assert_eq!(foreign, (400, unknown.clone()), "{tail}");
    }
    assert_eq!(world.get(&format!("api/v2/processo/{}", mine.to_uppercase())).await.0, 200);
}

#[tokio::test]
async fn a_deleted_process_says_so() {
    let world = world().await;
    let told = world.sent(&sending()).await;
    let (id, document) = (text(&told["IdProcesso"]), text(&told["documentos"][0]["id"]));
    world.arqsign().delete(&id).unwrap();
    for (variant, word) in [(false, "Documento excluído."), (true, "Processo excluído.")] {
        world.vary(|variants| variants.old_deleted_text = variant);
        for (version, tail) in READS {
            let path = format!("api/{version}/processo/{id}{tail}");
            assert_eq!(world.get(&path).await, (400, json!(word)), "{tail}");
        }
        let path = format!("api/v1/processo/{document}/registro-assinaturas");
        assert_eq!(world.get(&path).await, (400, json!(word)));
        assert_eq!(world.cancel(&id).await, (400, json!(word)));
        assert_eq!(world.resend(&id, &json!([])).await, (400, json!(word)));
    }
}

#[tokio::test]
async fn large_answers_are_streamed_and_whole() {
    let world = world().await;
    let mut large = CONTRACT.to_vec();
    // A comment of two MiB before the end of the file: still a PDF, and more than is buffered.
    large.extend(b"\n%");
    large.extend(std::iter::repeat_n(b'x', 2 * 1024 * 1024));
    large.extend(b"\n");
    large.extend(tail_of(CONTRACT));
    let documents = json!([crate::support::document(1, "a.pdf", &large)]);
    let id = world.sent_id(&with(sending(), "/documentos", documents)).await;
    let full = world.full(&id).await;
    assert_eq!(decoded(&full["documentos"][0]["base64Documento"]), large);
    assert_eq!(full["nomeProcesso"], "Contrato de locação 4711 [01J8Z6Q2M4T9]");
}

/// The last lines of a PDF, from `startxref` on.
fn tail_of(pdf: &[u8]) -> Vec<u8> {
    let start = pdf.windows(9).rposition(|window| window == b"startxref").unwrap();
    pdf[start..].to_vec()
}
