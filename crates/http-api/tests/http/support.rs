//! An API with one tenant and one key, and requests to it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service, try_call_service};
use broker::persistence::{Blobs, Database, DatabaseConfig, KeyRing, Store};
use broker::provider_clients::registry::Registry;
use broker::provider_clients::transport::{Transport, TransportConfig};
use broker::{Administrator, Broker, BrokerConfig, NewApiKey, NewTenant, Parts, Scope, SystemClock};
use domain::events::Actor;
use domain::ids::TenantId;
use domain::protocol::Policy;
use http_api::{Api, ApiConfig, build_app, configure_api};
use secrecy::{ExposeSecret, SecretBox};
use serde_json::Value;

/// The largest document of these tests.
pub const MAX_DOCUMENT: u64 = 100_000;

/// A small real PDF.
pub const PDF: &[u8] = include_bytes!("../../../../tests/samples/one-page-fpdf2.pdf");

pub struct TestApi {
    pub api: Api,
    pub broker: Broker,
    pub tenant: TenantId,
    pub key: String,
    _dir: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{:?}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts that it is this problem, and gives its faults as `pointer code`.
    #[track_caller]
    pub fn problem(&self, code: &str) -> Vec<String> {
        let json = self.json();
        assert_eq!(json["code"], code, "{json}");
        assert_eq!(self.status.as_u16(), json["status"], "{json}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let faults = json["errors"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut faults: Vec<_> = faults.map(|it| format!("{} {}", text(&it["pointer"]), text(&it["code"]))).collect();
        faults.sort();
        faults
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

fn administrator() -> Administrator {
    Administrator { actor: Actor::Broker, request: None }
}

impl TestApi {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", dir.path().join("rubrica.db").display());
        let database = Database::connect(&DatabaseConfig::new(url)).await.unwrap();
        database.migrate().await.unwrap();
        let keys = KeyRing::new(&SecretBox::new(Box::new([7; 32])), &[]).unwrap();
        let broker = Broker::new(Parts {
            store: Store::open(database, keys).await.unwrap(),
            blobs: Blobs::open("memory:").unwrap(),
            registry: Registry::standard(true).unwrap(),
            transport: Transport::new(&TransportConfig { allow_private_targets: true, ..TransportConfig::default() })
                .unwrap(),
            clock: Arc::new(SystemClock),
            anchors: Default::default(),
            recorder: None,
            config: BrokerConfig {
                public_url: Some("http://127.0.0.1:8080".parse().unwrap()),
                max_document_bytes: MAX_DOCUMENT,
                max_artifact_bytes: MAX_DOCUMENT,
                send_window: Duration::from_secs(30),
                takeover_margin: Duration::from_secs(30),
                failover_after: Duration::from_secs(60),
                policy: Policy {
                    patience: Duration::from_secs(60),
                    first_pause: Duration::from_secs(1),
                    longest_pause: Duration::from_secs(10),
                },
                worker_name: "test".to_owned(),
            },
        });
        let new = NewTenant { name: "Human Resources".to_owned(), slug: "hr".to_owned() };
        let tenant = broker.create_tenant(&administrator(), new).await.unwrap().id;
        let api = Api::new(broker.clone(), ApiConfig::new("http://127.0.0.1:8080/", MAX_DOCUMENT), None).unwrap();
        let mut made = Self { api, broker, tenant, key: String::new(), _dir: dir };
        made.key = made.key_with(Some(tenant), &Scope::ALL).await;
        made
    }

    pub async fn key_with(&self, tenant: Option<TenantId>, scopes: &[Scope]) -> String {
        let new = NewApiKey { name: "test".to_owned(), scopes: scopes.to_vec(), expires_at: None };
        let (_, text) = self.broker.create_api_key(&administrator(), tenant, new).await.unwrap();
        text.expose_secret().to_owned()
    }

    pub async fn another_tenant(&self) -> TenantId {
        let new = NewTenant { name: "Sales".to_owned(), slug: "sales".to_owned() };
        self.broker.create_tenant(&administrator(), new).await.unwrap().id
    }

    /// A request with the tenant's key.
    pub fn request(&self, method: &str, path: &str) -> TestRequest {
        self.anonymous(method, path).insert_header(("authorization", format!("Bearer {}", self.key)))
    }

    pub fn anonymous(&self, method: &str, path: &str) -> TestRequest {
        TestRequest::default().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path)
    }

    pub async fn send(&self, request: TestRequest) -> Answer {
        let app = init_service(build_app(&self.api, configure_api)).await;
        let response = match try_call_service(&app, request.to_request()).await {
            Ok(answered) => answered.into_parts().1,
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: to_bytes(response.into_body()).await.unwrap().to_vec() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("POST", path).set_json(body)).await
    }

    /// A new draft's path.
    pub async fn draft(&self) -> String {
        let body = serde_json::json!({
            "subject": "Employment contract",
            "recipients": [{ "role": "signer", "name": "Jesús Sánchez", "email": "jesus@example.com" }],
        });
        let created = self.post("/v1/envelopes", body).await.is(201);
        created.header("location").unwrap().to_owned()
    }

    pub async fn upload(&self, envelope: &str) -> Answer {
        let path = format!("{envelope}/documents?filename=contract.pdf");
        self.send(self.request("POST", &path).insert_header(("content-type", "application/pdf")).set_payload(PDF)).await
    }

    /// A provider account that points at nothing, made the default one.
    pub async fn account(&self) -> String {
        let body = serde_json::json!({
            "name": "spain", "kind": "efirma_go", "default": true,
            "settings": { "base_url": "http://127.0.0.1:9", "cif_desarrollador": "B12345674", "nombre_cliente": "Acme SL",
                          "cif_cliente": "B12345674", "email_cliente": "firmas@acme.example" },
            "credentials": { "private_key": "sandbox-private-key" },
        });
        self.post("/v1/provider-accounts", body).await.is(201).header("location").unwrap().to_owned()
    }
}
