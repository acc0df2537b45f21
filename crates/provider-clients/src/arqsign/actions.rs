//! What can be done with a process that was sent: cancel it, send it again, correct a signer.
//! Source: contract sections 2.6 and 2.7.

use domain::envelope::{Authentication, Delivery, RecipientSpec, Role, SignatureLevel};
use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::outcome::{Class, Outcome};
use domain::states::RecipientStatus;
use domain::values::Phone;
use serde_json::{Map, Value, json};

use super::ArqAccount;
use super::blame::Scope;
use super::contacts::{Contact, contact, gets_link, signers, written};
use super::endpoints::Endpoint;
use super::limits::{EMAIL_CHARS, NAME_CHARS, is_longer, too_long};
use super::linking::{not_there_yet, process_of, recipient_id};
use super::messages::{says_canceled, says_deleted};
use super::options::RecipientOptions;
use super::recipient::{code_channel, level};
use super::settings::CancelBody;
use crate::call::{Body, Call};
use crate::provider::{Correction, Moment, SubmissionView, Then, Unbuildable};
use crate::reply::Reply;

impl ArqAccount {
    /// The call that cancels the process. Repeating it is harmless: the second is told that it is canceled.
    pub(super) fn cancel_call(&self, submission: &SubmissionView<'_>) -> Result<Call, Unbuildable> {
        let call = self.call(Endpoint::Cancel, Some(process(submission)?))?;
        Ok(match self.checked.settings.cancel_body {
            CancelBody::None => call,
            CancelBody::EmptyObject => call.body(Body::Json(json!({}))),
        })
    }

