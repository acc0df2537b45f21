//! An account, an envelope, its operations and the answers to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::envelope::{Delivery, RecipientSpec, Role, SignatureLevel};
use domain::facts::Reading;
use domain::ids::{DocumentId, RecipientId};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::steps::{Step, StepOutput, StepOutputs};
use domain::values::{NationalId, NationalIdType};
use provider_clients::call::{Body, Call};
use provider_clients::provider::{
    Account, EarlierAttempt, Fault, Launch, Moment, Prepared, Provider, StatusPage, StatusRequest, SubmissionView,
};
use provider_clients::reply::{Reply, StoredFile};
use provider_clients::viafirma::Viafirma;
use serde_json::{Value, json};

pub use crate::kit::*;

pub const BASE: &str = "https://sandbox-platform.viafirma.com/platform";
pub const PASSWORD: &str = "test-password-0001";
/// The operation of the contract's examples.
pub const OPERATION: &str = "1518614616080JZOZ4JRB";
/// The temporary document id of the contract's examples.
pub const TEMPORARY: &str = "1518614616311K7QW2MZX";
/// The signature of the contract's examples.
pub const SIGNATURE: &str = "VIAF-7K2M-9QXT-41LB";

pub fn settings() -> Value {
    json!({ "service_base_url": BASE, "public_base_url": BASE })
}

pub fn credentials() -> Value {
    json!({ "api_key": "rubrica-test", "api_password": PASSWORD })
}

pub fn with(more: &Value) -> Value {
    let mut settings = settings();
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    settings
}

pub fn try_open(more: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
    Viafirma::new().open(&with(more), &credentials())
}

/// An account with the contract's defaults but for `more`.
pub fn account(more: Value) -> Arc<dyn Account> {
    try_open(&more).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// A signer with the identity number of the contract's examples.
pub fn ana() -> RecipientSpec {
    RecipientSpec {
        signature_level: Some(SignatureLevel::Advanced),
        delivery: Some(Delivery::None),
        national_id: NationalId::new(NationalIdType::Nif, "12345678Z", None).ok(),
        ..recipient(Role::Signer, "Ana Pérez García", "ana.perez@example.org", 1)
    }
}

/// A second signer, in the second turn.
pub fn luis() -> RecipientSpec {
    RecipientSpec {
        name: "Luis Ruiz".to_owned(),
        national_id: NationalId::new(NationalIdType::Nif, "87654321X", None).ok(),
        routing_order: 2,
        ..ana()
    }
}

/// Ana signs one document; that is all.
pub fn simple_order() -> Order {
    order(vec![ana()])
}

/// Ana signs two documents.
pub fn two_documents() -> Order {
    let mut order = simple_order();
    order.documents.push(document(2));
    order
}

pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

pub fn moment_at(seconds: i64) -> Moment<'static> {
    Moment { now: at(seconds), ..moment() }
}

/// The outputs of an attempt whose operation is `operation`, for as many documents as the order has.
pub fn outputs(order: &Order, operation: &str) -> StepOutputs {
    let mut outputs = StepOutputs::new();
    let values = [("operation_id", operation), ("session_id", "5e55")].map(|(n, v)| (n.to_owned(), v.to_owned()));
    let prepared = StepOutput { values: values.into(), ..StepOutput::reference("sha256:0") };
    outputs.insert("prepare".to_owned(), prepared);
    for number in 1..=order.documents.len() {
        let id = if number == 1 { TEMPORARY.to_owned() } else { format!("{TEMPORARY}{number}") };
        let values = [("document_id".to_owned(), id)].into();
        outputs.insert(format!("add_file/{number}"), StepOutput { values, ..StepOutput::default() });
    }
    outputs.insert("finish".to_owned(), StepOutput::default());
    outputs
}

/// A submission of an order: its first one, unless told otherwise.
pub struct Case {
    pub order: Order,
    pub documents: Vec<DocumentId>,
    pub recipients: Vec<RecipientId>,
    pub attempt: u32,
    pub began_at: DateTime<Utc>,
    pub outputs: StepOutputs,
    pub last: Option<Reading>,
    pub earlier: Vec<EarlierAttempt>,
    pub signed_before: BTreeMap<DocumentId, StoredFile>,
}

