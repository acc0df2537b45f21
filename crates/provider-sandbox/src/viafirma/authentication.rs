//! The log-in of a person with a certificate, which the broker does not use. Source: contract section 2.9.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload, Query, ThinData};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Map;

use super::prepare::{self, Opening};
use super::results::Reading;
use super::state::{End, Flow, Outcome};
use super::{credentials, flow, wire};
use crate::endpoint;
use crate::sandbox::Sandbox;
use crate::upload;

/// Opens a log-in.
pub(super) async fn open(ThinData(sandbox): ThinData<Sandbox>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let variants = sandbox.viafirma().variants();
    let body = upload::read(&request, payload, prepare::limits(&sandbox, &variants)).await;
    let (application, body) = match prepare::accepted(&sandbox, &request, body) {
        Ok(accepted) => accepted,
        Err(unread) => return unread.answer(),
    };
    endpoint::received_json(&request, body.json.clone(), Vec::new());
    let empty = Map::new();
    let opening = match Opening::read(body.json.as_object().unwrap_or(&empty), variants.filter_operator_case) {
        Ok(opening) => opening,
        Err(reason) => return wire::refused(&variants, reason),
    };
    let times = (sandbox.now(), prepare::visible_from(&sandbox, &request));
    let id = {
        let mut state = sandbox.viafirma_state();
        let mut operation = opening.operation(&mut state, application, Flow::Authentication, times);
        operation.closed = true;
        operation.ready = true;
        let id = operation.id.clone();
        state.insert(operation);
        id
    };
    flow::begin_turn(&sandbox, &id);
    wire::opened(&variants, &id)
}

/// Who logged in: the certificate's data at the top level.
pub(super) async fn validation(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    operation_id: Path<String>,
    Query(reading): Query<Reading>,
) -> HttpResponse {
    let now = sandbox.now();
    let mut state = sandbox.viafirma_state();
    let variants = state.variants.clone();
    let application = match credentials::application(&state, &request) {
        Ok(application) => application,
        Err(denied) => return denied.answer(),
    };
    let answer = state
        .operation_mut(&operation_id)
        .filter(|found| {
            found.flow == Flow::Authentication
                && found.application == application
                && reading.is_of(found)
                && found.has_result(now, &variants)
        })
        .and_then(|operation| {
            let Some(Outcome { end: End::Signed(certificate), .. }) = &operation.outcome else {
                return None;
            };
            let data = certificate.validation_data(&operation.id, variants.certificate_members);
            operation.removed |= reading.deletes();
            Some(data)
        });
    match answer {
        Some(data) => wire::reply(&variants, StatusCode::OK, &data),
        None => wire::unknown_operation(&variants, &operation_id),
    }
}
