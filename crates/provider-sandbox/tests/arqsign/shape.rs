//! Members that are missing, wrong or unknown, and bodies that are no JSON.

use provider_sandbox::arqsign::BitShape;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{NOBODY, V2, V3, answer, sending, with, world};

const UNKNOWN: &str = "Algum parâmetro está incorreto ou é inexistente.";

fn missing(names: &str) -> String {
    format!("O(s) item(ns) listado(s) é(são) obrigatório(s): {names}")
}

fn wrong(names: &str) -> String {
    format!("O(s) item(ns) listado(s) está(ão) com o formato incorreto: {names}")
}

#[tokio::test]
async fn missing_members_are_listed_in_one_answer() {
    let world = world().await;
    let all = "idResponsavel, nomeProcesso, idPasta, usarOrdemAssinatura, usarPosicaoAssinaturaAutomatica, \
               destinatarios, documentos";
    assert_eq!(world.refused(&json!({})).await, missing(all));
    assert_eq!(world.refused(&Value::Null).await, missing(all));
    let online = "/destinatarios/0/assinarOnline";
    let electronic = format!("{online}/assinaturaEletronica");
    for (pointer, value, names) in [
        ("/nomeProcesso", json!("  "), "nomeProcesso"),
        ("/destinatarios/0/idTipoAcao", Value::Null, "idTipoAcao"),
        ("/destinatarios/0/nome", Value::Null, "nome"),
        ("/destinatarios/1/nome", json!(""), "nome"),
        (online, Value::Null, "assinarOnline"),
        (&format!("{online}/assinarComo"), Value::Null, "assinarComo"),
        (&format!("{online}/idTipoAssinatura"), Value::Null, "idTipoAssinatura"),
        (&electronic, Value::Null, "assinaturaEletronica"),
        (
            &electronic,
            json!({}),
            "obrigarSignatarioInformarNome, obrigarSignatarioInformarNumeroDocumento, tipoDocumentoAInformar",
        ),
        (
            &format!("{online}/assinarComo"),
            json!(3),
            "obrigarSignatarioInformarNomeEmpresa, obrigarSignatarioInformarNumeroDocumentoEmpresa, \
             tipoDocumentoEmpresaAInformar",
        ),
        (&format!("{online}/seguranca"), json!({ "codigoSeguranca": "4821" }), "idMeioEnvio"),
        (&format!("{online}/mensagemPersonalizada"), json!({ "titulo": "Só para você" }), "texto"),
        (&format!("{online}/mensagemPersonalizada"), json!({ "texto": "Leia." }), "titulo"),
        ("/usarPosicaoAssinaturaAutomatica", json!(0), "definirPosicaoAssinaturaManual"),
        ("/documentos/0/nomeComExtensao", Value::Null, "nomeComExtensao"),
        ("/documentos/0/arquivo", Value::Null, "arquivo"),
        ("/destinatarios", json!([]), "destinatarios"),
        ("/destinatarios/0/idTipoAcao", json!(2), "destinatarios"),
    ] {
        assert_eq!(world.refused(&with(sending(), pointer, value)).await, missing(names), "{pointer}");
    }
}

#[tokio::test]
async fn wrong_values_are_listed_in_one_answer() {
    let world = world().await;
    let online = "/destinatarios/0/assinarOnline";
    for (pointer, value, names) in [
        ("/idResponsavel", json!("7"), "idResponsavel"),
        ("/idPasta", json!(7), "idPasta"),
        ("/nomeProcesso", json!("x".repeat(251)), "nomeProcesso"),
        ("/configuracoesAvancadas/tempoExpiracaoDocumentoDias", json!(1000), "tempoExpiracaoDocumentoDias"),
        ("/configuracoesAvancadas/avisoAntesExpiracaoDocumentoDias", json!(100), "avisoAntesExpiracaoDocumentoDias"),
        ("/configuracoesAvancadas/frequenciaLembretesDias", json!("3"), "frequenciaLembretesDias"),
        ("/configuracoesAvancadas/gerarQrCode", json!(2), "gerarQrCode"),
        ("/configuracoesAvancadas", json!([]), "configuracoesAvancadas"),
        ("/mensagemPadrao/titulo", json!("x".repeat(151)), "titulo"),
        ("/usarOrdemAssinatura", json!("sim"), "usarOrdemAssinatura"),
        ("/renovacaoMeses", json!(1.5), "renovacaoMeses"),
        ("/destinatarios/0/idTipoAcao", json!(3), "idTipoAcao"),
        ("/destinatarios/0/ordemAssinatura", json!(0), "ordemAssinatura"),
        ("/destinatarios/0/nome", json!("x".repeat(151)), "nome"),
        ("/destinatarios/0/email", json!(format!("{}@example.com", "x".repeat(140))), "email"),
        ("/destinatarios/0/telefone", json!("+5531999998888123456789"), "telefone"),
        (&format!("{online}/assinarComo"), json!(4), "assinarComo"),
        (&format!("{online}/papelPessoaFisica"), json!(["x".repeat(51)]), "papelPessoaFisica"),
        (
            &format!("{online}/seguranca"),
            json!({ "codigoSeguranca": "48213", "idMeioEnvio": "1" }),
            "codigoSeguranca, idMeioEnvio",
        ),
        (&format!("{online}/anexos"), json!([{ "anexoDocumentoNome": "x".repeat(76) }]), "anexoDocumentoNome"),
        ("/documentos/0/ordemDocumento", json!(0), "ordemDocumento"),
        ("/documentos", json!({}), "documentos"),
    ] {
        assert_eq!(world.refused(&with(sending(), pointer, value)).await, wrong(names), "{pointer}");
    }
}

