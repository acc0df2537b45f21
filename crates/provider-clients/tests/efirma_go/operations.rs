//! The vendor's own operations: inputs and results are typed, and the types are kept.

use provider_clients::efirma_go::EfirmaGo;
use provider_clients::provider::{OperationSpec, Provider, Unbuildable};
use provider_clients::schema;
use serde_json::{Value, json};

use crate::support::{account, answer, coded, done, json_of, listed, listed_document, moment};

fn operation(name: &str) -> OperationSpec {
    EfirmaGo::new().profile().operations.iter().find(|o| o.name == name).unwrap().clone()
}

/// The address and the vendor's JSON of an operation, less who calls.
fn call(settings: Value, name: &str, input: Value) -> (String, Value) {
    assert_eq!(schema::check(&operation(name).input, &input, ""), [], "{name}");
    let call = account(settings).operation_request(name, &input, &moment()).unwrap();
    let mut json = json_of(&call);
    let members = json.as_object_mut().unwrap();
    assert_eq!(members.remove("private_key"), Some(json!("test-private-key-0001")));
    assert_eq!(members.remove("cif_cliente"), Some(json!("A77445566")));
    let developer = members.remove("cif_desarrollador");
    assert_eq!(developer.is_some(), name != "query_documents");
    (call.url.path().to_owned(), json)
}

#[test]
fn every_operation_of_the_contract_is_there() {
    let profile = EfirmaGo::new();
    let names: Vec<(&str, bool)> = profile.profile().operations.iter().map(|o| (o.name, o.changes)).collect();
    assert_eq!(
        names,
        [
            ("search_documents", false),
            ("search_signed_documents", false),
            ("query_documents", false),
            ("mark_documents_downloaded", true),
            ("get_signer", false),
            ("upsert_signer", true),
            ("get_client", false),
        ]
    );
}

#[test]
fn a_search_sends_only_the_criteria_that_were_given() {
    assert_eq!(call(json!({}), "search_documents", json!({})), ("/descargar_documentos/1".to_owned(), json!({})));
    let (path, sent) = call(
        json!({}),
        "search_documents",
        json!({
            "page": 3, "key_fields": { "expediente": "1" }, "operation_ids": ["7", "8"],
            "verification_code": "AAAA", "downloaded": false, "states": ["signed", "declined"]
        }),
    );
    assert_eq!(path, "/descargar_documentos/3");
    assert_eq!(
        sent,
        json!({
            "campos_clave": { "expediente": "1" }, "id_operacion": ["7", "8"], "csv": "AAAA", "descargado": 0,
            "estados_documento": { "firmado": 1, "anulado": 0, "rechazado": 1 }
        })
    );
}

#[test]
fn a_search_of_signed_documents_needs_a_criterion_and_takes_one_id() {
    let (path, sent) =
        call(json!({}), "search_signed_documents", json!({ "operation_id": "7", "verification_code": "AAAA" }));
    assert_eq!(path, "/descargar_documentos_firmados/1");
    assert_eq!(sent, json!({ "id_operacion": "7", "CSV": "AAAA" }));
    for input in [json!({}), json!({ "page": 2 }), json!({ "operation_id": ["7"] })] {
        assert_ne!(schema::check(&operation("search_signed_documents").input, &input, ""), []);
    }
}

#[test]
fn a_query_always_says_whether_the_file_is_posted_again() {
    let (path, sent) = call(json!({}), "query_documents", json!({ "operation_ids": ["7"] }));
    assert_eq!(
        (path.as_str(), sent),
        ("/consultar_documento", json!({ "id_operacion": ["7"], "enviar_url_respuesta": 0 }))
    );
    let (_, sent) = call(json!({}), "query_documents", json!({ "operation_ids": ["7"], "redeliver": true }));
    assert_eq!(sent["enviar_url_respuesta"], 1);
}

#[test]
fn marking_and_reading_the_client_are_plain() {
    let (path, sent) = call(json!({}), "mark_documents_downloaded", json!({ "operation_ids": ["7", "8"] }));
    assert_eq!((path.as_str(), sent), ("/marcar_documento_descargado", json!({ "id_operacion": ["7", "8"] })));
    assert_eq!(call(json!({}), "get_client", json!({})), ("/api_get_cliente".to_owned(), json!({})));
}

