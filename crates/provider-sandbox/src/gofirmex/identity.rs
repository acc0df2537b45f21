//! An identity document of a signer. Source: contract sections 3.3 and 10.2.

use actix_web::HttpResponse;
use serde_json::Value;

use super::body::{Body, Object};
use super::catalogue::IdentityFormat;
use super::documents::{check_file, fillable};
use super::gateway::Caller;
use super::members::Members;
use super::state::{IdentityDocument, State};
use super::wire::{self, Refusal};
use crate::sandbox::Sandbox;

const KNOWN: [&str; 6] =
    ["portfolio_id", "signer_nin", "document", "description", "document_type", "client_document_id"];

/// Checks an identity document and adds it.
pub(super) fn add(sandbox: &Sandbox, caller: &Caller, sent: &Object, body: &Body) -> Result<HttpResponse, Refusal> {
    let mut state = sandbox.gofirmex_state();
    check_members(&state, sent, body)?;
    let own = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default();
    let key = fillable(&state, caller, own("portfolio_id"))?;
    let content = body.content.clone().ok_or_else(Refusal::unsupported_format)?;
    if content.bytes.len() > state.profile.limits.max_identity_bytes {
        return Err(Refusal::too_large());
    }
    let known = state.catalogue.identity_type(own("document_type")).ok_or_else(Refusal::unknown_document_type)?;
    let nin = own("signer_nin");
    if state.portfolio(key).and_then(|portfolio| portfolio.place_of(nin)).is_none() {
        return Err(Refusal::unknown_signer());
    }
    let format = IdentityFormat::of(&content.bytes).filter(|format| known.formats.contains(format));
    let format = format.ok_or_else(Refusal::unsupported_format)?;
    let kind = known.kind.clone();
    let id = state.new_id();
    let document = IdentityDocument {
        id: id.clone(),
        nin: nin.to_owned(),
        kind,
        client_id: sent.get("client_document_id").and_then(Value::as_str).map(str::to_owned),
        description: own("description").to_owned(),
        format,
        sha256: content.sha256,
        bytes: if sandbox.config().null_sink { bytes::Bytes::new() } else { content.bytes },
    };
    if let Some(portfolio) = state.portfolio_mut(key) {
        portfolio.identity_documents.push(document);
    }
    Ok(wire::created(&state, "Document created", &state.profile.response.document_id, &id, &[]))
}

fn check_members(state: &State, sent: &Object, body: &Body) -> Result<(), Refusal> {
    let mut members = Members::new(sent, "");
    members.text("portfolio_id");
    members.text("signer_nin");
    check_file(&mut members, body);
    members.text("description");
    members.text("document_type");
    members.optional_text("client_document_id");
    if state.variants.reject_unknown {
        members.refuse_unknown(&KNOWN);
    }
    let faults = members.faults();
    if faults.is_empty() { Ok(()) } else { Err(Refusal::invalid(faults)) }
}
