//! An account, an envelope and the calls between them.

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
use domain::steps::{Step, StepOutput, StepOutputs};
use provider_clients::call::{Body, Call, Part};
use provider_clients::efirma_go::EfirmaGo;
use provider_clients::provider::{
    Account, Fault, LookUpPage, LookUpState, Moment, Provider, StatusPage, SubmissionView,
};
use provider_clients::reply::{Reply, StoredFile};
use serde_json::{Value, json};

pub const KEY: &str = "test-private-key-0001";
pub const OPERATION: &str = "123456789999999";

pub fn settings() -> Value {
    json!({
        "cif_desarrollador": "A23433211",
        "nombre_cliente": "Cliente A",
        "cif_cliente": "A77445566",
        "email_cliente": "cliente@cliente.example"
    })
}

pub fn try_open(more: Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
    let mut settings = settings();
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    EfirmaGo::new().open(&settings, &json!({ "private_key": KEY }))
}

/// An account with the contract's defaults but for `more`.
pub fn account(more: Value) -> Arc<dyn Account> {
    try_open(more).unwrap()
}

pub fn moment() -> Moment<'static> {
    Moment { now: DateTime::UNIX_EPOCH, random: [7; 32], session: None, callback_url: None }
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

/// Jesús signs; that is all.
pub fn simple_order() -> Order {
    order(vec![signer("Jesús Sánchez Alonso", "jesus@example.com")])
}

/// The contract's example: Jesús signs, Máximo reviews, at the same time.
pub fn example_order() -> Order {
    order(vec![
        signer("Jesús Sánchez Alonso", "jesus@example.com"),
        recipient(Role::Approver, "Máximo López", "maximo@example.com", 1),
    ])
}

/// A submission of an order: of its first document, unless told otherwise.
pub struct Case {
    pub order: Order,
    pub documents: Vec<DocumentId>,
    pub recipients: Vec<RecipientId>,
    pub reference: Option<&'static str>,
    outputs: StepOutputs,
    signed_before: BTreeMap<DocumentId, StoredFile>,
}

impl Case {
    pub fn new(order: Order) -> Self {
        Self {
            documents: vec![order.documents[0].id],
            recipients: order.recipients.iter().map(|r| r.id).collect(),
            order,
            reference: Some(OPERATION),
            outputs: StepOutputs::new(),
            signed_before: BTreeMap::new(),
        }
    }

    pub fn of_document(mut self, index: usize) -> Self {
        self.documents = vec![self.order.documents[index].id];
        self
    }

    pub fn view(&self) -> SubmissionView<'_> {
        SubmissionView {
            id: submission_id(),
            attempt: 1,
            order: &self.order,
            documents: &self.documents,
            recipients: &self.recipients,
            reference: self.reference,
            outputs: &self.outputs,
            signed_before: &self.signed_before,
        }
    }

    pub fn step(&self, account: &dyn Account) -> Step {
        account.submissions(&self.order)[0].steps[0].clone()
    }

    /// The call that sends it.
    pub fn sending(&self, account: &dyn Account) -> Call {
        account.request(&self.step(account), &self.view(), &moment()).unwrap()
    }

    /// The JSON that sending carries.
    pub fn sent(&self, account: &dyn Account) -> Value {
        json_of(&self.sending(account))
    }

    /// What sending comes to when the vendor answers `reply`.
    pub fn answered(&self, account: &dyn Account, reply: &Reply) -> Outcome<StepOutput> {
        account.reply(&self.step(account), &self.view(), reply)
    }

    pub fn look_up_call(&self, account: &dyn Account, state: &LookUpState) -> Call {
        account.look_up_request(&self.step(account), &self.view(), &moment(), state).unwrap()
    }

    pub fn looked_up(&self, account: &dyn Account, state: &LookUpState, reply: &Reply) -> Outcome<LookUpPage> {
        account.look_up_reply(&self.step(account), &self.view(), state, reply)
    }

    /// What polling tells when the vendor answers `reply`.
    pub fn polled(&self, account: &dyn Account, reply: &Reply) -> Outcome<StatusPage> {
        let views = [self.view()];
        let requests = account.status_requests(&views, &moment()).unwrap();
        account.status_reply(&requests[0], &views, &moment(), reply)
    }

    /// The one reading of a poll.
    pub fn read(&self, account: &dyn Account, documents: Value) -> domain::facts::Reading {
        let page = done(self.polled(account, &listed(documents)));
        assert_eq!(page.readings.len(), 1);
        page.readings[0].1.clone()
    }
}

/// The JSON in a call's form.
pub fn json_of(call: &Call) -> Value {
    match &call.body {
        Body::Multipart(parts) => parts
            .iter()
            .find_map(|part| match part {
                Part::Json { name, value } if name == "json" => Some(value.clone()),
                Part::Json { .. } | Part::Text { .. } | Part::File { .. } => None,
            })
            .unwrap(),
        Body::Form(fields) => serde_json::from_str(&fields.iter().find(|(name, _)| name == "json").unwrap().1).unwrap(),
        Body::Empty | Body::Json(_) | Body::JsonWithFiles { .. } => panic!("no form"),
    }
}

pub fn answer(body: &Value) -> Reply {
    Reply::new(200, body.to_string())
}

/// An answer with a code and a message.
pub fn coded(code: &str, message: &str) -> Reply {
    answer(&json!({ "estado_operacion": code, "mensaje_operacion": message }))
}

/// A single page of 3.2.
pub fn listed(documents: Value) -> Reply {
    answer(&json!({
        "estado_operacion": "0000",
        "mensaje_operacion": "El proceso se ha realizado con éxito",
        "listado_documentos": documents,
        "total_busqueda": "1"
    }))
}

/// A document of 3.2 in which Jesús has signed and Máximo has not reviewed.
pub fn listed_document(estado: &str) -> Value {
    json!({
        "estado": estado,
        "destinatarios": [
            { "nombre_apellidos": "Jesús Sánchez Alonso", "email": "jesus@example.com", "telefono": "", "bloqueado": 0, "activo": 1, "tipo": "Firmante", "firmado": 1 },
            { "nombre_apellidos": "Máximo López", "email": "maximo@example.com", "telefono": "", "bloqueado": 0, "activo": 1, "tipo": "Revisor", "revisado": 0 }
        ],
        "nombre_documento": "Contrato 300.pdf",
        "url_documento": "https://app.efirma.es/viewer?d=4f1c",
        "url_certificado": "http://app.efirma.es/viewer?c=4f1c",
        "campos_clave": [{ "rubrica_submission": "sub_01j8z3k5m2e0q9v7w6x5y4z3a2" }],
        "CSV": "AAAA-BBBB-CCCC-DDDD-EEEE",
        "id_operacion": OPERATION
    })
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
