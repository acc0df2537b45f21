//! Section 7: one test for each quirk that breaks naive clients, numbered as there.

use domain::outcome::Class;
use domain::states::SubmissionState;
use provider_clients::call::Body;
use provider_clients::provider::{Fetch, FetchHistory, Launch};
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    Case, OPERATION, SIGNATURE, account, answer, answer_with, cancelled, certificate_data, done, failed_file, finished,
    finished_with, moment, no_operation_data, refused, result, signed_by, signed_file, simple_order, unknown,
};

#[test]
fn q01_a_status_tells_neither_success_nor_failure_where_a_code_does() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let refused_with_200 = answer(&json!({ "documentId": null, "errorCode": "9002" }));
    assert_eq!(refused(case.answered(&*account, "add_file/1", &refused_with_200)).class, Class::InvalidRequest);
    let reading = case.read(&*account, &[finished(), no_operation_data()]);
    assert_eq!(reading.state, Some(SubmissionState::Sent), "the success-shaped body of a 400 is no result");
}

#[test]
fn q02_codes_are_texts_sometimes_numbers_and_sometimes_http_statuses() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for code in [json!("9001"), json!(9001), json!(" 9001 ")] {
        let refusal = refused(case.answered(&*account, "add_file/1", &answer(&json!({ "errorCode": code }))));
        assert_eq!(refusal.code, "addOperationFile/9001");
    }
    assert_eq!(
        refused(case.answered(&*account, "add_file/1", &answer(&json!({ "errorCode": "401" })))).class,
        Class::Authentication
    );
    let mut file = failed_file(1, "");
    file["errorCode"] = json!(105);
    assert!(case.read(&*account, &[finished(), result(&[file])]).used_up);
}

#[test]
fn q03_parameters_are_texts_and_page_zero_means_every_page() {
    let mut order = simple_order();
    order.recipients[0].spec.fields = vec![crate::support::field(1, 1, 10.0, 10.0)];
    order
        .spec
        .provider_options
        .insert("viafirma".to_owned(), json!({ "stamp": { "pages": "all", "rotation": 90, "hide_status": false } }));
    let sent = Case::new(order).sent(&*account(json!({ "include_timestamp": true })), "add_file/1");
    let parameters = sent["operationFile"]["signaturePolicy"]["parameters"].as_object().unwrap().clone();
    assert!(parameters.values().all(Value::is_string), "{parameters:?}");
    assert_eq!(parameters["DIGITAL_SIGN_PAGE"], "0");
    assert_eq!(parameters["DIGITAL_SIGN_STAMPER_HIDE_STATUS"], "false");
    assert!(serde_json::from_str::<Value>(parameters["DIGITAL_SIGN_RECTANGLE"].as_str().unwrap()).unwrap().is_object());
}

#[test]
fn q04_the_case_of_formats_is_part_of_the_value_and_that_of_operators_a_setting() {
    let mut order = simple_order();
    for format in ["PAdES_BASIC", "PAdES_BES", "PAdES_EPES", "PDF_PKCS7", "PDF_PKCS7_T"] {
        order.spec.provider_options.insert("viafirma".to_owned(), json!({ "signature_format": format }));
        let sent = Case::new(order.clone()).sent(&*account(json!({})), "add_file/1");
        assert_eq!(sent["operationFile"]["signaturePolicy"]["signatureFormat"], format);
    }
    for (setting, written) in [("upper", "CONTAINS"), ("lower", "contains")] {
        let account = account(json!({ "filter_operator_case": setting }));
        assert_eq!(
            Case::unprepared(simple_order()).sent(&*account, "prepare")["numberUserIdFilter"]["operator"],
            written
        );
    }
}

#[test]
fn q05_opening_and_adding_are_services_of_different_names() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    assert!(case.call(&*account, "prepare").url.path().ends_with("/services/prepareparallelsignature"));
    assert!(case.call(&*account, "add_file/1").url.path().ends_with("/services/preparesignature/addOperationFile"));
}

#[test]
fn q06_the_opening_call_may_answer_json_or_a_bare_id() {
    let (account, case) = (account(json!({})), Case::unprepared(simple_order()));
    for body in [format!("{{\"operationId\":\"{OPERATION}\"}}"), OPERATION.to_owned()] {
        let output = done(case.answered(&*account, "prepare", &Reply::new(200, body)));
        assert_eq!(output.values["operation_id"], OPERATION);
    }
}

#[test]
fn q07_several_ids_in_one_are_the_other_flows_so_that_here_an_id_is_one_id() {
    let account = account(json!({}));
    let mut file = signed_file(1);
    file["signatureId"] = json!("VIAF-1;VIAF-2");
    let case = Case::new(simple_order());
    let offer = case.read(&*account, &[finished(), result(&[file])]).artifacts.remove(0);
    let Fetch::Direct(call) = account.fetch(&offer, &case.view(), &moment(), &FetchHistory::default()).unwrap() else {
        panic!("not fetched")
    };
    assert!(call.url.path().ends_with("/v/VIAF-1%3BVIAF-2"), "{}", call.url);
}

