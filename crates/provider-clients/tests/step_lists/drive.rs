//! Carries an attempt out by hand, through the submission protocol, and asserts what must follow a doubt.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::outcome::{Class, Doubt, Outcome, Refusal};
use domain::protocol::{self, LookedUp, Next, Policy, Resolution, StepRecord};
use domain::steps::{Step, StepOutput, WhenNotFound};

/// One attempt, carried out by hand.
#[derive(Clone)]
pub struct Attempt<'a> {
    pub steps: &'a [Step],
    pub records: Vec<StepRecord>,
    pub restarts: u32,
    pub now: DateTime<Utc>,
}

pub const POLICY: Policy = Policy {
    patience: Duration::from_secs(86_400),
    first_pause: Duration::from_secs(1),
    longest_pause: Duration::from_secs(60),
};

/// How a step came into doubt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum How {
    AnswerLost,
    WorkerDied,
}

pub fn refusal(class: Class) -> Refusal {
    Refusal { class, code: "x/1".to_owned(), message: String::new(), blames: Vec::new(), retry_after: None }
}

impl<'a> Attempt<'a> {
    pub fn new(steps: &'a [Step], restarts: u32, now: DateTime<Utc>) -> Self {
        Self { steps, records: steps.iter().map(|step| StepRecord::new(&step.id)).collect(), restarts, now }
    }

    pub fn next(&self) -> Next {
        protocol::next(self.steps, &self.records, self.restarts, self.now)
    }

    pub fn intend(&mut self, index: usize) {
        let not_after = self.now + TimeDelta::seconds(30);
        self.records[index] =
            protocol::intend(&self.records[index], self.now, not_after, not_after + TimeDelta::seconds(150));
    }

    pub fn carry(&mut self, index: usize, outcome: Outcome<StepOutput>) {
        let before = self.records[index].progress.clone();
        self.intend(index);
        let (step, record) = (&self.steps[index], &self.records[index]);
        self.records[index] = protocol::settle(step, &before, record, outcome, self.now, &POLICY);
    }

    pub fn look(&mut self, index: usize, found: LookedUp) {
        self.records[index] = protocol::looked_up(&self.steps[index], &self.records[index], found, self.now);
    }

    pub fn resolve(&mut self, index: usize, resolution: Resolution) {
        self.records[index] = protocol::resolve(&self.records[index], resolution);
    }

    pub fn doubt(&mut self, index: usize, how: How) {
        match how {
            How::AnswerLost => self.carry(index, Outcome::Unknown(Doubt::new("time-out"))),
            How::WorkerDied => {
                self.intend(index);
                let Next::AwaitOther { step, until } = self.next() else { panic!("{:?}", self.next()) };
                assert_eq!(step, index, "the call may still be on its way");
                self.now = until;
                assert_eq!(self.next(), Next::TakeOver(index));
                self.records[index] = protocol::overdue(&self.steps[index], &self.records[index], self.now);
            }
        }
    }

    /// Carries out what is next until `stop` is next, or to the end; gives the steps in the order of their calls.
    pub fn run_until(&mut self, stop: Option<usize>) -> Vec<String> {
        let mut called = Vec::new();
        loop {
            match self.next() {
                Next::Carry(index) if Some(index) == stop => return called,
                Next::Carry(index) => {
                    let outputs = protocol::outputs(&self.records);
                    let step = &self.steps[index];
                    assert!(
                        step.needs.iter().all(|needed| outputs.contains_key(needed)),
                        "{} lacks its inputs",
                        step.id
                    );
                    called.push(step.id.clone());
                    self.carry(index, Outcome::Done(StepOutput::reference(format!("from {}", step.id))));
                }
                Next::Finished => return called,
                other => panic!("{other:?}"),
            }
        }
    }

    #[track_caller]
    pub fn finishes(mut self) {
        self.run_until(None);
        assert_eq!(self.next(), Next::Finished);
    }

    #[track_caller]
    pub fn waits(&mut self, wait: Duration) {
        let until = self.now + TimeDelta::from_std(wait).unwrap();
        assert_eq!(self.next(), Next::Wait(until));
        self.now = until;
    }
}

pub fn start_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

/// An attempt in which everything before `index` is done and `index` is in doubt.
pub fn in_doubt(steps: &[Step], index: usize, restarts: u32, how: How) -> Attempt<'_> {
    let mut attempt = Attempt::new(steps, restarts, start_of_time());
    attempt.run_until(Some(index));
    attempt.doubt(index, how);
    attempt
}

