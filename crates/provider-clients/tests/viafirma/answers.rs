//! Every example answer of the contract's sections 2.1 to 2.3, and the ways in which they may differ.

use domain::outcome::{Class, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::provider::Prepared;
use provider_clients::reply::Reply;
use serde_json::{Value, json};

use crate::support::{
    Case, OPERATION, TEMPORARY, account, answer, answer_with, done, recipient_id, refused, simple_order, unknown,
};

fn opened(reply: &Reply) -> Outcome<domain::steps::StepOutput> {
    Case::unprepared(simple_order()).answered(&*account(json!({})), "prepare", reply)
}

#[test]
fn an_operation_is_known_by_a_digest_and_its_ids_are_kept_for_later_calls() {
    let (account, case) = (account(json!({})), Case::unprepared(simple_order()));
    let output = done(case.answered(&*account, "prepare", &answer(&json!({ "operationId": OPERATION }))));
    assert_eq!(output.values["operation_id"], OPERATION);
    assert_eq!(json!(output.values["session_id"]), case.sent(&*account, "prepare")["sessionId"]);
    // SHA-256 of the id, its first 32 hexadecimal characters.
    assert_eq!(output.reference.as_deref(), Some("sha256:7d2c4380be45857e666a51b60ffe2177"));
    assert_eq!(output.reading, None, "nothing can be signed yet");
}

#[test]
fn the_operations_id_may_be_a_member_a_json_text_or_the_bare_body() {
    let bodies = [
        format!("{{\"operationId\":\"{OPERATION}\"}}"),
        format!("  {{\"OPERATIONID\": \"{OPERATION}\", \"more\": 1}}\n"),
        format!("\"{OPERATION}\""),
        format!("{OPERATION}\r\n"),
    ];
    for body in bodies {
        assert_eq!(done(opened(&Reply::new(200, body.clone()))).values["operation_id"], OPERATION, "{body}");
    }
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "\"\"",
        "short",
        "two words",
        "<html>",
        "{\"operationId\":null}",
        "{\"operationId\":\"a b\"}",
    ] {
        let doubt = unknown(opened(&Reply::new(200, body)));
        assert_eq!(doubt.code.as_deref(), Some("prepareparallelsignature/unreadable"), "{body}");
    }
}

#[test]
fn an_opening_that_may_have_failed_is_begun_again() {
    // A server error leaves open what happened: harmless, because nobody uses what was opened.
    assert_eq!(unknown(opened(&Reply::new(500, "<html>"))).code.as_deref(), Some("prepareparallelsignature/http_500"));
    for status in [502, 503, 504] {
        let refusal = refused(opened(&Reply::new(status, "")));
        assert!(refusal.class == Class::ProviderUnavailable && refusal.class.passes_by_itself(), "{status}");
    }
}

fn added(reply: &Reply) -> Outcome<domain::steps::StepOutput> {
    Case::new(simple_order()).answered(&*account(json!({})), "add_file/1", reply)
}

#[test]
fn an_added_file_is_known_by_its_temporary_id() {
    let output = done(added(&answer(&json!({ "documentId": TEMPORARY, "errorCode": null, "errorMessage": null }))));
    assert_eq!(output.values["document_id"], TEMPORARY);
    assert_eq!(output.reference, None);
    for body in [json!({ "documentId": TEMPORARY }), json!({ "documentId": TEMPORARY, "errorCode": "" })] {
        assert_eq!(done(added(&answer(&body))).values["document_id"], TEMPORARY);
    }
}

#[test]
fn a_refused_file_is_refused_also_with_status_200() {
    let body = json!({
        "documentId": null, "errorCode": "9001",
        "errorMessage": "El fichero enviado tiene un tamaño demasiado grande."
    });
    for status in [200, 400] {
        let refusal = refused(added(&answer_with(status, &body)));
        assert_eq!((refusal.class, refusal.code.as_str()), (Class::InvalidRequest, "addOperationFile/9001"));
        assert_eq!(refusal.message, "El fichero enviado tiene un tamaño demasiado grande.");
        assert_eq!(refusal.blames[0].pointer, "/documents/0");
    }
    let both = json!({ "documentId": TEMPORARY, "errorCode": "9002" });
    assert_eq!(
        refused(added(&answer(&both))).code,
        "addOperationFile/9002",
        "a code is a refusal whatever else is told"
    );
}