impl Case {
    pub fn new(order: Order) -> Self {
        Self {
            documents: order.documents.iter().map(|d| d.id).collect(),
            recipients: vec![order.recipients[0].id],
            attempt: 1,
            began_at: at(0),
            outputs: outputs(&order, OPERATION),
            last: None,
            earlier: Vec::new(),
            signed_before: BTreeMap::new(),
            order,
        }
    }

    /// Before anything was called.
    pub fn unprepared(order: Order) -> Self {
        Self { outputs: StepOutputs::new(), ..Self::new(order) }
    }

    pub fn view(&self) -> SubmissionView<'_> {
        SubmissionView {
            id: submission_id(),
            attempt: self.attempt,
            began_at: self.began_at,
            order: &self.order,
            documents: &self.documents,
            recipients: &self.recipients,
            reference: Some("sha256:0"),
            outputs: &self.outputs,
            last: self.last.as_ref(),
            earlier: &self.earlier,
            signed_before: &self.signed_before,
        }
    }

    /// The step of this name, of the submission of this case's recipient.
    pub fn step(&self, account: &dyn Account, id: &str) -> Step {
        let plans = account.submissions(&self.order);
        let plan = plans.iter().find(|plan| plan.recipients == self.recipients).unwrap();
        plan.steps.iter().find(|step| step.id == id).unwrap_or_else(|| panic!("no step {id}")).clone()
    }

    pub fn prepared(&self, account: &dyn Account, id: &str) -> Prepared {
        account.request(&self.step(account, id), &self.view(), &moment()).unwrap()
    }

    pub fn call(&self, account: &dyn Account, id: &str) -> Call {
        match self.prepared(account, id) {
            Prepared::Call(call) => *call,
            Prepared::Known(output) => panic!("no call is made: {output:?}"),
        }
    }

    /// The JSON that a step sends, files as tokens.
    pub fn sent(&self, account: &dyn Account, id: &str) -> Value {
        body_of(&self.call(account, id))
    }

    pub fn answered(&self, account: &dyn Account, id: &str, reply: &Reply) -> Outcome<StepOutput> {
        account.reply(&self.step(account, id), &self.view(), &moment(), reply)
    }

    /// The first question of a poll.
    pub fn question(&self, account: &dyn Account, seconds: i64) -> StatusRequest {
        let mut questions = account.status_requests(&[self.view()], &moment_at(seconds)).unwrap();
        assert_eq!(questions.len(), 1, "one chain for a submission");
        questions.remove(0)
    }

    pub fn told(
        &self,
        account: &dyn Account,
        question: &StatusRequest,
        seconds: i64,
        reply: &Reply,
    ) -> Outcome<StatusPage> {
        account.status_reply(question, &[self.view()], &moment_at(seconds), reply)
    }

    /// What a whole poll tells when the vendor answers the questions with these replies, and the endpoints asked.
    pub fn poll(&self, account: &dyn Account, seconds: i64, replies: &[Reply]) -> (Vec<Reading>, Vec<String>) {
        let (mut readings, mut asked) = (Vec::new(), Vec::new());
        let mut next = Some(self.question(account, seconds));
        let mut replies = replies.iter();
        while let Some(question) = next {
            asked.push(question.call.url.path().rsplit("services/").next().unwrap().to_owned());
            let reply = replies.next().unwrap_or_else(|| panic!("one more question: {asked:?}"));
            let page = done(self.told(account, &question, seconds, reply));
            assert!(page.readings.iter().all(|(id, _)| *id == submission_id()));
            readings.extend(page.readings.into_iter().map(|(_, reading)| reading));
            next = page.next;
        }
        assert!(replies.next().is_none(), "fewer questions than answers: {asked:?}");
        (readings, asked)
    }

    /// The one reading of a poll of one operation.
    pub fn read(&self, account: &dyn Account, replies: &[Reply]) -> Reading {
        let (mut readings, _) = self.poll(account, 60, replies);
        assert_eq!(readings.len(), 1);
        readings.remove(0)
    }

    /// The same submission after a reading was applied, as the broker merges them.
    pub fn after(mut self, reading: &Reading) -> Self {
        let mut merged = reading.clone();
        if let Some(last) = self.last.take() {
            for (name, value) in last.details {
                merged.details.entry(name).or_insert(value);
            }
            let known: Vec<String> = merged.artifacts.iter().map(|offer| offer.key()).collect();
            merged.artifacts.extend(last.artifacts.into_iter().filter(|offer| !known.contains(&offer.key())));
        }
        self.last = Some(merged);
        self
    }

    /// The same submission with the present operation replaced by another, as of `began_at`.
    pub fn renewed(mut self, operation: &str, began_at: i64) -> Self {
        let replaced = EarlierAttempt { attempt: self.attempt, began_at: self.began_at, outputs: self.outputs };
        self.earlier.push(replaced);
        self.attempt += 1;
        self.began_at = at(began_at);
        self.outputs = outputs(&self.order, operation);
        if let Some(last) = &mut self.last {
            // What the last step of the new preparation tells is applied over it.
            last.used_up = false;
            last.vendor_status = "prepared".to_owned();
        }
        self
    }

    pub fn launch(&self, account: &dyn Account, seconds: i64) -> Launch {
        account.launch(self.recipients[0], &self.view(), &moment_at(seconds))
    }
}

