//! What polls and results tell: sections 2.5, 2.6 and 3.

use domain::attention::AttentionCode;
use domain::facts::{ArtifactKind, Reading};
use domain::outcome::{Class, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::call::Method;
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    BASE, Case, OPERATION, SIGNATURE, TEMPORARY, account, answer, answer_with, cancelled, certificate_data, detail,
    done, failed_file, finished, finished_with, no_operation_data, not_finished, recipient_id, refused, result,
    signed_file, simple_order, two_documents,
};

fn codes(reading: &Reading) -> Vec<AttentionCode> {
    reading.notes.iter().map(|note| note.code).collect()
}

#[test]
fn the_first_question_is_whether_the_operation_ended() {
    let account = account(json!({}));
    let question = Case::new(simple_order()).question(&*account, 1_700_000_000);
    assert_eq!(
        question.call.url.as_str(),
        format!("{BASE}/api/rest/services/operation/finished/{OPERATION}?t=1700000000000")
    );
    assert_eq!((question.call.method, question.call.endpoint), (Method::Get, "operation_finished"));
    assert!(question.call.secret_url);
}

#[test]
fn an_operation_that_has_not_ended_changes_nothing() {
    let reading = Case::new(simple_order()).read(&*account(json!({})), &[not_finished()]);
    assert_eq!(reading, Reading::of(Some(SubmissionState::Sent), "not_finished"));
}

#[test]
fn the_second_question_is_what_came_of_it() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let page = done(case.told(&*account, &case.question(&*account, 60), 60, &finished()));
    assert!(page.readings.is_empty());
    let next = page.next.unwrap();
    assert_eq!(next.call.url.as_str(), format!("{BASE}/api/rest/services/signatureResult/{OPERATION}?sessionId=5e55"));
    assert_eq!((next.call.method, next.call.endpoint), (Method::Get, "signatureResult"));
    assert!(next.call.secret_url && next.call.headers.iter().any(|header| header.name == "authorization"));
}

/// The contract's example of section 2.6.
#[test]
fn a_signed_file_is_offered_and_its_signer_told() {
    let account = account(json!({}));
    let reading = Case::new(simple_order()).read(&*account, &[finished(), result(&[signed_file(1)])]);
    assert_eq!(reading.state, Some(SubmissionState::Finalizing));
    assert!(reading.acted && !reading.used_up && reading.notes.is_empty());
    assert_eq!(detail(&reading, 1), json!({ "status": "signed" }));
    let told = &reading.recipients[0];
    assert_eq!((told.recipient, told.status), (recipient_id(1), Some(RecipientStatus::Completed)));
    assert_eq!(told.vendor["status"], "signed");
    assert_eq!((&told.vendor["documents_signed"], &told.vendor["documents_total"]), (&json!(1), &json!(1)));
    assert!(told.certificate.is_some());
    let offers: Vec<_> =
        reading.artifacts.iter().map(|o| (o.kind, o.filename.as_str(), o.source.as_str(), o.essential)).collect();
    assert_eq!(
        offers,
        [
            (ArtifactKind::SignedDocument, "contract-signed.pdf", SIGNATURE, true),
            (ArtifactKind::Evidence, "contract-receipt.pdf", SIGNATURE, false),
        ]
    );
    assert!(reading.artifacts.iter().all(|offer| offer.recipient == Some(recipient_id(1))));
}

