//! What a contract's detail tells about its submission. Source: contract sections 3.11 and 5.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::attention::AttentionCode;
use domain::facts::{Note, Reading, RecipientReading};
use domain::states::{RecipientStatus, SubmissionState};
use serde_json::{Value, json};

use super::FirmaAccount;
use super::people::signers;
use super::settings::MappedState;
use super::wire::received::{Contract, Detail, Signer};
use crate::provider::SubmissionView;

/// The vendor's word for a signer who has signed: of all words this one. Source: contract section 9, item 5.
const SIGNED: &str = "ENABLE";

/// The state that may last too long. Source: contract section 11, F30.
const DELIVERED: &str = "DELIVERED";
/// Since when a contract is in it, among the details.
const DELIVERED_SINCE: &str = "delivered_since";
/// That a person was told, among the details.
const DELIVERED_TOLD: &str = "delivered_overdue";

impl FirmaAccount {
    /// What `detail` tells.
    pub(super) fn reading(&self, submission: &SubmissionView<'_>, detail: &Detail, now: DateTime<Utc>) -> Reading {
        let contract = &detail.contract;
        let mapped = self.mapped(&contract.status);
        let refused = detail.signers.iter().any(|signer| self.has_refused(signer));
        let acted = detail.signers.iter().any(|signer| self.has_agreed(signer) || has_signed(signer));
        let state = match (mapped, acted, refused) {
            (Some(MappedState::Sent), true, _) => Some(SubmissionState::InProgress),
            (Some(MappedState::Rejected), _, true) => Some(SubmissionState::Declined),
            (_, _, _) => self.submission_state(&contract.status),
        };
        let mut reading = Reading::of(state, contract.status.clone());
        reading.acted = acted;
        reading.details = contract_details(contract);
        // A word that is unknown, or late, does not end the wait that an earlier one began.
        reading.pending_result = match mapped {
            Some(MappedState::Finalizing) => Some(true),
            Some(MappedState::Completed) => Some(false),
            Some(
                MappedState::Submitting
                | MappedState::Sent
                | MappedState::InProgress
                | MappedState::Rejected
                | MappedState::Canceled
                | MappedState::Expired,
            )
            | None => None,
        };
        reading.recipients = signers(submission.order)
            .filter_map(|(_, recipient)| {
                let listed = self.listed(recipient, &detail.signers);
                let status = self.recipient_status(listed, mapped);
                let vendor = listed.map(|signer| self.words(signer)).unwrap_or_default();
                (status.is_some() || !vendor.is_empty())
                    .then(|| RecipientReading { vendor, ..RecipientReading::of(recipient.id, status) })
            })
            .collect();
        if mapped.is_none() {
            reading.notes.push(Note {
                code: AttentionCode::UnknownProviderStatus,
                detail: "Firma Virtual used a word for the contract's state whose meaning is not known.".to_owned(),
            });
        }
        self.watch_delivered(submission, &mut reading, now);
        reading.differences = self.differences(submission, detail, mapped);
        reading
    }

    fn recipient_status(&self, listed: Option<&Signer>, mapped: Option<MappedState>) -> Option<RecipientStatus> {
        // Once the vendor says that all have signed, nobody's flag says otherwise.
        let all_signed = matches!(mapped, Some(MappedState::Finalizing | MappedState::Completed));
        let signer = listed?;
        if has_signed(signer) || all_signed {
            return Some(RecipientStatus::Completed);
        }
        if self.has_refused(signer) {
            return Some(RecipientStatus::Declined);
        }
        if self.has_agreed(signer) || self.is_done(&signer.download_draft) {
            return Some(RecipientStatus::Viewed);
        }
        match mapped? {
            MappedState::Submitting => Some(RecipientStatus::Created),
            MappedState::Sent | MappedState::InProgress => Some(RecipientStatus::Sent),
            MappedState::Finalizing
            | MappedState::Completed
            | MappedState::Rejected
            | MappedState::Canceled
            | MappedState::Expired => None,
        }
    }

