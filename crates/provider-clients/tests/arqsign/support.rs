//! An account, an envelope and the calls between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use domain::envelope::Role;
use domain::facts::Reading;
use domain::ids::{DocumentId, RecipientId};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::steps::{Step, StepOutput, StepOutputs};
use provider_clients::arqsign::ArqSign;
use provider_clients::call::{Body, Call};
use provider_clients::provider::{
    ACCOUNT_ID, Account, AccountFacts, CallbackRequest, Fault, Moment, Prepared, Provider, StatusPage, StatusRequest,
    SubmissionView,
};
use provider_clients::reply::{Reply, StoredFile};
use serde_json::{Value, json};

pub use crate::kit::*;

pub const PROCESS: &str = "eaf4417d-441d-4f4b-9a30-a79118c5cc8a";
pub const ANA: &str = "c2b1a7de-6c36-4a0f-9b3e-1f8f0a6d2e44";
pub const DOCUMENT: &str = "0a6f1c0b-77b0-4f6b-8e4e-4b8a3f0d9e55";
pub const SENDER: &str = "1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d";
pub const FOLDER: &str = "5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11";
pub const KEY: &str = "chave-hmac-0001";
pub const URL: &str = "https://broker.example.com/callbacks/arqsign/token-1";

pub fn settings() -> Value {
    json!({ "id_responsavel": SENDER, "id_pasta": FOLDER })
}

pub fn credentials() -> Value {
    json!({ "app_key": "test-app-key-0001", "subscription_key": "test-subscription-key-0001" })
}

pub fn try_open(more: Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
    let mut settings = settings();
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    ArqSign::new().open(&settings, &credentials())
}

