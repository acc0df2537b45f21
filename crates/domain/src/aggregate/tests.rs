use EnvelopeStatus as E;
use SubmissionState as S;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::states::{advance, fold};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

/// A submission as it usually is in a state: live from `submitted` to `finalizing`.
fn sub(state: S) -> SubmissionFacts {
    let live = matches!(state, S::Submitted | S::Sent | S::InProgress | S::Finalizing);
    SubmissionFacts { state, ended_at: None, acted: false, live, cancel: None }
}

fn ended(state: S, second: i64) -> SubmissionFacts {
    SubmissionFacts { ended_at: Some(at(second)), ..sub(state) }
}

fn canceling(state: S, cause: CancelCause, outcome: CancelOutcome) -> SubmissionFacts {
    SubmissionFacts { cancel: Some(Cancellation { cause, outcome }), ..sub(state) }
}

fn status(states: &[S]) -> E {
    aggregate(&states.iter().copied().map(sub).collect::<Vec<_>>()).status
}

#[test]
fn row_1_all_completed_and_none_planned_is_completed() {
    assert_eq!(status(&[S::Completed]), E::Completed);
    assert_eq!(
        aggregate(&[sub(S::Completed), sub(S::Completed)]),
        Aggregate { status: E::Completed, attentions: vec![], cancel: vec![], drop_unstarted: false }
    );
    assert_eq!(status(&[S::Completed, S::Planned]), E::InProgress);
    assert_eq!(status(&[S::Completed, S::Finalizing]), E::Finalizing);
    assert_eq!(status(&[]), E::Submitting);
}

#[test]
fn row_2_an_end_of_one_is_the_end_of_all_and_the_live_others_are_canceled() {
    for (state, end) in
        [(S::Declined, E::Declined), (S::Rejected, E::Rejected), (S::Canceled, E::Canceled), (S::Expired, E::Expired)]
    {
        assert_eq!(
            aggregate(&[
                sub(S::Sent),
                sub(S::Completed),
                sub(state),
                sub(S::Planned),
                sub(S::Finalizing),
                sub(S::Submitting)
            ]),
            Aggregate { status: end, attentions: vec![], cancel: vec![0, 4], drop_unstarted: true }
        );
        assert_eq!(status(&[S::Refused, state]), end);
    }
}

#[test]
fn row_2_others_are_asked_to_cancel_only_once() {
    use CancelCause::Sibling;
    let facts = [
        ended(S::Declined, 1),
        canceling(S::Sent, Sibling, CancelOutcome::Pending),
        canceling(S::Sent, Sibling, CancelOutcome::Refused),
        sub(S::Sent),
    ];
    assert_eq!(aggregate(&facts).cancel, vec![3]);
}

#[test]
fn row_2_the_earliest_end_wins() {
    assert_eq!(aggregate(&[ended(S::Rejected, 2), ended(S::Expired, 1)]).status, E::Expired);
    assert_eq!(aggregate(&[ended(S::Expired, 1), ended(S::Rejected, 2)]).status, E::Expired);
    assert_eq!(aggregate(&[sub(S::Rejected), ended(S::Expired, 1)]).status, E::Expired);
}

#[test]
fn row_2_ends_of_one_time_are_taken_in_the_documented_order() {
    let order =
        [(S::Rejected, E::Rejected), (S::Declined, E::Declined), (S::Canceled, E::Canceled), (S::Expired, E::Expired)];
    for (place, (state, end)) in order.iter().enumerate() {
        for (lesser, _) in &order[place..] {
            assert_eq!(aggregate(&[ended(*lesser, 5), ended(*state, 5)]).status, *end);
            assert_eq!(aggregate(&[sub(*lesser), sub(*state)]).status, *end);
        }
    }
}

#[test]
fn row_2_the_cause_of_a_cancellation_decides_what_it_means() {
    use CancelOutcome::Confirmed;
    let end = |cause| aggregate(&[canceling(S::Canceled, cause, Confirmed)]).status;
    assert_eq!(end(CancelCause::Requested), E::Canceled);
    assert_eq!(end(CancelCause::Deadline), E::Expired);
    let aftermath =
        SubmissionFacts { ended_at: Some(at(1)), ..canceling(S::Canceled, CancelCause::Sibling, Confirmed) };
    assert_eq!(aggregate(&[aftermath, ended(S::Declined, 2)]).status, E::Declined);
}

