//! Which work an envelope needs, told from its state alone.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::aggregate::CancelOutcome;
use domain::capability::Feature;
use domain::ids::{AccountId, SubmissionId};
use domain::record::{Envelope, Submission};
use domain::states::{EnvelopeStatus, State, SubmissionState};
use domain::steps::Start;
use persistence::NewJob;
use serde_json::Value;

/// A piece of work. At most one job exists for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// Carry a submission to the provider.
    Submit(SubmissionId, AccountId),
    /// Read the open submissions of an account that are due.
    Poll(AccountId),
    /// Fetch, examine and store what a submission gave.
    Collect(SubmissionId, AccountId),
    /// Take a submission back.
    Cancel(SubmissionId, AccountId),
    /// End the envelope at its deadline, where the broker sees to it.
    Expire(AccountId),
    /// Remind those who have not acted, where the broker sees to it.
    Remind(AccountId),
}

/// The kinds of jobs, as stored.
pub(crate) mod kind {
    pub(crate) const SUBMIT: &str = "submit";
    pub(crate) const POLL: &str = "poll";
    pub(crate) const COLLECT: &str = "collect";
    pub(crate) const CANCEL: &str = "cancel";
    pub(crate) const CALLBACK: &str = "callback";
    pub(crate) const ARRANGE: &str = "arrange";
    pub(crate) const EXPIRE: &str = "expire";
    pub(crate) const REMIND: &str = "remind";
    pub(crate) const SILENCE: &str = "silence";
    /// Every kind that a worker claims.
    pub(crate) const ALL: [&str; 9] = [SUBMIT, POLL, COLLECT, CANCEL, CALLBACK, ARRANGE, EXPIRE, REMIND, SILENCE];
}

/// All the work that the state of `envelope` calls for.
pub(crate) fn demanded(envelope: &Envelope) -> BTreeSet<Work> {
    let mut work = BTreeSet::new();
    for submission in &envelope.submissions {
        let (id, account) = (submission.id, submission.account);
        if wants_submitting(envelope, submission) {
            work.insert(Work::Submit(id, account));
        }
        if submission.next_read_at.is_some() && (!submission.state.is_terminal() || submission.watched_until.is_some())
        {
            work.insert(Work::Poll(account));
        }
        if wants_collecting(submission) {
            work.insert(Work::Collect(id, account));
        }
        let asked = submission.cancel.is_some_and(|c| c.outcome == CancelOutcome::Pending);
        if asked && !submission.state.is_terminal() && submission.state != SubmissionState::Unknown {
            work.insert(Work::Cancel(id, account));
        }
    }
    if let Some(routed) = envelope.routed.as_ref().filter(|_| !envelope.status.is_terminal()) {
        if envelope.spec.expires_at.is_some() && seen_to_by_broker(envelope, Feature::Expiry) {
            work.insert(Work::Expire(routed.account_id));
        }
        let can_act = matches!(envelope.status, EnvelopeStatus::Sent | EnvelopeStatus::InProgress);
        if can_act && envelope.spec.reminders.is_some() && seen_to_by_broker(envelope, Feature::Reminders) {
            work.insert(Work::Remind(routed.account_id));
        }
    }
    work
}

/// Jobs for the work that `after` calls for and `before` did not.
pub(crate) fn new_jobs(
    before: Option<&Envelope>,
    after: &Envelope,
    now: DateTime<Utc>,
    traceparent: Option<&str>,
) -> Vec<NewJob> {
    let known = before.map(demanded).unwrap_or_default();
    demanded(after)
        .into_iter()
        // A reading may have become due earlier than the job that waits for the next one.
        .filter(|work| !known.contains(work) || (matches!(work, Work::Poll(_)) && earlier_reading(before, after)))
        .map(|work| job(work, after, now, traceparent))
        .collect()
}

