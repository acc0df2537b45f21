//! An account, an envelope and the calls between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use domain::envelope::{IdentityDocument, RecipientSpec};
use domain::facts::Reading;
use domain::ids::{DocumentId, IdentityDocumentId, RecipientId};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::steps::{Step, StepOutput, StepOutputs};
use domain::values::{NationalId, NationalIdType};
use provider_clients::call::{Body, Call};
use provider_clients::gofirmex::Gofirmex;
use provider_clients::provider::{
    Account, CallbackReading, CallbackRequest, Fault, Prepared, Provider, SubmissionView, Told,
};
use provider_clients::reply::{Reply, StoredFile};
use serde_json::{Value, json};

pub use crate::kit::*;

pub const PORTFOLIO: &str = "9f0b7a52-6f5e-4a53-9a0c-2a4b8a4d7c11";
pub const DOCUMENT: &str = "b7a2f1c4-0d7e-4a7c-b3ac-58c9a2c7e901";
pub const DOCUMENT_TYPE: &str = "1d0c5b0e-4a39-4a52-8f0e-7c1c2b3a4d5e";
pub const BASE: &str = "https://api.sandbox.firmex.cloud/v1/signflow";

pub fn settings() -> Value {
    json!({
        "base_url": BASE,
        "user": "api@acme.example",
        "issuer": "acme-user",
        "default_document_type": DOCUMENT_TYPE
    })
}

/// The key of the schema's example.
pub fn example_key() -> String {
    let schema = Gofirmex::new().profile().credentials_schema.clone();
    schema["properties"]["private_key_pem"]["examples"][0].as_str().unwrap().to_owned()
}

pub fn credentials() -> Value {
    json!({ "private_key_pem": example_key() })
}

