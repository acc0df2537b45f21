//! Reading how operations stand: first whether one ended, then what came of it. One chain of questions for a submission,
//! the oldest operation first: the first signature ends the chain. Source: contract sections 2.5, 2.6 and 3.

use domain::attention::AttentionCode;
use domain::facts::{Note, Reading};
use domain::outcome::{Class, Outcome};
use domain::states::SubmissionState;

use super::ViafirmaAccount;
use super::answer::{At, blames};
use super::attempts::{Known, Operation, Stand};
use super::codes::Meaning;
use super::http::{endpoint, escaped};
use super::result::{CANCELLED, Ending, ending, told};
use super::wire::received::{SignatureResult, error_at, is_yes, told as flag};
use crate::call::Method;
use crate::provider::{Moment, StatusPage, StatusRequest, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::{class_of_status, doubtful, refusal};
use crate::shared::json::{at, parse};

/// The question whether an operation ended.
const FINISHED: &str = "finished";
/// The question what came of it.
const RESULT: &str = "result";
/// Our word for an operation that can still be signed.
const NOT_FINISHED: &str = "not_finished";
/// Our word for an ended operation of which the vendor has no result.
const NO_RESULT: &str = "no_operation_data";
/// Our word for files that were neither signed nor refused.
const NOT_SIGNED: &str = "not_signed";
/// The vendor's code for a wrong or unknown operation in the body of a result.
const UNKNOWN_OPERATION: u16 = 400;

impl ViafirmaAccount {
    /// The first question of each submission.
    pub(super) fn questions(
        &self,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
    ) -> Result<Vec<StatusRequest>, Unbuildable> {
        let first = |submission: &SubmissionView<'_>| {
            let operation = self.operations(submission, moment.now).first().copied()?;
            Some(self.ask(FINISHED, None, submission, &operation, moment))
        };
        submissions.iter().filter_map(first).collect()
    }

    /// A question about an operation. `code` is what the poll told of its end, to be kept for the answer.
    fn ask(
        &self,
        what: &'static str,
        code: Option<&str>,
        submission: &SubmissionView<'_>,
        operation: &Operation<'_>,
        moment: &Moment<'_>,
    ) -> Result<StatusRequest, Unbuildable> {
        let id = escaped(operation.operation_id);
        let (endpoint, path) = if what == RESULT {
            let session = escaped(operation.session_id);
            (endpoint::RESULT, format!("/signatureResult/{id}?sessionId={session}"))
        } else {
            // The time keeps caches out of it.
            (endpoint::FINISHED, format!("/operation/finished/{id}?t={}", moment.now.timestamp_millis()))
        };
        let mut call = self.service(endpoint, Method::Get, &path)?;
        call.secret_url = true;
        let code = code.map(|code| format!("/{code}")).unwrap_or_default();
        let about = format!("{what}/{}{code}", operation.attempt);
        Ok(StatusRequest { covers: vec![submission.id], call, page: 0, about })
    }

    /// What an answer tells, and the next question of the chain.
    pub(super) fn answered(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        let asked = Asked::of(self, request, submissions, moment);
        let Some(asked) = asked else {
            return Outcome::Done(StatusPage { readings: Vec::new(), next: None });
        };
        if asked.about_result { self.result_answer(&asked, reply) } else { self.finished_answer(&asked, reply) }
    }

    fn finished_answer(&self, asked: &Asked<'_>, reply: &Reply) -> Outcome<StatusPage> {
        if let Some(refused) = self.of_the_account(endpoint::FINISHED, reply) {
            return refused;
        }
        let poll = &self.settings().poll;
        let body = parse(reply.bytes()).filter(|body| reply.is_success() && body.is_object());
        let Some(body) = body else {
            return self.refused_reading(asked, endpoint::FINISHED, reply);
        };
        let yes = |pointer: &str| is_yes(at(&body, pointer));
        if !yes(&poll.finished) {
            return self.go_on(asked, asked.told_again());
        }
        if flag(at(&body, &poll.signature)) == Some(false) {
            // An operation of ours is always about signing: this is not the answer that was asked for.
            return self.refused_reading(asked, endpoint::FINISHED, reply);
        }
        let code = error_at(&body, &poll.error_code, &poll.error_message).map(|(code, _)| code);
        let cancelled =
            yes(&poll.cancelled) || code.as_deref().is_some_and(|code| self.means(code) == Meaning::SignerCancelled);
        if cancelled {
            let code = code.as_deref().unwrap_or(CANCELLED);
            let reading = self.unsigned_by(asked.submission, &asked.operation, code, Stand::Cancelled, None);
            return self.go_on(asked, Some(reading));
        }
        if asked.known.has_ended() {
            // Told before; nothing new can come of it.
            let reading = asked.again();
            return self.go_on(asked, Some(reading));
        }
        // Also after an error: some of the files may have been signed.
        let failed = yes(&poll.error) || code.as_deref().is_some_and(|code| self.means(code) != Meaning::Progress);
        let code = failed.then(|| code.filter(|code| !code.contains('/')).unwrap_or_else(|| UNTOLD.to_owned()));
        match self.ask(RESULT, code.as_deref(), asked.submission, &asked.operation, asked.moment) {
            Ok(next) => Outcome::Done(StatusPage { readings: Vec::new(), next: Some(next) }),
            Err(_) => doubtful(endpoint::RESULT, "unbuildable", "The result could not be asked for."),
        }
    }

    fn result_answer(&self, asked: &Asked<'_>, reply: &Reply) -> Outcome<StatusPage> {
        if let Some(refused) = self.of_the_account(endpoint::RESULT, reply) {
            return refused;
        }
        let Some(result) = SignatureResult::read(reply.bytes()) else {
            return self.refused_reading(asked, endpoint::RESULT, reply);
        };
        let nothing = || match &asked.poll_code {
            // The poll told how it ended; the result only had nothing to add.
            Some(code) => self.unsigned(asked.submission, &asked.operation, code),
            None => self.missing(asked),
        };
        let reading = if result.is_no_data() {
            let told = result.signatures.iter().find_map(|signature| signature.error_code.as_deref());
            match told.filter(|code| code.parse() != Ok(UNKNOWN_OPERATION)) {
                Some(code) => self.unsigned(asked.submission, &asked.operation, code),
                None => nothing(),
            }
        } else {
            let files = told(asked.submission, &asked.operation, &result);
            let counted = |signed| (signed, files.len());
            match ending(self.settings(), &files) {
                Ending::Signed => {
                    self.signed(asked.submission, &asked.operation, &result, &files, counted(files.len()))
                }
                Ending::Partly(signed, _) => {
                    self.signed(asked.submission, &asked.operation, &result, &files, counted(signed))
                }
                Ending::Nothing { code } => {
                    let code = code.as_deref().or(asked.poll_code.as_deref()).unwrap_or(NOT_SIGNED);
                    self.unsigned(asked.submission, &asked.operation, code)
                }
            }
        };
        self.go_on(asked, Some(reading))
    }

    fn means(&self, code: &str) -> Meaning {
        super::codes::meaning(self.settings(), code)
    }

    /// The end of this question, or the next operation's.
    fn go_on(&self, asked: &Asked<'_>, reading: Option<Reading>) -> Outcome<StatusPage> {
        let concludes = reading.as_ref().is_some_and(|reading| {
            reading.acted || reading.state != Some(SubmissionState::Sent) || !reading.artifacts.is_empty()
        });
        let next = (!concludes).then(|| asked.later()).flatten();
        let next = next.map(|operation| self.ask(FINISHED, None, asked.submission, &operation, asked.moment));
        // The last one tells the state even when there is nothing new.
        let reading = match (reading, &next) {
            (Some(reading), _) => Some(reading),
            (None, Some(_)) => None,
            (None, None) => Some(asked.open()),
        };
        match next.transpose() {
            Ok(next) => {
                let readings = reading.map(|reading| (asked.submission.id, reading)).into_iter().collect();
                Outcome::Done(StatusPage { readings, next })
            }
            Err(_) => doubtful(endpoint::FINISHED, "unbuildable", "The next operation could not be asked for."),
        }
    }

    /// A refusal that is about the account or the server and not about one operation: everything is asked again later.
    fn of_the_account<T>(&self, endpoint: &'static str, reply: &Reply) -> Option<Outcome<T>> {
        if !matches!(reply.status, 401 | 403 | 408 | 429 | 502..=504) {
            return None;
        }
        let class = class_of_status(reply.status);
        let message = format!("HTTP status {} without a verdict of the provider.", reply.status);
        let code = format!("http_{}", reply.status);
        let blames = match class {
            Class::Authentication | Class::Permission => blames(class, endpoint, &At::Account),
            Class::InvalidRequest
            | Class::InsufficientCredit
            | Class::NotFound
            | Class::Conflict
            | Class::RateLimited
            | Class::ProviderUnavailable
            | Class::ProviderError => Vec::new(),
        };
        Some(Outcome::Refused(refusal(endpoint, &code, class, message, blames, reply)))
    }

    /// The vendor would not tell about one operation: it counts as not finished, and a person is told when that goes on.
    fn refused_reading(&self, asked: &Asked<'_>, endpoint: &'static str, reply: &Reply) -> Outcome<StatusPage> {
        let dead = asked.moment.now >= self.dies_at(asked.operation.began_at);
        let most = self.settings().poll.max_refusals;
        let mut known = asked.known.clone();
        known.refused_readings = known.refused_readings.saturating_add(1).min(most);
        let mut reading = asked.open();
        known.tell(asked.operation.attempt, &mut reading);
        // A vendor that forgot an operation after its life is as it should be.
        let newly = asked.known.refused_readings < most && known.refused_readings == most;
        if newly && !dead && asked.operation.current {
            let detail = format!(
                "The provider refused {most} readings of the signing operation in a row ({endpoint}/http_{}).",
                reply.status
            );
            reading.notes.push(Note { code: AttentionCode::NoNewsFromProvider, detail });
        }
        self.go_on(asked, Some(reading))
    }

    /// The operation ended and its result is not there: asked again for a while, then given up. Source: V16.
    fn missing(&self, asked: &Asked<'_>) -> Reading {
        let rule = self.settings().result;
        let now = asked.moment.now;
        let mut known = asked.known.clone();
        let since = *known.missing_since.get_or_insert(now);
        let window = std::time::Duration::from_secs(rule.retry_window_s);
        let waited = (now - since).to_std().is_ok_and(|waited| waited >= window);
        if known.missing_results >= rule.retry_count && waited {
            return self.unsigned(asked.submission, &asked.operation, NO_RESULT);
        }
        known.missing_results = known.missing_results.saturating_add(1);
        let mut reading = asked.open();
        NO_RESULT.clone_into(&mut reading.vendor_status);
        known.tell(asked.operation.attempt, &mut reading);
        reading
    }
}