#[test]
fn an_answer_that_does_not_tell_whether_the_file_was_added_leaves_it_in_doubt() {
    for body in ["", "{}", "[]", "<html>", "{\"documentId\":\"\"}"] {
        assert_eq!(
            unknown(added(&Reply::new(200, body))).code.as_deref(),
            Some("addOperationFile/unreadable"),
            "{body}"
        );
    }
    for status in [408, 500, 502, 503, 504] {
        let doubt = unknown(added(&Reply::new(status, "<html>secret</html>")));
        assert_eq!(doubt.code, Some(format!("addOperationFile/http_{status}")));
        assert!(!doubt.reason.contains("secret"));
    }
}

#[test]
fn a_refusal_without_a_code_is_told_by_its_status() {
    let classes = [
        (400, Class::InvalidRequest, "/documents/0"),
        (401, Class::Authentication, "/credentials/api_key"),
        (403, Class::Permission, "/credentials/api_key"),
        (404, Class::NotFound, ""),
        (409, Class::Conflict, ""),
        (413, Class::InvalidRequest, "/documents/0"),
        (422, Class::InvalidRequest, "/documents/0"),
        (429, Class::RateLimited, ""),
    ];
    for (status, class, pointer) in classes {
        let mut reply = Reply::new(status, "");
        reply.retry_after = Some(std::time::Duration::from_secs(7));
        let refusal = refused(added(&reply));
        assert_eq!((refusal.class, refusal.code), (class, format!("addOperationFile/http_{status}")));
        assert_eq!(refusal.blames.first().map_or("", |blame| blame.pointer.as_str()), pointer, "{status}");
        assert_eq!(refusal.retry_after, Some(std::time::Duration::from_secs(7)));
    }
}

#[test]
fn messages_are_shown_without_secrets_and_cut() {
    let message = format!("operación {OPERATION} sesión 5e55 de rubrica-test {}", "x".repeat(600));
    let body = json!({ "errorCode": "8", "errorMessage": message });
    let refusal = refused(added(&answer(&body)));
    assert_eq!(refusal.message.chars().count(), 500);
    assert!(refusal.message.starts_with("operación [secret] sesión [secret] de [secret] xxx"), "{}", refusal.message);
}

#[test]
fn a_closed_preparation_can_be_signed() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for (status, how) in [(200, "done"), (204, "done"), (404, "absent"), (405, "absent")] {
        let output = done(case.answered(&*account, "finish", &Reply::new(status, "")));
        let reading = output.reading.unwrap();
        assert_eq!(reading.state, Some(SubmissionState::Sent));
        assert_eq!(reading.recipients[0].recipient, recipient_id(1));
        assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Sent));
        assert_eq!(reading.details["finish_step"], how, "{status}");
        assert!(!reading.acted && !reading.used_up);
    }
}

#[test]
fn a_preparation_that_could_not_be_closed_is_closed_again_or_waits_for_the_account() {
    let (account, case) = (account(json!({})), Case::new(simple_order()));
    for status in [400, 409, 500, 503] {
        let doubt = unknown(case.answered(&*account, "finish", &Reply::new(status, "")));
        assert_eq!(doubt.code, Some(format!("finish/http_{status}")));
    }
    let refusal = refused(case.answered(&*account, "finish", &Reply::new(403, "")));
    let blamed: Vec<_> = refusal.blames.iter().map(|blame| blame.pointer.as_str()).collect();
    assert_eq!(blamed, ["/credentials/api_key", "/credentials/api_password", "/settings/finish/path"]);
    assert_eq!(refused(case.answered(&*account, "finish", &Reply::new(401, ""))).class, Class::Authentication);
    assert_eq!(refused(case.answered(&*account, "finish", &Reply::new(429, ""))).class, Class::RateLimited);
}

#[test]
fn an_account_that_does_not_close_preparations_makes_no_call() {
    let account = account(json!({ "finish": { "enabled": false } }));
    let case = Case::new(simple_order());
    let Prepared::Known(output) = case.prepared(&*account, "finish") else { panic!("a call is made") };
    let reading = output.reading.unwrap();
    assert_eq!(
        (reading.state, &reading.details["finish_step"]),
        (Some(SubmissionState::Sent), &Value::from("not_used"))
    );
}
