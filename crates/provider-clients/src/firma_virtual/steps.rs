//! The steps of a submission, and which call each is. Source: contract sections 6 and 8.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use domain::order::Order;
use domain::outcome::{Doubt, Outcome};
use domain::steps::{Lock, Start, Step, StepOutput, SubmissionPlan, WhenInDoubt, WhenNotFound};
use secrecy::ExposeSecret;

use super::FirmaAccount;
use super::endpoint::Endpoint;
use super::people;
use crate::call::{Call, Method};
use crate::provider::{Moment, Prepared, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// Chooses the price row.
pub(super) const RESOLVE_FEE: &str = "resolve_fee";
/// Notes which contracts the owner has before the creation.
pub(super) const SNAPSHOT_OWNER: &str = "snapshot_owner";
/// Creates the contract.
pub(super) const CREATE_CONTRACT: &str = "create_contract";
/// Puts the files in order.
const SORT_FILES: &str = "sort_files";
/// Joins the files.
const MERGE: &str = "merge";
/// Mails the draft.
const SEND_DRAFT: &str = "send_draft";
/// Deletes a contract that was given up.
const DELETE_CONTRACT: &str = "delete_contract";

/// The step that lists the files after so many uploads.
pub(super) fn list_step(uploads: usize) -> String {
    format!("list_files/{uploads}")
}

fn upload_step(place: usize) -> String {
    format!("upload_document/{place}")
}

/// What a step's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ResolveFee,
    SnapshotOwner,
    CreateContract,
    /// After so many uploads.
    ListFiles(usize),
    /// Of the document at this place, from 1.
    Upload(usize),
    SortFiles,
    Merge,
    SendDraft,
    DeleteContract,
}

impl Kind {
    /// The step of this name.
    pub(super) fn of(step: &Step) -> Result<Self, Unbuildable> {
        let numbered = |prefix: &str| step.id.strip_prefix(prefix).and_then(|rest| rest.parse::<usize>().ok());
        let kind = match step.id.as_str() {
            RESOLVE_FEE => Some(Self::ResolveFee),
            SNAPSHOT_OWNER => Some(Self::SnapshotOwner),
            CREATE_CONTRACT => Some(Self::CreateContract),
            SORT_FILES => Some(Self::SortFiles),
            MERGE => Some(Self::Merge),
            SEND_DRAFT => Some(Self::SendDraft),
            DELETE_CONTRACT => Some(Self::DeleteContract),
            _ => numbered("list_files/").map(Self::ListFiles).or(numbered("upload_document/").map(Self::Upload)),
        };
        kind.ok_or_else(|| Unbuildable::Defect("Firma Virtual has no such step.".to_owned()))
    }
}

impl FirmaAccount {
    /// One contract with all documents and all signers.
    pub(super) fn plan(&self, order: &Order) -> Vec<SubmissionPlan> {
        let settings = &self.checked.settings;
        let seconds = |delays: &[u64]| delays.iter().copied().map(Duration::from_secs).collect::<Vec<_>>();
        let look_up = |otherwise| WhenInDoubt::LookUp { delays: seconds(&settings.lookup_delays_s), otherwise };
        let counted =
            || WhenInDoubt::LookUp { delays: seconds(&settings.file_lookup_delays_s), otherwise: WhenNotFound::Repeat };
        let if_lost = if settings.orphan_contracts_acceptable { WhenNotFound::Repeat } else { WhenNotFound::Park };
        let documents: Vec<_> = order.documents.iter().map(|document| document.id).collect();
        let several = documents.len() > 1;
        let mut steps = vec![
            Step::repeatable(RESOLVE_FEE),
            Step::repeatable(SNAPSHOT_OWNER).locked(self.owner_lock()),
            Step::once(CREATE_CONTRACT, look_up(if_lost))
                .needing([RESOLVE_FEE, SNAPSHOT_OWNER])
                .locked(self.owner_lock())
                .making_live(),
        ];
        for (before, document) in documents.iter().enumerate() {
            steps.push(Step::repeatable(list_step(before)).needing([CREATE_CONTRACT]));
            let upload = Step::once(upload_step(before + 1), counted());
            steps.push(upload.needing([CREATE_CONTRACT.to_owned(), list_step(before)]).carrying(*document));
        }
        if several {
            steps.push(Step::repeatable(list_step(documents.len())).needing([CREATE_CONTRACT]));
            let listed = (1..=documents.len()).map(list_step);
            let needs = std::iter::once(CREATE_CONTRACT.to_owned()).chain(listed);
            steps.push(Step::repeatable(SORT_FILES).needing(needs));
            steps.push(Step::once(MERGE, counted()).needing([CREATE_CONTRACT]));
        }
        let send = Step::once(SEND_DRAFT, look_up(WhenNotFound::Repeat));
        steps.push(send.needing([CREATE_CONTRACT]).making_live());
        vec![SubmissionPlan {
            ordinal: 0,
            documents,
            recipients: people::ids(order),
            start: Start::AtOnce,
            steps,
            clean_up: vec![Step::repeatable(DELETE_CONTRACT)],
        }]
    }

