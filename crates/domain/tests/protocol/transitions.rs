//! Every transition of a step's record.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::outcome::{Blame, Class, Doubt, Outcome, Refusal};
use domain::protocol::{
    LookedUp, Next, Policy, Progress, Resolution, StepRecord, intend, looked_up, next, not_sent_since, outputs,
    overdue, park, resolve, settle, spent,
};
use domain::steps::{Repeat, Step, StepOutput, WhenInDoubt, WhenNotFound};

const POLICY: Policy = Policy {
    patience: Duration::from_secs(3600),
    first_pause: Duration::from_secs(2),
    longest_pause: Duration::from_secs(60),
};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + seconds, 0).unwrap()
}

fn output() -> StepOutput {
    StepOutput::reference("op-1")
}

fn refusal(class: Class) -> Refusal {
    Refusal { class, code: "send/0014".to_owned(), message: "no".to_owned(), blames: Vec::new(), retry_after: None }
}

fn unknown() -> Outcome<StepOutput> {
    Outcome::Unknown(Doubt::new("time-out"))
}

fn not_sent(retry_after: Option<u64>) -> Outcome<StepOutput> {
    Outcome::NotSent { reason: "refused".to_owned(), retry_after: retry_after.map(Duration::from_secs) }
}

fn looking(delays: &[u64], otherwise: WhenNotFound) -> WhenInDoubt {
    WhenInDoubt::LookUp { delays: delays.iter().copied().map(Duration::from_secs).collect(), otherwise }
}

/// One step of each kind.
fn steps() -> Vec<Step> {
    vec![
        Step::repeatable("repeatable"),
        Step::once("looked_up", looking(&[5, 20, 60], WhenNotFound::Repeat)),
        Step::once("looked_up_or_parked", looking(&[5], WhenNotFound::Park)),
        Step::once("repeated_later", WhenInDoubt::RepeatAfter { wait: Duration::from_secs(120) }),
        Step::once("restarted", WhenInDoubt::Restart { repeats: 0, pauses: vec![Duration::ZERO; 2] }),
        Step::once("parked", WhenInDoubt::Park { hold: Duration::ZERO }),
    ]
}

fn step(name: &str) -> Step {
    steps().into_iter().find(|step| step.id == name).unwrap()
}

fn intended(record: &StepRecord, now: DateTime<Utc>) -> StepRecord {
    intend(record, now, now + TimeDelta::seconds(30), now + TimeDelta::seconds(200))
}

/// A call that begins and ends at `now`.
fn carried(step: &Step, record: &StepRecord, outcome: Outcome<StepOutput>, now: DateTime<Utc>) -> StepRecord {
    settle(step, &record.progress, &intended(record, now), outcome, now, &POLICY)
}

fn fresh(step: &Step) -> StepRecord {
    StepRecord::new(&step.id)
}

fn doubtful(step: &Step, since: DateTime<Utc>) -> StepRecord {
    carried(step, &fresh(step), unknown(), since)
}

fn then(step: &Step, record: &StepRecord, attempt: u32, now: DateTime<Utc>) -> Next {
    next(std::slice::from_ref(step), std::slice::from_ref(record), attempt, now)
}

#[test]
fn steps_are_carried_out_in_order_and_each_waits_for_the_one_before() {
    let steps = steps();
    let mut records: Vec<StepRecord> = steps.iter().map(fresh).collect();
    for index in 0..steps.len() {
        assert_eq!(next(&steps, &records, 1, at(0)), Next::Carry(index));
        assert_eq!(outputs(&records).len(), index);
        records[index] = carried(&steps[index], &records[index], Outcome::Done(output()), at(0));
    }
    assert_eq!(next(&steps, &records, 1, at(0)), Next::Finished);
    assert_eq!(outputs(&records)["parked"], output());
}

#[test]
fn an_intent_counts_the_tries_and_keeps_the_first_time() {
    let first = intended(&StepRecord::new("x"), at(0));
    assert_eq!((first.tries, first.first_try), (1, Some(at(0))));
    assert_eq!(first.progress, Progress::Intended { at: at(0), not_after: at(30), over_at: at(200) });
    let second = intended(&first, at(9));
    assert_eq!((second.tries, second.first_try), (2, Some(at(0))));
}

