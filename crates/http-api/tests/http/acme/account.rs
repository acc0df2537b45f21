//! An account at Acme Sign: `PUT /envelopes/{id}` sends under an id of the caller's choice, `GET` reads, `…/file` fetches.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::capability::{Feature, Limits};
use domain::checks::asked_features;
use domain::envelope::{Delivery, SignatureLevel};
use domain::facts::{ArtifactKind, ArtifactOffer, Reading, RecipientReading};
use domain::finding::Finding;
use domain::order::{Order, options_of};
use domain::outcome::{Class, Doubt, Outcome, Refusal};
use domain::states::{RecipientStatus, SubmissionState};
use domain::steps::{Start, Step, StepOutput, SubmissionPlan};
use provider_clients::call::{Body, Call, Content, FileRef, FileSource, Method, ReplyTo};
use provider_clients::provider::{
    Abilities, Account, CallbackAnswer, CallbackReading, CallbackRequest, Cancels, Corrects, Fetch, FetchHistory,
    Fetched, Moment, Pace, PollPace, Prepared, Reminds, SeenToBy, StatusPage, StatusRequest, SubmissionView, Taken,
    Unbuildable, Verified, Verify,
};
use provider_clients::reply::Reply;
use serde_json::{Value, json};
use url::Url;

/// What Acme has; everything else is refused, or told to be lost.
const HAS: [Feature; 4] =
    [Feature::SeveralSigners, Feature::ParallelOrder, Feature::LevelSimple, Feature::DeliveryEmail];

pub struct AcmeAccount {
    pub base: Url,
    pub key: String,
}

impl AcmeAccount {
    fn call(&self, endpoint: &'static str, method: Method, path: &str) -> Result<Call, Unbuildable> {
        let url = self.base.join(path).map_err(|error| Unbuildable::Defect(error.to_string()))?;
        Ok(Call::new(endpoint, method, url).secret_header("authorization", format!("Bearer {}", self.key)))
    }
}

/// What an answer means, once: its JSON, a refusal, or a doubt.
fn read(reply: &Reply) -> Outcome<Value> {
    let class = match reply.status {
        200..300 => {
            let unreadable = || Outcome::Unknown(Doubt::new("The answer is no JSON."));
            return serde_json::from_slice(reply.bytes()).map_or_else(|_| unreadable(), Outcome::Done);
        }
        401 => Class::Authentication,
        400..500 => Class::InvalidRequest,
        status => return Outcome::Unknown(Doubt::new(format!("HTTP status {status}."))),
    };
    let code = format!("acme/http_{}", reply.status);
    Outcome::Refused(Refusal { class, code, message: String::new(), blames: Vec::new(), retry_after: None })
}

/// Acme's words in ours.
fn reading(word: &str, submission: &SubmissionView<'_>) -> Reading {
    let (state, person) = match word {
        "open" => (Some(SubmissionState::Sent), Some(RecipientStatus::Sent)),
        "signed" => (Some(SubmissionState::Finalizing), Some(RecipientStatus::Completed)),
        _ => (None, None),
    };
    let signed = ArtifactOffer {
        kind: ArtifactKind::SignedDocument,
        documents: submission.documents.to_vec(),
        recipient: None,
        part: None,
        filename: "signed.pdf".to_owned(),
        source: submission.id.to_string(),
        essential: true,
    };
    Reading {
        acted: word == "signed",
        recipients: submission.recipients.iter().map(|id| RecipientReading::of(*id, person)).collect(),
        artifacts: Some(signed).filter(|_| word == "signed").into_iter().collect(),
        ..Reading::of(state, word)
    }
}

impl Account for AcmeAccount {
    fn limits(&self) -> Limits {
        Limits {
            max_document_bytes: Some(10_000_000),
            max_recipients: Some(10),
            documents_per_submission: Some(1),
            max_message_chars: None,
            max_phone_chars: None,
        }
    }

    fn pace(&self) -> Pace {
        let always = PollPace { until_age: Duration::MAX, every: Duration::from_millis(50) };
        Pace {
            concurrency: 2,
            longest_call: Duration::from_secs(30),
            polling: vec![always],
            rates: Vec::new(),
            silence: Vec::new(),
            watch_after_end: None,
        }
    }

    fn defaults(&self) -> (SignatureLevel, Delivery) {
        (SignatureLevel::Simple, Delivery::Email)
    }

    fn outgoing_urls(&self) -> Vec<(String, Url)> {
        vec![("/settings/base_url".to_owned(), self.base.clone())]
    }

