//! Every answer of the contract's examples, and what becomes of it. Section 3.

use chrono::DateTime;
use domain::attention::AttentionCode;
use domain::outcome::Outcome;
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    CONTRACT, Case, account, creation, detail_of, done, double_order, error, recipient_id, refused, row, simple_order,
    success, unknown,
};

#[test]
fn a_creation_gives_the_contracts_id_and_what_signers_are_to_pay() {
    let account = account(json!({}));
    let output = done(Case::fresh(simple_order()).answered(&*account, "create_contract", &success(201, creation())));
    assert_eq!(output.reference.as_deref(), Some("daa84a29-e800-4115-abad-066971118ccf"));
    assert_eq!(output.values["owner_id"], "20");
    let reading = output.reading.unwrap();
    assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(SubmissionState::Submitting), "CREATED"));
    assert_eq!(reading.occurred_at, "2022-08-04T03:56:20.594852Z".parse::<DateTime<chrono::Utc>>().ok());
    assert_eq!(reading.details["payment"], "PENDING");
    assert_eq!(reading.details["contract_type_fee_id"], 28);
    let [recipient] = reading.recipients.as_slice() else { panic!("one signer") };
    assert_eq!((recipient.recipient, recipient.status), (recipient_id(1), Some(RecipientStatus::Created)));
    assert_eq!(
        recipient.vendor["amounts"],
        json!({ "amount": "8815.00", "iva": "1675.00", "notary": "4000.00", "total": "14490.00", "portion": "100" })
    );
    assert_eq!(recipient.vendor.get("payment"), None, "that is an amount here and no word");
}

#[test]
fn a_creation_in_another_shape_is_in_doubt_because_it_may_have_happened() {
    let account = account(json!({}));
    let case = Case::fresh(simple_order());
    for message in [json!([]), json!({}), json!("created"), json!([{}, []]), Value::Null] {
        let doubt = unknown(case.answered(&*account, "create_contract", &success(201, message.clone())));
        assert_eq!(doubt.code.as_deref(), Some("create_contract/201"), "{message}");
    }
    let alone = creation()[0].clone();
    let output = done(case.answered(&*account, "create_contract", &success(201, alone)));
    assert!(output.reference.is_some(), "the contract without its signers is enough");
}

