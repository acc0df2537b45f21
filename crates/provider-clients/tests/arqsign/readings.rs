//! What status and signers tell about a process and its recipients. Sections 2.3 to 2.5 and 3.

use std::time::Duration;

use domain::attention::AttentionCode;
use domain::facts::Reading;
use domain::outcome::{Class, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    ANA, Case, PROCESS, account, answer, at, done, example_order, facts, listed, moment, moment_with, recipient_id,
    refusal, refused, signers, status, two_turns, with, working,
};

fn read(answers: &[Value]) -> Reading {
    Case::sent(example_order()).read(&*account(json!({})), answers)
}

fn ana(changes: Value) -> Value {
    with(listed(ANA, "ana@example.com", 1), changes)
}

fn states(reading: &Reading) -> Vec<Option<RecipientStatus>> {
    reading.recipients.iter().map(|r| r.status).collect()
}

#[test]
fn the_contracts_status_is_one_call_while_the_webhook_works() {
    let account = account(json!({}));
    let case = Case::sent(example_order());
    let call = case.status_request(&*account).call;
    assert_eq!(call.url.as_str(), format!("https://api-rest.arqsign.com/api/v1/processo/{PROCESS}/status-do-processo"));
    let body = with(status(2, "Aguardando"), json!({ "dataExpiracao": "2025-08-01" }));
    let reading = case.read(&*account, &[body]);
    assert_eq!(
        (reading.state, reading.vendor_status.as_str(), reading.acted),
        (Some(SubmissionState::Sent), "Aguardando", false)
    );
    assert_eq!(reading.details["expires_at"], "2025-08-01");
    assert_eq!(states(&reading), [Some(RecipientStatus::Sent)]);
    assert_eq!((reading.differences, reading.notes.len()), (None, 0));
}

#[test]
fn the_older_status_without_ids_and_with_201_is_read_too() {
    let account = account(json!({}));
    let case = Case::sent(example_order());
    let old = Reply::new(201, r#"{"NomeProcesso":"Contrato","Status":"Aguardando"}"#);
    let page = done(case.told(&*account, &case.status_request(&*account), &old));
    assert_eq!(page.readings[0].1.state, Some(SubmissionState::Sent));
}

#[test]
fn every_state_by_its_id() {
    let list = |id, changes| signers(id, "x", vec![ana(changes)]);
    let declined = json!({ "assinaturaRecusada": 1, "motivoRecusa": "Valor errado" });
    for (answers, state, recipients) in [
        (vec![status(1, "Criado")], SubmissionState::Submitted, vec![]),
        (vec![status(2, "Aguardando")], SubmissionState::Sent, vec![Some(RecipientStatus::Sent)]),
        (
            vec![status(3, "Em processo"), list(3, json!({}))],
            SubmissionState::InProgress,
            vec![Some(RecipientStatus::Sent)],
        ),
        (vec![status(4, "Concluído")], SubmissionState::Finalizing, vec![Some(RecipientStatus::Completed)]),
        (vec![status(5, "Cancelado"), list(5, json!({}))], SubmissionState::Canceled, vec![None]),
        (
            vec![status(5, "Cancelado"), list(5, declined)],
            SubmissionState::Declined,
            vec![Some(RecipientStatus::Declined)],
        ),
    ] {
        let reading = read(&answers);
        assert_eq!((reading.state, states(&reading)), (Some(state), recipients));
    }
}

#[test]
fn every_state_by_its_word_in_every_language_when_there_is_no_id() {
    let account = account(json!({ "status_text_map": { "Waiting": 2, "Completed": 4 } }));
    let case = Case::sent(example_order());
    for (word, state) in [
        ("Criado", SubmissionState::Submitted),
        ("Creado", SubmissionState::Submitted),
        ("Aguardando", SubmissionState::Sent),
        ("Esperando", SubmissionState::Sent),
        ("ESPERANDO.", SubmissionState::Sent),
        ("Waiting", SubmissionState::Sent),
        ("Concluído", SubmissionState::Finalizing),
        ("Concluido", SubmissionState::Finalizing),
        ("completed", SubmissionState::Finalizing),
    ] {
        let reading = case.read(&*account, &[json!({ "status": word })]);
        assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(state), word));
    }
    for (word, state) in [
        ("Em processo", SubmissionState::InProgress),
        ("En proceso", SubmissionState::InProgress),
        ("Cancelado", SubmissionState::Canceled),
    ] {
        let list = json!({ "status": word, "signatarios": [ana(json!({}))] });
        assert_eq!(case.read(&*account, &[json!({ "status": word }), list]).state, Some(state), "{word}");
    }
}

