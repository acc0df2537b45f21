//! What follows a doubt at each step: section 5, driven through the submission protocol.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::outcome::{Class, Doubt, Outcome};
use domain::protocol::{self, Next, Policy, Progress, StepRecord};
use domain::steps::{Step, StepOutput};
use serde_json::json;

use crate::support::{Case, account, at, two_documents};

const POLICY: Policy = Policy {
    patience: Duration::from_secs(86_400),
    first_pause: Duration::from_secs(1),
    longest_pause: Duration::from_secs(60),
};

/// An attempt that got to `index`, after so many restarts.
struct Attempt {
    steps: Vec<Step>,
    records: Vec<StepRecord>,
    restarts: u32,
    now: DateTime<Utc>,
}

impl Attempt {
    fn at(index: usize, restarts: u32, settings: serde_json::Value) -> Self {
        let steps = account(settings).submissions(&Case::new(two_documents()).order)[0].steps.clone();
        let mut attempt =
            Self { records: steps.iter().map(|step| StepRecord::new(&step.id)).collect(), steps, restarts, now: at(0) };
        for done in 0..index {
            attempt.carry(done, Outcome::Done(StepOutput::default()));
        }
        assert_eq!(attempt.next(), Next::Carry(index));
        attempt
    }

    fn next(&self) -> Next {
        protocol::next(&self.steps, &self.records, self.restarts, self.now)
    }

    fn carry(&mut self, index: usize, outcome: Outcome<StepOutput>) {
        let before = self.records[index].clone();
        let over = self.now + TimeDelta::seconds(60);
        let intended = protocol::intend(&before, self.now, over, over);
        self.records[index] =
            protocol::settle(&self.steps[index], &before.progress, &intended, outcome, self.now, &POLICY);
    }

    fn lose(&mut self, index: usize) {
        self.carry(index, Outcome::Unknown(Doubt::new("time-out")));
    }
}

/// The pause before everything is begun anew.
fn pause(attempt: &Attempt) -> i64 {
    match attempt.next() {
        Next::Wait(until) => (until - attempt.now).num_seconds(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_is_never_added_twice_to_one_operation() {
    for index in [1, 2] {
        for (restarts, seconds) in [(0, 1), (1, 5), (2, 25)] {
            let mut attempt = Attempt::at(index, restarts, json!({}));
            attempt.lose(index);
            assert_eq!(pause(&attempt), seconds, "restart {restarts}");
            attempt.now += TimeDelta::seconds(seconds);
            assert_eq!(attempt.next(), Next::Restart(index));
        }
        let mut attempt = Attempt::at(index, 3, json!({}));
        attempt.lose(index);
        assert_eq!(attempt.next(), Next::Spent(index), "three restarts and no more");
    }
}

#[test]
fn opening_and_closing_are_repeated_twice_before_everything_is_begun_anew() {
    for index in [0, 3] {
        let mut attempt = Attempt::at(index, 0, json!({}));
        for _ in 0..2 {
            attempt.lose(index);
            assert_eq!(attempt.next(), Next::Carry(index));
        }
        attempt.lose(index);
        assert_eq!(pause(&attempt), 1);
    }
}

#[test]
fn a_repeat_that_works_goes_on_and_one_that_is_refused_means_what_it_says() {
    let mut attempt = Attempt::at(3, 0, json!({}));
    attempt.lose(3);
    attempt.carry(3, Outcome::Done(StepOutput::default()));
    assert_eq!(attempt.next(), Next::Finished);

    let refusal = domain::outcome::Refusal {
        class: Class::InvalidRequest,
        code: "addOperationFile/9002".to_owned(),
        message: String::new(),
        blames: Vec::new(),
        retry_after: None,
    };
    let mut attempt = Attempt::at(0, 0, json!({}));
    attempt.lose(0);
    attempt.carry(0, Outcome::Refused(refusal));
    assert_eq!(attempt.next(), Next::Refused(0));
}

#[test]
fn what_is_given_up_says_why() {
    let mut attempt = Attempt::at(1, 3, json!({}));
    let doubt = Doubt { reason: "No answer.".to_owned(), code: Some("addOperationFile/http_500".to_owned()) };
    attempt.carry(1, Outcome::Unknown(doubt));
    let Progress::Refused { refusal } = protocol::spent(&attempt.records[1]).progress else { panic!("not refused") };
    assert_eq!((refusal.class, refusal.code.as_str()), (Class::ProviderUnavailable, "addOperationFile/http_500"));
}

#[test]
fn a_call_that_was_certainly_not_sent_is_simply_made_later() {
    for index in 0..4 {
        let mut attempt = Attempt::at(index, 0, json!({}));
        attempt.carry(index, Outcome::NotSent { reason: "no connection".to_owned(), retry_after: None });
        assert_eq!(pause(&attempt), 1);
        attempt.now += TimeDelta::seconds(1);
        assert_eq!(attempt.next(), Next::Carry(index));
    }
}

#[test]
fn the_pauses_are_those_of_the_account() {
    let mut attempt = Attempt::at(1, 0, json!({ "restart_pauses_s": [7] }));
    attempt.lose(1);
    assert_eq!(pause(&attempt), 7);
    let mut attempt = Attempt::at(1, 1, json!({ "restart_pauses_s": [7] }));
    attempt.lose(1);
    assert_eq!(attempt.next(), Next::Spent(1));
    let mut attempt = Attempt::at(1, 0, json!({ "restart_pauses_s": [] }));
    attempt.lose(1);
    assert_eq!(attempt.next(), Next::Spent(1));
}
