//! An invented vendor without pages of its own: whatever is sent to it can be signed at once, by the link that the test sets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use broker::provider_clients::provider::{
    Abilities, Account, CallbackAnswer, CallbackReading, CallbackRequest, Cancels, Corrects, Fault, Fetch,
    FetchHistory, Fetched, Launch, Moment, OptionSchemas, Pace, Prepared, Profile, Provider, Reminds, SeenToBy,
    StatusPage, StatusRequest, SubmissionView, Taken, Unbuildable, Verified, Verify,
};
use broker::provider_clients::reply::Reply;
use domain::capability::Limits;
use domain::envelope::{Delivery, SignatureLevel};
use domain::facts::{ArtifactOffer, Reading, RecipientReading};
use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::order::Order;
use domain::outcome::{Doubt, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use domain::steps::{Start, Step, StepOutput, SubmissionPlan};
use serde_json::{Value, json};
use url::Url;

/// The vendor, and what its accounts offer signers now.
#[derive(Clone)]
pub struct PageVendor {
    profile: Profile,
    launch: Arc<Mutex<Launch>>,
}

impl PageVendor {
    pub fn new() -> Self {
        let open = json!({ "type": "object" });
        Self {
            profile: Profile {
                kind: "acme",
                display_name: "Acme Sign",
                country: "IS",
                description: "Invented.",
                settings_schema: open.clone(),
                credentials_schema: open.clone(),
                options: OptionSchemas { envelope: open.clone(), recipient: open.clone(), document: open },
                operations: Vec::new(),
            },
            launch: Arc::new(Mutex::new(Launch::Ready { link: "acmesign://go?ticket=77".to_owned() })),
        }
    }

    pub fn offers(&self, launch: Launch) {
        *self.launch.lock().unwrap() = launch;
    }
}

impl Provider for PageVendor {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn open(&self, _: &Value, _: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
        Ok(Arc::new(self.clone()))
    }
}

fn no_call<T>() -> Result<T, Unbuildable> {
    Err(Unbuildable::Defect("Acme is never called".to_owned()))
}

fn no_answer<T>() -> Outcome<T> {
    Outcome::Unknown(Doubt::new("Acme never answers"))
}

impl Account for PageVendor {
    fn limits(&self) -> Limits {
        Limits {
            max_document_bytes: None,
            max_recipients: None,
            documents_per_submission: None,
            max_message_chars: None,
            max_phone_chars: None,
        }
    }

    fn pace(&self) -> Pace {
        Pace {
            concurrency: 1,
            longest_call: Duration::from_secs(1),
            polling: Vec::new(),
            rates: Vec::new(),
            silence: Vec::new(),
            watch_after_end: None,
        }
    }

    fn defaults(&self) -> (SignatureLevel, Delivery) {
        (SignatureLevel::Advanced, Delivery::None)
    }

    fn outgoing_urls(&self) -> Vec<(String, Url)> {
        Vec::new()
    }

    fn check(&self, _: &Order) -> Vec<Finding> {
        Vec::new()
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            cancel: Cancels::No,
            remind: Reminds::Nobody,
            corrects: Corrects::Nothing,
            callbacks: false,
            expiry: SeenToBy::Nobody,
            reminders: SeenToBy::Nobody,
            evidence: false,
            signing_url: false,
            own_page: true,
        }
    }

    fn submissions(&self, order: &Order) -> Vec<SubmissionPlan> {
        vec![SubmissionPlan {
            ordinal: 0,
            documents: order.documents.iter().map(|document| document.id).collect(),
            recipients: order.recipients.iter().map(|recipient| recipient.id).collect(),
            start: Start::AtOnce,
            steps: vec![Step::repeatable("prepare")],
            clean_up: Vec::new(),
        }]
    }

    fn request(&self, _: &Step, submission: &SubmissionView<'_>, _: &Moment<'_>) -> Result<Prepared, Unbuildable> {
        let of = |recipient: &RecipientId| RecipientReading::of(*recipient, Some(RecipientStatus::Sent));
        let reading = Reading {
            recipients: submission.recipients.iter().map(of).collect(),
            ..Reading::of(Some(SubmissionState::Sent), "WAITING")
        };
        let reference = format!("acme-secret-{}", submission.attempt);
        Ok(Prepared::Known(StepOutput { reading: Some(reading), ..StepOutput::reference(reference) }))
    }

    fn reply(&self, _: &Step, _: &SubmissionView<'_>, _: &Moment<'_>, _: &Reply) -> Outcome<StepOutput> {
        no_answer()
    }

    fn status_requests(&self, _: &[SubmissionView<'_>], _: &Moment<'_>) -> Result<Vec<StatusRequest>, Unbuildable> {
        Ok(Vec::new())
    }

    fn status_reply(
        &self,
        _: &StatusRequest,
        _: &[SubmissionView<'_>],
        _: &Moment<'_>,
        _: &Reply,
    ) -> Outcome<StatusPage> {
        no_answer()
    }

    fn fetch(
        &self,
        _: &ArtifactOffer,
        _: &SubmissionView<'_>,
        _: &Moment<'_>,
        _: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        no_call()
    }

    fn fetch_reply(&self, _: &ArtifactOffer, _: &SubmissionView<'_>, _: &Reply) -> Outcome<Fetched> {
        no_answer()
    }

    fn callback(&self, _: &CallbackRequest, _: &Moment<'_>) -> CallbackReading {
        CallbackReading::Unreadable { reason: String::new() }
    }

    fn callback_answer(&self, _: &CallbackRequest, _: Taken) -> CallbackAnswer {
        CallbackAnswer { status: 200, content_type: "text/plain", body: String::new() }
    }

    fn verify_request(&self, _: &Moment<'_>) -> Result<Verify, Unbuildable> {
        no_call()
    }

    fn verify_reply(&self, _: &Reply) -> Outcome<Verified> {
        Outcome::Done(Verified { warnings: Vec::new(), details: BTreeMap::new() })
    }

    fn launch(&self, _: RecipientId, _: &SubmissionView<'_>, _: &Moment<'_>) -> Launch {
        self.launch.lock().unwrap().clone()
    }
}
