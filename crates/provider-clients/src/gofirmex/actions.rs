//! Taking back, reminding, checking the credentials. Source: contract sections 3.7, 3.8 and 8.

use std::collections::BTreeMap;

use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::outcome::{Class, Outcome};
use serde_json::json;

use super::GofirmexAccount;
use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::wire::told;
use crate::call::{Body, Call};
use crate::provider::{Moment, SubmissionView, Then, Unbuildable, Verified, Verify};
use crate::reply::Reply;

/// What the fragment of a reminder's address lists: the places of the recipients who are still to be reminded. A
/// fragment never leaves this machine (RFC 9110, 4.2.5).
const STILL: &str = "still=";

impl GofirmexAccount {
    /// The call that takes a portfolio back.
    pub(super) fn cancel_call(
        &self,
        submission: &SubmissionView<'_>,
        reason: Option<&str>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let reason = reason.map(str::trim).filter(|reason| !reason.is_empty()).unwrap_or("Canceled by the sender.");
        self.naming(
            Endpoint::CancelPortfolio,
            &[("portfolio_id", reference(submission)?)],
            &[("reason", reason)],
            moment,
        )
    }

    /// What the answer to a cancellation means.
    pub(super) fn canceled(&self, reply: &Reply) -> Outcome<()> {
        match self.accepted(Endpoint::CancelPortfolio, reply, Scope::Account) {
            Ok(_) => Outcome::Done(()),
            Err(failure) => failure.outcome(),
        }
    }

    /// The call that reminds the first of these recipients; the others follow from its answer, one call each.
    pub(super) fn remind_call(
        &self,
        recipients: &[RecipientId],
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let order = submission.order;
        let places: Vec<usize> = (0..order.recipients.len())
            .filter(|index| order.recipients.get(*index).is_some_and(|r| recipients.contains(&r.id)))
            .collect();
        self.remind_places(&places, submission, moment)
    }

    fn remind_places(
        &self,
        places: &[usize],
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let nobody = || {
            let detail = "None of these recipients is a signer whom GoFirmex knows.";
            Unbuildable::Refused(vec![Finding::error("nobody_to_remind", "/recipients", detail)])
        };
        let (first, still) = places.split_first().ok_or_else(nobody)?;
        let id = submission.order.recipients.get(*first).and_then(|r| r.spec.national_id.as_ref());
        let nin = self.checked.profile.nin(id.ok_or_else(nobody)?);
        let named = [("portfolio_id", reference(submission)?), ("signer_nin", nin.as_str())];
        let mut call = self.naming(Endpoint::Resend, &named, &[], moment)?;
        if !still.is_empty() {
            let list: Vec<String> = still.iter().map(ToString::to_string).collect();
            call.url.set_fragment(Some(&format!("{STILL}{}", list.join(","))));
        }
        Ok(call)
    }

    /// What the answer to a reminder means: the next call, while there is somebody left.
    pub(super) fn reminded(
        &self,
        submission: &SubmissionView<'_>,
        call: &Call,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        if let Err(failure) = self.accepted(Endpoint::Resend, reply, Scope::Account) {
            return failure.outcome();
        }
        let list = call.url.fragment().and_then(|fragment| fragment.strip_prefix(STILL)).unwrap_or_default();
        let still: Vec<usize> = list.split(',').filter_map(|place| place.parse().ok()).collect();
        if still.is_empty() {
            return Outcome::Done(Then::Done);
        }
        match self.remind_places(&still, submission, moment) {
            Ok(next) => Outcome::Done(Then::Call(Box::new(next))),
            Err(_) => Outcome::Done(Then::Done),
        }
    }

    /// How the credentials are checked: here, and where the account allows it by a portfolio that must be refused.
    pub(super) fn verification(&self, moment: &Moment<'_>) -> Result<Verify, Unbuildable> {
        let token = self.token(moment.now)?;
        if !self.token_verifies(&token) {
            return Err(Unbuildable::Defect("The account's key does not verify its own signature.".to_owned()));
        }
        if self.checked.profile.verify_probe {
            let signers = self.checked.profile.fields.portfolio.signers.clone();
            let body = Body::Json(serde_json::Value::Object([(signers, json!([]))].into_iter().collect()));
            return self.sending(Endpoint::CreatePortfolio, &[], body, moment).map(Verify::from);
        }
        let warning = "The key signs, but GoFirmex has no call that does nothing, so it was not asked whether it knows \
                       the key. Set profile.verify_probe to ask it with a portfolio that it must refuse.";
        Ok(Verify::Told(Verified { warnings: vec![warning.to_owned()], details: self.key_facts() }))
    }

    /// What the answer to the probe says: a refusal of its content shows that the key was taken.
    pub(super) fn verified(&self, reply: &Reply) -> Outcome<Verified> {
        let verified = |warnings| Outcome::Done(Verified { warnings, details: self.key_facts() });
        match self.accepted(Endpoint::CreatePortfolio, reply, Scope::Account) {
            Err(Failure::Refused(refusal)) if refusal.class == Class::InvalidRequest => verified(Vec::new()),
            Err(failure) => failure.outcome(),
            Ok(answer) => {
                let made = told::text(&answer, &self.checked.profile.response.portfolio_id).is_some();
                let warning = "The provider took a portfolio without signers instead of refusing it (G29). It was not \
                               started and reaches nobody; set profile.verify_probe to false.";
                verified(if made { vec![warning.to_owned()] } else { Vec::new() })
            }
        }
    }

    fn key_facts(&self) -> BTreeMap<String, serde_json::Value> {
        let settings = &self.checked.settings;
        BTreeMap::from([
            ("user".to_owned(), json!(settings.user)),
            ("issuer".to_owned(), json!(settings.issuer)),
            ("key_bits".to_owned(), json!(self.checked.key.bits())),
        ])
    }
}

/// The adopted portfolio.
fn reference<'a>(submission: &SubmissionView<'a>) -> Result<&'a str, Unbuildable> {
    submission.reference.ok_or_else(|| Unbuildable::Defect("The portfolio's id is not known.".to_owned()))
}
