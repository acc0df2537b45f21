//! Section 9: one test for each quirk that breaks naive clients, numbered as there.

use domain::envelope::{Authentication, Role};
use domain::facts::ArtifactKind;
use domain::outcome::{Class, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::call::{Body, Part};
use provider_clients::provider::{CallbackRequest, Fetch, FetchHistory, LookUpPage, LookUpState, Taken};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    Case, OPERATION, account, answer, coded, done, example_order, json_of, listed, listed_document, moment, order,
    recipient, refused, signer, simple_order, submission_id, told, verifying,
};

#[test]
fn q01_the_json_is_a_form_field_and_never_the_raw_body() {
    let account = account(json!({ "exclusive_credentials": true }));
    let case = Case::new(simple_order());
    let calls = [
        case.sending(&*account),
        case.look_up_call(&*account, &LookUpState::default()),
        verifying(&*account),
        account.after_collection(&["1"], &moment()).unwrap(),
        account.operation_request("query_documents", &json!({ "operation_ids": ["1"] }), &moment()).unwrap(),
    ];
    for call in calls {
        let Body::Multipart(parts) = &call.body else { panic!("{} is no form", call.endpoint) };
        assert!(matches!(&parts[0], Part::Json { name, .. } if name == "json"), "{}", call.endpoint);
    }
}

#[test]
fn q02_success_is_a_code_with_leading_zeros_and_not_the_http_status() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    assert_eq!(refused(case.answered(&*account, &coded("0004", ""))).class, Class::InvalidRequest);
    let number = answer(&json!({ "estado_operacion": 0, "id_operacion": 123456789999999_u64 }));
    assert_eq!(done(case.answered(&*account, &number)).reference.as_deref(), Some(OPERATION));
    let number = answer(&json!({ "estado_operacion": 14 }));
    assert_eq!(refused(case.answered(&*account, &number)).code, "enviar_documento/0014");
}

#[test]
fn q03_ko_is_a_state_where_documents_are_queried_and_a_failure_where_callbacks_are_answered() {
    let account = account(json!({}));
    let reply = answer(&json!([{ "id_operacion": "1", "estado_operacion": "KO" }]));
    assert_eq!(done(account.operation_reply("query_documents", &reply))["documents"][0]["state"], "in_process");
    let answer = account.callback_answer(&CallbackRequest::default(), Taken::NotStored);
    assert!(answer.body.contains(r#""KO""#) && answer.status == 503);
}

#[test]
fn q04_numbers_and_booleans_are_read_in_every_spelling() {
    let account = account(json!({}));
    for yes in [json!(1), json!("1"), json!(true), json!("true"), json!("Si"), json!("si"), json!("sí")] {
        let mut listed = listed_document("EN PROCESO");
        listed["destinatarios"][0]["firmado"] = yes.clone();
        let reading = Case::new(example_order()).read(&*account, json!([listed]));
        assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Completed), "{yes}");
    }
    for no in [json!(0), json!("0"), json!(false), json!("No"), json!("no"), json!(""), Value::Null] {
        let mut listed = listed_document("EN PROCESO");
        listed["destinatarios"][0]["firmado"] = no.clone();
        let reading = Case::new(example_order()).read(&*account, json!([listed]));
        assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Sent), "{no}");
    }
}

#[test]
fn q05_several_ids_are_an_array_and_the_search_of_signed_documents_takes_a_string() {
    let account = account(json!({}));
    let call = |name: &str, input: Value| json_of(&account.operation_request(name, &input, &moment()).unwrap());
    for name in ["search_documents", "mark_documents_downloaded", "query_documents"] {
        assert_eq!(call(name, json!({ "operation_ids": ["1", "2"] }))["id_operacion"], json!(["1", "2"]), "{name}");
    }
    assert_eq!(call("search_signed_documents", json!({ "operation_id": "1" }))["id_operacion"], "1");
}

#[test]
fn q06_key_fields_go_out_as_an_object_and_come_back_as_an_array_of_objects() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    assert!(case.sent(&*account)["campos_clave"].is_object());
    let id = submission_id().to_string();
    for shape in [
        json!([{ "a": "1" }, { "rubrica_submission": id }]),
        json!([{ "a": "1", "rubrica_submission": id }]),
        json!({ "a": "1", "rubrica_submission": id }),
    ] {
        let reply = listed(json!([{ "id_operacion": "9", "campos_clave": shape }]));
        let page = done(case.looked_up(&*account, &LookUpState::default(), &reply));
        assert!(matches!(page, LookUpPage::Answer(domain::protocol::LookedUp::Found { others: 0, .. })), "{shape}");
    }
}

