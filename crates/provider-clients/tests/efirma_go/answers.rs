//! Every example answer of the contract, and the lifecycle of section 5.

use domain::attention::AttentionCode;
use domain::envelope::Role;
use domain::facts::Reading;
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::provider::StatusPage;
use serde_json::{Value, json};

use crate::support::{
    Case, OPERATION, account, answer, done, example_order, json_of, listed, listed_document, moment, order, recipient,
    refused, signer, stage,
};

fn states(reading: &Reading) -> Vec<Option<RecipientStatus>> {
    reading.recipients.iter().map(|r| r.status).collect()
}

#[test]
fn the_example_of_a_success() {
    let reply = answer(&json!({
        "id_operacion": "123456789999999", "estado_operacion": "0000",
        "mensaje_operacion": "El proceso de creación del documento se ha realizado con éxito."
    }));
    let output = done(Case::new(example_order()).answered(&*account(json!({})), &reply));
    assert_eq!(output.reference.as_deref(), Some("123456789999999"));
}

#[test]
fn the_example_of_a_failure() {
    let reply = answer(&json!({
        "estado_operacion": "0014", "mensaje_operacion": "El valor “email_destinatario” no es válido."
    }));
    let refusal = refused(Case::new(example_order()).answered(&*account(json!({})), &reply));
    assert_eq!(refusal.code, "enviar_documento/0014");
    assert_eq!(refusal.message, "El valor “email_destinatario” no es válido.");
    let places: Vec<&str> = refusal.blames.iter().map(|b| b.pointer.as_str()).collect();
    assert_eq!(places, ["/recipients/0/email", "/recipients/1/email"]);
}

#[test]
fn the_example_of_a_search() {
    let reply = answer(&json!({
        "estado_operacion": "0000",
        "mensaje_operacion": "El proceso se ha realizado con éxito",
        "listado_documentos": [{
            "estado": "FIRMADO",
            "destinatarios": [
                { "nombre_apellidos": "Jesús Sánchez Alonso", "email": "jesus@example.com", "telefono": "+34677777777", "bloqueado": 0, "activo": 1, "tipo": "Firmante", "firmado": 1 }
            ],
            "nombre_documento": "Contrato 300.pdf",
            "url_documento": "https://app.efirma.es/viewer?d=4f1c",
            "url_certificado": "http://app.efirma.es/viewer?c=4f1c",
            "campos_clave": [{ "rubrica_submission": "sub_01j8z3k5m2e0q9v7w6x5y4z3a2" }],
            "CSV": "AAAA-BBBB-CCCC-DDDD-EEEE",
            "id_operacion": "123456789999999"
        }],
        "siguiente_pagina": "https://api.efirma.es/descargar_documento/2",
        "total_busqueda": "10"
    }));
    let case = Case::new(order(vec![signer("Jesús Sánchez Alonso", "jesus@example.com")]));
    let StatusPage { readings, next } = done(case.polled(&*account(json!({})), &reply));
    let reading = &readings[0].1;
    assert_eq!(readings[0].0, case.view().id);
    assert_eq!(reading.state, Some(SubmissionState::Finalizing));
    assert_eq!((reading.vendor_status.as_str(), reading.acted), ("FIRMADO", true));
    assert_eq!(reading.details["verification_code"], "AAAA-BBBB-CCCC-DDDD-EEEE");
    assert_eq!(states(reading), [Some(RecipientStatus::Completed)]);
    assert_eq!(
        json!(reading.recipients[0].vendor),
        json!({ "active": true, "blocked": false, "signed": true, "type": "Firmante" })
    );
    assert_eq!(reading.artifacts.len(), 2);
    assert!(reading.notes.is_empty());
    let next = next.unwrap();
    assert_eq!(next.call.url.as_str(), "https://api.efirma.es/descargar_documentos/2");
    assert_eq!((next.page, next.covers), (2, vec![case.view().id]));
    assert_eq!(json_of(&next.call)["id_operacion"], json!([OPERATION]));
}

