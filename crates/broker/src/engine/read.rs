//! Reading what providers hold: polling, and reading at once after a callback or a `refresh`.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::attention::{Attention, AttentionCode};
use domain::events::Actor;
use domain::facts::Reading;
use domain::ids::{AccountId, EnvelopeId, SubmissionId, TenantId};
use domain::outcome::Outcome;
use domain::record::{Envelope, Submission};
use domain::states::SubmissionState;
use persistence::JobLease;
use provider_clients::provider::{Account, Pace, StatusRequest, SubmissionView};

use crate::accounts::OpenAccount;
use crate::engine::exchange::Loaded;
use crate::engine::{End, Need, Task, Who};
use crate::{Broker, BrokerError, Result};

/// Submissions that one run of a poll job reads at most; the rest is read by the next run.
const AT_ONCE: u64 = 200;

/// Pages of one status answer, or questions of one chain, that are followed at most.
const MOST_PAGES: usize = 50;

/// How long a provider may not know a transaction that it accepted before a person is told.
const MISSING_GRACE: TimeDelta = TimeDelta::minutes(15);

impl Broker {
    /// Reads the submissions of an account that are due.
    pub(crate) async fn poll(&self, job: &Task) -> Result<End> {
        let id = AccountId::from_uuid(job.subject);
        let submissions = self.store().tenant(job.tenant).submissions();
        let due = submissions.due(id, self.clock().now(), AT_ONCE).await?;
        if !due.is_empty() {
            let account = match self.open_account(job.tenant, id).await {
                Ok(account) => account,
                Err(BrokerError::NotFound) => return Ok(End::Done),
                Err(other) => return Err(other),
            };
            let read = self.read_submissions(&account, &due, Some(&job.lease), job.traceparent.as_deref()).await?;
            if let Some(pause) = read.failed {
                return Ok(End::Again(self.clock().now() + pause));
            }
        }
        Ok(submissions.next_due(id).await?.map_or(End::Done, |at| End::Again(at.max(self.clock().now() + SOONEST))))
    }

