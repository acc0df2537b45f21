//! What a refusal may mean, in places of the envelope and of the account. Source: contract section 2.1.

use domain::order::Order;
use domain::outcome::{Blame, Class};
use serde_json::Value;

use super::endpoint::Endpoint;
use super::options::{DocumentOptions, EnvelopeOptions};
use super::profile::Fields;
use super::{GofirmexAccount, KIND};
use crate::shared::json;

/// What a call was about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    /// A part of carrying an order out.
    Submission(&'a Order, Target),
    /// The account alone.
    Account,
    /// An operation: its input is the caller's own.
    Operation,
}

/// What a call of a submission was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The portfolio with its signers.
    Portfolio,
    /// A document, by place from 0.
    Document(usize),
    /// A recipient's identity document, both by place from 0.
    Identity(usize, usize),
    /// The start of the whole.
    Start,
}

/// What the vendor said.
pub(super) struct Said<'a> {
    pub endpoint: Endpoint,
    pub class: Class,
    pub code: &'a str,
    pub status: u16,
    pub no_route: bool,
    pub detail: Option<&'a Value>,
}

/// Every place that a refusal may mean, each once.
pub(super) fn blames(account: &GofirmexAccount, said: &Said<'_>, scope: Scope<'_>) -> Vec<Blame> {
    let mut blames = match scope {
        _ if said.no_route => no_route(said.endpoint),
        Scope::Submission(order, target) => {
            let place = Place { account, order, target };
            let named = place.named_in(said.detail);
            if named.is_empty() { by_code(said, &place) } else { named }
        }
        Scope::Account | Scope::Operation => Vec::new(),
    };
    if blames.is_empty() {
        blames = of_account(said);
    }
    let mut once = Vec::with_capacity(blames.len());
    for blame in blames {
        if !once.contains(&blame) {
            once.push(blame);
        }
    }
    once
}

/// The path or the base URL is wrong: nobody answers there.
fn no_route(endpoint: Endpoint) -> Vec<Blame> {
    let call = format!("/settings/profile/calls/{}", endpoint.name());
    vec![Blame::account(call), Blame::account("/settings/base_url")]
}

fn of_account(said: &Said<'_>) -> Vec<Blame> {
    match said.class {
        Class::Authentication => {
            vec![Blame::account("/credentials/private_key_pem"), Blame::account("/settings/issuer")]
        }
        Class::Permission => vec![Blame::account("/settings/user"), Blame::account("/settings/issuer")],
        Class::InsufficientCredit => vec![Blame::account("")],
        Class::InvalidRequest
        | Class::NotFound
        | Class::Conflict
        | Class::RateLimited
        | Class::ProviderUnavailable
        | Class::ProviderError => Vec::new(),
    }
}

fn by_code(said: &Said<'_>, place: &Place<'_>) -> Vec<Blame> {
    match (said.code, said.status) {
        ("DOCUMENT_TYPE_NOT_FOUND", _) => place.document_type(),
        ("PORTFOLIO_INCOMPLETE", _) => {
            let proofs = (0..place.order.recipients.len())
                .map(|index| Blame::envelope(format!("/recipients/{index}/identity_documents")));
            std::iter::once(Blame::envelope("/documents")).chain(proofs).collect()
        }
        ("DOCUMENT_TOO_LARGE" | "UNSUPPORTED_FORMAT", _) | (_, 413 | 415) => place.file(),
        ("SIGNER_NOT_FOUND", _) => place.signer_nin(),
        (_, _) => Vec::new(),
    }
}

/// A call within an order.
struct Place<'a> {
    account: &'a GofirmexAccount,
    order: &'a Order,
    target: Target,
}