/// An account with the contract's defaults but for `more`.
pub fn account(more: Value) -> Arc<dyn Account> {
    try_open(more).unwrap()
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The facts of an account whose webhook works.
pub fn working() -> AccountFacts {
    facts(&[
        (ACCOUNT_ID, "pac_00000000000000000000000001"),
        ("webhook_id", "b1f20000-0000-4000-8000-000000000001"),
        ("webhook_url", URL),
        ("webhook_status", "1"),
        ("webhook_hmac_key", KEY),
        ("webhook_checked_at", "2025-07-02T14:00:00+00:00"),
    ])
}

pub fn facts(told: &[(&str, &str)]) -> AccountFacts {
    told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A moment in July 2025 with these facts.
pub fn moment_with(facts: &AccountFacts) -> Moment<'_> {
    Moment { now: at("2025-07-02T14:05:00Z"), callback_url: Some(URL), facts, ..moment() }
}

/// Ana signs, the archive gets a copy: the contract's example.
pub fn example_order() -> Order {
    let mut order = order(vec![
        signer("Ana Souza", "ana@example.com"),
        recipient(Role::Copy, "Arquivo Central", "arquivo@example.com", 1),
    ]);
    order.spec.subject = "Contrato de locação 4711".to_owned();
    order.documents[0].name = "contrato".to_owned();
    order
}

/// Ana signs first, then Bruno.
pub fn two_turns() -> Order {
    order(vec![signer("Ana Souza", "ana@example.com"), recipient(Role::Signer, "Bruno Lima", "bruno@example.com", 7)])
}

/// A submission of an order.
pub struct Case {
    pub order: Order,
    pub documents: Vec<DocumentId>,
    pub recipients: Vec<RecipientId>,
    pub reference: Option<&'static str>,
    pub outputs: StepOutputs,
    pub last: Option<Reading>,
    pub began_at: DateTime<Utc>,
    pub signed_before: BTreeMap<DocumentId, StoredFile>,
}

impl Case {
    pub fn new(order: Order) -> Self {
        Self {
            documents: order.documents.iter().map(|d| d.id).collect(),
            recipients: order.recipients.iter().map(|r| r.id).collect(),
            order,
            reference: Some(PROCESS),
            outputs: StepOutputs::new(),
            last: None,
            began_at: DateTime::UNIX_EPOCH,
            signed_before: BTreeMap::new(),
        }
    }

    /// The same, after sending was answered with the contract's example.
    pub fn sent(order: Order) -> Self {
        let mut case = Self::new(order);
        let mut output = done(case.created(&*account(json!({})), &answer(&created_answer())));
        output.values.remove("created_at");
        case.outputs.insert("create_and_send".to_owned(), output);
        case
    }

    pub fn view(&self) -> SubmissionView<'_> {
        SubmissionView {
            id: submission_id(),
            attempt: 1,
            began_at: self.began_at,
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

    pub fn step(&self, account: &dyn Account, index: usize) -> Step {
        account.submissions(&self.order)[0].steps[index].clone()
    }

    pub fn prepared(&self, account: &dyn Account, index: usize) -> Prepared {
        account.request(&self.step(account, index), &self.view(), &moment()).unwrap()
    }

    /// The call that creates and sends.
    pub fn sending(&self, account: &dyn Account) -> Call {
        match self.prepared(account, 0) {
            Prepared::Call(call) => *call,
            Prepared::Known(output) => panic!("no call is made: {output:?}"),
        }
    }

    /// The JSON that sending carries, with the name of its document in each file's place.
    pub fn process(&self, account: &dyn Account) -> Value {
        self.sending(account).redacted()["body"]["json"].clone()
    }

    /// The first recipient of the process.
    pub fn recipient(&self, account: &dyn Account) -> Value {
        json_of(&self.sending(account))["destinatarios"][0].clone()
    }

    /// What sending comes to when the vendor answers `reply`.
    pub fn created(&self, account: &dyn Account, reply: &Reply) -> Outcome<StepOutput> {
        account.reply(&self.step(account, 0), &self.view(), &moment(), reply)
    }

    pub fn linked(&self, account: &dyn Account, reply: &Reply) -> Outcome<StepOutput> {
        account.reply(&self.step(account, 1), &self.view(), &moment_with(&working()), reply)
    }

    pub fn status_request(&self, account: &dyn Account) -> StatusRequest {
        account.status_requests(&[self.view()], &moment()).unwrap().remove(0)
    }

    /// What the answer to `request` tells while the webhook works.
    pub fn told(&self, account: &dyn Account, request: &StatusRequest, reply: &Reply) -> Outcome<StatusPage> {
        account.status_reply(request, &[self.view()], &moment_with(&working()), reply)
    }

    /// The reading of a status, and of the questions that it leaves, each answered by the next of `answers`.
    pub fn read(&self, account: &dyn Account, answers: &[Value]) -> Reading {
        let mut request = self.status_request(account);
        for (index, body) in answers.iter().enumerate() {
            let page = done(self.told(account, &request, &answer(body)));
            match page.next {
                Some(next) => request = next,
                None => {
                    assert_eq!((index + 1, page.readings.len()), (answers.len(), 1), "every answer is asked for");
                    return page.readings[0].1.clone();
                }
            }
        }
        panic!("another question is left: {}", request.call.endpoint);
    }
}

pub fn json_of(call: &Call) -> Value {
    match &call.body {
        Body::Json(value) => value.clone(),
        Body::JsonWithFiles { template, .. } => template.clone(),
        Body::Empty | Body::Form(_) | Body::Multipart(_) => panic!("no JSON"),
    }
}

pub fn answer(body: &Value) -> Reply {
    Reply::new(200, body.to_string())
}

/// A refusal as the simulator's default form: a JSON text.
pub fn refusal(status: u16, text: &str) -> Reply {
    Reply::new(status, json!(text).to_string())
}

/// The answer to sending, of the contract's section 2.1.
pub fn created_answer() -> Value {
    json!({
        "IdProcesso": PROCESS,
        "documentos": [{ "id": DOCUMENT, "ordem": 1, "nome": "contrato.pdf" }],
        "destinatarios": [{
            "idProcessoDestinatario": ANA, "ordem": 1, "formaEnvio": "ana@example.com", "nomeSignatario": "Ana Souza",
            "configuracoesAnexos": [{ "id": "7f0e2c9a-5f4b-4b63-8f5d-9e2a1b3c4d5e", "nome": "RG frente" }]
        }]
    })
}

/// An answer of 2.4.
pub fn status(id: u64, word: &str) -> Value {
    json!({ "nomeProcesso": "Contrato…", "status": word, "idStatus": id, "expirado": 0, "dataConclusao": null,
            "dataCancelamento": null, "dataExpiracao": null })
}

/// A signer of 2.5: not signed.
pub fn listed(id: &str, email: &str, turn: u64) -> Value {
    json!({
        "ordem": turn, "IdProcessoDestinatario": id, "nome": "Ana Souza", "idTipoAssinatura": 1, "IdFormaEnvioProcesso": 1,
        "email": email, "telefone": null, "papelSignatario": { "pessoaFisica": null, "pessoaJuridica": null },
        "tipoAcao": "Assinar Online", "idTipoAcao": 1, "IdMeioEnvioCodigoSeguranca": null, "emailSeguranca": null,
        "telefoneSeguranca": null, "permitirReenviarCodigo": null, "falhaEnvio": 0, "falhaEnvioCodigoSeguranca": 0,
        "assinado": 0, "dataAssinatura": null, "assinaturaRecusada": 0, "motivoRecusa": null, "anexos": null
    })
}

/// An answer of 2.5.
pub fn signers(id: u64, word: &str, listed: Vec<Value>) -> Value {
    json!({
        "nomeProcesso": "Contrato…", "status": word, "idStatus": id, "dataConclusao": null, "dataCancelamento": null,
        "usuarioCancelamento": null, "dataExpiracao": "2025-08-01T14:03:12", "signatarios": listed
    })
}

/// `value` with these members changed.
pub fn with(mut value: Value, changes: Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        value[name] = change.clone();
    }
    value
}

/// The proof of `body` under `key`, in base64.
pub fn proof(key: &str, body: &str) -> String {
    STANDARD.encode(raw_proof(key, body))
}

pub fn raw_proof(key: &str, body: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), body.as_bytes()).as_ref().to_vec()
}

/// A webhook with a right proof.
pub fn webhook(body: &Value) -> CallbackRequest {
    let body = body.to_string();
    let headers = BTreeMap::from([("hmac".to_owned(), proof(KEY, &body))]);
    CallbackRequest { headers, body: body.into(), ..CallbackRequest::default() }
}
