//! Making one call at a provider: the permit before it, the session, the transport, the reading of the answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{DocumentId, SubmissionId};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::protocol;
use domain::record::{Artifact, Envelope, Submission};
use domain::steps::{Start, StepId, StepOutputs};
use persistence::{CallWindow, Counted, PermitLease};
use provider_clients::call::Call;
use provider_clients::provider::transcript::{self, Exchange};
use provider_clients::provider::{EarlierAttempt, Moment, Rate, Session, SubmissionView, Unbuildable};
use provider_clients::reply::{Reply, StoredFile, TransportError};
use provider_clients::transport::{CallContext, Permit};
use secrecy::ExposeSecret;

use crate::accounts::OpenAccount;
use crate::files::EnvelopeFiles;
use crate::{Broker, BrokerError, Result, digest};

/// How long to wait before asking again for a place among an account's calls.
pub(crate) const BUSY: Duration = Duration::from_millis(400);

/// How long a call that acts waits for a place.
const PATIENCE: Duration = Duration::from_secs(3);

/// A submission with everything that its calls may read.
pub(crate) struct Loaded {
    pub(crate) envelope: Envelope,
    pub(crate) order: Order,
    pub(crate) id: SubmissionId,
    began_at: DateTime<Utc>,
    outputs: StepOutputs,
    earlier: Vec<EarlierAttempt>,
    tries: BTreeMap<StepId, u32>,
    signed_before: BTreeMap<DocumentId, StoredFile>,
}

impl Loaded {
    /// The submission as adapters see it; `None` when the envelope does not have it any more.
    pub(crate) fn view(&self) -> Option<SubmissionView<'_>> {
        let submission = self.submission()?;
        Some(SubmissionView {
            id: self.id,
            attempt: submission.attempt,
            began_at: self.began_at,
            order: &self.order,
            documents: &submission.plan.documents,
            recipients: &submission.plan.recipients,
            reference: submission.reference.as_deref(),
            outputs: &self.outputs,
            last: submission.reading.as_ref(),
            earlier: &self.earlier,
            signed_before: &self.signed_before,
        })
    }

    /// How often the call of a step was begun.
    pub(crate) fn tries(&self, step: &str) -> u32 {
        self.tries.get(step).copied().unwrap_or(0)
    }

    pub(crate) fn submission(&self) -> Option<&Submission> {
        self.envelope.submissions.iter().find(|s| s.id == self.id)
    }
}

/// The account's place for one call; given back when the call is over.
pub(crate) struct Place(Option<PermitLease>);

/// What a call is for. Calls that only read stop before an account's quota is used up, so that there is some left to send,
/// cancel and fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// It sends, changes or fetches.
    Act,
    /// It only reads.
    Read,
}

/// Whether a call may be made now.
pub(crate) enum Admission {
    /// It may; give the place back afterwards.
    In(Place),
    /// Not before this has passed.
    Later(Duration),
}

impl Broker {
    /// Puts together what the calls of a submission may read.
    pub(crate) async fn loaded(&self, envelope: Envelope, id: SubmissionId) -> Result<Loaded> {
        let order = envelope.order.clone().ok_or(BrokerError::NotFound)?;
        let attempts = self.store().tenant(envelope.tenant).attempts(id);
        let journal = attempts.latest().await?;
        let earlier = self.earlier(&envelope, id).await?;
        let began_at = journal.as_ref().map_or_else(|| self.clock().now(), |j| j.begun_at);
        let records = journal.map(|j| j.records).unwrap_or_default();
        let outputs = protocol::outputs(&records);
        let tries = records.into_iter().map(|record| (record.id, record.tries)).collect();
        let signed_before = signed_before(&envelope, id);
        Ok(Loaded { envelope, order, id, began_at, outputs, earlier, tries, signed_before })
    }

    /// The attempts before the present one whose steps were all done: a renewed transaction may still be signed.
    async fn earlier(&self, envelope: &Envelope, id: SubmissionId) -> Result<Vec<EarlierAttempt>> {
        let Some(submission) = envelope.submissions.iter().find(|s| s.id == id).filter(|s| s.live) else {
            return Ok(Vec::new());
        };
        let attempts = self.store().tenant(envelope.tenant).attempts(id);
        let mut earlier = Vec::new();
        for attempt in 1..submission.attempt {
            let Some(journal) = attempts.load(attempt).await? else { continue };
            if journal.records.iter().all(|record| record.output().is_some()) {
                let outputs = protocol::outputs(&journal.records);
                earlier.push(EarlierAttempt { attempt, began_at: journal.begun_at, outputs });
            }
        }
        Ok(earlier)
    }

