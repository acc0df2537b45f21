//! Deviations that tests of clients switch on.

use provider_sandbox::arqsign::{
    AttachmentsMember, BitShape, CopyOrder, DataParent, DateShape, KeyCase, Language, MessageShape,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{NOBODY, V2, sending, sending_to, signer, text, with, world};

#[tokio::test]
async fn messages_come_in_six_shapes() {
    let world = world().await;
    let bad = with(sending(), "/destinatarios/0/email", json!("ana@"));
    let message = "E-mail inválido.";
    for (shape, content_type, body) in [
        (MessageShape::JsonText, "application/json", json!(message).to_string()),
        (MessageShape::Object, "application/json", json!({ "codigo": 400, "mensagem": message }).to_string()),
        (
            MessageShape::Errors,
            "application/json",
            json!({ "title": "", "errors": { "parametros": [message] } }).to_string(),
        ),
        (MessageShape::Array, "application/json", json!([message]).to_string()),
        (MessageShape::PlainText, "text/plain; charset=utf-8", message.to_owned()),
        (MessageShape::Empty, "", String::new()),
    ] {
        world.vary(|variants| variants.message_shape = shape);
        let response = world.call(Method::POST, V2).json(&bad).send().await.unwrap();
        let found = response.headers().get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
        assert_eq!((response.status().as_u16(), found.as_str()), (400, content_type), "{shape:?}");
        assert_eq!(response.text().await.unwrap(), body, "{shape:?}");
    }
}

#[tokio::test]
async fn answers_change_their_keys_bits_and_dates() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    world.vary(|variants| {
        variants.answer_keys = KeyCase::Pascal;
        variants.answer_bits = BitShape::Texts;
        variants.dates = DateShape::Brazilian;
    });
    let full = world.full(&id).await;
    assert_eq!((&full["IdStatus"], &full["Signatarios"][0]["FalhaEnvio"]), (&json!(2), &json!("false")));
    assert_eq!(text(&full["DataEnvio"]).len(), "02/07/2025 14:03:12".len());
    assert_eq!(world.signers(&id).await["Signatarios"][0]["Assinado"], "false");
    world.vary(|variants| {
        variants.answer_keys = KeyCase::Camel;
        variants.answer_bits = BitShape::Numbers;
        variants.dates = DateShape::IsoWithOffset;
    });
    let full = world.full(&id).await;
    assert_eq!(full["signatarios"][0]["falhaEnvio"], 0);
    assert!(text(&full["dataEnvio"]).ends_with("+00:00"));
    assert!(world.signers(&id).await["signatarios"][0]["idProcessoDestinatario"].is_string());
    assert!(world.sent(&sending()).await["idProcesso"].is_string());
    world.vary(|variants| variants.answer_bits = BitShape::Booleans);
    assert_eq!(world.status(&id).await["expirado"], false);
}

#[tokio::test]
async fn words_follow_the_sender_s_language() {
    let world = world().await;
    let id = world.sent_id(&sending_to(&[signer("a@example.com"), signer("b@example.com")])).await;
    for (language, words) in [
        (Language::Pt, ["Aguardando", "Em processo"]),
        (Language::Es, ["Esperando", "En proceso"]),
        (Language::En, ["Waiting", "In process"]),
    ] {
        world.change_account(|account| account.users[0].language = language);
        assert_eq!(world.status(&id).await["status"], words[0]);
    }
    world.arqsign().sign(&id, None).await.unwrap();
    for (language, word) in [(Language::Pt, "Em processo"), (Language::Es, "En proceso"), (Language::En, "In process")]
    {
        world.change_account(|account| account.users[0].language = language);
        assert_eq!(
            (world.status(&id).await["status"].clone(), world.full(&id).await["status"].clone()),
            (json!(word), json!(word))
        );
    }
}

#[tokio::test]
async fn the_status_has_an_older_form() {
    let world = world().await;
    let id = world.sent_id(&sending()).await;
    world.vary(|variants| variants.old_status_answer = true);
    let told = world.get(&format!("api/v1/processo/{id}/status-do-processo")).await;
    let name = "Contrato de locação 4711 [01J8Z6Q2M4T9]";
    assert_eq!(told, (201, json!({ "NomeProcesso": name, "Status": "Aguardando" })));
}

#[tokio::test]
async fn the_answer_to_a_sending_varies() {
    let world = world().await;
    world.vary(|variants| {
        variants.recipients_reversed = true;
        variants.copy_order = CopyOrder::Zero;
        variants.attachments_member = AttachmentsMember::Null;
        variants.success_as_201 = true;
    });
    let (status, told) = world.post(V2, &sending()).await;
    assert_eq!((status, &told["destinatarios"][0]["formaEnvio"]), (201, &json!("arquivo@example.com")));
    assert_eq!((&told["destinatarios"][0]["ordem"], &told["destinatarios"][0]["anexos"]), (&json!(0), &Value::Null));
    assert!(told["destinatarios"][0].get("configuracoesAnexos").is_none());
    world.vary(|variants| variants.copy_order = CopyOrder::One);
    assert_eq!(world.post(V2, &sending()).await.1["destinatarios"][0]["ordem"], 1);
    world.vary(|variants| variants.seed_send_answer = true);
    let (_, told) = world.post(V2, &sending()).await;
    let names: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(names, ["IdProcesso", "documentos"]);
    assert_eq!(told["documentos"][0].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn known_data_may_stand_in_the_electronic_signature() {
    let world = world().await;
    world.vary(|variants| variants.data_parent = DataParent::AssinaturaEletronica);
    let data = json!({ "signatario": { "nome": "Ana S.", "numeroDocumento": "12345678909" } });
    let online = "/destinatarios/0/assinarOnline";
    let refused = world.refused(&with(sending(), &format!("{online}/dadosAssinatura"), data.clone())).await;
    assert_eq!(refused, "Algum parâmetro está incorreto ou é inexistente.");
    let id = world.sent_id(&with(sending(), &format!("{online}/assinaturaEletronica/dadosAssinatura"), data)).await;
    let html = world.http.get(world.sign_url(&id, 0)).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("value=\"Ana S.\"") && html.contains("value=\"12345678909\""));
}

#[tokio::test]
async fn an_unknown_id_stays_the_same_in_every_variant_of_a_rule() {
    let world = world().await;
    world.vary(|variants| variants.rules_as_422 = true);
    let unknown = json!("O(s) id(s) listado(s) não existe(m): idProcesso");
    assert_eq!(world.get(&format!("api/v1/processo/{NOBODY}/status-do-processo")).await, (400, unknown));
}

#[tokio::test]
async fn the_whole_process_may_have_nulls_for_objects_and_a_blank_in_a_name() {
    let world = world().await;
    world.vary(|variants| {
        variants.null_objects = true;
        variants.blank_after_ordem_documento = true;
    });
    let id = world.sent_id(&sending()).await;
    let full = world.full(&id).await;
    assert_eq!(full["signatarios"][0]["dadosAssinatura"], Value::Null);
    assert_eq!(
        (&full["documentos"][0]["ordemDocumento "], full["documentos"][0].get("ordemDocumento")),
        (&json!(1), None)
    );
    world.arqsign().sign(&id, None).await.unwrap();
    let data = &world.full(&id).await["signatarios"][0]["dadosAssinatura"];
    assert_eq!((&data["dadosCertificado"], &data["dadosPessoaJuridica"]), (&Value::Null, &Value::Null));
    assert!(data["dataAssinatura"].is_string() && data["dadosPessoaFisica"].is_object());
}
