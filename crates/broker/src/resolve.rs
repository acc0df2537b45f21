//! A person's answer to an attention. Answering twice is harmless: what waits for nobody is left alone.

use domain::attention::{AttentionCode, ResolveAction};
use domain::events::{EventDraft, EventKind};
use domain::ids::{EnvelopeId, SubmissionId};
use domain::outcome::{Class, Refusal};
use domain::protocol::{self, Resolution};
use domain::record::{Envelope, Failure, Submission};
use domain::states::{Advance, SubmissionState};
use domain::steps::StepOutput;
use persistence::StepChange;

use crate::caller::Caller;
use crate::engine::Who;
use crate::engine::work::{self, Work};
use crate::{Broker, BrokerError, Result};

/// What a person decided.
#[derive(Debug, Clone)]
pub struct Resolve {
    /// What to do.
    pub action: ResolveAction,
    /// The submission it is about; may be left out when only one waits.
    pub submission: Option<SubmissionId>,
    /// The provider's id of the transaction, for `adopt`.
    pub reference: Option<String>,
    /// The vendor's or the neutral word, for `record`.
    pub status: Option<String>,
    /// Why, for the trail.
    pub reason: Option<String>,
}

impl Broker {
    /// Settles what waits for a person.
    ///
    /// # Errors
    /// [`BrokerError::WrongState`] when no open attention offers the action; [`BrokerError::Invalid`] when something that
    /// the action needs is missing.
    pub async fn resolve(
        &self,
        caller: &Caller,
        id: EnvelopeId,
        expected: Option<u64>,
        answer: Resolve,
    ) -> Result<Envelope> {
        let envelope = self.envelope(caller.tenant, id).await?;
        let offered: Vec<AttentionCode> =
            envelope.attentions.iter().filter(|a| a.actions.contains(&answer.action)).map(|a| a.code).collect();
        let Some(code) = offered.first().copied() else {
            return Err(BrokerError::WrongState { action: "this answer", status: envelope.status });
        };
        // A late word of the provider may still settle it: done again now, it could be there twice.
        let held = envelope.attentions.iter().find(|a| a.code == code).and_then(|a| a.auto_until);
        if let Some(until) = held.filter(|_| answer.action == ResolveAction::Resubmit)
            && let Ok(wait) = (until - self.clock().now()).to_std()
        {
            return Err(BrokerError::TooEarly { wait });
        }
        let submission = waiting(&envelope, code, answer.submission)?;
        let steps = match &submission {
            Some(submission) => self.answered_steps(caller, submission, &answer).await?,
            None => Vec::new(),
        };
        let (envelope, ()) = self
            .edit(&Who::caller(caller, expected), id, |envelope, edit, now| {
                edit.steps.clone_from(&steps);
                edit.events.push(
                    EventDraft::new(EventKind::EnvelopeResolved)
                        .with("action", answer.action.as_str())
                        .with("attention", code.as_str())
                        .with("submission_id", submission.as_ref().map(|s| s.id.to_string())),
                );
                if let Some(submission) = &submission {
                    edit.jobs.extend(answer_work(submission, answer.action).map(|w| work::job(w, envelope, now, None)));
                    answered(envelope, submission.id, &answer, now, &mut edit.events)?;
                }
                envelope.clear(code, &mut edit.events);
                edit.events.extend(envelope.follow(now, None));
                Ok(())
            })
            .await?;
        if let (ResolveAction::Adopt, Some(submission)) = (answer.action, &submission) {
            self.retry_unmatched_callbacks(&envelope, submission.id).await?;
        }
        Ok(envelope)
    }

    /// The answer in the records of the steps that wait; written together with the envelope's change.
    async fn answered_steps(
        &self,
        caller: &Caller,
        submission: &Submission,
        answer: &Resolve,
    ) -> Result<Vec<StepChange>> {
        let resolution = match answer.action {
            ResolveAction::Adopt => {
                let reference = answer.reference.clone().ok_or_else(|| missing("/reference", "adopt"))?;
                Resolution::Adopt(StepOutput::reference(reference))
            }
            ResolveAction::Resubmit | ResolveAction::Retry => Resolution::Resubmit,
            ResolveAction::Fail => Resolution::Fail(given_up()),
            ResolveAction::Dismiss | ResolveAction::Record | ResolveAction::Accept | ResolveAction::Refetch => {
                return Ok(Vec::new());
            }
        };
        let attempts = self.store().tenant(caller.tenant).attempts(submission.id);
        let Some(journal) = attempts.latest().await? else { return Ok(Vec::new()) };
        let changes = journal.records.into_iter().enumerate().filter_map(|(index, before)| {
            let after = protocol::resolve(&before, resolution.clone());
            (after != before).then_some(StepChange {
                submission: submission.id,
                attempt: journal.attempt,
                index,
                before,
                after,
            })
        });
        Ok(changes.collect())
    }
}

/// The work that goes on after an answer, also where the state called for it already: its job had laid itself down.
fn answer_work(submission: &Submission, action: ResolveAction) -> Option<Work> {
    match action {
        ResolveAction::Adopt | ResolveAction::Resubmit | ResolveAction::Retry => {
            Some(Work::Submit(submission.id, submission.account))
        }
        ResolveAction::Accept | ResolveAction::Refetch => Some(Work::Collect(submission.id, submission.account)),
        ResolveAction::Fail | ResolveAction::Dismiss | ResolveAction::Record => None,
    }
}

