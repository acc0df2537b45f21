//! The assumptions that answers of a real account confirm or refute, and the setting that corrects each. Section 8.

use provider_clients::arqsign::ArqSign;
use provider_clients::provider::Provider;
use provider_clients::provider::transcript::{Exchange, Verdict};
use serde_json::{Value, json};

use crate::support::account;

fn exchange(endpoint: &str, request: Value, status: u16, body: Value) -> Exchange {
    Exchange {
        endpoint: endpoint.to_owned(),
        method: "POST".to_owned(),
        request,
        status: Some(status),
        content_type: Some("application/json".to_owned()),
        body,
    }
}

fn verdict(assumption: &str, exchange: &Exchange) -> Verdict {
    let account = account(json!({}));
    let expectations = account.expectations();
    let expectation = expectations.iter().find(|e| e.assumption == assumption).unwrap();
    assert_eq!(expectation.endpoint, exchange.endpoint, "{assumption}");
    (expectation.judge)(exchange)
}

#[test]
fn every_assumption_that_an_answer_can_tell_names_a_setting_that_exists() {
    let account = account(json!({}));
    let told: Vec<_> = account.expectations().iter().map(|e| e.assumption).collect();
    // A5 has no consequence, A13 is told by webhooks alone, A15 by nothing but a signer's browser.
    assert_eq!(
        told,
        ["A1", "A2", "A3", "A4", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A14", "A16", "A17", "A18", "A19"]
    );
    let profile = ArqSign::new();
    let properties = &profile.profile().settings_schema["properties"];
    for expectation in account.expectations() {
        let name = expectation.setting.strip_prefix("/settings/").unwrap();
        assert!(properties.get(name).is_some(), "{name}");
        assert!(expectation.says.ends_with('.'), "{}", expectation.says);
    }
}

#[test]
fn each_is_met_by_what_is_assumed_and_fails_by_what_is_not() {
    let send = "enviar-documento-para-assinar";
    let refused = |text: &str| json!(text);
    let data = json!({ "body": { "json": { "destinatarios": [{ "assinarOnline": { "dadosAssinatura": {} } }] } } });
    let phone = json!({ "body": { "json": { "destinatarios": [{ "telefone": "x" }] } } });
    let items = |id: u64| json!({ "assinatura": { "itens": [{ "id": id, "saldo": 3 }] } });
    let created = json!({ "IdProcesso": "x" });
    let plain = Value::Null;
    for (assumption, endpoint, request, met, failed) in [
        (
            "A1",
            "status-do-processo",
            &plain,
            (200, json!({ "dataExpiracao": "2025-08-01T14:03:12" })),
            (200, json!({ "dataExpiracao": "Aug 1, 2025" })),
        ),
        (
            "A2",
            send,
            &plain,
            (200, created.clone()),
            (400, refused("O(s) item(ns) listado(s) está(ão) com o formato incorreto: gerarQrCode")),
        ),
        ("A3", send, &data, (200, created.clone()), (400, refused("Algum parâmetro está incorreto ou é inexistente."))),
        (
            "A4",
            send,
            &plain,
            (200, created.clone()),
            (400, refused("Não é permitido um arquivo ou uma coleção de arquivos que ultrapasse a soma de 100MB.")),
        ),
        ("A6", "link", &plain, (200, json!("%PDF")), (401, json!(""))),
        ("A7", "status-do-processo", &plain, (200, json!({ "idStatus": 2 })), (201, json!({ "Status": "Aguardando" }))),
        (
            "A8",
            "reenviar-processo",
            &data,
            (200, json!([])),
            (400, refused("Algum parâmetro está incorreto ou é inexistente.")),
        ),
        ("A9", "dados-assinatura", &plain, (200, items(1)), (200, items(7))),
        ("A10", send, &plain, (400, json!({ "mensagem": "x" })), (400, json!({ "erro": { "texto": "x" } }))),
        ("A11", send, &plain, (429, json!("x")), (403, json!("Quota exceeded"))),
        ("A12", send, &plain, (422, refused("E-mail inválido.")), (422, refused("Regra nova."))),
        ("A14", send, &plain, (200, created.clone()), (422, refused("Limite de destinatários excedido."))),
        ("A16", "dados-assinatura", &plain, (200, items(1)), (401, json!("Acesso não autorizado."))),
        ("A17", "cancelar-processo", &plain, (200, json!("Documento cancelado com sucesso")), (411, json!(""))),
        (
            "A18",
            "dados-signatarios",
            &plain,
            (200, json!({})),
            (400, refused("O(s) id(s) listado(s) não existe(m): idProcesso")),
        ),
        ("A19", send, &phone, (200, created), (400, refused("Telefone inválido."))),
    ] {
        let of = |(status, body): (u16, Value)| verdict(assumption, &exchange(endpoint, request.clone(), status, body));
        assert_eq!((of(met), of(failed)), (Verdict::Met, Verdict::Failed), "{assumption}");
        let silent = Exchange { status: None, ..exchange(endpoint, request.clone(), 0, Value::Null) };
        assert_eq!(verdict(assumption, &silent), Verdict::Silent, "{assumption}: no answer tells nothing");
    }
}

#[test]
fn what_was_not_sent_is_not_judged() {
    let send = "enviar-documento-para-assinar";
    for (assumption, endpoint) in [("A3", send), ("A19", send), ("A8", "reenviar-processo")] {
        assert_eq!(verdict(assumption, &exchange(endpoint, json!({}), 200, json!({}))), Verdict::Silent);
    }
    assert_eq!(
        verdict("A1", &exchange("status-do-processo", json!({}), 200, json!({ "idStatus": 2 }))),
        Verdict::Silent
    );
    assert_eq!(verdict("A10", &exchange(send, json!({}), 200, json!({ "x": 1 }))), Verdict::Silent);
}
