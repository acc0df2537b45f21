//! Section 9: one test for each quirk that breaks naive clients, numbered as there.

use domain::outcome::{Class, Outcome};
use domain::states::RecipientStatus;
use provider_clients::call::Method;
use provider_clients::provider::Abilities;
use provider_clients::provider::Cancels;
use provider_clients::reply::Reply;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::support::{
    CONTRACT, Case, TOKEN, account, ana, creation, detail_of, done, double_order, error, file, header, json_of, line,
    moment, order, refused, session, simple_order, success, verifying, within,
};

#[test]
fn q01_bearer_is_sent_once_although_the_login_says_it_too() {
    let account = account(json!({}));
    let reply = success(200, json!({ "Authorization": format!("Bearer {TOKEN}") }));
    let session = done(account.session_reply(&moment(), &reply));
    assert_eq!(session.token.expose_secret(), TOKEN);
    let call = account.cancel_request(&Case::created(simple_order()).view(), None, &within(&session)).unwrap();
    assert_eq!(header(&call, "authorization"), Some(format!("Bearer {TOKEN}").as_str()));
}

#[test]
fn q02_a_refusal_may_have_status_200_and_success_other_codes_than_200() {
    let account = account(json!({}));
    let refusal = refused(account.operation_reply("create_user", &success(200, json!("Email exists"))));
    assert_eq!(refusal.class, Class::Conflict);
    let case = Case::created(double_order());
    for code in [200, 201, 204, 207] {
        done(case.answered(&*account, "merge", &success(code, json!({}))));
    }
}

#[test]
fn q03_message_is_an_object_an_array_a_text_or_a_pair() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    done(account.session_reply(&moment(), &success(200, json!(format!("Bearer {TOKEN}")))));
    done(case.answered(&*account, "send_draft", &success(207, json!({}))));
    done(case.answered(&*account, "list_files/0", &success(200, json!([]))));
    done(case.answered(&*account, "create_contract", &success(201, creation())));
}

#[test]
fn q04_a_date_is_an_object_here_and_a_text_there() {
    let account = account(json!({}));
    for told in [json!("2022-08-04 03:56:20.594852"), creation()[0]["dContractDT"].clone()] {
        let mut message = creation();
        message[0]["dContractDT"] = told;
        let output = done(Case::fresh(simple_order()).answered(&*account, "create_contract", &success(201, message)));
        assert_eq!(output.reading.unwrap().occurred_at.unwrap().to_rfc3339(), "2022-08-04T03:56:20.594852+00:00");
    }
}

#[test]
fn q05_enable_means_signed() {
    let mut detail = detail_of("SIGNED_PENDING");
    detail["firmantes"][0]["sign_status"] = json!("ENABLE");
    let reading = Case::created(simple_order()).read(&*account(json!({})), detail);
    assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Completed));
}

#[test]
fn q06_misspelled_words_are_understood() {
    let account = account(json!({}));
    let mails = json!({ "info_detail": [{ "email": "jose@example.cl", "status_mail": "sucess" }] });
    let reading = done(Case::created(simple_order()).answered(&*account, "send_draft", &success(207, mails)));
    assert_eq!(reading.reading.unwrap().recipients[0].status, Some(RecipientStatus::Sent));
    let whit = success(200, json!("Invalid Login must be alphanumeric whit 6 to 16 length"));
    assert_eq!(refused(account.operation_reply("create_user", &whit)).class, Class::InvalidRequest);
    for word in ["PAYOUT", "PAIDOUT"] {
        let mut detail = detail_of("APPROVED");
        detail["firmantes"][0]["payment"] = json!(word);
        assert_eq!(Case::created(simple_order()).read(&*account, detail).recipients[0].vendor["payment"], word);
    }
}