#[test]
fn row_3_a_refusal_with_nothing_live_fails_the_envelope_and_drops_what_has_not_started() {
    for state in [S::Refused, S::Failed] {
        for others in [vec![], vec![S::Planned], vec![S::Submitting], vec![S::Completed, S::Planned]] {
            let facts: Vec<_> = others.into_iter().chain([state]).map(sub).collect();
            assert_eq!(
                aggregate(&facts),
                Aggregate { status: E::Failed, attentions: vec![], cancel: vec![], drop_unstarted: true }
            );
        }
    }
    let unserved = SubmissionFacts { live: false, ..sub(S::Submitted) };
    assert_eq!(aggregate(&[sub(S::Refused), unserved]).status, E::Failed);
}

#[test]
fn row_4_a_refusal_beside_live_ones_cancels_them_and_says_so() {
    let facts = [sub(S::Refused), sub(S::Sent), sub(S::Planned), sub(S::Submitted)];
    assert_eq!(
        aggregate(&facts),
        Aggregate {
            status: E::Submitted,
            attentions: vec![AttentionCode::PartiallySubmitted],
            cancel: vec![1, 3],
            drop_unstarted: true
        }
    );
    let under_way = SubmissionFacts { live: true, ..sub(S::Submitting) };
    assert_eq!(aggregate(&[sub(S::Refused), under_way]).cancel, vec![1]);
}

#[test]
fn row_4_confirmed_cancellations_fail_the_envelope_and_refused_ones_keep_it_waiting() {
    use CancelCause::Sibling;
    use CancelOutcome::{Confirmed, Pending, Refused};
    let canceled = canceling(S::Canceled, Sibling, Confirmed);
    assert_eq!(aggregate(&[sub(S::Refused), canceled]).status, E::Failed);
    assert_eq!(aggregate(&[sub(S::Refused), canceling(S::Sent, Sibling, Confirmed)]).status, E::Failed);
    for outcome in [Pending, Refused] {
        let facts = [sub(S::Refused), canceled, canceling(S::InProgress, Sibling, outcome)];
        assert_eq!(
            aggregate(&facts),
            Aggregate {
                status: E::InProgress,
                attentions: vec![AttentionCode::PartiallySubmitted],
                cancel: vec![],
                drop_unstarted: true
            }
        );
    }
}

#[test]
fn row_4_an_unknown_submission_counts_as_live_but_cannot_be_canceled() {
    assert_eq!(
        aggregate(&[sub(S::Unknown), sub(S::Refused)]),
        Aggregate {
            status: E::Submitting,
            attentions: vec![AttentionCode::PartiallySubmitted, AttentionCode::SubmissionUnknown],
            cancel: vec![],
            drop_unstarted: true
        }
    );
}

#[test]
fn row_5_an_unknown_submission_leaves_the_state_to_the_others_and_asks_for_a_person() {
    let cases = [
        (vec![S::Unknown], E::Submitting),
        (vec![S::Unknown, S::Planned], E::Submitting),
        (vec![S::Unknown, S::Submitting], E::Submitting),
        (vec![S::Unknown, S::Submitted], E::Submitted),
        (vec![S::Unknown, S::Sent], E::Sent),
        (vec![S::Unknown, S::InProgress], E::InProgress),
        (vec![S::Unknown, S::Completed], E::Finalizing),
        (vec![S::Unknown, S::Declined], E::Declined),
    ];
    for (states, expected) in cases {
        let facts: Vec<_> = states.iter().copied().map(sub).collect();
        let result = aggregate(&facts);
        assert_eq!(result.status, expected, "{states:?}");
        assert_eq!(result.attentions, vec![AttentionCode::SubmissionUnknown], "{states:?}");
        assert_eq!(result.cancel, Vec::<usize>::new(), "{states:?}");
    }
}

