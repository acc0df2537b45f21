//! The callback of a contract. It carries no proof, so it is a hint: whatever it says, the contract is read.
//! Source: contract section 4.

use domain::facts::Reading;
use domain::ids::SubmissionId;
use serde_json::{Value, json};

use super::FirmaAccount;
use super::settings::MappedState;
use crate::provider::{
    CallbackAbout, CallbackAnswer, CallbackReading, CallbackRequest, Correlation, CorrelationKey, SubmissionView,
    Taken, Told,
};
use crate::shared::json::{at, parse, text};

impl FirmaAccount {
    /// What a callback is about: the contract's id, and the broker's own `s` while that is not known.
    pub(super) fn callback_reading(&self, request: &CallbackRequest) -> CallbackReading {
        let own = request.query.get("s").and_then(|text| SubmissionId::parse(text).ok());
        let body = parse(&request.body).filter(|body| body.is_object() || body.is_array());
        let pointers = &self.checked.settings.callback_pointers;
        let told = |pointers: &[String]| body.as_ref().and_then(|body| first(body, pointers));
        let (reference, word) = (told(&pointers.id), told(&pointers.status).unwrap_or_default());
        if body.is_none() {
            return CallbackReading::Unreadable { reason: "It has no JSON in it.".to_owned() };
        }
        if reference.is_none() && own.is_none() {
            return CallbackReading::Unreadable { reason: "It names no contract.".to_owned() };
        }
        // Another contract of the same submission reaches people once its draft went out; one that was created may do so.
        let is_unsent = self.mapped(&word) == Some(MappedState::Submitting);
        let harmless = is_unsent && self.checked.settings.orphan_contracts_acceptable;
        CallbackReading::About(CallbackAbout {
            reference,
            // Nothing proves who calls: what is in doubt is looked up at the vendor, never adopted from here.
            correlation: own.map(|id| Correlation {
                key: CorrelationKey::Submission(id),
                adopts: false,
                doubles: !harmless,
            }),
            word,
            delivered: None,
        })
    }

    /// An address of the signed document is kept where the account allows its host; the rest is read at the vendor.
    pub(super) fn callback_told(&self, request: &CallbackRequest, submission: &SubmissionView<'_>) -> Told {
        let body = parse(&request.body);
        let pointers = &self.checked.settings.callback_pointers.document_url;
        let url = body.as_ref().and_then(|body| first(body, pointers)).filter(|url| url.contains("://"));
        let (Some(url), Some(last)) = (url.filter(|url| self.address(url).is_some()), submission.last) else {
            return Told::Read;
        };
        // Nothing else of what is known may change by what is not proved.
        let mut reading = Reading::of(None, last.vendor_status.clone());
        let offer = self.offer(submission, &[]);
        let known = last.artifacts.iter().find(|known| known.key() == offer.key());
        let sources: Vec<&str> = std::iter::once(url.as_str())
            .chain(known.into_iter().flat_map(|known| known.source.lines()).filter(|line| !line.contains("://")))
            .collect();
        reading.artifacts = vec![self.offer(submission, &sources)];
        Told::FactsThenRead(Box::new(reading))
    }
}

/// The first of the places that holds something.
fn first(body: &Value, pointers: &[String]) -> Option<String> {
    pointers.iter().find_map(|pointer| at(body, pointer).and_then(text))
}

/// The answer that the vendor gets. It is not known to try again, and not to look at the answer (F28).
pub(super) fn answer(taken: Taken) -> CallbackAnswer {
    let (status, word) = match taken {
        Taken::Stored => (200, "ok"),
        Taken::NotStored => (503, "error"),
        Taken::Forged => (401, "error"),
    };
    CallbackAnswer { status, content_type: "application/json", body: json!({ "status": word }).to_string() }
}
