//! Fetching what a submission gave: stored, hashed, examined; only then is it completed.

use chrono::TimeDelta;
use domain::attention::{Attention, AttentionCode};
use domain::events::{Actor, EventDraft, EventKind};
use domain::facts::{ArtifactKind, ArtifactOffer};
use domain::finding::Finding;
use domain::ids::{ArtifactId, SubmissionId};
use domain::outcome::Outcome;
use domain::record::{Artifact, Delivered, Envelope, Submission};
use domain::states::SubmissionState;
use provider_clients::provider::{Fetch, FetchHistory, Fetched};
use provider_clients::reply::StoredFile;
use serde_json::{Value, json};

use crate::accounts::OpenAccount;
use crate::engine::exchange::Loaded;
use crate::engine::work::{open_offers, waits_for_person};
use crate::engine::{Edit, End, Need, Task, Who};
use crate::{Broker, BrokerError, Result};

impl Broker {
    /// Fetches the next file of a submission, or completes it when none is left.
    pub(crate) async fn collect(&self, job: &Task) -> Result<End> {
        let id = SubmissionId::from_uuid(job.subject);
        let Some(envelope_id) = job.envelope else { return Ok(End::Done) };
        loop {
            let envelope = self.envelope(job.tenant, envelope_id).await?;
            let Some(submission) = envelope.submissions.iter().find(|s| s.id == id) else {
                return Ok(End::Done);
            };
            let account = self.open_account(job.tenant, submission.account).await?;
            let offer = open_offers(submission).next().cloned();
            let collecting = Collecting { broker: self, job, account: &account, id };
            let Some(offer) = offer else {
                return collecting.finish(&envelope).await;
            };
            let loaded = self.loaded(envelope, id).await?;
            if let Some(end) = collecting.fetch(&loaded, &offer).await? {
                return Ok(end);
            }
        }
    }
}

/// The file of an offer, when it is here already: by a callback, or along with another file.
fn delivered(submission: &Submission, offer: &ArtifactOffer) -> Option<StoredFile> {
    let by_callback = submission.delivered.as_ref().filter(|_| offer.kind == ArtifactKind::SignedDocument);
    let delivered = submission.collection.delivered.get(&offer.key()).or(by_callback)?;
    Some(StoredFile {
        key: delivered.object_key.clone(),
        size: delivered.size,
        sha256: delivered.sha256.clone(),
        content_type: Some("application/pdf".to_owned()),
    })
}

/// The event that a file was stored.
fn about_artifact(artifact: &Artifact, verification: Option<Value>) -> EventDraft {
    EventDraft::new(EventKind::ArtifactStored)
        .with("artifact_id", artifact.id.to_string())
        .with("kind", artifact.kind.as_str())
        .with("sha256", artifact.sha256.clone())
        .with("size", artifact.size)
        .with("verification", verification.unwrap_or_default())
}

struct Collecting<'a> {
    broker: &'a Broker,
    job: &'a Task,
    account: &'a OpenAccount,
    id: SubmissionId,
}