#[test]
fn every_word_for_a_document_has_its_state() {
    let account = account(json!({}));
    let cases = [
        ("EN PROCESO", Some(SubmissionState::InProgress)),
        ("FIRMADO", Some(SubmissionState::Finalizing)),
        ("RECHAZADO", Some(SubmissionState::Declined)),
        ("ANULADO", Some(SubmissionState::Canceled)),
        ("CADUCADO", None),
        ("", None),
    ];
    for (word, state) in cases {
        let reading = Case::new(example_order()).read(&*account, json!([listed_document(word)]));
        assert_eq!((reading.state, reading.vendor_status.as_str()), (state, word));
        let unknown = reading.notes.iter().any(|note| note.code == AttentionCode::UnknownProviderStatus);
        assert_eq!(unknown, state.is_none(), "{word}");
    }
}

#[test]
fn nobody_acted_is_sent_and_somebody_acted_is_in_progress() {
    let account = account(json!({}));
    let mut listed = listed_document("EN PROCESO");
    listed["destinatarios"][0]["firmado"] = json!(0);
    let reading = Case::new(example_order()).read(&*account, json!([listed]));
    assert_eq!((reading.state, reading.acted), (Some(SubmissionState::Sent), false));
    listed["destinatarios"][1]["revisado"] = json!(1);
    let reading = Case::new(example_order()).read(&*account, json!([listed]));
    assert_eq!((reading.state, reading.acted), (Some(SubmissionState::InProgress), true));
}

/// Signers A and B (one of them suffices), then signer C with a copy D, then approver E.
fn in_turns() -> Case {
    let mut order = order(vec![
        signer("A", "a@example.com"),
        signer("B", "b@example.com"),
        recipient(Role::Signer, "C", "c@example.com", 2),
        recipient(Role::Copy, "D", "d@example.com", 2),
        recipient(Role::Approver, "E", "e@example.com", 3),
    ]);
    order.spec.stages = vec![stage(1, None, Some(1), None)];
    Case::new(order)
}

fn turns(estado: &str, acted: &str) -> Vec<Option<RecipientStatus>> {
    let person = |name: &str, tipo: &str| {
        let flag = u8::from(acted.contains(name));
        let word = if tipo == "Revisor" { "revisado" } else { "firmado" };
        json!({ "email": format!("{}@example.com", name.to_lowercase()), "tipo": tipo, "bloqueado": 0, "activo": 1, word: flag })
    };
    let people: Vec<Value> =
        [("A", "Firmante"), ("B", "Firmante"), ("C", "Firmante"), ("D", "Copia"), ("E", "Revisor")]
            .map(|(name, tipo)| person(name, tipo))
            .to_vec();
    let document = json!({ "id_operacion": OPERATION, "estado": estado, "destinatarios": people });
    states(&in_turns().read(&*account(json!({})), json!([document])))
}

#[test]
fn recipients_wait_for_their_turn_and_are_skipped_only_when_the_document_is_signed() {
    use RecipientStatus::{Completed, Created, Sent, Skipped};
    assert_eq!(turns("EN PROCESO", ""), [Sent, Sent, Created, Created, Created].map(Some));
    // The minimum of the first turn is reached: the second is invited, and B can still sign.
    assert_eq!(turns("EN PROCESO", "A"), [Completed, Sent, Sent, Sent, Created].map(Some));
    assert_eq!(turns("EN PROCESO", "AC"), [Completed, Sent, Completed, Sent, Sent].map(Some));
    assert_eq!(turns("FIRMADO", "ACE"), [Completed, Skipped, Completed, Completed, Completed].map(Some));
}

#[test]
fn a_refusal_or_annulment_leaves_those_who_did_not_act_as_they_are() {
    for word in ["RECHAZADO", "ANULADO"] {
        assert_eq!(turns(word, "A"), [Some(RecipientStatus::Completed), None, None, None, None], "{word}");
    }
    assert_eq!(turns("QUIZÁS", "A"), [Some(RecipientStatus::Completed), None, None, None, None]);
}

#[test]
fn a_copy_that_is_not_listed_is_completed_with_the_document() {
    let order = order(vec![signer("A", "a@example.com"), recipient(Role::Copy, "B", "b@example.com", 1)]);
    let document = json!({
        "id_operacion": OPERATION, "estado": "FIRMADO",
        "destinatarios": [{ "email": "a@example.com", "tipo": "Firmante", "firmado": 1 }]
    });
    let reading = Case::new(order).read(&*account(json!({})), json!([document]));
    assert_eq!(states(&reading), [Some(RecipientStatus::Completed); 2]);
}

