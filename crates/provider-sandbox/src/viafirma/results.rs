//! The poll and the result of a batch. Source: contract sections 2.5 and 2.6.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::codes::{CLIENT_CANCEL, Code, NO_CERTIFICATE_SENT, named};
use super::config::{BooleanShape, CancelReport, Variants};
use super::state::{End, Flow, Operation, OperationFile, Outcome};
use super::{credentials, wire};
use crate::sandbox::Sandbox;

/// The query of a call that reads a result.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reading {
    session_id: Option<String>,
    delete: Option<String>,
}

impl Reading {
    /// Whether the session is the one that opened the operation.
    pub(super) fn is_of(&self, operation: &Operation) -> bool {
        self.session_id.as_ref() == Some(&operation.session_id)
    }

    /// Whether the operation's data go once they are read.
    pub(super) fn deletes(&self) -> bool {
        self.delete.as_deref() == Some("true")
    }
}

/// Whether an operation ended. Asked from browsers, therefore without credentials; the query only defeats caches. An operation that nobody knows is
/// answered 404, this simulator's choice.
pub(super) async fn operation_finished(
    ThinData(sandbox): ThinData<Sandbox>,
    operation_id: Path<String>,
) -> HttpResponse {
    let state = sandbox.viafirma_state();
    let variants = &state.variants;
    match state.operation(&operation_id).filter(|found| found.is_visible(sandbox.now(), variants)) {
        Some(operation) => wire::reply(variants, StatusCode::OK, &poll(operation, variants)),
        None => HttpResponse::NotFound().finish(),
    }
}

fn poll(operation: &Operation, variants: &Variants) -> Value {
    let truth = |value: bool| match variants.poll_booleans {
        BooleanShape::Boolean => Value::from(value),
        BooleanShape::Text => Value::from(value.to_string()),
        BooleanShape::Number => Value::from(u8::from(value)),
    };
    let mut answer = Map::new();
    answer.insert("isFinished".to_owned(), truth(operation.outcome.is_some()));
    answer.insert("isSignature".to_owned(), truth(operation.flow != Flow::Authentication));
    if let Some(Outcome { end, .. }) = &operation.outcome
        && !variants.poll_without_outcome
    {
        let (cancelled, error) = how_it_ended(end, variants.cancel_report);
        answer.insert("isError".to_owned(), truth(error.is_some()));
        answer.insert("isCancelled".to_owned(), truth(cancelled));
        answer.insert("errorCode".to_owned(), error.as_ref().map(|error| error.code.clone()).into());
        answer.insert("errorMessage".to_owned(), error.map(|error| error.message).into());
    }
    answer.into()
}

/// Whether it was cancelled, and the error, if there was one. Files that failed one by one are no error of the operation.
fn how_it_ended(end: &End, report: CancelReport) -> (bool, Option<Code>) {
    match (end, report) {
        (End::Signed(_), _) => (false, None),
        (End::Failed(code), _) => (false, Some(code.clone())),
        (End::Cancelled, CancelReport::Flag) => (true, None),
        (End::Cancelled, CancelReport::Code50) => (false, Some(named(NO_CERTIFICATE_SENT))),
        (End::Cancelled, CancelReport::Code125) => (false, Some(named(CLIENT_CANCEL))),
    }
}

/// The result of a batch.
pub(super) async fn signature_result(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    operation_id: Path<String>,
    Query(reading): Query<Reading>,
) -> HttpResponse {
    let state = sandbox.viafirma_state();
    let application = match credentials::application(&state, &request) {
        Ok(application) => application,
        Err(denied) => return denied.answer(),
    };
    let now = sandbox.now();
    let answer = state
        .visible_to(&application, &operation_id, now)
        .filter(|found| found.flow == Flow::Batch && reading.is_of(found) && found.has_result(now, &state.variants))
        .and_then(|operation| result(operation, &state.variants));
    match answer {
        Some(answer) => wire::reply(&state.variants, StatusCode::OK, &answer),
        None => wire::reply(&state.variants, StatusCode::BAD_REQUEST, &not_found(&operation_id)),
    }
}

/// The body of the 400, which has the shape of a success. Source: contract section 2.6.
fn not_found(operation_id: &str) -> Value {
    json!({
        "signatures": [{
            "documentId": null,
            "signatureId": null,
            "errorCode": "400",
            "errorMessage": wire::no_operation_data(operation_id),
        }],
        "certificateValidationData": null,
    })
}

/// The result of an operation that ended. What the vendor answers after a cancelling or an error is not documented; here every file tells the reason.
fn result(operation: &Operation, variants: &Variants) -> Option<Value> {
    let Outcome { end, .. } = operation.outcome.as_ref()?;
    let (error, data) = match end {
        End::Signed(certificate) => (None, certificate.validation_data(&operation.id, variants.certificate_members)),
        End::Failed(code) => (Some(code.clone()), Value::Null),
        End::Cancelled => {
            let code = match variants.cancel_report {
                CancelReport::Code50 => NO_CERTIFICATE_SENT,
                CancelReport::Flag | CancelReport::Code125 => CLIENT_CANCEL,
            };
            (Some(named(code)), Value::Null)
        }
    };
    let signatures: Vec<Value> =
        operation.files.iter().map(|file| signature(file, error.as_ref().or(file.error.as_ref()))).collect();
    Some(json!({ "signatures": signatures, "certificateValidationData": data }))
}

fn signature(file: &OperationFile, error: Option<&Code>) -> Value {
    json!({
        "documentId": file.document_id,
        "signatureId": file.signature.as_ref().map(|signature| &signature.id),
        "sourceId": file.source_id,
        "errorCode": error.map(|error| &error.code),
        "errorMessage": error.map(|error| &error.message),
    })
}