    /// A place among the account's calls, held across replicas, and one of the calls that its quotas allow.
    pub(crate) async fn place(&self, account: &OpenAccount, need: Need, longest: Duration) -> Result<Admission> {
        let pace = account.adapter.pace();
        let slots = pace.concurrency.max(1);
        let key = places_of(account);
        // A place is held by one call, not by a process.
        let holder = uuid::Uuid::now_v7().to_string();
        let Some(lease) = self.store().permits().acquire(&key, slots, &holder, longest).await? else {
            return Ok(Admission::Later(BUSY));
        };
        let place = Place(Some(lease));
        if pace.rates.is_empty() {
            return Ok(Admission::In(place));
        }
        match self.store().call_counts().take(&key, &windows(&pace.rates, need)).await {
            Ok(Counted::Taken) => Ok(Admission::In(place)),
            Ok(Counted::Full { wait }) => {
                self.leave(place).await;
                Ok(Admission::Later(wait.max(BUSY)))
            }
            Err(error) => {
                self.leave(place).await;
                Err(error.into())
            }
        }
    }

    /// How long the account's quotas still allow no call that reads; `None` when they allow one, or will in a moment.
    pub(crate) async fn quota_wait(&self, account: &OpenAccount) -> Result<Option<Duration>> {
        let windows = windows(&account.adapter.pace().rates, Need::Read);
        let wait = self.store().call_counts().full(&places_of(account), &windows).await?;
        Ok(wait.filter(|wait| *wait > PATIENCE))
    }

    /// Gives a place back.
    pub(crate) async fn leave(&self, mut place: Place) {
        if let Some(lease) = place.0.take()
            && let Err(error) = self.store().permits().release(&lease).await
        {
            tracing::warn!(error = %error, "A place among an account's calls could not be given back; it ends by itself");
        }
    }

    /// Makes `call` and reads the answer with `read`. A call that acts waits a moment for its place; an account that stays busy
    /// is `NotSent`.
    pub(crate) async fn exchange<T>(
        &self,
        account: &OpenAccount,
        files: &EnvelopeFiles,
        need: Need,
        call: &Call,
        traceparent: Option<&str>,
        read: impl FnOnce(&Reply) -> Outcome<T>,
    ) -> Result<Outcome<T>> {
        let begun = tokio::time::Instant::now();
        let place = loop {
            match self.place(account, need, longest(call)).await? {
                Admission::In(place) => break place,
                // Somebody may be waiting for the answer: others' readings are over in a moment.
                Admission::Later(wait) if need == Need::Act && wait <= BUSY && begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(wait / 4).await;
                }
                Admission::Later(wait) => return Ok(busy(wait)),
            }
        };
        let permit = Permit::lasting(self.config().send_window);
        let outcome = self.carry(account, files, call, &permit, traceparent, read).await;
        self.leave(place).await;
        Ok(outcome)
    }

    /// Makes `call` under `permit`; the place is the caller's.
    pub(crate) async fn carry<T>(
        &self,
        account: &OpenAccount,
        files: &EnvelopeFiles,
        call: &Call,
        permit: &Permit,
        traceparent: Option<&str>,
        read: impl FnOnce(&Reply) -> Outcome<T>,
    ) -> Outcome<T> {
        let context = CallContext { provider: &account.kind, account: &account.id.to_string(), traceparent };
        let transport = match self.transport(&account.adapter.connection()) {
            Ok(transport) => transport,
            Err(error) => return Outcome::NotSent { reason: error.to_string(), retry_after: None },
        };
        let answered = transport.carry(call, permit, files, &context).await;
        if let Some(recorder) = &self.inner.recorder {
            let exchange = Exchange::of(call, answered.as_ref().ok());
            let judged = transcript::judge(&account.adapter.expectations(), &exchange);
            recorder.record(account.id, &account.kind, &exchange.redacted(), &judged);
        }
        match answered {
            Ok(reply) => self.judged(account, call, &reply, read),
            Err(error @ (TransportError::NotSent { .. } | TransportError::Lost { .. })) => error.outcome(),
        }
    }

    /// Reads an answer. A refused session is forgotten, so that another is opened; when it was opened for this very call
    /// and never worked, another would fare no better, and the refusal is final.
    fn judged<T>(
        &self,
        account: &OpenAccount,
        call: &Call,
        reply: &Reply,
        read: impl FnOnce(&Reply) -> Outcome<T>,
    ) -> Outcome<T> {
        let id = account.id;
        let carried = self.session(id).is_some_and(|session| carries(call, &session));
        let outcome = read(reply);
        if !matches!(outcome, Outcome::SessionExpired) {
            if carried {
                self.prove_session(id);
            }
            return outcome;
        }
        let is_final = carried && !self.is_session_proved(id);
        self.forget_session(id);
        if is_final { Outcome::Refused(account.adapter.session_refused(call, reply)) } else { outcome }
    }

    /// The moment for building a call of `account`.
    pub(crate) fn moment<'a>(&self, account: &'a OpenAccount, session: Option<&'a Session>) -> Moment<'a> {
        Moment {
            now: self.clock().now(),
            random: digest::random(),
            session,
            callback_url: account.callback_url.as_deref(),
            facts: &account.facts,
        }
    }

    /// Builds a call, opening a session with the provider first where one is needed.
    ///
    /// Gives the outcome of the session call instead when no session could be had.
    pub(crate) async fn build<T>(
        &self,
        account: &OpenAccount,
        files: &EnvelopeFiles,
        make: impl Fn(&Moment<'_>) -> Result<T, Unbuildable>,
    ) -> Result<Result<T, Outcome<std::convert::Infallible>>> {
        let session = self.session(account.id);
        match make(&self.moment(account, session.as_deref())) {
            Ok(made) => return Ok(Ok(made)),
            Err(Unbuildable::SessionNeeded) => {}
            Err(other) => return Err(unbuildable(account, other)),
        }
        let moment = self.moment(account, None);
        let call = account
            .adapter
            .session_request(&moment)
            .ok_or_else(|| BrokerError::Internal(format!("{} asks for a session but has none", account.kind)))?;
        let opened = self
            .exchange(account, files, Need::Act, &call, None, |reply| account.adapter.session_reply(&moment, reply))
            .await?;
        match opened {
            Outcome::Done(session) => {
                let session = Arc::new(session);
                self.keep_session(account.id, Arc::clone(&session));
                make(&self.moment(account, Some(&session))).map(Ok).map_err(|error| unbuildable(account, error))
            }
            Outcome::Refused(refusal) => Ok(Err(Outcome::Refused(refusal))),
            // The session call changes nothing: whatever became of it, the call itself was not sent.
            Outcome::SessionExpired | Outcome::NotSent { .. } | Outcome::Unknown(_) => Ok(Err(Outcome::NotSent {
                reason: "No session with the provider could be opened.".to_owned(),
                retry_after: None,
            })),
        }
    }
}

