//! Correcting a person, and checking the credentials. Sections 3.7 and 3.8.

use domain::finding::Finding;
use provider_clients::provider::{Correction, Unbuildable};
use serde_json::{Value, json};

use crate::support::{
    Case, account, answer, any_call, coded, done, json_of, moment, order, recipient_id, signer, told, verifying,
};

fn case() -> Case {
    let mut ana = signer("Ana Gómez", "ana@example.com");
    ana.given_name = Some("Ana".to_owned());
    ana.family_name = Some("Gómez".to_owned());
    ana.phone = Some("+34677777777".parse().unwrap());
    Case::new(order(vec![signer("Jesús", "jesus@example.com"), ana]))
}

fn correct(correction: Correction) -> Result<Value, Vec<Finding>> {
    let account = account(json!({}));
    match account.correct_request(recipient_id(2), &correction, &case().view(), &moment()) {
        Ok(call) => {
            assert_eq!(call.url.as_str(), "https://api.efirma.es/api_actualizar_firmante");
            Ok(json_of(&call))
        }
        Err(Unbuildable::Refused(findings)) => Err(findings),
        Err(other) => panic!("{other}"),
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_new_address_goes_to_the_person_with_the_old_one() {
    let sent = correct(Correction { email: text("ana.gomez@example.com"), ..Correction::default() }).unwrap();
    assert_eq!(sent["email_firmante"], "ana@example.com");
    assert_eq!(
        sent["usuario"],
        json!({ "nombre": "Ana", "apellido1": "Gómez", "email": "ana.gomez@example.com", "telefono": "+34677777777" })
    );
}

#[test]
fn a_new_whole_name_leaves_no_old_surname_beside_it() {
    let sent = correct(Correction { name: text("Ana Ruiz"), ..Correction::default() }).unwrap();
    assert_eq!(sent["usuario"]["nombre"], "Ana Ruiz");
    assert_eq!(sent["usuario"]["apellido1"], "");
    let sent = correct(Correction { family_name: text("Ruiz"), ..Correction::default() }).unwrap();
    assert_eq!((&sent["usuario"]["nombre"], &sent["usuario"]["apellido1"]), (&json!("Ana"), &json!("Ruiz")));
}

#[test]
fn what_the_vendor_would_refuse_is_refused_with_its_place() {
    let findings = correct(Correction {
        name: text(" "),
        family_name: Some("x".repeat(256)),
        email: text("nobody"),
        phone: text("+3467777777788"),
        ..Correction::default()
    })
    .unwrap_err();
    assert_eq!(
        told(&findings),
        [
            "error blank /recipients/1/name",
            "error too_long /recipients/1/family_name",
            "error email_invalid /recipients/1/email",
            "error phone_too_long /recipients/1/phone",
        ]
    );
    let findings = correct(Correction { phone: text("677 77 77"), ..Correction::default() }).unwrap_err();
    assert_eq!(told(&findings), ["error phone_invalid /recipients/1/phone"]);
}

#[test]
fn both_shapes_of_the_answer_to_a_correction_are_accepted() {
    let (account, case) = (account(json!({})), case());
    let with_person = answer(&json!({ "estado_operacion": "0000", "usuario": { "nombre": "Ana" } }));
    for reply in [coded("0000", "El proceso se ha realizado con éxito."), with_person] {
        done(account.correct_reply(recipient_id(2), &case.view(), &any_call(), &moment(), &reply));
    }
}

#[test]
fn verify_reads_the_client_and_tells_what_differs() {
    let account = account(json!({}));
    let call = verifying(&*account);
    assert_eq!(call.url.as_str(), "https://api.efirma.es/api_get_cliente");
    let client = |email: &str| {
        answer(&json!({
            "estado_operacion": "0000", "mensaje_operacion": "El proceso se ha realizado con éxito.",
            "cliente": { "cif": "A77445566", "nombre": "Cliente A", "email": email, "direccion": "Calle Altamira nº1", "provincia": "Almería", "poblacion": "Almería" }
        }))
    };
    let verified = done(account.verify_reply(&client("CLIENTE@cliente.example")));
    assert!(verified.warnings.is_empty());
    assert_eq!(
        json!(verified.details),
        json!({
            "address": "Calle Altamira nº1", "email": "CLIENTE@cliente.example", "name": "Cliente A",
            "province": "Almería", "tax_id": "A77445566", "town": "Almería"
        })
    );
    let verified = done(account.verify_reply(&client("other@cliente.example")));
    assert_eq!(verified.warnings, ["The provider has another value for the setting email_cliente."]);
}

#[test]
fn a_client_that_the_first_document_will_create_is_a_warning_and_no_failure() {
    let verified = done(account(json!({})).verify_reply(&coded("0005", "El cliente no existe.")));
    assert_eq!(verified.warnings.len(), 1);
}