impl Place<'_> {
    /// The places that the fields of a detail mean; `detail` may be a text, an object or a list.
    fn named_in(&self, detail: Option<&Value>) -> Vec<Blame> {
        let entries: Vec<&Value> = match detail {
            Some(Value::Array(entries)) => entries.iter().collect(),
            Some(one @ Value::Object(_)) => vec![one],
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => Vec::new(),
        };
        entries.into_iter().filter_map(|entry| json::text_of(entry, "field")).flat_map(|f| self.field(&f)).collect()
    }

    fn field(&self, field: &str) -> Vec<Blame> {
        let fields = &self.account.checked.profile.fields;
        let listed = field.strip_prefix(&fields.portfolio.signers);
        if let Some(rest) = listed.filter(|_| self.target == Target::Portfolio) {
            return self.of_signers(rest, fields);
        }
        let (document, identity) = (&fields.document, &fields.identity_document);
        let is = |name: &String| name == field;
        match self.target {
            Target::Portfolio if is(&fields.portfolio.kind) => self.portfolio_type(),
            Target::Document(_) if is(&document.content) => self.file(),
            Target::Document(_) if is(&document.kind) => self.document_type(),
            Target::Document(_) if is(&document.signature) => self.signature(),
            Target::Document(index) if is(&document.description) => envelope(format!("/documents/{index}/name")),
            Target::Document(_) if is(&document.encryption_key) => vec![Blame::account("/settings/encryption")],
            Target::Identity(..) if is(&identity.content) => self.file(),
            Target::Identity(..) if is(&identity.kind) => self.document_type(),
            Target::Identity(..) if is(&identity.signer_nin) => self.signer_nin(),
            Target::Portfolio | Target::Document(_) | Target::Identity(..) | Target::Start => Vec::new(),
        }
    }

    /// `[i].member`: signers are sent in the order of the recipients.
    fn of_signers(&self, rest: &str, fields: &Fields) -> Vec<Blame> {
        let parts = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let Some((index, member)) = parts.and_then(|(index, rest)| Some((index.parse::<usize>().ok()?, rest))) else {
            return envelope("/recipients".to_owned());
        };
        if index >= self.order.recipients.len() {
            return envelope("/recipients".to_owned());
        }
        let (signer, name) = (&fields.signer, member.trim_start_matches('.'));
        let members = [
            (&signer.nin, "/national_id"),
            (&signer.country, "/national_id/country"),
            (&signer.names, "/name"),
            (&signer.lastnames, "/name"),
            (&signer.email, "/email"),
            (&signer.phone, "/phone"),
            (&signer.notification, "/delivery"),
            (&signer.order, "/routing_order"),
        ];
        let place = members.into_iter().find(|(member, _)| *member == name).map_or("", |(_, place)| place);
        envelope(format!("/recipients/{index}{place}"))
    }

    fn portfolio_type(&self) -> Vec<Blame> {
        match EnvelopeOptions::of(self.order).portfolio_type {
            Some(_) => envelope(format!("/provider_options/{KIND}/portfolio_type")),
            None => vec![Blame::account("/settings/default_portfolio_type")],
        }
    }

    fn document_type(&self) -> Vec<Blame> {
        match self.target {
            Target::Document(index) => {
                let options = self.order.documents.get(index).map(DocumentOptions::of).unwrap_or_default();
                match options.document_type {
                    Some(_) => envelope(format!("/documents/{index}/provider_options/{KIND}/document_type")),
                    None => vec![Blame::account("/settings/default_document_type")],
                }
            }
            Target::Identity(recipient, number) => {
                let proofs = self.order.recipients.get(recipient).map(|r| &r.spec.identity_documents);
                let kind = proofs.and_then(|proofs| proofs.get(number)).map_or("", |proof| proof.kind.as_str());
                let pointer = crate::schema::pointer_to("/settings/profile/identity_document_types", kind);
                vec![Blame::account(pointer)]
            }
            Target::Portfolio | Target::Start => Vec::new(),
        }
    }

    /// The level of every signer, or the document's own option.
    fn signature(&self) -> Vec<Blame> {
        if let Target::Document(index) = self.target {
            let options = self.order.documents.get(index).map(DocumentOptions::of).unwrap_or_default();
            if options.signature.is_some() {
                return envelope(format!("/documents/{index}/provider_options/{KIND}/signature"));
            }
        }
        let recipients = 0..self.order.recipients.len();
        recipients.map(|index| Blame::envelope(format!("/recipients/{index}/signature_level"))).collect()
    }

    fn file(&self) -> Vec<Blame> {
        match self.target {
            Target::Document(index) => envelope(format!("/documents/{index}")),
            Target::Identity(recipient, number) => {
                envelope(format!("/recipients/{recipient}/identity_documents/{number}"))
            }
            Target::Portfolio | Target::Start => Vec::new(),
        }
    }

    fn signer_nin(&self) -> Vec<Blame> {
        match self.target {
            Target::Identity(recipient, _) => envelope(format!("/recipients/{recipient}/national_id")),
            Target::Portfolio | Target::Document(_) | Target::Start => Vec::new(),
        }
    }
}

fn envelope(pointer: String) -> Vec<Blame> {
    vec![Blame::envelope(pointer)]
}
