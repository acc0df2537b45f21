//! `POST /api/rest/services/preparesignature/addOperationFile`: one file of a batch. Source: contract section 2.2.

use actix_web::http::StatusCode;
use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::codes::{CLOSED_OPERATION, Refusal, TOO_MANY_FILES, UNKNOWN_OPERATION, parameter};
use super::config::{FinishMode, Variants};
use super::state::{Flow, Operation, OperationFile, State};
use super::{credentials, file_checks, flow, prepare, wire};
use crate::endpoint;
use crate::sandbox::Sandbox;
use crate::upload::{self, Body};

/// Takes a file into its operation.
pub(super) async fn add_operation_file(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let variants = sandbox.viafirma().variants();
    let body = upload::read(&request, payload, prepare::limits(&sandbox, &variants)).await;
    let application = match credentials::application(&sandbox.viafirma_state(), &request) {
        Ok(application) => application,
        Err(denied) => return denied.answer(),
    };
    let body = match body {
        Ok(body) => body,
        Err(reason) => return wire::unusable(&reason),
    };
    let sent = body.json.get("operationFile").unwrap_or(&Value::Null);
    endpoint::received_json(&request, body.json.clone(), body.file_records([sent], "filename"));
    let examined = file_checks::examine(&sandbox, &body, sent).await;
    let visible_from = prepare::visible_from(&sandbox, &request);

    let added = {
        let mut state = sandbox.viafirma_state();
        let operation_id = body.json.get("operationId").and_then(Value::as_str).unwrap_or_default();
        add(&mut state, &application, operation_id, &body, examined, (sandbox.now(), visible_from))
    };
    match added {
        Ok(added) => {
            if let Some(operation_id) = &added.complete {
                flow::begin_turn(&sandbox, operation_id);
            }
            let body = json!({ "documentId": added.document_id, "errorCode": null, "errorMessage": null });
            wire::reply(&variants, StatusCode::OK, &body)
        }
        Err(reason) => refuse(&variants, reason),
    }
}

/// A refusal is an HTTP success unless a variant says otherwise. Source: contract section 7, quirk 1.
fn refuse(variants: &Variants, reason: Refusal) -> HttpResponse {
    let status = if variants.refusals_as_http_400 { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let body = json!({ "documentId": null, "errorCode": reason.code, "errorMessage": reason.message });
    wire::reply(variants, status, &body)
}

/// A file that was taken.
struct Added {
    document_id: String,
    /// The operation's id when that was its last file and nothing else has to follow.
    complete: Option<String>,
}

fn add(
    state: &mut State,
    application: &str,
    operation_id: &str,
    body: &Body,
    examined: Result<OperationFile, Refusal>,
    (now, visible_from): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Added, Refusal> {
    let finish = state.variants.finish;
    let document_id = state.new_id(now);
    let gone = state.operation(operation_id).is_none_or(|found| found.is_gone(now, &state.variants));
    let operation = state
        .operation_mut(operation_id)
        .filter(|found| !gone && found.application == application && found.flow == Flow::Batch)
        .ok_or(UNKNOWN_OPERATION)?;
    if operation.closed || operation.outcome.is_some() {
        return Err(CLOSED_OPERATION);
    }
    if operation.files.len() >= operation.file_count {
        return Err(TOO_MANY_FILES);
    }
    let source_id = source_id(operation, body.json.get("operationFile"))?;
    let file = examined?;
    operation.files.push(OperationFile { source_id: Some(source_id), document_id: Some(document_id.clone()), ..file });
    operation.visible_from = operation.visible_from.max(visible_from);
    operation.ready = finish != FinishMode::Required && operation.files.len() == operation.file_count;
    Ok(Added { document_id, complete: operation.ready.then(|| operation.id.clone()) })
}

fn source_id(operation: &Operation, sent: Option<&Value>) -> Result<String, Refusal> {
    let sent = sent.filter(|value| value.is_object()).ok_or(parameter("Falta operationFile."))?;
    let source_id = sent.get("sourceId").and_then(Value::as_str).unwrap_or_default();
    if source_id.is_empty() {
        return Err(parameter("Falta sourceId."));
    }
    if operation.files.iter().any(|file| file.source_id.as_deref() == Some(source_id)) {
        return Err(parameter("El valor de sourceId ya existe en la operación."));
    }
    Ok(source_id.to_owned())
}
