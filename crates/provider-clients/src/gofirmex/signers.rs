//! Where each signer stands, counted from what callbacks told so far: one for each signer and document, in any order and
//! more than once. Source: contract sections 4 and 5.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::facts::RecipientReading;
use domain::ids::DocumentId;
use domain::states::RecipientStatus;
use serde_json::{Value, json};

use super::people::{ranks, with_nin};
use super::wire::told;
use crate::provider::SubmissionView;

/// The documents that a signer has signed, by the broker's ids, in what is shown of a recipient.
const SIGNED_DOCUMENTS: &str = "signed_documents";

/// What is known of the signers of a submission.
pub(super) struct Signers<'a> {
    submission: &'a SubmissionView<'a>,
    /// By place among the recipients, as all that follow.
    signed: Vec<BTreeSet<DocumentId>>,
    links: Vec<Option<String>>,
    words: Vec<Option<String>>,
    times: Vec<Option<DateTime<Utc>>>,
    declined: BTreeSet<usize>,
    /// Whether the vendor has accepted the portfolio, so that signers can act.
    open: bool,
}

impl<'a> Signers<'a> {
    /// What earlier readings told.
    pub(super) fn known(submission: &'a SubmissionView<'a>) -> Self {
        let count = submission.order.recipients.len();
        let mut signers = Self {
            submission,
            signed: vec![BTreeSet::new(); count],
            links: vec![None; count],
            words: vec![None; count],
            times: vec![None; count],
            declined: BTreeSet::new(),
            open: false,
        };
        for told in submission.last.into_iter().flat_map(|last| &last.recipients) {
            let place = submission.order.recipients.iter().position(|r| r.id == told.recipient);
            if let Some(index) = place {
                signers.recall(index, told);
            }
        }
        signers
    }

    fn recall(&mut self, index: usize, told: &RecipientReading) {
        let signed = told.vendor.get(SIGNED_DOCUMENTS).and_then(Value::as_array).into_iter().flatten();
        let signed = signed.filter_map(|id| DocumentId::parse(id.as_str()?).ok());
        if let Some(known) = self.signed.get_mut(index) {
            known.extend(signed);
        }
        put(&mut self.links, index, told.signing_url.clone());
        put(&mut self.words, index, told.vendor.get("status").and_then(Value::as_str).map(str::to_owned));
        put(&mut self.times, index, told.at);
        self.open |= told.signing_url.is_some();
        match told.status {
            Some(RecipientStatus::Declined) => {
                self.declined.insert(index);
            }
            Some(
                RecipientStatus::Sent | RecipientStatus::Viewed | RecipientStatus::Completed | RecipientStatus::Skipped,
            ) => self.open = true,
            Some(RecipientStatus::Created | RecipientStatus::Failed) | None => {}
        }
    }

    /// Signers can act from now on.
    pub(super) fn accept(&mut self) {
        self.open = true;
    }

    /// Takes in words that were told of signers, and those of their links that `is_link` lets pass: people are sent there.
    pub(super) fn listed(&mut self, told: &[told::Signer], is_link: impl Fn(&str) -> bool) {
        for signer in told {
            let place = signer.nin.as_deref().and_then(|nin| with_nin(self.submission.order, nin));
            let Some((index, _)) = place else { continue };
            put(&mut self.links, index, signer.sign_url.clone().filter(|url| is_link(url)));
            put(&mut self.words, index, signer.status.clone());
        }
    }

    /// A signer signed a document.
    pub(super) fn sign(&mut self, index: usize, document: DocumentId, at: Option<DateTime<Utc>>) {
        if let Some(signed) = self.signed.get_mut(index) {
            signed.insert(document);
            put(&mut self.times, index, at);
        }
    }

    /// Everybody has signed everything.
    pub(super) fn complete(&mut self) {
        for signed in &mut self.signed {
            signed.extend(self.submission.documents);
        }
    }

    /// A signer refused.
    pub(super) fn decline(&mut self, index: usize) {
        self.declined.insert(index);
    }

    /// Whether anybody has signed anything.
    pub(super) fn anybody_signed(&self) -> bool {
        self.signed.iter().any(|signed| !signed.is_empty())
    }

    /// Whether everybody has signed everything.
    pub(super) fn everybody_signed(&self) -> bool {
        (0..self.signed.len()).all(|index| self.has_signed_all(index))
    }

    fn has_signed_all(&self, index: usize) -> bool {
        self.signed.get(index).is_some_and(|signed| self.submission.documents.iter().all(|d| signed.contains(d)))
    }

    /// Where every signer stands.
    pub(super) fn readings(&self) -> Vec<RecipientReading> {
        let ranks = ranks(self.submission.order);
        let open_rank = ranks.iter().enumerate().filter(|(i, _)| !self.has_signed_all(*i)).map(|(_, rank)| *rank).min();
        let recipients = self.submission.order.recipients.iter().zip(&ranks).enumerate();
        recipients
            .map(|(index, (recipient, rank))| {
                let status = self.status(index, open_rank.is_none_or(|open| *rank <= open));
                RecipientReading {
                    vendor: self.words_of(index),
                    at: self.times.get(index).copied().flatten(),
                    signing_url: self.links.get(index).cloned().flatten(),
                    ..RecipientReading::of(recipient.id, Some(status))
                }
            })
            .collect()
    }

    fn status(&self, index: usize, their_turn: bool) -> RecipientStatus {
        let signed = self.signed.get(index).is_some_and(|signed| !signed.is_empty());
        if self.declined.contains(&index) {
            RecipientStatus::Declined
        } else if self.has_signed_all(index) {
            RecipientStatus::Completed
        } else if signed {
            RecipientStatus::Viewed
        } else if self.open && their_turn {
            RecipientStatus::Sent
        } else {
            RecipientStatus::Created
        }
    }

    fn words_of(&self, index: usize) -> BTreeMap<String, Value> {
        let signed: Vec<String> = self.signed.get(index).into_iter().flatten().map(ToString::to_string).collect();
        let counts = [
            ("documents_signed".to_owned(), json!(signed.len())),
            ("documents_total".to_owned(), json!(self.submission.documents.len())),
            (SIGNED_DOCUMENTS.to_owned(), json!(signed)),
        ];
        let word = self.words.get(index).cloned().flatten().map(|word| ("status".to_owned(), json!(word)));
        counts.into_iter().chain(word).collect()
    }
}

/// Keeps what is known where nothing new is told.
fn put<T>(known: &mut [Option<T>], index: usize, told: Option<T>) {
    if let (Some(known), Some(told)) = (known.get_mut(index), told) {
        *known = Some(told);
    }
}
