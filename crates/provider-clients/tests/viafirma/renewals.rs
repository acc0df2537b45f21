//! Operations that are used up or too old are replaced, and replaced ones are read until they must be dead. Section 3 and
//! the decisions that win over it.

use domain::states::SubmissionState;
use provider_clients::provider::Launch;
use provider_clients::reply::Reply;
use serde_json::json;

use crate::support::{
    Case, OPERATION, account, cancelled, detail, finished, finished_with, no_operation_data, not_finished, result,
    signed_by, signed_file, simple_order,
};

const SECOND: &str = "1518614616999AAAAAAAA";

/// A signer whose first operation was still open when the second one was prepared.
fn renewed() -> Case {
    Case::new(simple_order()).renewed(SECOND, 3600)
}

#[test]
fn the_oldest_operation_is_asked_first_and_the_current_one_last() {
    let account = account(json!({}));
    let (readings, asked) = renewed().poll(&*account, 3660, &[not_finished(), not_finished()]);
    assert_eq!(asked, [format!("operation/finished/{OPERATION}"), format!("operation/finished/{SECOND}")]);
    assert_eq!(readings.len(), 1);
    assert_eq!(readings[0].state, Some(SubmissionState::Sent));
}

#[test]
fn a_signature_in_a_replaced_operation_counts_and_ends_the_questions() {
    let account = account(json!({}));
    let case = renewed();
    let (readings, asked) = case.poll(&*account, 3660, &[finished(), result(&[signed_file(1)])]);
    assert_eq!(asked, [format!("operation/finished/{OPERATION}"), format!("signatureResult/{OPERATION}")]);
    assert_eq!(readings[0].state, Some(SubmissionState::Finalizing));
    assert_eq!(detail(&readings[0], 1), json!({ "status": "signed" }));
    // The first result wins: nobody can sign the newer one any more.
    assert_eq!(case.after(&readings[0]).launch(&*account, 3670), Launch::Exhausted);
}

#[test]
fn a_replaced_operation_that_ended_otherwise_changes_nothing_and_is_not_asked_again() {
    let account = account(json!({}));
    for replies in [
        vec![cancelled(), not_finished()],
        vec![finished_with("8001"), no_operation_data(), not_finished()],
        vec![finished_with("105"), no_operation_data(), not_finished()],
    ] {
        let case = renewed();
        let (readings, _) = case.poll(&*account, 3660, &replies);
        for reading in &readings {
            assert_eq!((reading.state, reading.used_up), (Some(SubmissionState::Sent), false));
            assert!(reading.notes.is_empty() && reading.recipients.is_empty());
        }
        let case = case.after(&readings[0]);
        assert!(matches!(case.launch(&*account, 3670), Launch::Ready { link } if link.contains(SECOND)));
        let (_, asked) = case.poll(&*account, 3720, &[not_finished()]);
        assert_eq!(asked, [format!("operation/finished/{SECOND}")]);
    }
}

#[test]
fn somebody_else_in_a_replaced_operation_stops_the_current_one() {
    let account = account(json!({}));
    let case = renewed();
    let stranger = json!({ "numberUserId": "87654321X" });
    let (readings, _) = case.poll(&*account, 3660, &[finished(), signed_by(stranger)]);
    assert_eq!(readings[0].notes.len(), 1);
    assert_eq!(case.after(&readings[0]).launch(&*account, 3670), Launch::Exhausted);
}

#[test]
fn a_replaced_operation_is_read_until_it_must_be_dead() {
    let account = account(json!({ "operation_ttl_s": 7200 }));
    // Fifteen minutes more than its life: a signature at the last moment counts.
    let (_, asked) = renewed().poll(&*account, 7200 + 899, &[not_finished(), not_finished()]);
    assert_eq!(asked.len(), 2);
    let (_, asked) = renewed().poll(&*account, 7200 + 900, &[not_finished()]);
    assert_eq!(asked, [format!("operation/finished/{SECOND}")]);
    assert_eq!(account.pace().watch_after_end, Some(std::time::Duration::from_secs(7200 + 900)));
}

#[test]
fn readings_of_a_replaced_operation_that_are_refused_do_not_keep_the_current_one_from_being_read() {
    let account = account(json!({ "poll": { "max_refusals": 1 } }));
    let (readings, asked) = renewed().poll(&*account, 3660, &[Reply::new(404, ""), not_finished()]);
    assert_eq!(asked.len(), 2);
    assert!(readings.iter().all(|reading| reading.notes.is_empty()), "nobody needs to know");
}

#[test]
fn while_the_next_operation_is_prepared_the_one_before_is_still_asked() {
    let account = account(json!({}));
    let case = Case::new(simple_order());
    let reading = case.read(&*account, &[finished_with("105"), no_operation_data()]);
    let mut case = case.after(&reading).renewed(SECOND, 90);
    case.outputs.clear();
    let (_, asked) = case.poll(&*account, 95, &[finished_with("105")]);
    assert_eq!(asked, [format!("operation/finished/{OPERATION}")]);
}

#[test]
fn a_used_up_operation_is_replaced_as_often_as_the_account_says() {
    let account = account(json!({ "max_operations_per_recipient": 3 }));
    let mut case = Case::new(simple_order());
    for number in 1..=3 {
        assert!(matches!(case.launch(&*account, number * 100), Launch::Ready { .. }), "operation {number}");
        let reading = case.read(&*account, &[finished_with("105"), no_operation_data()]);
        case = case.after(&reading);
        let expected = if number < 3 { Launch::Renew } else { Launch::Exhausted };
        assert_eq!(case.launch(&*account, number * 100 + 50), expected, "after operation {number}");
        case = case.renewed(&format!("{SECOND}{number}"), number * 100 + 60);
    }
}

#[test]
fn preparations_that_were_begun_anew_after_a_doubt_are_no_tries_of_the_signer() {
    let account = account(json!({ "max_operations_per_recipient": 1 }));
    // Attempt 4 is the first whose steps were all done.
    let case = Case { attempt: 4, ..Case::new(simple_order()) };
    assert!(matches!(case.launch(&*account, 10), Launch::Ready { .. }));
    assert_eq!(case.launch(&*account, 86_400), Launch::Exhausted);
}

#[test]
fn what_ended_for_good_is_not_replaced() {
    let account = account(json!({}));
    for replies in [vec![cancelled()], vec![finished_with("8001"), no_operation_data()]] {
        let case = Case::new(simple_order());
        let reading = case.read(&*account, &replies);
        assert_eq!(case.after(&reading).launch(&*account, 90), Launch::Exhausted);
    }
}

#[test]
fn an_old_operation_is_still_asked_so_that_a_late_signature_is_seen() {
    let account = account(json!({}));
    let (readings, _) = Case::new(simple_order()).poll(&*account, 500_000, &[finished(), result(&[signed_file(1)])]);
    assert_eq!(readings[0].state, Some(SubmissionState::Finalizing));
}