#[test]
fn of_a_signer_who_is_not_listed_nothing_is_said() {
    let document = json!({ "id_operacion": OPERATION, "estado": "FIRMADO", "destinatarios": [] });
    let reading = Case::new(example_order()).read(&*account(json!({})), json!([document]));
    assert!(reading.recipients.is_empty());
}

#[test]
fn recipients_are_matched_by_address_in_any_case_of_letters_and_by_role() {
    let order = order(vec![signer("A", "Ana@Example.com"), recipient(Role::Approver, "B", "ana@example.com", 1)]);
    let document = json!({
        "id_operacion": OPERATION, "estado": "EN PROCESO",
        "destinatarios": [
            { "email": "ANA@example.COM", "tipo": "Revisor", "revisado": 1 },
            { "email": "ana@example.com", "tipo": "Firmante", "firmado": 0 },
            { "email": "stranger@example.com", "tipo": "Firmante", "firmado": 1 }
        ]
    });
    let reading = Case::new(order).read(&*account(json!({ "allow_duplicate_email": true })), json!([document]));
    assert_eq!(states(&reading), [Some(RecipientStatus::Sent), Some(RecipientStatus::Completed)]);
}

#[test]
fn documents_that_nobody_asked_for_and_ids_that_are_missing_tell_nothing() {
    let account = account(json!({}));
    let mut stranger = listed_document("FIRMADO");
    stranger["id_operacion"] = json!("1");
    let page = done(Case::new(example_order()).polled(&*account, &listed(json!([stranger]))));
    assert!(page.readings.is_empty());
    let page = done(Case::new(example_order()).polled(&*account, &listed(json!([]))));
    assert!(page.readings.is_empty() && page.next.is_none());
}

#[test]
fn a_poll_asks_for_many_documents_at_once_and_for_those_with_a_reference_only() {
    let account = account(json!({}));
    let mut without = Case::new(example_order());
    without.reference = None;
    let with = Case::new(example_order());
    let views = [with.view(), without.view(), with.view()];
    let requests = account.status_requests(&views, &moment()).unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].page, 1);
    assert_eq!(requests[0].call.url.as_str(), "https://api.efirma.es/descargar_documentos/1");
    assert_eq!(
        json_of(&requests[0].call),
        json!({
            "private_key": "test-private-key-0001", "cif_desarrollador": "A23433211", "cif_cliente": "A77445566",
            "id_operacion": [OPERATION, OPERATION]
        })
    );
    assert!(account.status_requests(&[without.view()], &moment()).unwrap().is_empty());
}

#[test]
fn the_example_of_a_search_of_signed_documents() {
    let reply = answer(&json!({
        "estado_operacion": "0000",
        "mensaje_operacion": "El proceso se ha realizado con éxito",
        "listado_documentos": [
            { "url_documento": "https://app.efirma.es/viewer?d=4f1c", "url_certificado": "http://app.efirma.es/viewer?c=4f1c", "campos_clave": [{ "rubrica_submission": "sub_01j8z3k5m2e0q9v7w6x5y4z3a2" }], "CSV": "AAAA-BBBB-CCCC-DDDD-EEEE", "id_operacion": "123456789999999" }
        ],
        "siguiente_pagina": "https://api.efirma.es/descargar_documentos_firmados/2",
        "total_busqueda": "10"
    }));
    assert_eq!(
        done(account(json!({})).operation_reply("search_signed_documents", &reply)),
        json!({
            "documents": [{
                "operation_id": "123456789999999",
                "key_fields": { "rubrica_submission": "sub_01j8z3k5m2e0q9v7w6x5y4z3a2" },
                "document_url": "https://app.efirma.es/viewer?d=4f1c",
                "certificate_url": "http://app.efirma.es/viewer?c=4f1c",
                "verification_code": "AAAA-BBBB-CCCC-DDDD-EEEE"
            }],
            "next_page": 2,
            "total": 10
        })
    );
}