    /// What the answer to a cancellation means.
    pub(super) fn canceled(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<()> {
        let canceled_before = reply.status == 422 && says_canceled(&self.said(reply).text);
        if reply.is_success() || canceled_before {
            return Outcome::Done(());
        }
        self.failure(Endpoint::Cancel, reply, Scope::Submission(submission))
    }

    /// The call that sends the process to everybody of the current turn again. The deadline moves with it.
    pub(super) fn remind_call(&self, submission: &SubmissionView<'_>) -> Result<Call, Unbuildable> {
        self.links_stay(submission, "A reminder")?;
        self.resend_call(submission, Vec::new())
    }

    /// What the answer to a reminder means.
    pub(super) fn reminded(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        self.resent(submission, moment, reply, Scope::Submission(submission))
    }

    /// What an answer of 2.7 means. That a process which was just created does not exist is not believed (A18).
    fn resent(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
        scope: Scope<'_>,
    ) -> Outcome<Then> {
        if reply.is_success() {
            return Outcome::Done(Then::Done);
        }
        let not_there = reply.status == 400 && !says_deleted(&self.said(reply).text);
        match self.failure(Endpoint::Resend, reply, scope) {
            Outcome::Refused(refusal)
                if refusal.class == Class::NotFound && not_there && self.is_fresh(submission, moment) =>
            {
                Outcome::Refused(not_there_yet(refusal))
            }
            other @ (Outcome::Done(_)
            | Outcome::Refused(_)
            | Outcome::SessionExpired
            | Outcome::NotSent { .. }
            | Outcome::Unknown(_)) => other,
        }
    }

    /// The call that corrects a signer who has not signed. The vendor notifies the pending signers again with it.
    pub(super) fn correct_call(
        &self,
        recipient: RecipientId,
        correction: &Correction,
        submission: &SubmissionView<'_>,
    ) -> Result<Call, Unbuildable> {
        let order = submission.order;
        let found = order.recipients.iter().enumerate().find(|(_, r)| r.id == recipient);
        let (index, spec) = found
            .map(|(index, r)| (index, &r.spec))
            .ok_or_else(|| Unbuildable::Defect("The order does not have this recipient.".to_owned()))?;
        let at = |member: &str| format!("/recipients/{index}{member}");
        if spec.role != Role::Signer {
            let detail = "ArqSign corrects signers only.";
            return Err(refused(Finding::error("correct_unsupported", at(""), detail)));
        }
        self.links_stay(submission, "A correction")?;
        let Some(id) = recipient_id(submission, recipient) else {
            let detail = "ArqSign's id of this recipient is not known, so they cannot be corrected there.";
            return Err(refused(Finding::error("recipient_not_linked", at(""), detail)));
        };
        let mut entry = Map::new();
        entry.insert("idProcessoDestinatario".to_owned(), json!(id));
        let mut findings = Vec::new();
        self.correct_name(spec, correction, &at, &mut entry, &mut findings);
        self.correct_contact(spec, correction, &at, &mut entry, &mut findings);
        self.correct_code(spec, correction, &mut entry);
        if !findings.is_empty() {
            return Err(Unbuildable::Refused(findings));
        }
        if entry.len() == 1 {
            let detail = "ArqSign holds nothing of what is corrected here.";
            return Err(refused(Finding::error("nothing_to_correct", at(""), detail)));
        }
        self.resend_call(submission, vec![Value::Object(entry)])
    }

    /// What the answer to a correction means.
    pub(super) fn corrected(
        &self,
        recipient: RecipientId,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<Then> {
        let index = submission.order.recipients.iter().position(|r| r.id == recipient).unwrap_or_default();
        self.resent(submission, moment, reply, Scope::Recipient(submission, index))
    }

    /// 2.7 takes a bare array: empty to send again, with entries to edit.
    fn resend_call(&self, submission: &SubmissionView<'_>, entries: Vec<Value>) -> Result<Call, Unbuildable> {
        Ok(self.call(Endpoint::Resend, Some(process(submission)?))?.body(Body::Json(Value::Array(entries))))
    }

    /// Sending again renews the signers' tokens, so that a link that the caller shows would die (A15).
    fn links_stay(&self, submission: &SubmissionView<'_>, what: &str) -> Result<(), Unbuildable> {
        if !self.checked.settings.resend_invalidates_links {
            return Ok(());
        }
        let findings: Vec<Finding> = signers(submission.order)
            .filter(|(_, r)| gets_link(&r.spec) && !has_signed(submission, r.id))
            .map(|(index, _)| {
                let detail = format!("{what} at ArqSign would make the signing link of this recipient useless.");
                Finding::error("signing_link_would_die", format!("/recipients/{index}/delivery"), detail)
            })
            .collect();
        if findings.is_empty() { Ok(()) } else { Err(Unbuildable::Refused(findings)) }
    }

    fn correct_name(
        &self,
        spec: &RecipientSpec,
        correction: &Correction,
        at: &dyn Fn(&str) -> String,
        entry: &mut Map<String, Value>,
        findings: &mut Vec<Finding>,
    ) {
        let Some(name) = &correction.name else {
            let parts = [
                ("/given_name", &correction.given_name),
                ("/family_name", &correction.family_name),
                ("/second_family_name", &correction.second_family_name),
            ];
            let given = parts.into_iter().filter(|(_, part)| part.is_some());
            let detail = "ArqSign holds the full name only; correct `name`.";
            findings.extend(given.map(|(member, _)| Finding::error("name_parts_unsupported", at(member), detail)));
            return;
        };
        if is_longer(name, NAME_CHARS) {
            findings.push(too_long(at("/name"), NAME_CHARS));
        }
        entry.insert("nome".to_owned(), json!(name));
        // The name that was filled in at creation is another copy of it.
        if let Some(id) = spec.national_id.as_ref().filter(|_| level(spec) == SignatureLevel::Simple) {
            let key = self.checked.settings.resend_validate_key.name();
            let must_match = RecipientOptions::of(spec).validar_documento;
            let validate = self.checked.settings.bit_encoding.write(key, must_match);
            let holder = json!({ "nome": name, "numeroDocumento": id.value(), key: validate });
            entry.insert("dadosAssinatura".to_owned(), json!({ "signatario": holder }));
        }
    }

    fn correct_contact(
        &self,
        spec: &RecipientSpec,
        correction: &Correction,
        at: &dyn Fn(&str) -> String,
        entry: &mut Map<String, Value>,
        findings: &mut Vec<Finding>,
    ) {
        match contact(spec) {
            Some(Contact::Email(_)) | None => {
                let Some(email) = &correction.email else { return };
                if is_longer(email, EMAIL_CHARS) {
                    findings.push(too_long(at("/email"), EMAIL_CHARS));
                }
                entry.insert("idFormaEnvioProcesso".to_owned(), json!(1));
                entry.insert("email".to_owned(), json!(email));
            }
            Some(Contact::Phone(_)) => {
                let Some(phone) = &correction.phone else { return };
                entry.insert("idFormaEnvioProcesso".to_owned(), json!(2));
                entry.insert("telefone".to_owned(), json!(self.phone(phone)));
            }
        }
    }

    /// An access code that goes to the recipient's own address or phone follows the correction.
    fn correct_code(&self, spec: &RecipientSpec, correction: &Correction, entry: &mut Map<String, Value>) {
        for proof in &spec.authentication {
            let (told_by, own_phone) = match proof {
                Authentication::AccessCode { delivery, phone, .. } => (*delivery, phone.is_some()),
                Authentication::SmsOtp { .. }
                | Authentication::EmailOtp
                | Authentication::WhatsappOtp { .. }
                | Authentication::Certificate => continue,
            };
            let channel = json!(code_channel(told_by));
            match (told_by, &correction.email, &correction.phone) {
                (Some(Delivery::Email), Some(email), _) => {
                    entry.insert("idMeioEnvioCodigoSeguranca".to_owned(), channel);
                    entry.insert("emailSeguranca".to_owned(), json!(email));
                }
                (Some(Delivery::Sms | Delivery::Whatsapp), _, Some(phone)) if !own_phone => {
                    entry.insert("idMeioEnvioCodigoSeguranca".to_owned(), channel);
                    entry.insert("telefoneSeguranca".to_owned(), json!(self.phone(phone)));
                }
                (Some(Delivery::Email | Delivery::Sms | Delivery::Whatsapp | Delivery::None) | None, _, _) => {}
            }
        }
    }

    fn phone(&self, text: &str) -> String {
        let parsed = text.parse::<Phone>();
        parsed.map_or_else(|_| text.to_owned(), |phone| written(&phone, self.checked.settings.phone_format))
    }
}

fn refused(finding: Finding) -> Unbuildable {
    Unbuildable::Refused(vec![finding])
}

fn process<'a>(submission: &SubmissionView<'a>) -> Result<&'a str, Unbuildable> {
    process_of(submission).ok_or_else(|| Unbuildable::Defect("The process has no id yet.".to_owned()))
}

fn has_signed(submission: &SubmissionView<'_>, id: RecipientId) -> bool {
    let told = submission.last.and_then(|last| last.recipients.iter().find(|r| r.recipient == id));
    told.is_some_and(|r| r.status == Some(RecipientStatus::Completed))
}
