//! The only call with an effect outside the vendor: it starts evaluation and signing. Source: contract sections 3.4 and 10.2.

use actix_web::HttpResponse;
use serde_json::{Map, Value};

use super::body::Object;
use super::flow;
use super::gateway::Caller;
use super::members::Members;
use super::pointers::put;
use super::state::{Portfolio, Stage, State};
use super::wire::{self, Refusal};
use crate::sandbox::Sandbox;

/// Checks that a portfolio is complete, and starts it.
pub(super) fn start(sandbox: &Sandbox, caller: &Caller, sent: &Object) -> Result<HttpResponse, Refusal> {
    let mut state = sandbox.gofirmex_state();
    let id = only_portfolio_id(&state, sent, &[])?;
    let key = state.own_key(&caller.issuer, id).ok_or_else(Refusal::unknown_portfolio)?;
    let portfolio = state.portfolio(key).ok_or_else(Refusal::unknown_portfolio)?;
    if portfolio.stage.is_final() && portfolio.started_at.is_none() {
        return Err(Refusal::finished());
    }
    if let Some(lack) = lack(&state, portfolio) {
        return Err(Refusal::incomplete(lack));
    }
    if state.consumer(&caller.issuer).is_none_or(|consumer| consumer.credit == Some(0)) {
        return Err(Refusal::no_credit());
    }
    if portfolio.stage != Stage::Created {
        let harmless = state.variants.start_again_succeeds;
        return if harmless { Ok(done(&state, "Portfolio started")) } else { Err(Refusal::already_started()) };
    }
    if let Some(credit) = state.consumer_mut(&caller.issuer).and_then(|consumer| consumer.credit.as_mut()) {
        *credit = credit.saturating_sub(1);
    }
    if let Some(portfolio) = state.portfolio_mut(key) {
        portfolio.stage = Stage::InReview;
        portfolio.started_at = Some(sandbox.now());
    }
    flow::schedule_evaluation(sandbox, key, state.variants.evaluation_ms);
    Ok(done(&state, "Portfolio started"))
}

/// What is missing before a portfolio can be started.
fn lack(state: &State, portfolio: &Portfolio) -> Option<&'static str> {
    if portfolio.documents.is_empty() {
        return Some("The portfolio has no document");
    }
    let profile = &state.profile;
    let needed = portfolio.documents.iter().any(|document| profile.needs_identity(&document.signature));
    let mut signers = portfolio.signers.iter();
    let lacking = needed && signers.any(|signer| portfolio.lacks_identity(signer, &profile.required_identity_kinds));
    lacking.then_some("A signer lacks identity documents")
}

/// The id in a request that names a portfolio and, besides, only these optional texts.
pub(super) fn only_portfolio_id<'a>(state: &State, sent: &'a Object, beside: &[&str]) -> Result<&'a str, Refusal> {
    let mut members = Members::new(sent, "");
    let id = members.text("portfolio_id").unwrap_or_default();
    for optional in beside {
        members.optional_text(optional);
    }
    if state.variants.reject_unknown {
        members.refuse_unknown(&[&["portfolio_id"], beside].concat());
    }
    let faults = members.faults();
    if faults.is_empty() { Ok(id) } else { Err(Refusal::invalid(faults)) }
}

/// A success without anything to tell.
pub(super) fn done(state: &State, message: &str) -> HttpResponse {
    let mut body = wire::success(state, message);
    if !state.variants.bare_answers {
        put(&mut body, "/data", Value::Object(Map::new()));
    }
    HttpResponse::Ok().json(body)
}
