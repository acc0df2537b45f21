//! What a call's path or body points at. Source: contract sections 2 and 2.18.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::config::Variants;
use super::files::FILE_MEMBER;
use super::gate::{self, Caller};
use super::messages::{self, Refusal};
use super::process::Process;
use super::shape::{Faults, Member, Object, is_guid};
use super::state::State;
use super::wire;
use crate::endpoint::{self, plain};
use crate::sandbox::Sandbox;
use crate::upload::{self, Body, BodyError, Limits};

/// A call whose body is JSON: who makes it, and what they sent.
///
/// # Errors
/// The answer, when the call goes no further. The keys are looked at before the body is judged.
pub(super) async fn accepted(
    sandbox: &Sandbox,
    request: &HttpRequest,
    payload: Payload,
) -> Result<(Caller, Body), actix_web::HttpResponse> {
    let max_total_bytes = sandbox.arqsign_state().variants.max_total_bytes;
    let limits =
        Limits { member: FILE_MEMBER, file_bytes: Some(max_total_bytes), keep_files: !sandbox.config().null_sink };
    // Read to its end also for those who are turned away, so that the answer reaches them.
    let body = upload::read(request, payload, limits).await;
    let caller = gate::admit(sandbox, request).map_err(|denied| denied.answer())?;
    match body {
        Ok(body) => {
            let documents = super::files::documents(&body.json);
            endpoint::received_json(request, body.json.clone(), body.file_records(documents, "nomeComExtensao"));
            Ok((caller, body))
        }
        Err(BodyError::MediaType) => Err(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "415 Unsupported Media Type")),
        Err(BodyError::TooLarge) => Err(plain(StatusCode::PAYLOAD_TOO_LARGE, "413 Request Entity Too Large")),
        Err(BodyError::NotJson | BodyError::Broken) => Err(wire::server_error()),
    }
}

/// The body's object, when its shape is right.
///
/// # Errors
/// The refusal; `None` stands for the empty 500.
pub(super) fn object<'a>(
    sent: &'a Value,
    members: &[Member],
    variants: &Variants,
) -> Result<&'a Object, Option<Refusal>> {
    let sent = sent.as_object().ok_or_else(|| Some(Refusal::bad_request(messages::UNKNOWN_MEMBER)))?;
    let mut faults = Faults::default();
    faults.object(sent, &[members], variants.request_bits);
    faults.verdict(variants)?;
    Ok(sent)
}

/// The texts of an array.
pub(super) fn texts(sent: &Object, name: &str) -> Option<Vec<String>> {
    let items = sent.get(name)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// An account's process as its calls see it.
///
/// # Errors
/// A [`Refusal`] when the id is none, or the process is not there, not yet, or not any more.
pub(super) fn process<'a>(
    state: &'a State,
    caller: &Caller,
    id: &str,
    now: DateTime<Utc>,
) -> Result<&'a Process, Refusal> {
    if !is_guid(id) {
        return Err(messages::wrong_format(&caller.variants, &["idProcesso".to_owned()]));
    }
    visible(state.process(id), caller, now, "idProcesso")
}

/// The same by the id of a document, with the document's place.
///
/// # Errors
/// As [`process`].
pub(super) fn document<'a>(
    state: &'a State,
    caller: &Caller,
    id: &str,
    now: DateTime<Utc>,
) -> Result<(&'a Process, usize), Refusal> {
    if !is_guid(id) {
        return Err(messages::wrong_format(&caller.variants, &["idArquivoProcesso".to_owned()]));
    }
    let found = state.process_of_document(id);
    let process = visible(found.map(|(process, _)| process), caller, now, "idArquivoProcesso")?;
    Ok((process, found.map_or(0, |(_, place)| place)))
}

fn visible<'a>(
    process: Option<&'a Process>,
    caller: &Caller,
    now: DateTime<Utc>,
    name: &str,
) -> Result<&'a Process, Refusal> {
    let process = process
        .filter(|found| found.account == caller.account.id && found.visible_from <= now)
        .ok_or_else(|| messages::unknown_ids(&caller.variants, &[name]))?;
    if process.deleted { Err(messages::deleted(&caller.variants)) } else { Ok(process) }
}
