//! The optional calls that change something: withdrawing a portfolio, reminding a signer. Source: contract sections 3.7 and 3.8 (assumption G6).

use actix_web::HttpResponse;
use serde_json::Value;

use super::body::Object;
use super::flow;
use super::gateway::Caller;
use super::members::Members;
use super::start::{done, only_portfolio_id};
use super::wire::Refusal;
use crate::ledger::NoticeKind;
use crate::sandbox::Sandbox;

/// Withdraws a portfolio; the rejection follows by callback.
pub(super) fn cancel(sandbox: &Sandbox, caller: &Caller, sent: &Object) -> Result<HttpResponse, Refusal> {
    let state = sandbox.gofirmex_state();
    let id = only_portfolio_id(&state, sent, &["reason"])?;
    let key = state.own_key(&caller.issuer, id).ok_or_else(Refusal::unknown_portfolio)?;
    let portfolio = state.portfolio(key).ok_or_else(Refusal::unknown_portfolio)?;
    if portfolio.stage.is_final() || portfolio.sealing {
        return Err(Refusal::finished());
    }
    let answer = done(&state, "Portfolio canceled");
    let reason = sent.get("reason").and_then(Value::as_str).unwrap_or("Withdrawn by the customer").to_owned();
    sandbox.agenda().at(sandbox.now(), move |sandbox| async move { flow::withdraw(&sandbox, key, reason) });
    Ok(answer)
}

/// Sends a signer's invitation again.
pub(super) fn resend(sandbox: &Sandbox, caller: &Caller, sent: &Object) -> Result<HttpResponse, Refusal> {
    let state = sandbox.gofirmex_state();
    let mut members = Members::new(sent, "");
    let (id, nin) = (members.text("portfolio_id"), members.text("signer_nin"));
    if state.variants.reject_unknown {
        members.refuse_unknown(&["portfolio_id", "signer_nin"]);
    }
    let faults = members.faults();
    if !faults.is_empty() {
        return Err(Refusal::invalid(faults));
    }
    let key = state.own_key(&caller.issuer, id.unwrap_or_default()).ok_or_else(Refusal::unknown_portfolio)?;
    let portfolio = state.portfolio(key).ok_or_else(Refusal::unknown_portfolio)?;
    let place = portfolio.place_of(nin.unwrap_or_default()).ok_or_else(Refusal::unknown_signer)?;
    let signer = portfolio.signers.get(place).ok_or_else(Refusal::unknown_signer)?;
    if flow::may_act(portfolio, place).is_err() || !signer.notified {
        return Err(Refusal::not_pending());
    }
    flow::tell(sandbox, NoticeKind::Reminder, &signer.email, &portfolio.id);
    Ok(done(&state, "Notification sent"))
}
