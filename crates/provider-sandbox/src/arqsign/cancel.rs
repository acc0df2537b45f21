//! Canceling a process. Source: contract section 2.6.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Path, ThinData};
use actix_web::{HttpRequest, HttpResponse};

use super::{find, gate, interventions, messages, wire};
use crate::sandbox::Sandbox;

/// 2.6. A body is not looked at, unless a variant wants one.
pub(super) async fn cancel(
    ThinData(sandbox): ThinData<Sandbox>,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> HttpResponse {
    let caller = match gate::admit(&sandbox, &request) {
        Ok(caller) => caller,
        Err(denied) => return denied.answer(),
    };
    if caller.variants.cancel_needs_object
        && !serde_json::from_slice::<serde_json::Value>(&body).is_ok_and(|sent| sent.is_object())
    {
        return wire::server_error();
    }
    let found = {
        let state = sandbox.arqsign_state();
        find::process(&state, &caller, &id, sandbox.now()).map(|process| process.id.clone())
    };
    // The vendor names the user of the key; calls have none, so the account stands in.
    let done = found.and_then(|id| interventions::cancel(&sandbox, &id, &caller.account.name));
    match done {
        Ok(()) => wire::message(&caller.variants, StatusCode::OK, messages::CANCELED_NOW),
        Err(refusal) => wire::refuse(&caller.variants, &refusal),
    }
}