    fn check(&self, order: &Order) -> Vec<Finding> {
        let lacking = asked_features(order).into_iter().filter(|feature| !HAS.contains(feature));
        lacking
            .map(|feature| {
                let finding = if feature.is_binding() { Finding::error } else { Finding::warning };
                finding("not_at_acme", "", "Acme Sign does not have this.").about(feature)
            })
            .collect()
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
            own_page: false,
        }
    }

    fn submissions(&self, order: &Order) -> Vec<SubmissionPlan> {
        vec![SubmissionPlan {
            ordinal: 0,
            documents: order.documents.iter().map(|document| document.id).collect(),
            recipients: order.recipients.iter().map(|recipient| recipient.id).collect(),
            start: Start::AtOnce,
            // A second PUT of one id changes nothing and mails nobody.
            steps: vec![Step::repeatable("put_envelope").making_live()],
            clean_up: Vec::new(),
        }]
    }

    fn request(&self, _: &Step, submission: &SubmissionView<'_>, moment: &Moment<'_>) -> Result<Prepared, Unbuildable> {
        let order = submission.order;
        let document = order.documents.first().ok_or_else(|| Unbuildable::Defect("No document.".to_owned()))?;
        let token = format!("{:?}", moment.random);
        let signers: Vec<_> = order.recipients.iter().filter_map(|it| it.spec.email.as_ref()).collect();
        let template = json!({
            "title": order.spec.subject,
            "priority": options_of(&order.spec.provider_options, "acme")["priority"],
            "signers": signers.iter().map(|email| email.as_str()).collect::<Vec<_>>(),
            "file": token,
        });
        let file = FileRef::plain(FileSource::Document(document.id), document.size);
        let body = Body::JsonWithFiles { template, files: vec![(token, file)] };
        let call = self.call("put_envelope", Method::Put, &format!("envelopes/{}", submission.id))?;
        Ok(Prepared::from(call.body(body)))
    }

    fn reply(&self, _: &Step, submission: &SubmissionView<'_>, _: &Moment<'_>, reply: &Reply) -> Outcome<StepOutput> {
        read(reply).map(|told| {
            let reading = reading(told["state"].as_str().unwrap_or_default(), submission);
            StepOutput { reading: Some(reading), ..StepOutput::reference(submission.id.to_string()) }
        })
    }

    fn status_requests(
        &self,
        submissions: &[SubmissionView<'_>],
        _: &Moment<'_>,
    ) -> Result<Vec<StatusRequest>, Unbuildable> {
        let about = |submission: &SubmissionView<'_>| {
            let call = self.call("get_envelope", Method::Get, &format!("envelopes/{}", submission.id))?;
            Ok(StatusRequest { covers: vec![submission.id], call, page: 0, about: String::new() })
        };
        submissions.iter().map(about).collect()
    }

    fn status_reply(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        _: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        read(reply).map(|told| {
            let word = told["state"].as_str().unwrap_or_default();
            let covered = submissions.iter().filter(|submission| request.covers.contains(&submission.id));
            StatusPage { readings: covered.map(|it| (it.id, reading(word, it))).collect(), next: None }
        })
    }

    fn fetch(
        &self,
        offer: &ArtifactOffer,
        _: &SubmissionView<'_>,
        _: &Moment<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable> {
        if history.direct_failed > 2 {
            return Ok(Fetch::GiveUp { reason: "Acme Sign does not give the file.".to_owned() });
        }
        let mut call = self.call("get_file", Method::Get, &format!("envelopes/{}/file", offer.source))?;
        call.reply_to = ReplyTo::Store { limit: 20_000_000, content: Content::Pdf };
        Ok(Fetch::Direct(Box::new(call)))
    }

    fn fetch_reply(&self, offer: &ArtifactOffer, _: &SubmissionView<'_>, reply: &Reply) -> Outcome<Fetched> {
        match reply.stored() {
            Some(file) => Outcome::Done(Fetched::Files(vec![(offer.key(), file.clone())])),
            None => read(reply).map(|_| Fetched::Files(Vec::new())),
        }
    }

    fn callback(&self, _: &CallbackRequest, _: &Moment<'_>) -> CallbackReading {
        CallbackReading::Forged
    }

    fn callback_answer(&self, _: &CallbackRequest, _: Taken) -> CallbackAnswer {
        CallbackAnswer { status: 404, content_type: "text/plain", body: String::new() }
    }

    fn verify_request(&self, _: &Moment<'_>) -> Result<Verify, Unbuildable> {
        Ok(Verify::Told(Verified { warnings: Vec::new(), details: BTreeMap::new() }))
    }
}
