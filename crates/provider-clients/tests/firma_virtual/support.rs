//! An account, an envelope and the calls between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::envelope::RecipientSpec;
use domain::facts::Reading;
use domain::ids::{DocumentId, RecipientId};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::steps::{Step, StepOutput, StepOutputs};
use domain::values::{NationalId, NationalIdType};
use provider_clients::call::{Body, Call};
use provider_clients::firma_virtual::FirmaVirtual;
use provider_clients::provider::{
    Account, CallbackReading, CallbackRequest, Fault, LookUpPage, LookUpState, Moment, Prepared, Provider, Session,
    StatusPage, SubmissionView, Verify,
};
use provider_clients::reply::{Reply, StoredFile};
use serde_json::{Value, json};

pub use crate::kit::*;

pub const LOGIN: &str = "userapp";
pub const PASSWORD: &str = "example-password";
pub const TOKEN: &str = "header.payload.signature";
pub const CONTRACT: &str = "54431056-8e90-40b3-97ae-de029cc4b138";
pub const CALLBACK: &str = "https://rubrica.example/callbacks/firma_virtual/tok";

pub fn settings() -> Value {
    json!({ "base_url": "https://qa.firmavirtual.legal", "owner_user_id": 20 })
}

pub fn try_open(more: Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
    let mut settings = settings();
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            settings.as_object_mut().unwrap().remove(name);
        } else {
            settings[name] = value.clone();
        }
    }
    FirmaVirtual::new().open(&settings, &json!({ "login": LOGIN, "password": PASSWORD }))
}

/// An account with the contract's defaults but for `more`; a `null` takes a setting away.
pub fn account(more: Value) -> Arc<dyn Account> {
    try_open(more).unwrap()
}

pub fn session() -> Session {
    Session { token: TOKEN.into(), expires_at: DateTime::<Utc>::MAX_UTC, values: BTreeMap::new() }
}

/// A moment within a session, in which the vendor can call back.
pub fn within(session: &Session) -> Moment<'_> {
    Moment { session: Some(session), callback_url: Some(CALLBACK), ..moment() }
}

/// Jose of the contract's example.
pub fn jose() -> RecipientSpec {
    person("Jose Perez", "jose@example.cl", "76795561-8", "+56987332031")
}

/// A second signer.
pub fn ana() -> RecipientSpec {
    person("Ana Diaz", "ana@example.cl", "12.345.678-5", "+56912345678")
}

pub fn person(name: &str, email: &str, rut: &str, phone: &str) -> RecipientSpec {
    RecipientSpec {
        national_id: Some(NationalId::new(NationalIdType::Rut, rut, None).unwrap()),
        phone: Some(phone.parse().unwrap()),
        ..signer(name, email)
    }
}

pub fn options(order: &mut Order, options: Value) {
    order.spec.provider_options.insert("firma_virtual".to_owned(), options);
}

/// Jose signs one document; the price row of the contract's example.
pub fn simple_order() -> Order {
    let mut order = order(vec![jose()]);
    options(&mut order, json!({ "contract_type_fee_id": 28 }));
    order
}

/// Jose and Ana sign two documents.
pub fn double_order() -> Order {
    let mut order = order(vec![jose(), ana()]);
    order.documents.push(document(2));
    options(&mut order, json!({ "contract_type_fee_id": 28 }));
    order
}

/// A submission of an order.
pub struct Case {
    pub order: Order,
    pub documents: Vec<DocumentId>,
    pub recipients: Vec<RecipientId>,
    pub reference: Option<&'static str>,
    pub outputs: StepOutputs,
    pub last: Option<Reading>,
    signed_before: BTreeMap<DocumentId, StoredFile>,
}

impl Case {
    /// Before anything happened.
    pub fn fresh(order: Order) -> Self {
        Self {
            documents: order.documents.iter().map(|d| d.id).collect(),
            recipients: order.recipients.iter().map(|r| r.id).collect(),
            order,
            reference: None,
            outputs: StepOutputs::new(),
            last: None,
            signed_before: BTreeMap::new(),
        }
    }

    /// Once the contract was created.
    pub fn created(order: Order) -> Self {
        let mut case = Self::fresh(order);
        case.reference = Some(CONTRACT);
        case.done("resolve_fee", &[("fee_id", "28")]);
        case.outputs.insert("create_contract".to_owned(), StepOutput::reference(CONTRACT));
        case
    }

