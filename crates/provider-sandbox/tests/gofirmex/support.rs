//! A running sandbox, callers with keys of their own, and requests of the contract's shape.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use provider_sandbox::gofirmex::{
    Consumer, DEMO_ISSUER, DEMO_USER, DOCUMENT_TYPE, GoFirmex, ID_CARD_BACK, ID_CARD_FRONT, Variants,
};
use provider_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Scripts};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::receiver::Receiver;

/// Three A4 pages.
pub const CONTRACT: &[u8] = include_bytes!("../../../../tests/samples/contrato-trabajo-es.pdf");
/// One page of 612 by 792 points.
pub const PROMISE: &[u8] = include_bytes!("../../../../tests/samples/promesa-compraventa-cl.pdf");
/// The beginning of a picture is all that the vendor looks at.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and the rest";
pub const JPEG: &[u8] = b"\xff\xd8\xff\xe0 and the rest";
pub const ANA: &str = "11111111-1";
pub const LUIS: &str = "12345678-5";
/// Long enough for a slow machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A customer's key, and who it says it is.
pub struct Key {
    pair: RsaKeyPair,
}

impl Key {
    pub fn demo() -> Self {
        let body: String = GoFirmex::demo_private_key_pem().lines().filter(|line| !line.starts_with("-----")).collect();
        Self { pair: RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(body).unwrap()).unwrap() }
    }

    pub fn fresh() -> Self {
        Self { pair: RsaKeyPair::generate(KeySize::Rsa2048).unwrap() }
    }

    pub fn public_pem(&self) -> String {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().unwrap();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64_STANDARD.encode(der.as_ref()))
    }

    pub fn token(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "RS256", "typ": "JWT" }), claims, &RSA_PKCS1_SHA256)
    }

    pub fn token_512(&self, claims: &Value) -> String {
        self.sign(&json!({ "alg": "RS512", "typ": "JWT" }), claims, &RSA_PKCS1_SHA512)
    }

    pub fn sign(&self, header: &Value, claims: &Value, padding: &'static dyn RsaEncoding) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(padding, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The claims of contract section 1.1.
pub fn claims(user: &str, issuer: &str) -> Value {
    let now = seconds();
    json!({ "user": user, "iss": issuer, "iat": now, "exp": now + 300 })
}

pub fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub struct World {
    pub running: RunningSandbox,
    pub http: reqwest::Client,
    pub key: Key,
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
        key: Key::demo(),
    }
}

