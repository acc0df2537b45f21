//! The submission protocol: what to do next, told from the recorded steps alone.
//!
//! Pure functions over records. The engine of the broker obeys them, a restart after a crash begins with them, and a
//! model check can walk them exhaustively: the transitions of the model are the transitions of the code. The page that
//! explains each crash point is `crates/broker/src/engine/mod.rs`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::outcome::{Class, Doubt, Outcome, Refusal};
use crate::steps::{Repeat, Step, StepId, StepOutput, StepOutputs, WhenInDoubt, WhenNotFound};

/// How far a step got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Progress {
    /// Not carried out, or certainly without effect so far.
    Ready {
        /// Not to be tried before this.
        not_before: Option<DateTime<Utc>>,
    },
    /// Its call may be on the way: recorded before the first byte.
    Intended {
        /// When it was recorded.
        at: DateTime<Utc>,
        /// The call puts no byte on the wire after this.
        not_after: DateTime<Utc>,
        /// After this the call is over, whoever made it: `not_after`, the call's time-out and a margin.
        over_at: DateTime<Utc>,
    },
    /// It may have happened.
    Doubtful {
        /// Since when.
        since: DateTime<Utc>,
        /// Looks that ended with "not there".
        looks: u32,
        /// The next look, or the repeat, comes not before this.
        not_before: DateTime<Utc>,
        /// Why it is in doubt.
        doubt: Doubt,
    },
    /// Only a person can tell whether it happened.
    Parked {
        /// Since when.
        since: DateTime<Utc>,
        /// Why it was in doubt.
        doubt: Doubt,
    },
    /// The account has to be mended before it is tried again.
    Blocked {
        /// Since when.
        since: DateTime<Utc>,
        /// What the provider said.
        refusal: Refusal,
    },
    /// It happened.
    Done {
        /// What it gave.
        output: StepOutput,
    },
    /// The provider said no, for good.
    Refused {
        /// What the provider said.
        refusal: Refusal,
    },
}

/// The record of one step of an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Which step.
    pub id: StepId,
    /// How often its call was begun.
    pub tries: u32,
    /// When it was first tried: what passes by itself is waited for from here.
    pub first_try: Option<DateTime<Utc>>,
    /// Whether a call of it was ever in doubt, however that ended.
    #[serde(default)]
    pub doubted: bool,
    /// How far it got.
    pub progress: Progress,
}

impl StepRecord {
    /// The record of a step that was not tried yet.
    #[must_use]
    pub fn new(id: impl Into<StepId>) -> Self {
        Self {
            id: id.into(),
            tries: 0,
            first_try: None,
            doubted: false,
            progress: Progress::Ready { not_before: None },
        }
    }

    /// What the step gave, when it is done.
    #[must_use]
    pub fn output(&self) -> Option<&StepOutput> {
        match &self.progress {
            Progress::Done { output } => Some(output),
            Progress::Ready { .. }
            | Progress::Intended { .. }
            | Progress::Doubtful { .. }
            | Progress::Parked { .. }
            | Progress::Blocked { .. }
            | Progress::Refused { .. } => None,
        }
    }
}

/// The outputs of all steps that are done.
#[must_use]
pub fn outputs(records: &[StepRecord]) -> StepOutputs {
    records.iter().filter_map(|r| Some((r.id.clone(), r.output()?.clone()))).collect()
}

/// Whether it is certain that nothing of an attempt reached the provider, though it was tried: since when it was.
///
/// A step that must happen once and was ever in doubt, or answered, makes it uncertain; steps that may be repeated change
/// nothing that anybody could notice.
#[must_use]
pub fn not_sent_since(steps: &[Step], records: &[StepRecord]) -> Option<DateTime<Utc>> {
    let untouched = |(step, record): (&Step, &StepRecord)| {
        step.repeat == Repeat::Repeatable || (!record.doubted && matches!(record.progress, Progress::Ready { .. }))
    };
    let certain = steps.len() == records.len() && steps.iter().zip(records).all(untouched);
    certain.then(|| records.iter().filter_map(|r| r.first_try).min()).flatten()
}

/// What to do next with an attempt.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Record the intent of this step, then make its call.
    Carry(usize),
    /// This call may still be on the way in other hands, or was cut off by a crash: wait until it must be over.
    AwaitOther {
        /// Which step.
        step: usize,
        /// When its call is over, whoever made it.
        until: DateTime<Utc>,
    },
    /// The call of this step is over without a recorded result: put it in doubt with [`overdue`].
    TakeOver(usize),
    /// Ask the provider whether this step happened.
    LookUp(usize),
    /// Nothing before this time.
    Wait(DateTime<Utc>),
    /// Give this attempt up and begin a new one from the first step.
    Restart(usize),
    /// Every attempt ended in doubt, and none of them reached anybody: give up. Record it with [`spent`].
    Spent(usize),
    /// Wait for a person: `submission_unknown`. Record it with [`park`], so that [`resolve`] can answer it.
    Parked(usize),
    /// Wait for the account to be mended: `account_blocked`.
    Blocked(usize),
    /// The provider said no, for good.
    Refused(usize),
    /// Every step is done.
    Finished,
}