#[test]
fn an_intent_is_left_alone_until_its_call_must_be_over_and_is_then_in_doubt() {
    for step in steps() {
        let record = intended(&fresh(&step), at(0));
        assert_eq!(then(&step, &record, 1, at(199)), Next::AwaitOther { step: 0, until: at(200) });
        assert_eq!(then(&step, &record, 1, at(200)), Next::TakeOver(0));
        let lost = settle(&step, &fresh(&step).progress, &record, unknown(), at(200), &POLICY);
        let taken_over = overdue(&step, &record, at(200));
        // A lost answer of what is repeated at will is followed by a pause; a worker that died has paused long enough.
        let later = match then(&step, &lost, 1, at(200)) {
            Next::Wait(until) if step.repeat == Repeat::Repeatable => until,
            _ => at(200),
        };
        assert_eq!(then(&step, &taken_over, 1, later), then(&step, &lost, 1, later), "{}", step.id);
        assert_eq!(taken_over.tries, 1);
    }
}

#[test]
fn what_is_certain_is_the_same_for_every_step() {
    for step in steps() {
        let record = fresh(&step);
        let after = |outcome| carried(&step, &record, outcome, at(0));
        assert_eq!(after(Outcome::Done(output())).progress, Progress::Done { output: output() });
        assert_eq!(then(&step, &after(Outcome::SessionExpired), 1, at(0)), Next::Carry(0));
        assert_eq!(then(&step, &after(not_sent(None)), 1, at(0)), Next::Wait(at(2)));
        assert_eq!(then(&step, &after(not_sent(Some(77))), 1, at(0)), Next::Wait(at(77)));
        assert_eq!(then(&step, &after(not_sent(None)), 1, at(2)), Next::Carry(0));
        for class in [Class::InvalidRequest, Class::NotFound, Class::Conflict, Class::ProviderError] {
            assert_eq!(then(&step, &after(Outcome::Refused(refusal(class))), 1, at(0)), Next::Refused(0));
        }
        for class in [Class::Authentication, Class::Permission, Class::InsufficientCredit] {
            let blocked = after(Outcome::Refused(refusal(class)));
            assert_eq!(blocked.progress, Progress::Blocked { since: at(0), refusal: refusal(class) });
            assert_eq!(then(&step, &blocked, 1, at(0)), Next::Blocked(0));
        }
    }
}

#[test]
fn settings_that_name_what_the_provider_lacks_wait_for_their_correction() {
    let step = step("looked_up");
    let blaming = |blames: &[Blame]| {
        let refusal = Refusal { blames: blames.to_vec(), ..refusal(Class::ProviderError) };
        then(&step, &carried(&step, &fresh(&step), Outcome::Refused(refusal), at(0)), 1, at(0))
    };
    assert_eq!(blaming(&[Blame::account("/settings/base_url")]), Next::Blocked(0));
    assert_eq!(blaming(&[Blame::account("/settings/base_url"), Blame::envelope("/documents")]), Next::Refused(0));
    assert_eq!(blaming(&[Blame::account("/credentials/key")]), Next::Refused(0));
    assert_eq!(blaming(&[]), Next::Refused(0));
}

#[test]
fn what_passes_by_itself_is_waited_for_with_patience_and_then_blocks() {
    let step = step("looked_up");
    for class in [Class::RateLimited, Class::ProviderUnavailable] {
        let mut record = fresh(&step);
        for (now, pause) in [(0, 2), (10, 4), (20, 8), (30, 16), (60, 32), (100, 60), (3599, 60)] {
            record = carried(&step, &record, Outcome::Refused(refusal(class)), at(now));
            assert_eq!(then(&step, &record, 1, at(now)), Next::Wait(at(now + pause)));
        }
        let blocked = carried(&step, &record, Outcome::Refused(refusal(class)), at(3600));
        assert_eq!(then(&step, &blocked, 1, at(3600)), Next::Blocked(0));
    }
}

#[test]
fn the_provider_may_ask_for_a_longer_pause_but_not_for_a_shorter_one() {
    let step = step("parked");
    for (asked, pause) in [(1, 2), (500, 500)] {
        let told = Refusal { retry_after: Some(Duration::from_secs(asked)), ..refusal(Class::RateLimited) };
        let record = carried(&step, &fresh(&step), Outcome::Refused(told), at(0));
        assert_eq!(then(&step, &record, 1, at(0)), Next::Wait(at(pause)));
    }
}

#[test]
fn pauses_double_up_to_the_longest_for_any_number_of_tries() {
    let pauses: Vec<u64> = [0, 1, 2, 3, 6, 7, 21, 22, u32::MAX].map(|tries| POLICY.pause(tries).as_secs()).into();
    assert_eq!(pauses, [2, 2, 4, 8, 60, 60, 60, 60, 60]);
}