impl World {
    pub fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    pub fn vendor(&self) -> GoFirmex {
        self.sandbox().gofirmex()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.vendor().base_url())
    }

    pub fn vary(&self, change: impl FnOnce(&mut Variants)) {
        let mut variants = self.vendor().variants();
        change(&mut variants);
        self.vendor().set_variants(variants);
    }

    /// Changes the demo account.
    pub fn change_account(&self, change: impl FnOnce(&mut Consumer)) {
        let mut consumer = self.vendor().consumer(DEMO_ISSUER).unwrap();
        change(&mut consumer);
        self.vendor().put_consumer(consumer).unwrap();
    }

    /// Sends the demo account's callbacks to a server of the test.
    pub async fn with_receiver(&self) -> Receiver {
        let receiver = Receiver::start().await;
        assert!(self.vendor().set_callback_url(DEMO_ISSUER, Some(receiver.url.clone())));
        receiver
    }

    pub fn authorized(&self, call: RequestBuilder) -> RequestBuilder {
        call.bearer_auth(self.key.token(&claims(DEMO_USER, DEMO_ISSUER)))
    }

    pub async fn post(&self, path: &str, json: &Value) -> (u16, Value) {
        answer(self.authorized(self.http.post(self.url(path))).json(json)).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.authorized(self.http.get(self.url(path)))).await
    }

    /// A new portfolio's id.
    pub async fn created(&self, json: &Value) -> String {
        let (status, answer) = self.post("/portfolio", json).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"]["portfolio"]["id"].as_str().unwrap().to_owned()
    }

    /// A new document's id.
    pub async fn added(&self, json: &Value) -> String {
        let (status, answer) = self.post("/portfolio_document", json).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"]["document"]["id"].as_str().unwrap().to_owned()
    }

    pub async fn start(&self, id: &str) -> (u16, Value) {
        self.post("/start_portfolio_signing", &json!({ "portfolio_id": id })).await
    }

    pub async fn started(&self, id: &str) {
        let (status, answer) = self.start(id).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// A portfolio with these documents, started and accepted by the evaluator.
    pub async fn accepted(&self, portfolio: &Value, documents: &[Value]) -> String {
        let id = self.created(portfolio).await;
        for json in documents {
            self.added(&with(json.clone(), json!({ "portfolio_id": id }))).await;
        }
        self.started(&id).await;
        self.later(Duration::from_secs(1)).await;
        id
    }

    /// Both sides of the cards of both signers.
    pub async fn cards(&self, id: &str) {
        for nin in [ANA, LUIS] {
            for kind in [ID_CARD_FRONT, ID_CARD_BACK] {
                let (status, answer) = self.post("/portfolio_signer_document", &card(id, nin, kind, PNG)).await;
                assert_eq!(status, 200, "{answer}");
            }
        }
    }

    /// Moves the clock and waits for what thereby falls due.
    pub async fn later(&self, by: Duration) {
        self.sandbox().advance_clock(by);
        self.settle().await;
    }

    pub async fn settle(&self) {
        assert!(self.sandbox().settle(PATIENCE).await, "the sandbox did not come to rest");
    }

    pub fn status(&self, id: &str) -> String {
        self.vendor().portfolio(id).unwrap().status
    }

    pub async fn download(&self, url: &str) -> (u16, String, Vec<u8>) {
        let response = self.http.get(url).send().await.unwrap();
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), content_type, response.bytes().await.unwrap().to_vec())
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

pub fn ana() -> Value {
    json!({
        "nin": ANA, "country": "CL", "names": "Ana María", "lastnames": "Pérez Soto", "email": "ana@example.cl",
        "phone": "+56912345678", "notification": "email", "order": 1,
    })
}

pub fn luis() -> Value {
    json!({
        "nin": LUIS, "country": "CL", "names": "Luis", "lastnames": "Rojas Díaz", "email": "luis@example.cl",
        "phone": "+56987654321", "notification": "none", "order": 2,
    })
}

/// The contract's example of section 3.1: two signers, one after the other.
pub fn two_signers() -> Value {
    json!({ "client_portfolio_id": "sub_1", "signers": [ana(), luis()] })
}

pub fn one_signer() -> Value {
    json!({ "client_portfolio_id": "sub_1", "signers": [with(ana(), json!({ "order": null }))] })
}

/// The contract's example of section 3.2, without its portfolio.
pub fn document(description: &str, pdf: &[u8]) -> Value {
    json!({
        "document": BASE64_STANDARD.encode(pdf),
        "description": description,
        "document_type": DOCUMENT_TYPE,
        "signature": "FEA",
        "client_document_id": format!("doc_{description}"),
    })
}

/// The contract's example of section 3.3.
pub fn card(portfolio: &str, nin: &str, document_type: &str, bytes: &[u8]) -> Value {
    json!({
        "portfolio_id": portfolio,
        "signer_nin": nin,
        "document": BASE64_STANDARD.encode(bytes),
        "description": "identity card",
        "document_type": document_type,
        "client_document_id": format!("{nin}_card"),
    })
}

/// A failure of the service with faulty members.
pub fn invalid(faults: &[(&str, &str)]) -> Value {
    let detail: Vec<Value> =
        faults.iter().map(|(field, message)| json!({ "field": field, "message": message })).collect();
    json!({ "success": false, "message": "The request is not valid", "detail": detail, "code": "VALIDATION_ERROR" })
}

/// A failure of the service with nothing more to tell.
pub fn failure(code: &str, message: &str) -> Value {
    json!({ "success": false, "message": message, "code": code })
}

/// How many signatures a PDF has.
pub fn signatures(pdf: &[u8]) -> usize {
    let mark = b"/ByteRange [";
    pdf.windows(mark.len()).filter(|window| window == mark).count()
}
