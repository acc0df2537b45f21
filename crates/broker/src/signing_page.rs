//! The page on which a recipient signs, for vendors that have none of their own: what it shows, and what opening it does.
//!
//! The page's address holds a sealed token that names tenant, envelope and recipient; it is good as long as it is the
//! recipient's present `signing_url`. Whatever a browser says is no result: results are read from the provider.

use chrono::TimeDelta;
use domain::events::Actor;
use domain::ids::{EnvelopeId, RecipientId, TenantId};
use domain::record::{Envelope, Recipient, Submission};
use domain::states::{RecipientStatus, SubmissionState};
use provider_clients::provider::Launch;
use uuid::Uuid;

use crate::engine::Who;
use crate::engine::exchange::Loaded;
use crate::engine::work::{self, Work};
use crate::{Broker, BrokerError, Result};

/// A page that is open asks the provider this often at most.
const READ_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(5);

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
    /// Come back later: others sign before.
    NotYet,
    /// Nothing any more: they signed.
    Signed,
    /// Nothing any more: they refused.
    Declined,
    /// Nothing any more: the envelope ended.
    Over,
    /// Ask the sender: all tries are used up.
    Exhausted,
}

impl Broker {
    /// The page of the recipient whom `token` names, as it stands; opening it counts as having viewed it, and prepares
    /// what is used up or too old anew.
    ///
    /// # Errors
    /// [`BrokerError::NotFound`] when the token names nobody, or its address was replaced or is over.
    pub async fn signing_page(&self, token: &str) -> Result<SigningPage> {
        let (tenant, envelope, recipient) = self.opened_token(token).ok_or(BrokerError::NotFound)?;
        let envelope = self.envelope(tenant, envelope).await?;
        let Some(found) = envelope.recipients.iter().find(|r| r.id == recipient) else {
            return Err(BrokerError::NotFound);
        };
        let open = found.signing_url.as_deref().is_some_and(|url| ends_with(url, token));
        if !open && !envelope.status.is_terminal() {
            return Err(BrokerError::NotFound);
        }
        let state = self.signer_state(&envelope, found).await?;
        Ok(SigningPage {
            subject: envelope.spec.subject.clone(),
            message: envelope.spec.message.clone(),
            own_message: found.spec.message.clone(),
            recipient: found.spec.name.clone(),
            language: envelope.spec.language.as_ref().map(ToString::to_string),
            documents: envelope.documents.iter().map(|d| d.document.name.clone()).collect(),
            state,
        })
    }

    async fn signer_state(&self, envelope: &Envelope, recipient: &Recipient) -> Result<SignerState> {
        match recipient.status {
            RecipientStatus::Completed => return Ok(SignerState::Signed),
            RecipientStatus::Declined => return Ok(SignerState::Declined),
            RecipientStatus::Skipped | RecipientStatus::Failed => return Ok(SignerState::Over),
            RecipientStatus::Created | RecipientStatus::Sent | RecipientStatus::Viewed => {}
        }
        if envelope.status.is_terminal() || envelope.pending_action.is_some() {
            return Ok(SignerState::Over);
        }
        let Some(submission) = envelope.submissions.iter().find(|s| s.plan.recipients.contains(&recipient.id)) else {
            return Ok(SignerState::Over);
        };
        if submission.state.is_terminal() || submission.state == SubmissionState::Finalizing {
            return Ok(SignerState::Signed);
        }
        match submission.state {
            SubmissionState::Planned => return Ok(SignerState::NotYet),
            SubmissionState::Submitting | SubmissionState::Unknown => return Ok(SignerState::Preparing),
            _ if submission.renewal.wanted => return Ok(SignerState::Preparing),
            _ => {}
        }
        let account = self.open_account(envelope.tenant, submission.account).await?;
        let loaded = self.loaded(envelope.clone(), submission.id).await?;
        let Some(view) = loaded.view() else { return Ok(SignerState::Over) };
        let launch = if submission.renewal.used_up {
            match account.adapter.launch(recipient.id, &view, &self.moment(&account, None)) {
                Launch::Exhausted => Launch::Exhausted,
                Launch::Ready { .. } | Launch::Renew => Launch::Renew,
            }
        } else {
            account.adapter.launch(recipient.id, &view, &self.moment(&account, None))
        };
        match launch {
            Launch::Ready { link } => {
                self.opened(envelope, submission, recipient.id).await?;
                Ok(SignerState::Ready { link })
            }
            Launch::Renew => {
                self.renew(envelope, submission).await?;
                Ok(SignerState::Preparing)
            }
            Launch::Exhausted => Ok(SignerState::Exhausted),
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
            let still = |s: &&mut Submission| s.id == id && s.attempt == attempt && !s.renewal.wanted;
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

/// What the tokens are for; a token of another purpose does not open.
const PURPOSE: &str = "signing_page";

/// Whether the address ends with this token, without telling by the time how much of it is right.
fn ends_with(url: &str, token: &str) -> bool {
    let known = url.rsplit('/').next().unwrap_or_default();
    aws_lc_rs::constant_time::verify_slices_are_equal(known.as_bytes(), token.as_bytes()).is_ok()
}