#[test]
fn a_doubt_is_met_as_the_step_says() {
    let first_after_doubt = |name: &str, attempt| {
        let step = step(name);
        let record = doubtful(&step, at(0));
        let now = match then(&step, &record, attempt, at(0)) {
            Next::Wait(until) => until,
            _ => at(0),
        };
        (now, then(&step, &record, attempt, now))
    };
    assert_eq!(first_after_doubt("repeatable", 1), (at(2), Next::Carry(0)));
    assert_eq!(first_after_doubt("looked_up", 1), (at(5), Next::LookUp(0)));
    assert_eq!(first_after_doubt("repeated_later", 1), (at(120), Next::Carry(0)));
    assert_eq!(first_after_doubt("restarted", 1), (at(0), Next::Restart(0)));
    assert_eq!(first_after_doubt("restarted", 2), (at(0), Next::Spent(0)));
    assert_eq!(first_after_doubt("parked", 1), (at(0), Next::Parked(0)));
}

#[test]
fn a_repeatable_step_that_is_looked_up_or_repeated_later_keeps_its_doubt() {
    for in_doubt in [looking(&[5], WhenNotFound::Repeat), WhenInDoubt::RepeatAfter { wait: Duration::from_secs(5) }] {
        let step = Step { in_doubt, ..Step::repeatable("x") };
        assert_eq!(then(&step, &doubtful(&step, at(0)), 1, at(0)), Next::Wait(at(5)));
    }
}

#[test]
fn looks_follow_their_schedule_counted_from_the_doubt() {
    let step = step("looked_up");
    let mut record = doubtful(&step, at(100));
    for (look, following) in [(105, 120), (121, 160)] {
        assert_eq!(then(&step, &record, 1, at(look)), Next::LookUp(0));
        record = looked_up(&step, &record, LookedUp::NotFound, at(look));
        assert_eq!(then(&step, &record, 1, at(look)), Next::Wait(at(following)));
    }
    record = looked_up(&step, &record, LookedUp::NotFound, at(160));
    assert_eq!(then(&step, &record, 1, at(160)), Next::Carry(0));
}

#[test]
fn a_late_look_is_not_made_up_for_with_waiting() {
    let step = step("looked_up");
    let record = looked_up(&step, &doubtful(&step, at(0)), LookedUp::NotFound, at(1000));
    assert_eq!(then(&step, &record, 1, at(1000)), Next::LookUp(0));
}

#[test]
fn a_look_that_failed_is_repeated_and_does_not_count() {
    let step = step("looked_up_or_parked");
    let record = looked_up(&step, &doubtful(&step, at(0)), LookedUp::Failed { pause: Duration::from_secs(9) }, at(5));
    assert_eq!(then(&step, &record, 1, at(5)), Next::Wait(at(14)));
    assert_eq!(then(&step, &record, 1, at(14)), Next::LookUp(0));
    let empty = looked_up(&step, &record, LookedUp::NotFound, at(14));
    assert_eq!(then(&step, &empty, 1, at(14)), Next::Parked(0));
}

#[test]
fn what_a_look_found_is_adopted_and_an_ambiguous_look_waits_for_a_person() {
    let step = step("looked_up");
    let record = doubtful(&step, at(0));
    let found = looked_up(&step, &record, LookedUp::Found { output: output(), others: 1 }, at(5));
    assert_eq!(found.output(), Some(&output()));
    let ambiguous = looked_up(&step, &record, LookedUp::Ambiguous { reason: "two".to_owned() }, at(5));
    assert_eq!(ambiguous.progress, Progress::Parked { since: at(5), doubt: Doubt::new("two") });
}

#[test]
fn a_look_changes_nothing_that_is_not_in_doubt() {
    let step = step("looked_up");
    let found = || LookedUp::Found { output: output(), others: 0 };
    for record in every_progress(&step) {
        let doubtful = matches!(record.progress, Progress::Doubtful { .. });
        assert_eq!(looked_up(&step, &record, found(), at(500)) != record, doubtful, "{record:?}");
    }
}

