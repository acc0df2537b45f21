//! A running sandbox, requests of the contract's shape, and a receiver for webhooks.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use provider_sandbox::arqsign::{Account, ArqSign, Variants};
use provider_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Scripts};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Three A4 pages.
pub const CONTRACT: &[u8] = include_bytes!("../../../../tests/samples/contrato-trabajo-es.pdf");
/// One page of 612 by 792 points.
pub const PROMISE: &[u8] = include_bytes!("../../../../tests/samples/promesa-compraventa-cl.pdf");
pub const APP_KEY: &str = "8d0f6c1e-52b7-4f0e-9c55-1b7c6f3a9d40";
pub const SUBSCRIPTION_KEY: &str = "test-subscription-key-0001";
pub const ACCOUNT: &str = "3c0a5e1d-7d0a-4b57-9b54-0f6a2d6f8e21";
pub const SENDER: &str = "1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d";
pub const FOLDER: &str = "5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11";
pub const NOBODY: &str = "00000000-0000-4000-a000-000000000000";
pub const V2: &str = "api/v2/processo/enviar-documento-para-assinar";
pub const V3: &str = "api/v3/processo/enviar-documento-para-assinar";
/// Long enough for a slow machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);
pub const DAY: Duration = Duration::from_secs(86_400);

pub struct World {
    pub running: RunningSandbox,
    pub http: reqwest::Client,
}

pub fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

pub async fn world() -> World {
    world_with(SandboxConfig::default()).await
}

pub async fn signing_world() -> World {
    world_with(SandboxConfig { scripts: Scripts::everybody_signs(), ..SandboxConfig::default() }).await
}

pub async fn world_with(config: SandboxConfig) -> World {
    World {
        running: Sandbox::start(any_port(), config).await.unwrap(),
        http: reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
    }
}

impl World {
    pub fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    pub fn arqsign(&self) -> ArqSign {
        self.sandbox().arqsign()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/arqsign/{path}", self.running.base_url())
    }

    pub fn vary(&self, change: impl FnOnce(&mut Variants)) {
        let mut variants = self.arqsign().variants();
        change(&mut variants);
        self.arqsign().set_variants(variants);
    }

    pub fn change_account(&self, change: impl FnOnce(&mut Account)) {
        let mut account = self.arqsign().account(ACCOUNT).unwrap();
        change(&mut account);
        self.arqsign().put_account(account);
    }

    /// A call with the account's keys.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let call = self.http.request(method, self.url(path));
        call.header("AppKey", APP_KEY).header("SubscriptionKey", SUBSCRIPTION_KEY)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.call(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.call(Method::POST, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.call(Method::PATCH, path).json(body)).await
    }

    pub async fn cancel(&self, id: &str) -> (u16, Value) {
        answer(self.call(Method::PATCH, &format!("api/v1/processo/{id}/cancelar-processo"))).await
    }

    pub async fn resend(&self, id: &str, entries: &Value) -> (u16, Value) {
        self.patch(&format!("api/v2/processo/{id}/reenviar-processo"), entries).await
    }

