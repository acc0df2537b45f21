//! Finding documents: the look-up after a send in doubt, and polling. Source: contract sections 3.2, 6 and 8.

use domain::outcome::{Class, Doubt, Outcome};
use domain::protocol::LookedUp;
use domain::steps::StepOutput;
use serde_json::json;

use super::GoAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::codes::Endpoint;
use super::wire::received::Next;
use super::wire::{CORRELATION_KEY, received};
use crate::call::Call;
use crate::provider::{LookUpPage, LookUpState, StatusPage, StatusRequest, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// What a search says of a client that the vendor does not know.
const UNKNOWN_CLIENT: &str = "descargar_documentos/0003";

impl GoAccount {
    /// Asks for the documents that carry the submission's key, and for nothing else: no state, no other filter.
    pub(super) fn look_up_call(
        &self,
        submission: &SubmissionView<'_>,
        state: &LookUpState,
    ) -> Result<Call, Unbuildable> {
        let filter = json!({ "campos_clave": { CORRELATION_KEY: submission.id.to_string() } });
        self.call(Endpoint::SearchDocuments, Some(self.page(state.page)), filter)
    }

    /// What a page of the look-up tells. Hits are checked, in case the vendor did not honour the filter.
    pub(super) fn look_up_answer(
        &self,
        submission: &SubmissionView<'_>,
        state: &LookUpState,
        reply: &Reply,
    ) -> Outcome<LookUpPage> {
        let page = match self.page_of(Endpoint::SearchDocuments, reply, Scope::Account) {
            Ok(page) => page,
            Err(failure) => {
                let outcome = failure.outcome();
                // A client comes into being with its first document (contract, E29): where the provider does not know
                // the client, it does not have the document either.
                let no_client = matches!(&outcome, Outcome::Refused(refusal) if refusal.code == UNKNOWN_CLIENT);
                return if no_client && state.found.is_empty() {
                    Outcome::Done(LookUpPage::Answer(LookedUp::NotFound))
                } else {
                    outcome
                };
            }
        };
        let wanted = submission.id.to_string();
        let is_ours = |d: &&received::Document| d.campos_clave.0.get(CORRELATION_KEY) == Some(&wanted);
        let mut found = state.found.clone();
        for hit in page.listado_documentos.0.iter().filter(is_ours) {
            let Some(id) = hit.id_operacion.given() else {
                let reason = "The provider lists the document without its id.".to_owned();
                return Outcome::Done(LookUpPage::Answer(LookedUp::Ambiguous { reason }));
            };
            if !found.iter().any(|known| known == id) {
                found.push(id.to_owned());
            }
        }
        Outcome::Done(match page.next_after(self.page(state.page)) {
            Next::Page(page) => LookUpPage::More(LookUpState { page, found }),
            // "Not there" leads to a second send, so it is only said after the last page was seen.
            Next::Unclear if found.is_empty() => {
                return self.no_verdict(Endpoint::SearchDocuments, reply, Scope::Account).outcome();
            }
            Next::Last | Next::Unclear => LookUpPage::Answer(answer(&found)),
        })
    }

    /// The calls that read these submissions: one for each batch that the account allows.
    pub(super) fn status_calls(&self, submissions: &[SubmissionView<'_>]) -> Result<Vec<StatusRequest>, Unbuildable> {
        let known: Vec<&SubmissionView<'_>> = submissions.iter().filter(|s| s.reference.is_some()).collect();
        known
            .chunks(self.checked.settings.poll_batch_size.max(1))
            .map(|batch| self.status_call(batch, self.page(0)))
            .collect()
    }

    /// The readings on a page, and the request for the next one.
    pub(super) fn status_answer(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        let page = match self.page_of(Endpoint::SearchDocuments, reply, Scope::Account) {
            Ok(page) => page,
            Err(failure) => return failure.outcome(),
        };
        let covered: Vec<&SubmissionView<'_>> = submissions.iter().filter(|s| request.covers.contains(&s.id)).collect();
        let readings = page
            .listado_documentos
            .0
            .iter()
            .filter_map(|document| {
                let id = document.id_operacion.given()?;
                let submission = covered.iter().find(|s| s.reference == Some(id))?;
                Some((submission.id, self.reading(submission, document)))
            })
            .collect();
        let next = page.next_after(request.page).page().map(|page| self.status_call(&covered, page)).transpose();
        match next {
            Ok(next) => Outcome::Done(StatusPage { readings, next }),
            Err(defect) => Outcome::Unknown(Doubt::new(defect.to_string())),
        }
    }

    fn status_call(&self, batch: &[&SubmissionView<'_>], page: u32) -> Result<StatusRequest, Unbuildable> {
        let ids: Vec<&str> = batch.iter().filter_map(|s| s.reference).collect();
        Ok(StatusRequest {
            covers: batch.iter().map(|s| s.id).collect(),
            call: self.call(Endpoint::SearchDocuments, Some(page), json!({ "id_operacion": ids }))?,
            page,
            about: String::new(),
        })
    }

    /// A page of 3.2 or 3.4. Where an operator says that a code means "nothing found", it is an empty page (E15).
    pub(super) fn page_of(
        &self,
        endpoint: Endpoint,
        reply: &Reply,
        scope: Scope<'_>,
    ) -> Result<received::Page, Failure> {
        match self.accepted(endpoint, reply, scope) {
            Ok(answer) => serde_json::from_value(answer).map_err(|_| self.no_verdict(endpoint, reply, scope)),
            Err(Failure::Refused(refusal)) if refusal.class == Class::NotFound && has_verdict(reply) => {
                Ok(received::Page::default())
            }
            Err(failure) => Err(failure),
        }
    }

    /// The number of a page, where 0 asks for the first.
    pub(super) fn page(&self, page: u32) -> u32 {
        if page == 0 { self.checked.settings.first_page } else { page }
    }
}

/// Whether the vendor itself answered: a page that a web server does not have is no empty search.
fn has_verdict(reply: &Reply) -> bool {
    received::parse(reply.bytes()).as_ref().and_then(received::code).is_some()
}

/// The lowest id is adopted; any other is a duplicate that a person must see.
fn answer(found: &[String]) -> LookedUp {
    // Ids are digits as far as the examples go: a shorter number is a lower one.
    match found.iter().min_by_key(|id| (id.len(), id.as_str())) {
        Some(lowest) => LookedUp::Found {
            output: StepOutput::reference(lowest),
            others: u32::try_from(found.len().saturating_sub(1)).unwrap_or(u32::MAX),
        },
        None => LookedUp::NotFound,
    }
}