#[test]
fn a_repeat_of_a_call_in_doubt_never_forgets_the_doubt() {
    let step = step("repeated_later");
    let first = doubtful(&step, at(0));
    let repeat = |outcome| carried(&step, &first, outcome, at(120));

    assert_eq!(repeat(Outcome::Done(output())).output(), Some(&output()));
    for class in [Class::Conflict, Class::InvalidRequest, Class::Authentication, Class::RateLimited] {
        let parked = repeat(Outcome::Refused(refusal(class)));
        let Progress::Parked { doubt, .. } = &parked.progress else { panic!("{parked:?}") };
        assert_eq!(doubt.code.as_deref(), Some("send/0014"), "the person sees what the provider said");
    }
    for (outcome, until) in [(not_sent(None), 124), (not_sent(Some(50)), 170), (unknown(), 240)] {
        let postponed = repeat(outcome);
        assert!(matches!(postponed.progress, Progress::Doubtful { .. }), "{postponed:?}");
        assert_eq!(then(&step, &postponed, 1, at(120)), Next::Wait(at(until)));
    }
    let expired = repeat(Outcome::SessionExpired);
    assert!(matches!(expired.progress, Progress::Doubtful { .. }), "{expired:?}");
    assert_eq!(then(&step, &expired, 1, at(120)), Next::Carry(0));
}

#[test]
fn a_refusal_after_an_empty_look_is_a_plain_refusal() {
    let step = step("looked_up");
    let mut record = doubtful(&step, at(0));
    for _ in 0..3 {
        record = looked_up(&step, &record, LookedUp::NotFound, at(100));
    }
    let refused = carried(&step, &record, Outcome::Refused(refusal(Class::InvalidRequest)), at(100));
    assert_eq!(then(&step, &refused, 1, at(100)), Next::Refused(0));
}

/// A record in each kind of progress.
fn every_progress(step: &Step) -> Vec<StepRecord> {
    let record = |progress| StepRecord { tries: 1, first_try: Some(at(0)), progress, ..fresh(step) };
    vec![
        record(Progress::Ready { not_before: None }),
        record(Progress::Ready { not_before: Some(at(9)) }),
        record(Progress::Intended { at: at(0), not_after: at(30), over_at: at(200) }),
        record(Progress::Doubtful { since: at(0), looks: 1, not_before: at(9), doubt: Doubt::new("time-out") }),
        record(Progress::Parked { since: at(0), doubt: Doubt::new("time-out") }),
        record(Progress::Blocked { since: at(0), refusal: refusal(Class::Permission) }),
        record(Progress::Done { output: StepOutput::default() }),
        record(Progress::Refused { refusal: refusal(Class::Conflict) }),
    ]
}

#[test]
fn only_what_waits_for_a_person_is_changed_by_an_answer_and_only_once() {
    let answers =
        || [Resolution::Adopt(output()), Resolution::Resubmit, Resolution::Fail(refusal(Class::ProviderError))];
    for record in every_progress(&step("parked")) {
        let waits = matches!(record.progress, Progress::Parked { .. } | Progress::Blocked { .. });
        for answer in answers() {
            let answered = resolve(&record, answer);
            assert_eq!(answered != record, waits, "{record:?}");
            for second in answers() {
                assert_eq!(resolve(&answered, second), answered, "a second answer changes nothing");
            }
        }
    }
}

#[test]
fn each_answer_does_what_it_says() {
    let step = step("parked");
    let parked = doubtful(&step, at(0));
    let after = |answer| then(&step, &resolve(&parked, answer), 1, at(1));
    assert_eq!(after(Resolution::Adopt(output())), Next::Finished);
    assert_eq!(after(Resolution::Resubmit), Next::Carry(0));
    assert_eq!(after(Resolution::Fail(refusal(Class::ProviderError))), Next::Refused(0));
    assert_eq!(resolve(&parked, Resolution::Resubmit).first_try, None, "patience begins anew");
}

#[test]
fn a_step_whose_restarts_are_used_up_is_refused_and_says_why() {
    let step = step("restarted");
    let record = doubtful(&step, at(0));
    assert_eq!(then(&step, &record, 2, at(0)), Next::Spent(0));
    let refused = spent(&record);
    let Progress::Refused { refusal } = &refused.progress else { panic!("{refused:?}") };
    assert_eq!(refusal.class, Class::ProviderUnavailable);
    assert!(refusal.message.contains("time-out"), "{refusal:?}");
    assert_eq!(then(&step, &refused, 2, at(0)), Next::Refused(0));
    for record in every_progress(&step) {
        let doubtful = matches!(record.progress, Progress::Doubtful { .. });
        assert_eq!(spent(&record) != record, doubtful);
        assert_eq!(park(&record, at(7)) != record, doubtful);
    }
}

