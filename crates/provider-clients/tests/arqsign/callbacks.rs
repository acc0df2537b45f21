//! Webhooks: the proof, what they are about, the answers that keep them switched on. Section 4.

use std::collections::BTreeMap;

use provider_clients::arqsign::ArqSign;
use provider_clients::provider::{
    Account, AccountFacts, CallbackAbout, CallbackReading, CallbackRequest, Correlation, CorrelationKey, Provider,
    Taken,
};
use serde_json::{Value, json};

use crate::support::{
    KEY, PROCESS, account, credentials, facts, moment_with, proof, raw_proof, settings, submission_id, webhook, with,
    working,
};

/// The contract's example, about our submission.
pub fn concluded() -> Value {
    json!({
        "Evento": "ProcessoConcluido", "IdEvento": 8,
        "IdProcesso": PROCESS, "IdConta": "3c0a", "IdWebhook": "b1f2", "DataHoraAtual": "03/07/2025 09:20:46",
        "NomeProcesso": "Contrato de locação 4711 [v7w6x5y4z3a2]", "StatusProcesso": "Concluído", "IdStatusProcesso": 4,
        "Signatarios": [{
            "OrdemAssinatura": 1, "Id": "c2b1a7de-6c36-4a0f-9b3e-1f8f0a6d2e44", "Nome": "Ana Souza", "Email": "ana@example.com",
            "AssinaturaRecusada": "false", "MotivoRecusa": null,
            "DadosAssinatura": { "TipoAssinatura": "Assinatura Eletrônica", "DataAssinatura": "2025-07-03T09:20:45" }
        }]
    })
}

fn with_header(body: &str, header: String) -> CallbackRequest {
    let headers = BTreeMap::from([("hmac".to_owned(), header)]);
    CallbackRequest { headers, body: body.to_owned().into(), ..CallbackRequest::default() }
}

fn read(account: &dyn Account, request: &CallbackRequest, facts: &AccountFacts) -> CallbackReading {
    account.callback(request, &moment_with(facts))
}

fn about(body: &Value) -> CallbackAbout {
    match read(&*account(json!({})), &webhook(body), &working()) {
        CallbackReading::About(about) => about,
        other => panic!("{other:?}"),
    }
}

fn is_forged(reading: &CallbackReading) -> bool {
    *reading == CallbackReading::Forged
}

#[test]
fn the_contracts_webhook_names_its_process_its_event_and_our_reference() {
    let tail = CorrelationKey::Tail("v7w6x5y4z3a2".to_owned());
    assert_eq!(
        about(&concluded()),
        CallbackAbout {
            reference: Some(PROCESS.to_owned()),
            correlation: Some(Correlation { key: tail, adopts: true, doubles: true }),
            word: "ProcessoConcluido".to_owned(),
            delivered: None,
        }
    );
}

#[test]
fn the_base_fields_alone_are_enough_and_any_case_of_names_will_do() {
    let body = json!({ "evento": "ProcessoAssinado", "idprocesso": PROCESS, "IDCONTA": "x" });
    let told = about(&body);
    assert_eq!(
        (told.reference.as_deref(), told.correlation, told.word.as_str()),
        (Some(PROCESS), None, "ProcessoAssinado")
    );
    let numbered = about(&json!({ "idEvento": 3, "idProcesso": PROCESS }));
    assert_eq!(numbered.word, "3");
}

#[test]
fn only_a_reference_of_ours_at_the_end_of_the_name_correlates() {
    for (name, tail) in [
        ("Contrato [v7w6x5y4z3a2]", Some("v7w6x5y4z3a2")),
        ("Contrato [01J8Z6Q2M4T9]", Some("01j8z6q2m4t9")),
        ("Contrato [a] [v7w6x5y4z3a2] ", Some("v7w6x5y4z3a2")),
        ("Contrato [v7w6x5y4z3a2] cópia", None),
        ("Contrato [v7w6x5y4z3a]", None),
        ("Contrato [v7w6 5y4z3a2]", None),
        ("Contrato", None),
    ] {
        let mut body = concluded();
        body["NomeProcesso"] = json!(name);
        let key = about(&body).correlation.map(|c| c.key);
        assert_eq!(key, tail.map(|tail| CorrelationKey::Tail(tail.to_owned())), "{name}");
    }
}