#[test]
fn the_owners_list_is_noted_before_a_creation() {
    let account = account(json!({}));
    let mut case = Case::fresh(simple_order());
    case.done("resolve_fee", &[("fee_id", "53")]);
    let listed = json!([{
        "sContractID": "257c3419-f15a-489f-bd4b-580109ee58c9", "sOwnerType": "NATURAL", "iContractTypeFeeID": 53,
        "sStatus": "CREATED", "sPaymentStatus": "PENDING", "iPaymentService": 0, "iContractOwner": 1,
        "dContractDT": "2021-12-10 05:29:11", "iSignedCount": 2, "NumeroFirmantes": 0, "withDocument": 1,
        "sTipoFirma": "FIRMA CON PROTOCOLIZACION NOTARIAL", "sClaseContrato": "INMOBILIARIO",
        "sTipoContrato": "CONTRATO DE ARIENDO", "Monto": "19980.00"
    }]);
    let output = done(case.answered(&*account, "snapshot_owner", &success(200, listed.clone())));
    assert_eq!(output.reference, None, "none of them is the submission's");
    assert_eq!(output.values["owner"], "20");
    assert_eq!(output.values["known"], r#"["257c3419-f15a-489f-bd4b-580109ee58c9"]"#);
    assert_eq!(output.values["at"], "1970-01-01T00:00:00+00:00");
    case.done("resolve_fee", &[("fee_id", "28")]);
    let output = done(case.answered(&*account, "snapshot_owner", &success(200, listed)));
    assert_eq!(output.values["known"], "[]", "it has another price row and can never be taken for the new one");
}

#[test]
fn a_file_list_is_kept_in_the_vendors_order() {
    let account = account(json!({}));
    let case = Case::created(double_order());
    let list = json!([
        { "contractID": CONTRACT, "document": "b.pdf", "url": "b.pdf", "description": "NA", "orden": 1 },
        { "contractID": CONTRACT, "document": "a_767036093.pdf", "url": "a_767036093.pdf", "description": "NA", "orden": 0 }
    ]);
    let output = done(case.answered(&*account, "list_files/2", &success(200, list)));
    assert_eq!(output.values["names"], r#"["a_767036093.pdf","b.pdf"]"#);
    let output = done(case.answered(&*account, "list_files/0", &success(200, json!([]))));
    assert_eq!(output.values["names"], "[]");
}

#[test]
fn uploads_joinings_and_deletions_give_nothing_but_success() {
    let account = account(json!({}));
    let case = Case::created(double_order());
    for (step, code) in [("upload_document/1", 200), ("merge", 207), ("delete_contract", 204)] {
        let output = done(case.answered(&*account, step, &success(code, json!({}))));
        assert_eq!(output, domain::steps::StepOutput::default(), "{step}");
    }
    assert_eq!(account.cancel_reply(&case.view(), &success(204, json!({}))), Outcome::Done(()));
    assert_eq!(account.cancel_reply(&case.view(), &Reply::new(204, "")), Outcome::Done(()), "a real 204");
    assert_eq!(account.cancel_reply(&case.view(), &error(404, "Contract not found.")), Outcome::Done(()), "it is gone");
}

/// The contract's example of 3.17, with its tokens.
fn mailing(status: &str) -> Value {
    json!({
        "msg": format!("email-doc: {CONTRACT}"), "ok_count": 1, "fail_count": 0,
        "info_detail": [{
            "full_name": "Jose Perez", "email": "jose@example.cl", "status_mail": status,
            "info_mail": {
                "info": "Correo de Jose Perez fue enviado satisfactoriamente", "result": {},
                "tok": {
                    "download": "0031a25e7fc91", "agree": "97ac7ce3dedc73", "disagree": "ea6ed3ae5d0",
                    "st_down": { "status": "sucess", "result": null }, "st_ag": { "status": "sucess", "result": null },
                    "st_disag": { "status": "sucess", "result": null }
                }
            }
        }]
    })
}

#[test]
fn a_mailed_draft_is_with_its_signers_and_its_tokens_are_kept_nowhere() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let output = done(case.answered(&*account, "send_draft", &success(207, mailing("success"))));
    assert_eq!(output.reference, None);
    let reading = output.reading.clone().unwrap();
    assert_eq!(reading.state, Some(SubmissionState::Sent));
    assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Sent));
    assert!(reading.notes.is_empty());
    let kept = serde_json::to_string(&output).unwrap();
    for token in ["0031a25e7fc91", "97ac7ce3dedc73", "ea6ed3ae5d0"] {
        assert!(!kept.contains(token));
    }
}

#[test]
fn a_draft_that_could_not_be_mailed_to_one_goes_on_with_the_others() {
    let account = account(json!({}));
    let case = Case::created(double_order());
    let mut told = mailing("success");
    (told["ok_count"], told["fail_count"]) = (json!(1), json!(1));
    let failed = json!({ "full_name": "Ana Diaz", "email": "ANA@example.cl", "status_mail": "error" });
    told["info_detail"].as_array_mut().unwrap().push(failed);
    let reading = done(case.answered(&*account, "send_draft", &success(207, told))).reading.unwrap();
    let states: Vec<_> = reading.recipients.iter().map(|r| r.status).collect();
    assert_eq!(states, [Some(RecipientStatus::Sent), Some(RecipientStatus::Failed)]);
    assert_eq!(reading.state, Some(SubmissionState::Sent));
    let [note] = reading.notes.as_slice() else { panic!("one note") };
    assert_eq!(note.code, AttentionCode::RecipientUnreachable);
    assert!(note.detail.contains(&recipient_id(2).to_string()) && !note.detail.contains("example.cl"));
}

