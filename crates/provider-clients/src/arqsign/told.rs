//! What a webhook proves by itself, and what has to be read: an end is read, the rest is believed.
//! Source: contract section 4.

use domain::envelope::{OrderRecipient, Role};
use domain::facts::{Reading, RecipientReading};
use domain::ids::RecipientId;
use domain::states::{RecipientStatus, SubmissionState};
use serde_json::{Value, json};

use super::ArqAccount;
use super::artifacts::uploads_told;
use super::callback::Trigger;
use super::contacts::turn;
use super::overview::Overview;
use super::reading::{invited, unreachable};
use super::signers::{Signer, matched};
use super::wire::received::{self, text};
use crate::provider::{CallbackRequest, SubmissionView, Told};

impl ArqAccount {
    /// What a webhook whose proof was right tells of its submission.
    pub(super) fn told_by(&self, request: &CallbackRequest, submission: &SubmissionView<'_>) -> Told {
        let Some(payload) = received::parse(&request.body) else { return Told::Read };
        let Some(trigger) = self.trigger(&payload) else { return Told::Read };
        let overview = Overview::of(self, &payload);
        let listed = self.listed_signers(&payload);
        let word = text(&payload, &["evento"]).unwrap_or_default();
        match trigger {
            Trigger::Sent => Told::Facts(Box::new(self.sent(submission, &payload, &overview, word))),
            Trigger::DeliveryFailed => match failed(submission, &listed) {
                recipients if recipients.is_empty() => Told::Read,
                recipients => {
                    let notes = recipients.iter().map(|r| unreachable(r.recipient)).collect();
                    Told::Facts(Box::new(Reading { recipients, notes, ..Reading::of(None, word) }))
                }
            },
            Trigger::Signed => match signed(submission, &listed) {
                recipients if recipients.is_empty() => Told::Read,
                recipients => {
                    let mut reading = Reading::of(Some(SubmissionState::InProgress), word);
                    reading.acted = true;
                    reading.occurred_at = recipients.iter().find_map(|r| r.at);
                    let next = next_turn(submission, &recipients);
                    reading.recipients = recipients.into_iter().chain(next).collect();
                    uploads_told(submission, &listed, &mut reading);
                    Told::Facts(Box::new(reading))
                }
            },
            Trigger::Resent => match overview.expires_at {
                Some(at) => {
                    // Whoever has not signed can again; what happened before stays.
                    let mut reading = Reading::of(Some(SubmissionState::Sent), word);
                    reading.details.insert("expires_at".to_owned(), json!(at.shown()));
                    Told::Facts(Box::new(reading))
                }
                None => Told::Read,
            },
            // Who signed with which certificate is told nowhere else without a full reading; the end itself is read.
            Trigger::Concluded => match signed(submission, &listed) {
                recipients if recipients.is_empty() => Told::Read,
                recipients => {
                    let mut reading = Reading::of(None, word);
                    reading.acted = true;
                    reading.recipients = recipients;
                    uploads_told(submission, &listed, &mut reading);
                    Told::FactsThenRead(Box::new(reading))
                }
            },
            Trigger::Declined | Trigger::Canceled | Trigger::Expired => Told::Read,
        }
    }

    fn sent(&self, submission: &SubmissionView<'_>, payload: &Value, overview: &Overview, word: String) -> Reading {
        let mut reading = Reading::of(Some(SubmissionState::Sent), word);
        reading.recipients = invited(submission.order);
        let time = |name: &str| text(payload, &[name]).and_then(|told| self.told_time(&told));
        let at = time("dataenvio").or_else(|| time("datahoraatual"));
        reading.occurred_at = at.map(super::words::Told::latest);
        if let Some(at) = overview.expires_at {
            reading.details.insert("expires_at".to_owned(), json!(at.shown()));
        }
        reading
    }
}

/// Who can act once these have signed: the signers of the first turn that is not done. The vendor opens a turn by itself and
/// tells nobody of it.
fn next_turn(submission: &SubmissionView<'_>, now: &[RecipientReading]) -> Vec<RecipientReading> {
    let known = || submission.last.into_iter().flat_map(|last| &last.recipients).chain(now);
    let status =
        |id: RecipientId| known().filter(|told| told.recipient == id).filter_map(|told| told.status).next_back();
    let order = submission.order;
    let open = || order.with_role(Role::Signer).filter(|r| status(r.id) != Some(RecipientStatus::Completed));
    let Some(first) = open().map(|r| turn(order, &r.spec)).min() else { return Vec::new() };
    // Whoever was reached, or could not be, has a state of their own already.
    let waits = |r: &&OrderRecipient| matches!(status(r.id), None | Some(RecipientStatus::Created));
    let invited = open().filter(|r| turn(order, &r.spec) == first).filter(waits);
    invited.map(|r| RecipientReading::of(r.id, Some(RecipientStatus::Sent))).collect()
}

fn failed(submission: &SubmissionView<'_>, listed: &[Signer]) -> Vec<RecipientReading> {
    // The payload lists only whom it could not be delivered to, whether or not it says so of them.
    told(submission, listed, |signer| {
        let alone = listed.len() == 1 && !signer.signed && !signer.declined;
        (signer.delivery_failed || signer.code_delivery_failed || alone).then_some(RecipientStatus::Failed)
    })
}

fn signed(submission: &SubmissionView<'_>, listed: &[Signer]) -> Vec<RecipientReading> {
    told(submission, listed, |signer| (signer.signed && !signer.declined).then_some(RecipientStatus::Completed))
}

fn told(
    submission: &SubmissionView<'_>,
    listed: &[Signer],
    status: impl Fn(&Signer) -> Option<RecipientStatus>,
) -> Vec<RecipientReading> {
    submission
        .order
        .recipients
        .iter()
        .filter(|r| r.spec.role == Role::Signer)
        .filter_map(|r| {
            let signer = matched(submission, listed, r.id)?;
            Some(signer.reading(r.id, Some(status(signer)?)))
        })
        .collect()
}