    /// One creation at a time for a user of the vendor, whichever accounts share it: so that two of the broker's own
    /// contracts cannot be taken for one another. The user is told by a digest, because the login is a credential.
    fn owner_lock(&self) -> Lock {
        let user = self.login.expose_secret().trim().to_lowercase();
        let text = format!("{}\n{user}", self.checked.base.origin().ascii_serialization());
        let digest = hex::encode(digest(&SHA256, text.as_bytes()));
        Lock::Named(format!("owner/{}", digest.get(..32).unwrap_or_default()))
    }

    /// The call of a step.
    pub(super) fn step_request(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Prepared, Unbuildable> {
        let call = match Kind::of(step)? {
            Kind::ResolveFee => return self.fee_request(submission, moment),
            Kind::SnapshotOwner => return self.snapshot_request(moment),
            Kind::CreateContract => self.create_request(submission, moment),
            Kind::ListFiles(_) => self.list_call(contract_id(submission)?, moment),
            Kind::Upload(_) => self.upload_call(step, submission, moment),
            Kind::SortFiles => self.sort_call(submission, moment),
            Kind::Merge => self.merge_call(contract_id(submission)?, moment),
            Kind::SendDraft => self.send_call(contract_id(submission)?, moment),
            Kind::DeleteContract => match contract_id(submission) {
                Ok(contract) => self.delete_call(contract, moment),
                // Nothing was created.
                Err(_) => return Ok(Prepared::Known(StepOutput::default())),
            },
        };
        call.map(Prepared::from)
    }

    /// What the answer to a step's call means.
    pub(super) fn step_reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        match Kind::of(step) {
            Ok(Kind::ResolveFee) => self.fee_reply(submission, reply),
            Ok(Kind::SnapshotOwner) => self.snapshot_reply(submission, moment, reply),
            Ok(Kind::CreateContract) => self.created(submission, reply),
            Ok(Kind::ListFiles(uploads)) => self.listed_files(uploads, reply),
            Ok(Kind::Upload(_)) => self.uploaded(step, submission, reply),
            Ok(Kind::SortFiles) => self.sorted(submission, reply),
            Ok(Kind::Merge) => self.plainly(Endpoint::Merge, reply),
            Ok(Kind::SendDraft) => self.sent(submission, reply),
            Ok(Kind::DeleteContract) => self.deleted(None, reply).map(|()| StepOutput::default()),
            Err(error) => Outcome::Unknown(Doubt::new(error.to_string())),
        }
    }

    /// The call that reads a contract's detail.
    pub(super) fn detail_call(&self, contract: &str, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.bare(Endpoint::Detail, Method::Get, &["api", "v1", "contract", "detail", contract], moment)
    }
}

/// The id of a submission's contract.
pub(super) fn contract_id<'a>(submission: &SubmissionView<'a>) -> Result<&'a str, Unbuildable> {
    let created = submission.outputs.get(CREATE_CONTRACT).and_then(|output| output.reference.as_deref());
    created
        .or(submission.reference)
        .ok_or_else(|| Unbuildable::Defect("The contract's id is not known yet.".to_owned()))
}
