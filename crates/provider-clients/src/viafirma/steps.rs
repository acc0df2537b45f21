//! The operations that carry an envelope out: one for each signer, the next over what the one before signed; and the
//! steps of each. Nothing of them reaches anybody before the broker serves the link. Source: contract sections 2, 3, 5.

use domain::envelope::{Document, OrderRecipient, Role};
use domain::facts::{Reading, RecipientReading};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::states::{RecipientStatus, SubmissionState};
use domain::steps::{Start, Step, StepOutput, SubmissionPlan, WhenInDoubt};

use super::ViafirmaAccount;
use crate::provider::{Moment, Prepared, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// Opens an operation.
pub(super) const PREPARE: &str = "prepare";
/// Adds a file; the document's place from 1 follows.
pub(super) const ADD_FILE: &str = "add_file";
/// Closes the preparation.
pub(super) const FINISH: &str = "finish";

/// Names of the values that steps leave for later calls. All of them are bearer secrets.
pub(super) mod value {
    pub(in super::super) const OPERATION_ID: &str = "operation_id";
    pub(in super::super) const SESSION_ID: &str = "session_id";
    pub(in super::super) const DOCUMENT_ID: &str = "document_id";
}

/// How often opening and closing are repeated before everything is begun anew. Source: contract sections 2.3 and 5.
const REPEATS: u32 = 2;

/// The vendor has no word for an operation that is ready.
const PREPARED: &str = "prepared";

impl ViafirmaAccount {
    /// One operation for each signer, in the order of their turns.
    pub(super) fn plan(&self, order: &Order) -> Vec<SubmissionPlan> {
        (0_u32..)
            .zip(signers(order))
            .map(|(ordinal, signer)| SubmissionPlan {
                ordinal,
                documents: order.documents.iter().map(|document| document.id).collect(),
                recipients: vec![signer.id],
                start: ordinal.checked_sub(1).map_or(Start::AtOnce, |ordinal| Start::AfterCompleted { ordinal }),
                steps: self.steps(order),
                clean_up: Vec::new(),
            })
            .collect()
    }

    /// What was begun reaches nobody, so doubt means to begin anew; adding a file is never repeated in one operation.
    fn steps(&self, order: &Order) -> Vec<Step> {
        let restart = |repeats| WhenInDoubt::Restart { repeats, pauses: self.settings().restart_pauses() };
        let prepare = Step { in_doubt: restart(REPEATS), ..Step::repeatable(PREPARE) };
        let files = order.documents.iter().enumerate().map(|(index, document)| {
            Step::once(format!("{ADD_FILE}/{}", index + 1), restart(0)).needing([PREPARE]).carrying(document.id)
        });
        let finish = Step::once(FINISH, restart(REPEATS)).needing([PREPARE]);
        std::iter::once(prepare).chain(files).chain(std::iter::once(finish)).collect()
    }

    /// The call of a step.
    pub(super) fn step_request(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Prepared, Unbuildable> {
        match (step.id.as_str(), step.document) {
            (PREPARE, _) => self.prepare_call(submission).map(Prepared::from),
            (FINISH, _) => self.finish_call(submission),
            (_, Some(document)) => self.add_file_call(document, submission, moment).map(Prepared::from),
            (_, None) => Err(Unbuildable::Defect("Viafirma has no such step.".to_owned())),
        }
    }

    /// What the answer to a step means.
    pub(super) fn step_reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        match (step.id.as_str(), step.document) {
            (PREPARE, _) => self.prepared(submission, reply),
            (_, Some(document)) => self.file_added(document, submission, reply),
            (_, None) => self.finished_preparing(submission, reply),
        }
    }
}

/// The signers in the order of their turns.
pub(super) fn signers(order: &Order) -> impl Iterator<Item = &OrderRecipient> {
    order
        .stages()
        .into_iter()
        .flat_map(|stage| stage.members)
        .filter_map(|index| order.recipients.get(index))
        .filter(|recipient| recipient.spec.role == Role::Signer)
}

/// The one signer of a submission.
pub(super) fn signer_of<'a>(submission: &SubmissionView<'a>) -> Result<&'a OrderRecipient, Unbuildable> {
    submission
        .recipients
        .first()
        .and_then(|id| submission.order.recipient(*id))
        .ok_or_else(|| Unbuildable::Defect("The submission has no signer.".to_owned()))
}

/// The documents of a submission.
pub(super) fn documents_of<'a>(submission: &SubmissionView<'a>) -> impl Iterator<Item = &'a Document> {
    let order = submission.order;
    submission.documents.iter().filter_map(|id| order.document(*id))
}

/// The id of the operation that the attempt opened. A plan foretells no values, only references.
pub(super) fn operation_id<'a>(submission: &SubmissionView<'a>) -> Result<&'a str, Unbuildable> {
    let output = submission.outputs.get(PREPARE);
    output
        .and_then(|output| output.values.get(value::OPERATION_ID).or(output.reference.as_ref()))
        .map(String::as_str)
        .ok_or_else(|| Unbuildable::Defect("No operation was opened.".to_owned()))
}

/// The operation is ready: the link can be served.
pub(super) fn ready(submission: &SubmissionView<'_>) -> Reading {
    let recipients = submission
        .recipients
        .iter()
        .map(|recipient| RecipientReading::of(*recipient, Some(RecipientStatus::Sent)))
        .collect();
    Reading { recipients, ..Reading::of(Some(SubmissionState::Sent), PREPARED) }
}
