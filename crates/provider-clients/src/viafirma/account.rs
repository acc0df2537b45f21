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
use serde_json::Value;
use url::Url;

use super::ViafirmaAccount;
use super::attempts::GRACE;
use crate::call::Call;
use crate::provider::transcript::Expectation;
use crate::provider::{
    Abilities, Account, CallbackAnswer, CallbackReading, CallbackRequest, Cancels, Connection, Corrects, Fetch,
    FetchHistory, Fetched, Launch, Moment, Pace, PollPace, Prepared, Rate, Reminds, SeenToBy, StatusPage,
    StatusRequest, SubmissionView, Taken, Unbuildable, Verified, Verify,
};
use crate::reply::Reply;

/// A hundred years: the pause is the same at any age.
const ANY_AGE: Duration = Duration::from_secs(3_153_600_000);

impl Account for ViafirmaAccount {
    fn limits(&self) -> Limits {
        Limits {
            max_document_bytes: Some(self.settings().max_file_bytes),
            documents_per_submission: Some(self.settings().max_files),
            ..Limits::NONE
        }
    }

    fn pace(&self) -> Pace {
        let settings = self.settings();
        Pace {
            concurrency: settings.concurrency,
            longest_call: Duration::from_secs(settings.timeouts.add_file_s),
            polling: vec![PollPace { until_age: ANY_AGE, every: Duration::from_secs(settings.poll_interval_s) }],
            rates: vec![Rate {
                calls: settings.max_rps,
                per: Duration::from_secs(1),
                // One call of a second is kept for those who wait for an operation.
                reserved: u32::from(settings.max_rps > 1),
            }],
            silence: Vec::new(),
            watch_after_end: Some(
                Duration::from_secs(settings.operation_ttl_s).saturating_add(GRACE.to_std().unwrap_or_default()),
            ),
        }
    }

    fn connection(&self) -> Connection {
        Connection {
            connect_timeout: Duration::from_secs(self.settings().timeouts.connect_s),
            extra_root_pem: self.settings().ca_bundle_pem.clone(),
        }
    }

    fn defaults(&self) -> (SignatureLevel, Delivery) {
        (SignatureLevel::Advanced, Delivery::None)
    }

    fn outgoing_urls(&self) -> Vec<(String, Url)> {
        vec![
            ("/settings/service_base_url".to_owned(), self.checked.service_url.clone()),
            ("/settings/public_base_url".to_owned(), self.checked.public_url.clone()),
        ]
    }

    fn check(&self, order: &Order) -> Vec<Finding> {
        self.findings(order)
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            cancel: Cancels::Locally,
            remind: Reminds::Nobody,
            corrects: Corrects::Nothing,
            callbacks: false,
            expiry: SeenToBy::Broker,
            reminders: SeenToBy::Nobody,
            evidence: true,
            signing_url: true,
            own_page: true,
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
        _: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        self.step_reply(step, submission, reply)
    }

    fn status_requests(
        &self,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
    ) -> Result<Vec<StatusRequest>, Unbuildable> {
        self.questions(submissions, moment)
    }

    fn status_reply(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        self.answered(request, submissions, moment, reply)
    }

    fn fetch(
        &self,
        offer: &ArtifactOffer,
        _: &SubmissionView<'_>,
        _: &Moment<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        self.next_fetch(offer, history)
    }

    fn fetch_reply(&self, offer: &ArtifactOffer, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<Fetched> {
        self.fetched(offer, submission, reply)
    }

    /// The vendor calls nobody back. Source: contract section 4.
    fn callback(&self, _: &CallbackRequest, _: &Moment<'_>) -> CallbackReading {
        CallbackReading::Forged
    }

    fn callback_answer(&self, _: &CallbackRequest, _: Taken) -> CallbackAnswer {
        CallbackAnswer { status: 404, content_type: "text/plain; charset=utf-8", body: String::new() }
    }

    fn verify_request(&self, moment: &Moment<'_>) -> Result<Verify, Unbuildable> {
        self.verify_call(moment).map(Verify::from)
    }

    fn verify_reply(&self, reply: &Reply) -> Outcome<Verified> {
        self.verified(reply)
    }

    fn launch(&self, _: RecipientId, submission: &SubmissionView<'_>, moment: &Moment<'_>) -> Launch {
        self.offer(submission, moment)
    }

    fn operation_request(&self, name: &str, _: &Value, _: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.operation_call(name)
    }

    fn operation_reply(&self, _: &str, reply: &Reply) -> Outcome<Value> {
        self.operation_result(reply)
    }

    fn expectations(&self) -> Vec<Expectation> {
        self.assumed()
    }
}