#[test]
fn an_unknown_state_changes_nothing_and_is_told_to_a_person() {
    for body in [status(9, "Arquivado"), json!({ "status": "Waiting" }), json!({ "nomeProcesso": "x" })] {
        let reading = read(&[body]);
        assert_eq!((reading.state, reading.acted), (None, false));
        assert_eq!(reading.notes[0].code, AttentionCode::UnknownProviderStatus);
    }
}

#[test]
fn the_id_counts_and_not_the_word() {
    assert_eq!(read(&[status(4, "Aguardando")]).state, Some(SubmissionState::Finalizing));
}

#[test]
fn the_contracts_list_of_signers_tells_who_signed_and_when() {
    let body = with(
        signers(
            3,
            "Em processo",
            vec![ana(json!({
                "assinado": 1, "dataAssinatura": "2025-07-03T09:20:45",
                "anexos": [{ "id": "9d2c", "anexoDocumentoNome": "Ana Souza RG frente.jpg" }]
            }))],
        ),
        json!({}),
    );
    let reading = read(&[status(3, "Em processo"), body]);
    assert_eq!((reading.state, reading.acted), (Some(SubmissionState::InProgress), true));
    let told = &reading.recipients[0];
    assert_eq!(
        (told.recipient, told.status, told.at),
        (recipient_id(1), Some(RecipientStatus::Completed), Some(at("2025-07-03T09:20:45Z")))
    );
    assert_eq!((&told.vendor["id"], &told.vendor["signed"]), (&json!(ANA), &json!(true)));
    assert!(reading.artifacts.is_empty(), "files are offered when everybody signed");
    assert_eq!(reading.details["expires_at"], "2025-08-01T14:03:12Z");
    assert_eq!(reading.differences, Some(vec![]));
}

#[test]
fn a_decline_tells_its_reason() {
    let body =
        signers(5, "Cancelado", vec![ana(json!({ "assinaturaRecusada": true, "motivoRecusa": "Valor errado" }))]);
    let body = with(body, json!({ "dataCancelamento": "2025-07-03T10:00:00" }));
    let reading = read(&[status(5, "Cancelado"), body]);
    assert_eq!(reading.recipients[0].vendor["decline_reason"], "Valor errado");
    assert_eq!(reading.occurred_at, Some(at("2025-07-03T10:00:00Z")));
}

#[test]
fn expired_processes_keep_their_state_there_and_end_here() {
    let case = Case::sent(two_turns());
    let account = account(json!({}));
    for told in [
        json!({ "expirado": 1 }),
        json!({ "expirado": "true" }),
        json!({ "dataExpiracao": "2025-07-02T14:04:59" }),
        json!({ "dataExpiracao": "2025-07-01" }),
    ] {
        let reading = case.read(&*account, &[with(status(2, "Aguardando"), told.clone())]);
        assert_eq!(reading.state, Some(SubmissionState::Expired), "{told}");
    }
    let list = signers(
        3,
        "Em processo",
        vec![
            ana(json!({ "assinado": 1, "dataAssinatura": "2025-07-01T10:00:00" })),
            listed("b", "bruno@example.com", 2),
        ],
    );
    let reading = case.read(&*account, &[with(status(3, "Em processo"), json!({ "expirado": true })), list]);
    assert_eq!(reading.state, Some(SubmissionState::Expired));
    assert_eq!(states(&reading), [Some(RecipientStatus::Completed), None]);
    for open in [
        json!({ "dataExpiracao": "2025-07-02" }),
        json!({ "dataExpiracao": "02/07/2025 23:00:00" }),
        json!({ "expirado": 0 }),
    ] {
        let reading = case.read(&*account, &[with(status(2, "Aguardando"), open.clone())]);
        assert_eq!(reading.state, Some(SubmissionState::Sent), "{open}");
    }
    assert_eq!(
        case.read(&*account, &[with(status(4, "Concluído"), json!({ "expirado": 1 }))]).state,
        Some(SubmissionState::Finalizing)
    );
}