#[test]
fn the_example_of_a_query() {
    let reply = answer(&json!([
        {
            "id_operacion": "123456789999999", "estado_operacion": "OK",
            "url_documento_firmado": "https://app.efirma.es/viewer?d=4f1c",
            "destinatarios": [
                { "nombre_apellidos": "Jesús Sánchez Alonso", "email": "jesus@example.com", "telefono": "+34677777777", "bloqueado": "0", "activo": "1", "firmado": "1", "tipo": "firmante" },
                { "nombre_apellidos": "Máximo López", "email": "maximo@example.com", "telefono": "", "bloqueado": "0", "activo": "1", "revisado": "1", "tipo": "revisor" }
            ]
        },
        { "id_operacion": "1122334455", "estado_operacion": "KO", "url_documento_firmado": "", "destinatarios": [] }
    ]));
    assert_eq!(
        done(account(json!({})).operation_reply("query_documents", &reply)),
        json!({ "documents": [
            {
                "operation_id": "123456789999999", "state": "signed", "status": "OK",
                "recipients": [
                    { "acted": true, "blocked": false, "active": true, "name": "Jesús Sánchez Alonso", "email": "jesus@example.com", "phone": "+34677777777", "type": "firmante" },
                    { "acted": true, "blocked": false, "active": true, "name": "Máximo López", "email": "maximo@example.com", "type": "revisor" }
                ],
                "document_url": "https://app.efirma.es/viewer?d=4f1c"
            },
            { "operation_id": "1122334455", "state": "in_process", "status": "KO", "recipients": [] }
        ] })
    );
}

#[test]
fn the_other_words_of_a_query_are_states_and_an_unknown_id_is_not_found() {
    let element = |word: &str| json!({ "id_operacion": "1", "estado_operacion": word, "destinatarios": [] });
    let account = account(json!({}));
    for (word, state) in [
        ("OK", json!("signed")),
        ("KO", json!("in_process")),
        ("Anulado", json!("canceled")),
        ("Rechazado", json!("declined")),
        ("0001", json!("not_found")),
        ("Quizás", Value::Null),
    ] {
        let told = done(account.operation_reply("query_documents", &answer(&json!([element(word)]))));
        assert_eq!((&told["documents"][0]["state"], &told["documents"][0]["status"]), (&state, &json!(word)));
    }
}

#[test]
fn the_example_of_a_signer() {
    let reply = answer(&json!({
        "estado_operacion": "0000", "mensaje_operacion": "El proceso se ha realizado con éxito.",
        "usuario": { "nombre": "Pedro", "apellido1": "José", "apellido2": "Ramón", "email": "usuario@example.com", "telefono": "+34612345667", "terminal_corporativo": "Si", "terminal_web": "Si", "terminal_personal": "Si" }
    }));
    let signer = json!({
        "given_name": "Pedro", "family_name": "José", "second_family_name": "Ramón", "email": "usuario@example.com",
        "phone": "+34612345667", "terminals": { "web": true, "personal": true, "corporate": true }
    });
    let account = account(json!({}));
    assert_eq!(done(account.operation_reply("get_signer", &reply)), json!({ "signer": signer }));
    assert_eq!(done(account.operation_reply("upsert_signer", &reply)), json!({ "signer": signer }));
    let short = crate::support::coded("0000", "El proceso se ha realizado con éxito.");
    assert_eq!(done(account.operation_reply("upsert_signer", &short)), json!({}));
}

#[test]
fn the_example_of_a_client() {
    let reply = answer(&json!({
        "estado_operacion": "0000", "mensaje_operacion": "El proceso se ha realizado con éxito.",
        "cliente": { "cif": "A77445566", "nombre": "Cliente A", "email": "cliente@cliente.example", "direccion": "Calle Altamira nº1", "provincia": "Almería", "poblacion": "Almería" }
    }));
    assert_eq!(
        done(account(json!({})).operation_reply("get_client", &reply)),
        json!({ "client": {
            "address": "Calle Altamira nº1", "email": "cliente@cliente.example", "name": "Cliente A",
            "province": "Almería", "tax_id": "A77445566", "town": "Almería"
        } })
    );
}

#[test]
fn the_example_of_marking() {
    let reply =
        answer(&json!({ "estado_operacion": "0000", "mensaje_operacion": "El proceso se ha realizado con éxito" }));
    assert_eq!(done(account(json!({})).operation_reply("mark_documents_downloaded", &reply)), json!({}));
}
