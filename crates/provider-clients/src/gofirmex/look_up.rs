//! Asking the vendor what it holds, for accounts that have the calls for it (G6). Source: contract sections 3.5, 3.6, 6.

use domain::attention::AttentionCode;
use domain::outcome::{Class, Outcome};
use domain::protocol::LookedUp;
use domain::steps::{Step, StepOutput};
use serde_json::Value;

use super::GofirmexAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::reading::only_noted;
use super::send::{started, with_document};
use super::steps::{Does, client_id, portfolio_id};
use super::wire::told;
use crate::call::Call;
use crate::provider::{LookUpPage, Moment, StatusPage, StatusRequest, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::doubtful;

impl GofirmexAccount {
    /// The call that asks whether a step happened.
    pub(super) fn look_up_call(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        match Does::of(step)? {
            Does::Create => {
                self.naming(Endpoint::FindPortfolio, &[("client_portfolio_id", &client_id(submission))], &[], moment)
            }
            Does::Document(_) | Does::Start => self.get_call(portfolio_id(submission)?, moment),
            Does::Identity(..) => {
                Err(Unbuildable::Defect("Which identity documents a portfolio has cannot be asked.".to_owned()))
            }
        }
    }

    /// The call that reads a portfolio.
    pub(super) fn get_call(&self, id: &str, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.naming(Endpoint::GetPortfolio, &[("portfolio_id", id)], &[], moment)
    }

    /// What the answer to a look-up means.
    pub(super) fn look_up_answer(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        reply: &Reply,
    ) -> Outcome<LookUpPage> {
        let found = |output| Outcome::Done(LookUpPage::Answer(LookedUp::Found { output, others: 0 }));
        let nothing = || Outcome::Done(LookUpPage::Answer(LookedUp::NotFound));
        // What the vendor does not know did not happen.
        let failed = |failure: Failure| match failure {
            Failure::Refused(refusal) if refusal.class == Class::NotFound => nothing(),
            failure @ (Failure::Refused(_) | Failure::Unknown(_)) => failure.outcome(),
        };
        match Does::of(step) {
            Ok(Does::Create) => match self.portfolios(reply, Scope::Account) {
                Ok(portfolios) => {
                    let wanted = client_id(submission);
                    let ours = portfolios.into_iter().filter(|told| told.client_id.as_deref() == Some(&wanted));
                    let outputs = ours.filter_map(|told| told.id).map(StepOutput::reference).collect();
                    Outcome::Done(LookUpPage::Candidates(outputs))
                }
                Err(failure) => failed(failure),
            },
            Ok(Does::Document(index)) => match self.portfolio(reply, Scope::Account) {
                Ok(portfolio) => {
                    let id = submission.documents.get(index).map(ToString::to_string);
                    let ours = portfolio.documents.into_iter().find(|told| told.client_id == id && id.is_some());
                    ours.and_then(|told| told.id).map_or_else(nothing, |id| found(with_document(id)))
                }
                Err(failure) => failed(failure),
            },
            Ok(Does::Start) => match self.portfolio(reply, Scope::Account) {
                // Before it is started a portfolio has a word that no started one has.
                Ok(portfolio) => match portfolio.status.as_deref().and_then(|word| self.state_of(word, false)) {
                    Some(_) => found(started()),
                    None => nothing(),
                },
                Err(failure) => failed(failure),
            },
            Ok(Does::Identity(..)) | Err(_) => doubtful("look_up", "unknown", "This step cannot be looked up."),
        }
    }

    /// The calls that read these submissions: one for each, none where the account has no such call.
    pub(super) fn status_calls(
        &self,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
    ) -> Result<Vec<StatusRequest>, Unbuildable> {
        if !self.checked.profile.calls.has(Endpoint::GetPortfolio) {
            return Ok(Vec::new());
        }
        let known = submissions.iter().filter_map(|submission| Some((submission.id, submission.reference?)));
        known
            .map(|(id, reference)| {
                let call = self.get_call(reference, moment)?;
                Ok(StatusRequest { covers: vec![id], call, page: 0, about: String::new() })
            })
            .collect()
    }

    /// What a portfolio that was read tells.
    pub(super) fn status_answer(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        let asked = submissions.iter().find(|submission| request.covers.contains(&submission.id));
        let Some(submission) = asked else { return Outcome::Done(page(Vec::new())) };
        match self.portfolio(reply, Scope::Account) {
            Ok(told) => Outcome::Done(page(vec![(submission.id, self.read_as(submission, &told))])),
            Err(Failure::Refused(refusal)) if refusal.class == Class::NotFound => Outcome::Done(page(Vec::new())),
            Err(Failure::Refused(refusal)) if refusal.is_fault_of_settings() => {
                let detail = "The provider has no such path as the account's profile names for get_portfolio.";
                let reading = only_noted(submission, AttentionCode::ProviderProfileWrong, detail);
                Outcome::Done(page(vec![(submission.id, reading)]))
            }
            Err(failure) => failure.outcome(),
        }
    }

    /// The portfolio in an answer of 3.5.
    pub(super) fn portfolio(&self, reply: &Reply, scope: Scope<'_>) -> Result<told::Portfolio, Failure> {
        let profile = &self.checked.profile;
        let answer = self.accepted(Endpoint::GetPortfolio, reply, scope)?;
        let portfolio = told::first(&answer, &profile.response.portfolio).filter(|found| found.is_object());
        let read = portfolio.map(|found| told::Portfolio::in_answer(found, &profile.callback, &profile.response));
        read.ok_or_else(|| unreadable(Endpoint::GetPortfolio))
    }

    /// The portfolios in an answer of 3.6.
    pub(super) fn portfolios(&self, reply: &Reply, scope: Scope<'_>) -> Result<Vec<told::Portfolio>, Failure> {
        let profile = &self.checked.profile;
        let answer = self.accepted(Endpoint::FindPortfolio, reply, scope)?;
        let listed = told::first(&answer, &profile.response.portfolios).and_then(Value::as_array);
        let read = |found| told::Portfolio::in_answer(found, &profile.callback, &profile.response);
        listed.map(|all| all.iter().map(read).collect()).ok_or_else(|| unreadable(Endpoint::FindPortfolio))
    }
}

fn page(readings: Vec<(domain::ids::SubmissionId, domain::facts::Reading)>) -> StatusPage {
    StatusPage { readings, next: None }
}

fn unreadable(endpoint: Endpoint) -> Failure {
    Failure::Unknown(domain::outcome::Doubt {
        reason: "The provider said yes and told no portfolio.".to_owned(),
        code: Some(format!("{}/no_portfolio", endpoint.name())),
    })
}