#[test]
fn a_signer_is_read_by_address_or_by_identifier_but_not_by_both() {
    let (path, sent) = call(json!({}), "get_signer", json!({ "email": "a@example.com" }));
    assert_eq!((path.as_str(), sent), ("/api_get_firmante", json!({ "email_firmante": "a@example.com" })));
    let (_, sent) = call(json!({}), "get_signer", json!({ "identifier": "EMP-42" }));
    assert_eq!(sent, json!({ "identificador_firmante": "EMP-42" }));
    for input in [json!({}), json!({ "email": "a@example.com", "identifier": "EMP-42" })] {
        assert_ne!(schema::check(&operation("get_signer").input, &input, ""), []);
    }
}

#[test]
fn a_signer_is_changed_with_the_vendors_own_spelling_of_yes_and_no() {
    let (path, sent) = call(
        json!({}),
        "upsert_signer",
        json!({
            "email": "a@example.com",
            "signer": { "given_name": "Ana", "family_name": "Gómez", "phone": "+34677777777", "terminals": { "web": true, "corporate": false } }
        }),
    );
    assert_eq!(path, "/api_actualizar_firmante");
    assert_eq!(
        sent,
        json!({
            "email_firmante": "a@example.com",
            "usuario": {
                "nombre": "Ana", "apellido1": "Gómez", "email": "a@example.com", "telefono": "+34677777777",
                "terminal_web": "Si", "terminal_corporativo": "No"
            }
        })
    );
    let (_, sent) = call(
        json!({}),
        "upsert_signer",
        json!({ "email": "a@example.com", "signer": { "given_name": "Ana", "email": "b@example.com" } }),
    );
    assert_eq!(sent["usuario"], json!({ "nombre": "Ana", "email": "b@example.com" }));
}

#[test]
fn inputs_are_strict() {
    for spec in &EfirmaGo::new().profile().operations {
        let faults = schema::check(&spec.input, &json!({ "surprise": 1 }), "");
        assert!(faults.iter().any(|f| f.pointer == "/surprise"), "{}: {faults:?}", spec.name);
        let refused = account(json!({})).operation_request(spec.name, &json!({ "surprise": 1 }), &moment());
        let takes_nothing = spec.name == "get_client";
        assert!(matches!(refused, Err(Unbuildable::Refused(_))) || takes_nothing, "{}", spec.name);
    }
    assert!(matches!(
        account(json!({})).operation_request("enviar_documento", &json!({}), &moment()),
        Err(Unbuildable::Defect(_))
    ));
}

#[test]
fn results_satisfy_their_schemas() {
    let person = json!({ "nombre": "Ana", "email": "a@example.com", "terminal_web": "Si" });
    let with = |member: &str, value: Value| answer(&json!({ "estado_operacion": "0000", member: value }));
    let elements = json!([
        { "id_operacion": "1", "estado_operacion": "OK", "destinatarios": [{ "email": "a@example.com" }] },
        { "id_operacion": "2", "estado_operacion": "0001", "destinatarios": [] },
        { "id_operacion": "3", "estado_operacion": "Otro" }
    ]);
    let replies = [
        ("search_documents", listed(json!([listed_document("FIRMADO"), {}]))),
        ("search_signed_documents", listed(json!([{ "id_operacion": "1" }]))),
        ("query_documents", answer(&elements)),
        ("mark_documents_downloaded", coded("0000", "")),
        ("get_signer", with("usuario", person.clone())),
        ("get_signer", coded("0000", "")),
        ("upsert_signer", with("usuario", person)),
        ("upsert_signer", coded("0000", "")),
        ("get_client", with("cliente", json!({ "cif": "A", "nombre": "Cliente A" }))),
        ("get_client", coded("0000", "")),
    ];
    let account = account(json!({}));
    for (name, reply) in replies {
        let result = done(account.operation_reply(name, &reply));
        assert_eq!(schema::check(&operation(name).output, &result, ""), [], "{name}: {result}");
    }
}
