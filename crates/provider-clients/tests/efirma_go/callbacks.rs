//! Reception of a signed document. Section 4.

use std::collections::BTreeMap;

use provider_clients::provider::{CallbackReading, CallbackRequest, Taken};
use serde_json::{Value, json};

use crate::support::{OPERATION, account, called_back, stored};

fn delivery(json: &str) -> CallbackRequest {
    CallbackRequest {
        fields: BTreeMap::from([("json".to_owned(), json.to_owned())]),
        files: BTreeMap::from([("archivo".to_owned(), stored())]),
        ..CallbackRequest::default()
    }
}

fn about(request: &CallbackRequest) -> (String, String, bool) {
    match called_back(&*account(json!({})), request) {
        CallbackReading::About(about) => (about.reference.unwrap(), about.word, about.delivered.is_some()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_delivery_names_the_operation_the_word_and_the_file() {
    let request = delivery(r#"{"id_operacion":"123456789999999","estado":"FIRMADO"}"#);
    assert_eq!(about(&request), (OPERATION.to_owned(), "FIRMADO".to_owned(), true));
}

#[test]
fn another_word_is_kept_but_its_file_is_not_taken_for_the_signed_document() {
    let request = delivery(r#"{"id_operacion":"123456789999999","estado":"RECHAZADO"}"#);
    assert_eq!(about(&request), (OPERATION.to_owned(), "RECHAZADO".to_owned(), false));
}

#[test]
fn numbers_a_byte_order_mark_and_letters_in_any_case_are_read() {
    let request = delivery("\u{feff}{\"id_operacion\":123456789999999,\"estado\":\"Firmado\"}");
    assert_eq!(about(&request), (OPERATION.to_owned(), "Firmado".to_owned(), true));
}

#[test]
fn other_encodings_of_the_form_are_read_too() {
    let raw =
        CallbackRequest { body: r#"{"id_operacion":"1","estado":"FIRMADO"}"#.into(), ..CallbackRequest::default() };
    assert_eq!(about(&raw), ("1".to_owned(), "FIRMADO".to_owned(), false));
    let urlencoded = CallbackRequest {
        body: "json=%7B%22id_operacion%22%3A%221%22%2C%22estado%22%3A%22FIRMADO%22%7D".into(),
        ..CallbackRequest::default()
    };
    assert_eq!(about(&urlencoded), ("1".to_owned(), "FIRMADO".to_owned(), false));
    let fields = CallbackRequest {
        fields: BTreeMap::from([("id_operacion".to_owned(), "1".to_owned()), ("estado".to_owned(), "X".to_owned())]),
        ..CallbackRequest::default()
    };
    assert_eq!(about(&fields), ("1".to_owned(), "X".to_owned(), false));
}

#[test]
fn what_names_no_operation_is_unreadable() {
    for json in ["", "no json", "[]", r#"{"estado":"FIRMADO"}"#, r#"{"id_operacion":""}"#] {
        let reading = called_back(&*account(json!({})), &delivery(json));
        assert!(matches!(reading, CallbackReading::Unreadable { .. }), "{json}");
    }
    let empty = CallbackRequest::default();
    assert!(matches!(called_back(&*account(json!({})), &empty), CallbackReading::Unreadable { .. }));
}

#[test]
fn the_vendor_is_told_ok_once_the_delivery_is_stored_and_ko_when_it_is_not() {
    let account = account(json!({}));
    let request = delivery(r#"{"id_operacion":"123456789999999","estado":"FIRMADO"}"#);
    for (taken, status, word) in [(Taken::Stored, 200, "OK"), (Taken::NotStored, 503, "KO")] {
        let answer = account.callback_answer(&request, taken);
        assert_eq!((answer.status, answer.content_type), (status, "application/json"));
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body, json!({ "id_operacion": OPERATION, "estado_operacion": word }));
    }
    let unreadable = account.callback_answer(&CallbackRequest::default(), Taken::Stored);
    assert_eq!(unreadable.status, 200);
    assert!(unreadable.body.contains(r#""estado_operacion":"OK""#));
}