#[test]
fn a_process_deleted_at_the_vendor_is_canceled_unless_everybody_had_signed() {
    let account = account(json!({}));
    let mut case = Case::sent(example_order());
    for text in ["Documento excluído.", "Processo excluído."] {
        let page = done(case.told(&*account, &case.status_request(&*account), &refusal(400, text)));
        let reading = &page.readings[0].1;
        assert_eq!(reading.state, Some(SubmissionState::Canceled));
        assert_eq!(reading.details["reason"], "deleted_at_vendor");
    }
    case.last = Some(Reading::of(Some(SubmissionState::Finalizing), "Concluído"));
    let page = done(case.told(&*account, &case.status_request(&*account), &refusal(400, "Documento excluído.")));
    assert_eq!(page.readings[0].1.state, Some(SubmissionState::Finalizing));
}

#[test]
fn an_unknown_process_is_not_believed_at_first_and_missing_later() {
    let gone = refusal(400, "O(s) id(s) listado(s) não existe(m): idProcesso");
    let case = Case::sent(example_order());
    let account = account(json!({}));
    let request = case.status_request(&*account);
    let at_once = refused(account.status_reply(&request, &[case.view()], &moment(), &gone));
    assert_eq!((at_once.class, at_once.retry_after), (Class::ProviderUnavailable, Some(Duration::from_secs(5))));
    assert!(done(case.told(&*account, &request, &gone)).readings.is_empty());
    let wrong_path = refused(case.told(&*account, &request, &refusal(404, "Método não encontrado.")));
    assert_eq!(wrong_path.class, Class::NotFound);
}

#[test]
fn reads_that_fail_say_what_to_do() {
    let case = Case::sent(example_order());
    let account = account(json!({}));
    let request = case.status_request(&*account);
    for (reply, class) in [
        (Reply::new(500, ""), Class::ProviderError),
        (Reply::new(503, ""), Class::ProviderUnavailable),
        (refusal(401, "Acesso não autorizado."), Class::Authentication),
        (Reply::new(429, ""), Class::RateLimited),
    ] {
        assert_eq!(refused(case.told(&*account, &request, &reply)).class, class);
    }
    assert!(matches!(case.told(&*account, &request, &Reply::new(200, "<html>")), Outcome::Unknown(_)));
}

#[test]
fn without_a_working_webhook_the_signers_are_read_as_well() {
    let case = Case::sent(example_order());
    let account = account(json!({}));
    let request = case.status_request(&*account);
    let waiting = answer(&status(2, "Aguardando"));
    let stopped = [("webhook_status", "3"), ("webhook_silent_triggers", "3")].map(|(name, value)| {
        let mut facts = working();
        facts.insert(name.to_owned(), value.to_owned());
        facts
    });
    for facts in [facts(&[]), stopped[0].clone(), stopped[1].clone()] {
        let page = done(account.status_reply(&request, &[case.view()], &moment_with(&facts), &waiting));
        assert!(page.next.is_some_and(|next| next.call.endpoint == "dados-signatarios"));
    }
    assert!(done(case.told(&*account, &request, &waiting)).next.is_none());
    let pause = |facts| account.polling(&moment_with(facts))[0].every.as_secs();
    assert_eq!((pause(&working()), pause(&facts(&[]))), (604_800, 86_400));
}

#[test]
fn a_failed_delivery_fails_the_recipient_and_not_the_envelope() {
    for change in [json!({ "falhaEnvio": 1 }), json!({ "falhaEnvioCodigoSeguranca": "1" })] {
        let reading = read(&[status(3, "Em processo"), signers(3, "Em processo", vec![ana(change)])]);
        assert_eq!(reading.state, Some(SubmissionState::InProgress));
        assert_eq!(states(&reading), [Some(RecipientStatus::Failed)]);
        assert_eq!(reading.notes[0].code, AttentionCode::RecipientUnreachable);
    }
}

