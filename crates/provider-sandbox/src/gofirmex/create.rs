//! A new portfolio: its signers, and nothing that anybody hears of. Source: contract section 3.1.

use actix_web::HttpResponse;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::body::Object;
use super::gateway::Caller;
use super::state::{Portfolio, Signer, Stage, State};
use super::wire::{self, Refusal};
use super::{checks, flow};
use crate::clock::later;
use crate::sandbox::Sandbox;

/// Checks a portfolio and files it.
pub(super) fn portfolio(
    sandbox: &Sandbox,
    caller: &Caller,
    sent: &Object,
    lag_s: u64,
) -> Result<HttpResponse, Refusal> {
    let mut state = sandbox.gofirmex_state();
    let faults = checks::portfolio(&state, sent);
    if !faults.is_empty() {
        return Err(Refusal::invalid(faults));
    }
    let own = |name: &str| sent.get(name).and_then(Value::as_str).map(str::to_owned);
    let client_id = own("client_portfolio_id");
    if state.variants.unique_client_id && client_id.is_some() {
        let mut others = state.portfolios().iter();
        if others.any(|known| known.issuer == caller.issuer && known.client_id == client_id) {
            return Err(Refusal::duplicate_client_id());
        }
    }
    let now = sandbox.now();
    let id = state.new_id();
    let signers = sent.get("signers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let portfolio = Portfolio {
        id: id.clone(),
        issuer: caller.issuer.clone(),
        client_id: client_id.clone(),
        portfolio_type: own("portfolio_type"),
        signers: signers.iter().map(|signer| signer_of(&mut state, signer)).collect(),
        documents: Vec::new(),
        identity_documents: Vec::new(),
        stage: Stage::Created,
        reason: None,
        sealing: false,
        link: state.new_token(),
        links_until: None,
        created_at: now,
        started_at: None,
        completed_at: None,
        visible_from: later(now, TimeDelta::seconds(i64::try_from(lag_s).unwrap_or(i64::MAX / 1000))),
    };
    let expires_at = later(now, TimeDelta::days(state.variants.expiry_days.into()));
    let key = state.insert(portfolio);
    flow::schedule_expiry(sandbox, key, expires_at);
    let mut beside = Vec::new();
    if let Some(client_id) = client_id {
        beside.push(("client_portfolio_id", json!(client_id)));
    }
    beside.push(("status", json!(state.profile.word(Stage::Created))));
    Ok(wire::created(&state, "Portfolio created", &state.profile.response.portfolio_id, &id, &beside))
}

fn signer_of(state: &mut State, sent: &Value) -> Signer {
    let own = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Signer {
        nin: own("nin"),
        country: own("country"),
        names: own("names"),
        lastnames: own("lastnames"),
        email: own("email"),
        phone: sent.get("phone").and_then(Value::as_str).map(str::to_owned),
        notified: own("notification") == state.profile.notification_codes.email,
        order: sent.get("order").and_then(Value::as_u64),
        token: state.new_token(),
        invited: false,
        signed: std::collections::HashMap::new(),
        refused_at: None,
    }
}
