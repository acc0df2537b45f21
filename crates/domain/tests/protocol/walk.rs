//! An exhaustive walk: every way in which calls, answers, workers, look-ups and people can go wrong, up to a number of
//! mishaps, over the very functions that the engine uses.
//!
//! The world is a provider that knows how many live transactions it holds. What must hold in every state: at most one
//! live transaction while the look-up tells the truth; an end says what really happened; and nothing waits but for a
//! time or for a person.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::outcome::{Class, Doubt, Outcome, Refusal};
use domain::protocol::{
    LookedUp, Next, Policy, Resolution, StepRecord, intend, looked_up, next, overdue, park, resolve, settle, spent,
};
use domain::steps::{Step, StepOutput, WhenInDoubt, WhenNotFound};

const POLICY: Policy = Policy {
    patience: Duration::from_secs(3),
    first_pause: Duration::from_secs(1),
    longest_pause: Duration::from_secs(2),
};

/// How the provider's search behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Search {
    /// Earlier looks may miss what is there; the last one does not.
    Lagging,
    /// Even the last look may miss what is there.
    Lying,
}

/// A plan and the world around it.
struct Model {
    steps: Vec<Step>,
    search: Search,
    /// How many things may go wrong.
    mishaps: u32,
}

/// Everything that decides the future.
#[derive(Clone)]
struct State {
    records: Vec<StepRecord>,
    restarts: u32,
    now: DateTime<Utc>,
    mishaps: u32,
    /// Live transactions at the provider by what they are about: the attempt where a call names what the attempt made,
    /// else a number of their own.
    live: BTreeSet<u32>,
}

impl State {
    fn key(&self) -> String {
        let now = self.now.timestamp();
        let records = serde_json::to_string(&self.records).unwrap();
        format!("{} {now} {} {:?} {records}", self.restarts, self.mishaps, self.live)
    }
}

fn refusal(class: Class) -> Refusal {
    Refusal { class, code: "x".to_owned(), message: String::new(), blames: Vec::new(), retry_after: None }
}

impl Model {
    fn begin(&self) -> State {
        State {
            records: self.fresh(),
            restarts: 0,
            now: DateTime::from_timestamp(0, 0).unwrap(),
            mishaps: self.mishaps,
            live: BTreeSet::new(),
        }
    }

    fn fresh(&self) -> Vec<StepRecord> {
        self.steps.iter().map(|step| StepRecord::new(&step.id)).collect()
    }

    /// The provider carries a step's call out.
    fn effect(&self, state: &mut State, index: usize) {
        let step = &self.steps[index];
        if !step.makes_live {
            return;
        }
        match step.in_doubt {
            // The call names what this attempt made: the provider starts it once.
            WhenInDoubt::RepeatAfter { .. } => state.live.insert(state.restarts),
            _ => state.live.insert(u32::try_from(state.live.len()).unwrap() + 1),
        };
    }

    fn successors(&self, state: &State) -> Vec<State> {
        let mut following = Vec::new();
        match next(&self.steps, &state.records, state.restarts, state.now) {
            Next::Carry(index) => self.carry(state, index, &mut following),
            Next::AwaitOther { until, .. } | Next::Wait(until) => {
                assert!(until > state.now, "waiting must end");
                following.push(State { now: until, ..state.clone() });
            }
            Next::TakeOver(index) => {
                following.push(self.with(state, index, |step, record| overdue(step, record, state.now)));
            }
            Next::LookUp(index) => self.look(state, index, &mut following),
            Next::Restart(_) => {
                following.push(State { records: self.fresh(), restarts: state.restarts + 1, ..state.clone() });
            }
            Next::Spent(index) => following.push(self.with(state, index, |_, record| spent(record))),
            Next::Parked(index) | Next::Blocked(index) => self.ask(state, index, &mut following),
            Next::Refused(_) | Next::Finished => {}
        }
        following
    }

    fn with(&self, state: &State, index: usize, change: impl Fn(&Step, &StepRecord) -> StepRecord) -> State {
        let mut following = state.clone();
        following.records[index] = change(&self.steps[index], &state.records[index]);
        following
    }