/// In which state a submission waits for the answer to an attention.
const WAITING: [(AttentionCode, SubmissionState); 10] = [
    (AttentionCode::SignerIdentityMismatch, SubmissionState::Sent),
    (AttentionCode::SignerIdentityMismatch, SubmissionState::InProgress),
    (AttentionCode::PartiallySigned, SubmissionState::Sent),
    (AttentionCode::PartiallySigned, SubmissionState::InProgress),
    (AttentionCode::SubmissionUnknown, SubmissionState::Unknown),
    (AttentionCode::AccountBlocked, SubmissionState::Submitting),
    (AttentionCode::ProviderProfileWrong, SubmissionState::Submitting),
    (AttentionCode::ArtifactInvalid, SubmissionState::Finalizing),
    (AttentionCode::ArtifactNotDownloadable, SubmissionState::Finalizing),
    (AttentionCode::PartiallySubmitted, SubmissionState::Refused),
];

/// The submission that the answer is about.
fn waiting(envelope: &Envelope, code: AttentionCode, named: Option<SubmissionId>) -> Result<Option<Submission>> {
    if let Some(named) = named {
        let found = envelope.submissions.iter().find(|s| s.id == named).cloned();
        return found.map(Some).ok_or(BrokerError::NotFound);
    }
    let waits = |s: &&Submission| WAITING.contains(&(code, s.state));
    let mut candidates = envelope.submissions.iter().filter(waits);
    match (candidates.next(), candidates.next()) {
        (Some(_), Some(_)) => Err(missing("/submission", "this answer, because several submissions wait")),
        (one, _) => Ok(one.cloned()),
    }
}

/// Moves the submission as the answer says.
fn answered(
    envelope: &mut Envelope,
    id: SubmissionId,
    answer: &Resolve,
    now: chrono::DateTime<chrono::Utc>,
    events: &mut Vec<EventDraft>,
) -> Result<()> {
    let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) else { return Ok(()) };
    match answer.action {
        ResolveAction::Adopt | ResolveAction::Resubmit | ResolveAction::Retry => {
            // Its job goes on from the records: an adopted step is done, a resubmitted one is ready.
            if let Advance::Moved(to) = submission.state.resubmitted() {
                if submission.state == SubmissionState::Refused {
                    // What was refused is done anew, from the first step.
                    submission.attempt = submission.attempt.saturating_add(1);
                    submission.live = false;
                }
                submission.state = to;
                submission.ended_at = None;
                submission.error = None;
            }
        }
        ResolveAction::Fail => {
            submission.error.get_or_insert_with(|| Failure {
                code: "given-up".to_owned(),
                detail: "A person decided to give the submission up.".to_owned(),
                refusal: None,
                provider: None,
            });
            envelope.move_submission(id, SubmissionState::Failed, None, now, events);
        }
        ResolveAction::Accept => {
            let given_up: Vec<String> = submission.collection.given_up.keys().cloned().collect();
            submission.collection.accepted.extend(given_up);
            let invalid = submission.collection.invalid.clone();
            submission.collection.accepted.extend(invalid);
            if matches!(submission.state, SubmissionState::Sent | SubmissionState::InProgress) {
                // Some files were signed and no more will be: those are what comes back.
                envelope.move_submission(id, SubmissionState::Finalizing, None, now, events);
            }
        }
        ResolveAction::Refetch => {
            let collection = &mut submission.collection;
            collection.given_up.clear();
            collection.direct_failed.clear();
            collection.asked_again.clear();
            let invalid = std::mem::take(&mut collection.invalid);
            let stale: Vec<_> = invalid.iter().filter_map(|key| collection.stored.remove(key)).collect();
            for artifact in envelope.artifacts.iter_mut().filter(|a| stale.contains(&a.id)) {
                artifact.published = false;
            }
        }
        ResolveAction::Record => {
            let word = answer.status.as_deref().ok_or_else(|| missing("/status", "record"))?;
            let state: SubmissionState = word.parse().map_err(|_| {
                BrokerError::Invalid(vec![domain::finding::Finding::error(
                    "not_allowed",
                    "/status",
                    format!("Must be one of {}.", SubmissionState::WORDS.join(", ")),
                )])
            })?;
            // What is completed has its files: they are fetched first.
            let open = state == SubmissionState::Completed && work::open_offers(submission).next().is_some();
            let state = if open { SubmissionState::Finalizing } else { state };
            envelope.move_submission(id, state, None, now, events);
        }
        ResolveAction::Dismiss => {}
    }
    Ok(())
}

fn missing(pointer: &str, action: &str) -> BrokerError {
    BrokerError::Invalid(vec![domain::finding::Finding::error("required", pointer, format!("Needed for {action}."))])
}

fn given_up() -> Refusal {
    Refusal {
        class: Class::ProviderError,
        code: "resolve/fail".to_owned(),
        message: "A person decided to give the submission up.".to_owned(),
        blames: Vec::new(),
        retry_after: None,
    }
}