#[test]
fn q07_the_address_of_the_next_page_is_misspelled_and_only_its_number_counts() {
    let (account, case) = (account(json!({})), Case::new(example_order()));
    let page = |next: Value| {
        answer(&json!({
            "estado_operacion": "0000", "listado_documentos": [listed_document("EN PROCESO")], "siguiente_pagina": next
        }))
    };
    let next = |next| done(case.polled(&*account, &page(next))).next.map(|n| n.call.url.to_string());
    let second = Some("https://api.efirma.es/descargar_documentos/2".to_owned());
    assert_eq!(next(json!("https://api.efirma.es/descargar_documento/2")), second);
    assert_eq!(next(json!("https://evil.example/descargar_documento/2/")), second);
    assert_eq!(next(json!("2")), second);
    for last in [Value::Null, json!(""), json!("https://api.efirma.es/descargar_documento/1"), json!("x/0")] {
        assert_eq!(next(last), None);
    }
    let missing = done(case.polled(&*account, &listed(json!([listed_document("EN PROCESO")]))));
    assert!(missing.next.is_none());
}

#[test]
fn q08_the_certificates_address_is_http_and_is_fetched_by_https() {
    let account = account(json!({}));
    let case = Case::new(example_order());
    let reading = case.read(&*account, json!([listed_document("FIRMADO")]));
    let evidence = reading.artifacts.iter().find(|a| a.kind == ArtifactKind::Evidence).unwrap();
    assert_eq!(evidence.source, "http://app.efirma.es/viewer?c=4f1c");
    let Fetch::Direct(call) = account.fetch(evidence, &case.view(), &moment(), &FetchHistory::default()).unwrap()
    else {
        panic!("not direct")
    };
    assert_eq!(call.url.as_str(), "https://app.efirma.es/viewer?c=4f1c");
}

#[test]
fn q09_the_verification_code_is_spelled_in_two_ways() {
    let account = account(json!({}));
    let call = |name: &str| {
        json_of(&account.operation_request(name, &json!({ "verification_code": "A" }), &moment()).unwrap())
    };
    assert_eq!(call("search_documents")["csv"], "A");
    assert_eq!(call("search_signed_documents")["CSV"], "A");
    let mut listed = listed_document("EN PROCESO");
    let members = listed.as_object_mut().unwrap();
    members.remove("CSV");
    members.insert("csv".to_owned(), json!("BBBB"));
    let reading = Case::new(example_order()).read(&*account, json!([listed]));
    assert_eq!(reading.details["verification_code"], "BBBB");
}

#[test]
fn q10_what_is_sent_is_valid_json_and_what_is_not_is_not_believed() {
    let (account, case) = (account(json!({ "form_encoding": "urlencoded" })), Case::new(simple_order()));
    let Body::Form(fields) = case.look_up_call(&*account, &LookUpState::default()).body else { panic!("no form") };
    assert!(serde_json::from_str::<Value>(&fields[0].1).is_ok());
    let example = r#"{ "estado_operacion": "0000", // "id_operacion": "1", }"#;
    assert!(matches!(case.answered(&*account, &Reply::new(200, example)), Outcome::Unknown(_)));
}

#[test]
fn q11_the_private_message_is_with_the_recipient_and_the_period_of_reminders_at_the_top() {
    let mut order = simple_order();
    order.recipients[0].spec.message = Some("Only for you.".to_owned());
    let sent = Case::new(order).sent(&*account(json!({})));
    assert_eq!(sent["bloques"][0]["destinatarios"][0]["mensaje_privado"], "Only for you.");
    assert!(sent.get("mensaje_privado").is_none());
    assert_eq!(sent["notificar_cada"], "-1");
    // The table requires the member, so it is there when it is empty.
    let sent = Case::new(simple_order())
        .sent(&*account(json!({ "nombre_remitente": "R", "email_remitente": "r@example.com" })));
    assert_eq!(sent["bloques"][0]["destinatarios"][0]["mensaje_privado"], "");
    assert_eq!((&sent["nombre_remitente"], &sent["email_remitente"]), (&json!("R"), &json!("r@example.com")));
}

#[test]
fn q12_roles_come_in_any_case_and_reviewers_have_another_word() {
    let account = account(json!({}));
    for (tipo, word) in [("Revisor", "revisado"), ("revisor", "revisado"), ("REVISOR", "firmado")] {
        let mut listed = listed_document("EN PROCESO");
        listed["destinatarios"][1] = json!({ "email": "maximo@example.com", "tipo": tipo, word: 1 });
        let reading = Case::new(example_order()).read(&*account, json!([listed]));
        assert_eq!(reading.recipients[1].status, Some(RecipientStatus::Completed), "{tipo} {word}");
    }
}

