//! Every code of section 2.10: its class and whom it blames where a file is refused, and what it means where an operation
//! ended with it. The tables are written from the contract's, one line each.

use domain::attention::AttentionCode;
use domain::outcome::{Class, Outcome};
use domain::states::SubmissionState;
use serde_json::json;

use crate::support::{Case, account, answer, done, failed_file, finished, refused, result, simple_order, unknown};

/// Codes with which a file is refused for good.
const REFUSALS: &[(&[u16], Class, &str)] = &[
    (&[2, 6, 7, 106], Class::Permission, "/credentials/api_key"),
    (&[3, 4009], Class::Authentication, "/credentials/api_key"),
    (&[4010], Class::Permission, "/credentials/api_key"),
    (&[4, 10, 9003, 9006, 4011], Class::NotFound, ""),
    (&[5], Class::ProviderError, ""),
    (&[8, 9, 11, 1001, 3001, 4007, 4008, 8001, 8002, 8003, 8005, 9002, 9005], Class::InvalidRequest, "/documents/0"),
    (&[9001, 4006], Class::InvalidRequest, "/documents/0"),
    (&[20, 102, 1200, 6000], Class::ProviderError, ""),
    (&[101, 104, 105, 107, 108, 111, 112, 135, 136], Class::Permission, "/credentials/api_key"),
    (&[4001, 4002, 4003, 4004, 4005], Class::ProviderError, ""),
    (&[8000, 8004, 9004], Class::ProviderError, ""),
    (&[1100], Class::ProviderError, ""),
    (&[9999, 12], Class::ProviderError, ""),
    // Values of HTTP occur as codes.
    (&[400], Class::InvalidRequest, "/documents/0"),
    (&[401], Class::Authentication, "/credentials/api_key"),
    (&[404], Class::NotFound, ""),
];

/// Codes after which a new operation may succeed.
const AGAIN: &[u16] = &[1, 103, 109, 130, 131, 132, 133, 134, 4000, 6001, 9000, 500, 503];

/// Codes of the signer's certificate.
const CERTIFICATE: &[u16] = &[2, 6, 7, 106, 101, 104, 105, 107, 108, 111, 112, 135, 136];

#[test]
fn every_code_of_a_refused_file_has_its_class_and_its_place() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for (codes, class, pointer) in REFUSALS {
        for code in *codes {
            let body = json!({ "documentId": null, "errorCode": code.to_string(), "errorMessage": "No es válido." });
            let refusal = refused(case.answered(&*account, "add_file/1", &answer(&body)));
            assert_eq!(refusal.class, *class, "{code}");
            assert_eq!(refusal.code, format!("addOperationFile/{code}"));
            assert_eq!(refusal.message, "No es válido.");
            assert_eq!(refusal.blames.first().map_or("", |blame| blame.pointer.as_str()), *pointer, "{code}");
        }
    }
}

#[test]
fn a_file_that_could_not_be_added_this_time_is_added_to_a_new_operation() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for code in AGAIN {
        let body = json!({ "documentId": null, "errorCode": code.to_string() });
        let doubt = unknown(case.answered(&*account, "add_file/1", &answer(&body)));
        assert_eq!(doubt.code, Some(format!("addOperationFile/{code}")));
    }
}

#[test]
fn states_on_the_way_are_no_failures() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for code in ["100", "121", "122", "123", "124"] {
        let body = json!({ "documentId": "1", "errorCode": code });
        assert_eq!(done(case.answered(&*account, "add_file/1", &answer(&body))).values["document_id"], "1");
        let mut file = crate::support::signed_file(1);
        file["errorCode"] = json!(code);
        let reading = case.read(&*account, &[finished(), result(&[file])]);
        assert_eq!(reading.state, Some(SubmissionState::Finalizing), "{code}");
    }
}