/// Patience and pace; from the account's settings and the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// How long a refusal that passes by itself is waited out, from the first try.
    pub patience: Duration,
    /// The first pause after a call that certainly had no effect; doubled each time.
    pub first_pause: Duration,
    /// The longest such pause.
    pub longest_pause: Duration,
}

impl Policy {
    /// The pause after the `tries`-th call: doubled each time, cut to the longest.
    #[must_use]
    pub fn pause(&self, tries: u32) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << tries.saturating_sub(1).min(20));
        doubled.min(self.longest_pause)
    }
}

/// What to do next, told from the records. `restarts` counts the new attempts that doubt has cost so far; `records` belong
/// to `steps` by position.
#[must_use]
pub fn next(steps: &[Step], records: &[StepRecord], restarts: u32, now: DateTime<Utc>) -> Next {
    for (index, (step, record)) in steps.iter().zip(records).enumerate() {
        return match &record.progress {
            Progress::Done { .. } => continue,
            Progress::Ready { not_before: Some(at) } if *at > now => Next::Wait(*at),
            Progress::Ready { .. } => Next::Carry(index),
            Progress::Intended { over_at, .. } if *over_at > now => Next::AwaitOther { step: index, until: *over_at },
            Progress::Intended { .. } => Next::TakeOver(index),
            Progress::Doubtful { not_before, .. } if *not_before > now => Next::Wait(*not_before),
            Progress::Doubtful { since, .. } => in_doubt(step, record, *since, index, restarts, now),
            Progress::Parked { .. } => Next::Parked(index),
            Progress::Blocked { .. } => Next::Blocked(index),
            Progress::Refused { .. } => Next::Refused(index),
        };
    }
    Next::Finished
}

fn in_doubt(
    step: &Step,
    record: &StepRecord,
    since: DateTime<Utc>,
    index: usize,
    restarts: u32,
    now: DateTime<Utc>,
) -> Next {
    match &step.in_doubt {
        WhenInDoubt::Repeat | WhenInDoubt::RepeatAfter { .. } => Next::Carry(index),
        WhenInDoubt::LookUp { .. } => Next::LookUp(index),
        WhenInDoubt::Restart { repeats, .. } if record.tries <= *repeats => Next::Carry(index),
        WhenInDoubt::Restart { pauses, .. } => {
            let pause = usize::try_from(restarts).ok().and_then(|made| pauses.get(made));
            match pause.map(|pause| later(since, *pause)) {
                Some(at) if at > now => Next::Wait(at),
                Some(_) => Next::Restart(index),
                None => Next::Spent(index),
            }
        }
        WhenInDoubt::Park { .. } => Next::Parked(index),
    }
}

/// The record with the intent of a call in it. Written durably before the call.
#[must_use]
pub fn intend(record: &StepRecord, now: DateTime<Utc>, not_after: DateTime<Utc>, over_at: DateTime<Utc>) -> StepRecord {
    StepRecord {
        id: record.id.clone(),
        tries: record.tries.saturating_add(1),
        first_try: record.first_try.or(Some(now)),
        doubted: record.doubted,
        progress: Progress::Intended { at: now, not_after, over_at },
    }
}

/// The record of a step whose call is over, with no result recorded: a worker died, or lost its lease.
#[must_use]
pub fn overdue(step: &Step, record: &StepRecord, now: DateTime<Utc>) -> StepRecord {
    doubt(step, record, now, Doubt::new("The worker that made the call ended before it recorded the answer."))
}

