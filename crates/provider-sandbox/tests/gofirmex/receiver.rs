//! A server that takes callbacks and keeps what it got.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::{Value, json};

pub struct Receiver {
    pub url: String,
    inbox: Data<Inbox>,
    handle: ServerHandle,
}

#[derive(Clone, Debug)]
pub struct Received {
    pub query: String,
    pub content_type: String,
    pub authorization: Option<String>,
    pub body: Value,
}

struct Inbox {
    received: Mutex<Vec<Received>>,
    /// The statuses of the first replies; later ones are 200.
    statuses: Mutex<Vec<u16>>,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::answering(&[]).await
    }

    /// Gives these statuses first, then 200.
    pub async fn answering(statuses: &[u16]) -> Self {
        let mut statuses = statuses.to_vec();
        statuses.reverse();
        let inbox = Data::from(Arc::new(Inbox { received: Mutex::default(), statuses: Mutex::new(statuses) }));
        let shared = inbox.clone();
        let server =
            HttpServer::new(move || App::new().app_data(shared.clone()).route("/hook", web::post().to(receive)))
                .workers(1)
                .disable_signals()
                .bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
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

    /// The bodies of one kind, by their `event`.
    pub fn of(&self, event: &str) -> Vec<Value> {
        let bodies = self.received().into_iter().map(|received| received.body);
        bodies.filter(|body| body["event"] == event).collect()
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn receive(request: HttpRequest, body: Bytes, inbox: Data<Inbox>) -> HttpResponse {
    let header = |name: &str| Some(request.headers().get(name)?.to_str().unwrap().to_owned());
    inbox.received.lock().unwrap().push(Received {
        query: request.query_string().to_owned(),
        content_type: header("content-type").unwrap(),
        authorization: header("authorization"),
        body: serde_json::from_slice(&body).unwrap(),
    });
    let status = inbox.statuses.lock().unwrap().pop().unwrap_or(200);
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(json!({ "success": status == 200 }))
}
