//! What the vendor tells its customers: accepted, signed, completed, rejected. Source: contract section 4.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::VENDOR;
use super::config::{CallbackKind, Links};
use super::pointers::{first, parent, put, sibling};
use super::profile::CallbackPointers;
use super::state::{Portfolio, PortfolioKey, Seat, Stage, State};
use super::views::sign_url;
use crate::callbacks::{self, Callback, CallbackBody, CallbackVerdict};
use crate::sandbox::Sandbox;

/// The pauses before the vendor tries again. Source: contract assumption G20.
const RETRIES: [Duration; 5] = [
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_hours(1),
];

/// The evaluator has accepted a portfolio.
pub(super) fn accepted(sandbox: &Sandbox, key: PortfolioKey) {
    send(sandbox, key, CallbackKind::PortfolioAccepted, |state, portfolio, body| {
        let pointers = &state.profile.callback;
        let word = state.variants.accepted_word.clone().unwrap_or_else(|| state.profile.word(Stage::Accepted));
        put(body, first(&pointers.status), word.into());
        let signers = portfolio.signers.iter().map(|signer| {
            let mut entry = Value::Null;
            let nin = first(&pointers.signer_nin);
            put(&mut entry, nin, signer.nin.clone().into());
            put(&mut entry, &sibling(nin, "email"), signer.email.clone().into());
            put(&mut entry, first(&pointers.signer_sign_url), sign_url(sandbox.base_url(), &signer.token).into());
            entry
        });
        put(body, first(&pointers.signers), signers.collect());
    });
}

/// A signer has signed a document.
pub(super) fn signed(sandbox: &Sandbox, seat: Seat, place: usize) {
    send(sandbox, seat.portfolio, CallbackKind::DocumentSigned, |state, portfolio, body| {
        let pointers = &state.profile.callback;
        let document_id = first(&pointers.document_id);
        if let Some(document) = portfolio.documents.get(place) {
            put(body, document_id, document.id.clone().into());
            if let Some(client_id) = &document.client_id {
                put(body, first(&pointers.client_document_id), client_id.clone().into());
            }
        }
        put_signer(body, pointers, portfolio, seat.signer);
        let signed_at = portfolio.signers.get(seat.signer).and_then(|signer| signer.signed.get(&place));
        if let Some(at) = signed_at {
            put(body, &sibling(parent(document_id), "signed_at"), instant(*at).into());
        }
    });
}

/// A portfolio is complete.
pub(super) fn completed(sandbox: &Sandbox, key: PortfolioKey) {
    send(sandbox, key, CallbackKind::PortfolioCompleted, |state, portfolio, body| {
        let pointers = &state.profile.callback;
        let status = first(&pointers.status);
        put(body, status, state.profile.word(Stage::Completed).into());
        let links = link_urls(sandbox, state, portfolio);
        if let Some(url) = links.portfolio {
            put(body, first(&pointers.download_url), url.into());
        }
        if links.documents.iter().any(Option::is_some) {
            let documents = portfolio.documents.iter().zip(links.documents).map(|(document, url)| {
                let mut entry = json!({ "id": document.id });
                if let Some(client_id) = &document.client_id {
                    put(&mut entry, "/client_document_id", client_id.clone().into());
                }
                put(&mut entry, first(&pointers.document_download_url), url.into());
                entry
            });
            put(body, first(&pointers.documents), documents.collect());
        }
        if let Some(at) = portfolio.completed_at {
            put(body, &sibling(status, "completed_at"), instant(at).into());
        }
    });
}

/// A portfolio ended otherwise; by the refusal of the signer at that place, where it was one.
pub(super) fn rejected(sandbox: &Sandbox, key: PortfolioKey, refused_by: Option<usize>) {
    send(sandbox, key, CallbackKind::PortfolioRejected, |state, portfolio, body| {
        let pointers = &state.profile.callback;
        put(body, first(&pointers.status), state.profile.word(portfolio.stage).into());
        if let Some(reason) = &portfolio.reason {
            put(body, first(&pointers.message), reason.message.clone().into());
            if let Some(detail) = &reason.detail {
                put(body, first(&pointers.detail), detail.clone().into());
            }
        }
        if let Some(place) = refused_by.filter(|_| !state.variants.anonymous_refusals) {
            put_signer(body, pointers, portfolio, place);
        }
    });
}