/// The word for an error that the vendor gave no code for.
const UNTOLD: &str = "error";

/// A question that was answered.
struct Asked<'a> {
    submission: &'a SubmissionView<'a>,
    operation: Operation<'a>,
    /// All operations of the submission, the oldest first.
    operations: Vec<Operation<'a>>,
    known: Known,
    about_result: bool,
    /// The code of the end that the poll told.
    poll_code: Option<String>,
    moment: &'a Moment<'a>,
}

impl<'a> Asked<'a> {
    fn of(
        account: &ViafirmaAccount,
        request: &StatusRequest,
        submissions: &'a [SubmissionView<'a>],
        moment: &'a Moment<'a>,
    ) -> Option<Self> {
        let submission = submissions.iter().find(|submission| request.covers.contains(&submission.id))?;
        let mut parts = request.about.splitn(3, '/');
        let what = parts.next()?;
        let attempt: u32 = parts.next()?.parse().ok()?;
        let operations = account.operations(submission, moment.now);
        let operation = operations.iter().find(|operation| operation.attempt == attempt).copied()?;
        Some(Self {
            submission,
            operation,
            operations,
            known: Known::of(submission, attempt),
            about_result: what == RESULT,
            poll_code: parts.next().map(str::to_owned),
            moment,
        })
    }

    fn later(&self) -> Option<Operation<'a>> {
        self.operations.iter().find(|operation| operation.attempt > self.operation.attempt).copied()
    }

    /// Nothing new of an operation that can be signed.
    fn open(&self) -> Reading {
        let mut reading = Reading::of(Some(SubmissionState::Sent), NOT_FINISHED);
        reading.used_up = self.operation.current && self.known.status == Stand::UsedUp;
        reading
    }

    /// That its readings are answered again, where some were refused.
    fn told_again(&self) -> Option<Reading> {
        if self.known.refused_readings == 0 {
            return None;
        }
        let mut reading = self.open();
        Known { refused_readings: 0, ..self.known.clone() }.tell(self.operation.attempt, &mut reading);
        Some(reading)
    }

    /// Nothing new of an operation that ended: what was told of it stands.
    fn again(&self) -> Reading {
        let word = self.submission.last.map_or(NOT_FINISHED, |last| last.vendor_status.as_str());
        let mut reading = Reading::of(Some(SubmissionState::Sent), word);
        reading.used_up = self.operation.current && self.known.status == Stand::UsedUp;
        reading.acted = matches!(self.known.status, Stand::Signed | Stand::PartlySigned);
        reading
    }
}