/// The record after the call ended with `outcome`.
///
/// `before` is the record as it was before [`intend`]: a repeat of a call in doubt that is then refused stays in doubt
/// for a person, because the first call may be what the refusal is about.
#[must_use]
pub fn settle(
    step: &Step,
    before: &Progress,
    record: &StepRecord,
    outcome: Outcome<StepOutput>,
    now: DateTime<Utc>,
    policy: &Policy,
) -> StepRecord {
    // A step that is started over reaches nobody: a refusal of its repeat means what it says.
    let was_in_doubt =
        matches!(before, Progress::Doubtful { .. }) && !matches!(step.in_doubt, WhenInDoubt::Restart { .. });
    match outcome {
        Outcome::Done(output) => with(record, Progress::Done { output }),
        Outcome::Unknown(why) if step.repeat == Repeat::Repeatable && step.in_doubt == WhenInDoubt::Repeat => {
            repeated(record, why, now, policy)
        }
        Outcome::Unknown(why) => doubt(step, record, now, why),
        Outcome::NotSent { retry_after, .. } if was_in_doubt => {
            // The first call may still have happened: this one changed nothing about that.
            postponed(record, before, now, retry_after.unwrap_or_else(|| policy.pause(record.tries)))
        }
        Outcome::NotSent { retry_after, .. } => {
            ready_again(record, now, retry_after.unwrap_or_else(|| policy.pause(record.tries)))
        }
        // Nor did this one: it was not carried out.
        Outcome::SessionExpired if was_in_doubt => postponed(record, before, now, Duration::ZERO),
        Outcome::SessionExpired => ready_again(record, now, Duration::ZERO),
        Outcome::Refused(refusal) if was_in_doubt && step.repeat == Repeat::Once => with(
            record,
            Progress::Parked {
                since: now,
                doubt: Doubt {
                    reason: "The call was repeated after a doubt and the provider refused it.".to_owned(),
                    code: Some(refusal.code),
                },
            },
        ),
        Outcome::Refused(refusal) if refusal.class.passes_by_itself() && !patience_over(record, now, policy) => {
            let pause = policy.pause(record.tries);
            ready_again(record, now, refusal.retry_after.map_or(pause, |asked| asked.max(pause)))
        }
        Outcome::Refused(refusal)
            if refusal.class.is_fixable_in_account()
                || refusal.class.passes_by_itself()
                || refusal.is_fault_of_settings() =>
        {
            with(record, Progress::Blocked { since: now, refusal })
        }
        Outcome::Refused(refusal) => with(record, Progress::Refused { refusal }),
    }
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq)]
pub enum LookedUp {
    /// It happened; this is what it gave. `others` counts further ones, which must not be.
    Found {
        /// The result to adopt.
        output: StepOutput,
        /// How many more the provider holds.
        others: u32,
    },
    /// The provider does not have it (yet).
    NotFound,
    /// Something is there, but which one is ours cannot be told.
    Ambiguous {
        /// A sentence for the trail.
        reason: String,
    },
    /// The look-up itself failed; try it again.
    Failed {
        /// How long to wait.
        pause: Duration,
    },
}

/// The record after a look-up.
#[must_use]
pub fn looked_up(step: &Step, record: &StepRecord, found: LookedUp, now: DateTime<Utc>) -> StepRecord {
    let Progress::Doubtful { since, looks, doubt, .. } = &record.progress else {
        return record.clone();
    };
    match found {
        LookedUp::Found { output, .. } => with(record, Progress::Done { output }),
        LookedUp::Failed { pause } => postponed(record, &record.progress, now, pause),
        LookedUp::Ambiguous { reason } => {
            with(record, Progress::Parked { since: now, doubt: Doubt { reason, code: doubt.code.clone() } })
        }
        LookedUp::NotFound => {
            let looks = looks.saturating_add(1);
            let WhenInDoubt::LookUp { delays, otherwise } = &step.in_doubt else {
                return record.clone();
            };
            let index = usize::try_from(looks).unwrap_or(usize::MAX);
            match (delays.get(index), otherwise) {
                (Some(delay), _) => with(
                    record,
                    Progress::Doubtful {
                        since: *since,
                        looks,
                        not_before: later(*since, *delay).max(now),
                        doubt: doubt.clone(),
                    },
                ),
                (None, WhenNotFound::Repeat) => ready_again(record, now, Duration::ZERO),
                (None, WhenNotFound::Park) => with(record, Progress::Parked { since: now, doubt: doubt.clone() }),
            }
        }
    }
}

/// The record of a step whose attempts are all used up ([`Next::Spent`]): refused, with why the last one was in doubt.
/// Unchanged for every other record.
#[must_use]
pub fn spent(record: &StepRecord) -> StepRecord {
    let Progress::Doubtful { doubt, .. } = &record.progress else {
        return record.clone();
    };
    let refusal = Refusal {
        class: Class::ProviderUnavailable,
        code: doubt.code.clone().unwrap_or_else(|| format!("{}/no_answer", record.id)),
        message: format!("It was begun again and again, and nothing of it reached anybody. {}", doubt.reason),
        blames: Vec::new(),
        retry_after: None,
    };
    with(record, Progress::Refused { refusal })
}

