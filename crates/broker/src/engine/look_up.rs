//! Asking the provider what it holds under a submission's key: after a doubt, and later again, because an assumption about
//! the first look may have been wrong.

use chrono::{DateTime, TimeDelta, Utc};
use domain::attention::{Attention, AttentionCode};
use domain::events::{Actor, EventDraft};
use domain::ids::SubmissionId;
use domain::outcome::{Doubt, Outcome};
use domain::protocol::LookedUp;
use domain::record::{Envelope, Integrity};
use domain::steps::{Step, StepOutput, WhenInDoubt};
use persistence::JobLease;
use provider_clients::provider::{LookUpPage, LookUpState};

use crate::accounts::OpenAccount;
use crate::engine::exchange::Loaded;
use crate::engine::{Need, Who};
use crate::{Broker, Result};

/// How many pages of a look-up are read before it counts as failed.
const MOST_PAGES: u32 = 200;

/// How long after it was made a submission that was in doubt is watched for a second transaction.
const WATCHED_FOR: TimeDelta = TimeDelta::hours(24);

impl Broker {
    /// What the provider holds under the key of `step`, over all pages of its answer.
    pub(crate) async fn look_up(
        &self,
        account: &OpenAccount,
        loaded: &Loaded,
        step: &Step,
        traceparent: Option<&str>,
    ) -> Result<Outcome<LookedUp>> {
        let Some(view) = loaded.view() else { return Ok(Outcome::Done(LookedUp::NotFound)) };
        let files = self.no_files();
        let adapter = &account.adapter;
        let mut state = LookUpState::default();
        for _ in 0..MOST_PAGES {
            let built =
                self.build(account, &files, |moment| adapter.look_up_request(step, &view, moment, &state)).await?;
            let outcome = match built {
                Ok(call) => {
                    self.exchange(account, &files, Need::Act, &call, traceparent, |reply| {
                        adapter.look_up_reply(step, &view, &state, reply)
                    })
                    .await?
                }
                Err(outcome) => outcome.map(|never| match never {}),
            };
            match outcome {
                Outcome::Done(LookUpPage::More(next)) => state = next,
                Outcome::Done(LookUpPage::Answer(found)) => return Ok(Outcome::Done(found)),
                Outcome::Done(LookUpPage::Candidates(found)) => {
                    // A step that is done has its own: what else is there is a second one.
                    let own = view.reference.filter(|_| view.outputs.contains_key(&step.id));
                    return self.choose(account, loaded.id, own, found).await.map(Outcome::Done);
                }
                Outcome::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
                Outcome::SessionExpired => return Ok(Outcome::SessionExpired),
                Outcome::NotSent { reason, retry_after } => return Ok(Outcome::NotSent { reason, retry_after }),
                Outcome::Unknown(doubt) => return Ok(Outcome::Unknown(doubt)),
            }
        }
        Ok(Outcome::Unknown(Doubt::new("The answer to a look-up has no end.")))
    }

    /// Of several transactions that may be the submission's, the one that belongs to no other. Once the submission has its
    /// own, what else belongs to nobody is a duplicate.
    async fn choose(
        &self,
        account: &OpenAccount,
        id: SubmissionId,
        own: Option<&str>,
        found: Vec<StepOutput>,
    ) -> Result<LookedUp> {
        let envelopes = self.store().tenant(account.tenant).envelopes();
        let mut free = Vec::new();
        for output in found {
            let Some(reference) = output.reference.as_deref() else { continue };
            let known = envelopes.by_provider_reference(account.id, reference).await?;
            if known.iter().all(|(_, submission)| *submission == id) {
                free.push(output);
            }
        }
        if let Some(own) = own {
            let others = free.iter().filter(|output| output.reference.as_deref() != Some(own)).count();
            let others = u32::try_from(others).unwrap_or(u32::MAX);
            return Ok(LookedUp::Found { output: StepOutput::reference(own), others });
        }
        let several = free.len() > 1;
        Ok(match free.pop() {
            None => LookedUp::NotFound,
            Some(_) if several => LookedUp::Ambiguous {
                reason: "The provider holds several transactions that could be this one.".to_owned(),
            },
            Some(output) => LookedUp::Found { output, others: 0 },
        })
    }

    /// Looks whether a submission that was sent more than once is there more than once after all: the contract's
    /// assumption about when it can be found may be false, and a duplicate must not stay silent.
    pub(crate) async fn look_for_duplicates(
        &self,
        account: &OpenAccount,
        loaded: &Loaded,
        holding: Option<&JobLease>,
        traceparent: Option<&str>,
    ) -> Result<()> {
        let Some(submission) = loaded.submission() else { return Ok(()) };
        let told = submission.integrity == Some(Integrity::Mismatch);
        if told || self.clock().now() - submission.created_at > WATCHED_FOR {
            return Ok(());
        }
        let Some(step) = submission.plan.steps.iter().find(|step| is_repeated(loaded, step)) else { return Ok(()) };
        let found = self.look_up(account, loaded, step, traceparent).await?;
        let Outcome::Done(LookedUp::Found { others, .. }) = found else { return Ok(()) };
        if others == 0 {
            return Ok(());
        }
        let actor = Actor::Provider { kind: account.kind.clone() };
        let who = Who { tenant: account.tenant, actor, request: None, traceparent, holding, expected: None };
        self.edit(&who, loaded.envelope.id, |envelope, edit, now| {
            duplicates_found(envelope, loaded.id, others, now, &mut edit.events);
            Ok(())
        })
        .await?;
        Ok(())
    }
}

/// Whether the call of a step that is looked up in doubt was made more than once.
fn is_repeated(loaded: &Loaded, step: &Step) -> bool {
    matches!(step.in_doubt, WhenInDoubt::LookUp { .. }) && loaded.tries(&step.id) > 1
}

/// The provider holds more than one transaction for a submission: told once.
pub(crate) fn duplicates_found(
    envelope: &mut Envelope,
    id: SubmissionId,
    others: u32,
    now: DateTime<Utc>,
    events: &mut Vec<EventDraft>,
) {
    let Some(submission) = envelope.submissions.iter_mut().find(|s| s.id == id) else { return };
    if submission.integrity == Some(Integrity::Mismatch) {
        return;
    }
    submission.integrity = Some(Integrity::Mismatch);
    let detail = format!("The provider holds {others} more transactions with this submission's key.");
    envelope.raise(Attention::new(AttentionCode::DuplicateSubmission, detail, now), events);
}