    fn carry(&self, state: &State, index: usize, following: &mut Vec<State>) {
        let step = &self.steps[index];
        let before = state.records[index].progress.clone();
        let not_after = state.now + TimeDelta::seconds(2);
        let over_at = not_after + TimeDelta::seconds(3);
        let intended = self.with(state, index, |_, record| intend(record, state.now, not_after, over_at));
        let settled = |from: &State, outcome: Outcome<StepOutput>| {
            self.with(from, index, |step, record| settle(step, &before, record, outcome.clone(), state.now, &POLICY))
        };
        let mut carried_out = intended.clone();
        self.effect(&mut carried_out, index);

        following.push(settled(&carried_out, Outcome::Done(StepOutput::default())));
        if state.mishaps == 0 {
            return;
        }
        let lost = || Outcome::Unknown(Doubt::new("lost"));
        let mut mishap = |mut state: State| {
            state.mishaps -= 1;
            following.push(state);
        };
        // The worker dies before or after the effect, or the answer is lost before or after it.
        mishap(intended.clone());
        mishap(carried_out.clone());
        mishap(settled(&intended, lost()));
        mishap(settled(&carried_out, lost()));
        mishap(settled(&intended, Outcome::NotSent { reason: "refused".to_owned(), retry_after: None }));
        mishap(settled(&intended, Outcome::SessionExpired));
        for class in [Class::InvalidRequest, Class::Permission, Class::RateLimited] {
            mishap(settled(&intended, Outcome::Refused(refusal(class))));
        }
        // What was started already may be refused the second time, whatever the words.
        let already = matches!(step.in_doubt, WhenInDoubt::RepeatAfter { .. }) && state.live.contains(&state.restarts);
        if already {
            mishap(settled(&intended, Outcome::Refused(refusal(Class::Conflict))));
        }
    }

    fn look(&self, state: &State, index: usize, following: &mut Vec<State>) {
        let found =
            |found: LookedUp| self.with(state, index, |step, record| looked_up(step, record, found.clone(), state.now));
        let empty = found(LookedUp::NotFound);
        let is_there = !state.live.is_empty();
        let was_last =
            !matches!(next(&self.steps, &empty.records, state.restarts, DateTime::<Utc>::MAX_UTC), Next::LookUp(_));
        if is_there {
            let others = u32::try_from(state.live.len()).unwrap() - 1;
            following.push(found(LookedUp::Found { output: StepOutput::default(), others }));
        }
        if !is_there || !was_last || self.search == Search::Lying {
            following.push(empty);
        }
        if state.mishaps > 0 {
            let mut failed = found(LookedUp::Failed { pause: Duration::from_secs(1) });
            failed.mishaps -= 1;
            following.push(failed);
            let mut ambiguous = found(LookedUp::Ambiguous { reason: "two".to_owned() });
            ambiguous.mishaps -= 1;
            following.push(ambiguous);
        }
    }

    /// A person who looked at the provider tells the truth, or gives up what is not there.
    fn ask(&self, state: &State, index: usize, following: &mut Vec<State>) {
        let answered =
            |answer: Resolution| self.with(state, index, |_, record| resolve(&park(record, state.now), answer.clone()));
        let happened = !state.live.is_empty();
        let answers = if happened {
            vec![answered(Resolution::Adopt(StepOutput::default()))]
        } else {
            vec![answered(Resolution::Resubmit), answered(Resolution::Fail(refusal(Class::ProviderError)))]
        };
        for answer in answers {
            assert_ne!(answer.key(), state.key(), "a person's answer moves on");
            following.push(answer);
        }
    }

    /// Walks everything that can be reached.
    fn walk(&self) -> Walk {
        let mut walk = Walk::default();
        let begin = self.begin();
        let mut queue = VecDeque::from([begin.clone()]);
        let mut before: HashMap<String, Vec<String>> = HashMap::from([(begin.key(), Vec::new())]);
        let mut ends = Vec::new();
        while let Some(state) = queue.pop_front() {
            walk.most_live = walk.most_live.max(state.live.len());
            let key = state.key();
            let following = self.successors(&state);
            if following.is_empty() {
                let end = match next(&self.steps, &state.records, state.restarts, state.now) {
                    Next::Finished => "finished",
                    Next::Refused(_) => "refused",
                    other => panic!("stuck at {other:?}: {key}"),
                };
                *walk.ends.entry((end, state.live.len())).or_default() += 1;
                ends.push(key.clone());
            }
            for state in following {
                let reached = before.entry(state.key()).or_insert_with(|| {
                    queue.push_back(state);
                    Vec::new()
                });
                reached.push(key.clone());
            }
        }
        walk.states = before.len();
        walk.without_end = before.len() - reaching(&before, ends);
        walk
    }
}