/// What a contract says must follow a doubt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Follows<'a> {
    Repeat,
    /// Looks after these seconds.
    LookUp {
        delays: &'a [u64],
        empty: WhenNotFound,
    },
    RepeatAfter {
        wait: u64,
    },
    /// So many repeats, then a new attempt after each of these pauses in seconds.
    Restart {
        repeats: u32,
        pauses: &'a [u64],
    },
    Person,
}

pub fn assert_follows(steps: &[Step], index: usize, follows: Follows<'_>, how: How) {
    let attempt = || in_doubt(steps, index, 0, how);
    match follows {
        Follows::Repeat => {
            let mut repeated = attempt();
            if let Next::Wait(until) = repeated.next() {
                repeated.now = until;
            }
            assert_eq!(repeated.next(), Next::Carry(index));
            repeated.finishes();
        }
        Follows::LookUp { delays, empty } => {
            let mut looking = attempt();
            let since = looking.now;
            for delay in delays {
                let at = since + TimeDelta::seconds((*delay).try_into().unwrap());
                assert_eq!(looking.next(), Next::Wait(at));
                looking.now = at;
                assert_eq!(looking.next(), Next::LookUp(index));

                let mut found = looking.clone();
                found.look(index, LookedUp::Found { output: StepOutput::reference("adopted"), others: 0 });
                assert_eq!(protocol::outputs(&found.records)[&steps[index].id], StepOutput::reference("adopted"));
                found.finishes();

                let mut failed = looking.clone();
                failed.look(index, LookedUp::Failed { pause: Duration::from_secs(7) });
                failed.waits(Duration::from_secs(7));
                assert_eq!(failed.next(), Next::LookUp(index), "a failed look is no look");

                let mut ambiguous = looking.clone();
                ambiguous.look(index, LookedUp::Ambiguous { reason: "two".to_owned() });
                assert_eq!(ambiguous.next(), Next::Parked(index));

                looking.look(index, LookedUp::NotFound);
            }
            match empty {
                WhenNotFound::Repeat => {
                    assert_eq!(looking.next(), Next::Carry(index));
                    looking.finishes();
                }
                WhenNotFound::Park => assert_person_decides(looking, index),
            }
        }
        Follows::RepeatAfter { wait } => {
            let mut waiting = attempt();
            waiting.waits(Duration::from_secs(wait));
            assert_eq!(waiting.next(), Next::Carry(index), "the same call, naming the same thing");

            let mut refused = waiting.clone();
            refused.carry(index, Outcome::Refused(refusal(Class::Conflict)));
            assert_eq!(refused.next(), Next::Parked(index), "the first call may be what the refusal is about");

            let mut again = waiting.clone();
            again.doubt(index, How::AnswerLost);
            again.waits(Duration::from_secs(wait));
            again.finishes();

            waiting.finishes();
        }
        Follows::Restart { repeats, pauses } => {
            let given_up = |made| {
                let mut attempt = in_doubt(steps, index, made, how);
                for _ in 0..repeats {
                    assert_eq!(attempt.next(), Next::Carry(index));
                    attempt.doubt(index, how);
                }
                attempt
            };
            for (made, pause) in (0..).zip(pauses) {
                let mut attempt = given_up(made);
                if *pause > 0 {
                    attempt.waits(Duration::from_secs(*pause));
                }
                assert_eq!(attempt.next(), Next::Restart(index));
                Attempt::new(steps, made + 1, start_of_time()).finishes();
            }
            assert_eq!(given_up(pauses.len().try_into().unwrap()).next(), Next::Spent(index));
        }
        Follows::Person => assert_person_decides(attempt(), index),
    }
}

pub fn assert_person_decides(parked: Attempt<'_>, index: usize) {
    let after = |resolution| {
        let mut attempt = parked.clone();
        attempt.records[index] = protocol::park(&attempt.records[index], attempt.now);
        attempt.resolve(index, resolution);
        attempt
    };
    assert_eq!(parked.next(), Next::Parked(index));
    after(Resolution::Adopt(StepOutput::reference("told by a person"))).finishes();
    assert_eq!(after(Resolution::Resubmit).next(), Next::Carry(index));
    assert_eq!(after(Resolution::Fail(refusal(Class::ProviderError))).next(), Next::Refused(index));
}