impl Collecting<'_> {
    /// One try to get one file. `None`: go on with what is left.
    async fn fetch(&self, loaded: &Loaded, offer: &ArtifactOffer) -> Result<Option<End>> {
        let Some((submission, view)) = loaded.submission().zip(loaded.view()) else { return Ok(Some(End::Done)) };
        let now = self.broker.clock().now();
        let key = offer.key();
        if let Some(until) = submission.collection.awaiting_until
            && until > now
            && submission.delivered.is_none()
        {
            return Ok(Some(End::Again(until)));
        }
        let history = FetchHistory {
            direct_failed: submission.collection.direct_failed.get(&key).copied().unwrap_or(0),
            asked_again: submission.collection.asked_again.get(&key).copied().unwrap_or(0),
            delivered: delivered(submission, offer),
        };
        let files = self.broker.files_of(&loaded.envelope);
        let adapter = &self.account.adapter;
        let built =
            self.broker.build(self.account, &files, |moment| adapter.fetch(offer, &view, moment, &history)).await?;
        let fetch = match built {
            Ok(fetch) => fetch,
            Err(outcome) => {
                let reason = format!("No session with the provider: {:?}", outcome.certainty());
                return Ok(Some(self.later(None, reason)));
            }
        };
        match fetch {
            Fetch::Delivered(file) => self.keep(&loaded.envelope, offer, &file).await.map(|()| None),
            Fetch::GiveUp { reason } => self.give_up(&loaded.envelope, offer, &reason).await.map(|()| None),
            Fetch::Direct(call) => {
                let traceparent = self.job.traceparent.as_deref();
                let outcome = self
                    .broker
                    .exchange(self.account, &files, Need::Act, &call, traceparent, |reply| {
                        adapter.fetch_reply(offer, &view, reply)
                    })
                    .await?;
                match outcome {
                    Outcome::Done(Fetched::Files(files)) => {
                        self.keep_all(&loaded.envelope, offer, files).await.map(|()| None)
                    }
                    Outcome::Done(Fetched::Archive(archive)) => {
                        let names_to_keys = |names: &[String]| adapter.archive_members(offer, &view, names);
                        let files = self.broker.unpack(&archive, names_to_keys).await?;
                        self.keep_all(&loaded.envelope, offer, files).await.map(|()| None)
                    }
                    Outcome::Refused(refusal) => {
                        tracing::warn!(submission.id = %self.id, code = %refusal.code, "A file could not be fetched directly");
                        self.edit(&loaded.envelope, |submission| {
                            *submission.collection.direct_failed.entry(key.clone()).or_default() += 1;
                        })
                        .await?;
                        Ok(None)
                    }
                    Outcome::SessionExpired => Ok(None),
                    Outcome::NotSent { retry_after, reason } => Ok(Some(self.later(retry_after, reason))),
                    Outcome::Unknown(doubt) => Ok(Some(self.later(None, doubt.reason))),
                }
            }
            Fetch::AskAgain { call, wait } => {
                let traceparent = self.job.traceparent.as_deref();
                let until = now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::minutes(1));
                self.edit(&loaded.envelope, |submission| {
                    *submission.collection.asked_again.entry(key.clone()).or_default() += 1;
                    submission.collection.awaiting_until = Some(until);
                })
                .await?;
                self.broker
                    .exchange(self.account, &files, Need::Act, &call, traceparent, |_| Outcome::Done(()))
                    .await?;
                Ok(Some(End::Again(until)))
            }
        }
    }

    fn later(&self, retry_after: Option<std::time::Duration>, reason: String) -> End {
        let pause = retry_after.unwrap_or_else(|| self.broker.config().policy.pause(self.job.tries));
        End::Failed { pause, reason }
    }

    /// Stores the asked file, and keeps the others that came with it until they are asked for.
    async fn keep_all(
        &self,
        envelope: &Envelope,
        offer: &ArtifactOffer,
        files: Vec<(String, StoredFile)>,
    ) -> Result<()> {
        let asked = offer.key();
        let (mine, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(key, _)| *key == asked);
        if !others.is_empty() {
            self.edit(envelope, |submission| {
                for (key, file) in &others {
                    let (object_key, sha256) = (file.key.clone(), file.sha256.clone());
                    let delivered = Delivered { object_key, size: file.size, sha256 };
                    submission.collection.delivered.insert(key.clone(), delivered);
                }
            })
            .await?;
        }
        match mine.first() {
            Some((_, file)) => self.keep(envelope, offer, file).await,
            None => {
                self.edit(envelope, |submission| {
                    *submission.collection.direct_failed.entry(asked.clone()).or_default() += 1;
                })
                .await
            }
        }
    }

    /// Stores a file as an artifact, after examining it when it is a signed document.
    async fn keep(&self, envelope: &Envelope, offer: &ArtifactOffer, file: &StoredFile) -> Result<()> {
        let chunk_sha256 = self.broker.chunk_digests(file).await?;
        let content_type = file.content_type.clone().unwrap_or_else(|| "application/pdf".to_owned());
        let verification = match offer.kind {
            ArtifactKind::SignedDocument => Some(self.broker.examine_artifact(envelope, offer, file).await?),
            ArtifactKind::Evidence
            | ArtifactKind::Receipt
            | ArtifactKind::SignerAttachment
            | ArtifactKind::BrokerEvidence => None,
        };
        let status = verification.as_ref().map(|v| v.status);
        let holds = status.is_some_and(crate::examine::holds_completion);
        let artifact = Artifact {
            id: ArtifactId::generate(),
            submission: self.id,
            kind: offer.kind,
            documents: offer.documents.clone(),
            recipient: offer.recipient,
            filename: offer.filename.clone(),
            content_type,
            size: file.size,
            sha256: file.sha256.clone(),
            chunk_sha256,
            object_key: file.key.clone(),
            verification: verification.map(|v| json!(v)),
            published: true,
            created_at: self.broker.clock().now(),
        };
        let key = offer.key();
        self.change(envelope, |envelope, edit| {
            // A file that arrives after the envelope ended another way is kept, but not published.
            let ended_otherwise =
                envelope.status.is_terminal() && envelope.status != domain::states::EnvelopeStatus::Completed;
            let artifact = Artifact { published: !ended_otherwise, ..artifact.clone() };
            let now = artifact.created_at;
            let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == self.id) else { return };
            if submission.collection.stored.contains_key(&key) {
                return;
            }
            submission.collection.stored.insert(key.clone(), artifact.id);
            submission.collection.awaiting_until = None;
            if holds {
                submission.collection.invalid.push(key.clone());
            }
            edit.events.push(about_artifact(&artifact, status.map(|s| json!(s))));
            if holds {
                envelope.raise(
                    Attention::new(
                        AttentionCode::ArtifactInvalid,
                        "A signed document came back but its examination failed.",
                        now,
                    ),
                    &mut edit.events,
                );
            } else if status.is_some_and(crate::examine::is_worth_a_warning) {
                envelope.findings.push(Finding::warning(
                    "signature_not_verified",
                    "/artifacts",
                    "A signed document has no signature that could be verified; some providers seal outside the PDF.",
                ));
            }
            envelope.artifacts.push(artifact);
        })
        .await
    }

    async fn give_up(&self, envelope: &Envelope, offer: &ArtifactOffer, reason: &str) -> Result<()> {
        let key = offer.key();
        let essential = offer.essential;
        self.change(envelope, |envelope, edit| {
            let now = self.broker.clock().now();
            let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == self.id) else { return };
            submission.collection.given_up.insert(key.clone(), reason.to_owned());
            submission.collection.awaiting_until = None;
            if essential {
                envelope.raise(
                    Attention::new(
                        AttentionCode::ArtifactNotDownloadable,
                        format!("The provider does not give a signed document. {reason}"),
                        now,
                    ),
                    &mut edit.events,
                );
            } else {
                envelope.findings.push(Finding::warning("evidence_not_downloadable", "/artifacts", reason));
            }
        })
        .await
    }

    /// Nothing is left to fetch: the submission is completed, unless a person has to say something first.
    async fn finish(&self, envelope: &Envelope) -> Result<End> {
        let Some(submission) = envelope.submissions.iter().find(|s| s.id == self.id) else { return Ok(End::Done) };
        if submission.state != SubmissionState::Finalizing || waits_for_person(submission) || submission.awaits_result()
        {
            return Ok(End::Done);
        }
        // Where the provider gives no evidence, the broker's own is there before the envelope is completed.
        let makes_evidence = !self.account.adapter.abilities().evidence;
        let evidence = if makes_evidence && self.is_last(envelope) {
            Some(self.broker.make_evidence(envelope, self.id).await?)
        } else {
            None
        };
        let mut became_last = false;
        self.change(envelope, |envelope, edit| {
            let now = self.broker.clock().now();
            let waits = envelope
                .submissions
                .iter()
                .find(|s| s.id == self.id)
                .is_none_or(|s| waits_for_person(s) || s.awaits_result());
            // Another submission may have been completed meanwhile, which makes this one the last.
            became_last = makes_evidence && evidence.is_none() && self.is_last(envelope);
            if waits || became_last {
                return;
            }
            if let Some(artifact) = evidence.as_ref().filter(|_| self.is_last(envelope)) {
                edit.events.push(about_artifact(artifact, None));
                envelope.artifacts.push(artifact.clone());
            }
            envelope.move_submission(self.id, SubmissionState::Completed, None, now, &mut edit.events);
            edit.events.extend(envelope.follow(now, None));
        })
        .await?;
        if became_last {
            return Ok(End::Again(self.broker.clock().now()));
        }
        self.tell_provider(submission).await;
        Ok(End::Done)
    }

    /// Whether the envelope is completed with this submission, and has no evidence of the broker's own yet.
    fn is_last(&self, envelope: &Envelope) -> bool {
        let done = |s: &Submission| s.id == self.id || s.state == SubmissionState::Completed;
        let finalizing = |s: &Submission| s.id == self.id && s.state == SubmissionState::Finalizing;
        envelope.submissions.iter().all(done)
            && envelope.submissions.iter().any(finalizing)
            && envelope.artifacts.iter().all(|artifact| artifact.kind != ArtifactKind::BrokerEvidence)
    }

    /// Tells the provider that everything was fetched, where it wants to know; best effort.
    async fn tell_provider(&self, submission: &Submission) {
        let Some(reference) = submission.reference.as_deref() else { return };
        let session = self.broker.session(self.account.id);
        let moment = self.broker.moment(self.account, session.as_deref());
        let Some(call) = self.account.adapter.after_collection(&[reference], &moment) else { return };
        let files = self.broker.no_files();
        let outcome = self.broker.exchange(self.account, &files, Need::Act, &call, None, |_| Outcome::Done(())).await;
        if !matches!(outcome, Ok(Outcome::Done(()))) {
            tracing::warn!(submission.id = %self.id, "The provider could not be told that its files were fetched");
        }
    }

    async fn edit(&self, envelope: &Envelope, mut change: impl FnMut(&mut Submission)) -> Result<()> {
        self.change(envelope, |envelope, _| {
            if let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == self.id) {
                change(submission);
            }
        })
        .await
    }

    async fn change(&self, envelope: &Envelope, mut change: impl FnMut(&mut Envelope, &mut Edit)) -> Result<()> {
        let actor = Actor::Provider { kind: self.account.kind.clone() };
        let who = Who::worker(self.job.tenant, actor, &self.job.lease, self.job.traceparent.as_deref());
        self.broker
            .edit(&who, envelope.id, |envelope, edit, _| -> Result<(), BrokerError> {
                change(envelope, edit);
                Ok(())
            })
            .await?;
        Ok(())
    }
}