    /// Reads these submissions now, in as few calls as the provider allows, and applies what it tells.
    pub(crate) async fn read_submissions(
        &self,
        account: &OpenAccount,
        which: &[(EnvelopeId, SubmissionId)],
        holding: Option<&JobLease>,
        traceparent: Option<&str>,
    ) -> Result<Read> {
        let mut loaded = Vec::new();
        for (envelope, submission) in which {
            match self.envelope(account.tenant, *envelope).await {
                Ok(envelope) if envelope.order.is_some() => loaded.push(self.loaded(envelope, *submission).await?),
                Ok(_) | Err(BrokerError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        let views: Vec<SubmissionView<'_>> = loaded.iter().filter_map(Loaded::view).collect();
        if views.is_empty() {
            return Ok(Read { failed: None });
        }
        let reader = Reader { broker: self, account, views: &views, traceparent };
        let (readings, answered, failed) = reader.read().await?;
        for part in &loaded {
            let Some(id) = answered.iter().find(|id| **id == part.id) else { continue };
            let told: Vec<&Reading> = readings.iter().filter(|(of, _)| of == id).map(|(_, reading)| reading).collect();
            self.take_in(account, part, &told, holding, traceparent).await?;
            self.look_for_duplicates(account, part, holding, traceparent).await?;
        }
        Ok(Read { failed })
    }

    /// Applies readings (or their absence) to its envelope and says when to read again.
    async fn take_in(
        &self,
        account: &OpenAccount,
        part: &Loaded,
        readings: &[&Reading],
        holding: Option<&JobLease>,
        traceparent: Option<&str>,
    ) -> Result<()> {
        let adapter = &account.adapter;
        let pace = Pace { polling: adapter.polling(&self.moment(account, None)), ..adapter.pace() };
        let actor = Actor::Provider { kind: account.kind.clone() };
        let who = Who { tenant: account.tenant, actor, request: None, traceparent, holding, expected: None };
        let (_, quiet) = self
            .edit(&who, part.envelope.id, |envelope, edit, now| {
                let before = envelope.clone();
                for reading in readings {
                    edit.events.extend(envelope.apply_reading(part.id, reading, now));
                }
                if !readings.is_empty() {
                    envelope.clear(AttentionCode::ProviderTransactionMissing, &mut edit.events);
                } else if missing_too_long(envelope, part.id, now) {
                    envelope.raise(
                        Attention::new(
                            AttentionCode::ProviderTransactionMissing,
                            "The provider accepted the transaction but does not know it any more.",
                            now,
                        ),
                        &mut edit.events,
                    );
                }
                let read_at = (!readings.is_empty()).then_some(now);
                let next = schedule(envelope, part.id, &pace, now);
                Ok(nothing_new(&before, envelope, part.id, read_at, next))
            })
            .await?;
        if let Some((before, after)) = quiet {
            let submissions = self.store().tenant(account.tenant).submissions();
            submissions.note_reading(part.envelope.id, &before, &after).await?;
        }
        Ok(())
    }

    /// Reads the open submissions of an envelope at once.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`]; [`BrokerError::Unavailable`] when the provider cannot be asked now.
    pub(crate) async fn read_envelope(
        &self,
        tenant: TenantId,
        envelope: &Envelope,
        traceparent: Option<&str>,
    ) -> Result<()> {
        let mut by_account: BTreeMap<AccountId, Vec<(EnvelopeId, SubmissionId)>> = BTreeMap::new();
        for submission in envelope.submissions.iter().filter(|s| is_readable(s)) {
            by_account.entry(submission.account).or_default().push((envelope.id, submission.id));
        }
        for (account, which) in by_account {
            let account = self.open_account(tenant, account).await?;
            self.read_submissions(&account, &which, None, traceparent).await?;
        }
        Ok(())
    }
}

/// The shortest pause between two runs of one poll job.
const SOONEST: TimeDelta = TimeDelta::milliseconds(200);

/// What became of a reading.
pub(crate) struct Read {
    /// Some of it could not be read; try again after this pause.
    pub(crate) failed: Option<TimeDelta>,
}

struct Reader<'a> {
    broker: &'a Broker,
    account: &'a OpenAccount,
    views: &'a [SubmissionView<'a>],
    traceparent: Option<&'a str>,
}

type Readings = Vec<(SubmissionId, Reading)>;

impl Reader<'_> {
    /// The readings, the submissions that were answered about, and the pause when something could not be read.
    async fn read(&self) -> Result<(Readings, Vec<SubmissionId>, Option<TimeDelta>)> {
        let files = self.broker.no_files();
        let adapter: &dyn Account = &*self.account.adapter;
        let built =
            self.broker.build(self.account, &files, |moment| adapter.status_requests(self.views, moment)).await?;
        let mut waiting: Vec<(StatusRequest, usize)> = match built {
            Ok(requests) => requests.into_iter().map(|request| (request, 1)).collect(),
            Err(outcome) => return Ok((Readings::new(), Vec::new(), Some(self.pause(&outcome.map(|n| match n {}))))),
        };
        let (mut readings, mut answered, mut failed) = (Readings::new(), Vec::new(), None);
        while let Some((request, pages)) = waiting.pop() {
            let session = self.broker.session(self.account.id);
            let moment = self.broker.moment(self.account, session.as_deref());
            let outcome = self
                .broker
                .exchange(self.account, &files, Need::Read, &request.call, self.traceparent, |reply| {
                    adapter.status_reply(&request, self.views, &moment, reply)
                })
                .await?;
            match outcome {
                Outcome::Done(page) => {
                    readings.extend(page.readings);
                    match page.next {
                        Some(next) if pages < MOST_PAGES => waiting.push((next, pages + 1)),
                        Some(_) | None => answered.extend(request.covers),
                    }
                }
                outcome @ (Outcome::Refused(_)
                | Outcome::SessionExpired
                | Outcome::NotSent { .. }
                | Outcome::Unknown(_)) => failed = Some(self.pause(&outcome)),
            }
        }
        Ok((readings, answered, failed))
    }

