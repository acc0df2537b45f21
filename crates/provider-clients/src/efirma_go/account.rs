//! The provider contract, answered by the modules beside this one.

use std::time::Duration;

use domain::capability::Limits;
use domain::envelope::{Delivery, SignatureLevel};
use domain::facts::ArtifactOffer;
use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::order::Order;
use domain::outcome::Outcome;
use domain::steps::{Step, StepOutput, SubmissionPlan};
use serde_json::{Value, json};
use url::Url;

use super::codes::Endpoint;
use super::send::SEND_DOCUMENT;
use super::{GoAccount, callback, expectations, limits};
use crate::call::Call;
use crate::provider::transcript::Expectation;
use crate::provider::{
    Abilities, Account, CallbackAnswer, CallbackReading, CallbackRequest, Cancels, Connection, Correction, Corrects,
    Fetch, FetchHistory, Fetched, LookUpPage, LookUpState, Moment, Pace, PollPace, Prepared, Reminds, SeenToBy,
    StatusPage, StatusRequest, SubmissionView, Taken, Then, Unbuildable, Verified, Verify,
};
use crate::reply::Reply;

impl Account for GoAccount {
    fn limits(&self) -> Limits {
        limits::of(&self.checked.settings)
    }

    fn pace(&self) -> Pace {
        let settings = &self.checked.settings;
        Pace {
            concurrency: settings.concurrency,
            longest_call: Duration::from_secs(settings.timeouts.send_s),
            polling: settings
                .polling
                .iter()
                .map(|p| PollPace {
                    until_age: Duration::from_secs(p.until_age_s),
                    every: Duration::from_secs(p.every_s),
                })
                .collect(),
            rates: Vec::new(),
            silence: Vec::new(),
            watch_after_end: None,
        }
    }

    fn connection(&self) -> Connection {
        let connect_timeout = Duration::from_secs(self.checked.settings.timeouts.connect_s);
        Connection { connect_timeout, ..Connection::default() }
    }

    fn defaults(&self) -> (SignatureLevel, Delivery) {
        (SignatureLevel::Simple, Delivery::Email)
    }

    fn outgoing_urls(&self) -> Vec<(String, Url)> {
        let hosts = self.checked.settings.artifact_hosts.iter().enumerate().filter_map(|(index, host)| {
            let url = Url::parse(&format!("https://{host}/")).ok()?;
            Some((format!("/settings/artifact_hosts/{index}"), url))
        });
        std::iter::once(("/settings/base_url".to_owned(), self.checked.base.clone())).chain(hosts).collect()
    }

    fn check(&self, order: &Order) -> Vec<Finding> {
        self.findings(order)
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            cancel: Cancels::No,
            remind: Reminds::Nobody,
            corrects: Corrects::Directory,
            callbacks: true,
            expiry: SeenToBy::Nobody,
            reminders: SeenToBy::Provider,
            evidence: true,
            signing_url: false,
            own_page: false,
        }
    }

    fn submissions(&self, order: &Order) -> Vec<SubmissionPlan> {
        self.plan(order)
    }

    fn request(&self, step: &Step, submission: &SubmissionView<'_>, _: &Moment<'_>) -> Result<Prepared, Unbuildable> {
        known(step)?;
        self.send_request(submission).map(Prepared::from)
    }

    fn reply(&self, _: &Step, submission: &SubmissionView<'_>, _: &Moment<'_>, reply: &Reply) -> Outcome<StepOutput> {
        self.send_reply(submission, reply)
    }

    fn look_up_request(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        _: &Moment<'_>,
        state: &LookUpState,
    ) -> Result<Call, Unbuildable> {
        known(step)?;
        self.look_up_call(submission, state)
    }

    fn look_up_reply(
        &self,
        _: &Step,
        submission: &SubmissionView<'_>,
        state: &LookUpState,
        reply: &Reply,
    ) -> Outcome<LookUpPage> {
        self.look_up_answer(submission, state, reply)
    }

    fn status_requests(
        &self,
        submissions: &[SubmissionView<'_>],
        _: &Moment<'_>,
    ) -> Result<Vec<StatusRequest>, Unbuildable> {
        self.status_calls(submissions)
    }

    fn status_reply(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        _: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        self.status_answer(request, submissions, reply)
    }

    fn fetch(
        &self,
        offer: &ArtifactOffer,
        submission: &SubmissionView<'_>,
        _: &Moment<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        self.next_fetch(offer, submission, history)
    }

    fn fetch_reply(&self, offer: &ArtifactOffer, _: &SubmissionView<'_>, reply: &Reply) -> Outcome<Fetched> {
        self.fetched(offer, reply)
    }

    /// The mark belongs to developer and client, so it is only set where nobody else uses these credentials.
    fn after_collection(&self, references: &[&str], _: &Moment<'_>) -> Option<Call> {
        if !self.checked.settings.exclusive_credentials || references.is_empty() {
            return None;
        }
        self.call(Endpoint::MarkDownloaded, None, json!({ "id_operacion": references })).ok()
    }

    fn callback(&self, request: &CallbackRequest, _: &Moment<'_>) -> CallbackReading {
        self.callback_reading(request)
    }

    fn callback_answer(&self, request: &CallbackRequest, taken: Taken) -> CallbackAnswer {
        callback::answer(request, taken)
    }

    fn verify_request(&self, _: &Moment<'_>) -> Result<Verify, Unbuildable> {
        self.verify_call().map(Verify::from)
    }

    fn verify_reply(&self, reply: &Reply) -> Outcome<Verified> {
        self.verified(reply)
    }

    fn correct_request(
        &self,
        recipient: RecipientId,
        correction: &Correction,
        submission: &SubmissionView<'_>,
        _: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.correct_call(recipient, correction, submission)
    }

    fn correct_reply(
        &self,
        recipient: RecipientId,
        submission: &SubmissionView<'_>,
        _: &Call,
        _: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        self.corrected(recipient, submission, reply).map(|()| Then::Done)
    }

    fn operation_request(&self, name: &str, input: &Value, _: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.operation_call(name, input)
    }

    fn operation_reply(&self, name: &str, reply: &Reply) -> Outcome<Value> {
        self.operation_result(name, reply)
    }

    fn expectations(&self) -> Vec<Expectation> {
        expectations::expectations()
    }
}

fn known(step: &Step) -> Result<(), Unbuildable> {
    if step.id == SEND_DOCUMENT { Ok(()) } else { Err(Unbuildable::Defect("efirma GO has no such step.".to_owned())) }
}
