//! Every word for a contract's state and every flag of a signer. Section 5.

use domain::attention::AttentionCode;
use domain::facts::{Difference, Reading};
use domain::states::{RecipientStatus, SubmissionState};
use serde_json::{Value, json};

use crate::support::{
    Case, account, detail_of, detail_with, done, double_order, hours, recipient_id, simple_order, success,
};

#[test]
fn each_word_has_its_state() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    for (word, state, pending) in [
        ("CREATED", Some(SubmissionState::Submitting), false),
        ("REVIEW", Some(SubmissionState::Sent), false),
        ("APPROVED", Some(SubmissionState::InProgress), false),
        ("SIGNED_PENDING", Some(SubmissionState::InProgress), false),
        ("IN_NOTARY", Some(SubmissionState::Finalizing), true),
        ("DELIVERED", Some(SubmissionState::Finalizing), true),
        ("FINISHED", Some(SubmissionState::Finalizing), false),
        ("REJECTED", Some(SubmissionState::Rejected), false),
        ("OTHER", None, false),
        ("EN_CAMINO", None, false),
        ("", None, false),
    ] {
        let reading = case.read(&*account, detail_of(word));
        assert_eq!((reading.state, reading.pending_result == Some(true)), (state, pending), "{word}");
        assert_eq!(reading.vendor_status, word);
        let unknown = reading.notes.iter().any(|note| note.code == AttentionCode::UnknownProviderStatus);
        assert_eq!(unknown, state.is_none(), "{word}");
    }
}

#[test]
fn an_unknown_or_late_word_says_nothing_about_the_wait_for_the_notary() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let pending = |word: &str| case.read(&*account, detail_of(word)).pending_result;
    for word in ["OTHER", "EN_CAMINO", "REVIEW", "SIGNED_PENDING"] {
        assert_eq!(pending(word), None, "{word}: what was known before stays");
    }
    for word in ["IN_NOTARY", "DELIVERED"] {
        assert_eq!(pending(word), Some(true), "{word}");
    }
    assert_eq!(pending("FINISHED"), Some(false));
}

#[test]
fn a_refusal_is_the_signers_where_one_refused_the_draft() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let reading = case.read(&*account, detail_with("REJECTED", ["SUCCESS", "DISABLE", "SUCCESS", "NOTHING"]));
    assert_eq!(reading.state, Some(SubmissionState::Declined));
    assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Declined));
    let reading = case.read(&*account, detail_with("REJECTED", ["SUCCESS", "SUCCESS", "DISABLE", "ENABLE"]));
    assert_eq!(reading.state, Some(SubmissionState::Rejected), "the notary refused");
}

#[test]
fn each_flag_has_its_recipient_state() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let (possible, done, no) = ("ENABLE", "SUCCESS", "DISABLE");
    for (word, flags, state, acted) in [
        ("CREATED", [no, no, no, "NOTHING"], RecipientStatus::Created, false),
        ("REVIEW", [possible, possible, possible, "NOTHING"], RecipientStatus::Sent, false),
        ("REVIEW", [done, possible, possible, "NOTHING"], RecipientStatus::Viewed, false),
        ("REVIEW", [done, done, no, "NOTHING"], RecipientStatus::Viewed, true),
        ("REVIEW", [done, no, done, "NOTHING"], RecipientStatus::Declined, false),
        ("APPROVED", [possible, possible, possible, "NOTHING"], RecipientStatus::Sent, false),
        ("SIGNED_PENDING", [done, done, no, "NOTHING"], RecipientStatus::Viewed, true),
        ("SIGNED_PENDING", [done, done, no, "ENABLE"], RecipientStatus::Completed, true),
        ("IN_NOTARY", [done, done, no, "NOTHING"], RecipientStatus::Completed, true),
        ("FINISHED", [done, done, no, "ENABLE"], RecipientStatus::Completed, true),
    ] {
        let reading = case.read(&*account, detail_with(word, flags));
        assert_eq!(reading.recipients[0].status, Some(state), "{word} {flags:?}");
        assert_eq!(reading.acted, acted, "{word} {flags:?}");
    }
    let reading = case.read(&*account, detail_with("OTHER", [possible, possible, possible, "NOTHING"]));
    assert_eq!(reading.recipients[0].status, None, "an unknown word tells nothing of who has not acted");
}

#[test]
fn an_accepted_draft_puts_the_contract_in_progress_and_an_opened_one_does_not() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let state = |flags| case.read(&*account, detail_with("REVIEW", flags)).state;
    assert_eq!(state(["SUCCESS", "ENABLE", "ENABLE", "NOTHING"]), Some(SubmissionState::Sent));
    assert_eq!(state(["SUCCESS", "SUCCESS", "DISABLE", "NOTHING"]), Some(SubmissionState::InProgress));
}

#[test]
fn payment_is_shown_and_is_no_state() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    for word in ["PAIDOUT", "PAYOUT", "PENDING"] {
        let mut detail = detail_of("APPROVED");
        detail["firmantes"][0]["payment"] = json!(word);
        let reading = case.read(&*account, detail);
        assert_eq!(reading.recipients[0].vendor["payment"], word);
        assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Sent));
    }
}

