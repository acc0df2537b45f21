//! The provider contract, answered by the modules beside this one.

use std::time::Duration;

use domain::capability::Limits;
use domain::envelope::{Delivery, SignatureLevel};
use domain::facts::ArtifactOffer;
use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::order::Order;
use domain::outcome::Outcome;
use domain::states::SubmissionState;
use domain::steps::{Step, StepOutput, SubmissionPlan};
use serde_json::Value;
use url::Url;

use super::GofirmexAccount;
use super::endpoint::Endpoint;
use crate::call::Call;
use crate::provider::transcript::Expectation;
use crate::provider::{
    Abilities, Account, CallbackAnswer, CallbackReading, CallbackRequest, Cancels, Connection, Corrects, Fetch,
    FetchHistory, Fetched, LookUpPage, LookUpState, Moment, Pace, PollPace, Prepared, Reminds, SeenToBy, Silence,
    StatusPage, StatusRequest, SubmissionView, Taken, Then, Told, Unbuildable, Verified, Verify,
};
use crate::reply::Reply;

const HOUR_S: u64 = 3600;

impl Account for GofirmexAccount {
    fn limits(&self) -> Limits {
        let limits = self.checked.profile.limits;
        Limits {
            max_document_bytes: Some(limits.max_document_bytes),
            max_recipients: Some(limits.max_recipients),
            documents_per_submission: Some(limits.max_documents),
            ..Limits::NONE
        }
    }

    /// Where the vendor cannot be read, its silence is the only sign that a callback was lost.
    fn pace(&self) -> Pace {
        let (profile, times) = (&self.checked.profile, self.timeouts());
        let readable = profile.calls.has(Endpoint::GetPortfolio);
        let polling = self.checked.settings.polling.iter().filter(|_| readable);
        let silence = |up_to, hours: u64| Silence { up_to, longest: Duration::from_secs(hours.saturating_mul(HOUR_S)) };
        Pace {
            concurrency: profile.concurrency,
            longest_call: Duration::from_secs(times.upload_s.max(times.call_s)),
            polling: polling
                .map(|p| PollPace {
                    until_age: Duration::from_secs(p.until_age_s),
                    every: Duration::from_secs(p.every_s),
                })
                .collect(),
            rates: Vec::new(),
            silence: vec![
                silence(SubmissionState::Submitted, times.acceptance_timeout_h),
                silence(SubmissionState::Finalizing, times.completion_timeout_h),
            ],
            watch_after_end: None,
        }
    }

    fn connection(&self) -> Connection {
        let connect_timeout = Duration::from_secs(self.timeouts().connect_s);
        Connection { connect_timeout, ..Connection::default() }
    }

    fn defaults(&self) -> (SignatureLevel, Delivery) {
        let profile = &self.checked.profile;
        let email = profile.notification_codes.email.is_some();
        (profile.lowest_level(), if email { Delivery::Email } else { Delivery::None })
    }

    fn outgoing_urls(&self) -> Vec<(String, Url)> {
        vec![("/settings/base_url".to_owned(), self.checked.base.clone())]
    }

    fn check(&self, order: &Order) -> Vec<Finding> {
        self.findings(order)
    }

    fn abilities(&self) -> Abilities {
        let calls = &self.checked.profile.calls;
        let by_broker = |endpoint| if calls.has(endpoint) { SeenToBy::Broker } else { SeenToBy::Nobody };
        Abilities {
            cancel: if calls.has(Endpoint::CancelPortfolio) { Cancels::ByCall } else { Cancels::No },
            remind: if calls.has(Endpoint::Resend) { Reminds::Named } else { Reminds::Nobody },
            corrects: Corrects::Nothing,
            callbacks: true,
            expiry: by_broker(Endpoint::CancelPortfolio),
            reminders: by_broker(Endpoint::Resend),
            evidence: false,
            signing_url: true,
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
        self.step_call(step, submission, moment).map(Prepared::from)
    }

    fn reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        _: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        self.step_reply(step, submission, reply)
    }

    fn look_up_request(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        _: &LookUpState,
    ) -> Result<Call, Unbuildable> {
        self.look_up_call(step, submission, moment)
    }

    fn look_up_reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        _: &LookUpState,
        reply: &Reply,
    ) -> Outcome<LookUpPage> {
        self.look_up_answer(step, submission, reply)
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
        _: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        self.status_answer(request, submissions, reply)
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

    fn archive_members(
        &self,
        offer: &ArtifactOffer,
        submission: &SubmissionView<'_>,
        names: &[String],
    ) -> Vec<Option<String>> {
        self.members(offer, submission, names)
    }

    fn callback(&self, request: &CallbackRequest, _: &Moment<'_>) -> CallbackReading {
        self.callback_reading(request)
    }

    fn told(&self, request: &CallbackRequest, submission: &SubmissionView<'_>, _: &Moment<'_>) -> Told {
        self.callback_told(request, submission)
    }

    fn callback_answer(&self, _: &CallbackRequest, taken: Taken) -> CallbackAnswer {
        self.callback_reply(taken)
    }

    fn verify_request(&self, moment: &Moment<'_>) -> Result<Verify, Unbuildable> {
        self.verification(moment)
    }

    fn verify_reply(&self, reply: &Reply) -> Outcome<Verified> {
        self.verified(reply)
    }

    fn cancel_request(
        &self,
        submission: &SubmissionView<'_>,
        reason: Option<&str>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.cancel_call(submission, reason, moment)
    }

    fn cancel_reply(&self, _: &SubmissionView<'_>, reply: &Reply) -> Outcome<()> {
        self.canceled(reply)
    }

    fn remind_request(
        &self,
        recipients: &[RecipientId],
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.remind_call(recipients, submission, moment)
    }

    fn remind_reply(
        &self,
        submission: &SubmissionView<'_>,
        call: &Call,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        self.reminded(submission, call, moment, reply)
    }

    fn operation_request(&self, name: &str, input: &Value, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.operation_call(name, input, moment)
    }

    fn operation_reply(&self, name: &str, reply: &Reply) -> Outcome<Value> {
        self.operation_result(name, reply)
    }

    fn expectations(&self) -> Vec<Expectation> {
        super::expectations::all(&self.checked.profile)
    }
}