#[test]
fn q07_numbers_come_as_texts() {
    let account = account(json!({ "contract_type_id": 1 }));
    let mut order = simple_order();
    order.spec.provider_options.clear();
    let rows = json!([{
        "iContractTypeID": "1", "iContractTypeFeeID": "28", "sModal": "SIGNATURE", "iSignCount": "1", "fAmount": 1990
    }]);
    let output = done(Case::fresh(order).answered(&*account, "resolve_fee", &success(200, rows)));
    assert_eq!((output.values["fee_id"].as_str(), output.values["amount"].as_str()), ("28", "1990"));
    let mut message = creation();
    message[0]["iContractTypeFeeID"] = json!("28");
    message[1][0]["portion"] = json!("100.00");
    let output = done(Case::fresh(simple_order()).answered(&*account, "create_contract", &success(201, message)));
    let reading = output.reading.unwrap();
    assert_eq!(reading.details["contract_type_fee_id"], 28);
    assert_eq!(reading.recipients[0].vendor["amounts"]["portion"], "100.00");
}

#[test]
fn q08_the_examples_names_are_sent_and_both_are_read() {
    let account = account(json!({}));
    let sent = json_of(&Case::fresh(simple_order()).calling(&*account, "create_contract"));
    assert!(sent.get("callback").is_some() && sent.get("Callback").is_none());
    let signer = &sent["signers"][0];
    assert!(["full_name", "rutId", "phone"].iter().all(|name| signer.get(name).is_some()));
    let mut detail = detail_of("REVIEW");
    let listed = detail["firmantes"][0].as_object_mut().unwrap();
    for (from, to) in [("RUT", "rutId"), ("phone", "phoneNumber"), ("full_name", "fullName")] {
        let value = listed.remove(from).unwrap();
        listed.insert(to.to_owned(), value);
    }
    let contract = detail["contrato"][0].as_object_mut().unwrap();
    let id = contract.remove("sContractID").unwrap();
    contract.insert("contractID".to_owned(), id);
    contract.remove("Repertorio");
    contract.insert("repertorio".to_owned(), json!("7"));
    let reading = Case::created(simple_order()).read(&*account, detail);
    assert_eq!(reading.differences, Some(Vec::new()));
    assert_eq!(reading.details["repertorio"], "7");
}

#[test]
fn q09_query_params_are_path_segments_and_ids_are_texts() {
    let account = account(json!({}));
    let call = Case::created(simple_order()).calling(&*account, "list_files/0");
    assert_eq!(call.url.query(), None);
    assert!(call.url.path().ends_with(CONTRACT));
}

#[test]
fn q10_hosts_and_paths_have_no_blank_and_no_misspelling() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    for step in ["create_contract", "snapshot_owner"] {
        let call = case.calling(&*account, step);
        assert_eq!(call.url.host_str(), Some("qa.firmavirtual.legal"));
        assert!(!call.url.as_str().contains("%20"));
    }
}

#[test]
fn q11_deleting_is_a_post_to_the_path_that_get_reads() {
    let account = account(json!({}));
    let read = account.operation_request("get_contract", &json!({ "contract_id": CONTRACT }), &within(&session()));
    let read = read.unwrap();
    let delete = Case::created(simple_order()).calling(&*account, "delete_contract");
    assert_eq!((read.method, delete.method), (Method::Get, Method::Post));
    assert_eq!(read.url, delete.url);
}

#[test]
fn q12_uploads_go_to_the_endpoint_and_not_to_the_page() {
    let call = Case::created(simple_order()).calling(&*account(json!({})), "upload_document/1");
    assert!(call.url.path().ends_with("/upfile") && call.method == Method::Post);
}

#[test]
fn q13_places_are_sent_from_1_and_read_from_0() {
    let account = account(json!({}));
    let mut case = Case::created(double_order());
    case.listed(0, &[]);
    case.listed(1, &["a"]);
    case.listed(2, &["a", "b"]);
    let sent = json_of(&case.calling(&*account, "sort_files"));
    assert_eq!([&sent["file_order"][0]["ind"], &sent["file_order"][1]["ind"]], [1, 2]);
    done(case.answered(&*account, "sort_files", &success(207, json!([file("a", 0), file("b", 1)]))));
}

#[test]
fn q14_the_array_of_signers_counts_and_not_its_number() {
    let account = account(json!({}));
    let mut detail = detail_of("REVIEW");
    let mut second = detail["firmantes"][0].clone();
    second["RUT"] = json!("12345678-5");
    second["email"] = json!("ana@example.cl");
    second["phone"] = json!("+56912345678");
    detail["firmantes"].as_array_mut().unwrap().push(second);
    assert_eq!(detail["contrato"][0]["iSignedCount"], 1);
    let reading = Case::created(double_order()).read(&*account, detail);
    assert_eq!(reading.recipients.len(), 2);
    assert_eq!(reading.differences, Some(Vec::new()));
}

