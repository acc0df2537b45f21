//! Inbound callbacks: kept raw and durably before they are acknowledged, believed only after reading the provider.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{AccountId, SubmissionId, TenantId};
use domain::record::Envelope;
use persistence::{BlobWriter, CallbackFile, CallbackState, FoundAccount, NewCallback, NewJob, RawCallback};
use provider_clients::provider::{CallbackAnswer, CallbackReading, CallbackRequest, Taken};
use provider_clients::reply::StoredFile;
use secrecy::SecretString;
use uuid::Uuid;

use crate::accounts::OpenAccount;
use crate::engine::work::kind;
use crate::files::area;
use crate::{Broker, Result};

/// How long a callback that belongs to nothing is kept and tried again.
pub(crate) const UNMATCHED_FOR: TimeDelta = TimeDelta::days(7);

/// Largest text of a callback that is kept in the database, all fields together; files go to the store.
const MOST_TEXT: usize = 1024 * 1024;

/// The account that a callback URL belongs to.
#[derive(Clone)]
pub struct CallbackTarget {
    account: Arc<OpenAccount>,
}

/// A callback while it comes in.
pub struct CallbackIntake {
    broker: Broker,
    target: CallbackTarget,
    request: CallbackRequest,
    text: usize,
    file: Option<(String, String, BlobWriter)>,
    failed: bool,
}

impl Broker {
    /// The account whose callback URL has this token; `None` when there is none.
    ///
    /// # Errors
    /// [`crate::BrokerError::Unavailable`].
    pub async fn callback_target(&self, provider: &str, token: &SecretString) -> Result<Option<CallbackTarget>> {
        let found = self.store().find_callback_token(token, self.clock().now()).await?;
        let Some(FoundAccount { tenant, account, .. }) = found else { return Ok(None) };
        if account.account.kind != provider {
            return Ok(None);
        }
        Ok(Some(CallbackTarget { account: self.open_account(tenant, account.account.id).await? }))
    }

    /// The answer to a callback whose token nobody has, where the vendor must not be told that; `None`: the ordinary 404.
    #[must_use]
    pub fn unknown_callback_answer(&self, provider: &str) -> Option<CallbackAnswer> {
        self.registry().get(provider)?.unknown_token_answer()
    }

    /// Begins to take a callback in.
    #[must_use]
    pub fn begin_callback(&self, target: &CallbackTarget) -> CallbackIntake {
        CallbackIntake {
            broker: self.clone(),
            target: target.clone(),
            request: CallbackRequest::default(),
            text: 0,
            file: None,
            failed: false,
        }
    }

    /// Tries callbacks again that came before the submission they are about was known.
    pub(crate) async fn retry_unmatched_callbacks(&self, envelope: &Envelope, id: SubmissionId) -> Result<()> {
        let Some(submission) = envelope.submissions.iter().find(|s| s.id == id) else { return Ok(()) };
        let tenant = self.store().tenant(envelope.tenant);
        let kind = envelope.routed.as_ref().map(|r| r.kind.as_str());
        // A vendor may have one callback URL for all accounts of a developer: any of them may have been called.
        for account in tenant.accounts().all().await?.into_iter().filter(|a| Some(a.kind.as_str()) == kind) {
            let waiting = match submission.reference.as_deref() {
                Some(reference) => tenant.callbacks().unmatched(account.id, reference).await?,
                // What they are about may be told by what was sent along, not by the vendor's id.
                None => tenant.callbacks().in_state(account.id, CallbackState::Unmatched).await?,
            };
            let now = self.clock().now();
            let jobs =
                waiting.into_iter().map(|callback| callback_job(envelope.tenant, submission.account, callback, now));
            self.store().jobs().enqueue(jobs.collect()).await?;
        }
        Ok(())
    }
}

