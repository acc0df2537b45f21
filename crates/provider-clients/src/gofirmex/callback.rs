//! Callbacks. Nothing at the vendor proves who calls, and most accounts have no call to read with, so a callback is
//! believed only of a portfolio that this account made and under the id that it gave. Source: contract section 4.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::attention::AttentionCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::GofirmexAccount;
use super::endpoint::Endpoint;
use super::reading::{Kind, only_noted};
use super::steps::submission_of;
use super::wire::told;
use crate::provider::{
    CallbackAbout, CallbackAnswer, CallbackReading, CallbackRequest, Correlation, CorrelationKey, SubmissionView,
    Taken, Told,
};
use crate::shared::json;

/// The part of the address that tells the kind, where the vendor wants an address for each.
const EVENT: &str = "event";

/// How the four words for rejections begin.
const REJECTION: &str = "REJECTED_BY_";

impl GofirmexAccount {
    /// What a callback is about.
    pub(super) fn callback_reading(&self, request: &CallbackRequest) -> CallbackReading {
        if !self.is_from_vendor(request) {
            return CallbackReading::Forged;
        }
        let Some((body, told)) = self.heard(request) else {
            return CallbackReading::Unreadable { reason: "It has no JSON object in it.".to_owned() };
        };
        let key = told.client_id.as_deref().and_then(submission_of);
        if told.id.is_none() && key.is_none() {
            return CallbackReading::Unreadable { reason: "It names no portfolio.".to_owned() };
        }
        let kind = self.kind(request, &body, &told);
        // Only what was started can be accepted, signed or completed; a rejection may be an orphan's expiration.
        let starts = kind.is_some_and(Kind::proves_start);
        let word = told.status.clone().or_else(|| kind.map(|kind| kind.word().to_owned()));
        CallbackReading::About(CallbackAbout {
            reference: told.id.clone(),
            correlation: key.map(|id| Correlation {
                key: CorrelationKey::Submission(id),
                adopts: starts,
                doubles: starts,
            }),
            word: word.unwrap_or_else(|| "unknown".to_owned()),
            delivered: None,
        })
    }

    /// What a callback tells about its submission.
    pub(super) fn callback_told(&self, request: &CallbackRequest, submission: &SubmissionView<'_>) -> Told {
        let Some((body, told)) = self.heard(request) else { return Told::Nothing };
        if !self.has_our_id(submission, &told) {
            let detail =
                "A callback about this portfolio does not carry the broker's id of it; nothing of it was taken.";
            return Told::Facts(Box::new(only_noted(submission, AttentionCode::UnknownCallback, detail)));
        }
        let readable = self.checked.profile.calls.has(Endpoint::GetPortfolio);
        match self.kind(request, &body, &told) {
            // Which document somebody signed is told here only.
            Some(Kind::Signed) if readable => {
                Told::FactsThenRead(Box::new(self.told_by(submission, Kind::Signed, &told)))
            }
            Some(_) if readable => Told::Read,
            Some(kind) => Told::Facts(Box::new(self.told_by(submission, kind, &told))),
            None => {
                let detail = "A callback was stored whose kind is not known.";
                let reading = Box::new(only_noted(submission, AttentionCode::UnknownCallback, detail));
                if readable { Told::FactsThenRead(reading) } else { Told::Facts(reading) }
            }
        }
    }

    /// The answer to a callback: the account's own once it is stored; anything but 2xx makes the vendor try again.
    pub(super) fn callback_reply(&self, taken: Taken) -> CallbackAnswer {
        let reply = &self.checked.profile.callback.reply;
        let (status, body) = match taken {
            Taken::Stored => (reply.status, reply.body.clone()),
            Taken::NotStored => (503, json!({ "success": false })),
            Taken::Forged => (401, json!({ "success": false })),
        };
        CallbackAnswer { status, content_type: "application/json", body: body.to_string() }
    }

    /// Whether it carries the header that was agreed, where one was.
    fn is_from_vendor(&self, request: &CallbackRequest) -> bool {
        let (Some(name), Some(secret)) = (&self.checked.profile.callback.auth_header, &self.checked.callback_secret)
        else {
            return true;
        };
        let given = request.headers.get(&name.to_ascii_lowercase());
        given.is_some_and(|given| verify_slices_are_equal(given.as_bytes(), secret.expose_secret().as_bytes()).is_ok())
    }

    fn heard(&self, request: &CallbackRequest) -> Option<(Value, told::Portfolio)> {
        let body = json::parse(&request.body).filter(Value::is_object)?;
        let told = told::Portfolio::in_callback(&body, &self.checked.profile.callback);
        Some((body, told))
    }

    /// Whether the broker's id in it is this submission's, of whichever attempt.
    fn has_our_id(&self, submission: &SubmissionView<'_>, told: &told::Portfolio) -> bool {
        if self.checked.profile.callback.client_portfolio_id.is_empty() {
            return true;
        }
        told.client_id.as_deref().and_then(submission_of) == Some(submission.id)
    }

    /// The kind: by the address, by the body's word, by its shape. Source: contract section 4.
    fn kind(&self, request: &CallbackRequest, body: &Value, told: &told::Portfolio) -> Option<Kind> {
        let by_address = request.query.get(EVENT).and_then(|word| self.named(word));
        let by_word = || told::text(body, &self.checked.profile.callback.event).and_then(|word| self.named(&word));
        by_address.or_else(by_word).or_else(|| shape(told))
    }

    fn named(&self, word: &str) -> Option<Kind> {
        let names = &self.checked.profile.callback.event_names;
        let kinds = [
            (Kind::Accepted, &names.portfolio_accepted),
            (Kind::Signed, &names.document_signed),
            (Kind::Completed, &names.portfolio_completed),
            (Kind::Rejected, &names.portfolio_rejected),
        ];
        kinds.into_iter().find(|(_, words)| words.iter().any(|known| known == word)).map(|(kind, _)| kind)
    }
}

fn shape(told: &told::Portfolio) -> Option<Kind> {
    if told.status.as_deref().is_some_and(|word| word.starts_with(REJECTION)) {
        Some(Kind::Rejected)
    } else if told.has_link() {
        Some(Kind::Completed)
    } else if told.signers.iter().any(|signer| signer.sign_url.is_some()) {
        Some(Kind::Accepted)
    } else if told.signed_by.is_some() && told.document.is_some() {
        Some(Kind::Signed)
    } else {
        None
    }
}
