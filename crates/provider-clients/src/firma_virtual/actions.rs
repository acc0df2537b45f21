//! What is done with a contract that is with its signers: deleting it, mailing the draft again, correcting a signer.
//! Source: contract sections 3.12 and 3.17 to 3.20.

use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::outcome::{Class, Outcome};
use domain::values::{Email, Phone};

use super::answer::Failure;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::settings::{DeleteMethod, MappedState};
use super::steps::contract_id;
use super::wire::sent;
use super::{FirmaAccount, VENDOR};
use crate::call::{Call, Method};
use crate::provider::{Correction, Moment, SubmissionView, Then, Unbuildable};
use crate::reply::Reply;

impl FirmaAccount {
    /// The call that deletes a contract: by the documented method, which is that of no other deletion.
    pub(super) fn delete_call(&self, contract: &str, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let method = match self.checked.settings.delete_method {
            DeleteMethod::Post => Method::Post,
            DeleteMethod::Delete => Method::Delete,
        };
        self.bare(Endpoint::DeleteContract, method, &["api", "v1", "contract", contract], moment)
    }

    /// What the answer to a deletion means; a contract that is not there is gone. `last_word` is the state that was read
    /// last: where it cannot be deleted, a bare `error` is a refusal and not a bad token.
    pub(super) fn deleted(&self, last_word: Option<&str>, reply: &Reply) -> Outcome<()> {
        match self.accepted(Endpoint::DeleteContract, reply, &Scope::Account) {
            Ok(_) => Outcome::Done(()),
            Err(Failure::Refused(refusal)) if refusal.class == Class::NotFound => Outcome::Done(()),
            Err(Failure::SessionExpired)
                if reply.status == 400 && !Self::is_among(last_word, &self.checked.settings.deletable_states) =>
            {
                Outcome::Refused(crate::shared::answers::refusal(
                    Endpoint::DeleteContract.name(),
                    "400",
                    Class::Conflict,
                    "The provider does not delete a contract in this state.",
                    Vec::new(),
                    reply,
                ))
            }
            Err(failure) => failure.outcome(),
        }
    }

    /// The call that mails the draft again, to everybody; only while the draft is with them.
    pub(super) fn remind_call(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let word = submission.last.map(|last| last.vendor_status.as_str());
        let beyond = word.and_then(|word| self.mapped(word)).is_some_and(|state| state != MappedState::Sent);
        if beyond {
            let detail = format!("{VENDOR} mails again only while the draft is with its signers.");
            return Err(Unbuildable::Refused(vec![Finding::error("too_late_to_remind", "/recipients", detail)]));
        }
        self.send_call(contract_id(submission)?, moment)
    }

    /// What the answer to a reminder means.
    pub(super) fn reminded(&self, reply: &Reply) -> Outcome<Then> {
        match self.accepted(Endpoint::SendDraft, reply, &Scope::Account) {
            Ok(_) => Outcome::Done(Then::Done),
            Err(failure) => failure.outcome(),
        }
    }

    /// The call that corrects a signer, who is found by RUT. It mails nobody.
    pub(super) fn correct_call(
        &self,
        recipient: RecipientId,
        correction: &Correction,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let found = submission.order.recipients.iter().enumerate().find(|(_, r)| r.id == recipient);
        let (index, known) =
            found.ok_or_else(|| Unbuildable::Defect("The recipient is not one of the order.".to_owned()))?;
        let at = |member: &str| format!("/recipients/{index}/{member}");
        let mut findings = Vec::new();
        let word = submission.last.map(|last| last.vendor_status.as_str());
        if !Self::is_among(word, &self.checked.settings.signer_editable_states) {
            let detail = format!("{VENDOR} corrects signers only until everybody has accepted the draft.");
            findings.push(Finding::error("too_late_to_correct", format!("/recipients/{index}"), detail));
        }
        if self.checked.qa_rut.is_some() {
            let detail = "With one RUT for everybody the provider cannot tell whom to correct.";
            findings.push(Finding::error("correct_ambiguous", format!("/recipients/{index}"), detail));
        }
        let parts = [
            ("given_name", &correction.given_name),
            ("family_name", &correction.family_name),
            ("second_family_name", &correction.second_family_name),
        ];
        for (member, _) in parts.iter().filter(|(_, part)| part.is_some() && correction.name.is_none()) {
            let detail = format!("{VENDOR} has the whole name only: correct `name`.");
            findings.push(Finding::error("name_whole_only", at(member), detail));
        }
        let mut spec = known.spec.clone();
        match correction.name.as_deref() {
            Some(name) if name.trim().is_empty() => {
                findings.push(Finding::error("blank", at("name"), "A name cannot be blank."));
            }
            Some(name) => name.clone_into(&mut spec.name),
            None => {}
        }
        match correction.email.as_deref().map(str::parse::<Email>) {
            Some(Ok(email)) => spec.email = Some(email),
            Some(Err(error)) => findings.push(Finding::error("email_invalid", at("email"), error.to_string())),
            None => {}
        }
        match correction.phone.as_deref().map(str::parse::<Phone>) {
            Some(Ok(phone)) if self.phone(&phone).is_none() => {
                let detail = "The account writes phones as Chilean national numbers, and this is none.";
                findings.push(Finding::error("phone_form", at("phone"), detail));
            }
            Some(Ok(phone)) => spec.phone = Some(phone),
            Some(Err(error)) => findings.push(Finding::error("phone_invalid", at("phone"), error.to_string())),
            None => {}
        }
        if !findings.is_empty() {
            return Err(Unbuildable::Refused(findings));
        }
        let (rut, email, phone) = self.identity(&spec)?;
        let body = sent::SignerOf {
            contractID: contract_id(submission)?,
            full_name: spec.name.trim(),
            email,
            rutId: &rut,
            phone: &phone,
        };
        self.with_json(Endpoint::UpdateSigner, Method::Post, &["api", "v1", "signer", "upd"], &body, moment)
    }

    /// What the answer to a correction means.
    pub(super) fn corrected(
        &self,
        recipient: RecipientId,
        submission: &SubmissionView<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        let index = submission.order.recipients.iter().position(|r| r.id == recipient);
        let scope = index.map_or(Scope::Account, Scope::Recipient);
        match self.accepted(Endpoint::UpdateSigner, reply, &scope) {
            Ok(_) => Outcome::Done(Then::Done),
            Err(failure) => failure.outcome(),
        }
    }
}
