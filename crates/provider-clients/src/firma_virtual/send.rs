//! Sending the draft: it is mailed to all signers, and the verdict is one for each. Source: contract section 3.17.

use domain::attention::AttentionCode;
use domain::envelope::OrderRecipient;
use domain::facts::{Note, Reading, RecipientReading};
use domain::outcome::Outcome;
use domain::states::{RecipientStatus, SubmissionState};
use domain::steps::StepOutput;

use super::FirmaAccount;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::people::{is_email, signers};
use super::wire::received::{Mail, mails};
use crate::call::{Call, Method};
use crate::provider::{Moment, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// The answer's own word; the contract's new state is told by the next reading only.
const ACCEPTED: &str = "success";

impl FirmaAccount {
    /// The call that mails the draft of a contract to all of its signers.
    pub(super) fn send_call(&self, contract: &str, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.bare(Endpoint::SendDraft, Method::Post, &["api", "v1", "contract", "send", "draft", contract], moment)
    }

    /// Whom the draft was mailed to. A success may be one for some signers only.
    pub(super) fn sent(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput> {
        let message = match self.accepted(Endpoint::SendDraft, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        let told = mails(&message);
        let mut reading = Reading::of(Some(SubmissionState::Sent), ACCEPTED);
        for (_, recipient) in signers(submission.order) {
            let Some(status) = mailed(recipient, &told) else { continue };
            reading.recipients.push(RecipientReading::of(recipient.id, Some(status)));
            if status == RecipientStatus::Failed {
                reading.notes.push(Note {
                    code: AttentionCode::RecipientUnreachable,
                    detail: format!("Firma Virtual could not mail the draft to the recipient {}.", recipient.id),
                });
            }
        }
        Outcome::Done(StepOutput { reading: Some(reading), ..StepOutput::default() })
    }
}

/// What the answer says of one recipient: nothing where it lists others only.
fn mailed(recipient: &OrderRecipient, told: &[Mail]) -> Option<RecipientStatus> {
    if told.is_empty() {
        return Some(RecipientStatus::Sent);
    }
    let of_address: Vec<&Mail> = told.iter().filter(|mail| is_email(&mail.email, recipient)).collect();
    // Two people may share an address; their names tell them apart.
    let by_name = of_address.iter().find(|mail| mail.name.eq_ignore_ascii_case(recipient.spec.name.trim()));
    let mail = by_name.or(of_address.first())?;
    Some(if mail.sent { RecipientStatus::Sent } else { RecipientStatus::Failed })
}
