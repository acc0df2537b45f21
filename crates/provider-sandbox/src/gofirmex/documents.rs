//! A document for a portfolio. Source: contract sections 3.2 and 10.2.

use actix_web::HttpResponse;
use serde_json::Value;

use super::body::{Body, Content, Object};
use super::content::decrypt;
use super::gateway::Caller;
use super::members::Members;
use super::state::{Document, PortfolioKey, Stage, State};
use super::wire::{self, Refusal};
use crate::sandbox::Sandbox;

/// The members of style `code`.
const KNOWN: [&str; 7] =
    ["portfolio_id", "document", "description", "document_type", "signature", "client_document_id", "encryption_key"];
/// The members of style `flags`, which this service does not take. Source: contract assumption G12.
const FLAGS: [&str; 4] = ["sign", "notary_sign", "document_format", "document_hash"];

/// Checks a document and adds it.
pub(super) fn add(sandbox: &Sandbox, caller: &Caller, sent: &Object, body: &Body) -> Result<HttpResponse, Refusal> {
    let mut state = sandbox.gofirmex_state();
    check_members(&state, sent, body)?;
    let own = |name: &str| sent.get(name).and_then(Value::as_str);
    let key = fillable(&state, caller, own("portfolio_id").unwrap_or_default())?;
    let limits = state.profile.limits;
    if state.portfolio(key).is_some_and(|portfolio| portfolio.documents.len() >= limits.max_documents) {
        return Err(Refusal::invalid_field("document", "the portfolio has as many documents as it may have"));
    }
    let content = decrypted(&state, caller, own("encryption_key"), body)?;
    if !content.bytes.starts_with(b"%PDF-") {
        return Err(Refusal::unsupported_format());
    }
    if content.bytes.len() > limits.max_document_bytes {
        return Err(Refusal::too_large());
    }
    let document_type = own("document_type").unwrap_or_default();
    if !state.catalogue.document_types.iter().any(|known| known == document_type) {
        return Err(Refusal::unknown_document_type());
    }
    let signature = signature_word(&state, sent)?;
    let id = state.new_id();
    let document = Document {
        id: id.clone(),
        client_id: own("client_document_id").map(str::to_owned),
        description: own("description").unwrap_or_default().to_owned(),
        document_type: document_type.to_owned(),
        notarial: state.profile.is_notarial(&signature),
        signature,
        encrypted: sent.contains_key("encryption_key"),
        original: if sandbox.config().null_sink { bytes::Bytes::new() } else { content.bytes },
        sha256: content.sha256,
        sealed: None,
        link: state.new_token(),
    };
    state.add_document(key, document);
    Ok(wire::created(&state, "Document created", &state.profile.response.document_id, &id, &[]))
}

fn check_members(state: &State, sent: &Object, body: &Body) -> Result<(), Refusal> {
    let mut members = Members::new(sent, "");
    members.text("portfolio_id");
    check_file(&mut members, body);
    members.text("description");
    members.text("document_type");
    for optional in ["signature", "client_document_id", "encryption_key"] {
        members.optional_text(optional);
    }
    if state.variants.reject_unknown {
        members.refuse_unknown(&[&KNOWN[..], &FLAGS[..]].concat());
    }
    let faults = members.faults();
    if faults.is_empty() { Ok(()) } else { Err(Refusal::invalid(faults)) }
}

/// The member `document` must be a text; whether it is base64 is told later.
pub(super) fn check_file(members: &mut Members<'_>, body: &Body) {
    if !body.has_content {
        // What is still there is no text.
        members.text("document");
    }
}

/// The caller's own portfolio, while it can be filled.
pub(super) fn fillable(state: &State, caller: &Caller, id: &str) -> Result<PortfolioKey, Refusal> {
    let key = state.own_key(&caller.issuer, id).ok_or_else(Refusal::unknown_portfolio)?;
    let portfolio = state.portfolio(key).ok_or_else(Refusal::unknown_portfolio)?;
    match (portfolio.stage, portfolio.started_at) {
        (Stage::Created, _) => Ok(key),
        (_, Some(_)) => Err(Refusal::already_started()),
        // It was withdrawn, or it expired, without ever being started.
        (_, None) => Err(Refusal::finished()),
    }
}

fn decrypted(state: &State, caller: &Caller, key_id: Option<&str>, body: &Body) -> Result<Content, Refusal> {
    let content = || body.content.clone().ok_or_else(Refusal::unsupported_format);
    let Some(key_id) = key_id else {
        return content();
    };
    let consumer = state.consumer(&caller.issuer).ok_or_else(Refusal::forbidden)?;
    let Some(key) = consumer.encryption_keys.get(key_id) else {
        return Err(Refusal::invalid_field("encryption_key", "is not an agreed key"));
    };
    decrypt(&content()?.bytes, key).map(Content::new).ok_or_else(Refusal::unsupported_format)
}

/// The word of the kind of signature, when the document is of style `code`.
fn signature_word(state: &State, sent: &Object) -> Result<String, Refusal> {
    let mut members = Members::new(sent, "");
    for flag in FLAGS.into_iter().filter(|flag| sent.contains_key(*flag)) {
        members.fault(flag, "does not go with signature codes");
    }
    let word = members.text("signature").map(str::to_owned);
    if word.as_ref().is_some_and(|word| !state.profile.allows_signature(word)) {
        members.fault("signature", "is not allowed for this account");
    }
    match (word, members.faults()) {
        (Some(word), faults) if faults.is_empty() => Ok(word),
        (_, faults) => Err(Refusal::invalid(faults)),
    }
}
