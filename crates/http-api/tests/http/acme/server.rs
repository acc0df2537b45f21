//! Acme Sign itself, as small as it can be: it keeps what it is sent and gives the same file back once it was signed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::web::{Data, Json, JsonConfig, Path};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The only key that it takes.
pub const KEY: &str = "acme-key-0001";

#[derive(Default)]
struct Kept {
    envelopes: BTreeMap<String, Value>,
    signed: bool,
}

/// A running server, until it is dropped.
pub struct AcmeServer {
    kept: Arc<Mutex<Kept>>,
    /// Where it is.
    pub base_url: String,
    handle: ServerHandle,
}

impl AcmeServer {
    pub fn start() -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let data = Data::from(Arc::clone(&kept));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .app_data(JsonConfig::default().limit(10_000_000))
                .route("/envelopes/{id}", web::put().to(put))
                .route("/envelopes/{id}", web::get().to(get))
                .route("/envelopes/{id}/file", web::get().to(file))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let base_url = format!("http://{}/", server.addrs()[0]);
        let running = server.run();
        let handle = running.handle();
        actix_web::rt::spawn(running);
        Self { kept, base_url, handle }
    }

    /// Everybody signs everything.
    pub fn sign(&self) {
        self.kept.lock().unwrap().signed = true;
    }

    /// What it was sent.
    pub fn envelopes(&self) -> Vec<Value> {
        self.kept.lock().unwrap().envelopes.values().cloned().collect()
    }
}

impl Drop for AcmeServer {
    fn drop(&mut self) {
        let _ends_by_itself = self.handle.stop(false);
    }
}

fn knows(request: &HttpRequest) -> bool {
    request.headers().get("authorization").is_some_and(|value| value == &format!("Bearer {KEY}"))
}

fn state(kept: &Kept) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "state": if kept.signed { "signed" } else { "open" } }))
}

async fn put(request: HttpRequest, id: Path<String>, sent: Json<Value>, kept: Data<Mutex<Kept>>) -> HttpResponse {
    if !knows(&request) {
        return HttpResponse::Unauthorized().finish();
    }
    let mut kept = kept.lock().unwrap();
    kept.envelopes.entry(id.into_inner()).or_insert(sent.into_inner());
    state(&kept)
}

async fn get(id: Path<String>, kept: Data<Mutex<Kept>>) -> HttpResponse {
    let kept = kept.lock().unwrap();
    if kept.envelopes.contains_key(&*id) { state(&kept) } else { HttpResponse::NotFound().finish() }
}

async fn file(id: Path<String>, kept: Data<Mutex<Kept>>) -> HttpResponse {
    let kept = kept.lock().unwrap();
    match kept.envelopes.get(&*id).filter(|_| kept.signed) {
        Some(envelope) => {
            let bytes = STANDARD.decode(envelope["file"].as_str().unwrap()).unwrap();
            HttpResponse::Ok().content_type("application/pdf").body(bytes)
        }
        None => HttpResponse::NotFound().finish(),
    }
}