fn callback_job(tenant: TenantId, account: AccountId, callback: Uuid, now: DateTime<Utc>) -> NewJob {
    NewJob::new(kind::CALLBACK, Some(tenant), callback, now)
        .at_account(account)
        .deduped(format!("{}:{callback}", kind::CALLBACK))
}

impl CallbackIntake {
    /// A text field.
    pub fn text(&mut self, name: &str, value: &str) {
        self.text = self.text.saturating_add(name.len() + value.len());
        if self.text > MOST_TEXT {
            self.failed = true;
        } else {
            self.request.fields.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The body of a callback that is no form.
    pub fn raw(&mut self, body: Bytes) {
        self.failed |= body.len() > MOST_TEXT;
        if !self.failed {
            self.request.body = body;
        }
    }

    /// Begins a file; its bytes follow by [`Self::chunk`] until [`Self::end_file`].
    pub fn begin_file(&mut self, name: &str, content_type: &str) {
        let limit = Some(self.broker.config().max_artifact_bytes);
        let writer = self.broker.blobs().writer(area::CALLBACKS, limit);
        self.file = Some((name.to_owned(), content_type.to_owned(), writer));
    }

    /// The next bytes of the file.
    pub async fn chunk(&mut self, chunk: Bytes) {
        if let Some((_, _, writer)) = &mut self.file
            && writer.write(&chunk).await.is_err()
        {
            self.failed = true;
            self.file = None;
        }
    }

    /// The file is complete.
    pub async fn end_file(&mut self) {
        let Some((name, content_type, writer)) = self.file.take() else { return };
        match writer.finish().await {
            Ok(meta) => {
                let file = StoredFile {
                    key: meta.key,
                    size: meta.size,
                    sha256: meta.sha256,
                    content_type: Some(content_type),
                };
                self.request.files.insert(name, file);
            }
            Err(error) => {
                tracing::error!(error = %error, "A callback's file could not be stored");
                self.failed = true;
            }
        }
    }

    /// The connection broke before the callback was complete.
    pub fn broken(&mut self) {
        self.failed = true;
    }

    /// Stores the callback and gives the answer that the vendor expects: "taken" only when it is durable. One whose proof
    /// is wrong is not stored.
    pub async fn finish(
        mut self,
        headers: BTreeMap<String, String>,
        query: BTreeMap<String, String>,
    ) -> CallbackAnswer {
        (self.request.headers, self.request.query) = (headers, query);
        let account = &self.target.account;
        let moment = self.broker.moment(account, None);
        let taken = if self.failed {
            Taken::NotStored
        } else if account.adapter.callback(&self.request, &moment) == CallbackReading::Forged {
            tracing::warn!(account.id = %account.id, "A callback whose proof is wrong was turned away");
            Taken::Forged
        } else if self.store().await {
            Taken::Stored
        } else {
            Taken::NotStored
        };
        account.adapter.callback_answer(&self.request, taken)
    }

    async fn store(&self) -> bool {
        let account = &self.target.account;
        let now = self.broker.clock().now();
        let files = self.request.files.iter().map(|(name, file)| CallbackFile {
            field: name.clone(),
            filename: None,
            object_key: file.key.clone(),
            size: file.size,
            sha256: file.sha256.clone(),
        });
        let raw = RawCallback {
            headers: self.request.headers.clone().into_iter().collect(),
            fields: self.request.fields.clone().into_iter().collect(),
            query: self.request.query.clone().into_iter().collect(),
            body: self.request.body.to_vec(),
        };
        let new = NewCallback {
            account: account.id,
            raw,
            files: files.collect(),
            received_at: now,
            expires_at: now + UNMATCHED_FOR,
        };
        let callbacks = self.broker.store().tenant(account.tenant).callbacks();
        let stored = callbacks.store(new, |id| vec![callback_job(account.tenant, account.id, id, now)]).await;
        match stored {
            Ok(_) => true,
            Err(error) => {
                tracing::error!(account.id = %account.id, error = %error, "A callback could not be stored");
                false
            }
        }
    }
}
