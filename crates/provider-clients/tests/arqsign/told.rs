//! What a webhook proves by itself, trigger by trigger, and what is read at the vendor. Section 4.

use domain::attention::AttentionCode;
use domain::facts::{ArtifactKind, Reading};
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::provider::Told;
use serde_json::{Value, json};

use crate::callbacks::concluded;
use crate::support::{Case, account, at, example_order, moment_with, recipient_id, two_turns, webhook, with, working};

fn told_to(case: &Case, settings: Value, body: &Value) -> Told {
    account(settings).told(&webhook(body), &case.view(), &moment_with(&working()))
}

fn told(body: &Value) -> Told {
    told_to(&Case::sent(example_order()), json!({}), body)
}

fn event(number: u64, name: &str, changes: Value) -> Value {
    with(with(concluded(), json!({ "IdEvento": number, "Evento": name })), changes)
}

fn believed(told: Told) -> Reading {
    match told {
        Told::Facts(reading) => *reading,
        other => panic!("{other:?}"),
    }
}

fn ana(changes: Value) -> Value {
    json!([with(concluded()["Signatarios"][0].clone(), changes)])
}

#[test]
fn trigger_1_confirms_the_sending_and_tells_the_deadline() {
    let body = event(
        1,
        "ProcessoEnviado",
        json!({
            "StatusProcesso": "Aguardando", "IdStatusProcesso": 2, "DataEnvio": "2025-07-02T14:03:12",
            "DataExpiracao": "2025-08-01T14:03:12", "Signatarios": null
        }),
    );
    let reading = believed(told(&body));
    assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(SubmissionState::Sent), "ProcessoEnviado"));
    assert_eq!(reading.occurred_at, Some(at("2025-07-02T14:03:12Z")));
    assert_eq!(reading.details["expires_at"], "2025-08-01T14:03:12Z");
    assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Sent));
    let bare = believed(told(&event(1, "ProcessoEnviado", json!({ "Signatarios": null }))));
    assert_eq!(bare.occurred_at, Some(at("2025-07-03T09:20:46Z")), "else the time of the webhook");
}

#[test]
fn trigger_1_of_an_adopted_process_is_believed_before_its_signers_are_known() {
    let adopted = Case::new(two_turns());
    let body = event(1, "ProcessoEnviado", json!({ "IdStatusProcesso": 2, "Signatarios": null }));
    let reading = believed(told_to(&adopted, json!({}), &body));
    let states: Vec<_> = reading.recipients.iter().map(|r| r.status).collect();
    assert_eq!(reading.state, Some(SubmissionState::Sent));
    assert_eq!(states, [Some(RecipientStatus::Sent), Some(RecipientStatus::Created)]);
}

#[test]
fn trigger_2_fails_the_recipient_and_asks_for_a_person() {
    for changes in [
        json!({ "FalhaEnvio": "true", "DadosAssinatura": null }),
        json!({ "Seguranca": { "FalhaEnvioCodigoSeguranca": 1 }, "DadosAssinatura": null }),
        json!({ "DadosAssinatura": { "DataAssinatura": null } }),
    ] {
        let reading = believed(told(&event(2, "ProcessoFalhaEnvio", json!({ "Signatarios": ana(changes) }))));
        assert_eq!((reading.state, reading.recipients[0].status), (None, Some(RecipientStatus::Failed)));
        assert_eq!(reading.notes[0].code, AttentionCode::RecipientUnreachable);
    }
    assert_eq!(told(&event(2, "ProcessoFalhaEnvio", json!({ "Signatarios": [] }))), Told::Read);
}