fn earlier_reading(before: Option<&Envelope>, after: &Envelope) -> bool {
    let earliest = |e: &Envelope| e.submissions.iter().filter_map(|s| s.next_read_at).min();
    match (before.and_then(earliest), earliest(after)) {
        (Some(before), Some(after)) => after < before,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// The job for a piece of work of `envelope`.
pub(crate) fn job(work: Work, envelope: &Envelope, now: DateTime<Utc>, traceparent: Option<&str>) -> NewJob {
    let (kind, account, subject, run_at) = match work {
        Work::Submit(id, account) => (kind::SUBMIT, account, id.as_uuid(), now),
        Work::Collect(id, account) => (kind::COLLECT, account, id.as_uuid(), now),
        Work::Cancel(id, account) => (kind::CANCEL, account, id.as_uuid(), now),
        Work::Expire(account) => {
            (kind::EXPIRE, account, envelope.id.as_uuid(), envelope.spec.expires_at.unwrap_or(now))
        }
        Work::Remind(account) => {
            let every = envelope.spec.reminders.map_or(1, |r| r.every_days);
            (kind::REMIND, account, envelope.id.as_uuid(), now + TimeDelta::days(every.into()))
        }
        Work::Poll(account) => {
            let due = envelope.submissions.iter().filter(|s| s.account == account).filter_map(|s| s.next_read_at).min();
            (kind::POLL, account, account.as_uuid(), due.unwrap_or(now))
        }
    };
    NewJob {
        kind: kind.to_owned(),
        tenant: Some(envelope.tenant),
        account: Some(account),
        envelope: (kind != kind::POLL).then_some(envelope.id),
        subject,
        dedupe_key: Some(format!("{kind}:{subject}")),
        run_at,
        payload: Value::Null,
        traceparent: traceparent.map(ToOwned::to_owned),
    }
}

/// Whether the check at sending said that the broker does `feature` itself.
fn seen_to_by_broker(envelope: &Envelope, feature: Feature) -> bool {
    envelope.findings.iter().any(|finding| finding.feature == Some(feature) && finding.emulated.is_some())
}

/// The job that looks whether the provider has been silent about a submission for too long.
pub(crate) fn silence_job(envelope: &Envelope, submission: SubmissionId, now: DateTime<Utc>) -> NewJob {
    let account = envelope.submissions.iter().find(|s| s.id == submission).map(|s| s.account);
    let mut job = NewJob::new(kind::SILENCE, Some(envelope.tenant), submission.as_uuid(), now)
        .deduped(format!("{}:{submission}", kind::SILENCE));
    job.account = account;
    job.envelope = Some(envelope.id);
    job
}

fn wants_submitting(envelope: &Envelope, submission: &Submission) -> bool {
    match submission.state {
        SubmissionState::Submitting => true,
        SubmissionState::Submitted | SubmissionState::Sent | SubmissionState::InProgress
            if submission.renewal.wanted =>
        {
            true
        }
        SubmissionState::Planned => !envelope.status.is_terminal() && may_start(envelope, submission),
        SubmissionState::Unknown
        | SubmissionState::Submitted
        | SubmissionState::Sent
        | SubmissionState::InProgress
        | SubmissionState::Finalizing
        | SubmissionState::Completed
        | SubmissionState::Refused
        | SubmissionState::Declined
        | SubmissionState::Rejected
        | SubmissionState::Expired
        | SubmissionState::Canceled
        | SubmissionState::Failed => false,
    }
}

/// Whether what the submission waits for has happened.
pub(crate) fn may_start(envelope: &Envelope, submission: &Submission) -> bool {
    let state_of = |ordinal: u32| envelope.submissions.iter().find(|s| s.plan.ordinal == ordinal).map(|s| s.state);
    match submission.plan.start {
        Start::AtOnce => true,
        Start::AfterSubmitted { ordinal } => state_of(ordinal).is_some_and(|state| {
            state == SubmissionState::Completed
                || (!state.is_terminal() && state.progress() >= SubmissionState::Submitted.progress())
        }),
        Start::AfterCompleted { ordinal } => state_of(ordinal) == Some(SubmissionState::Completed),
    }
}

/// Whether files are to be fetched: everybody acted, or it ended another way and files are still offered.
fn wants_collecting(submission: &Submission) -> bool {
    let finalizing = submission.state == SubmissionState::Finalizing;
    let ended_otherwise = submission.state.is_terminal()
        && !matches!(submission.state, SubmissionState::Completed | SubmissionState::Refused);
    if !finalizing && !ended_otherwise || finalizing && submission.awaits_result() {
        return false;
    }
    let open = open_offers(submission).next().is_some();
    // A submission that is finalizing without an offer is completed by the collector too.
    open || (finalizing && submission.reading.is_some() && !waits_for_person(submission))
}

/// Offers that are neither stored nor given up.
pub(crate) fn open_offers(submission: &Submission) -> impl Iterator<Item = &domain::facts::ArtifactOffer> {
    let state = &submission.collection;
    submission.reading.iter().flat_map(|r| &r.artifacts).filter(move |offer| {
        let key = offer.key();
        !state.stored.contains_key(&key) && !state.given_up.contains_key(&key)
    })
}

/// Whether the end of the submission waits for a person's word about a file.
pub(crate) fn waits_for_person(submission: &Submission) -> bool {
    let state = &submission.collection;
    let essential_given_up = submission
        .reading
        .iter()
        .flat_map(|r| &r.artifacts)
        .filter(|offer| offer.essential)
        .any(|offer| state.given_up.contains_key(&offer.key()) && !state.accepted.contains(&offer.key()));
    essential_given_up || state.invalid.iter().any(|key| !state.accepted.contains(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::facts::Reading;
    use domain::record::{CollectionState, Renewal};
    use domain::steps::SubmissionPlan;

    fn submission(state: SubmissionState, reading: Reading) -> Submission {
        Submission {
            id: SubmissionId::generate(),
            account: AccountId::generate(),
            plan: SubmissionPlan {
                ordinal: 0,
                documents: Vec::new(),
                recipients: Vec::new(),
                start: Start::AtOnce,
                steps: Vec::new(),
                clean_up: Vec::new(),
            },
            state,
            attempt: 1,
            renewal: Renewal::default(),
            reference: None,
            vendor_status: None,
            acted: false,
            live: true,
            cancel: None,
            ended_at: None,
            details: std::collections::BTreeMap::new(),
            error: None,
            integrity: None,
            reading: Some(reading),
            last_read_at: None,
            next_read_at: None,
            watched_until: None,
            delivered: None,
            collection: CollectionState::default(),
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn nothing_is_collected_while_the_provider_is_still_at_work() {
        let state = SubmissionState::Finalizing;
        let at_work = Reading { pending_result: Some(true), ..Reading::of(Some(state), "IN_NOTARY") };
        assert!(!wants_collecting(&submission(state, at_work.clone())));
        assert!(submission(state, at_work.clone()).awaits_result());
        let closed = Reading::of(Some(state), "FINISHED");
        assert!(wants_collecting(&submission(state, closed)), "without an offer it is completed");
        assert!(!wants_collecting(&submission(SubmissionState::InProgress, at_work)));
    }
}
