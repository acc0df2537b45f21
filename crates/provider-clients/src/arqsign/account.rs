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

use super::send::CREATE_AND_SEND;
use super::settings::{MONTH_S, SendApiVersion};
use super::{ArqAccount, callback, limits, linking};
use crate::call::Call;
use crate::provider::transcript::Expectation;
use crate::provider::{
    Abilities, Account, AccountFacts, CallbackAnswer, CallbackReading, CallbackRequest, Cancels, Connection,
    Correction, Corrects, Fetch, FetchHistory, Fetched, Moment, Pace, PollPace, Prepared, Rate, Reminds, SeenToBy,
    Setup, StatusPage, StatusRequest, SubmissionView, Taken, Then, Told, Unbuildable, Verified, Verify, WebhookHealth,
};
use crate::reply::Reply;

impl Account for ArqAccount {
    fn limits(&self) -> Limits {
        limits::of(&self.checked.settings)
    }

    fn pace(&self) -> Pace {
        let settings = &self.checked.settings;
        let rates = settings.rate_limits;
        let reserved = rates.per_month.saturating_mul(rates.reserved_percent.min(100)) / 100;
        let window =
            |calls: u32, seconds: u64, reserved: u32| Rate { calls, per: Duration::from_secs(seconds), reserved };
        Pace {
            concurrency: settings.concurrency,
            longest_call: Duration::from_secs(settings.timeouts.send_s),
            polling: polled_every(settings.poll_interval_s),
            rates: vec![
                window(rates.per_second, 1, 0),
                window(rates.per_minute, 60, 0),
                window(rates.per_hour, 3600, 0),
                window(rates.per_month, MONTH_S, reserved),
            ],
            silence: Vec::new(),
            watch_after_end: None,
        }
    }

    /// While the webhook works, hardly ever: readings cost calls of a small quota.
    fn polling(&self, moment: &Moment<'_>) -> Vec<PollPace> {
        let settings = &self.checked.settings;
        let works = self.webhook_works(moment);
        polled_every(if works { settings.poll_interval_with_webhook_s } else { settings.poll_interval_s })
    }

    fn connection(&self) -> Connection {
        let connect_timeout = Duration::from_secs(self.checked.settings.timeouts.connect_s);
        Connection { connect_timeout, ..Connection::default() }
    }

    fn defaults(&self) -> (SignatureLevel, Delivery) {
        (SignatureLevel::Simple, Delivery::Email)
    }

    fn outgoing_urls(&self) -> Vec<(String, Url)> {
        let hosts = self.checked.settings.link_hosts.iter().enumerate().filter_map(|(index, host)| {
            let url = Url::parse(&format!("https://{host}/")).ok()?;
            Some((format!("/settings/link_hosts/{index}"), url))
        });
        std::iter::once(("/settings/base_url".to_owned(), self.checked.base.clone())).chain(hosts).collect()
    }

    fn check(&self, order: &Order) -> Vec<Finding> {
        self.findings(order)
    }

    /// The vendor ends a process after whole days; the broker cancels it at the asked deadline before that.
    fn abilities(&self) -> Abilities {
        Abilities {
            cancel: Cancels::ByCall,
            remind: Reminds::Everybody,
            corrects: Corrects::Transaction,
            callbacks: self.checked.settings.webhook.enabled || self.keys.webhook.is_some(),
            expiry: SeenToBy::Broker,
            reminders: SeenToBy::Provider,
            evidence: true,
            signing_url: self.checked.settings.send_api_version == SendApiVersion::V3,
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
        if !linking::is_step(&step.id) {
            return Err(Unbuildable::Defect("ArqSign has no such step.".to_owned()));
        }
        if step.id == CREATE_AND_SEND {
            self.send_request(submission, moment).map(Prepared::from)
        } else {
            self.link_request(submission)
        }
    }

    fn reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput> {
        if step.id == CREATE_AND_SEND {
            self.send_reply(submission, moment, reply)
        } else {
            self.link_reply(submission, moment, reply)
        }
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
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        self.status_answer(request, submissions, moment, reply)
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

    fn fetch_reply(&self, offer: &ArtifactOffer, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<Fetched> {
        self.fetched(offer, submission, reply)
    }

    fn callback(&self, request: &CallbackRequest, moment: &Moment<'_>) -> CallbackReading {
        self.callback_reading(request, moment)
    }

    fn told(&self, request: &CallbackRequest, submission: &SubmissionView<'_>, _: &Moment<'_>) -> Told {
        self.told_by(request, submission)
    }

    fn callback_answer(&self, _: &CallbackRequest, taken: Taken) -> CallbackAnswer {
        callback::answer(taken)
    }

    fn setup(&self, moment: &Moment<'_>) -> Result<Setup, Unbuildable> {
        self.next_setup(moment)
    }

    fn setup_reply(&self, call: &Call, moment: &Moment<'_>, reply: &Reply) -> Outcome<AccountFacts> {
        self.setup_answer(call, moment, reply)
    }

    fn webhook_health(&self, moment: &Moment<'_>) -> Option<WebhookHealth> {
        self.health(moment)
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
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        self.corrected(recipient, submission, moment, reply)
    }

    fn cancel_request(
        &self,
        submission: &SubmissionView<'_>,
        _: Option<&str>,
        _: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.cancel_call(submission)
    }

    fn cancel_reply(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<()> {
        self.canceled(submission, reply)
    }

    fn remind_request(
        &self,
        _: &[RecipientId],
        submission: &SubmissionView<'_>,
        _: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        self.remind_call(submission)
    }

    fn remind_reply(
        &self,
        submission: &SubmissionView<'_>,
        _: &Call,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        self.reminded(submission, moment, reply)
    }

    fn operation_request(&self, name: &str, input: &Value, _: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.operation_call(name, input)
    }

    fn operation_reply(&self, name: &str, reply: &Reply) -> Outcome<Value> {
        self.operation_result(name, reply)
    }

    fn expectations(&self) -> Vec<Expectation> {
        super::expectations::all()
    }
}

/// The same pause at every age.
fn polled_every(seconds: u64) -> Vec<PollPace> {
    vec![PollPace { until_age: Duration::from_secs(315_360_000), every: Duration::from_secs(seconds) }]
}
