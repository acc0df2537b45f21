//! What the tests of every adapter share: an order and its parts, a moment, and what a result must be.
#![allow(dead_code, reason = "every test uses a part of it")]

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;
use domain::envelope::{
    ActsAs, Delivery, Document, EnvelopeSpec, Field, FieldType, Notary, OrderRecipient, PageBox, RecipientSpec, Role,
    SignatureLevel, StageSpec,
};
use domain::finding::Finding;
use domain::ids::{DocumentId, EnvelopeId, RecipientId, SubmissionId};
use domain::order::Order;
use domain::outcome::Outcome;
use provider_clients::provider::{Account, AccountFacts, Moment, Profile};
use provider_clients::registry::Registry;
use provider_clients::reply::StoredFile;
use serde_json::{Map, Value};

static NO_FACTS: AccountFacts = AccountFacts::new();

pub fn moment() -> Moment<'static> {
    Moment { now: DateTime::UNIX_EPOCH, random: [7; 32], session: None, callback_url: None, facts: &NO_FACTS }
}

pub fn recipient_id(number: usize) -> RecipientId {
    RecipientId::parse(&format!("rcp_{number:0>26}")).unwrap()
}

pub fn document_id(number: usize) -> DocumentId {
    DocumentId::parse(&format!("doc_{number:0>26}")).unwrap()
}

pub fn submission_id() -> SubmissionId {
    SubmissionId::parse("sub_01j8z3k5m2e0q9v7w6x5y4z3a2").unwrap()
}

pub fn recipient(role: Role, name: &str, email: &str, routing_order: u32) -> RecipientSpec {
    RecipientSpec {
        role,
        name: name.to_owned(),
        given_name: None,
        family_name: None,
        second_family_name: None,
        email: Some(email.parse().unwrap()),
        phone: None,
        national_id: None,
        routing_order,
        group: None,
        signature_level: Some(SignatureLevel::Simple),
        delivery: Some(Delivery::Email),
        authentication: Vec::new(),
        acts_as: ActsAs::Person,
        organization: None,
        message: None,
        fields: Vec::new(),
        requested_attachments: Vec::new(),
        identity_documents: Vec::new(),
        provider_options: BTreeMap::new(),
    }
}

pub fn signer(name: &str, email: &str) -> RecipientSpec {
    recipient(Role::Signer, name, email, 1)
}

pub fn document(number: u32) -> Document {
    let a4 = PageBox { width_pt: 595.28, height_pt: 841.89 };
    Document {
        id: document_id(usize::try_from(number).unwrap()),
        filename: if number == 1 { "contract.pdf".to_owned() } else { format!("annex-{number}.PDF") },
        name: if number == 1 { "Contrato 300".to_owned() } else { format!("Anexo {number}") },
        order: number,
        size: 48_213,
        sha256: "0".repeat(64),
        pages: vec![a4; 2],
        provider_options: BTreeMap::new(),
    }
}

pub fn field(document: u32, page: u32, x: f64, y: f64) -> Field {
    Field { kind: FieldType::Signature, acts_as: None, document, page, x, y, width: None, height: None }
}

pub fn stage(routing_order: u32, group: Option<&str>, minimum: Option<u32>, name: Option<&str>) -> StageSpec {
    StageSpec { routing_order, group: group.map(str::to_owned), minimum, name: name.map(str::to_owned) }
}

/// An order with one document and these recipients, about which there is nothing to say.
pub fn order(recipients: Vec<RecipientSpec>) -> Order {
    Order {
        envelope: EnvelopeId::parse(&format!("env_{:0>26}", 1)).unwrap(),
        spec: EnvelopeSpec {
            reference: None,
            subject: "Contrato 300".to_owned(),
            message: None,
            language: None,
            expires_at: None,
            reminders: None,
            notary: Notary::None,
            stages: Vec::new(),
            provider_account: None,
            provider_options: BTreeMap::new(),
            metadata: BTreeMap::new(),
        },
        recipients: recipients
            .into_iter()
            .enumerate()
            .map(|(index, spec)| OrderRecipient { id: recipient_id(index + 1), spec })
            .collect(),
        documents: vec![document(1)],
    }
}

/// The required members of a schema, as their defaults or examples say.
fn sample(schema: &Value) -> Map<String, Value> {
    let of = |name: &str| {
        let property = &schema["properties"][name];
        property.get("default").or_else(|| property["examples"].get(0)).cloned().unwrap_or_else(|| panic!("{name}"))
    };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(|name| (name.to_owned(), of(name))).collect()
}

/// An account as the schemas' defaults and examples say, but for the settings `more`.
pub fn open(registry: &Registry, profile: &Profile, more: &Map<String, Value>) -> Arc<dyn Account> {
    let mut settings = sample(&profile.settings_schema);
    settings.extend(more.clone());
    let credentials = sample(&profile.credentials_schema);
    registry
        .open_account(profile.kind, &Value::Object(settings), &Value::Object(credentials))
        .unwrap_or_else(|faults| panic!("{} with {more:?}: {faults:?}", profile.kind))
}

pub fn done<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(value) => value,
        other => panic!("not done: {other:?}"),
    }
}

pub fn refused<T: std::fmt::Debug>(outcome: Outcome<T>) -> domain::outcome::Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub fn unknown<T: std::fmt::Debug>(outcome: Outcome<T>) -> domain::outcome::Doubt {
    match outcome {
        Outcome::Unknown(doubt) => doubt,
        other => panic!("not in doubt: {other:?}"),
    }
}

pub fn stored() -> StoredFile {
    StoredFile { key: "objects/1".to_owned(), size: 60_112, sha256: "1".repeat(64), content_type: None }
}

/// The findings as `severity code pointer`.
pub fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{:?} {} {}", f.severity, f.code, f.pointer).to_lowercase()).collect()
}