fn put_signer(body: &mut Value, pointers: &CallbackPointers, portfolio: &Portfolio, place: usize) {
    if let Some(signer) = portfolio.signers.get(place) {
        let nin = first(&pointers.signed_by);
        put(body, nin, signer.nin.clone().into());
        put(body, &sibling(nin, "email"), signer.email.clone().into());
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Sends a callback of a portfolio where its customer has an address for it.
fn send(sandbox: &Sandbox, key: PortfolioKey, kind: CallbackKind, fill: impl FnOnce(&State, &Portfolio, &mut Value)) {
    let callback = {
        let state = sandbox.gofirmex_state();
        state.portfolio(key).and_then(|portfolio| prepare(&state, portfolio, kind, fill))
    };
    if let Some(callback) = callback {
        callbacks::send(sandbox, callback);
    }
}

fn prepare(
    state: &State,
    portfolio: &Portfolio,
    kind: CallbackKind,
    fill: impl FnOnce(&State, &Portfolio, &mut Value),
) -> Option<Callback> {
    let consumer = state.consumer(&portfolio.issuer)?;
    let own_url = consumer.callback_urls.get(&kind);
    let url = own_url.or(consumer.callback_url.as_ref())?.clone();
    let pointers = &state.profile.callback;
    let mut body = Value::Null;
    if own_url.is_none() && !state.variants.callbacks_without_event {
        put(&mut body, first(&pointers.event), event_name(pointers, kind).into());
    }
    put(&mut body, first(&pointers.portfolio_id), portfolio.id.clone().into());
    if let Some(client_id) = portfolio.client_id.as_ref().filter(|_| !state.variants.callbacks_without_client_id) {
        put(&mut body, first(&pointers.client_portfolio_id), client_id.clone().into());
    }
    fill(state, portfolio, &mut body);
    let authorization = consumer.callback_authorization.clone();
    Some(Callback {
        vendor: VENDOR,
        reference: portfolio.id.clone(),
        url,
        body: CallbackBody::Json {
            bytes: body.to_string().into(),
            headers: authorization.into_iter().map(|value| ("authorization", value)).collect(),
        },
        read_reply,
        mailed_when_unreadable: None,
        retries: RETRIES.to_vec(),
        afterwards: None,
    })
}

fn event_name(pointers: &CallbackPointers, kind: CallbackKind) -> &str {
    let names = &pointers.event_names;
    let (words, usual) = match kind {
        CallbackKind::PortfolioAccepted => (&names.portfolio_accepted, "portfolio_accepted"),
        CallbackKind::DocumentSigned => (&names.document_signed, "document_signed"),
        CallbackKind::PortfolioCompleted => (&names.portfolio_completed, "portfolio_completed"),
        CallbackKind::PortfolioRejected => (&names.portfolio_rejected, "portfolio_rejected"),
    };
    words.first().map_or(usual, String::as_str)
}

/// Any 2xx acknowledges, whatever the body. Source: contract assumption G19.
fn read_reply(status: u16, _: &[u8]) -> CallbackVerdict {
    if (200..300).contains(&status) { CallbackVerdict::Accepted } else { CallbackVerdict::Refused }
}

/// The links of a completed portfolio.
#[derive(Debug, Default)]
pub(super) struct LinkUrls {
    pub(super) portfolio: Option<String>,
    /// In the order of the documents.
    pub(super) documents: Vec<Option<String>>,
}

/// The links that a portfolio has now; none before it is completed. Source: contract assumption G7.
pub(super) fn link_urls(sandbox: &Sandbox, state: &State, portfolio: &Portfolio) -> LinkUrls {
    if portfolio.stage != Stage::Completed {
        return LinkUrls::default();
    }
    let url = |link: &str| format!("{}/{VENDOR}/files/{link}", sandbox.base_url());
    let (whole, each) = match state.variants.links {
        Links::Both => (true, true),
        Links::Portfolio => (true, false),
        Links::Documents => (false, true),
    };
    LinkUrls {
        portfolio: whole.then(|| url(&portfolio.link)),
        documents: portfolio.documents.iter().map(|document| each.then(|| url(&document.link))).collect(),
    }
}