#[test]
fn q15_two_operations_share_one_path() {
    let account = account(json!({}));
    let session = session();
    let reset = account.operation_request("reset_password", &json!({ "login": "a@b.cl" }), &within(&session)).unwrap();
    let input = json!({ "login": "a@b.cl", "temporary_password": "123", "new_password": "secret-1" });
    let set = account.operation_request("set_new_password", &input, &within(&session)).unwrap();
    assert_eq!(line(&reset), "POST https://qa.firmavirtual.legal/pwd/reset");
    assert_eq!(line(&reset), line(&set));
    assert_eq!(json_of(&reset), json!({ "login": "a@b.cl" }));
    assert_eq!(json_of(&set), json!({ "login": "a@b.cl", "password": "123", "new_password": "secret-1" }));
    assert!(!set.redacted().to_string().contains("secret-1"));
}

#[test]
fn q16_the_password_hash_of_a_user_is_dropped() {
    let account = account(json!({}));
    let message = json!({ "iUserID": 1, "sLogin": "anadiaz", "sPassword": "df011cb7", "sStatus": "ENABLE" });
    let told = done(account.operation_reply("get_user", &success(200, message.clone())));
    assert!(!told.to_string().contains("df011cb7"));
    let verified = done(account.verify_reply(&success(200, message)));
    assert!(!format!("{verified:?}").contains("df011cb7"));
    assert_eq!(verifying(&*account).endpoint, "get_userapp");
}

#[test]
fn q17_a_url_that_is_a_file_name_is_made_an_address() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let offer = case.read_files(&*account, json!([file("a.pdf", 0)])).artifacts[0].clone();
    let fetch = account.fetch(&offer, &case.view(), &within(&session()), &Default::default()).unwrap();
    let provider_clients::provider::Fetch::Direct(call) = fetch else { panic!("{fetch:?}") };
    assert_eq!(call.url.as_str(), "https://qa.firmavirtual.legal/api/v1/download/a.pdf");
}

#[test]
fn q18_broken_json_is_never_a_success() {
    let account = account(json!({}));
    let doubled = r#"{ "code": 200, "status": "success", "message": "Password updated" }}"#;
    let outcome = account.operation_reply("set_new_password", &Reply::new(200, doubled));
    assert!(matches!(outcome, Outcome::Unknown(_)), "it may have happened");
    let missing = r#"{ "code": 200, "status": "success", "message": "sContractID": "1" }"#;
    assert!(matches!(account.operation_reply("get_contract", &Reply::new(200, missing)), Outcome::Unknown(_)));
}

#[test]
fn q19_one_rut_for_everybody_is_sent_and_matched_by_email() {
    let account = account(json!({ "qa_rut_override": "76795561-8" }));
    let mut order = order(vec![ana()]);
    crate::support::options(&mut order, json!({ "contract_type_fee_id": 28 }));
    let sent = json_of(&Case::fresh(order.clone()).calling(&*account, "create_contract"));
    assert_eq!(sent["signers"][0]["rutId"], "76795561-8");
    let mut detail = detail_of("REVIEW");
    detail["firmantes"][0]["email"] = json!("ana@example.cl");
    detail["firmantes"][0]["sign_status"] = json!("ENABLE");
    let reading = Case::created(order).read(&*account, detail);
    assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Completed));
}

#[test]
fn q20_what_is_taken_back_is_deleted() {
    let account = account(json!({}));
    let Abilities { cancel, .. } = account.abilities();
    assert_eq!(cancel, Cancels::ByCall);
    let call = account.cancel_request(&Case::created(simple_order()).view(), None, &within(&session())).unwrap();
    assert_eq!(call.endpoint, "delete_contract");
    let gone: Outcome<()> = account.cancel_reply(&Case::created(simple_order()).view(), &error(404, "x"));
    assert_eq!(gone, Outcome::Done(()));
}
