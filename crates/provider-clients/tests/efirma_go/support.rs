//! An account, an envelope and the calls between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;
use domain::envelope::Role;
use domain::ids::{DocumentId, RecipientId};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::steps::{Step, StepOutput, StepOutputs};
use provider_clients::call::{Body, Call, Method, Part};
use provider_clients::efirma_go::EfirmaGo;
use provider_clients::provider::{
    Account, CallbackReading, CallbackRequest, Fault, LookUpPage, LookUpState, Prepared, Provider, StatusPage,
    SubmissionView, Verify,
};
use provider_clients::reply::{Reply, StoredFile};
use serde_json::{Value, json};

pub use crate::kit::*;

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

/// What a callback is to this account.
pub fn called_back(account: &dyn Account, request: &CallbackRequest) -> CallbackReading {
    account.callback(request, &moment())
}

/// The call that checks the credentials.
pub fn verifying(account: &dyn Account) -> Call {
    match account.verify_request(&moment()).unwrap() {
        Verify::Call(call) => *call,
        Verify::Told(told) => panic!("no call is made: {told:?}"),
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
            began_at: DateTime::UNIX_EPOCH,
            order: &self.order,
            documents: &self.documents,
            recipients: &self.recipients,
            reference: self.reference,
            outputs: &self.outputs,
            last: None,
            earlier: &[],
            signed_before: &self.signed_before,
        }
    }

    pub fn step(&self, account: &dyn Account) -> Step {
        account.submissions(&self.order)[0].steps[0].clone()
    }

    /// The call that sends it.
    pub fn sending(&self, account: &dyn Account) -> Call {
        match account.request(&self.step(account), &self.view(), &moment()).unwrap() {
            Prepared::Call(call) => *call,
            Prepared::Known(output) => panic!("no call is made: {output:?}"),
        }
    }

    /// The JSON that sending carries.
    pub fn sent(&self, account: &dyn Account) -> Value {
        json_of(&self.sending(account))
    }

    /// What sending comes to when the vendor answers `reply`.
    pub fn answered(&self, account: &dyn Account, reply: &Reply) -> Outcome<StepOutput> {
        account.reply(&self.step(account), &self.view(), &moment(), reply)
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

/// A call whose answer is read without looking at what was asked.
pub fn any_call() -> Call {
    Call::new("any", Method::Post, "https://api.efirma.es/any".parse().unwrap())
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