    /// Sends a process that is accepted, and gives the answer.
    pub async fn sent(&self, sending: &Value) -> Value {
        let (status, answer) = self.post(V2, sending).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// The same, and gives the process's id.
    pub async fn sent_id(&self, sending: &Value) -> String {
        text(&self.sent(sending).await["IdProcesso"])
    }

    /// What a refused sending is answered with status 400.
    pub async fn refused(&self, sending: &Value) -> String {
        self.refused_at(V2, sending).await
    }

    pub async fn refused_at(&self, path: &str, sending: &Value) -> String {
        let (status, answer) = self.post(path, sending).await;
        assert_eq!(status, 400, "{answer}");
        assert!(self.arqsign().processes().is_empty(), "nothing was created");
        text(&answer)
    }

    pub async fn status(&self, id: &str) -> Value {
        let (status, answer) = self.get(&format!("api/v1/processo/{id}/status-do-processo")).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub async fn signers(&self, id: &str) -> Value {
        let (status, answer) = self.get(&format!("api/v1/processo/{id}/dados-signatarios")).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub async fn full(&self, id: &str) -> Value {
        let (status, answer) = self.get(&format!("api/v2/processo/{id}")).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    pub fn sign_url(&self, id: &str, place: usize) -> String {
        self.arqsign().process(id).unwrap().recipients[place].sign_url.clone().unwrap()
    }

    pub async fn settle(&self) {
        assert!(self.sandbox().settle(PATIENCE).await, "the sandbox did not come to rest");
    }

    pub async fn pass(&self, time: Duration) {
        self.sandbox().advance_clock(time);
        self.settle().await;
    }

    /// Registers a webhook for all triggers, and gives its id and key.
    pub async fn webhook(&self, url: &str) -> (String, String) {
        let (status, answer) = self.post("api/v1/confwebhook", &registration(url)).await;
        assert_eq!(status, 200, "{answer}");
        (text(&answer["id"]), text(&answer["chaveHMAC"]))
    }
}

/// The registration that the contract recommends.
pub fn registration(url: &str) -> Value {
    json!({
        "nome": "broker-prod",
        "status": 1,
        "urlPublicar": url,
        "aguardarRetorno": 1,
        "gatilhos": [1, 2, 3, 4, 5, 6, 7, 8],
        "dadosRetorno": { "processo": 1, "signatarios": 1, "documentos": 0 },
    })
}

/// The status of an answer and its JSON; a body that is none comes as a text.
pub async fn answer(call: RequestBuilder) -> (u16, Value) {
    let response = call.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.text().await.unwrap();
    (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
}

pub fn text(value: &Value) -> String {
    assert!(value.is_string(), "{value} is no text");
    value.as_str().unwrap().to_owned()
}

/// `base` with the value as the member at that pointer; null removes.
pub fn with(mut base: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let members = base.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    base
}

/// An electronic signer who is asked for name and CPF.
pub fn signer(email: &str) -> Value {
    json!({
        "idTipoAcao": 1,
        "ordemAssinatura": 1,
        "nome": "Ana Souza",
        "email": email,
        "assinarOnline": {
            "assinarComo": 1,
            "idTipoAssinatura": 1,
            "assinaturaEletronica": {
                "obrigarSignatarioInformarNome": true,
                "obrigarSignatarioInformarNumeroDocumento": true,
                "tipoDocumentoAInformar": 1,
            },
        },
    })
}

pub fn copy(email: &str) -> Value {
    json!({ "idTipoAcao": 2, "nome": "Arquivo Central", "email": email })
}

pub fn document(order: i64, name: &str, pdf: &[u8]) -> Value {
    json!({ "ordemDocumento": order, "nomeComExtensao": name, "arquivo": BASE64_STANDARD.encode(pdf) })
}

/// The contract's example with these recipients.
pub fn sending_to(recipients: &[Value]) -> Value {
    json!({
        "idResponsavel": SENDER,
        "nomeProcesso": "Contrato de locação 4711 [01J8Z6Q2M4T9]",
        "idPasta": FOLDER,
        "configuracoesAvancadas": {
            "tempoExpiracaoDocumentoDias": 30,
            "frequenciaLembretesDias": 3,
            "gerarQrCode": 0,
            "obrigarLeitura": false,
        },
        "mensagemPadrao": { "titulo": "Contrato para assinatura", "texto": "Prezados, segue o contrato." },
        "usarOrdemAssinatura": true,
        "usarPosicaoAssinaturaAutomatica": true,
        "destinatarios": recipients,
        "documentos": [document(1, "contrato.pdf", CONTRACT)],
    })
}

/// The contract's example.
pub fn sending() -> Value {
    sending_to(&[signer("ana@example.com"), copy("arquivo@example.com")])
}

pub fn count(haystack: &[u8], needle: &str) -> usize {
    haystack.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count()
}

/// How many signatures a PDF has.
pub fn signatures(pdf: &[u8]) -> usize {
    count(pdf, "/ByteRange [")
}

/// A PDF out of an answer.
pub fn decoded(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap()
}

/// A server that takes webhooks and keeps what it got.
pub struct Receiver {
    pub url: String,
    inbox: Data<Inbox>,
    handle: ServerHandle,
}

#[derive(Clone, Debug)]
pub struct Received {
    pub hmac: String,
    pub content_type: String,
    pub body: Bytes,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

struct Inbox {
    received: Mutex<Vec<Received>>,
    status: Mutex<u16>,
}

impl Receiver {
    /// Answers every delivery with the status.
    pub async fn start(status: u16) -> Self {
        let inbox = Data::from(Arc::new(Inbox { received: Mutex::default(), status: Mutex::new(status) }));
        let shared = inbox.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(64 * 1024 * 1024))
                .route("/hook", web::post().to(receive))
        })
        .workers(1)
        .disable_signals()
        .bind(any_port())
        .unwrap();
        let url = format!("http://{}/hook", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, inbox, handle }
    }

    pub fn received(&self) -> Vec<Received> {
        self.inbox.received.lock().unwrap().clone()
    }

    /// The numbers of the events that arrived.
    pub fn events(&self) -> Vec<i64> {
        self.received().iter().map(|received| received.json()["IdEvento"].as_i64().unwrap()).collect()
    }

    pub fn answer_with(&self, status: u16) {
        *self.inbox.status.lock().unwrap() = status;
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn receive(request: HttpRequest, body: Bytes, inbox: Data<Inbox>) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).unwrap().to_str().unwrap().to_owned();
    let received = Received { hmac: header("HMAC"), content_type: header("content-type"), body };
    inbox.received.lock().unwrap().push(received);
    let status = *inbox.status.lock().unwrap();
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap()).finish()
}
