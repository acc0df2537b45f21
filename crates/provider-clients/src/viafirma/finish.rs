//! Closing the preparation: the least certain call of the contract, hence all of it is settings. Source: section 2.3.

use domain::outcome::Outcome;
use domain::steps::StepOutput;
use serde_json::json;

use super::ViafirmaAccount;
use super::answer::At;
use super::http::{endpoint, escaped};
use super::settings::{FinishBody, FinishMethod};
use super::steps::{operation_id, ready};
use super::wire::SECRET_MEMBERS;
use crate::call::{Body, Method};
use crate::provider::{Prepared, SubmissionView, Unbuildable};
use crate::reply::Reply;
use crate::shared::answers::doubtful;

/// Under which name callers see what became of this step.
const DETAIL: &str = "finish_step";

impl ViafirmaAccount {
    /// The call that closes the preparation; known to be done where the account does not close it.
    pub(super) fn finish_call(&self, submission: &SubmissionView<'_>) -> Result<Prepared, Unbuildable> {
        let finish = &self.settings().finish;
        if !finish.enabled {
            return Ok(Prepared::Known(done(submission, "not_used")));
        }
        let id = operation_id(submission)?;
        let method = match finish.method {
            FinishMethod::Post => Method::Post,
            FinishMethod::Put => Method::Put,
            FinishMethod::Get => Method::Get,
        };
        let path = finish.path.replace("{operationId}", &escaped(id));
        let address = format!("{}{path}", self.checked.service_base);
        let mut call = self.call_at(endpoint::FINISH, method, &address)?.hiding(SECRET_MEMBERS);
        call.secret_url = finish.path.contains("{operationId}");
        Ok(Prepared::from(match finish.body {
            FinishBody::None => call,
            FinishBody::OperationIdJson => call.body(Body::Json(json!({ "operationId": id }))),
        }))
    }

    /// What the vendor answered. A server without this step answers 404 or 405, and the operation is ready all the same.
    pub(super) fn finished_preparing(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput> {
        match reply.status {
            200..=299 => Outcome::Done(done(submission, "done")),
            404 | 405 => Outcome::Done(done(submission, "absent")),
            // The account has to be mended, or it is too early: beginning anew would not help.
            401 | 403 | 429 => self.failed(endpoint::FINISH, reply, Some(submission), &At::Finish),
            status => {
                let reason = format!("HTTP status {status} to closing the preparation.");
                doubtful(endpoint::FINISH, &format!("http_{status}"), reason)
            }
        }
    }
}

fn done(submission: &SubmissionView<'_>, how: &str) -> StepOutput {
    let mut reading = ready(submission);
    reading.details.insert(DETAIL.to_owned(), json!(how));
    StepOutput { reading: Some(reading), ..StepOutput::default() }
}