#[test]
fn trigger_3_tells_who_signed_when_and_what_they_uploaded() {
    let signed = ana(json!({ "DadosAssinatura": {
        "DataAssinatura": "2025-07-03T09:20:45",
        "DadosCertificado": { "Nome": "ANA SOUZA:52998224725", "Emissor": "AC Teste", "ValidadeInicio": null, "ValidadeFim": "2027-01-01" },
        "Anexos": [{ "Id": "9D2C", "AnexoDocumentoNome": "RG/frente.jpg", "LinkParaBaixarDocumento": "https://files.test/x" }]
    } }));
    let body = event(3, "ProcessoAssinado", json!({ "IdStatusProcesso": 3, "Signatarios": signed }));
    let reading = believed(told_to(&Case::sent(two_turns()), json!({}), &body));
    assert_eq!((reading.state, reading.acted), (Some(SubmissionState::InProgress), true));
    let next = &reading.recipients[1];
    assert_eq!((next.recipient, next.status), (recipient_id(2), Some(RecipientStatus::Sent)), "it is their turn now");
    assert_eq!(reading.recipients.len(), 2);
    let ana = &reading.recipients[0];
    assert_eq!(
        (ana.recipient, ana.status, ana.at),
        (recipient_id(1), Some(RecipientStatus::Completed), Some(at("2025-07-03T09:20:45Z")))
    );
    let certificate = ana.certificate.clone().unwrap();
    assert_eq!(
        (certificate.name.as_deref(), certificate.issuer.as_deref()),
        (Some("ANA SOUZA:52998224725"), Some("AC Teste"))
    );
    assert_eq!(certificate.properties["valid_until"], "2027-01-01");
    let file = &reading.artifacts[0];
    assert_eq!(
        (file.kind, file.filename.as_str(), file.part.as_deref()),
        (ArtifactKind::SignerAttachment, "RG_frente.jpg", Some("9d2c"))
    );
    assert!(!file.essential);
    let unsigned = ana_unsigned();
    assert_eq!(told(&event(3, "ProcessoAssinado", json!({ "Signatarios": unsigned }))), Told::Read);
}

fn ana_unsigned() -> Value {
    ana(json!({ "DadosAssinatura": { "DataAssinatura": null } }))
}

#[test]
fn triggers_4_5_and_6_are_hints_and_the_end_is_read() {
    for (number, name) in [(4, "ProcessoRecusado"), (5, "ProcessoCancelado"), (6, "ProcessoExpirado")] {
        assert_eq!(told(&event(number, name, json!({ "IdStatusProcesso": 5 }))), Told::Read, "{name}");
    }
}

#[test]
fn trigger_7_tells_the_new_deadline() {
    let body = event(7, "ProcessoReenviado", json!({ "IdStatusProcesso": 2, "DataExpiracao": "2025-09-01T00:00:00" }));
    let reading = believed(told(&body));
    assert_eq!(reading.state, Some(SubmissionState::Sent));
    assert_eq!(reading.details["expires_at"], "2025-09-01T00:00:00Z");
    assert_eq!(told(&event(7, "ProcessoReenviado", json!({}))), Told::Read);
}

#[test]
fn trigger_8_tells_the_signers_and_the_end_is_read() {
    let Told::FactsThenRead(reading) = told(&concluded()) else { panic!("the end is read") };
    assert_eq!((reading.state, reading.acted), (None, true));
    assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Completed));
    assert_eq!(told(&event(8, "ProcessoConcluido", json!({ "Signatarios": null }))), Told::Read);
}

#[test]
fn events_go_by_number_or_by_name_and_are_read_when_the_two_disagree() {
    let sent =
        |body: &Value| matches!(told(body), Told::Facts(reading) if reading.state == Some(SubmissionState::Sent));
    assert!(sent(&event(1, "OutroNome", json!({}))));
    assert!(sent(&event(1, "ProcessoEnviado", json!({ "IdEvento": null }))));
    assert!(sent(&event(1, "processoenviado", json!({ "IdEvento": "1" }))));
    assert_eq!(told(&event(1, "ProcessoConcluido", json!({}))), Told::Read);
    assert_eq!(told(&event(9, "ProcessoArquivado", json!({}))), Told::Read);
    assert_eq!(told(&event(1, "OutroNome", json!({ "IdEvento": null }))), Told::Read);
    let own = json!({ "webhook": { "event_map": { "Enviado": 1 } } });
    let named = event(1, "Enviado", json!({ "IdEvento": null }));
    assert!(matches!(told_to(&Case::sent(example_order()), own, &named), Told::Facts(_)));
}

#[test]
fn a_body_that_is_no_json_is_read_at_the_vendor() {
    let mut request = webhook(&concluded());
    request.body = "no json".into();
    let case = Case::sent(example_order());
    assert_eq!(account(json!({})).told(&request, &case.view(), &moment_with(&working())), Told::Read);
}
