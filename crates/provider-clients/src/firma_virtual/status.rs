//! Reading contracts: their detail, and, once closed, the list of their files. Source: contract sections 3.11, 3.14, 3.22.

use domain::facts::{ArtifactKind, ArtifactOffer, Reading};
use domain::outcome::{Class, Outcome};
use domain::states::SubmissionState;

use super::FirmaAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::settings::MappedState;
use super::steps::contract_id;
use super::wire::received::{Detail, files};
use crate::provider::{Moment, StatusPage, StatusRequest, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::refusal;

/// Marks the question for the files of a closed contract; the contract's word follows it.
const FILES: &str = "files:";

impl FirmaAccount {
    /// One call for each contract.
    pub(super) fn status_calls(
        &self,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
    ) -> Result<Vec<StatusRequest>, Unbuildable> {
        let known = submissions.iter().filter(|submission| submission.reference.is_some());
        known
            .map(|submission| {
                Ok(StatusRequest {
                    covers: vec![submission.id],
                    call: self.detail_call(contract_id(submission)?, moment)?,
                    page: 0,
                    about: String::new(),
                })
            })
            .collect()
    }

    /// What the answer tells; a closed contract is asked for its files next.
    pub(super) fn status_answer(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        let Some(submission) = submissions.iter().find(|view| request.covers.contains(&view.id)) else {
            return Outcome::Done(StatusPage { readings: Vec::new(), next: None });
        };
        match request.about.strip_prefix(FILES) {
            Some(word) => self.files_page(submission, word, reply),
            None => self.detail_page(submission, moment, reply),
        }
    }

    fn detail_page(&self, submission: &SubmissionView<'_>, moment: &Moment<'_>, reply: &Reply) -> Outcome<StatusPage> {
        let message = match self.accepted(Endpoint::Detail, reply, &Scope::Account) {
            Ok(message) => message,
            // The vendor does not know it (any more).
            Err(Failure::Refused(refusal)) if refusal.class == Class::NotFound => {
                return Outcome::Done(StatusPage { readings: Vec::new(), next: None });
            }
            Err(failure) => return failure.outcome(),
        };
        let Some(detail) = Detail::read(&message) else {
            let what = "The provider's detail of the contract has no contract in it.";
            let endpoint = Endpoint::Detail.name();
            return Outcome::Refused(refusal(endpoint, "no_contract", Class::ProviderError, what, Vec::new(), reply));
        };
        let reading = self.reading(submission, &detail, moment.now);
        let next = if self.mapped(&detail.contract.status) == Some(MappedState::Completed) {
            let call = contract_id(submission).and_then(|contract| self.list_call(contract, moment));
            match call {
                Ok(call) => Some(StatusRequest {
                    covers: vec![submission.id],
                    call,
                    page: 1,
                    about: format!("{FILES}{}", detail.contract.status),
                }),
                // The token ended between the two calls: the whole is read again.
                Err(_) => return Outcome::SessionExpired,
            }
        } else {
            None
        };
        Outcome::Done(StatusPage { readings: vec![(submission.id, reading)], next })
    }

    /// The signed document among the files: the newest, or the only one (F25).
    fn files_page(&self, submission: &SubmissionView<'_>, word: &str, reply: &Reply) -> Outcome<StatusPage> {
        let message = match self.accepted(Endpoint::FileList, reply, &Scope::Account) {
            Ok(message) => message,
            Err(failure) => return failure.outcome(),
        };
        let mut reading = Reading::of(Some(SubmissionState::Finalizing), word);
        let listed = files(&message).pop().map(|file| file.url);
        // An address that a callback told goes first; the list's is the fallback.
        let offer = self.offer(submission, &[]);
        let told = submission.last.and_then(|last| last.artifacts.iter().find(|known| known.key() == offer.key()));
        let by_callback = told.into_iter().flat_map(|known| known.source.lines()).find(|line| line.contains("://"));
        let sources: Vec<&str> = by_callback.into_iter().chain(listed.as_deref()).collect();
        reading.artifacts = vec![self.offer(submission, &sources)];
        Outcome::Done(StatusPage { readings: vec![(submission.id, reading)], next: None })
    }

    /// The signed document: one for all documents, because they were joined. `sources` are tried one after another.
    pub(super) fn offer(&self, submission: &SubmissionView<'_>, sources: &[&str]) -> ArtifactOffer {
        let first = submission.documents.first().and_then(|id| submission.order.document(*id));
        let name = first.map_or("contract", |document| stem(&document.filename));
        let mut kept: Vec<&str> = Vec::new();
        for source in sources {
            if !kept.contains(source) {
                kept.push(source);
            }
        }
        ArtifactOffer {
            kind: ArtifactKind::SignedDocument,
            documents: submission.documents.to_vec(),
            recipient: None,
            part: None,
            filename: format!("{name}-signed.pdf"),
            source: kept.join("\n"),
            essential: true,
        }
    }
}

/// A file name without its `.pdf`.
fn stem(name: &str) -> &str {
    let cut = name.len().saturating_sub(4);
    match name.split_at_checked(cut) {
        Some((stem, ending)) if !stem.is_empty() && ending.eq_ignore_ascii_case(".pdf") => stem,
        Some(_) | None => name,
    }
}
