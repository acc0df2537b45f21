//! Canceling, reminding, correcting. Sections 2.6 and 2.7.

use domain::envelope::{Authentication, Delivery};
use domain::facts::{Reading, RecipientReading};
use domain::finding::Finding;
use domain::outcome::{Class, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use domain::values::{NationalId, NationalIdType};
use provider_clients::call::{Body, Call, Method};
use provider_clients::provider::{Account, Correction, Moment, Then, Unbuildable};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    ANA, Case, PROCESS, account, answer, at, done, example_order, json_of, moment, recipient_id, refusal, refused,
};

fn case() -> Case {
    Case::sent(example_order())
}

fn correct(account: &dyn Account, case: &Case, number: usize, correction: &Correction) -> Result<Call, Unbuildable> {
    account.correct_request(recipient_id(number), correction, &case.view(), &moment())
}

fn corrected(account: &dyn Account, case: &Case, correction: &Correction) -> Value {
    json_of(&correct(account, case, 1, correction).unwrap())
}

fn remind(account: &dyn Account, case: &Case) -> Result<Call, Unbuildable> {
    account.remind_request(&[], &case.view(), &moment())
}

fn told<T: std::fmt::Debug>(result: Result<T, Unbuildable>) -> Vec<String> {
    match result {
        Err(Unbuildable::Refused(findings)) => {
            findings.iter().map(|f: &Finding| format!("{} {}", f.code, f.pointer)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn name(name: &str) -> Correction {
    Correction { name: Some(name.to_owned()), ..Correction::default() }
}

fn email(email: &str) -> Correction {
    Correction { email: Some(email.to_owned()), ..Correction::default() }
}

fn phone(phone: &str) -> Correction {
    Correction { phone: Some(phone.to_owned()), ..Correction::default() }
}

#[test]
fn a_cancellation_has_no_body_unless_the_account_says_so() {
    let case = case();
    let call = account(json!({})).cancel_request(&case.view(), Some("reason"), &moment()).unwrap();
    assert_eq!(
        (call.method, call.url.path()),
        (Method::Patch, &*format!("/api/v1/processo/{PROCESS}/cancelar-processo"))
    );
    assert_eq!(call.body, Body::Empty);
    let object =
        account(json!({ "cancel_body": "empty_object" })).cancel_request(&case.view(), None, &moment()).unwrap();
    assert_eq!(object.body, Body::Json(json!({})));
}

#[test]
fn every_answer_to_a_cancellation() {
    let account = account(json!({}));
    let case = case();
    let outcome = |reply: &Reply| account.cancel_reply(&case.view(), reply);
    assert_eq!(outcome(&Reply::new(200, "\"Documento cancelado com sucesso\"")), Outcome::Done(()));
    assert_eq!(outcome(&Reply::new(200, "Documento cancelado com sucesso")), Outcome::Done(()));
    assert_eq!(outcome(&Reply::new(204, "")), Outcome::Done(()));
    assert_eq!(outcome(&refusal(422, "Documento cancelado.")), Outcome::Done(()), "it was canceled before");
    for (status, text, class) in [
        (422, "Documento concluído.", Class::Conflict),
        (422, "Documento com status \"Criado\".", Class::Conflict),
        (422, "Outra coisa.", Class::Conflict),
        (400, "Documento excluído.", Class::NotFound),
        (400, "O(s) id(s) listado(s) não existe(m): idProcesso", Class::NotFound),
        (401, "Acesso não autorizado.", Class::Authentication),
        (400, "Algum parâmetro está incorreto ou é inexistente.", Class::InvalidRequest),
    ] {
        let refusal = refused(outcome(&refusal(status, text)));
        assert_eq!((refusal.class, refusal.code), (class, format!("cancelar-processo/http_{status}")), "{text}");
    }
    for status in [500, 502, 504] {
        assert!(matches!(outcome(&Reply::new(status, "")), Outcome::Unknown(_)), "{status}");
    }
}

#[test]
fn a_reminder_is_a_bare_empty_array() {
    let account = account(json!({}));
    let case = case();
    let call = remind(&*account, &case).unwrap();
    assert_eq!(
        (call.method, call.url.path()),
        (Method::Patch, &*format!("/api/v2/processo/{PROCESS}/reenviar-processo"))
    );
    assert_eq!(call.body, Body::Json(json!([])));
    let body = json!([{ "idProcessoDestinatario": ANA, "ordem": 1, "formaEnvioProcesso": "ana@example.com", "nome": "Ana Souza",
        "anexos": [{ "idConfiguracaoAnexo": "7f0e", "nomeAnexo": "RG frente" }] }]);
    assert_eq!(done(account.remind_reply(&case.view(), &call, &moment(), &answer(&body))), Then::Done);
    let unclear = account.remind_reply(&case.view(), &call, &moment(), &Reply::new(500, ""));
    assert!(matches!(unclear, Outcome::Unknown(_)), "everybody may have been notified");
    let wrong = refused(account.remind_reply(&case.view(), &call, &moment(), &refusal(422, "Documento concluído.")));
    assert_eq!((wrong.class, wrong.code.as_str()), (Class::Conflict, "reenviar-processo/http_422"));
}

#[test]
fn a_reminder_must_not_kill_a_link_that_was_given_out() {
    let mut case = case();
    case.order.recipients[0].spec.delivery = Some(Delivery::None);
    let careful = account(json!({ "send_api_version": "v3" }));
    assert_eq!(told(remind(&*careful, &case)), ["signing_link_would_die /recipients/0/delivery"]);
    assert_eq!(
        told(correct(&*careful, &case, 1, &name("Ana Maria"))),
        ["signing_link_would_die /recipients/0/delivery"]
    );
    let bold = account(json!({ "send_api_version": "v3", "resend_invalidates_links": false }));
    assert!(remind(&*bold, &case).is_ok());
    case.last = Some(Reading {
        recipients: vec![RecipientReading::of(recipient_id(1), Some(RecipientStatus::Completed))],
        ..Reading::of(Some(SubmissionState::InProgress), "Em processo")
    });
    assert!(remind(&*careful, &case).is_ok(), "the link has been used");
}

#[test]
fn a_correction_names_the_signer_and_only_what_changes() {
    let account = account(json!({}));
    let case = case();
    assert_eq!(
        corrected(&*account, &case, &name("Ana Maria")),
        json!([{ "idProcessoDestinatario": ANA, "nome": "Ana Maria" }])
    );
    assert_eq!(
        corrected(&*account, &case, &email("ana.maria@example.com")),
        json!([{ "idProcessoDestinatario": ANA, "idFormaEnvioProcesso": 1, "email": "ana.maria@example.com" }])
    );
    let call = correct(&*account, &case, 1, &name("Ana Maria")).unwrap();
    assert_eq!(call.url.path(), format!("/api/v2/processo/{PROCESS}/reenviar-processo"));
}

#[test]
fn a_name_that_was_filled_in_is_corrected_there_too() {
    let mut case = case();
    case.order.recipients[0].spec.national_id = NationalId::new(NationalIdType::Cpf, "529.982.247-25", None).ok();
    let entry = |key: &str, must: bool| {
        let mut holder = json!({ "nome": "Ana Maria", "numeroDocumento": "52998224725" });
        holder[key] = json!(must);
        json!([{ "idProcessoDestinatario": ANA, "nome": "Ana Maria", "dadosAssinatura": { "signatario": holder } }])
    };
    assert_eq!(corrected(&*account(json!({})), &case, &name("Ana Maria")), entry("validar", false));
    case.order.recipients[0].spec.provider_options.insert("arqsign".to_owned(), json!({ "validar_documento": true }));
    let other = account(json!({ "resend_validate_key": "validarDocumento" }));
    assert_eq!(corrected(&*other, &case, &name("Ana Maria")), entry("validarDocumento", true));
}

#[test]
fn whoever_is_reached_by_whatsapp_is_corrected_there() {
    let mut case = case();
    case.order.recipients[0].spec.delivery = Some(Delivery::Whatsapp);
    case.order.recipients[0].spec.phone = Some("+5531999998888".parse().unwrap());
    let body = |account: &dyn Account| corrected(account, &case, &phone("+5531977776666"));
    assert_eq!(
        body(&*account(json!({}))),
        json!([{ "idProcessoDestinatario": ANA, "idFormaEnvioProcesso": 2, "telefone": "+5531977776666" }])
    );
    assert_eq!(body(&*account(json!({ "phone_format": "digits" })))[0]["telefone"], "5531977776666");
}

#[test]
fn an_access_code_follows_the_address_that_it_goes_to() {
    let account = account(json!({}));
    let code = |delivery| {
        vec![Authentication::AccessCode { code: Some("1234".to_owned()), delivery, phone: None, resend: false }]
    };
    let mut case = case();
    case.order.recipients[0].spec.authentication = code(Some(Delivery::Email));
    assert_eq!(
        corrected(&*account, &case, &email("a@example.com")),
        json!([{ "idProcessoDestinatario": ANA, "idFormaEnvioProcesso": 1, "email": "a@example.com",
                 "idMeioEnvioCodigoSeguranca": 3, "emailSeguranca": "a@example.com" }])
    );
    for (delivery, channel) in [(Delivery::Sms, 1), (Delivery::Whatsapp, 2)] {
        case.order.recipients[0].spec.authentication = code(Some(delivery));
        assert_eq!(
            corrected(&*account, &case, &phone("+5531977776666")),
            json!([{ "idProcessoDestinatario": ANA, "idMeioEnvioCodigoSeguranca": channel, "telefoneSeguranca": "+5531977776666" }])
        );
    }
}

#[test]
fn what_cannot_be_corrected_is_told_before_a_call() {
    let account = account(json!({}));
    let case = case();
    assert_eq!(told(correct(&*account, &case, 2, &name("X"))), ["correct_unsupported /recipients/1"]);
    assert_eq!(told(correct(&*account, &case, 1, &phone("+5531977776666"))), ["nothing_to_correct /recipients/0"]);
    assert_eq!(told(correct(&*account, &case, 1, &name(&"x".repeat(151)))), ["too_long /recipients/0/name"]);
    let long = format!("{}@example.com", "x".repeat(150));
    assert_eq!(told(correct(&*account, &case, 1, &email(&long))), ["too_long /recipients/0/email"]);
    let parts = Correction { given_name: Some("Ana".to_owned()), ..Correction::default() };
    assert_eq!(told(correct(&*account, &case, 1, &parts)), ["name_parts_unsupported /recipients/0/given_name"]);
    let unlinked = Case::new(example_order());
    assert_eq!(told(correct(&*account, &unlinked, 1, &name("X"))), ["recipient_not_linked /recipients/0"]);
    assert!(matches!(correct(&*account, &case, 9, &name("X")), Err(Unbuildable::Defect(_))));
}

#[test]
fn a_signer_is_known_by_the_last_reading_too() {
    let mut case = Case::new(example_order());
    let mut told = RecipientReading::of(recipient_id(1), None);
    told.vendor.insert("id".to_owned(), json!("id-read"));
    case.last = Some(Reading { recipients: vec![told], ..Reading::of(Some(SubmissionState::Sent), "Aguardando") });
    assert_eq!(corrected(&*account(json!({})), &case, &name("X"))[0]["idProcessoDestinatario"], "id-read");
}

#[test]
fn a_refused_correction_points_at_its_recipient() {
    let account = account(json!({}));
    let case = case();
    let call = correct(&*account, &case, 1, &email("x@example.com")).unwrap();
    let outcome = |reply: &Reply| account.correct_reply(recipient_id(1), &case.view(), &call, &moment(), reply);
    assert_eq!(done(outcome(&Reply::new(200, "[]"))), Then::Done);
    let wrong = refused(outcome(&refusal(400, "E-mail inválido.")));
    assert_eq!((wrong.class, wrong.blames[0].pointer.as_str()), (Class::InvalidRequest, "/recipients/0/email"));
    assert!(matches!(outcome(&Reply::new(502, "")), Outcome::Unknown(_)));
}

#[test]
fn nothing_can_be_done_with_a_process_that_has_no_id() {
    let account = account(json!({}));
    let mut case = Case::new(example_order());
    case.reference = None;
    assert!(matches!(remind(&*account, &case), Err(Unbuildable::Defect(_))));
    assert!(matches!(account.cancel_request(&case.view(), None, &moment()), Err(Unbuildable::Defect(_))));
    assert!(account.status_requests(&[case.view()], &moment()).unwrap().is_empty());
}

#[test]
fn a_process_that_was_just_created_may_be_unknown_for_a_while() {
    let account = account(json!({}));
    let case = case();
    let call = remind(&*account, &case).unwrap();
    let class = |now, text: &str| {
        let moment = Moment { now, ..moment() };
        let refusal = refusal(400, text);
        let reminded = refused(account.remind_reply(&case.view(), &call, &moment, &refusal));
        let corrected = refused(account.correct_reply(recipient_id(1), &case.view(), &call, &moment, &refusal));
        assert_eq!(reminded.class, corrected.class);
        reminded.class
    };
    let gone = "O(s) id(s) listado(s) não existe(m): idProcesso";
    assert_eq!(class(at("1970-01-01T00:00:59Z"), gone), Class::ProviderUnavailable);
    assert_eq!(class(at("1970-01-01T00:01:00Z"), gone), Class::NotFound);
    assert_eq!(class(at("1970-01-01T00:00:59Z"), "Documento excluído."), Class::NotFound);
}
