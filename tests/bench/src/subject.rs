//! The broker under measurement: the real program `rubrica serve` with a configuration of its own, spoken to over HTTP.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use domain::ids::EnvelopeId;
use http_body_util::Full;
use hyper::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::load::{Prepared, Script};
use crate::process::{Process, free_address};

/// What a broker is started with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The program.
    pub binary: PathBuf,
    /// Where configuration, files and the log go.
    pub folder: PathBuf,
    /// Its database.
    pub database_url: String,
    /// Kind, settings and credentials of its account at the vendor.
    pub account: Value,
}

/// A running broker.
pub struct Subject {
    /// Its process.
    pub process: Process,
    /// Where its API answers.
    pub address: SocketAddr,
    /// From the start of the program to the first good answer of `/health/ready`.
    pub ready_after: Duration,
    key: String,
    http: reqwest::Client,
}

/// An envelope that the broker created.
#[derive(Debug, Clone)]
pub struct Created {
    /// Its id as paths have it.
    pub path_id: String,
    /// Its id as rows have it.
    pub id: Uuid,
    /// What the broker answered.
    pub body: String,
}

impl Subject {
    /// Starts a broker and waits until it is ready.
    ///
    /// # Errors
    /// When it ends, or is not ready within a minute.
    pub async fn start(setup: &Setup) -> Result<Self> {
        let address = free_address()?;
        // The same one at each start over the same folder, so that it opens what it sealed.
        let master_key = BASE64_STANDARD.encode([7_u8; 32].map(|byte: u8| byte.wrapping_mul(29)));
        let key = format!("rk_{}", "0123456789abcdef".repeat(4));
        let config = setup.folder.join("rubrica.yaml");
        // JSON is YAML.
        std::fs::write(&config, setup.configuration(address, &master_key, &key).to_string())?;
        let mut command = Command::new(&setup.binary);
        command.arg("serve").arg("--config").arg(&config).current_dir(&setup.folder);
        let mut process = Process::start("rubrica", &mut command, &setup.folder)?;
        let ready_after = process.ready(&format!("http://{address}/health/ready")).await?;
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(120)).build()?;
        Ok(Self { process, address, ready_after, key, http })
    }

    /// Creates a draft with two recipients.
    ///
    /// # Errors
    /// When it is not created.
    pub async fn create(&self) -> Result<Created> {
        self.create_from(draft()).await
    }

    /// Creates a draft of this description.
    ///
    /// # Errors
    /// When it is not created.
    pub async fn create_from(&self, described: String) -> Result<Created> {
        let body = self.ask(Method::POST, "/v1/envelopes", Some(described.into()), StatusCode::CREATED).await?;
        let shown: Value = serde_json::from_str(&body)?;
        let path_id = shown.get("id").and_then(Value::as_str).context("an envelope without id")?.to_owned();
        let id: EnvelopeId = path_id.parse()?;
        Ok(Created { path_id, id: id.as_uuid(), body })
    }

    /// Uploads a document to a draft.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn upload(&self, envelope: &str, document: Bytes) -> Result<()> {
        self.ask(Method::POST, &upload_path(envelope), Some(document), StatusCode::CREATED).await.map(drop)
    }

    /// Sends a draft; its submission may go on afterwards.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn send(&self, envelope: &str) -> Result<()> {
        let path = format!("/v1/envelopes/{envelope}/send");
        self.ask(Method::POST, &path, None, StatusCode::ACCEPTED).await.map(drop)
    }

    /// The envelope as it is answered.
    ///
    /// # Errors
    /// When it is not answered.
    pub async fn read(&self, envelope: &str) -> Result<String> {
        self.ask(Method::GET, &format!("/v1/envelopes/{envelope}"), None, StatusCode::OK).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Bytes>, expected: StatusCode) -> Result<String> {
        let kind = if path.contains("/documents") { "application/pdf" } else { "application/json" };
        let mut request = self.http.request(method, format!("http://{}{path}", self.address)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, kind).body(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status == expected, "{path} was answered {status} {text}\n{}", self.process.last_words());
        Ok(text)
    }

    /// A request to the broker as the load generator sends it.
    fn prepared(address: SocketAddr, key: &str, method: Method, path: &str) -> hyper::http::request::Builder {
        request(address, method, path).header(header::AUTHORIZATION, format!("Bearer {key}"))
    }

    /// Reading these envelopes, one after another and again.
    pub fn reads(&self, envelopes: Vec<String>) -> Script {
        let (address, key) = (self.address, self.key.clone());
        Script {
            request: std::sync::Arc::new(move |number| {
                let id = envelopes.get(number % envelopes.len().max(1)).context("no envelope to read")?;
                let path = format!("/v1/envelopes/{id}");
                Ok(Self::prepared(address, &key, Method::GET, &path).body(Full::default())?)
            }),
            status: StatusCode::OK,
            accepts: is_json_object,
        }
    }

    /// Creating drafts with two recipients.
    pub fn creates(&self) -> Script {
        let (address, key, body) = (self.address, self.key.clone(), Bytes::from(draft()));
        Script {
            request: std::sync::Arc::new(move |_| {
                let request = Self::prepared(address, &key, Method::POST, "/v1/envelopes");
                Ok(request.header(header::CONTENT_TYPE, "application/json").body(Full::new(body.clone()))?)
            }),
            status: StatusCode::CREATED,
            accepts: is_json_object,
        }
    }

    /// Uploading the document to these drafts, each once.
    pub fn uploads(&self, drafts: Vec<String>, document: Bytes) -> Script {
        let (address, key) = (self.address, self.key.clone());
        Script {
            request: std::sync::Arc::new(move |number| {
                let path = upload_path(drafts.get(number).context("no draft left")?);
                let request = Self::prepared(address, &key, Method::POST, &path);
                Ok(request.header(header::CONTENT_TYPE, "application/pdf").body(Full::new(document.clone()))?)
            }),
            status: StatusCode::CREATED,
            accepts: is_json_object,
        }
    }

    /// Sending these drafts, each once, and waiting until the vendor has it.
    pub fn sends(&self, drafts: Vec<String>) -> Script {
        let (address, key) = (self.address, self.key.clone());
        Script {
            request: std::sync::Arc::new(move |number| {
                let path = format!("/v1/envelopes/{}/send", drafts.get(number).context("no draft left")?);
                let request = Self::prepared(address, &key, Method::POST, &path);
                Ok(request.header("prefer", "wait=30").body(Full::default())?)
            }),
            status: StatusCode::ACCEPTED,
            accepts: reached_the_vendor,
        }
    }
}

