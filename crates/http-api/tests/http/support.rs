//! An API with one tenant and one key, and requests to it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::web::ServiceConfig;
use broker::engine::{Worker, WorkerConfig};
use broker::persistence::{Blobs, Change, Database, DatabaseConfig, KeyRing, NewJob, Store};
use broker::provider_clients::registry::Registry;
use broker::provider_clients::transport::{Transport, TransportConfig};
use broker::{
    Administrator, Broker, BrokerConfig, Caller, NewAccount, NewApiKey, NewTenant, Parts, Scope, SystemClock,
};
use domain::events::Actor;
use domain::facts::{Reading, RecipientReading};
use domain::ids::TenantId;
use domain::protocol::Policy;
use domain::record::{Envelope, Recipient};
use domain::states::{RecipientStatus, SubmissionState};
use http_api::{Api, ApiConfig, build_app, configure_api};
use secrecy::{ExposeSecret, SecretBox};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::page_vendor::PageVendor;

/// The largest document of these tests.
pub const MAX_DOCUMENT: u64 = 100_000;

/// A small real PDF.
pub const PDF: &[u8] = include_bytes!("../../../../tests/samples/one-page-fpdf2.pdf");

pub struct TestApi {
    pub api: Api,
    pub broker: Broker,
    pub tenant: TenantId,
    pub key: String,
    vendor: Option<PageVendor>,
    _working: Option<DropGuard>,
    _dir: tempfile::TempDir,
}

/// An envelope that its only recipient can sign on the broker's own page.
pub struct SentEnvelope {
    pub path: String,
    /// The path of the page.
    pub page: String,
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
        Self::of(Registry::standard(true).unwrap()).await
    }

    /// One whose vendor has no pages of its own, with an account there, and a worker that carries envelopes to it.
    pub async fn with_page_vendor() -> Self {
        let vendor = PageVendor::new();
        let mut made = Self::of(Registry::with(vec![Arc::new(vendor.clone())], true).unwrap()).await;
        made.vendor = Some(vendor);
        let new = NewAccount {
            name: "pages".to_owned(),
            kind: "acme".to_owned(),
            settings: json!({}),
            credentials: json!({}),
            default: true,
        };
        let caller = Caller { tenant: made.tenant, actor: Actor::Broker, request: None, traceparent: None };
        made.broker.create_account(&caller, new).await.unwrap();
        made.working()
    }

    /// The same, with a worker that carries envelopes out.
    pub fn working(mut self) -> Self {
        let stop = CancellationToken::new();
        actix_web::rt::spawn(Worker::new(self.broker.clone(), WorkerConfig::default(), stop.clone()).run());
        self._working = Some(stop.drop_guard());
        self
    }

    /// One that knows these vendors.
    pub async fn of(registry: Registry) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", dir.path().join("rubrica.db").display());
        let database = Database::connect(&DatabaseConfig::new(url)).await.unwrap();
        database.migrate().await.unwrap();
        let keys = KeyRing::new(&SecretBox::new(Box::new([7; 32])), &[]).unwrap();
        let broker = Broker::new(Parts {
            store: Store::open(database, keys).await.unwrap(),
            blobs: Blobs::open("memory:").unwrap(),
            registry,
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
        let mut made = Self { api, broker, tenant, key: String::new(), vendor: None, _working: None, _dir: dir };
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
        self.send_to(configure_api, request).await
    }

    /// A request to one of the listeners.
    pub async fn send_to(&self, listener: fn(&Api, &mut ServiceConfig), request: TestRequest) -> Answer {
        let app = init_service(build_app(&self.api, listener)).await;
        let response = match try_call_service(&app, request.to_request()).await {
            Ok(answered) => answered.into_parts().1,
            Err(error) => error.error_response(),
        };
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: to_bytes(response.into_body()).await.unwrap().to_vec() }
    }

    /// The body of an answer, or why it broke off.
    pub async fn try_body(&self, request: TestRequest) -> Result<Vec<u8>, String> {
        let app = init_service(build_app(&self.api, configure_api)).await;
        let response = try_call_service(&app, request.to_request()).await.unwrap().into_parts().1;
        to_bytes(response.into_body()).await.map(|bytes| bytes.to_vec()).map_err(|error| error.to_string())
    }

    /// The vendor of [`Self::with_page_vendor`].
    pub fn vendor(&self) -> &PageVendor {
        self.vendor.as_ref().unwrap()
    }

    /// An envelope that was sent to the vendor without pages.
    pub async fn sent_to_page_vendor(&self, more: Value) -> SentEnvelope {
        let mut body = json!({
            "subject": "Employment contract",
            "recipients": [{ "role": "signer", "name": "Jesús Sánchez", "delivery": "none" }],
        });
        more.as_object().unwrap().iter().for_each(|(name, value)| body[name] = value.clone());
        let path = self.post("/v1/envelopes", body).await.is(201).header("location").unwrap().to_owned();
        self.upload(&path).await.is(201);
        let sending = self.request("POST", &format!("{path}/send")).insert_header(("prefer", "wait=30"));
        let sent = self.send(sending).await.is(202).json();
        assert_eq!(sent["status"], "sent", "{sent}");
        let url = sent["recipients"][0]["signing_url"].as_str().unwrap();
        SentEnvelope { page: url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned(), path }
    }

    /// Changes a stored envelope behind the broker's back.
    pub async fn change(&self, sent: &SentEnvelope, change: impl FnOnce(&mut Envelope)) {
        let id = sent.path.rsplit('/').next().unwrap().parse().unwrap();
        let before = self.broker.envelope(self.tenant, id).await.unwrap();
        let mut after = before.clone();
        change(&mut after);
        let change = Change::new(self.tenant, Actor::Broker, self.broker.clock().now());
        self.broker.store().commit(&change.updating(&before, &after)).await.unwrap();
    }

    /// The recipients signed at the vendor, and the broker has read it.
    pub async fn everybody_signed(&self, sent: &SentEnvelope) {
        let id = sent.path.rsplit('/').next().unwrap().parse().unwrap();
        let before = self.broker.envelope(self.tenant, id).await.unwrap();
        let (mut after, now) = (before.clone(), self.broker.clock().now());
        let submission = before.submissions[0].id;
        let signed = |recipient: &Recipient| RecipientReading::of(recipient.id, Some(RecipientStatus::Completed));
        let reading = Reading {
            acted: true,
            recipients: before.recipients.iter().map(signed).collect(),
            ..Reading::of(Some(SubmissionState::Finalizing), "SIGNED")
        };
        let events = after.apply_reading(submission, &reading, now);
        let job = NewJob::new("collect", Some(self.tenant), submission.as_uuid(), now);
        let job = NewJob { envelope: Some(id), ..job.at_account(before.submissions[0].account) };
        let change = Change::new(self.tenant, Actor::Broker, now).updating(&before, &after);
        self.broker.store().commit(&change.with_events(events).with_jobs(vec![job])).await.unwrap();
    }

    /// Looks again and again until `look` gives something, for ten seconds.
    pub async fn until<T>(&self, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        for _ in 0..500 {
            if let Some(found) = look().await {
                return found;
            }
            ticks.tick().await;
        }
        panic!("waited in vain");
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
