//! The provider contract, answered by the modules beside this one.

use std::time::Duration;

use domain::capability::Limits;
use domain::envelope::{Delivery, SignatureLevel};
use domain::facts::ArtifactOffer;
use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::order::Order;
use domain::outcome::{Outcome, Refusal};
use domain::steps::{Step, StepOutput, SubmissionPlan};
use serde_json::Value;
use url::Url;

use super::check::MAX_SIGNERS;
use super::steps::contract_id;
use super::{FirmaAccount, callback, expectations};
use crate::call::Call;
use crate::provider::transcript::Expectation;
use crate::provider::{
    Abilities, Account, CallbackAnswer, CallbackReading, CallbackRequest, Cancels, Connection, Correction, Corrects,
    Fetch, FetchHistory, Fetched, LookUpPage, LookUpState, Moment, Pace, PollPace, Prepared, Reminds, SeenToBy,
    Session, StatusPage, StatusRequest, SubmissionView, Taken, Then, Told, Unbuildable, Verified, Verify,
};
use crate::reply::Reply;

impl Account for FirmaAccount {
    fn limits(&self) -> Limits {
        let settings = &self.checked.settings;
        Limits {
            max_document_bytes: Some(settings.max_document_bytes),
            max_recipients: u32::try_from(MAX_SIGNERS).ok(),
            documents_per_submission: Some(settings.max_documents),
            max_message_chars: None,
            // `^\+?[0-9]{8,15}$`
            max_phone_chars: Some(16),
        }
    }

    fn pace(&self) -> Pace {
        let settings = &self.checked.settings;
        let longest = settings.timeouts.upload_s.max(settings.timeouts.call_s);
        Pace {
            concurrency: settings.concurrency,
            longest_call: Duration::from_secs(longest),
            polling: settings
                .polling
                .iter()
                .map(|pace| PollPace {
                    until_age: Duration::from_secs(pace.until_age_s),
                    every: Duration::from_secs(pace.every_s),
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
        let files = self.address("x").map(|url| ("/settings/artifact_url_template".to_owned(), url));
        let base = ("/settings/base_url".to_owned(), self.checked.base.clone());
        let elsewhere = files.filter(|(_, url)| url.origin() != self.checked.base.origin());
        std::iter::once(base).chain(elsewhere).chain(hosts).collect()
    }

    fn check(&self, order: &Order) -> Vec<Finding> {
        self.findings(order)
    }

    fn abilities(&self) -> Abilities {
        let settings = &self.checked.settings;
        // Both in some states only (F18), and perhaps in none; with one RUT for everybody, nobody can be picked.
        let deletes = !settings.deletable_states.is_empty();
        let corrects = !settings.signer_editable_states.is_empty() && self.checked.qa_rut.is_none();
        Abilities {
            cancel: if deletes { Cancels::ByCall } else { Cancels::No },
            remind: Reminds::Everybody,
            corrects: if corrects { Corrects::Transaction } else { Corrects::Nothing },
            callbacks: true,
            expiry: if deletes { SeenToBy::Broker } else { SeenToBy::Nobody },
            reminders: SeenToBy::Broker,
            evidence: false,
            signing_url: false,
            own_page: false,
        }
    }

    fn submissions(&self, order: &Order) -> Vec<SubmissionPlan> {
        self.plan(order)
    }

    fn request(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Prepared, Unbuildable> {
        self.step_request(step, submission, moment)
    }

    fn reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        self.step_reply(step, submission, moment, reply)
    }

    fn look_up_request(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        state: &LookUpState,
    ) -> Result<Call, Unbuildable> {
        self.look_up_call(step, submission, moment, state)
    }

    fn look_up_reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        state: &LookUpState,
        reply: &Reply,
    ) -> Outcome<LookUpPage> {
        self.look_up_answer(step, submission, state, reply)
    }

    fn status_requests(
        &self,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
    ) -> Result<Vec<StatusRequest>, Unbuildable> {
        self.status_calls(submissions, moment)
    }

    fn status_reply(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        self.status_answer(request, submissions, moment, reply)
    }

    fn fetch(
        &self,
        offer: &ArtifactOffer,
        _: &SubmissionView<'_>,
        moment: &Moment<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        self.next_fetch(offer, moment, history)
    }

    fn fetch_reply(&self, offer: &ArtifactOffer, _: &SubmissionView<'_>, reply: &Reply) -> Outcome<Fetched> {
        self.fetched(offer, reply)
    }

    fn callback(&self, request: &CallbackRequest, _: &Moment<'_>) -> CallbackReading {
        self.callback_reading(request)
    }

    fn told(&self, request: &CallbackRequest, submission: &SubmissionView<'_>, _: &Moment<'_>) -> Told {
        self.callback_told(request, submission)
    }

    fn callback_answer(&self, _: &CallbackRequest, taken: Taken) -> CallbackAnswer {
        callback::answer(taken)
    }

    fn session_request(&self, _: &Moment<'_>) -> Option<Call> {
        self.login_call()
    }

    fn session_reply(&self, moment: &Moment<'_>, reply: &Reply) -> Outcome<Session> {
        self.logged_in(moment, reply)
    }

    fn session_refused(&self, call: &Call, reply: &Reply) -> Refusal {
        self.refused_for_good(call, reply)
    }

    fn verify_request(&self, moment: &Moment<'_>) -> Result<Verify, Unbuildable> {
        self.verify_call(moment).map(Verify::from)
    }

    fn verify_reply(&self, reply: &Reply) -> Outcome<Verified> {
        self.verified(reply)
    }

    fn correct_request(
        &self,
        recipient: RecipientId,
        correction: &Correction,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.correct_call(recipient, correction, submission, moment)
    }

    fn correct_reply(
        &self,
        recipient: RecipientId,
        submission: &SubmissionView<'_>,
        _: &Call,
        _: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        self.corrected(recipient, submission, reply)
    }

    fn cancel_request(
        &self,
        submission: &SubmissionView<'_>,
        _: Option<&str>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.delete_call(contract_id(submission)?, moment)
    }

    fn cancel_reply(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<()> {
        self.deleted(submission.last.map(|last| last.vendor_status.as_str()), reply)
    }

    fn remind_request(
        &self,
        _: &[RecipientId],
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.remind_call(submission, moment)
    }

    fn remind_reply(&self, _: &SubmissionView<'_>, _: &Call, _: &Moment<'_>, reply: &Reply) -> Outcome<Then> {
        self.reminded(reply)
    }

    fn operation_request(&self, name: &str, input: &Value, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.operation_call(name, input, moment)
    }

    fn operation_reply(&self, name: &str, reply: &Reply) -> Outcome<Value> {
        self.operation_result(name, reply)
    }

    fn expectations(&self) -> Vec<Expectation> {
        expectations::all()
    }
}
