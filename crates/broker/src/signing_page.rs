//! The page on which a recipient signs, for vendors that have none of their own: what it shows, and what opening it does.
//!
//! The page's address holds a sealed token that names tenant, envelope and recipient; it is good as long as it is the
//! recipient's present `signing_url`. Whatever a browser says is no result: results are read from the provider.

use chrono::{DateTime, TimeDelta, Utc};
use domain::aggregate::CancelOutcome;
use domain::events::Actor;
use domain::ids::{EnvelopeId, RecipientId, TenantId};
use domain::record::{Envelope, PendingKind, Recipient, Submission};
use domain::states::{EnvelopeStatus, RecipientStatus, SubmissionState};
use provider_clients::provider::Launch;
use uuid::Uuid;

use crate::engine::Who;
use crate::engine::exchange::Loaded;
use crate::engine::work::{self, Work};
use crate::{Broker, BrokerError, Result};

/// A page that is open asks the provider this often at most.
const READ_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(5);

/// Who looks at a page, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visit {
    /// A person opened it: they have viewed it, and what is used up or too old is prepared anew.
    Opened,
    /// It is open at a person's and asks how things stand: viewed, but nothing is prepared anew by that.
    Watching,
    /// No person looks: a preview of a link, a check whether the address exists. Nothing changes.
    Peeking,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct SigningPage {
    /// The envelope's subject.
    pub subject: String,
    /// The message to everybody.
    pub message: Option<String>,
    /// The message to this recipient.
    pub own_message: Option<String>,
    /// The recipient's name.
    pub recipient: String,
    /// The envelope's language, where one was given.
    pub language: Option<String>,
    /// The names of the documents, in order.
    pub documents: Vec<String>,
    /// What the recipient can do.
    pub state: SignerState,
    /// Whether the page's address is still the recipient's `signing_url`; when not, the page only tells how it ended.
    pub is_open: bool,
}

/// What a recipient can do on their page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerState {
    /// Follow this link, which starts the signing. A bearer secret.
    Ready {
        /// The link, possibly of a custom scheme.
        link: String,
    },
    /// Wait a moment: it is being prepared.
    Preparing,
    /// Open the page again: what was prepared is used up or too old, and is prepared anew when a person asks.
    Stale,
    /// Come back later: others sign before.
    NotYet,
    /// Nothing any more: they signed.
    Signed,
    /// Nothing any more: they refused.
    Declined,
    /// Nothing any more: the deadline passed.
    Expired,
    /// Nothing any more: the envelope ended, or goes on without them.
    Over,
    /// Ask the sender: all tries are used up.
    Exhausted,
}

impl Broker {
    /// The page of the recipient whom `token` names, as it stands. What the visit changes, [`Visit`] tells: whether they
    /// viewed it, and whether a new attempt is prepared; no result comes from here.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`] when the token names nobody, or its address was replaced by another.
    pub async fn signing_page(&self, token: &str, visit: Visit) -> Result<SigningPage> {
        let (tenant, envelope, recipient) = self.opened_token(token).ok_or(BrokerError::NotFound)?;
        let envelope = self.envelope(tenant, envelope).await?;
        let Some(found) = envelope.recipients.iter().find(|r| r.id == recipient) else {
            return Err(BrokerError::NotFound);
        };
        let is_open = found.signing_url.as_deref().is_some_and(|url| ends_with(url, token));
        // The addresses of an ended envelope are forgotten, and its signers are still told how it ended.
        if !is_open && !envelope.status.is_terminal() {
            return Err(BrokerError::NotFound);
        }
        let state = self.signer_state(&envelope, found, visit).await?;
        Ok(SigningPage {
            subject: envelope.spec.subject.clone(),
            message: envelope.spec.message.clone(),
            own_message: found.spec.message.clone(),
            recipient: found.spec.name.clone(),
            language: envelope.spec.language.as_ref().map(ToString::to_string),
            documents: envelope.documents.iter().map(|d| d.document.name.clone()).collect(),
            state,
            is_open,
        })
    }

