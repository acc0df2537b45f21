//! Opening and closing a batch. Source: contract sections 2.1 and 2.3.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::codes::{Refusal, parameter};
use super::config::{FinishMode, OperatorCase, Variants};
use super::credentials::Denied;
use super::filter::Filters;
use super::state::{Flow, Operation, State};
use super::{credentials, flow, wire};
use crate::clock::later;
use crate::endpoint::{self, plain};
use crate::sandbox::Sandbox;
use crate::upload::{self, Body, BodyError, Limits};

/// What every opening call says of the signer and the program.
pub(super) struct Opening {
    session_id: String,
    auto_send: bool,
    locale: String,
    filters: Filters,
}

/// The program's language when none is named.
const DEFAULT_LOCALE: &str = "es";

/// The session of an opening call.
///
/// # Errors
/// A [`Refusal`] when it is missing, empty or no text.
fn session(sent: &Map<String, Value>) -> Result<String, Refusal> {
    let session = sent.get("sessionId").and_then(Value::as_str).filter(|session| !session.is_empty());
    session.map(str::to_owned).ok_or(parameter("Falta sessionId."))
}

impl Opening {
    /// The members that all opening calls share.
    ///
    /// # Errors
    /// A [`Refusal`] of the first thing that is wrong, the session first.
    pub(super) fn read(sent: &Map<String, Value>, case: OperatorCase) -> Result<Self, Refusal> {
        let session_id = session(sent)?;
        let auto_send = match sent.get("autoSend") {
            None | Some(Value::Null) => false,
            Some(value) => value.as_bool().ok_or(parameter("El valor de autoSend no es válido."))?,
        };
        let locale = match sent.get("locale") {
            None | Some(Value::Null) => DEFAULT_LOCALE,
            Some(value) => value.as_str().ok_or(parameter("El valor de locale no es válido."))?,
        };
        Ok(Self { session_id, auto_send, locale: locale.to_owned(), filters: Filters::read(sent, case)? })
    }

    /// A new operation; its files follow. `times`: now, and from when on reading calls find it.
    pub(super) fn operation(
        self,
        state: &mut State,
        application: String,
        flow: Flow,
        times: (DateTime<Utc>, DateTime<Utc>),
    ) -> Operation {
        Operation {
            id: state.new_id(times.0),
            application,
            flow,
            session_id: self.session_id,
            file_count: 0,
            auto_send: self.auto_send,
            locale: self.locale,
            filters: self.filters,
            files: Vec::new(),
            closed: false,
            ready: false,
            signing: false,
            outcome: None,
            removed: false,
            created_at: times.0,
            visible_from: times.1,
        }
    }
}

/// What may be kept of a request's files.
pub(super) fn limits(sandbox: &Sandbox, variants: &Variants) -> Limits {
    Limits { member: "base64Content", file_bytes: variants.max_file_bytes, keep_files: !sandbox.config().null_sink }
}

/// From when on reading calls find what this call creates.
pub(super) fn visible_from(sandbox: &Sandbox, request: &HttpRequest) -> DateTime<Utc> {
    let seconds = i64::try_from(endpoint::lookup_lag_s(request)).unwrap_or(i64::MAX);
    later(sandbox.now(), TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX))
}