/// How many states can reach one of `ends`.
fn reaching(before: &HashMap<String, Vec<String>>, ends: Vec<String>) -> usize {
    let mut seen: BTreeSet<String> = ends.iter().cloned().collect();
    let mut queue = VecDeque::from(ends);
    while let Some(key) = queue.pop_front() {
        for earlier in &before[&key] {
            if seen.insert(earlier.clone()) {
                queue.push_back(earlier.clone());
            }
        }
    }
    seen.len()
}

#[derive(Debug, Default)]
struct Walk {
    states: usize,
    /// Most live transactions at once.
    most_live: usize,
    /// How an attempt ended and how many live transactions there were then.
    ends: BTreeMap<(&'static str, usize), usize>,
    /// States from which no end can be reached.
    without_end: usize,
}

impl Walk {
    #[track_caller]
    fn is_safe(&self) {
        assert!(self.states > 100, "the walk went somewhere: {self:?}");
        assert_eq!(self.most_live, 1, "{self:?}");
        assert_eq!(self.without_end, 0, "{self:?}");
        let ends: Vec<(&str, usize)> = self.ends.keys().copied().collect();
        assert_eq!(ends, [("finished", 1), ("refused", 0)], "{self:?}");
    }
}

fn looking(otherwise: WhenNotFound) -> WhenInDoubt {
    WhenInDoubt::LookUp { delays: vec![Duration::from_secs(1), Duration::from_secs(4)], otherwise }
}

fn walk(steps: Vec<Step>, search: Search, mishaps: u32) -> Walk {
    Model { steps, search, mishaps }.walk()
}

#[test]
fn a_step_that_is_looked_up_and_repeated_has_one_effect() {
    let steps = || vec![Step::once("send", looking(WhenNotFound::Repeat)).making_live()];
    walk(steps(), Search::Lagging, 5).is_safe();
    let lied_to = walk(steps(), Search::Lying, 5);
    assert!(lied_to.most_live > 1, "the walk would notice a duplicate: {lied_to:?}");
}

#[test]
fn a_step_that_is_looked_up_and_left_to_a_person_has_one_effect_even_when_the_search_lies() {
    for search in [Search::Lagging, Search::Lying] {
        walk(vec![Step::once("create", looking(WhenNotFound::Park)).making_live()], search, 5).is_safe();
    }
}

#[test]
fn a_step_that_only_a_person_can_tell_of_has_one_effect() {
    walk(vec![Step::once("send", WhenInDoubt::Park { hold: Duration::ZERO }).making_live()], Search::Lagging, 5)
        .is_safe();
}

#[test]
fn restarts_before_the_start_and_repeats_of_the_start_have_one_effect() {
    let restart = || WhenInDoubt::Restart { repeats: 0, pauses: vec![Duration::ZERO; 2] };
    let steps = vec![
        Step::once("create", restart()),
        Step::once("add", restart()).needing(["create"]),
        Step::once("start", WhenInDoubt::RepeatAfter { wait: Duration::from_secs(9) })
            .needing(["create"])
            .making_live(),
    ];
    walk(steps, Search::Lagging, 4).is_safe();
}

#[test]
fn repeatable_steps_around_a_looked_up_one_change_nothing_about_it() {
    let steps = vec![
        Step::repeatable("snapshot"),
        Step::once("create", looking(WhenNotFound::Repeat)).needing(["snapshot"]).making_live(),
        Step::repeatable("link").needing(["create"]),
    ];
    let walk = walk(steps, Search::Lagging, 4);
    assert_eq!((walk.most_live, walk.without_end), (1, 0), "{walk:?}");
    // A refusal of the last step leaves a live transaction behind, which the submission's own states tell of.
    assert!(walk.ends.keys().all(|end| matches!(end, ("finished", 1) | ("refused", 0 | 1))), "{walk:?}");
}

#[test]
fn repeating_in_doubt_would_be_noticed() {
    let reckless =
        Step { in_doubt: WhenInDoubt::Repeat, ..Step::once("send", WhenInDoubt::Park { hold: Duration::ZERO }) };
    assert!(walk(vec![reckless.making_live()], Search::Lagging, 2).most_live > 1);
}