pub fn with(base: Value, more: &Value) -> Value {
    let mut all = base;
    for (name, value) in more.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

pub fn try_open(more: Value, secrets: Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
    Gofirmex::new().open(&with(settings(), &more), &with(credentials(), &secrets))
}

/// An account with the contract's defaults but for `more`.
pub fn account(more: Value) -> Arc<dyn Account> {
    try_open(more, json!({})).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// The plain account, opened once: reading a key takes time.
pub fn shared_account() -> Arc<dyn Account> {
    static ACCOUNT: std::sync::OnceLock<Arc<dyn Account>> = std::sync::OnceLock::new();
    Arc::clone(ACCOUNT.get_or_init(|| account(json!({}))))
}

/// An account whose profile differs from the defaults by `profile`.
pub fn profiled(profile: Value) -> Arc<dyn Account> {
    account(json!({ "profile": profile }))
}

/// An account with all the optional calls of sections 3.5 to 3.8.
pub fn readable() -> Arc<dyn Account> {
    profiled(json!({ "calls": optional_calls() }))
}

pub fn optional_calls() -> Value {
    json!({
        "get_portfolio": { "method": "GET", "path": "/portfolio/{portfolio_id}" },
        "find_portfolio": { "method": "GET", "path": "/portfolio" },
        "cancel_portfolio": { "method": "POST", "path": "/cancel_portfolio" },
        "resend": { "method": "POST", "path": "/resend_notification" }
    })
}

/// The ids of identity documents in the vendor's catalogue.
pub fn identity_types() -> Value {
    json!({
        "id_card_front": "2e1d6c1f-5b4a-4b63-9f1f-8d2d3c4b5e6f",
        "id_card_back": "3f2e7d20-6c5b-4c74-8a20-9e3e4d5c6f70",
        "other": "4a3f8e31-7d6c-4d85-9b31-af4f5e6d7a81"
    })
}

pub fn person(given: &str, family: &str, second: Option<&str>, email: &str, rut: &str, order: u32) -> RecipientSpec {
    let name = [Some(given), Some(family), second].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let mut spec = signer(&name, email);
    spec.given_name = Some(given.to_owned());
    spec.family_name = Some(family.to_owned());
    spec.second_family_name = second.map(str::to_owned);
    spec.national_id = Some(NationalId::new(NationalIdType::Rut, rut, None).unwrap());
    spec.routing_order = order;
    spec
}

pub fn ana() -> RecipientSpec {
    let mut ana = person("Ana María", "Pérez", Some("Soto"), "ana@example.cl", "11.111.111-1", 1);
    ana.phone = Some("+56912345678".parse().unwrap());
    ana
}

pub fn luis() -> RecipientSpec {
    let mut luis = person("Luis", "Rojas", Some("Díaz"), "luis@example.cl", "12345678-5", 2);
    luis.phone = Some("+56987654321".parse().unwrap());
    luis.delivery = Some(domain::envelope::Delivery::None);
    luis
}

/// Ana signs; that is all.
pub fn simple_order() -> Order {
    order(vec![ana()])
}

/// The contract's example: Ana, then Luis, who is told by the caller.
pub fn example_order() -> Order {
    order(vec![ana(), luis()])
}

/// The example with a second document.
pub fn two_documents() -> Order {
    let mut order = example_order();
    order.documents.push(document(2));
    order
}

pub fn proof(number: usize, kind: &str) -> IdentityDocument {
    IdentityDocument {
        id: IdentityDocumentId::parse(&format!("idd_{number:0>26}")).unwrap(),
        kind: kind.to_owned(),
        filename: format!("{kind}.png"),
        content_type: "image/png".to_owned(),
        size: 1_000,
        sha256: "0".repeat(64),
    }
}

/// Ana with both sides of her card.
pub fn proven(mut spec: RecipientSpec) -> RecipientSpec {
    spec.identity_documents = vec![proof(1, "id_card_front"), proof(2, "id_card_back")];
    spec
}

/// A submission of an order.
pub struct Case {
    pub order: Order,
    pub documents: Vec<DocumentId>,
    pub recipients: Vec<RecipientId>,
    pub reference: Option<&'static str>,
    pub attempt: u32,
    pub outputs: StepOutputs,
    pub last: Option<Reading>,
    pub signed_before: BTreeMap<DocumentId, StoredFile>,
}

impl Case {
    pub fn new(order: Order) -> Self {
        let outputs = [("create_portfolio".to_owned(), StepOutput::reference(PORTFOLIO))].into();
        Self {
            documents: order.documents.iter().map(|d| d.id).collect(),
            recipients: order.recipients.iter().map(|r| r.id).collect(),
            order,
            reference: Some(PORTFOLIO),
            attempt: 1,
            outputs,
            last: None,
            signed_before: BTreeMap::new(),
        }
    }

    pub fn view(&self) -> SubmissionView<'_> {
        SubmissionView {
            id: submission_id(),
            attempt: self.attempt,
            began_at: DateTime::UNIX_EPOCH,
            order: &self.order,
            documents: &self.documents,
            recipients: &self.recipients,
            reference: self.reference,
            outputs: &self.outputs,
            last: self.last.as_ref(),
            earlier: &[],
            signed_before: &self.signed_before,
        }
    }

    pub fn step(&self, account: &dyn Account, id: &str) -> Step {
        let plan = account.submissions(&self.order).remove(0);
        plan.steps.into_iter().find(|step| step.id == id).unwrap_or_else(|| panic!("there is no step {id}"))
    }

    /// The call of a step.
    pub fn call(&self, account: &dyn Account, step: &str) -> Call {
        match account.request(&self.step(account, step), &self.view(), &moment()).unwrap() {
            Prepared::Call(call) => *call,
            Prepared::Known(output) => panic!("no call is made: {output:?}"),
        }
    }

    /// The JSON that a step sends.
    pub fn sent(&self, account: &dyn Account, step: &str) -> Value {
        json_of(&self.call(account, step))
    }

    /// What a step comes to when the vendor answers `reply`.
    pub fn answered(&self, account: &dyn Account, step: &str, reply: &Reply) -> Outcome<StepOutput> {
        account.reply(&self.step(account, step), &self.view(), &moment(), reply)
    }

    /// What a callback tells, merged with what was known before, as the broker merges it.
    pub fn hear(&mut self, account: &dyn Account, body: &Value) -> Reading {
        let reading = facts(account.told(&called(body), &self.view(), &moment()));
        let mut merged = reading.clone();
        if let Some(earlier) = self.last.take() {
            merged.pending_result =
                merged.pending_result.filter(|_| earlier.pending_result != Some(false)).or(earlier.pending_result);
            let new = |o: &domain::facts::ArtifactOffer| reading.artifacts.iter().all(|n| n.key() != o.key());
            merged.artifacts.extend(earlier.artifacts.into_iter().filter(new));
            let told = |r: RecipientId| reading.recipients.iter().any(|n| n.recipient == r);
            merged.recipients.extend(earlier.recipients.into_iter().filter(|r| !told(r.recipient)));
        }
        self.last = Some(merged);
        reading
    }
}

pub fn facts(told: Told) -> Reading {
    match told {
        Told::Facts(reading) | Told::FactsThenRead(reading) => *reading,
        other => panic!("no facts: {other:?}"),
    }
}

/// The JSON body of a call.
pub fn json_of(call: &Call) -> Value {
    match &call.body {
        Body::Json(value) => value.clone(),
        Body::JsonWithFiles { template, .. } => template.clone(),
        other => panic!("no JSON: {other:?}"),
    }
}

/// The claims of a call's token.
pub fn claims_of(call: &Call) -> Value {
    part_of(call, 1)
}

/// A part of a call's token: 0 its head, 1 its claims.
pub fn part_of(call: &Call, part: usize) -> Value {
    let header = call.headers.iter().find(|h| h.secret).unwrap();
    let token = header.value.rsplit(' ').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(part).unwrap()).unwrap()).unwrap()
}