    async fn signer_state(&self, envelope: &Envelope, recipient: &Recipient, visit: Visit) -> Result<SignerState> {
        let submission = envelope.submissions.iter().find(|s| s.plan.recipients.contains(&recipient.id));
        let settled = settled(envelope, recipient, submission, self.clock().now());
        let submission = match (settled, submission) {
            (Some(state), _) => return Ok(state),
            (None, None) => return Ok(SignerState::Over),
            (None, Some(submission)) => submission,
        };
        let account = self.open_account(envelope.tenant, submission.account).await?;
        let loaded = self.loaded(envelope.clone(), submission.id).await?;
        let Some(view) = loaded.view() else { return Ok(SignerState::Over) };
        let mut launch = account.adapter.launch(recipient.id, &view, &self.moment(&account, None));
        // Whatever an adapter makes of it: a used-up transaction is never offered again.
        if submission.renewal.used_up && matches!(launch, Launch::Ready { .. }) {
            launch = Launch::Renew;
        }
        match (launch, visit) {
            (Launch::Exhausted, _) => Ok(SignerState::Exhausted),
            (Launch::Ready { link }, Visit::Peeking) => Ok(SignerState::Ready { link }),
            (Launch::Ready { link }, Visit::Opened | Visit::Watching) => {
                self.opened(envelope, submission, recipient.id).await?;
                Ok(SignerState::Ready { link })
            }
            (Launch::Renew, Visit::Opened) => {
                self.renew(envelope, submission).await?;
                Ok(SignerState::Preparing)
            }
            (Launch::Renew, Visit::Watching | Visit::Peeking) => Ok(SignerState::Stale),
        }
    }

    /// The recipient has the page open: they viewed it, and what becomes of it is read soon.
    async fn opened(&self, envelope: &Envelope, submission: &Submission, recipient: RecipientId) -> Result<()> {
        let now = self.clock().now();
        let id = submission.id;
        let who = Who {
            tenant: envelope.tenant,
            actor: Actor::Broker,
            request: None,
            traceparent: None,
            holding: None,
            expected: None,
        };
        let (envelope, ()) = self
            .edit(&who, envelope.id, |envelope, edit, now| {
                edit.events.extend(envelope.viewed(id, recipient, now));
                Ok(())
            })
            .await?;
        let Some(before) = envelope.submissions.iter().find(|s| s.id == id) else { return Ok(()) };
        let fresh = before.last_read_at.is_some_and(|at| now - at < READ_AGAIN_AFTER);
        if fresh || before.next_read_at.is_some_and(|at| at <= now) {
            return Ok(());
        }
        let after = Submission { next_read_at: Some(now), ..before.clone() };
        self.store().tenant(envelope.tenant).submissions().note_reading(envelope.id, before, &after).await?;
        let mut told = envelope.clone();
        told.submissions.iter_mut().filter(|s| s.id == id).for_each(|s| s.next_read_at = Some(now));
        self.store().jobs().enqueue(vec![work::job(Work::Poll(before.account), &told, now, None)]).await?;
        Ok(())
    }

