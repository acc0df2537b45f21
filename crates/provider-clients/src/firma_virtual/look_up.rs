//! Asking whether a step in doubt happened: a creation by what is new in the owner's list, an upload and a joining by
//! counting files, a sending by the contract's detail. Source: contract section 6.

use chrono::{DateTime, TimeDelta, Utc};
use domain::outcome::{Doubt, Outcome};
use domain::protocol::LookedUp;
use domain::steps::{Step, StepOutput};
use serde_json::Value;

use super::blame::Scope;
use super::endpoint::Endpoint;
use super::fee::resolved_fee;
use super::files::names;
use super::people::signers;
use super::steps::{CREATE_CONTRACT, Kind, SNAPSHOT_OWNER, contract_id};
use super::wire::received::{Contract, Detail, contracts, files};
use super::{FirmaAccount, dates};
use crate::call::{Call, Method};
use crate::provider::{LookUpPage, LookUpState, Moment, Prepared, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// Whose contracts were listed, in the output of the snapshot.
const OWNER: &str = "owner";
/// Which of them a look-up could take for the new one.
const KNOWN: &str = "known";
/// When they were listed.
const AT: &str = "at";

/// How far the vendor's clock may be behind.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

impl FirmaAccount {
    /// The list of the owner's contracts before the creation; nothing where nobody knows who the owner is.
    pub(super) fn snapshot_request(&self, moment: &Moment<'_>) -> Result<Prepared, Unbuildable> {
        if moment.session.is_none() {
            return Err(Unbuildable::SessionNeeded);
        }
        match self.owner_id(moment) {
            Some(owner) => self.owner_call(&owner, moment).map(Prepared::from),
            None => Ok(Prepared::Known(StepOutput::default())),
        }
    }

    /// Which contracts were there before.
    pub(super) fn snapshot_reply(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        let message = match self.accepted(Endpoint::OwnerContracts, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        // Only those that could be taken for the new one are of interest.
        let fee = resolved_fee(submission);
        let known: Vec<String> = contracts(&message)
            .into_iter()
            .filter(|contract| contract.fee_id.is_none() || fee.is_none() || contract.fee_id == fee)
            .filter_map(|contract| contract.id)
            .collect();
        let values = [
            (OWNER, self.owner_id(moment)),
            (KNOWN, Some(Value::from(known).to_string())),
            (AT, Some(moment.now.to_rfc3339())),
        ];
        let values = values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        Outcome::Done(StepOutput { values, ..StepOutput::default() })
    }

    /// The call that lists an owner's contracts.
    pub(super) fn owner_call(&self, owner: &str, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.bare(Endpoint::OwnerContracts, Method::Get, &["api", "v1", "contract", "owner", owner], moment)
    }

    /// The call that asks about a step in doubt. Page 0 of a creation's look-up is the owner's list; page n is the detail
    /// of the n-th contract that may be it.
    pub(super) fn look_up_call(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        state: &LookUpState,
    ) -> Result<Call, Unbuildable> {
        match Kind::of(step)? {
            Kind::CreateContract => match (candidate(state), Snapshot::of(submission).owner) {
                (Some(id), _) => self.detail_call(id, moment),
                (None, Some(owner)) => self.owner_call(owner, moment),
                // Nothing can tell: a call that changes nothing, whose answer is not looked at.
                (None, None) => self.catalogue_call(moment),
            },
            Kind::Upload(_) | Kind::Merge => self.list_call(contract_id(submission)?, moment),
            Kind::SendDraft => self.detail_call(contract_id(submission)?, moment),
            Kind::ResolveFee | Kind::SnapshotOwner | Kind::ListFiles(_) | Kind::SortFiles | Kind::DeleteContract => {
                Err(Unbuildable::Defect(format!("The step {} cannot be looked up.", step.id)))
            }
        }
    }

    /// What the answer to a look-up means.
    pub(super) fn look_up_answer(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        state: &LookUpState,
        reply: &Reply,
    ) -> Outcome<LookUpPage> {
        match Kind::of(step) {
            Ok(Kind::CreateContract) if candidate(state).is_some() => self.examined(submission, state, reply),
            Ok(Kind::CreateContract) => self.found_new(submission, reply),
            Ok(Kind::Upload(place)) => self.counted(reply, |count| {
                let before = names(submission, place.saturating_sub(1)).len();
                if count > before { found(StepOutput::default()) } else { LookedUp::NotFound }
            }),
            Ok(Kind::Merge) => {
                self.counted(reply, |count| if count == 1 { found(StepOutput::default()) } else { LookedUp::NotFound })
            }
            Ok(Kind::SendDraft) => self.found_sent(submission, reply),
            Ok(
                Kind::ResolveFee | Kind::SnapshotOwner | Kind::ListFiles(_) | Kind::SortFiles | Kind::DeleteContract,
            )
            | Err(_) => Outcome::Unknown(Doubt::new("This step cannot be looked up.")),
        }
    }

    /// The contracts that were not there before and may be the new one; each is looked at next.
    fn found_new(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<LookUpPage> {
        let snapshot = Snapshot::of(submission);
        if snapshot.owner.is_none() {
            return Outcome::Done(LookUpPage::Answer(self.without_owner()));
        }
        let message = match self.accepted(Endpoint::OwnerContracts, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        let new: Vec<String> = contracts(&message)
            .into_iter()
            .filter(|contract| self.may_be(contract, submission, &snapshot))
            .filter_map(|contract| contract.id)
            .collect();
        Outcome::Done(if new.is_empty() {
            LookUpPage::Answer(LookedUp::NotFound)
        } else {
            LookUpPage::More(LookUpState { page: 1, found: new })
        })
    }

    /// Without an owner's list nobody can say whether it happened, unless a second contract is acceptable.
    fn without_owner(&self) -> LookedUp {
        if self.checked.settings.orphan_contracts_acceptable {
            LookedUp::NotFound
        } else {
            let reason = "The number of the owner at the provider is not known, so its contracts cannot be listed.";
            LookedUp::Ambiguous { reason: reason.to_owned() }
        }
    }

    fn may_be(&self, contract: &Contract, submission: &SubmissionView<'_>, snapshot: &Snapshot<'_>) -> bool {
        let count = u64::try_from(signers(submission.order).count()).ok();
        let same = |told: Option<u64>, asked: Option<u64>| told.is_none() || asked.is_none() || told == asked;
        let created = dates::read(&contract.created, self.checked.offset);
        // Once the submission has its contract, a lost one of an earlier try is older; what is newer is another's.
        let own = submission.outputs.get(CREATE_CONTRACT).and_then(|output| output.reading.as_ref()?.occurred_at);
        contract.id.as_ref().is_some_and(|id| !snapshot.known.contains(id))
            && same(contract.fee_id, resolved_fee(submission))
            && same(contract.signer_count, count)
            && self.mapped(&contract.status) == Some(super::settings::MappedState::Submitting)
            && created.zip(snapshot.at).is_none_or(|(created, at)| created >= at - CLOCKS_DIFFER)
            && created.zip(own).is_none_or(|(created, own)| created <= own)
    }

    /// Whether the contract that was looked at has the submission's signers; the last one ends the look-up.
    fn examined(&self, submission: &SubmissionView<'_>, state: &LookUpState, reply: &Reply) -> Outcome<LookUpPage> {
        let message = match self.accepted(Endpoint::Detail, reply, &Scope::Account) {
            Ok(message) => Some(message),
            Err(super::answer::Failure::Refused(refusal)) if refusal.class == domain::outcome::Class::NotFound => None,
            Err(failure) => return failure.outcome(),
        };
        let detail = message.as_ref().and_then(Detail::read);
        let is_ours = detail.is_some_and(|detail| self.has_our_signers(submission, &detail));
        let mut next = state.clone();
        if is_ours {
            next.page = next.page.saturating_add(1);
        } else if let Some(place) = place(state) {
            next.found.remove(place);
        }
        Outcome::Done(if candidate(&next).is_some() {
            LookUpPage::More(next)
        } else {
            LookUpPage::Candidates(next.found.into_iter().map(StepOutput::reference).collect())
        })
    }

    /// Whether everybody is there by RUT and e-mail, and nobody else.
    fn has_our_signers(&self, submission: &SubmissionView<'_>, detail: &Detail) -> bool {
        let ours = |recipient| {
            self.listed(recipient, &detail.signers).is_some_and(|listed| {
                let rut = self.rut(&recipient.spec).unwrap_or_default();
                super::people::is_email(&listed.email, recipient)
                    && super::people::compact_rut(&listed.rut) == super::people::compact_rut(&rut)
            })
        };
        detail.signers.len() == signers(submission.order).count()
            && signers(submission.order).all(|(_, recipient)| ours(recipient))
    }

    fn counted(&self, reply: &Reply, judge: impl FnOnce(usize) -> LookedUp) -> Outcome<LookUpPage> {
        match self.accepted(Endpoint::FileList, reply, &Scope::Account) {
            Ok(message) => Outcome::Done(LookUpPage::Answer(judge(files(&message).len()))),
            Err(failure) => failure.outcome(),
        }
    }

    fn found_sent(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<LookUpPage> {
        let message = match self.accepted(Endpoint::Detail, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        let Some(detail) = Detail::read(&message) else {
            return Outcome::Unknown(Doubt::new("The provider's detail of the contract has no contract in it."));
        };
        Outcome::Done(LookUpPage::Answer(if self.was_sent(&detail) {
            let reading = self.reading(submission, &detail, submission.began_at);
            found(StepOutput { reading: Some(reading), ..StepOutput::default() })
        } else {
            LookedUp::NotFound
        }))
    }
}

fn found(output: StepOutput) -> LookedUp {
    LookedUp::Found { output, others: 0 }
}

/// The contract that a page of a creation's look-up looks at: those before it are ours, those behind it not looked at yet.
fn candidate(state: &LookUpState) -> Option<&String> {
    state.found.get(place(state)?)
}

fn place(state: &LookUpState) -> Option<usize> {
    usize::try_from(state.page.checked_sub(1)?).ok()
}

/// What was noted before the creation.
struct Snapshot<'a> {
    owner: Option<&'a str>,
    known: Vec<String>,
    at: Option<DateTime<Utc>>,
}

impl<'a> Snapshot<'a> {
    fn of(submission: &SubmissionView<'a>) -> Self {
        let output = submission.outputs.get(SNAPSHOT_OWNER);
        let told = |name: &str| output.and_then(|output| output.values.get(name)).map(String::as_str);
        Self {
            owner: told(OWNER),
            known: told(KNOWN).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
            at: told(AT).and_then(|text| text.parse().ok()),
        }
    }
}
