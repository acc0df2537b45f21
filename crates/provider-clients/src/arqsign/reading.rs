//! Reading a process: the status, and the signers only where they tell something more; every call counts.
//! Source: contract sections 2.3, 2.4, 2.5, 3 and 6.

use chrono::{DateTime, Utc};
use domain::attention::AttentionCode;
use domain::envelope::Role;
use domain::facts::{Note, Reading, RecipientReading};
use domain::order::Order;
use domain::outcome::{Class, Outcome};
use domain::states::{RecipientStatus, SubmissionState};
use serde_json::{Value, json};

use super::ArqAccount;
use super::blame::Scope;
use super::contacts::{signers, turn};
use super::endpoints::Endpoint;
use super::integrity::differences;
use super::linking::{not_there_yet, process_of};
use super::messages::says_deleted;
use super::overview::Overview;
use super::settings::DownloadMode;
use super::signers::{Signer, matched};
use super::wire::received;
use super::words::Status;
use crate::provider::{Moment, StatusPage, StatusRequest, SubmissionView, Unbuildable};
use crate::reply::Reply;

/// What a status request asks for.
const STATUS: &str = "status";
const SIGNERS: &str = "signers";
/// The signers of a process of which the status told that it expired, which the list of signers does not tell.
const SIGNERS_OF_EXPIRED: &str = "signers/expired";
const LINKS: &str = "links";