/// The record of a step whose doubt only a person can end, when [`next`] says [`Next::Parked`] of a record that is still
/// doubtful. Unchanged for every other record.
#[must_use]
pub fn park(record: &StepRecord, now: DateTime<Utc>) -> StepRecord {
    match &record.progress {
        Progress::Doubtful { doubt, .. } => with(record, Progress::Parked { since: now, doubt: doubt.clone() }),
        Progress::Ready { .. }
        | Progress::Intended { .. }
        | Progress::Parked { .. }
        | Progress::Blocked { .. }
        | Progress::Done { .. }
        | Progress::Refused { .. } => record.clone(),
    }
}

/// A person's answer to a parked or blocked step.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// It happened; this is what it gave.
    Adopt(StepOutput),
    /// It did not happen: do it (again).
    Resubmit,
    /// Give up.
    Fail(Refusal),
}

/// The record after a person's answer; unchanged when the step waits for nobody, so that answering twice is harmless.
#[must_use]
pub fn resolve(record: &StepRecord, resolution: Resolution) -> StepRecord {
    match record.progress {
        Progress::Parked { .. } | Progress::Blocked { .. } => match resolution {
            Resolution::Adopt(output) => with(record, Progress::Done { output }),
            Resolution::Resubmit => {
                StepRecord { first_try: None, ..with(record, Progress::Ready { not_before: None }) }
            }
            Resolution::Fail(refusal) => with(record, Progress::Refused { refusal }),
        },
        Progress::Ready { .. }
        | Progress::Intended { .. }
        | Progress::Doubtful { .. }
        | Progress::Done { .. }
        | Progress::Refused { .. } => record.clone(),
    }
}

/// A step that may be repeated at will and whose answer was lost: it is repeated with patience, like a call that was not
/// sent; after that the account has to be looked at.
fn repeated(record: &StepRecord, why: Doubt, now: DateTime<Utc>, policy: &Policy) -> StepRecord {
    if !patience_over(record, now, policy) {
        return ready_again(record, now, policy.pause(record.tries));
    }
    let refusal = Refusal {
        class: Class::ProviderUnavailable,
        code: why.code.unwrap_or_else(|| format!("{}/no_answer", record.id)),
        message: why.reason,
        blames: Vec::new(),
        retry_after: None,
    };
    with(record, Progress::Blocked { since: now, refusal })
}

fn doubt(step: &Step, record: &StepRecord, now: DateTime<Utc>, doubt: Doubt) -> StepRecord {
    let wait = match &step.in_doubt {
        WhenInDoubt::Repeat | WhenInDoubt::Restart { .. } | WhenInDoubt::Park { .. } => Duration::ZERO,
        WhenInDoubt::LookUp { delays, .. } => delays.first().copied().unwrap_or_default(),
        WhenInDoubt::RepeatAfter { wait } => *wait,
    };
    let progress = match (&step.in_doubt, step.repeat) {
        (WhenInDoubt::Park { .. }, _) => Progress::Parked { since: now, doubt },
        // A repeatable step in doubt is simply not done yet.
        (WhenInDoubt::Repeat, Repeat::Repeatable) => Progress::Ready { not_before: None },
        (
            WhenInDoubt::Repeat
            | WhenInDoubt::LookUp { .. }
            | WhenInDoubt::RepeatAfter { .. }
            | WhenInDoubt::Restart { .. },
            _,
        ) => Progress::Doubtful { since: now, looks: 0, not_before: later(now, wait), doubt },
    };
    with(record, progress)
}

fn postponed(record: &StepRecord, doubtful: &Progress, now: DateTime<Utc>, pause: Duration) -> StepRecord {
    match doubtful {
        Progress::Doubtful { since, looks, doubt, .. } => with(
            record,
            Progress::Doubtful { since: *since, looks: *looks, not_before: later(now, pause), doubt: doubt.clone() },
        ),
        Progress::Ready { .. }
        | Progress::Intended { .. }
        | Progress::Parked { .. }
        | Progress::Blocked { .. }
        | Progress::Done { .. }
        | Progress::Refused { .. } => record.clone(),
    }
}

fn ready_again(record: &StepRecord, now: DateTime<Utc>, pause: Duration) -> StepRecord {
    let not_before = (!pause.is_zero()).then(|| later(now, pause));
    with(record, Progress::Ready { not_before })
}

fn patience_over(record: &StepRecord, now: DateTime<Utc>, policy: &Policy) -> bool {
    record.first_try.is_some_and(|first| later(first, policy.patience) <= now)
}

fn with(record: &StepRecord, progress: Progress) -> StepRecord {
    let doubted = record.doubted || matches!(progress, Progress::Doubtful { .. } | Progress::Parked { .. });
    StepRecord { id: record.id.clone(), tries: record.tries, first_try: record.first_try, doubted, progress }
}

/// `at` plus `by`, held at the end of time instead of overflowing.
fn later(at: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(by).ok().and_then(|d| at.checked_add_signed(d)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
