//! The vendor's ids of recipients and documents: learnt from the answer to sending, else from the list of signers.
//! Source: contract sections 2.1 and 2.5.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::attention::AttentionCode;
use domain::facts::{Note, Reading};
use domain::ids::{DocumentId, RecipientId};
use domain::order::Order;
use domain::outcome::{Class, Outcome, Refusal};
use domain::steps::StepOutput;
use serde_json::Value;

use super::ArqAccount;
use super::blame::Scope;
use super::contacts::{file_names, gets_link, signers};
use super::endpoints::Endpoint;
use super::overview::Overview;
use super::send::{CREATE_AND_SEND, CREATED_AT, LINK_RECIPIENTS};
use super::signers::{Signer, matched};
use super::wire::received;
use crate::call::Call;
use crate::provider::{Moment, Prepared, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// How soon something that was just created and is not there yet is asked for again.
const SOON: Duration = Duration::from_secs(5);

/// The name of the value that is the vendor's id of a recipient.
pub(super) fn recipient_key(id: RecipientId) -> String {
    format!("recipient/{id}")
}

fn document_key(id: DocumentId) -> String {
    format!("document/{id}")
}

/// The vendor's id of a recipient, as far as the steps or the last reading told it.
pub(super) fn recipient_id(submission: &SubmissionView<'_>, id: RecipientId) -> Option<String> {
    let key = recipient_key(id);
    let by_step = submission.outputs.values().find_map(|output| output.values.get(&key)).cloned();
    let by_reading = || {
        let told = submission.last?.recipients.iter().find(|r| r.recipient == id)?;
        told.vendor.get("id").and_then(Value::as_str).map(str::to_owned)
    };
    by_step.or_else(by_reading)
}

/// The vendor's id of a document, as far as it is known.
pub(super) fn document_id(submission: &SubmissionView<'_>, id: DocumentId) -> Option<String> {
    let key = document_key(id);
    submission.outputs.values().find_map(|output| output.values.get(&key)).cloned()
}

/// The ids of `listed` documents by ours: by order, else by name.
pub(super) fn documents(order: &Order, listed: &[Value]) -> Vec<(String, String)> {
    order
        .documents
        .iter()
        .zip(file_names(&order.documents))
        .filter_map(|(document, name)| {
            let told = find_document(listed, document.order, &name)?;
            Some((document_key(document.id), received::text(told, &["id"])?))
        })
        .collect()
}

/// The entry of `listed` that is the document with this order, or this name where no entry has an order.
pub(super) fn find_document<'a>(listed: &'a [Value], order: u32, name: &str) -> Option<&'a Value> {
    let order_of = |told: &Value| received::number(told, &["ordem", "ordemdocumento"]);
    let by_order = listed.iter().find(|told| order_of(told) == Some(u64::from(order)));
    let by_name = || {
        let named = |told: &&Value| {
            received::text(told, &["nome", "nomedocumento"]).is_some_and(|told| told.eq_ignore_ascii_case(name))
        };
        listed.iter().filter(|told| order_of(told).is_none()).find(named)
    };
    by_order.or_else(by_name)
}

impl ArqAccount {
    /// The call that lists the signers, unless the answer to sending told all of them.
    pub(super) fn link_request(&self, submission: &SubmissionView<'_>) -> Result<Prepared, Unbuildable> {
        if signers(submission.order).all(|(_, r)| recipient_id(submission, r.id).is_some()) {
            return Ok(Prepared::Known(StepOutput::default()));
        }
        self.signers_call(submission).map(Prepared::from)
    }

    /// The call of 2.5.
    pub(super) fn signers_call(&self, submission: &SubmissionView<'_>) -> Result<Call, Unbuildable> {
        let reference =
            process_of(submission).ok_or_else(|| Unbuildable::Defect("The process has no id yet.".to_owned()))?;
        self.call(Endpoint::Signers, Some(reference))
    }