#[test]
fn row_6_the_first_act_makes_it_in_progress_and_the_last_finalizing() {
    assert_eq!(status(&[S::InProgress, S::Sent]), E::InProgress);
    assert_eq!(status(&[S::Completed, S::Submitting]), E::InProgress);
    assert_eq!(status(&[S::Finalizing, S::InProgress]), E::InProgress);
    assert_eq!(status(&[S::Finalizing, S::Planned]), E::InProgress);
    assert_eq!(status(&[S::Finalizing]), E::Finalizing);
    assert_eq!(status(&[S::Finalizing, S::Completed]), E::Finalizing);
    let acted = SubmissionFacts { acted: true, ..sub(S::Sent) };
    assert_eq!(aggregate(&[acted, sub(S::Submitting)]).status, E::InProgress);
}

#[test]
fn row_7_otherwise_the_least_advanced_that_is_not_planned_tells() {
    assert_eq!(status(&[S::Planned]), E::Submitting);
    assert_eq!(status(&[S::Planned, S::Planned]), E::Submitting);
    assert_eq!(status(&[S::Submitting, S::Sent]), E::Submitting);
    assert_eq!(status(&[S::Sent, S::Submitted]), E::Submitted);
    assert_eq!(status(&[S::Sent, S::Planned]), E::Sent);
    assert_eq!(status(&[S::Sent, S::Sent]), E::Sent);
}

mod recipients {
    use super::super::*;
    use RecipientStatus::{Completed, Created, Declined, Failed, Sent, Skipped, Viewed};

    fn over(statuses: &[RecipientStatus]) -> RecipientStatus {
        let places =
            statuses.iter().map(|status| RecipientInSubmission { status: *status, submission_completed: false });
        recipient_over_submissions(&places.collect::<Vec<_>>())
    }

    #[test]
    fn the_documented_rules_hold_in_every_order() {
        let cases: [(&[RecipientStatus], RecipientStatus); 17] = [
            (&[], Created),
            (&[Created], Created),
            (&[Viewed], Viewed),
            (&[Declined, Completed], Declined),
            (&[Declined, Failed], Declined),
            (&[Completed, Completed], Completed),
            (&[Completed, Skipped], Completed),
            (&[Skipped, Skipped], Skipped),
            (&[Failed, Completed], Failed),
            (&[Failed, Sent], Failed),
            (&[Failed, Skipped], Failed),
            (&[Created, Sent], Sent),
            (&[Viewed, Sent], Viewed),
            (&[Completed, Created], Viewed),
            (&[Completed, Skipped, Sent], Viewed),
            (&[Skipped, Created], Created),
            (&[Skipped, Sent], Sent),
        ];
        for (statuses, expected) in cases {
            assert_eq!(over(statuses), expected, "{statuses:?}");
            let reversed: Vec<_> = statuses.iter().rev().copied().collect();
            assert_eq!(over(&reversed), expected, "{reversed:?}");
        }
    }

    #[test]
    fn a_failure_in_a_completed_submission_does_not_count_beside_others() {
        let without = RecipientInSubmission { status: Failed, submission_completed: true };
        let with = |status| RecipientInSubmission { status, submission_completed: false };
        assert_eq!(recipient_over_submissions(&[without]), Failed);
        assert_eq!(recipient_over_submissions(&[without, with(Completed)]), Completed);
        assert_eq!(recipient_over_submissions(&[with(Sent), without]), Sent);
        assert_eq!(recipient_over_submissions(&[with(Failed), without]), Failed);
    }
}

fn any_facts() -> impl Strategy<Value = SubmissionFacts> {
    let cancel = (select(CancelCause::ALL), select(CancelOutcome::ALL))
        .prop_map(|(cause, outcome)| Cancellation { cause, outcome });
    (select(S::ALL), prop::option::of(0..3_i64), any::<bool>(), any::<bool>(), prop::option::of(cancel)).prop_map(
        |(state, ended_at, acted, live, cancel)| SubmissionFacts {
            state,
            ended_at: ended_at.map(at),
            acted,
            live,
            cancel,
        },
    )
}

/// Facts, each with the place of its submission.
type Told = Vec<(usize, S)>;