impl ArqAccount {
    /// One call for each process: its status.
    pub(super) fn status_calls(&self, submissions: &[SubmissionView<'_>]) -> Result<Vec<StatusRequest>, Unbuildable> {
        submissions
            .iter()
            .filter_map(|submission| Some((submission, process_of(submission)?)))
            .map(|(submission, process)| {
                Ok(StatusRequest {
                    covers: vec![submission.id],
                    call: self.call(Endpoint::Status, Some(process))?,
                    page: 0,
                    about: STATUS.to_owned(),
                })
            })
            .collect()
    }

    /// What the answer to a status request tells, and which question is left.
    pub(super) fn status_answer(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        let Some(submission) = submissions.iter().find(|s| request.covers.contains(&s.id)) else {
            return Outcome::Done(StatusPage { readings: Vec::new(), next: None });
        };
        let endpoint = match request.about.as_str() {
            STATUS => Endpoint::Status,
            LINKS => Endpoint::Process,
            _ => Endpoint::Signers,
        };
        let answer = match self.accepted(endpoint, reply, Scope::Submission(submission)) {
            Ok(answer) => answer,
            Err(Outcome::Refused(refusal)) if refusal.class == Class::NotFound => {
                if says_deleted(&self.said(reply).text) {
                    return Outcome::Done(page(submission, deleted(submission)));
                }
                if self.is_fresh(submission, moment) {
                    return Outcome::Refused(not_there_yet(refusal));
                }
                // A wrong path is the account's fault and says nothing of the process.
                if reply.status == 404 {
                    return Outcome::Refused(refusal);
                }
                return Outcome::Done(StatusPage { readings: Vec::new(), next: None });
            }
            Err(other) => return other,
        };
        let told = match request.about.as_str() {
            STATUS => self.status_told(submission, moment, &answer),
            LINKS => self.links_told(submission, moment, &answer),
            about => {
                let mut overview = Overview::of(self, &answer);
                overview.expired = (about == SIGNERS_OF_EXPIRED).then_some(true).or(overview.expired);
                let listed = self.listed_signers(&answer);
                Ok(page(submission, self.reading_of(submission, moment, &overview, Some(&listed))))
            }
        };
        match told {
            Ok(page) => Outcome::Done(page),
            Err(error) => Outcome::NotSent { reason: error.to_string(), retry_after: None },
        }
    }

    fn status_told(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        answer: &Value,
    ) -> Result<StatusPage, Unbuildable> {
        let overview = Overview::of(self, answer);
        let expired = overview.is_expired(moment.now);
        if overview.status == Some(Status::Concluded)
            && self.checked.settings.download_mode == DownloadMode::Link
            && let Some(process) = process_of(submission)
        {
            return Ok(asking(submission, self.links_call(process)?, LINKS));
        }
        if self.wants_signers(submission, moment, &overview, expired) {
            let about = if expired { SIGNERS_OF_EXPIRED } else { SIGNERS };
            let call = self.signers_call(submission)?;
            return Ok(asking(submission, call, about));
        }
        Ok(page(submission, self.reading_of(submission, moment, &overview, None)))
    }

    /// Whether the list of signers tells more than the status: who signed, whether a signer declined, what was uploaded,
    /// and, while no webhook would tell, who could not be reached.
    fn wants_signers(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        overview: &Overview,
        expired: bool,
    ) -> bool {
        match overview.status {
            Some(Status::InProcess | Status::Canceled) => true,
            Some(Status::Waiting) => !expired && !self.webhook_works(moment),
            Some(Status::Concluded) => signers(submission.order).any(|(_, r)| !r.spec.requested_attachments.is_empty()),
            Some(Status::Created) | None => false,
        }
    }

    /// What `overview`, and the list of all signers where it was read, tell about the submission.
    pub(super) fn reading_of(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        overview: &Overview,
        listed: Option<&[Signer]>,
    ) -> Reading {
        let expired = overview.is_expired(moment.now);
        let declined = listed.is_some_and(|listed| listed.iter().any(|s| s.declined));
        let signed = listed.is_some_and(|listed| listed.iter().any(|s| s.signed));
        let state = overview.status.map(|status| submission_state(status, expired, declined));
        let mut reading = Reading::of(state, overview.word.clone());
        reading.acted = signed || matches!(overview.status, Some(Status::InProcess | Status::Concluded));
        reading.recipients = recipients(submission, overview, expired, listed);
        reading.occurred_at = occurred_at(overview, state);
        if let Some(at) = overview.expires_at {
            reading.details.insert("expires_at".to_owned(), json!(at.shown()));
        }
        if overview.status == Some(Status::Concluded) {
            reading.artifacts = self.offers(submission, listed.unwrap_or_default());
        }
        reading.notes = notes(overview, state, &reading.recipients);
        reading.differences = listed.map(|listed| differences(submission, overview, listed));
        reading
    }
}

/// A submission's state. Expired processes keep 2 or 3 at the vendor; a decline is a cancellation there.
fn submission_state(status: Status, expired: bool, declined: bool) -> SubmissionState {
    match status {
        Status::Created => SubmissionState::Submitted,
        Status::Waiting | Status::InProcess if expired => SubmissionState::Expired,
        Status::Waiting => SubmissionState::Sent,
        Status::InProcess => SubmissionState::InProgress,
        Status::Concluded => SubmissionState::Finalizing,
        Status::Canceled if declined => SubmissionState::Declined,
        Status::Canceled => SubmissionState::Canceled,
    }
}

fn occurred_at(overview: &Overview, state: Option<SubmissionState>) -> Option<DateTime<Utc>> {
    let told = match state? {
        SubmissionState::Finalizing => overview.concluded_at,
        SubmissionState::Declined | SubmissionState::Canceled => overview.canceled_at,
        SubmissionState::Expired => overview.expires_at,
        SubmissionState::Sent => overview.sent_at,
        SubmissionState::Planned
        | SubmissionState::Submitting
        | SubmissionState::Unknown
        | SubmissionState::Submitted
        | SubmissionState::InProgress
        | SubmissionState::Completed
        | SubmissionState::Refused
        | SubmissionState::Rejected
        | SubmissionState::Failed => None,
    };
    told.map(super::words::Told::latest)
}

fn recipients(
    submission: &SubmissionView<'_>,
    overview: &Overview,
    expired: bool,
    listed: Option<&[Signer]>,
) -> Vec<RecipientReading> {
    let order = submission.order;
    let Some(listed) = listed else {
        return match overview.status {
            Some(Status::Concluded) => all_signed(order),
            Some(Status::Waiting) if !expired => invited(order),
            Some(Status::Waiting | Status::Created | Status::InProcess | Status::Canceled) | None => Vec::new(),
        };
    };
    let open = !expired && matches!(overview.status, Some(Status::Waiting | Status::InProcess));
    let concluded = overview.status == Some(Status::Concluded);
    let told: Vec<(u32, domain::ids::RecipientId, &Signer)> = signers(order)
        .filter_map(|(_, r)| Some((turn(order, &r.spec), r.id, matched(submission, listed, r.id)?)))
        .collect();
    let current = told.iter().filter(|(_, _, s)| !s.signed).map(|(turn, ..)| *turn).min();
    told.iter()
        .map(|(turn, id, signer)| {
            let later = current.is_some_and(|current| *turn > current);
            let status = signer.status(open, later).or(concluded.then_some(RecipientStatus::Completed));
            signer.reading(*id, status)
        })
        .collect()
}

fn all_signed(order: &Order) -> Vec<RecipientReading> {
    signers(order).map(|(_, r)| RecipientReading::of(r.id, Some(RecipientStatus::Completed))).collect()
}

/// Who can act the moment a process is sent: the signers of the first turn.
pub(super) fn invited(order: &Order) -> Vec<RecipientReading> {
    let reached = |r: &domain::envelope::OrderRecipient| match r.spec.role {
        Role::Signer if turn(order, &r.spec) == 1 => Some(RecipientStatus::Sent),
        Role::Signer => Some(RecipientStatus::Created),
        Role::Approver | Role::Copy => None,
    };
    let told = order.recipients.iter().filter_map(|r| Some(RecipientReading::of(r.id, Some(reached(r)?))));
    told.collect()
}

fn notes(overview: &Overview, state: Option<SubmissionState>, recipients: &[RecipientReading]) -> Vec<Note> {
    let unknown = overview.status.is_none().then(|| Note {
        code: AttentionCode::UnknownProviderStatus,
        detail: "ArqSign used a state that is not in its reference.".to_owned(),
    });
    let open = matches!(state, Some(SubmissionState::Sent | SubmissionState::InProgress));
    let unreachable = recipients
        .iter()
        .filter(|r| open && r.status == Some(RecipientStatus::Failed))
        .map(|r| unreachable(r.recipient));
    unknown.into_iter().chain(unreachable).collect()
}

/// The note that a recipient could not be reached.
pub(super) fn unreachable(recipient: domain::ids::RecipientId) -> Note {
    Note {
        code: AttentionCode::RecipientUnreachable,
        detail: format!(
            "ArqSign could not deliver to the recipient {recipient}; correct the address, then it is sent again."
        ),
    }
}

/// A process that was deleted in the vendor's application: canceled, unless everybody had signed already.
fn deleted(submission: &SubmissionView<'_>) -> Reading {
    let signed = submission.last.and_then(|last| last.state) == Some(SubmissionState::Finalizing);
    let state = if signed { SubmissionState::Finalizing } else { SubmissionState::Canceled };
    let mut reading = Reading::of(Some(state), "excluído");
    reading.acted = signed;
    reading.details.insert("reason".to_owned(), json!("deleted_at_vendor"));
    reading
}

fn page(submission: &SubmissionView<'_>, reading: Reading) -> StatusPage {
    StatusPage { readings: vec![(submission.id, reading)], next: None }
}

fn asking(submission: &SubmissionView<'_>, call: crate::call::Call, about: &str) -> StatusPage {
    let next = StatusRequest { covers: vec![submission.id], call, page: 0, about: about.to_owned() };
    StatusPage { readings: Vec::new(), next: Some(next) }
}

impl ArqAccount {
    fn links_told(
        &self,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        answer: &Value,
    ) -> Result<StatusPage, Unbuildable> {
        let overview = Overview::of(self, answer);
        let all = self.listed_signers(answer);
        let signing: Vec<Signer> = all.into_iter().filter(|s| s.action != Some(2)).collect();
        let mut reading = self.reading_of(submission, moment, &overview, Some(&signing));
        // 2.3 counts kinds of signatures in its own way, and is not what integrity is told from.
        reading.differences = None;
        self.put_links(submission, received::list(answer, &["documentos"]), &mut reading.artifacts);
        Ok(page(submission, reading))
    }
}