/// Whether a call proves itself with this session.
fn carries(call: &Call, session: &Session) -> bool {
    call.headers.iter().any(|header| header.secret && header.value.contains(session.token.expose_secret()))
}

/// Under which key an account's places and calls are counted.
fn places_of(account: &OpenAccount) -> String {
    format!("account:{}", account.id)
}

/// The quotas of an account, as calls of this need meet them.
fn windows(rates: &[Rate], need: Need) -> Vec<CallWindow> {
    let most = |rate: &Rate| match need {
        Need::Act => rate.calls,
        Need::Read => rate.calls.saturating_sub(rate.reserved),
    };
    rates.iter().map(|rate| CallWindow { per: rate.per, most: most(rate) }).collect()
}

/// How long a call may take in all, from its permit on.
pub(crate) fn longest(call: &Call) -> Duration {
    call.timeout + Duration::from_secs(30)
}

/// The end of a call that begins until `not_after`, whoever makes it.
pub(crate) fn over_at(not_after: DateTime<Utc>, call: &Call, margin: Duration) -> DateTime<Utc> {
    let whole = call.timeout.saturating_add(margin);
    not_after + TimeDelta::from_std(whole).unwrap_or(TimeDelta::MAX)
}

pub(crate) fn busy<T>(wait: Duration) -> Outcome<T> {
    Outcome::NotSent {
        reason: "The account already makes as many calls as it may.".to_owned(),
        retry_after: Some(wait),
    }
}

pub(crate) fn unbuildable(account: &OpenAccount, error: Unbuildable) -> BrokerError {
    match error {
        Unbuildable::Refused(findings) => BrokerError::Invalid(findings),
        defect @ (Unbuildable::SessionNeeded | Unbuildable::Defect(_)) => {
            BrokerError::Internal(format!("{}: {defect}", account.kind))
        }
    }
}

fn signed_before(envelope: &Envelope, id: SubmissionId) -> BTreeMap<DocumentId, StoredFile> {
    let start = envelope.submissions.iter().find(|s| s.id == id).map(|s| &s.plan.start);
    let Some(Start::AfterCompleted { ordinal }) = start else {
        return BTreeMap::new();
    };
    let Some(before) = envelope.submissions.iter().find(|s| s.plan.ordinal == *ordinal) else {
        return BTreeMap::new();
    };
    envelope
        .artifacts
        .iter()
        .filter(|a| a.submission == before.id && a.kind == domain::facts::ArtifactKind::SignedDocument)
        .flat_map(|a| a.documents.iter().map(|d| (*d, stored_file(a))))
        .collect()
}

fn stored_file(artifact: &Artifact) -> StoredFile {
    StoredFile {
        key: artifact.object_key.clone(),
        size: artifact.size,
        sha256: artifact.sha256.clone(),
        content_type: Some(artifact.content_type.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provider_clients::call::Method;

    #[test]
    fn a_call_proves_itself_with_the_session_whose_token_it_carries() {
        let call = || Call::new("x", Method::Get, "https://x.example/".parse().unwrap());
        let session =
            Session { token: "token-1".into(), expires_at: DateTime::<Utc>::MAX_UTC, values: BTreeMap::new() };
        assert!(carries(&call().secret_header("authorization", "Bearer token-1"), &session));
        assert!(!carries(&call().secret_header("authorization", "Bearer token-0"), &session), "an older one");
        assert!(!carries(&call(), &session));
    }
}
