//! The direct flow: one call with all files, one call for the result. Source: contract section 2.7.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, Query, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::codes::{Refusal, parameter};
use super::config::Variants;
use super::prepare::{self, Opening};
use super::results::Reading;
use super::state::{End, Flow, Operation, Outcome};
use super::{credentials, file_checks, flow, wire};
use crate::endpoint;
use crate::sandbox::Sandbox;
use crate::upload::{self, Body};

/// Opens an operation with all its files.
pub(super) async fn open(ThinData(sandbox): ThinData<Sandbox>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let variants = sandbox.viafirma().variants();
    let body = upload::read(&request, payload, prepare::limits(&sandbox, &variants)).await;
    let (application, body) = match prepare::accepted(&sandbox, &request, body) {
        Ok(accepted) => accepted,
        Err(unread) => return unread.answer(),
    };
    let carriers = body.json.get("files").and_then(Value::as_array).into_iter().flatten();
    endpoint::received_json(&request, body.json.clone(), body.file_records(carriers, "filename"));
    match open_checked(&sandbox, &request, application, &body, &variants).await {
        Ok(id) => {
            flow::begin_turn(&sandbox, &id);
            wire::opened(&variants, &id)
        }
        Err(reason) => wire::refused(&variants, reason),
    }
}

async fn open_checked(
    sandbox: &Sandbox,
    request: &HttpRequest,
    application: String,
    body: &Body,
    variants: &Variants,
) -> Result<String, Refusal> {
    let empty = Map::new();
    let opening = Opening::read(body.json.as_object().unwrap_or(&empty), variants.filter_operator_case)?;
    let sent = body.json.get("files").and_then(Value::as_array).filter(|files| !files.is_empty());
    let mut files = Vec::new();
    for file in sent.ok_or(parameter("La operación necesita al menos un fichero en files."))? {
        files.push(file_checks::examine(sandbox, body, file).await?);
    }
    let times = (sandbox.now(), prepare::visible_from(sandbox, request));
    let mut state = sandbox.viafirma_state();
    let mut operation = opening.operation(&mut state, application, Flow::Direct, times);
    operation.file_count = files.len();
    operation.files = files;
    operation.closed = true;
    operation.ready = true;
    let id = operation.id.clone();
    state.insert(operation);
    Ok(id)
}

/// Reads the result, and removes the operation's data afterwards when asked to.
pub(super) async fn read(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    operation_id: Path<String>,
    Query(reading): Query<Reading>,
) -> HttpResponse {
    let now = sandbox.now();
    let mut state = sandbox.viafirma_state();
    let variants = state.variants.clone();
    let application = credentials::application(&state, &request);
    let may_read = |operation: &Operation| match &application {
        _ if variants.open_direct_result => true,
        Ok(application) => operation.application == *application && reading.is_of(operation),
        Err(_) => false,
    };
    let found = state.operation_mut(&operation_id).filter(|found| found.flow == Flow::Direct && may_read(found));
    let answer = found.and_then(|operation| {
        let answer = result(operation, &variants).filter(|_| operation.has_result(now, &variants))?;
        operation.removed |= reading.deletes();
        Some(answer)
    });
    match (answer, application) {
        (Some(answer), _) => wire::reply(&variants, StatusCode::OK, &answer),
        (None, Err(denied)) if !variants.open_direct_result => denied.answer(),
        (None, Ok(_) | Err(_)) => wire::unknown_operation(&variants, &operation_id),
    }
}

/// The result of an operation that ended. The ids of its signatures are joined by `;` in the order of the files (assumption V17).
fn result(operation: &Operation, variants: &Variants) -> Option<Value> {
    let Outcome { end, .. } = operation.outcome.as_ref()?;
    let ids: Vec<&str> = operation.files.iter().filter_map(|file| Some(file.signature.as_ref()?.id.as_str())).collect();
    let data = match end {
        End::Signed(certificate) => certificate.validation_data(&operation.id, variants.certificate_members),
        End::Cancelled | End::Failed(_) => Value::Null,
    };
    Some(json!({
        "operationId": operation.id,
        "signatureId": (!ids.is_empty()).then(|| ids.join(";")),
        "certificateValidationData": data,
    }))
}