    fn pause<T>(&self, outcome: &Outcome<T>) -> TimeDelta {
        // What is read can wait, but never longer than anything else that is tried again.
        let unasked = |pause: Duration| pause.min(self.broker.config().policy.longest_pause);
        let asked = match outcome {
            Outcome::Refused(refusal) => {
                tracing::warn!(
                    account.id = %self.account.id,
                    code = %refusal.code,
                    class = refusal.class.as_str(),
                    "The provider refused to tell the state of submissions"
                );
                refusal.retry_after.unwrap_or_else(|| unasked(Duration::from_mins(1)))
            }
            Outcome::NotSent { retry_after, .. } => retry_after.unwrap_or_else(|| unasked(Duration::from_secs(5))),
            Outcome::Unknown(doubt) => {
                tracing::warn!(account.id = %self.account.id, reason = %doubt.reason, "Reading submissions failed");
                unasked(Duration::from_secs(15))
            }
            // A session is opened again by the next try.
            Outcome::Done(_) | Outcome::SessionExpired => unasked(Duration::from_secs(1)),
        };
        TimeDelta::from_std(asked).unwrap_or(TimeDelta::minutes(1))
    }
}

/// Whether the provider has something to tell about the submission.
pub(crate) fn is_readable(submission: &Submission) -> bool {
    submission.reference.is_some() && !submission.state.is_terminal() && submission.state != SubmissionState::Planned
}

/// When the account's submissions that ended are read, where a signature could still arrive.
const WATCH_EVERY: TimeDelta = TimeDelta::minutes(5);

/// When the submission is read next: never again once it ended or its files are being collected.
fn schedule(envelope: &Envelope, id: SubmissionId, pace: &Pace, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let submission = envelope.submissions.iter().find(|s| s.id == id)?;
    if submission.state.is_terminal() {
        return submission.watched_until.filter(|until| *until > now).map(|_| now + WATCH_EVERY);
    }
    let collecting = submission.state == SubmissionState::Finalizing && !submission.awaits_result();
    if collecting || pace.polling.is_empty() {
        return None;
    }
    let age = (now - submission.created_at).to_std().unwrap_or_default();
    let reached = pace.polling.iter().find(|p| age < p.until_age).or(pace.polling.last());
    let every = reached.map_or(Duration::from_mins(5), |p| p.every);
    Some(now + TimeDelta::from_std(jittered(every, id)).unwrap_or(TimeDelta::hours(1)))
}

/// Puts the times of reading into the envelope. When nothing else changed, takes them out again and gives the submission
/// before and after, to be noted without a new version.
fn nothing_new(
    before: &Envelope,
    after: &mut Envelope,
    id: SubmissionId,
    read_at: Option<DateTime<Utc>>,
    next: Option<DateTime<Utc>>,
) -> Option<(Submission, Submission)> {
    let known = before.submissions.iter().find(|s| s.id == id)?;
    let submission = after.submissions.iter_mut().find(|s| s.id == id)?;
    (submission.last_read_at, submission.next_read_at) = (known.last_read_at, known.next_read_at);
    let quiet = before == after;
    let submission = after.submissions.iter_mut().find(|s| s.id == id)?;
    let read = Submission { last_read_at: read_at.or(known.last_read_at), next_read_at: next, ..submission.clone() };
    if quiet {
        return Some((known.clone(), read));
    }
    *submission = read;
    None
}

/// Spreads readings by up to a tenth, so that what was sent together is not read together for ever.
fn jittered(every: Duration, id: SubmissionId) -> Duration {
    let share = u32::from(id.as_uuid().as_bytes().last().copied().unwrap_or(0));
    every.saturating_add(every.saturating_mul(share) / 2560)
}

fn missing_too_long(envelope: &Envelope, id: SubmissionId, now: DateTime<Utc>) -> bool {
    envelope.submissions.iter().find(|s| s.id == id).is_some_and(|s| {
        let since = s.last_read_at.unwrap_or(s.created_at);
        s.reference.is_some() && now - since > MISSING_GRACE
    })
}