/// The JSON that a call carries.
pub fn body_of(call: &Call) -> Value {
    match &call.body {
        Body::Json(value) => value.clone(),
        Body::JsonWithFiles { template, .. } => template.clone(),
        Body::Empty | Body::Form(_) | Body::Multipart(_) => panic!("no JSON: {:?}", call.body),
    }
}

pub fn answer(body: &Value) -> Reply {
    Reply::new(200, body.to_string())
}

pub fn answer_with(status: u16, body: &Value) -> Reply {
    Reply::new(status, body.to_string())
}

/// Section 2.5, not finished.
pub fn not_finished() -> Reply {
    answer(&json!({ "isFinished": false, "isSignature": true }))
}

/// Section 2.5, finished without a word of an error.
pub fn finished() -> Reply {
    answer(&json!({ "isFinished": true, "isSignature": true }))
}

pub fn finished_with(code: &str) -> Reply {
    answer(&json!({ "isFinished": true, "isSignature": true, "isError": true, "errorCode": code }))
}

pub fn cancelled() -> Reply {
    answer(&json!({ "isFinished": true, "isSignature": true, "isCancelled": true }))
}

/// The certificate of the contract's example.
pub fn certificate_data() -> Value {
    json!({
        "operationId": OPERATION,
        "numberUserId": "12345678Z",
        "name": "ANA",
        "surname1": "PEREZ",
        "surname2": "GARCIA",
        "email": "ana.perez@example.org",
        "ca": "CN=AC FNMT Usuarios,OU=Ceres,O=FNMT-RCM,C=ES",
        "shortCa": "FNMT",
        "jobTitle": null,
        "type": "CIUDADANO",
        "cn": "PEREZ GARCIA ANA - 12345678Z",
        "certificateProperties": { "C": "ES", "SERIALNUMBER": "IDCES-12345678Z" },
        "isValidated": true,
        "isExpired": false,
        "isRevoked": false
    })
}

/// A file of a result that was signed.
pub fn signed_file(number: usize) -> Value {
    json!({
        "documentId": if number == 1 { TEMPORARY.to_owned() } else { format!("{TEMPORARY}{number}") },
        "signatureId": if number == 1 { SIGNATURE.to_owned() } else { format!("{SIGNATURE}{number}") },
        "sourceId": document_id(number).to_string(),
        "errorCode": null,
        "errorMessage": null
    })
}

/// A file of a result that failed.
pub fn failed_file(number: usize, code: &str) -> Value {
    let mut file = signed_file(number);
    file["signatureId"] = Value::Null;
    file["errorCode"] = json!(code);
    file["errorMessage"] = json!("No ha sido posible.");
    file
}

/// Section 2.6, with these files and the example's certificate.
pub fn result(files: &[Value]) -> Reply {
    answer(&json!({ "signatures": files, "certificateValidationData": certificate_data() }))
}

/// Section 2.6, with one signed file and this certificate.
pub fn signed_by(certificate: Value) -> Reply {
    answer(&json!({ "signatures": [signed_file(1)], "certificateValidationData": certificate }))
}

/// Section 2.6, the documented answer to a wrong operation or session.
pub fn no_operation_data() -> Reply {
    answer_with(
        400,
        &json!({
            "signatures": [{
                "documentId": null,
                "signatureId": null,
                "errorCode": "400",
                "errorMessage": format!("No operation data found with operationId: {OPERATION}")
            }],
            "certificateValidationData": null
        }),
    )
}

/// The details of an attempt in a reading.
pub fn detail(reading: &Reading, attempt: u32) -> Value {
    reading.details.get(&format!("attempt_{attempt}")).cloned().unwrap_or_default()
}