#[test]
fn a_mailing_that_lists_nobody_reached_everybody() {
    let account = account(json!({}));
    let case = Case::created(double_order());
    let reading = done(case.answered(&*account, "send_draft", &success(207, json!({})))).reading.unwrap();
    assert_eq!(reading.recipients.len(), 2);
    assert!(reading.recipients.iter().all(|r| r.status == Some(RecipientStatus::Sent)));
}

#[test]
fn the_price_row_of_the_catalogue_is_taken() {
    let account = account(json!({ "contract_type_id": 1 }));
    let mut order = simple_order();
    order.spec.provider_options.clear();
    let case = Case::fresh(order);
    let rows = json!([row(1, 1, "CONTRATO DE ARIENDO", "SIGNATURE", 1)]);
    let output = done(case.answered(&*account, "resolve_fee", &success(200, rows)));
    assert_eq!(output.reference, None);
    assert_eq!((output.values["fee_id"].as_str(), output.values["amount"].as_str()), ("1", "1990.00"));
}

#[test]
fn a_contracts_detail_tells_its_state_its_signers_and_its_price() {
    let account = account(json!({}));
    let mut detail = detail_of("APPROVED");
    detail["firmantes"][0]["download_draft"] = json!("SUCCESS");
    detail["firmantes"][0]["agree_draft"] = json!("SUCCESS");
    detail["firmantes"][0]["disagree_draft"] = json!("DISABLE");
    let reading = Case::created(simple_order()).read(&*account, detail);
    assert_eq!((reading.state, reading.vendor_status.as_str()), (Some(SubmissionState::InProgress), "APPROVED"));
    assert!(reading.acted && reading.pending_result != Some(true) && reading.artifacts.is_empty());
    let [jose] = reading.recipients.as_slice() else { panic!("one signer") };
    assert_eq!((jose.recipient, jose.status), (recipient_id(1), Some(RecipientStatus::Viewed)));
    assert_eq!(
        serde_json::to_value(&jose.vendor).unwrap(),
        json!({
            "status": "NOTHING", "agreed": true, "payment": "PAYOUT",
            "amounts": {
                "amount": "8815.00", "iva": "1675.00", "notary": "4000.00", "total": "14490.00", "portion": "100.00"
            }
        })
    );
    assert_eq!(
        serde_json::to_value(&reading.details).unwrap(),
        json!({
            "payment": "PAIDOUT", "amount": "8815.00", "modal": "SIGNATURE_CERT_NOTARIAL",
            "signature_kind": "FIRMA CON CERTIFICACION NOTARIAL", "contract_type": "PROMESA DE COMPRAVENTA",
            "internal_id": "AP211", "contract_type_fee_id": 28
        })
    );
    assert_eq!(reading.differences, Some(Vec::new()), "the vendor holds what was asked");
}

#[test]
fn the_notarys_register_number_is_shown() {
    let account = account(json!({}));
    for name in ["Repertorio", "repertorio"] {
        let mut detail = detail_of("IN_NOTARY");
        detail["contrato"][0].as_object_mut().unwrap().remove("Repertorio");
        detail["contrato"][0][name] = json!("1234-2026");
        let reading = Case::created(simple_order()).read(&*account, detail);
        assert_eq!(reading.details["repertorio"], "1234-2026");
    }
}

#[test]
fn the_contract_of_a_detail_may_be_an_object() {
    let mut detail = detail_of("REVIEW");
    detail["contrato"] = detail["contrato"][0].clone();
    let reading = Case::created(simple_order()).read(&*account(json!({})), detail);
    assert_eq!(reading.state, Some(SubmissionState::Sent));
}

#[test]
fn a_detail_without_a_contract_tells_nothing() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    for message in [json!({}), json!({ "contrato": [] })] {
        let refusal = refused(case.polled(&*account, &success(200, message)).map(|_| ()));
        assert_eq!(refusal.code, "contract_detail/no_contract");
    }
}

#[test]
fn a_contract_that_the_vendor_does_not_know_has_no_reading() {
    let page = done(Case::created(simple_order()).polled(&*account(json!({})), &error(404, "Contract not found.")));
    assert!(page.readings.is_empty() && page.next.is_none());
}