#[test]
fn a_delivered_contract_that_is_never_closed_is_told_once() {
    let account = account(json!({ "delivered_timeout_h": 48 }));
    let reply = success(200, detail_of("DELIVERED"));
    let mut case = Case::created(simple_order());
    let mut told = |hour: i64| {
        let page = done(case.polled_at(&*account, &reply, hours(hour)));
        let reading: Reading = page.readings[0].1.clone();
        let notes = reading.notes.iter().filter(|n| n.code == AttentionCode::NoNewsFromProvider).count();
        let mut kept = reading;
        if let Some(last) = &case.last {
            for (name, value) in &last.details {
                kept.details.entry(name.clone()).or_insert(value.clone());
            }
        }
        case.last = Some(kept);
        notes
    };
    assert_eq!([told(0), told(47), told(49), told(60)], [0, 0, 1, 0]);
    assert_eq!(case.last.unwrap().details["delivered_since"], "1970-01-01T00:00:00+00:00");
}

#[test]
fn an_account_may_read_the_words_otherwise() {
    let case = Case::created(simple_order());
    let map = json!({ "status_map": { "DELIVERED": "completed", "OTHER": "canceled", "VENCIDO": "expired" } });
    let account = account(map);
    let reading = |word: &str| done(case.polled(&*account, &success(200, detail_of(word))));
    let delivered = reading("DELIVERED");
    assert!(
        delivered.readings[0].1.pending_result != Some(true) && delivered.next.is_some(),
        "its files are asked for"
    );
    assert_eq!(reading("OTHER").readings[0].1.state, Some(SubmissionState::Canceled));
    assert_eq!(reading("VENCIDO").readings[0].1.state, Some(SubmissionState::Expired));
    assert_eq!(reading("FINISHED").readings[0].1.state, None, "the map is taken whole");
}

#[test]
fn the_flags_may_have_other_values() {
    let account = account(json!({ "draft_flag_values": { "possible": "SI", "impossible": "NO", "done": "HECHO" } }));
    let case = Case::created(simple_order());
    let reading = case.read(&*account, detail_with("REVIEW", ["HECHO", "HECHO", "NO", "NOTHING"]));
    assert_eq!(reading.state, Some(SubmissionState::InProgress));
    let reading = case.read(&*account, detail_with("REVIEW", ["SUCCESS", "SUCCESS", "NO", "NOTHING"]));
    assert_eq!(reading.recipients[0].status, Some(RecipientStatus::Sent));
}

fn differences(account: &dyn provider_clients::provider::Account, case: &Case, detail: Value) -> Vec<String> {
    let found: Vec<Difference> = case.read(account, detail).differences.unwrap();
    found.into_iter().map(|difference| difference.pointer).collect()
}

#[test]
fn what_the_vendor_holds_is_compared_with_what_was_asked() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    let with = |member: &str, value: Value| {
        let mut detail = detail_of("REVIEW");
        detail["firmantes"][0][member] = value;
        differences(&*account, &case, detail)
    };
    assert_eq!(with("email", json!("JOSE@example.cl")), [""; 0]);
    assert_eq!(with("email", json!("other@example.cl")), ["/recipients/0/email"]);
    assert_eq!(with("RUT", json!("12.345.678-5")), ["/recipients/0/national_id"], "found by e-mail");
    assert_eq!(with("phone", json!("987332031")), [""; 0], "nine national digits");
    assert_eq!(with("phone", json!("987332000")), ["/recipients/0/phone"]);
    assert_eq!(with("RUT", json!("76.795.561-8")), [""; 0]);
    assert_eq!(with("RUT", json!("767955618")), [""; 0]);
    let mut detail = detail_of("REVIEW");
    detail["contrato"][0]["iContractTypeFeeID"] = json!(29);
    assert_eq!(differences(&*account, &case, detail), [""]);
    let mut detail = detail_of("REVIEW");
    detail["archivos"] = json!([{ "file_name": "a" }, { "file_name": "b" }]);
    assert_eq!(differences(&*account, &case, detail), ["/documents"]);
    let double = Case::created(double_order());
    assert_eq!(differences(&*account, &double, detail_of("REVIEW")), ["/recipients/1", "/recipients"]);
}

#[test]
fn nothing_is_compared_before_sending_and_after_the_end() {
    let account = account(json!({}));
    let case = Case::created(simple_order());
    for word in ["CREATED", "IN_NOTARY", "FINISHED", "REJECTED", "OTHER"] {
        assert_eq!(case.read(&*account, detail_of(word)).differences, None, "{word}");
    }
}

#[test]
fn signers_are_found_by_rut_then_by_email_and_by_email_alone_in_the_test_environment() {
    let mut detail = detail_of("REVIEW");
    let mut second = detail["firmantes"][0].clone();
    (second["RUT"], second["email"]) = (json!("12345678-5"), json!("elsewhere@example.cl"));
    second["phone"] = json!("912345678");
    second["sign_status"] = json!("ENABLE");
    detail["firmantes"].as_array_mut().unwrap().push(second);
    let status = |reading: &Reading, number: usize| {
        reading.recipients.iter().find(|r| r.recipient == recipient_id(number)).and_then(|r| r.status)
    };
    let reading = Case::created(double_order()).read(&*account(json!({})), detail.clone());
    assert_eq!(status(&reading, 1), Some(RecipientStatus::Sent));
    assert_eq!(status(&reading, 2), Some(RecipientStatus::Completed), "by RUT, under another address");
    for signer in detail["firmantes"].as_array_mut().unwrap() {
        signer["RUT"] = json!("76795561-8");
    }
    detail["firmantes"][1]["email"] = json!("ana@example.cl");
    let reading = Case::created(double_order()).read(&*account(json!({ "qa_rut_override": "76795561-8" })), detail);
    assert_eq!(status(&reading, 1), Some(RecipientStatus::Sent));
    assert_eq!(status(&reading, 2), Some(RecipientStatus::Completed));
    assert_eq!(reading.differences, Some(Vec::new()), "one RUT for everybody is what was asked");
}