#[test]
fn who_is_not_yet_invited_is_told_from_the_turns() {
    let case = Case::sent(two_turns());
    let account = account(json!({}));
    let list = |first: Value| signers(3, "Em processo", vec![ana(first), listed("b", "bruno@example.com", 2)]);
    let reading = case.read(&*account, &[status(3, "Em processo"), list(json!({}))]);
    assert_eq!(states(&reading), [Some(RecipientStatus::Sent), Some(RecipientStatus::Created)]);
    let reading = case.read(&*account, &[status(3, "Em processo"), list(json!({ "assinado": 1 }))]);
    assert_eq!(states(&reading), [Some(RecipientStatus::Completed), Some(RecipientStatus::Sent)]);
    let reading = case.read(&*account, &[status(2, "Aguardando")]);
    assert_eq!(states(&reading), [Some(RecipientStatus::Sent), Some(RecipientStatus::Created)]);
}

#[test]
fn what_the_vendor_holds_is_compared_with_what_was_asked() {
    let differences = |order, list: Vec<Value>, at: &str| {
        let body = with(signers(3, "Em processo", list), json!({ "dataExpiracao": at }));
        let case = Case::new(order);
        let found = case.read(&*account(json!({})), &[status(3, "Em processo"), body]).differences.unwrap();
        found.into_iter().map(|d| d.pointer).collect::<Vec<_>>()
    };
    let bruno = || listed("b", "bruno@example.com", 2);
    let late = "2025-08-01T14:03:12";
    assert_eq!(differences(two_turns(), vec![ana(json!({})), bruno()], late), [""; 0]);
    assert_eq!(differences(two_turns(), vec![ana(json!({}))], late), ["/recipients", "/recipients/1"]);
    assert_eq!(
        differences(two_turns(), vec![ana(json!({ "ordem": 2 })), bruno()], late),
        ["/recipients/0/routing_order"]
    );
    assert_eq!(
        differences(two_turns(), vec![ana(json!({ "idTipoAssinatura": 3 })), bruno()], late),
        ["/recipients/0/signature_level"]
    );
    let mut dated = two_turns();
    dated.spec.expires_at = Some(at("2025-09-01T00:00:00Z"));
    assert_eq!(differences(dated.clone(), vec![ana(json!({})), bruno()], late), ["/expires_at"]);
    dated.spec.expires_at = Some(at("2025-07-30T00:00:00Z"));
    assert_eq!(differences(dated, vec![ana(json!({})), bruno()], late), [""; 0]);
    let moved = Case::sent(example_order());
    let body = signers(3, "Em processo", vec![with(ana(json!({})), json!({ "email": "other@example.com" }))]);
    let found = moved.read(&*account(json!({})), &[status(3, "Em processo"), body]).differences.unwrap();
    assert_eq!(found[0].pointer, "/recipients/0/email");
}

#[test]
fn times_are_read_in_every_form_and_are_utc() {
    for (told, shown) in [
        ("2025-08-01T14:03:12", "2025-08-01T14:03:12Z"),
        ("2025-08-01T14:03:12.5", "2025-08-01T14:03:12.500Z"),
        ("2025-08-01T11:03:12-03:00", "2025-08-01T14:03:12Z"),
        ("2025-08-01T14:03:12Z", "2025-08-01T14:03:12Z"),
        ("2025-08-01 14:03:12", "2025-08-01T14:03:12Z"),
        ("01/08/2025 14:03:12", "2025-08-01T14:03:12Z"),
        ("2025-08-01", "2025-08-01"),
    ] {
        let reading = read(&[with(status(2, "Aguardando"), json!({ "dataExpiracao": told }))]);
        assert_eq!(reading.details["expires_at"], shown);
    }
    let odd = read(&[with(status(2, "Aguardando"), json!({ "dataExpiracao": "amanhã" }))]);
    assert!(!odd.details.contains_key("expires_at"));
}