#[tokio::test]
async fn unknown_members_are_refused_wherever_they_stand() {
    let world = world().await;
    let online = "/destinatarios/0/assinarOnline";
    for pointer in [
        "/prazo",
        "/NomeProcesso",
        "/configuracoesAvancadas/cor",
        "/mensagemPadrao/rodape",
        "/destinatarios/0/cpf",
        "/destinatarios/1/cpf",
        "/destinatarios/0/alterarNotificacoes",
        "/destinatarios/0/retornarLinkProcesso",
        &format!("{online}/cor"),
        &format!("{online}/assinaturaEletronica/cor"),
        &format!("{online}/assinaturaEletronica/dadosAssinatura"),
        "/documentos/0/linkDoArquivo",
    ] {
        assert_eq!(world.refused(&with(sending(), pointer, json!(1))).await, UNKNOWN, "{pointer}");
    }
    assert_eq!(world.refused(&json!([])).await, UNKNOWN);
    let ignored = with(sending(), "/destinatarios/1/assinarOnline", json!({ "cor": 1 }));
    world.sent(&ignored).await;
}

#[tokio::test]
async fn a_body_that_is_no_json_is_an_empty_500() {
    let world = world().await;
    for (body, content_type) in
        [("{", "application/json"), ("", "application/json"), ("nonsense", "application/json; charset=utf-8")]
    {
        let call = world.call(Method::POST, V2).header("content-type", content_type).body(body);
        assert_eq!(answer(call).await, (500, json!("")), "{body}");
    }
    let call = world.call(Method::POST, V2).header("content-type", "text/plain").body("{}");
    assert_eq!(answer(call).await.0, 415);
    world.vary(|variants| variants.wrong_types_as_500 = true);
    let mistyped = with(sending(), "/destinatarios/0/idTipoAcao", json!("1"));
    assert_eq!(world.post(V2, &mistyped).await, (500, json!("")));
    let out_of_range = with(sending(), "/destinatarios/0/idTipoAcao", json!(3));
    assert_eq!(world.refused(&out_of_range).await, wrong("idTipoAcao"));
}

#[tokio::test]
async fn truth_values_come_in_every_form_unless_a_variant_wants_one() {
    let world = world().await;
    for value in [json!(true), json!(1), json!("TRUE"), json!("1")] {
        world.sent(&with(sending(), "/usarOrdemAssinatura", value)).await;
    }
    world.vary(|variants| variants.request_bits = BitShape::Booleans);
    let (status, refused) = world.post(V2, &sending()).await;
    assert_eq!((status, refused), (400, json!(wrong("gerarQrCode"))));
    world.sent(&with(sending(), "/configuracoesAvancadas/gerarQrCode", json!(false))).await;
}

#[tokio::test]
async fn optional_members_may_be_null_or_empty_texts() {
    let world = world().await;
    let mut lean = sending();
    for pointer in ["/configuracoesAvancadas", "/mensagemPadrao", "/destinatarios/0/telefone"] {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        lean.pointer_mut(parent).unwrap()[name] = Value::Null;
    }
    lean["destinatarios"][1]["telefone"] = json!("");
    world.sent(&lean).await;
    world.sent(&with(sending(), "/destinatarios/0/assinarOnline/mensagemPersonalizada", json!({}))).await;
}

#[tokio::test]
async fn version_3_knows_more_members_and_has_rules_for_them() {
    let world = world().await;
    let (status, told) = world.post(V3, &sending()).await;
    assert_eq!((status, &told["destinatarios"][0]["linkProcesso"]), (200, &Value::Null));
    let asked = with(sending(), "/destinatarios/0/retornarLinkProcesso", json!(1));
    for quiet in [1, 3] {
        let silent = with(sending(), "/destinatarios/0/alterarNotificacoes", json!(quiet));
        let (status, refused) = world.post(V3, &silent).await;
        assert_eq!((status, refused), (400, json!(missing("retornarLinkProcesso"))));
        let both = with(asked.clone(), "/destinatarios/0/alterarNotificacoes", json!(quiet));
        let (status, told) = world.post(V3, &both).await;
        let link = told["destinatarios"][0]["linkProcesso"].as_str().unwrap();
        assert!(status == 200 && link.starts_with(&world.url("assinar/")), "{told}");
    }
    for loud in [2, 4] {
        let loud = with(sending(), "/destinatarios/0/alterarNotificacoes", json!(loud));
        assert_eq!(world.post(V3, &loud).await.0, 200);
    }
    for (pointer, value, refusal) in [
        ("/destinatarios/0/alterarNotificacoes", json!(5), wrong("alterarNotificacoes")),
        ("/documentos/0/arquivo", Value::Null, missing("arquivo")),
        ("/documentos/0/linkDoArquivo", json!("https://files.example/a.pdf"), UNKNOWN.to_owned()),
        ("/documentos/0/linkDocumento", json!("https://files.example/a.pdf"), UNKNOWN.to_owned()),
    ] {
        assert_eq!(world.post(V3, &with(sending(), pointer, value)).await, (400, json!(refusal)), "{pointer}");
    }
}

#[tokio::test]
async fn a_list_of_one_may_be_written_in_the_singular() {
    let world = world().await;
    world.vary(|variants| variants.singular_messages = true);
    assert_eq!(world.refused(&with(sending(), "/idPasta", Value::Null)).await, "O item listado é obrigatório: idPasta");
    assert_eq!(
        world.refused(&with(sending(), "/idPasta", json!("x"))).await,
        "O item listado está com o formato incorreto: idPasta"
    );
    assert_eq!(
        world.refused(&with(sending(), "/idResponsavel", json!(NOBODY))).await,
        "O id listado não existe: idResponsavel"
    );
}