#[test]
fn no_id_of_the_vendor_is_shown_to_callers() {
    let account = account(json!({}));
    let reading =
        Case::new(two_documents()).read(&*account, &[finished(), result(&[signed_file(1), failed_file(2, "8001")])]);
    let mut shown = serde_json::to_value(&reading).unwrap();
    // What is kept to fetch files is stored encrypted and shown to nobody.
    shown["artifacts"] = Value::Null;
    for secret in [OPERATION, SIGNATURE, TEMPORARY, "5e55"] {
        assert!(!shown.to_string().contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn files_are_matched_by_the_brokers_id_else_by_the_vendors() {
    let account = account(json!({}));
    let mut second = signed_file(2);
    second.as_object_mut().unwrap().remove("sourceId");
    let reading = Case::new(two_documents()).read(&*account, &[finished(), result(&[second, signed_file(1)])]);
    assert_eq!(reading.state, Some(SubmissionState::Finalizing));
    let signed: Vec<_> = reading
        .artifacts
        .iter()
        .filter(|offer| offer.kind == ArtifactKind::SignedDocument)
        .map(|offer| (offer.documents[0], offer.source.clone()))
        .collect();
    let documents = two_documents().documents;
    assert_eq!(signed, [(documents[0].id, SIGNATURE.to_owned()), (documents[1].id, format!("{SIGNATURE}2"))]);
}

#[test]
fn files_that_failed_beside_signed_ones_need_a_person_and_the_good_ones_are_kept() {
    let account = account(json!({}));
    let reply = result(&[signed_file(1), failed_file(2, "8001")]);
    let case = Case::new(two_documents());
    let reading = case.read(&*account, &[finished(), reply.clone()]);
    assert_eq!(reading.state, Some(SubmissionState::InProgress));
    assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Completed));
    assert_eq!(codes(&reading), [AttentionCode::PartiallySigned]);
    assert!(reading.notes[0].detail.starts_with("1 of 2 documents"), "{}", reading.notes[0].detail);
    assert_eq!(reading.artifacts.iter().filter(|offer| offer.essential).count(), 1);
    assert_eq!(detail(&reading, 1), json!({ "status": "partly_signed", "code": "8001" }));
    assert!(reading.acted);

    // Told once: a person's answer is not undone by the next poll, which does not ask for the result again.
    let again = case.after(&reading).read(&*account, &[finished()]);
    assert!(again.notes.is_empty());
}

#[test]
fn a_file_that_is_not_told_of_was_not_signed() {
    let account = account(json!({}));
    let reading = Case::new(two_documents()).read(&*account, &[finished(), result(&[signed_file(1)])]);
    assert_eq!(codes(&reading), [AttentionCode::PartiallySigned]);
    // Somebody else's file is none of ours.
    let mut foreign = signed_file(1);
    foreign["sourceId"] = json!("doc_other");
    let reading = Case::new(simple_order()).read(&*account, &[finished(), result(&[foreign])]);
    assert_eq!(reading.state, Some(SubmissionState::Failed));
    assert!(reading.artifacts.is_empty());
}

#[test]
fn a_signer_who_cancels_declines() {
    let account = account(json!({}));
    let replies = [
        vec![cancelled()],
        vec![finished_with("50")],
        vec![finished_with("125")],
        vec![finished(), result(&[failed_file(1, "125")])],
        vec![finished(), result(&[failed_file(1, "50")])],
    ];
    for replies in replies {
        let reading = Case::new(simple_order()).read(&*account, &replies);
        assert_eq!(reading.state, Some(SubmissionState::Declined));
        assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Declined));
        assert_eq!(reading.recipients[0].vendor["status"], "cancelled_in_signing_client");
        assert_eq!(reading.vendor_status, "cancelled_in_signing_client");
        assert!(reading.notes.is_empty() && !reading.used_up && reading.artifacts.is_empty());
    }
}

#[test]
fn a_certificate_that_did_not_work_leaves_the_envelope_where_it_is() {
    let account = account(json!({}));
    for replies in [
        vec![finished_with("105"), no_operation_data()],
        vec![finished_with("105"), result(&[failed_file(1, "105")])],
        vec![finished(), result(&[failed_file(1, "105")])],
    ] {
        let case = Case::new(simple_order());
        let reading = case.read(&*account, &replies);
        assert_eq!(reading.state, Some(SubmissionState::Sent));
        assert!(reading.used_up, "a new operation is prepared when the signer asks");
        assert_eq!(codes(&reading), [AttentionCode::SignerCertificate]);
        assert_eq!(detail(&reading, 1), json!({ "status": "used_up", "code": "105" }));
        assert_eq!(reading.recipients[0].status, None);

        // The attention is raised once, and the operation stays used up.
        let again = case.after(&reading).read(&*account, &[replies[0].clone()]);
        assert!(again.used_up && again.notes.is_empty());
        assert_eq!(again.vendor_status, "error 105");
    }
}

#[test]
fn an_operation_that_ended_in_an_error_may_have_signed_files() {
    let account = account(json!({}));
    let replies = [finished_with("8001"), result(&[signed_file(1), failed_file(2, "8001")])];
    let reading = Case::new(two_documents()).read(&*account, &replies);
    assert_eq!(codes(&reading), [AttentionCode::PartiallySigned]);
}

#[test]
fn an_error_that_no_other_operation_would_mend_fails() {
    let account = account(json!({}));
    for replies in [
        vec![finished_with("8001"), no_operation_data()],
        vec![answer(&json!({ "isFinished": true, "isError": "true" })), no_operation_data()],
        vec![finished(), result(&[failed_file(1, "9999")])],
    ] {
        let reading = Case::new(simple_order()).read(&*account, &replies);
        assert_eq!(reading.state, Some(SubmissionState::Failed));
        assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Failed));
        assert!(reading.vendor_status.starts_with("error "));
    }
}

#[test]
fn an_account_that_was_refused_while_signing_needs_its_operator() {
    let account = account(json!({}));
    for code in ["3", "4009", "4010"] {
        let reading = Case::new(simple_order()).read(&*account, &[finished(), result(&[failed_file(1, code)])]);
        assert_eq!((reading.state, reading.used_up), (Some(SubmissionState::Sent), true), "{code}");
        assert_eq!(codes(&reading), [AttentionCode::AccountBlocked], "{code}");
    }
}

