//! A running sandbox, requests of the contract's shape, and a receiver for callbacks.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use provider_sandbox::efirma_go::{EfirmaGo, Variants};
use provider_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Scripts};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::sync::Notify;

pub const CONTRACT: &[u8] = include_bytes!("../../../../tests/samples/contrato-trabajo-es.pdf");
pub const PRIVATE_KEY: &str = "test-private-key-0001";
pub const CIF_DEVELOPER: &str = "A23433211";
pub const CIF_CLIENT: &str = "A77445566";
/// Long enough for a slow machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);

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

    pub fn efirma(&self) -> EfirmaGo {
        self.sandbox().efirma_go()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/efirma_go/{path}", self.running.base_url())
    }

    pub fn vary(&self, change: impl FnOnce(&mut Variants)) {
        let mut variants = self.efirma().variants();
        change(&mut variants);
        self.efirma().set_variants(variants);
    }

    /// Posts a form with the JSON and a file, and gives the answer back as it came.
    pub async fn post_file(&self, json: &Value, pdf: &[u8]) -> reqwest::Result<reqwest::Response> {
        let file = Part::bytes(pdf.to_vec()).file_name("Contrato 300.pdf").mime_str("application/pdf")?;
        let form = Form::new().text("json", json.to_string()).part("archivo", file);
        self.http.post(self.url("enviar_documento")).multipart(form).send().await
    }

    /// Sends a document and gives the answer's JSON.
    pub async fn send(&self, json: &Value) -> Value {
        self.send_pdf(json, CONTRACT).await
    }

    pub async fn send_pdf(&self, json: &Value, pdf: &[u8]) -> Value {
        let response = self.post_file(json, pdf).await.unwrap();
        assert_eq!(response.status(), 200, "business answers are always 200");
        response.json().await.unwrap()
    }

    /// Sends a document that is accepted and gives its id.
    pub async fn sent(&self, json: &Value) -> String {
        let answer = self.send(json).await;
        assert_eq!(answer["estado_operacion"], "0000", "{answer}");
        answer["id_operacion"].as_str().unwrap().to_owned()
    }

    /// Calls an endpoint without a file and gives the answer as it came.
    pub async fn post(&self, path: &str, json: &Value) -> reqwest::Result<reqwest::Response> {
        let form = Form::new().text("json", json.to_string());
        self.http.post(self.url(path)).multipart(form).send().await
    }

    pub async fn call(&self, path: &str, json: &Value) -> Value {
        let response = self.post(path, json).await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    /// Searches with extra members beside the credentials.
    pub async fn search(&self, page: usize, extra: Value) -> Value {
        self.call(&format!("descargar_documentos/{page}"), &with(credentials(), extra)).await
    }

    pub async fn settle(&self) {
        assert!(self.sandbox().settle(PATIENCE).await, "the sandbox did not come to rest");
    }

    /// The state of one document in the words of the search.
    pub async fn estado(&self, id: &str) -> String {
        let found = self.search(1, json!({ "id_operacion": id })).await;
        found["listado_documentos"][0]["estado"].as_str().unwrap().to_owned()
    }
}

pub fn credentials() -> Value {
    json!({ "private_key": PRIVATE_KEY, "cif_desarrollador": CIF_DEVELOPER, "cif_cliente": CIF_CLIENT })
}

/// `base` with the members of `extra` on top; null removes.
pub fn with(mut base: Value, extra: Value) -> Value {
    for (name, value) in extra.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

pub fn recipient(email: &str) -> Value {
    json!({
        "nombre_destinatario": "Jesús",
        "apellido1_destinatario": "Sánchez",
        "apellido2_destinatario": "Alonso",
        "email_destinatario": email,
        "mensaje_privado": "",
        "medio_comunicacion": "email",
        "enviar_notificacion": "si",
        "enviar_resumen": "no",
        "terminal_web": 1,
        "terminal_personal": 1,
        "terminal_corporativo": 0,
    })
}

pub fn block(kind: &str, order: usize, minimum: usize, recipients: &[Value]) -> Value {
    json!({
        "nombre_bloque": format!("{kind} {order}"),
        "tipo_bloque": kind,
        "minimo": minimum.to_string(),
        "orden": order.to_string(),
        "destinatarios": recipients,
    })
}

/// A request with these blocks.
pub fn request(blocks: &[Value]) -> Value {
    json!({
        "private_key": PRIVATE_KEY,
        "cif_desarrollador": CIF_DEVELOPER,
        "origen": "Rubrica",
        "nombre_cliente": "Cliente A",
        "cif_cliente": CIF_CLIENT,
        "email_cliente": "cliente@cliente.example",
        "nombre_documento": "Contrato 300",
        "tipo_seguridad": "basica",
        "campos_clave": { "rubrica_submission": "sub_1" },
        "enviar_url_respuesta": 1,
        "notificar_cada": "-1",
        "bloques": blocks,
    })
}

/// A request with one signer.
pub fn one_signer() -> Value {
    request(&[block("firma", 1, 1, &[recipient("jesus@example.com")])])
}

/// A server that takes callbacks and keeps what it got.
pub struct Receiver {
    pub url: String,
    inbox: Data<Inbox>,
    handle: ServerHandle,
}

#[derive(Clone, Debug)]
pub struct Received {
    pub content_type: String,
    pub headers: Vec<String>,
    pub body: Bytes,
}

struct Inbox {
    received: Mutex<Vec<Received>>,
    arrived: Notify,
    status: u16,
    reply: String,
}

impl Receiver {
    /// Answers every callback with the status and the body.
    pub async fn start(status: u16, reply: Value) -> Self {
        let inbox = Data::from(Arc::new(Inbox {
            received: Mutex::default(),
            arrived: Notify::new(),
            status,
            reply: reply.to_string(),
        }));
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

    /// Waits until so many have arrived.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        tokio::time::timeout(PATIENCE, async {
            loop {
                let arrived = self.inbox.arrived.notified();
                if self.received().len() >= count {
                    return self.received();
                }
                arrived.await;
            }
        })
        .await
        .expect("a callback did not arrive")
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn receive(request: HttpRequest, body: Bytes, inbox: Data<Inbox>) -> HttpResponse {
    let content_type = request.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
    let headers = request.headers().keys().map(ToString::to_string).collect();
    inbox.received.lock().unwrap().push(Received { content_type, headers, body });
    inbox.arrived.notify_waiters();
    HttpResponse::build(actix_web::http::StatusCode::from_u16(inbox.status).unwrap())
        .content_type("application/json")
        .body(inbox.reply.clone())
}