    /// A step gave these values.
    pub fn done(&mut self, step: &str, values: &[(&str, &str)]) {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.outputs.insert(step.to_owned(), StepOutput { values, ..StepOutput::default() });
    }

    /// The files were listed after so many uploads.
    pub fn listed(&mut self, uploads: usize, names: &[&str]) {
        self.done(&format!("list_files/{uploads}"), &[("names", &json!(names).to_string())]);
    }

    /// What was read last was this word.
    pub fn last_word(mut self, word: &str) -> Self {
        self.last = Some(Reading::of(None, word));
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
            last: self.last.as_ref(),
            earlier: &[],
            signed_before: &self.signed_before,
        }
    }

    pub fn step(&self, account: &dyn Account, id: &str) -> Step {
        let plan = &account.submissions(&self.order)[0];
        plan.steps.iter().chain(&plan.clean_up).find(|step| step.id == id).unwrap().clone()
    }

    pub fn prepared(&self, account: &dyn Account, step: &str) -> Prepared {
        account.request(&self.step(account, step), &self.view(), &within(&session())).unwrap()
    }

    /// The call of a step.
    pub fn calling(&self, account: &dyn Account, step: &str) -> Call {
        match self.prepared(account, step) {
            Prepared::Call(call) => *call,
            Prepared::Known(output) => panic!("no call is made: {output:?}"),
        }
    }

    /// What a step comes to when the vendor answers `reply`.
    pub fn answered(&self, account: &dyn Account, step: &str, reply: &Reply) -> Outcome<StepOutput> {
        account.reply(&self.step(account, step), &self.view(), &within(&session()), reply)
    }

    pub fn look_up_call(&self, account: &dyn Account, step: &str, state: &LookUpState) -> Call {
        account.look_up_request(&self.step(account, step), &self.view(), &within(&session()), state).unwrap()
    }

    pub fn looked_up(&self, account: &dyn Account, step: &str, state: &LookUpState, reply: &Reply) -> LookUpPage {
        done(account.look_up_reply(&self.step(account, step), &self.view(), state, reply))
    }

    /// What polling tells when the vendor answers `reply`.
    pub fn polled(&self, account: &dyn Account, reply: &Reply) -> Outcome<StatusPage> {
        self.polled_at(account, reply, DateTime::UNIX_EPOCH)
    }

    pub fn polled_at(&self, account: &dyn Account, reply: &Reply, now: DateTime<Utc>) -> Outcome<StatusPage> {
        let (views, session) = ([self.view()], session());
        let requests = account.status_requests(&views, &within(&session)).unwrap();
        account.status_reply(&requests[0], &views, &Moment { now, ..within(&session) }, reply)
    }

    /// The reading of a contract's detail.
    pub fn read(&self, account: &dyn Account, detail: Value) -> Reading {
        done(self.polled(account, &success(200, detail))).readings[0].1.clone()
    }

    /// The reading of a closed contract's files.
    pub fn read_files(&self, account: &dyn Account, files: Value) -> Reading {
        let page = done(self.polled(account, &success(200, detail_of("FINISHED"))));
        let request = page.next.unwrap();
        let page = account.status_reply(&request, &[self.view()], &within(&session()), &success(200, files));
        done(page).readings[0].1.clone()
    }
}

/// What a callback is to this account.
pub fn called_back(account: &dyn Account, request: &CallbackRequest) -> CallbackReading {
    account.callback(request, &moment())
}

/// A callback with a JSON body and this query.
pub fn callback(query: &[(&str, &str)], body: &Value) -> CallbackRequest {
    CallbackRequest {
        query: query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_string().into(),
        ..CallbackRequest::default()
    }
}

/// The call that checks the credentials.
pub fn verifying(account: &dyn Account) -> Call {
    match account.verify_request(&within(&session())).unwrap() {
        Verify::Call(call) => *call,
        Verify::Told(told) => panic!("no call is made: {told:?}"),
    }
}

pub fn json_of(call: &Call) -> Value {
    match &call.body {
        Body::Json(value) => value.clone(),
        other => panic!("no JSON: {other:?}"),
    }
}

/// The method and the address of a call.
pub fn line(call: &Call) -> String {
    format!("{} {}", call.method.as_str(), call.url)
}