/// Why an opening call never reaches its checks.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// The caller, which is looked at first.
    #[error(transparent)]
    Caller(#[from] Denied),
    /// The body.
    #[error(transparent)]
    Body(#[from] BodyError),
}

impl Unread {
    /// The answer.
    pub(super) fn answer(&self) -> HttpResponse {
        match self {
            Self::Caller(denied) => denied.answer(),
            Self::Body(reason) => wire::unusable(reason),
        }
    }
}

/// The caller and the body of an opening call without its checks.
///
/// # Errors
/// [`Unread`].
pub(super) fn accepted(
    sandbox: &Sandbox,
    request: &HttpRequest,
    body: Result<Body, BodyError>,
) -> Result<(String, Body), Unread> {
    let application = credentials::application(&sandbox.viafirma_state(), request)?;
    let body = body?;
    if body.json.is_object() { Ok((application, body)) } else { Err(BodyError::NotJson.into()) }
}

/// Opens a batch.
pub(super) async fn prepare_parallel_signature(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let variants = sandbox.viafirma().variants();
    let body = upload::read(&request, payload, limits(&sandbox, &variants)).await;
    let (application, body) = match accepted(&sandbox, &request, body) {
        Ok(accepted) => accepted,
        Err(unread) => return unread.answer(),
    };
    endpoint::received_json(&request, body.json.clone(), Vec::new());
    match open_batch(&sandbox, &request, application, &body, &variants) {
        Ok(id) => wire::opened(&variants, &id),
        Err(reason) => wire::refused(&variants, reason),
    }
}

fn open_batch(
    sandbox: &Sandbox,
    request: &HttpRequest,
    application: String,
    body: &Body,
    variants: &Variants,
) -> Result<String, Refusal> {
    let empty = Map::new();
    let sent = body.json.as_object().unwrap_or(&empty);
    session(sent)?;
    let file_count = file_count(sent)?;
    let opening = Opening::read(sent, variants.filter_operator_case)?;
    let times = (sandbox.now(), visible_from(sandbox, request));
    let mut state = sandbox.viafirma_state();
    let mut operation = opening.operation(&mut state, application, Flow::Batch, times);
    operation.file_count = file_count;
    let id = operation.id.clone();
    state.insert(operation);
    Ok(id)
}

fn file_count(sent: &Map<String, Value>) -> Result<usize, Refusal> {
    let count = sent.get("fileCount").filter(|value| !value.is_null()).ok_or(parameter("Falta fileCount."))?;
    let count = count.as_u64().and_then(|count| usize::try_from(count).ok()).filter(|count| *count >= 1);
    count.ok_or(parameter("El valor de fileCount no es válido."))
}

/// Closes a batch. Whatever body comes along is not looked at.
pub(super) async fn finish(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    operation_id: Path<String>,
) -> HttpResponse {
    let variants = sandbox.viafirma().variants();
    if variants.finish == FinishMode::Absent {
        return plain(StatusCode::NOT_FOUND, "404 Not Found");
    }
    let closed = {
        let mut state = sandbox.viafirma_state();
        let application = match credentials::application(&state, &request) {
            Ok(application) => application,
            Err(denied) => return denied.answer(),
        };
        close(&mut state, &application, &operation_id, sandbox.now())
    };
    match closed {
        Some(Ok(began)) => {
            if began {
                flow::begin_turn(&sandbox, &operation_id);
            }
            let body = json!({ "operationId": *operation_id, "errorCode": null, "errorMessage": null });
            wire::reply(&variants, StatusCode::OK, &body)
        }
        Some(Err(reason)) => wire::refused(&variants, reason),
        // Not 404: that would mean that the server has no such call.
        None => wire::unknown_operation(&variants, &operation_id),
    }
}

const FILES_MISSING: Refusal = parameter("Faltan ficheros: se han añadido menos de los indicados en fileCount.");

/// Closes an operation and tells whether the signer's turn begins thereby; none when the caller has no such batch. Closing again changes nothing.
fn close(state: &mut State, application: &str, id: &str, now: DateTime<Utc>) -> Option<Result<bool, Refusal>> {
    let gone = state.operation(id)?.is_gone(now, &state.variants);
    let operation = state
        .operation_mut(id)
        .filter(|found| !gone && found.application == application && found.flow == Flow::Batch)?;
    if operation.files.len() < operation.file_count {
        return Some(Err(FILES_MISSING));
    }
    let began = !operation.ready;
    operation.closed = true;
    operation.ready = true;
    Some(Ok(began))
}