    /// Asks for a new attempt, once.
    async fn renew(&self, envelope: &Envelope, submission: &Submission) -> Result<()> {
        let (id, attempt) = (submission.id, submission.attempt);
        let who = Who {
            tenant: envelope.tenant,
            actor: Actor::Broker,
            request: None,
            traceparent: None,
            holding: None,
            expected: None,
        };
        self.edit(&who, envelope.id, |envelope, _, _| {
            let still = |s: &&mut Submission| {
                s.id == id && s.attempt == attempt && !s.renewal.wanted && goes_on(s.state) && !is_canceling(s)
            };
            if let Some(submission) = envelope.submissions.iter_mut().find(still) {
                submission.attempt = attempt.saturating_add(1);
                submission.renewal.first_attempt = submission.attempt;
                submission.renewal.wanted = true;
            }
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// The addresses of the pages of a submission's recipients; none where the broker has no public address.
    pub(crate) fn signing_links(&self, loaded: &Loaded) -> Vec<(RecipientId, String)> {
        let Some(base) = self.config().public_url.as_ref() else { return Vec::new() };
        let base = base.as_str().trim_end_matches('/');
        let Some(submission) = loaded.submission() else { return Vec::new() };
        let (tenant, envelope) = (loaded.envelope.tenant, loaded.envelope.id);
        let link = |recipient: &RecipientId| {
            let names = [tenant.as_uuid(), envelope.as_uuid(), recipient.as_uuid()];
            let bytes: Vec<u8> = names.iter().flat_map(|id| id.as_bytes().iter().copied()).collect();
            let token = self.store().seal_token(PURPOSE, &bytes).ok()?;
            Some((*recipient, format!("{base}/sign/{token}")))
        };
        submission.plan.recipients.iter().filter_map(link).collect()
    }

    fn opened_token(&self, token: &str) -> Option<(TenantId, EnvelopeId, RecipientId)> {
        let bytes = self.store().open_token(PURPOSE, token)?;
        let id = |at: usize| Uuid::from_slice(bytes.get(at..at + 16)?).ok();
        Some((TenantId::from_uuid(id(0)?), EnvelopeId::from_uuid(id(16)?), RecipientId::from_uuid(id(32)?)))
    }
}

/// What the recipient's page says when that follows from what is recorded; `None` when it depends on the provider's link.
fn settled(
    envelope: &Envelope,
    recipient: &Recipient,
    submission: Option<&Submission>,
    now: DateTime<Utc>,
) -> Option<SignerState> {
    match recipient.status {
        RecipientStatus::Completed => return Some(SignerState::Signed),
        RecipientStatus::Declined => return Some(SignerState::Declined),
        RecipientStatus::Skipped | RecipientStatus::Failed => return Some(SignerState::Over),
        RecipientStatus::Created | RecipientStatus::Sent | RecipientStatus::Viewed => {}
    }
    let expiring = envelope.pending_action.as_ref().is_some_and(|action| action.kind == PendingKind::Expire);
    if envelope.status == EnvelopeStatus::Expired || expiring {
        return Some(SignerState::Expired);
    }
    if envelope.status.is_terminal() || envelope.pending_action.is_some() {
        return Some(SignerState::Over);
    }
    let submission = submission?;
    match submission.state {
        SubmissionState::Finalizing | SubmissionState::Completed => return Some(SignerState::Signed),
        SubmissionState::Declined => return Some(SignerState::Declined),
        SubmissionState::Expired => return Some(SignerState::Expired),
        SubmissionState::Refused | SubmissionState::Rejected | SubmissionState::Canceled | SubmissionState::Failed => {
            return Some(SignerState::Over);
        }
        SubmissionState::Planned
        | SubmissionState::Submitting
        | SubmissionState::Unknown
        | SubmissionState::Submitted
        | SubmissionState::Sent
        | SubmissionState::InProgress => {}
    }
    // Nobody is led to sign what is being ended, or could only end too late.
    if envelope.spec.expires_at.is_some_and(|deadline| deadline <= now) {
        return Some(SignerState::Expired);
    }
    if is_canceling(submission) {
        return Some(SignerState::Over);
    }
    if submission.state == SubmissionState::Planned {
        return Some(SignerState::NotYet);
    }
    (!goes_on(submission.state) || submission.renewal.wanted).then_some(SignerState::Preparing)
}

/// Whether the provider has the transaction and it can still be signed.
fn goes_on(state: SubmissionState) -> bool {
    matches!(state, SubmissionState::Submitted | SubmissionState::Sent | SubmissionState::InProgress)
}

fn is_canceling(submission: &Submission) -> bool {
    submission.cancel.is_some_and(|cancel| cancel.outcome == CancelOutcome::Pending)
}

/// What the tokens are for; a token of another purpose does not open.
const PURPOSE: &str = "signing_page";

/// Whether the address ends with this token, without telling by the time how much of it is right.
fn ends_with(url: &str, token: &str) -> bool {
    let known = url.rsplit('/').next().unwrap_or_default();
    aws_lc_rs::constant_time::verify_slices_are_equal(known.as_bytes(), token.as_bytes()).is_ok()
}