pub fn header<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.headers.iter().find(|header| header.name == name).map(|header| header.value.as_str())
}

/// An answer of 2.1; a `code` of 204 travels with HTTP 200.
pub fn success(code: u16, message: Value) -> Reply {
    let status = if code == 204 { 200 } else { code };
    Reply::new(status, json!({ "code": code, "status": "success", "message": message }).to_string())
}

/// A refusal of 2.1.
pub fn error(code: u16, message: &str) -> Reply {
    let body = json!({ "message": message, "class": "User", "status": "error", "code": code });
    Reply::new(code, body.to_string())
}

/// `message` of 3.11: the contract's example, in another state.
pub fn detail_of(status: &str) -> Value {
    json!({
        "contrato": [{
            "sContractID": CONTRACT, "sOwnerType": "NATURAL", "iContractTypeFeeID": 28, "sStatus": status,
            "sPaymentStatus": "PAIDOUT", "iPaymentService": 0, "iContractOwner": 20,
            "dContractDT": "2022-07-28 23:09:23", "iSignedCount": 1, "NumeroFirmantes": 1, "withDocument": 1,
            "sTipoFirma": "FIRMA CON CERTIFICACION NOTARIAL", "sClaseContrato": "INMOBILIARIO",
            "sTipoContrato": "PROMESA DE COMPRAVENTA", "modal": "SIGNATURE_CERT_NOTARIAL", "Repertorio": null,
            "autoId": "AP211", "Monto": "8815.00"
        }],
        "firmantes": [{
            "num": 523, "RUT": "76795561-8", "email": "jose@example.cl", "full_name": "Jose Perez",
            "phone": "+56987332031", "portion": "100.00", "amount": "8815.00", "iva": "1675.00",
            "notaryPay": "4000.00", "totalPay": "14490.00", "payment": "PAYOUT", "download_draft": "ENABLE",
            "agree_draft": "ENABLE", "disagree_draft": "ENABLE", "sign_status": "NOTHING"
        }],
        "archivos": [{ "file_name": "54431056-8e90-40b3-97ae-de029cc4b138.pdf", "orden": 0 }]
    })
}

/// The same with these flags of the one signer: download, agree, disagree, sign.
pub fn detail_with(status: &str, flags: [&str; 4]) -> Value {
    let mut detail = detail_of(status);
    for (name, value) in ["download_draft", "agree_draft", "disagree_draft", "sign_status"].into_iter().zip(flags) {
        detail["firmantes"][0][name] = json!(value);
    }
    detail
}

/// A file of 3.14.
pub fn file(name: &str, orden: u64) -> Value {
    json!({ "contractID": CONTRACT, "document": name, "url": name, "description": "NA", "orden": orden })
}

/// A price row of 3.7.
pub fn row(fee: u64, kind: u64, name: &str, modal: &str, signers: u64) -> Value {
    json!({
        "iContractTypeID": kind, "sContractType": "REAL_ESTATE", "sContractTypeName": name, "iContractTypeFeeID": fee,
        "sModal": modal, "iSignCount": signers, "fAmount": "1990.00"
    })
}

/// The message of 3.8 for one signer, as in the contract's example.
pub fn creation() -> Value {
    json!([
        {
            "sContractID": "daa84a29-e800-4115-abad-066971118ccf", "sOwnerType": "NATURAL", "iContractTypeFeeID": 28,
            "sStatus": "CREATED", "sPaymentStatus": "PENDING", "iPaymentService": 0,
            "dContractDT": { "date": "2022-08-04 03:56:20.594852", "timezone_type": 3, "timezone": "UTC" },
            "iSignedCount": 1, "iContractOwner": 20
        },
        [{
            "full_name": "Jose Perez", "phone": "+56987332031", "rutId": "76795561-8", "email": "jose@example.cl",
            "type": "NATURAL", "portion": 100, "payment": "8815.00", "iva": "1675.00", "notary": "4000.00",
            "total": "14490.00"
        }]
    ])
}

pub fn hours(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
}

/// Codes of findings that are errors, with their pointers.
pub fn errors(account: &dyn Account, order: &Order) -> Vec<String> {
    let findings = account.check(order);
    findings.iter().filter(|f| f.is_error()).map(|f| format!("{} {}", f.code, f.pointer)).collect()
}
