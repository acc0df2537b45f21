//! A running sandbox and requests of the contract's shape.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use provider_sandbox::viafirma::{Variants, Viafirma};
use provider_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Scripts};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

/// Three A4 pages.
pub const CONTRACT: &[u8] = include_bytes!("../../../../tests/samples/contrato-trabajo-es.pdf");
/// One page of 612 by 792 points.
pub const PROMISE: &[u8] = include_bytes!("../../../../tests/samples/promesa-compraventa-cl.pdf");
pub const API_KEY: &str = "test-api-key";
pub const API_PASSWORD: &str = "test-api-password-0001";
pub const SESSION: &str = "7f3c9a0e5b1d4c8fa2e6d0b94c7718aa";
/// Long enough for a slow machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct World {
    pub running: RunningSandbox,
    pub http: reqwest::Client,
}

pub async fn world() -> World {
    world_with(SandboxConfig::default()).await
}

pub async fn signing_world() -> World {
    world_with(SandboxConfig { scripts: Scripts::everybody_signs(), ..SandboxConfig::default() }).await
}

pub async fn world_with(config: SandboxConfig) -> World {
    let any_port: SocketAddr = (Ipv4Addr::LOCALHOST, 0).into();
    World {
        running: Sandbox::start(any_port, config).await.unwrap(),
        http: reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
    }
}

impl World {
    pub fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    pub fn viafirma(&self) -> Viafirma {
        self.sandbox().viafirma()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/viafirma/{path}", self.running.base_url())
    }

    pub fn vary(&self, change: impl FnOnce(&mut Variants)) {
        let mut variants = self.viafirma().variants();
        change(&mut variants);
        self.viafirma().set_variants(variants);
    }

    /// A call to a REST service with the account's credentials.
    pub fn post(&self, path: &str, json: &Value) -> RequestBuilder {
        let call = self.http.post(self.url(&format!("api/rest/services/{path}")));
        call.basic_auth(API_KEY, Some(API_PASSWORD)).json(json)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(&format!("api/rest/services/{path}"))).basic_auth(API_KEY, Some(API_PASSWORD))
    }

    /// Opens a batch and gives its id.
    pub async fn prepared(&self, json: &Value) -> String {
        let (status, answer) = answer(self.post("prepareparallelsignature", json)).await;
        assert_eq!(status, 200, "{answer}");
        answer["operationId"].as_str().unwrap().to_owned()
    }

    pub async fn add(&self, json: &Value) -> (u16, Value) {
        answer(self.post("preparesignature/addOperationFile", json)).await
    }

    /// Adds a file that is taken and gives its id.
    pub async fn added(&self, json: &Value) -> String {
        let (status, answer) = self.add(json).await;
        assert_eq!((status, &answer["errorCode"]), (200, &Value::Null), "{answer}");
        answer["documentId"].as_str().unwrap().to_owned()
    }

    pub async fn finish(&self, id: &str) -> Response {
        self.post(&format!("preparesignature/finish/{id}"), &json!({})).send().await.unwrap()
    }

    /// A complete operation with one file for the example's person.
    pub async fn ready(&self) -> String {
        self.ready_with(&opening(1), &[file("doc_1", CONTRACT)]).await
    }

    /// A complete operation with these files.
    pub async fn ready_with(&self, opening: &Value, files: &[Value]) -> String {
        let id = self.prepared(opening).await;
        for file in files {
            self.added(&json!({ "operationId": id, "operationFile": file })).await;
        }
        assert_eq!(self.finish(&id).await.status(), 200);
        id
    }

    pub async fn poll(&self, id: &str) -> Value {
        let url = self.url(&format!("api/rest/services/operation/finished/{id}?t=1700000000000"));
        let (status, answer) = answer(self.http.get(url)).await;
        assert_eq!(status, 200);
        answer
    }

    pub async fn result(&self, id: &str) -> (u16, Value) {
        answer(self.get(&format!("signatureResult/{id}?sessionId={SESSION}"))).await
    }

    /// The signature of the file at that place.
    pub async fn signature_id(&self, id: &str, place: usize) -> String {
        let (status, result) = self.result(id).await;
        assert_eq!(status, 200, "{result}");
        result["signatures"][place]["signatureId"].as_str().unwrap().to_owned()
    }

    pub async fn download(&self, path: &str) -> Vec<u8> {
        let response = self.http.get(self.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.bytes().await.unwrap().to_vec()
    }

    pub async fn settle(&self) {
        assert!(self.sandbox().settle(PATIENCE).await, "the sandbox did not come to rest");
    }
}

/// The status and the JSON of an answer.
pub async fn answer(call: RequestBuilder) -> (u16, Value) {
    let response = call.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
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

/// The contract's example of section 2.1.
pub fn opening(files: usize) -> Value {
    json!({
        "sessionId": SESSION,
        "fileCount": files,
        "autoSend": false,
        "locale": "es",
        "numberUserIdFilter": { "operator": "CONTAINS", "filterValues": ["12345678Z"] },
    })
}

/// The contract's example of section 2.2.
pub fn policy() -> Value {
    json!({
        "signatureFormat": "PAdES_BASIC",
        "signatureType": "ATTACHED",
        "parameters": {
            "DIGITAL_SIGN_PAGE": "1",
            "DIGITAL_SIGN_RECTANGLE": "{\"x\":40,\"y\":10,\"width\":550,\"height\":75}",
            "DIGITAL_SIGN_STAMPER_HIDE_STATUS": "true",
            "DIGITAL_SIGN_STAMPER_TYPE": "QR-BAR-H",
            "SIGNATURE_ALGORITHM": "SHA256withRSA",
            "DIGEST_METHOD": "SHA256",
        },
    })
}

pub fn file(source_id: &str, pdf: &[u8]) -> Value {
    json!({
        "sourceId": source_id,
        "filename": "contract.pdf",
        "signaturePolicy": policy(),
        "base64Content": BASE64_STANDARD.encode(pdf),
    })
}

/// The same file with other parameters.
pub fn file_with(source_id: &str, pdf: &[u8], parameters: Value) -> Value {
    let mut file = file(source_id, pdf);
    file["signaturePolicy"]["parameters"] = parameters;
    file
}

pub fn count(haystack: &[u8], needle: &str) -> usize {
    haystack.windows(needle.len()).filter(|window| *window == needle.as_bytes()).count()
}

/// How many signatures a PDF has.
pub fn signatures(pdf: &[u8]) -> usize {
    count(pdf, "/ByteRange [")
}