impl Setup {
    fn configuration(&self, bind: SocketAddr, master_key: &str, api_key: &str) -> Value {
        let mut account = self.account.clone();
        if let Some(members) = account.as_object_mut() {
            members.insert("name".to_owned(), "vendor".into());
        }
        json!({
            "server": { "bind": bind },
            "database": { "url": self.database_url, "migrate_on_start": true },
            "storage": { "url": format!("file:{}", self.folder.join("files").display()) },
            "secrets": { "master_key": master_key },
            "security": { "allow_private_targets": true },
            "tenants": [{
                "slug": "bench",
                "name": "Bench",
                "accounts": [account],
                "routing": { "default_account": "vendor" },
                "api_keys": [{
                    "name": "bench",
                    "key": api_key,
                    "scopes": ["envelopes:read", "envelopes:write"],
                }],
            }],
        })
    }
}

/// An account at the efirma GO behind `sink`, which takes documents up to that size.
pub fn efirma_go(sink: SocketAddr, max_document_bytes: u64) -> Value {
    json!({
        "kind": "efirma_go",
        "settings": {
            "base_url": format!("http://{sink}/efirma_go"),
            "cif_desarrollador": "A23433211",
            "nombre_cliente": "Cliente A",
            "cif_cliente": "A77445566",
            "email_cliente": "cliente@cliente.example",
            "max_document_bytes": max_document_bytes,
        },
        "credentials": { "private_key": "test-private-key-0001" },
    })
}

/// A request without a body yet, to the server at `address`.
pub fn request(address: SocketAddr, method: Method, path: &str) -> hyper::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, address.to_string())
}

/// The same request again and again, of the reference.
pub fn plain(address: SocketAddr, method: Method, path: &'static str, body: Bytes, status: StatusCode) -> Script {
    Script {
        request: std::sync::Arc::new(move |_| -> Result<Prepared> {
            Ok(request(address, method.clone(), path).body(Full::new(body.clone()))?)
        }),
        status,
        accepts: |body| !body.is_empty(),
    }
}

/// What is created: a draft with two recipients in order, and one metadata pair.
pub fn draft() -> String {
    json!({
        "reference": "HR-2026-0042",
        "subject": "Employment contract",
        "message": "Please read and sign.",
        "language": "es-ES",
        "recipients": [
            {
                "role": "signer", "name": "Jesús Sánchez Alonso", "given_name": "Jesús", "family_name": "Sánchez",
                "second_family_name": "Alonso", "email": "jesus@example.com", "routing_order": 1,
            },
            {
                "role": "signer", "name": "Ana Pérez Gil", "given_name": "Ana", "family_name": "Pérez",
                "second_family_name": "Gil", "email": "ana@example.com", "routing_order": 2,
            },
        ],
        "metadata": { "cost_center": "77" },
    })
    .to_string()
}

fn upload_path(envelope: &str) -> String {
    format!("/v1/envelopes/{envelope}/documents?filename=contract.pdf")
}

fn is_json_object(body: &[u8]) -> bool {
    body.starts_with(b"{")
}

/// Whether an envelope is shown that is with the vendor by now.
fn reached_the_vendor(body: &[u8]) -> bool {
    let shown: Option<Value> = serde_json::from_slice(body).ok();
    let status = shown.as_ref().and_then(|envelope| envelope.get("status")).and_then(Value::as_str);
    matches!(status, Some("submitted" | "sent"))
}
