//! What the answer to sending comes to, the list of signers after it, and a sending in doubt. Sections 2.1, 2.2, 2.5, 5.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::attention::AttentionCode;
use domain::envelope::{Delivery, Role};
use domain::order::Order;
use domain::outcome::{Class, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use domain::steps::StepOutput;
use provider_clients::call::Method;
use provider_clients::provider::Prepared;
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    ANA, Case, DOCUMENT, PROCESS, account, answer, created_answer, document_id, done, example_order, listed, moment,
    order, recipient, recipient_id, refusal, refused, signer, signers, two_turns, unknown, with,
};

fn sent(order: Order, body: &Value) -> StepOutput {
    done(Case::new(order).created(&*account(json!({})), &answer(body)))
}

fn linked_as(output: &StepOutput, number: usize) -> Option<&str> {
    output.values.get(&format!("recipient/{}", recipient_id(number))).map(String::as_str)
}

#[test]
fn the_contracts_answer_gives_the_process_its_documents_and_its_signers() {
    let output = sent(example_order(), &created_answer());
    assert_eq!(output.reference.as_deref(), Some(PROCESS));
    assert_eq!(
        output.values,
        BTreeMap::from([
            ("created_at".to_owned(), "1970-01-01T00:00:00+00:00".to_owned()),
            (format!("document/{}", document_id(1)), DOCUMENT.to_owned()),
            (format!("recipient/{}", recipient_id(1)), ANA.to_owned()),
        ])
    );
    let reading = output.reading.unwrap();
    assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(SubmissionState::Sent), "Aguardando"));
    let recipients: Vec<_> =
        reading.recipients.iter().map(|r| (r.recipient, r.status, r.signing_url.clone())).collect();
    assert_eq!(recipients, [(recipient_id(1), Some(RecipientStatus::Sent), None)], "of copies nothing is told");
    assert_eq!(reading.differences, None);
}

#[test]
fn the_oldest_answer_is_enough_and_the_signers_are_asked_for() {
    let account = account(json!({}));
    let body = json!({ "IdProcesso": PROCESS, "documentos": [{ "id": DOCUMENT, "nome": "contrato.pdf" }] });
    let mut case = Case::new(example_order());
    let output = done(case.created(&*account, &answer(&body)));
    assert_eq!(output.values.get(&format!("document/{}", document_id(1))).map(String::as_str), Some(DOCUMENT));
    assert_eq!(linked_as(&output, 1), None);
    case.outputs.insert("create_and_send".to_owned(), output);
    case.reference = None;
    let Prepared::Call(call) = case.prepared(&*account, 1) else { panic!("the signers are asked for") };
    assert_eq!(
        (call.method, call.url.path()),
        (Method::Get, &*format!("/api/v1/processo/{PROCESS}/dados-signatarios"))
    );
}

#[test]
fn the_spelling_of_the_live_answer_is_read_too() {
    let mut body = created_answer();
    let id = body.as_object_mut().unwrap().remove("IdProcesso").unwrap();
    body["idProcesso"] = id;
    body["destinatarios"][0]["configuracoesAnexos"] = Value::Null;
    body["destinatarios"][0]["anexos"] = Value::Null;
    assert_eq!(sent(example_order(), &body).reference.as_deref(), Some(PROCESS));
}

#[test]
fn nothing_is_asked_for_when_the_answer_told_every_signer() {
    let account = account(json!({}));
    let case = Case::sent(example_order());
    assert_eq!(case.prepared(&*account, 1), Prepared::Known(StepOutput::default()));
}

#[test]
fn signers_are_found_by_contact_and_turn_and_not_by_place() {
    let entry = |id: &str, turn: u64, contact: &str| json!({ "idProcessoDestinatario": id, "ordem": turn, "formaEnvio": contact });
    let mut body = created_answer();
    body["destinatarios"] = json!([entry("id-bruno", 2, "BRUNO@example.com"), entry("id-ana", 1, "ana@example.com")]);
    let output = sent(two_turns(), &body);
    assert_eq!((linked_as(&output, 1), linked_as(&output, 2)), (Some("id-ana"), Some("id-bruno")));

    let twice =
        order(vec![signer("Ana Souza", "ana@example.com"), recipient(Role::Signer, "Ana Souza", "ana@example.com", 2)]);
    body["destinatarios"] = json!([entry("id-second", 2, "ana@example.com"), entry("id-first", 1, "ana@example.com")]);
    let output = sent(twice, &body);
    assert_eq!((linked_as(&output, 1), linked_as(&output, 2)), (Some("id-first"), Some("id-second")));
}

#[test]
fn a_telephone_number_is_known_with_and_without_the_country() {
    for told in ["+5531999998888", "5531999998888", "(31) 99999-8888"] {
        let mut order = example_order();
        order.recipients[0].spec.delivery = Some(Delivery::Whatsapp);
        order.recipients[0].spec.phone = Some("+5531999998888".parse().unwrap());
        let mut body = created_answer();
        body["destinatarios"][0]["formaEnvio"] = json!(told);
        assert_eq!(linked_as(&sent(order, &body), 1), Some(ANA), "{told}");
    }
}

#[test]
fn another_number_of_documents_is_a_difference() {
    let body =
        with(created_answer(), json!({ "documentos": [{ "id": DOCUMENT, "ordem": 1 }, { "id": "x", "ordem": 2 }] }));
    let differences = sent(example_order(), &body).reading.unwrap().differences.unwrap();
    assert_eq!(differences[0].pointer, "/documents");
}