/// Facts of some submissions, told in two orders; over each submission there is at most one end.
fn told_in_two_orders() -> impl Strategy<Value = (usize, Told, Told)> {
    let open: Vec<S> = S::ALL.iter().copied().filter(|state| !state.is_terminal()).collect();
    let ends: Vec<S> = S::ALL.iter().copied().filter(|state| state.is_terminal()).collect();
    let one = (prop::collection::vec(select(open), 0..5), prop::option::of(select(ends)));
    prop::collection::vec(one, 1..4).prop_flat_map(|submissions| {
        let facts: Told = submissions
            .iter()
            .enumerate()
            .flat_map(|(place, (open, end))| open.iter().chain(end).map(move |state| (place, *state)))
            .collect();
        (Just(submissions.len()), Just(facts.clone()), Just(facts).prop_shuffle())
    })
}

fn final_aggregate(count: usize, facts: &[(usize, S)]) -> Aggregate {
    let states = (0..count).map(|place| {
        let of_this = facts.iter().filter(|(of, _)| *of == place).map(|(_, state)| *state);
        fold(S::Planned, of_this).0
    });
    aggregate(&states.map(sub).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn the_order_of_the_submissions_does_not_matter(
        (facts, shuffled) in prop::collection::vec(any_facts(), 0..5)
            .prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle())),
    ) {
        let (one, other) = (aggregate(&facts), aggregate(&shuffled));
        prop_assert_eq!(one.status, other.status);
        prop_assert_eq!(one.attentions, other.attentions);
        prop_assert_eq!(one.drop_unstarted, other.drop_unstarted);
        prop_assert_eq!(one.cancel.len(), other.cancel.len());
    }

    #[test]
    fn the_order_of_the_facts_does_not_matter((count, facts, shuffled) in told_in_two_orders()) {
        prop_assert_eq!(final_aggregate(count, &facts), final_aggregate(count, &shuffled));
    }

    #[test]
    fn an_envelope_that_follows_its_submissions_never_walks_back((count, facts, _) in told_in_two_orders()) {
        let mut envelope = E::Draft;
        for told in 0..=facts.len() {
            let next = advance(envelope, final_aggregate(count, &facts[..told]).status).moved().unwrap_or(envelope);
            prop_assert!(next.progress() >= envelope.progress());
            prop_assert!(!envelope.is_terminal() || next == envelope);
            envelope = next;
        }
    }

    #[test]
    fn an_unknown_submission_never_lets_the_envelope_complete_or_fail(
        others in prop::collection::vec(any_facts(), 0..4), unknown in any_facts(),
    ) {
        let unknown = SubmissionFacts { state: S::Unknown, cancel: None, ..unknown };
        let facts: Vec<_> = others.into_iter().chain([unknown]).collect();
        let result = aggregate(&facts);
        prop_assert!(!matches!(result.status, E::Completed | E::Failed));
        prop_assert!(result.attentions.contains(&AttentionCode::SubmissionUnknown));
    }

    #[test]
    fn only_live_submissions_are_canceled_and_only_once_something_ended(
        facts in prop::collection::vec(any_facts(), 0..5),
    ) {
        let result = aggregate(&facts);
        for place in &result.cancel {
            prop_assert!(facts[*place].is_live() && facts[*place].cancel.is_none());
        }
        prop_assert!(result.cancel.is_empty() || facts.iter().any(|s| s.state.is_terminal()));
        prop_assert!(result.drop_unstarted || result.cancel.is_empty());
    }

    #[test]
    fn the_order_of_a_recipients_submissions_does_not_matter(
        (places, shuffled) in prop::collection::vec((select(RecipientStatus::ALL), any::<bool>()), 0..5)
            .prop_map(|places| {
                let place = |(status, submission_completed)| RecipientInSubmission { status, submission_completed };
                places.into_iter().map(place).collect::<Vec<_>>()
            })
            .prop_flat_map(|places| (Just(places.clone()), Just(places).prop_shuffle())),
    ) {
        prop_assert_eq!(recipient_over_submissions(&places), recipient_over_submissions(&shuffled));
    }
}