#[test]
fn a_result_that_is_not_there_yet_is_asked_for_again_and_then_given_up() {
    let account = account(json!({}));
    let mut case = Case::new(simple_order());
    // Five more times, over at least two minutes.
    for (number, seconds) in [(1, 0), (2, 30), (3, 60), (4, 90), (5, 119)] {
        let (readings, _) = case.poll(&*account, seconds, &[finished(), no_operation_data()]);
        assert_eq!(readings[0].state, Some(SubmissionState::Sent));
        assert_eq!(detail(&readings[0], 1)["missing_results"], json!(number));
        case = case.after(&readings[0]);
    }
    let (readings, _) = case.poll(&*account, 119, &[finished(), no_operation_data()]);
    assert_eq!(readings[0].state, Some(SubmissionState::Sent), "often enough, and not long enough");
    let (readings, _) = case.poll(&*account, 120, &[finished(), no_operation_data()]);
    assert_eq!(readings[0].state, Some(SubmissionState::Failed));
    assert_eq!(detail(&readings[0], 1), json!({ "status": "failed", "code": "no_operation_data" }));

    // It may come after all.
    let (readings, _) = case.poll(&*account, 120, &[finished(), result(&[signed_file(1)])]);
    assert_eq!(readings[0].state, Some(SubmissionState::Finalizing));
}

#[test]
fn readings_of_one_operation_that_are_refused_are_told_to_a_person_after_five_in_a_row() {
    let account = account(json!({}));
    for refusing in [Reply::new(404, ""), Reply::new(400, "{}"), Reply::new(500, "<html>"), Reply::new(200, "<html>")] {
        let mut case = Case::new(simple_order());
        for number in 1..=7 {
            let reading = case.read(&*account, std::slice::from_ref(&refusing));
            assert_eq!((reading.state, reading.used_up), (Some(SubmissionState::Sent), false));
            let expected = if number == 5 { vec![AttentionCode::NoNewsFromProvider] } else { Vec::new() };
            assert_eq!(codes(&reading), expected, "reading {number}");
            case = case.after(&reading);
        }
        // An answer ends the row.
        let reading = case.read(&*account, &[not_finished()]);
        assert_eq!(detail(&reading, 1), json!({ "status": "open" }));
    }
    // A result that cannot be read counts as well.
    let reading = Case::new(simple_order()).read(&*account, &[finished(), Reply::new(500, "<html>")]);
    assert_eq!(detail(&reading, 1)["refused_readings"], json!(1));
}

#[test]
fn a_vendor_that_forgot_an_operation_after_its_life_is_as_it_should_be() {
    let account = account(json!({ "poll": { "max_refusals": 1 } }));
    let case = Case::new(simple_order());
    let (readings, _) = case.poll(&*account, 86_400, &[Reply::new(404, "")]);
    assert!(readings[0].notes.is_empty());
    let (readings, _) = case.poll(&*account, 86_399, &[Reply::new(404, "")]);
    assert_eq!(codes(&readings[0]), [AttentionCode::NoNewsFromProvider]);
}

#[test]
fn a_refusal_of_the_account_or_an_outage_is_about_no_operation() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let classes = [
        (401, Class::Authentication),
        (403, Class::Permission),
        (429, Class::RateLimited),
        (502, Class::ProviderUnavailable),
        (503, Class::ProviderUnavailable),
        (504, Class::ProviderUnavailable),
    ];
    let first = case.question(&*account, 60);
    let second = done(case.told(&*account, &first, 60, &finished())).next.unwrap();
    for question in [first, second] {
        for (status, class) in classes {
            let refusal = refused(case.told(&*account, &question, 60, &Reply::new(status, "")));
            assert_eq!(refusal.class, class);
            assert_eq!(refusal.code, format!("{}/http_{status}", question.call.endpoint));
        }
    }
}

#[test]
fn a_question_about_something_else_tells_nothing() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let mut question = case.question(&*account, 60);
    question.covers = vec![domain::ids::SubmissionId::generate()];
    let Outcome::Done(page) = case.told(&*account, &question, 60, &finished()) else { panic!("not done") };
    assert!(page.readings.is_empty() && page.next.is_none());
    assert_eq!(
        account.status_requests(&[Case::unprepared(simple_order()).view()], &crate::support::moment()).unwrap().len(),
        0
    );
}

#[test]
fn several_submissions_are_asked_about_one_by_one() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let questions = account.status_requests(&[case.view(), case.view()], &crate::support::moment()).unwrap();
    assert!(questions.iter().all(|question| question.covers.len() == 1));
    assert_eq!(questions.len(), 2);
}

#[test]
fn unknown_members_are_ignored_and_missing_ones_tolerated() {
    let account = account(json!({}));
    let mut file = signed_file(1);
    file["somethingNew"] = json!({ "a": [1] });
    file.as_object_mut().unwrap().retain(|name, _| !name.starts_with("error"));
    let mut data = certificate_data();
    data["newMember"] = json!("x");
    let reply = answer(&json!({ "signatures": [file], "certificateValidationData": data, "version": 2 }));
    let reading = Case::new(simple_order()).read(&*account, &[finished(), reply]);
    assert_eq!(reading.state, Some(SubmissionState::Finalizing));
    assert!(!serde_json::to_string(&reading.recipients).unwrap().contains("newMember"));
}

#[test]
fn the_status_of_a_result_is_not_looked_at_where_its_body_tells() {
    let account = account(json!({}));
    let body = json!({ "signatures": [signed_file(1)], "certificateValidationData": certificate_data() });
    let reading = Case::new(simple_order()).read(&*account, &[finished(), answer_with(400, &body)]);
    assert_eq!(reading.state, Some(SubmissionState::Finalizing));
}
