//! One door for all calls: the gateway's checks, then the service's. Source: contract section 10.2.

use actix_web::guard::GuardContext;
use actix_web::http::StatusCode;
use actix_web::web::{Payload, ThinData};
use actix_web::{HttpRequest, HttpResponse};

use super::body::{Body, BodyError};
use super::calls::Call;
use super::gateway::{self, Barred, Caller};
use super::wire::Refusal;
use super::{VENDOR, create, documents, identity, read, start, withdraw};
use crate::endpoint::{self, plain};
use crate::sandbox::Sandbox;

/// The path below the vendor's base address.
fn own_path(path: &str) -> &str {
    path.strip_prefix('/').and_then(|path| path.strip_prefix(VENDOR)).unwrap_or(path)
}

/// Whether a request is that call, by the profile in force.
pub(super) fn is_call(context: &GuardContext<'_>, call: Call) -> bool {
    let head = context.head();
    context.app_data::<ThinData<Sandbox>>().is_some_and(|ThinData(sandbox)| {
        let found = sandbox.gofirmex_state().profile.calls.at(&head.method, own_path(head.uri.path()));
        found.is_some_and(|(found, _)| found == call)
    })
}

/// Answers a call, or says that there is none.
pub(super) async fn serve(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    // Read before anything is judged: an answer to an unread upload would be lost in a reset.
    let body = Body::read(&request, payload).await;
    let (caller, call, placed) = match pass_gateway(&sandbox, &request) {
        Ok(passed) => passed,
        Err(barred) => return barred.into_response(),
    };
    let body = match body {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return plain(StatusCode::PAYLOAD_TOO_LARGE, "413 Request Entity Too Large"),
        Err(BodyError::Broken) => return plain(StatusCode::BAD_REQUEST, "400 Bad Request"),
    };
    endpoint::received_json(&request, body.fields(), body.file_records());
    let answered = match is_own_user(&sandbox, &caller) {
        Ok(()) => dispatch(&sandbox, &request, &caller, call, placed.as_deref(), &body),
        Err(refusal) => Err(refusal),
    };
    answered.unwrap_or_else(|refusal| refusal.into_response(&sandbox.gofirmex_state()))
}

fn pass_gateway(sandbox: &Sandbox, request: &HttpRequest) -> Result<(Caller, Call, Option<String>), Barred> {
    let mut state = sandbox.gofirmex_state();
    let caller = gateway::authenticate(&state, request)?;
    let found = state.profile.calls.at(request.method(), own_path(request.path()));
    let (call, placed) = found.ok_or_else(Barred::no_route)?;
    gateway::spend(&mut state, &caller, sandbox.now())?;
    Ok((caller, call, placed))
}

fn is_own_user(sandbox: &Sandbox, caller: &Caller) -> Result<(), Refusal> {
    let state = sandbox.gofirmex_state();
    let owner = state.consumer(&caller.issuer).map(|consumer| consumer.user.as_str());
    if owner == caller.user.as_deref() { Ok(()) } else { Err(Refusal::forbidden()) }
}

fn dispatch(
    sandbox: &Sandbox,
    request: &HttpRequest,
    caller: &Caller,
    call: Call,
    placed: Option<&str>,
    body: &Body,
) -> Result<HttpResponse, Refusal> {
    let object = || body.object.as_ref().ok_or_else(Refusal::not_an_object);
    match call {
        Call::CreatePortfolio => create::portfolio(sandbox, caller, object()?, endpoint::lookup_lag_s(request)),
        Call::AddDocument => documents::add(sandbox, caller, object()?, body),
        Call::AddIdentityDocument => identity::add(sandbox, caller, object()?, body),
        Call::Start => start::start(sandbox, caller, object()?),
        Call::GetPortfolio => read::one(sandbox, caller, placed.unwrap_or_default()),
        Call::FindPortfolio => read::find(sandbox, caller, request.query_string()),
        Call::CancelPortfolio => withdraw::cancel(sandbox, caller, object()?),
        Call::Resend => withdraw::resend(sandbox, caller, object()?),
    }
}
