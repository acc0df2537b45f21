use std::fmt::Debug;

use proptest::prelude::*;
use proptest::sample::{SizeRange, select};

use super::*;

fn is_end<S: State>(state: S) -> bool {
    state.progress() == Progress::Ended
}

fn transitions_keep_the_rules<S: State + Debug + 'static>(all: &'static [S]) {
    for &from in all {
        for &to in all {
            let expected = match (is_end(from), is_end(to)) {
                _ if from == to => Advance::Unchanged,
                (true, true) => Advance::Refused(LateFact { recorded: from, reported: to }),
                (true, false) => Advance::Unchanged,
                (false, true) => Advance::Moved(to),
                (false, false) if to.progress() > from.progress() => Advance::Moved(to),
                (false, false) => Advance::Unchanged,
            };
            assert_eq!(advance(from, to), expected, "{from:?} and then {to:?}");
            assert!(from == to || is_end(from) || from.progress() != to.progress(), "{from:?} and {to:?} tie");
        }
    }
}

#[test]
fn steps_are_skipped_but_never_taken_back_and_ends_are_final() {
    transitions_keep_the_rules(EnvelopeStatus::ALL);
    transitions_keep_the_rules(RecipientStatus::ALL);
    transitions_keep_the_rules(StageStatus::ALL);
    transitions_keep_the_rules(SubmissionState::ALL);
}

#[test]
fn the_open_states_come_in_the_documented_order() {
    use EnvelopeStatus::{Draft, Finalizing, InProgress, Sent, Submitted, Submitting};
    let order = [Draft, Submitting, Submitted, Sent, InProgress, Finalizing];
    assert!(order.is_sorted_by(|a, b| a.progress() < b.progress()));
    assert!(EnvelopeStatus::ALL.iter().all(|status| status.is_terminal() != order.contains(status)));

    use RecipientStatus as R;
    let order = [R::Created, R::Sent, R::Viewed, R::Failed];
    assert!(order.is_sorted_by(|a, b| a.progress() < b.progress()));
    assert!(R::ALL.iter().all(|status| status.is_terminal() != order.contains(status)));

    use SubmissionState as S;
    let order = [S::Planned, S::Submitting, S::Unknown, S::Submitted, S::Sent, S::InProgress, S::Finalizing];
    assert!(order.is_sorted_by(|a, b| a.progress() < b.progress()));
    assert!(S::ALL.iter().all(|state| state.is_terminal() != order.contains(state)));
}

#[test]
fn an_unreachable_recipient_is_sent_again_only_by_a_correction() {
    use RecipientStatus::{Completed, Failed, Sent, Viewed};
    assert_eq!(advance(Failed, Sent), Advance::Unchanged);
    assert_eq!(advance(Failed, Viewed), Advance::Unchanged);
    assert_eq!(advance(Failed, Completed), Advance::Moved(Completed));
    for status in RecipientStatus::ALL {
        let expected = if *status == Failed { Advance::Moved(Sent) } else { Advance::Unchanged };
        assert_eq!(status.corrected(), expected, "{status}");
    }
}

#[test]
fn a_submission_begins_again_only_by_a_decision() {
    use SubmissionState::{Refused, Submitting, Unknown};
    assert_eq!(advance(Unknown, Submitting), Advance::Unchanged);
    assert_eq!(advance(Refused, Submitting), Advance::Unchanged);
    for state in SubmissionState::ALL {
        let again = matches!(state, Unknown | Refused);
        let expected = if again { Advance::Moved(Submitting) } else { Advance::Unchanged };
        assert_eq!(state.resubmitted(), expected, "{state}");
    }
}

#[test]
fn every_word_is_read_back_and_no_two_are_the_same() {
    fn check<S: State + Debug + std::str::FromStr<Err: Debug>>(all: &[S], words: &[&str]) {
        assert_eq!(all.len(), words.len());
        for (state, word) in all.iter().zip(words) {
            assert_eq!(word.parse::<S>().unwrap(), *state);
        }
    }
    check(EnvelopeStatus::ALL, EnvelopeStatus::WORDS);
    check(RecipientStatus::ALL, RecipientStatus::WORDS);
    check(StageStatus::ALL, StageStatus::WORDS);
    check(SubmissionState::ALL, SubmissionState::WORDS);
    assert!("In_Progress".parse::<EnvelopeStatus>().is_err());
}

/// Facts of which at most one is an end, though it may be told more than once, and a permutation of them.
fn facts_in_two_orders<S: State + Debug + 'static>(all: &'static [S]) -> impl Strategy<Value = (Vec<S>, Vec<S>)> {
    let open: Vec<S> = all.iter().copied().filter(|state| !is_end(*state)).collect();
    let ends: Vec<S> = all.iter().copied().filter(|state| is_end(*state)).collect();
    (prop::collection::vec(select(open), 0..8), select(ends), 0..3_usize)
        .prop_map(|(mut facts, end, times)| {
            facts.extend(std::iter::repeat_n(end, times));
            facts
        })
        .prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle()))
}

fn any_facts<S: State + Debug + 'static>(
    all: &'static [S],
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = Vec<S>> {
    prop::collection::vec(select(all), size)
}

fn order_does_not_matter<S: State + Debug>(start: S, (facts, shuffled): (Vec<S>, Vec<S>)) -> Result<(), TestCaseError> {
    let (state, late) = fold(start, facts);
    prop_assert!(late.is_empty());
    prop_assert_eq!(fold(start, shuffled), (state, late));
    Ok(())
}

fn the_first_end_stands<S: State + Debug>(start: S, facts: Vec<S>) -> Result<(), TestCaseError> {
    let mut state = start;
    for fact in &facts {
        let next = fold(state, [*fact]).0;
        prop_assert!(next.progress() >= state.progress(), "{:?} walked back to {:?}", state, next);
        prop_assert!(!is_end(state) || next == state, "{:?} was left for {:?}", state, next);
        state = next;
    }
    let (folded, late) = fold(start, facts.iter().copied());
    prop_assert_eq!(folded, state);
    if let Some(first) = facts.iter().find(|fact| is_end(**fact)) {
        prop_assert_eq!(folded, *first);
        let others = facts.iter().filter(|fact| is_end(**fact) && *fact != first);
        prop_assert_eq!(late.iter().map(|fact| fact.reported).collect::<Vec<_>>(), others.copied().collect::<Vec<_>>());
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_order_of_facts_does_not_change_an_envelope(facts in facts_in_two_orders(EnvelopeStatus::ALL)) {
        order_does_not_matter(EnvelopeStatus::Draft, facts)?;
    }

    #[test]
    fn the_order_of_facts_does_not_change_a_recipient(facts in facts_in_two_orders(RecipientStatus::ALL)) {
        order_does_not_matter(RecipientStatus::Created, facts)?;
    }

    #[test]
    fn the_order_of_facts_does_not_change_a_submission(facts in facts_in_two_orders(SubmissionState::ALL)) {
        order_does_not_matter(SubmissionState::Planned, facts)?;
    }

    #[test]
    fn the_first_end_of_an_envelope_stands(facts in any_facts(EnvelopeStatus::ALL, 0..10)) {
        the_first_end_stands(EnvelopeStatus::Draft, facts)?;
    }

    #[test]
    fn the_first_end_of_a_recipient_stands(facts in any_facts(RecipientStatus::ALL, 0..10)) {
        the_first_end_stands(RecipientStatus::Created, facts)?;
    }

    #[test]
    fn the_first_end_of_a_submission_stands(facts in any_facts(SubmissionState::ALL, 0..10)) {
        the_first_end_stands(SubmissionState::Planned, facts)?;
    }
}