fn with_link() -> (Order, Value) {
    let mut order = two_turns();
    order.recipients[0].spec.delivery = Some(Delivery::None);
    let entry = |id: &str, turn: u64, contact: &str| json!({ "idProcessoDestinatario": id, "ordem": turn, "formaEnvio": contact, "linkProcesso": format!("https://sign.arqsign.test/{id}") });
    let destinatarios = json!([entry("a", 1, "ana@example.com"), entry("b", 2, "bruno@example.com")]);
    (order, with(created_answer(), json!({ "destinatarios": destinatarios })))
}

#[test]
fn a_link_is_kept_for_the_signer_to_whom_the_caller_shows_it() {
    let (order, body) = with_link();
    let output = done(Case::new(order).created(&*account(json!({ "send_api_version": "v3" })), &answer(&body)));
    let links: Vec<_> = output.reading.unwrap().recipients.into_iter().map(|r| r.signing_url).collect();
    assert_eq!(links, [Some("https://sign.arqsign.test/a".to_owned()), None]);
}

#[test]
fn a_link_that_was_lost_with_its_answer_needs_a_person() {
    let account = account(json!({ "send_api_version": "v3" }));
    let (order, body) = with_link();
    let list = signers(2, "Aguardando", vec![listed("a", "ana@example.com", 1), listed("b", "bruno@example.com", 2)]);
    let mut case = Case::new(order);
    case.outputs.insert("create_and_send".to_owned(), StepOutput::reference(PROCESS));
    let notes = |case: &Case| done(case.linked(&*account, &answer(&list))).reading.unwrap().notes;
    let codes: Vec<_> = notes(&case).into_iter().map(|n| n.code).collect();
    assert_eq!(codes, [AttentionCode::RecipientUnreachable]);
    let output = done(case.created(&*account, &answer(&body)));
    case.outputs.insert("create_and_send".to_owned(), output);
    assert_eq!(notes(&case), []);
}

#[test]
fn the_list_of_signers_links_them_and_is_read_at_the_same_time() {
    let account = account(json!({}));
    let case = Case::new(example_order());
    let list = signers(2, "Aguardando", vec![listed(ANA, "ana@example.com", 1)]);
    let output = done(case.linked(&*account, &answer(&list)));
    assert_eq!(linked_as(&output, 1), Some(ANA));
    let reading = output.reading.unwrap();
    assert_eq!((reading.state, reading.differences), (Some(SubmissionState::Sent), Some(vec![])));
}

#[test]
fn a_process_that_is_not_there_yet_is_asked_for_again_and_later_missed() {
    let account = account(json!({}));
    let case = Case::new(example_order());
    let gone = refusal(400, "O(s) id(s) listado(s) não existe(m): idProcesso");
    let at_once = refused(account.reply(&case.step(&*account, 1), &case.view(), &moment(), &gone));
    assert_eq!((at_once.class, at_once.retry_after), (Class::ProviderUnavailable, Some(Duration::from_secs(5))));
    let later = done(case.linked(&*account, &gone)).reading.unwrap();
    assert_eq!(later.notes[0].code, AttentionCode::ProviderTransactionMissing);
}

#[test]
fn a_live_process_is_not_refused_because_its_signers_cannot_be_listed() {
    let account = account(json!({}));
    let case = Case::new(example_order());
    let odd = done(case.linked(&*account, &refusal(422, "Alguma coisa.")));
    assert_eq!(odd.reading.unwrap().state, None);
    assert_eq!(refused(case.linked(&*account, &refusal(401, "Acesso não autorizado."))).class, Class::Authentication);
    assert_eq!(refused(case.linked(&*account, &Reply::new(503, ""))).class, Class::ProviderUnavailable);
}

#[test]
fn an_answer_that_does_not_tell_leaves_the_sending_in_doubt() {
    let account = account(json!({}));
    let case = Case::new(example_order());
    for (reply, code) in [
        (Reply::new(500, ""), "http_500"),
        (refusal(500, "Erro interno."), "http_500"),
        (Reply::new(502, "<html>bad gateway</html>"), "http_502"),
        (Reply::new(503, ""), "http_503"),
        (Reply::new(504, ""), "http_504"),
        (Reply::new(408, ""), "http_408"),
        (Reply::new(302, ""), "http_302"),
        (Reply::new(200, "<html>"), "unreadable"),
        (Reply::new(200, r#"{"IdProcesso":"eaf44"#), "unreadable"),
        (Reply::new(200, "{}"), "no_id"),
        (Reply::new(200, r#"{"IdProcesso":null,"documentos":[]}"#), "no_id"),
        (Reply::new(200, "[]"), "no_id"),
    ] {
        let doubt = unknown(case.created(&*account, &reply));
        assert_eq!(doubt.code.unwrap(), format!("enviar-documento-para-assinar/{code}"));
    }
}

#[test]
fn a_refusal_ends_the_sending_without_doubt() {
    let account = account(json!({}));
    let case = Case::new(example_order());
    for status in [400, 401, 403, 404, 409, 413, 422, 429] {
        let outcome = case.created(&*account, &Reply::new(status, ""));
        assert!(matches!(outcome, Outcome::Refused(_)), "{status}");
    }
}

#[test]
fn any_success_is_a_success() {
    let account = account(json!({}));
    for status in [200, 201, 202] {
        let output =
            done(Case::new(example_order()).created(&*account, &Reply::new(status, created_answer().to_string())));
        assert_eq!(output.reference.as_deref(), Some(PROCESS));
    }
}