    /// Whether the draft went out: a contract that left its first state, or a signer who can fetch the draft.
    /// Source: contract section 6, F29.
    pub(super) fn was_sent(&self, detail: &Detail) -> bool {
        let impossible = &self.checked.settings.draft_flag_values.impossible;
        let can_fetch = |signer: &Signer| !signer.download_draft.is_empty() && signer.download_draft != *impossible;
        self.mapped(&detail.contract.status) != Some(MappedState::Submitting) || detail.signers.iter().any(can_fetch)
    }

    /// `DELIVERED` is not the end; when it lasts, a person shall look, once.
    fn watch_delivered(&self, submission: &SubmissionView<'_>, reading: &mut Reading, now: DateTime<Utc>) {
        if reading.vendor_status != DELIVERED || reading.pending_result != Some(true) {
            return;
        }
        let known = submission.last.map(|last| &last.details);
        let since = known
            .and_then(|details| details.get(DELIVERED_SINCE)?.as_str()?.parse::<DateTime<Utc>>().ok())
            .unwrap_or(now);
        reading.details.insert(DELIVERED_SINCE.to_owned(), json!(since.to_rfc3339()));
        let hours = i64::try_from(self.checked.settings.delivered_timeout_h).unwrap_or(i64::MAX);
        let told = known.is_some_and(|details| details.contains_key(DELIVERED_TOLD));
        if now - since > TimeDelta::try_hours(hours).unwrap_or(TimeDelta::MAX) && !told {
            reading.details.insert(DELIVERED_TOLD.to_owned(), json!(true));
            reading.notes.push(Note {
                code: AttentionCode::NoNewsFromProvider,
                detail: "The result was delivered long ago, and the provider has not closed the contract.".to_owned(),
            });
        }
    }

    fn is_done(&self, flag: &str) -> bool {
        flag == self.checked.settings.draft_flag_values.done
    }

    fn has_agreed(&self, signer: &Signer) -> bool {
        self.is_done(&signer.agree_draft)
    }

    fn has_refused(&self, signer: &Signer) -> bool {
        self.is_done(&signer.disagree_draft)
    }

    /// [`signer_words`], and whether the draft was accepted.
    fn words(&self, signer: &Signer) -> BTreeMap<String, Value> {
        let mut words = signer_words(signer);
        words.insert("agreed".to_owned(), json!(self.has_agreed(signer)));
        words
    }
}

fn has_signed(signer: &Signer) -> bool {
    signer.sign_status == SIGNED
}

/// What is shown under `recipients[].provider`: the vendor's word, whether they paid, what they are to pay.
pub(super) fn signer_words(signer: &Signer) -> BTreeMap<String, Value> {
    let amounts: serde_json::Map<String, Value> = [
        ("amount", &signer.amount),
        ("iva", &signer.tax),
        ("notary", &signer.notary),
        ("total", &signer.total),
        ("portion", &signer.portion),
    ]
    .into_iter()
    .filter_map(|(name, told)| Some((name.to_owned(), json!(told.as_ref()?))))
    .collect();
    let status = Some(json!(signer.sign_status)).filter(|_| !signer.sign_status.is_empty());
    let amounts = Some(Value::Object(amounts)).filter(|told| told != &json!({}));
    [("status", status), ("payment", signer.payment.as_deref().map(|word| json!(word))), ("amounts", amounts)]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// What is shown under `submissions[].details`.
pub(super) fn contract_details(contract: &Contract) -> BTreeMap<String, Value> {
    [
        ("payment", &contract.payment_status),
        ("amount", &contract.amount),
        ("modal", &contract.modal),
        ("signature_kind", &contract.signature_kind),
        ("contract_type", &contract.contract_type),
        ("repertorio", &contract.repertorio),
        ("internal_id", &contract.internal_id),
    ]
    .into_iter()
    .filter_map(|(name, told)| Some((name.to_owned(), json!(told.as_ref()?))))
    .chain(contract.fee_id.map(|fee| ("contract_type_fee_id".to_owned(), json!(fee))))
    .collect()
}