#[test]
fn q13_a_phone_of_more_than_twelve_characters_is_found_before_sending() {
    let mut order = simple_order();
    order.recipients[0].spec.phone = Some("+34677777777".parse().unwrap());
    assert!(told(&account(json!({})).check(&order)).is_empty());
    order.recipients[0].spec.phone = Some("+5511987654321".parse().unwrap());
    assert_eq!(told(&account(json!({})).check(&order)), ["error phone_too_long /recipients/0/phone"]);
}

#[test]
fn q14_a_person_who_is_known_otherwise_is_a_conflict() {
    let (account, case) = (account(json!({})), Case::new(example_order()));
    for code in ["0026", "0028"] {
        assert_eq!(refused(case.answered(&*account, &coded(code, ""))).class, Class::Conflict, "{code}");
    }
    // An identifier is sent only when the caller gives one.
    assert!(case.sent(&*account)["bloques"][0]["destinatarios"][0].get("identificador_destinatario").is_none());
}

#[test]
fn q15_a_client_that_does_not_exist_yet_does_not_fail_the_check_of_the_account() {
    let verified = done(account(json!({})).verify_reply(&coded("0005", "El cliente no existe.")));
    assert!(!verified.warnings.is_empty());
}

#[test]
fn q16_a_callback_is_answered_with_both_members_whatever_it_said() {
    let account = account(json!({}));
    let body: Value =
        serde_json::from_str(&account.callback_answer(&CallbackRequest::default(), Taken::Stored).body).unwrap();
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["id_operacion", "estado_operacion"]);
}

#[test]
fn q17_messages_are_not_compared() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for message in ["El cliente se encuentra no se encuentra activo.", "El cliente no está activo", ""] {
        assert_eq!(refused(case.answered(&*account, &coded("0034", message))).class, Class::Permission);
    }
}

#[test]
fn q18_the_query_of_documents_does_not_name_the_developer() {
    let account = account(json!({}));
    let call = account.operation_request("query_documents", &json!({ "operation_ids": ["1"] }), &moment()).unwrap();
    assert!(json_of(&call).get("cif_desarrollador").is_none());
    assert!(json_of(&verifying(&*account)).get("cif_desarrollador").is_some());
}

#[test]
fn answers_with_a_byte_order_mark_or_as_another_type_are_read() {
    let (account, case) = (account(json!({})), Case::new(example_order()));
    let body = format!(
        "\r\n \u{feff} {}\n",
        json!({ "estado_operacion": "0000", "listado_documentos": [listed_document("EN PROCESO")] })
    );
    let reply = Reply { content_type: Some("text/html".to_owned()), ..Reply::new(200, body) };
    assert_eq!(done(case.polled(&*account, &reply)).readings.len(), 1);
}

#[test]
fn lists_may_come_as_a_single_object() {
    let (account, case) = (account(json!({})), Case::new(example_order()));
    let mut document = listed_document("EN PROCESO");
    document["destinatarios"] = document["destinatarios"][0].clone();
    let reading = case.read(&*account, document);
    assert_eq!(reading.state, Some(SubmissionState::InProgress));
    let numbered = json!({ "0": listed_document("FIRMADO") });
    assert_eq!(case.read(&*account, numbered).state, Some(SubmissionState::Finalizing));
    let single = answer(&json!({ "id_operacion": "1", "estado_operacion": "OK", "destinatarios": [] }));
    assert_eq!(done(account.operation_reply("query_documents", &single))["documents"][0]["state"], "signed");
}

#[test]
fn access_codes_and_sms_checks_may_stand_together() {
    let mut spec = signer("Ana", "ana@example.com");
    spec.phone = Some("+34677777777".parse().unwrap());
    spec.authentication = vec![
        Authentication::AccessCode { code: Some("1234".to_owned()), delivery: None, phone: None, resend: false },
        Authentication::SmsOtp { phone: None },
    ];
    let order = order(vec![spec, recipient(Role::Copy, "B", "b@example.com", 1)]);
    let account = account(json!({}));
    assert!(told(&account.check(&order)).is_empty());
    let sent = Case::new(order).sent(&*account);
    let ana = &sent["bloques"][0]["destinatarios"][0];
    assert_eq!(
        (&ana["verificacion_identidad_sms_activo"], &ana["verificacion_identidad_codigo_activo"]),
        (&json!(1), &json!(1))
    );
}