#[test]
fn a_restart_comes_after_the_repeats_and_after_its_pause() {
    let seconds = |s| Duration::from_secs(s);
    let in_doubt = WhenInDoubt::Restart { repeats: 2, pauses: vec![seconds(1), seconds(5)] };
    let step = Step::once("x", in_doubt);
    let mut record = doubtful(&step, at(0));
    for tries in [1, 2] {
        record.tries = tries;
        assert_eq!(then(&step, &record, 0, at(0)), Next::Carry(0), "the same call again: {tries}");
    }
    record.tries = 3;
    assert_eq!(then(&step, &record, 0, at(0)), Next::Wait(at(1)));
    assert_eq!(then(&step, &record, 0, at(1)), Next::Restart(0));
    assert_eq!(then(&step, &record, 1, at(1)), Next::Wait(at(5)));
    assert_eq!(then(&step, &record, 2, at(1)), Next::Spent(0));
}

#[test]
fn a_refusal_of_a_repeat_counts_where_starting_over_reaches_nobody() {
    let in_doubt = WhenInDoubt::Restart { repeats: 1, pauses: vec![Duration::ZERO] };
    let step = Step::once("x", in_doubt);
    let record = doubtful(&step, at(0));
    let no = Outcome::Refused(refusal(Class::InvalidRequest));
    let settled = settle(&step, &record.progress, &record, no, at(1), &POLICY);
    assert!(matches!(settled.progress, Progress::Refused { .. }), "{settled:?}");
}

#[test]
fn every_record_survives_the_database() {
    for record in every_progress(&step("looked_up")) {
        let stored = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<StepRecord>(&stored).unwrap(), record);
    }
}

#[test]
fn times_at_the_end_of_the_calendar_do_not_overflow() {
    let step = Step::once("x", WhenInDoubt::RepeatAfter { wait: Duration::MAX });
    assert_eq!(then(&step, &doubtful(&step, at(0)), 1, at(0)), Next::Wait(DateTime::<Utc>::MAX_UTC));
}

#[test]
fn only_what_was_tried_and_never_in_doubt_nor_answered_is_certainly_not_sent() {
    let steps = [step("repeatable"), step("looked_up")];
    let (first, second) = (StepRecord::new("repeatable"), StepRecord::new("looked_up"));
    assert_eq!(not_sent_since(&steps, &[first.clone(), second.clone()]), None, "nothing was tried");
    let tried = settle(&steps[1], &second.progress, &intended(&second, at(0)), not_sent(None), at(1), &POLICY);
    let mut read = settle(&steps[0], &first.progress, &intended(&first, at(-9)), not_sent(None), at(-8), &POLICY);
    assert_eq!(not_sent_since(&steps, &[read.clone(), tried.clone()]), Some(at(-9)));
    read.progress = Progress::Done { output: output() };
    assert_eq!(
        not_sent_since(&steps, &[read.clone(), tried.clone()]),
        Some(at(-9)),
        "a repeatable step changes nothing"
    );
    assert_eq!(not_sent_since(&steps, &[read.clone(), intended(&tried, at(2))]), None, "it may be on its way");
    let doubtful = settle(&steps[1], &tried.progress, &intended(&tried, at(2)), unknown(), at(3), &POLICY);
    assert_eq!(not_sent_since(&steps, &[read.clone(), doubtful.clone()]), None);
    let mut cleared = doubtful;
    for seconds in [9, 30, 90] {
        cleared = looked_up(&steps[1], &cleared, LookedUp::NotFound, at(seconds));
    }
    assert!(matches!(cleared.progress, Progress::Ready { .. }), "{cleared:?}");
    assert_eq!(not_sent_since(&steps, &[read, cleared]), None, "a look-up can be wrong");
}

#[test]
fn what_is_repeated_at_will_is_repeated_with_growing_pauses_and_not_for_ever() {
    let step = step("repeatable");
    let lost = |record: &StepRecord, now| carried(&step, record, unknown(), now);
    let first = lost(&fresh(&step), at(0));
    assert_eq!(then(&step, &first, 1, at(0)), Next::Wait(at(2)));
    let second = lost(&first, at(2));
    assert_eq!(then(&step, &second, 1, at(2)), Next::Wait(at(6)));
    let last = lost(&second, at(3600));
    assert_eq!(then(&step, &last, 1, at(3600)), Next::Blocked(0), "the account has to be looked at");
}
