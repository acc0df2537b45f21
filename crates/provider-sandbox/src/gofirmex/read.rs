//! The optional calls that read: one portfolio, or those with a customer's own id. Source: contract sections 3.5 and 3.6 (assumption G6).

use actix_web::HttpResponse;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::body::Object;
use super::callback::link_urls;
use super::gateway::Caller;
use super::pointers::{first, parent, put, sibling};
use super::state::{Portfolio, PortfolioKey, Signer, Stage, State};
use super::views::sign_url;
use super::wire::{self, Refusal};
use crate::clock::later;
use crate::sandbox::Sandbox;

/// One portfolio by its id.
pub(super) fn one(sandbox: &Sandbox, caller: &Caller, id: &str) -> Result<HttpResponse, Refusal> {
    let mut state = sandbox.gofirmex_state();
    let key = state.own_key(&caller.issuer, id).ok_or_else(Refusal::unknown_portfolio)?;
    renew_links(sandbox, &mut state, key);
    let portfolio = state.portfolio(key).ok_or_else(Refusal::unknown_portfolio)?;
    let mut body = wire::success(&state, "Portfolio");
    let pointer = first(&state.profile.response.portfolio_id);
    for (name, value) in portfolio_json(sandbox, &state, portfolio) {
        let place = if name == "id" { pointer.to_owned() } else { sibling(pointer, &name) };
        put(&mut body, &place, value);
    }
    Ok(HttpResponse::Ok().json(body))
}

/// The customer's portfolios with a `client_portfolio_id`, oldest first.
pub(super) fn find(sandbox: &Sandbox, caller: &Caller, query: &str) -> Result<HttpResponse, Refusal> {
    let mut state = sandbox.gofirmex_state();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let wanted = pairs.find(|(name, _)| name == "client_portfolio_id").map(|(_, value)| value.into_owned());
    let wanted = wanted.ok_or_else(|| Refusal::invalid_field("client_portfolio_id", "is required"))?;
    let now = sandbox.now();
    let found: Vec<PortfolioKey> = state
        .portfolios()
        .iter()
        .enumerate()
        .filter(|(_, portfolio)| portfolio.issuer == caller.issuer && portfolio.visible_from <= now)
        .filter(|(_, portfolio)| portfolio.client_id.as_deref() == Some(&wanted))
        .map(|(key, _)| key)
        .collect();
    for key in &found {
        renew_links(sandbox, &mut state, *key);
    }
    let portfolios: Vec<Value> = found
        .iter()
        .filter_map(|key| state.portfolio(*key))
        .map(|portfolio| Value::Object(portfolio_json(sandbox, &state, portfolio)))
        .collect();
    let mut body = wire::success(&state, "Portfolios");
    let place = sibling(parent(first(&state.profile.response.portfolio_id)), "portfolios");
    put(&mut body, &place, portfolios.into());
    Ok(HttpResponse::Ok().json(body))
}

/// Who reads a finished portfolio gets links that live as long as the first ones did.
fn renew_links(sandbox: &Sandbox, state: &mut State, key: PortfolioKey) {
    let until = later(sandbox.now(), TimeDelta::hours(state.variants.link_hours.into()));
    if let Some(portfolio) = state.portfolio_mut(key)
        && portfolio.stage == Stage::Completed
    {
        portfolio.links_until = Some(until);
    }
}

fn portfolio_json(sandbox: &Sandbox, state: &State, portfolio: &Portfolio) -> Object {
    let links = link_urls(sandbox, state, portfolio);
    let signer = |signer: &Signer| {
        let url = portfolio.started_at.filter(|_| portfolio.stage.is_signing());
        json!({
            "nin": signer.nin,
            "status": signer_word(portfolio, signer),
            "sign_url": url.map(|_| sign_url(sandbox.base_url(), &signer.token)),
        })
    };
    let documents = portfolio.documents.iter().enumerate().map(|(place, document)| {
        json!({
            "id": document.id,
            "client_document_id": document.client_id,
            "status": if portfolio.signers.iter().all(|signer| signer.signed.contains_key(&place)) { "SIGNED" } else { "PENDING" },
            "download_url": links.documents.get(place).cloned().flatten(),
        })
    });
    let reason = portfolio.reason.as_ref();
    let members = [
        ("id", json!(portfolio.id)),
        ("client_portfolio_id", json!(portfolio.client_id)),
        ("status", json!(state.profile.word(portfolio.stage))),
        ("signers", portfolio.signers.iter().map(signer).collect()),
        ("documents", documents.collect()),
        ("download_url", json!(links.portfolio)),
        (
            "rejection",
            reason.map_or(Value::Null, |reason| json!({ "detail": reason.detail, "message": reason.message })),
        ),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// How far a signer is; the words are this simulator's own, the contract has none.
fn signer_word(portfolio: &Portfolio, signer: &Signer) -> &'static str {
    if signer.refused_at.is_some() {
        "REJECTED"
    } else if !portfolio.documents.is_empty() && portfolio.is_done(signer) {
        "SIGNED"
    } else {
        "PENDING"
    }
}