#[test]
fn the_proof_is_read_in_base64_and_in_hexadecimal() {
    let body = concluded().to_string();
    let (base64, hexadecimal) = (proof(KEY, &body), hex::encode(raw_proof(KEY, &body)));
    for (encoding, header, good) in [
        ("auto", &base64, true),
        ("auto", &hexadecimal, true),
        ("base64", &base64, true),
        ("base64", &hexadecimal, false),
        ("hex", &hexadecimal, true),
        ("hex", &base64, false),
    ] {
        let account = account(json!({ "webhook": { "hmac_encoding": encoding } }));
        let reading = read(&*account, &with_header(&body, header.clone()), &working());
        assert_eq!(!is_forged(&reading), good, "{encoding} {header}");
    }
    let upper = with_header(&body, format!(" {} ", hexadecimal.to_uppercase()));
    assert!(!is_forged(&read(&*account(json!({})), &upper, &working())));
}

#[test]
fn a_wrong_proof_is_forged_whatever_the_body_says() {
    let account = account(json!({}));
    let body = concluded().to_string();
    let changed = body.replace("\"IdEvento\":8", "\"IdEvento\":5");
    assert_ne!(changed, body);
    for request in [
        with_header(&body, proof("other-key", &body)),
        with_header(&changed, proof(KEY, &body)),
        with_header(&format!("{body}\n"), proof(KEY, &body)),
        with_header(&body, String::new()),
        with_header(&body, "no proof".to_owned()),
        with_header(&body, proof("", &body)),
        with_header("no json", proof("other-key", "no json")),
        CallbackRequest { body: body.clone().into(), ..CallbackRequest::default() },
    ] {
        assert!(is_forged(&read(&*account, &request, &working())), "{request:?}");
    }
}

#[test]
fn without_any_key_nothing_is_believed() {
    let mut nothing = working();
    nothing.insert("webhook_hmac_key".to_owned(), String::new());
    for facts in [facts(&[]), nothing] {
        assert!(is_forged(&read(&*account(json!({})), &webhook(&concluded()), &facts)));
        let body = concluded().to_string();
        assert!(is_forged(&read(&*account(json!({})), &with_header(&body, proof("", &body)), &facts)));
    }
}

#[test]
fn the_key_before_and_the_key_given_by_hand_count_too() {
    let rotated = facts(&[("webhook_hmac_key", "new"), ("webhook_previous_hmac_key", KEY)]);
    assert!(!is_forged(&read(&*account(json!({})), &webhook(&concluded()), &rotated)));
    let mut credentials = credentials();
    credentials["webhook_hmac_key"] = json!(KEY);
    let by_hand = ArqSign::new().open(&settings(), &credentials).unwrap();
    assert!(!is_forged(&read(&*by_hand, &webhook(&concluded()), &facts(&[]))));
}

#[test]
fn a_replayed_webhook_reads_the_same_and_adopts_nothing_new() {
    let account = account(json!({}));
    let request = webhook(&concluded());
    assert_eq!(read(&*account, &request, &working()), read(&*account, &request, &working()));
}

#[test]
fn what_names_no_process_is_unreadable_though_its_proof_is_right() {
    let account = account(json!({}));
    for body in ["", "no json", "[]", "\"texto\"", "{}", r#"{"Evento":"ProcessoConcluido"}"#, r#"{"IdProcesso":" "}"#] {
        let reading = read(&*account, &with_header(body, proof(KEY, body)), &working());
        assert!(matches!(reading, CallbackReading::Unreadable { .. }), "{body}");
    }
}

#[test]
fn the_answers_keep_the_webhook_on() {
    let account = account(json!({}));
    let request = webhook(&concluded());
    for (taken, status) in [(Taken::Stored, 200), (Taken::NotStored, 503), (Taken::Forged, 400)] {
        let answer = account.callback_answer(&request, taken);
        assert_eq!((answer.status, answer.body.as_str()), (status, ""));
    }
    assert_eq!(ArqSign::new().unknown_token_answer().unwrap().status, 200);
}

#[test]
fn every_trigger_with_our_reference_adopts_a_sending_in_doubt() {
    for (number, name) in [
        (1, "ProcessoEnviado"),
        (2, "ProcessoFalhaEnvio"),
        (3, "ProcessoAssinado"),
        (4, "ProcessoRecusado"),
        (5, "ProcessoCancelado"),
        (6, "ProcessoExpirado"),
        (7, "ProcessoReenviado"),
        (8, "ProcessoConcluido"),
    ] {
        let told = about(&with(concluded(), json!({ "IdEvento": number, "Evento": name })));
        let correlation = told.correlation.unwrap();
        assert_eq!(correlation.key, CorrelationKey::Tail(submission_id().tail()));
        assert!(correlation.adopts && correlation.doubles, "{name}");
        assert_eq!((told.reference.as_deref(), told.word.as_str()), (Some(PROCESS), name));
    }
}