#[test]
fn q08_a_signatures_id_is_a_secret() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let reading = case.read(&*account, &[finished(), result(&[signed_file(1)])]);
    for offer in &reading.artifacts {
        assert!(!offer.key().contains(SIGNATURE) && !offer.filename.contains(SIGNATURE));
        let Fetch::Direct(call) = account.fetch(offer, &case.view(), &moment(), &FetchHistory::default()).unwrap()
        else {
            panic!("not fetched")
        };
        assert!(!call.shown_url().contains(SIGNATURE));
    }
    let shown = format!("{:?} {:?} {}", reading.details, reading.recipients, reading.vendor_status);
    assert!(!shown.contains(SIGNATURE));
}

#[test]
fn q09_nothing_is_deleted_by_reading_and_an_operations_id_is_a_secret() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let first = case.question(&*account, 60);
    let second = done(case.told(&*account, &first, 60, &finished())).next.unwrap();
    for question in [&first, &second] {
        assert!(!question.call.url.as_str().contains("delete"));
        assert!(!question.call.shown_url().contains(OPERATION) && !question.about.contains(OPERATION));
    }
    let output = done(case.answered(&*account, "prepare", &answer(&json!({ "operationId": OPERATION }))));
    assert!(!output.reference.unwrap().contains(OPERATION), "callers are shown the reference");
}

#[test]
fn q10_the_certificates_data_may_be_null_and_its_members_vary() {
    let account = account(json!({ "require_identity_confirmation": false }));
    let case = Case::new(simple_order());
    for certificate in [Value::Null, json!({}), json!("x"), json!({ "isValidated": true })] {
        let reading = case.read(&*account, &[finished(), signed_by(certificate.clone())]);
        assert_eq!(reading.state, Some(SubmissionState::Finalizing), "{certificate}");
        assert_eq!(reading.recipients[0].certificate.is_some(), certificate.is_object());
    }
    let mut own = certificate_data();
    own["certificateProperties"]["2.5.4.97"] = json!("VATES-B12345674");
    let certificate = case.read(&*account, &[finished(), signed_by(own)]).recipients[0].certificate.clone().unwrap();
    assert_eq!(certificate.properties["certificate_properties"]["2.5.4.97"], "VATES-B12345674");
}

#[test]
fn q11_a_page_of_an_error_is_never_shown() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let page = || Reply::new(500, "<html>stack trace</html>");
    for step in ["prepare", "add_file/1", "finish"] {
        assert!(!format!("{:?}", unknown(case.answered(&*account, step, &page()))).contains("stack trace"), "{step}");
    }
    let refusal = refused(case.answered(&*account, "add_file/1", &Reply::new(400, "<html>stack trace</html>")));
    assert!(!refusal.message.contains("stack trace"));
    let reading = case.read(&*account, &[page()]);
    assert!(!format!("{reading:?}").contains("stack trace"));
}

#[test]
fn q12_the_link_is_for_a_page_and_never_a_signing_url() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let reading = done(case.answered(&*account, "finish", &Reply::new(200, ""))).reading.unwrap();
    assert!(reading.recipients.iter().all(|recipient| recipient.signing_url.is_none()));
    assert!(account.abilities().own_page);
    assert!(matches!(case.launch(&*account, 10), Launch::Ready { link } if link.starts_with("viafirmawpfclient://")));
}

#[test]
fn q13_a_large_file_is_streamed_into_the_json() {
    let call = Case::new(simple_order()).call(&*account(json!({})), "add_file/1");
    let Body::JsonWithFiles { template, files } = call.body else { panic!("the file is held in memory") };
    assert!(template.to_string().len() < 2_000 && files.len() == 1);
}

#[test]
fn q14_a_finished_operation_is_not_a_signed_one() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    assert_eq!(case.read(&*account, &[cancelled()]).state, Some(SubmissionState::Declined));
    let failed = case.read(&*account, &[finished_with("105"), no_operation_data()]);
    assert!(failed.used_up && !failed.acted);
    for yes in [json!(true), json!("true"), json!(1), json!("1"), json!("TRUE")] {
        let poll = answer(&json!({ "isFinished": yes, "isSignature": true, "isCancelled": yes }));
        assert_eq!(case.read(&*account, &[poll]).state, Some(SubmissionState::Declined), "{yes}");
    }
    for no in [json!(false), json!("false"), json!(0), Value::Null] {
        let poll = answer_with(200, &json!({ "isFinished": no, "isCancelled": true }));
        assert_eq!(case.read(&*account, &[poll]).vendor_status, "not_finished", "{no}");
    }
}