    /// What the list of signers gives. The process is live: whatever is wrong with the list, the submission is not
    /// refused for it.
    pub(super) fn link_reply(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        let answer = match self.accepted(Endpoint::Signers, reply, Scope::Submission(submission)) {
            Ok(answer) => answer,
            Err(Outcome::Refused(refusal)) => return self.not_linked(submission, moment, refusal),
            Err(other) => return other,
        };
        let listed: Vec<Signer> = self.listed_signers(&answer);
        let mut output = StepOutput::default();
        for (_, recipient) in signers(submission.order) {
            if let Some(id) = matched(submission, &listed, recipient.id).and_then(|signer| signer.id.clone()) {
                output.values.insert(recipient_key(recipient.id), id);
            }
        }
        let overview = Overview::of(self, &answer);
        let mut reading = self.reading_of(submission, moment, &overview, Some(&listed));
        reading.notes.extend(lost_links(submission));
        output.reading = Some(reading);
        Outcome::Done(output)
    }

    fn not_linked(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        refusal: Refusal,
    ) -> Outcome<StepOutput> {
        if refusal.class == Class::NotFound && self.is_fresh(submission, moment) {
            return Outcome::Refused(not_there_yet(refusal));
        }
        if refusal.class.passes_by_itself() || refusal.class.is_fixable_in_account() {
            return Outcome::Refused(refusal);
        }
        let mut reading = Reading::of(None, "");
        reading.notes.extend((refusal.class == Class::NotFound).then(|| Note {
            code: AttentionCode::ProviderTransactionMissing,
            detail: "The provider does not know the process that it is said to hold.".to_owned(),
        }));
        reading.notes.extend(lost_links(submission));
        Outcome::Done(StepOutput { reading: Some(reading), ..StepOutput::default() })
    }

    /// Whether the process is so new that "does not exist" is not believed (A18).
    pub(super) fn is_fresh(&self, submission: &SubmissionView<'_>, moment: &Moment<'_>) -> bool {
        let told = submission.outputs.get(CREATE_AND_SEND).and_then(|output| output.values.get(CREATED_AT));
        let created: DateTime<Utc> = told
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
            .map_or(submission.began_at, |at| at.with_timezone(&Utc));
        let grace = i64::try_from(self.checked.settings.read_after_write_grace_s).unwrap_or(i64::MAX);
        moment.now - created < TimeDelta::try_seconds(grace).unwrap_or(TimeDelta::MAX)
    }
}

/// "Does not exist" of something that was just created: it is asked for again.
pub(super) fn not_there_yet(refusal: Refusal) -> Refusal {
    Refusal { class: Class::ProviderUnavailable, retry_after: Some(SOON), ..refusal }
}

/// The process' id: the submission's, else what sending gave.
pub(super) fn process_of<'a>(submission: &SubmissionView<'a>) -> Option<&'a str> {
    let by_step = || submission.outputs.get(CREATE_AND_SEND)?.reference.as_deref();
    submission.reference.or_else(by_step)
}

/// A signing link is told once, by the answer to sending. When that answer was lost, nobody can get it any more.
fn lost_links(submission: &SubmissionView<'_>) -> Vec<Note> {
    let told = submission.outputs.get(CREATE_AND_SEND).and_then(|output| output.reading.as_ref());
    let has_link = |id: RecipientId| {
        told.is_some_and(|r| r.recipients.iter().any(|r| r.recipient == id && r.signing_url.is_some()))
    };
    signers(submission.order)
        .filter(|(_, r)| gets_link(&r.spec) && !has_link(r.id))
        .map(|(_, r)| Note {
            code: AttentionCode::RecipientUnreachable,
            detail: format!(
                "The signing link of the recipient {} was lost with the provider's answer; cancel and send anew.",
                r.id
            ),
        })
        .collect()
}

/// Whether `step` is one of a submission's.
pub(super) fn is_step(step: &str) -> bool {
    matches!(step, CREATE_AND_SEND | LINK_RECIPIENTS)
}