pub fn answer(status: u16, body: &Value) -> Reply {
    Reply::new(status, body.to_string())
}

/// A failure of the API with a code.
pub fn coded(status: u16, code: &str, detail: Value) -> Reply {
    let body = json!({ "success": false, "message": "The request is not valid", "detail": detail, "code": code });
    answer(status, &body)
}

/// A failure of the gateway.
pub fn gateway(status: u16, body: Value) -> Reply {
    answer(status, &body)
}

pub fn ok(data: Value) -> Reply {
    answer(200, &json!({ "success": true, "message": "Done", "data": data }))
}

pub fn called(body: &Value) -> CallbackRequest {
    CallbackRequest { body: body.to_string().into(), ..CallbackRequest::default() }
}

/// What a callback is to this account.
pub fn called_back(account: &dyn Account, body: &Value) -> CallbackReading {
    account.callback(&called(body), &moment())
}

/// The portfolio in a callback.
pub fn portfolio(more: Value) -> Value {
    with(json!({ "id": PORTFOLIO, "client_portfolio_id": submission_id().to_string() }), &more)
}

/// The contract's example of an acceptance.
pub fn accepted() -> Value {
    json!({ "event": "portfolio_accepted", "data": { "portfolio": portfolio(json!({
        "status": "ACCEPTED",
        "signers": [
            { "nin": "11111111-1", "email": "ana@example.cl", "sign_url": "https://sign.gofirmex.example/s/3c9e" },
            { "nin": "12345678-5", "email": "luis@example.cl", "sign_url": "https://sign.gofirmex.example/s/7d1a" }
        ]
    })) } })
}

/// The contract's example of a signature.
pub fn signed(nin: &str, document: DocumentId) -> Value {
    json!({ "event": "document_signed", "data": {
        "portfolio": portfolio(json!({})),
        "document": { "id": DOCUMENT, "client_document_id": document.to_string() },
        "signer": { "nin": nin, "email": "ana@example.cl" },
        "signed_at": "2026-01-05T13:04:05Z"
    } })
}

/// The contract's example of a completion.
pub fn completed() -> Value {
    json!({ "event": "portfolio_completed", "data": { "portfolio": portfolio(json!({
        "status": "COMPLETED",
        "download_url": "https://files.gofirmex.example/p/9f0b7a52",
        "documents": [{
            "id": DOCUMENT, "client_document_id": document_id(1).to_string(),
            "download_url": "https://files.gofirmex.example/d/b7a2f1c4"
        }],
        "completed_at": "2026-01-05T15:00:00Z"
    })) } })
}

/// The contract's example of a rejection.
pub fn rejected(word: &str) -> Value {
    json!({ "event": "portfolio_rejected", "data": { "portfolio": portfolio(json!({
        "status": word, "message": "The identity card is not legible", "detail": "signer 11111111-1"
    })) } })
}