#[test]
fn every_code_of_an_ended_operation_says_what_follows() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let ended = |code: u16| {
        let reading = case.read(&*account, &[finished(), result(&[failed_file(1, &code.to_string())])]);
        let notes: Vec<_> = reading.notes.iter().map(|note| note.code).collect();
        (reading.state.unwrap(), reading.used_up, notes)
    };
    for code in CERTIFICATE {
        assert_eq!(ended(*code), (SubmissionState::Sent, true, vec![AttentionCode::SignerCertificate]), "{code}");
    }
    for code in AGAIN {
        assert_eq!(ended(*code), (SubmissionState::Sent, true, Vec::new()), "{code}");
    }
    for code in [50, 125] {
        assert_eq!(ended(code), (SubmissionState::Declined, false, Vec::new()), "{code}");
    }
    for code in [3, 4009, 4010, 401, 403] {
        assert_eq!(ended(code), (SubmissionState::Sent, true, vec![AttentionCode::AccountBlocked]), "{code}");
    }
    for code in [4, 10, 9003, 9006, 4011, 5, 8, 9, 11, 1001, 3001, 4007, 4008, 8001, 8002, 8003, 8005, 9002, 9005, 9001]
    {
        assert_eq!(ended(code), (SubmissionState::Failed, false, Vec::new()), "{code}");
    }
    for code in [4006, 20, 102, 1200, 6000, 4001, 4002, 4003, 4004, 4005, 8000, 8004, 9004, 1100, 9999] {
        assert_eq!(ended(code), (SubmissionState::Failed, false, Vec::new()), "{code}");
    }
}

#[test]
fn what_concerns_the_signer_decides_where_files_failed_with_different_codes() {
    let account = account(json!({}));
    let case = Case::new(crate::support::two_documents());
    let ended = |first: &str, second: &str| {
        case.read(&*account, &[finished(), result(&[failed_file(1, first), failed_file(2, second)])])
    };
    assert_eq!(ended("8001", "125").state, Some(SubmissionState::Declined));
    assert_eq!(ended("105", "50").state, Some(SubmissionState::Declined));
    assert!(ended("8001", "105").used_up);
    assert_eq!(ended("8001", "9002").state, Some(SubmissionState::Failed));
}

#[test]
fn an_unknown_code_beside_a_server_error_leaves_the_file_in_doubt() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    let body = json!({ "errorCode": "E-77" }).to_string();
    let doubt =
        unknown(case.answered(&*account, "add_file/1", &provider_clients::reply::Reply::new(500, body.clone())));
    assert_eq!(doubt.code.as_deref(), Some("addOperationFile/http_500"));
    let refusal = refused(case.answered(&*account, "add_file/1", &provider_clients::reply::Reply::new(200, body)));
    assert_eq!(refusal.code, "addOperationFile/E-77");
}

#[test]
fn an_operator_may_say_otherwise() {
    let account = account(json!({ "error_code_overrides": {
        "4012": "insufficient_credit", "9999": "signer_certificate", "8888": "signer_cancelled", "5": "provider_unavailable"
    } }));
    let case = Case::new(simple_order());
    let added = |code: &str| case.answered(&*account, "add_file/1", &answer(&json!({ "errorCode": code })));
    assert_eq!(refused(added("4012")).class, Class::InsufficientCredit);
    assert!(matches!(added("5"), Outcome::Unknown(_)));
    let ended = |code: &str| case.read(&*account, &[finished(), result(&[failed_file(1, code)])]);
    assert!(ended("9999").used_up);
    assert_eq!(ended("8888").state, Some(SubmissionState::Declined));
    assert_eq!(ended("4012").notes[0].code, AttentionCode::AccountBlocked);
}

#[test]
fn the_opening_call_tells_its_refusal_by_code_or_status() {
    let (account, case) = (account(json!({})), Case::unprepared(simple_order()));
    let opened = |status: u16, body: &str| {
        refused(case.answered(&*account, "prepare", &provider_clients::reply::Reply::new(status, body.to_owned())))
    };
    let refusal = opened(401, "");
    let blamed: Vec<_> = refusal.blames.iter().map(|blame| blame.pointer.as_str()).collect();
    assert_eq!(
        (refusal.class, blamed),
        (Class::Authentication, vec!["/credentials/api_key", "/credentials/api_password"])
    );
    assert_eq!(opened(403, "").class, Class::Permission);
    let missing = opened(404, "<html>");
    assert_eq!((missing.class, missing.blames[0].pointer.as_str()), (Class::NotFound, "/settings/service_base_url"));
    assert_eq!(opened(400, "").blames.len(), 2);
    assert_eq!(opened(429, "").class, Class::RateLimited);
    assert_eq!(opened(200, "{\"errorCode\":\"4010\"}").code, "prepareparallelsignature/4010");
    assert_eq!(opened(400, "{\"errorCode\":\"4009\"}").class, Class::Authentication);
}
