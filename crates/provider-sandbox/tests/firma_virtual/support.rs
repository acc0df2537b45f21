//! A running sandbox, a logged-in caller, and requests of the contract's shape.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use provider_sandbox::firma_virtual::{FirmaVirtual, Variants};
use provider_sandbox::{RunningSandbox, Sandbox, SandboxConfig, Scripts};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// One page.
pub const PROMISE: &[u8] = include_bytes!("../../../../tests/samples/promesa-compraventa-cl.pdf");
/// Three pages.
pub const CONTRACT: &[u8] = include_bytes!("../../../../tests/samples/contrato-trabajo-es.pdf");
pub const LOGIN: &str = "userapp";
pub const PASSWORD: &str = "example-password";
/// The user's id in the default configuration.
pub const OWNER: u32 = 20;
/// Virtual time before each of the two last states in these tests: longer than any test takes.
pub const DELAY: Duration = Duration::from_secs(3_600);
/// Long enough for a slow machine; nothing waits for it when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// RUTs with their check digits.
pub const RUTS: [&str; 12] = [
    "11111111-1",
    "22222222-2",
    "33333333-3",
    "44444444-4",
    "55555555-5",
    "66666666-6",
    "77777777-7",
    "88888888-8",
    "99999999-9",
    "12345678-5",
    "76795561-8",
    "6-K",
];

pub struct World {
    pub running: RunningSandbox,
    pub http: reqwest::Client,
    token: String,
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
    let mut world = World {
        running: Sandbox::start(any_port(), config).await.unwrap(),
        http: reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
        token: String::new(),
    };
    world.log_in().await;
    world.vary(|variants| (variants.delivered_after_ms, variants.finished_after_ms) = (3_600_000, 3_600_000));
    world
}

/// Status and JSON body.
pub type Answer = (u16, Value);

async fn answer(response: Response) -> Answer {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/json");
    (status, response.json().await.unwrap())
}

pub fn refusal(code: u16, message: &str, class: &str) -> Value {
    json!({ "message": message, "class": class, "status": "error", "code": code })
}

/// The answer to what is not allowed or not understood.
pub fn validation_fail() -> Answer {
    (400, refusal(400, "VALIDATION-FAIL", "Contract"))
}

pub fn not_found() -> Answer {
    (404, refusal(404, "Contract not found.", "Contract"))
}

pub fn success(code: u16, message: Value) -> Answer {
    let status = if code == 204 { 200 } else { code };
    (status, json!({ "code": code, "status": "success", "message": message }))
}

impl World {
    pub fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    pub fn vendor(&self) -> FirmaVirtual {
        self.sandbox().firma_virtual()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/firma_virtual/{path}", self.running.base_url())
    }

    pub fn vary(&self, change: impl FnOnce(&mut Variants)) {
        let mut variants = self.vendor().variants();
        change(&mut variants);
        self.vendor().set_variants(variants);
    }

    /// The bare token that a log-in gave.
    pub async fn token(&self, login: &str, password: &str) -> String {
        let body = json!({ "login": login, "password": password });
        let (status, answer) = self.anonymous(Method::POST, "logindata", Some(&body)).await;
        assert_eq!(status, 200, "{answer}");
        let authorization = answer["message"]["Authorization"].as_str().unwrap();
        authorization.strip_prefix("Bearer ").unwrap().to_owned()
    }

    pub async fn log_in(&mut self) {
        self.token = self.token(LOGIN, PASSWORD).await;
    }

    /// A call with the caller's token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).bearer_auth(&self.token)
    }

    pub async fn anonymous(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.http.request(method, self.url(path));
        let request = if let Some(body) = body { request.json(body) } else { request };
        answer(request.send().await.unwrap()).await
    }

    /// A call with another token.
    pub async fn get_as(&self, authorization: &str, path: &str) -> Answer {
        let request = self.http.get(self.url(path)).header("authorization", authorization);
        answer(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    /// A `POST` without a body.
    pub async fn order(&self, path: &str) -> Answer {
        answer(self.request(Method::POST, path).send().await.unwrap()).await
    }

    pub async fn create(&self, body: &Value) -> Answer {
        self.post("api/v1/contract/create-contract", body).await
    }

    /// Makes a contract that is accepted and gives its id.
    pub async fn created(&self, body: &Value) -> String {
        let (status, answer) = self.create(body).await;
        assert_eq!((status, &answer["code"]), (201, &json!(201)), "{answer}");
        answer["message"][0]["sContractID"].as_str().unwrap().to_owned()
    }

    pub async fn upload_as(&self, path: &str, field: &str, filename: &str, pdf: &[u8]) -> Response {
        let file = Part::bytes(pdf.to_vec()).file_name(filename.to_owned()).mime_str("application/pdf").unwrap();
        let form = Form::new().part(field.to_owned(), file);
        self.request(Method::POST, path).multipart(form).send().await.unwrap()
    }

    pub async fn upload(&self, filename: &str, pdf: &[u8]) -> Answer {
        answer(self.upload_as("api/v1/upfile", "file", filename, pdf).await).await
    }

    /// A contract with one file.
    pub async fn filed(&self, body: &Value) -> String {
        let id = self.created(body).await;
        assert_eq!(self.upload(&format!("{id}.pdf"), PROMISE).await, success(200, json!({})));
        id
    }

    pub async fn send(&self, id: &str) -> Answer {
        self.order(&format!("api/v1/contract/send/draft/{id}")).await
    }

    /// A contract whose draft was mailed.
    pub async fn sent(&self, body: &Value) -> String {
        let id = self.filed(body).await;
        let (status, answer) = self.send(&id).await;
        assert_eq!(status, 207, "{answer}");
        id
    }

    pub async fn detail(&self, id: &str) -> Value {
        let (status, answer) = self.get(&format!("api/v1/contract/detail/{id}")).await;
        assert_eq!(status, 200, "{answer}");
        answer["message"].clone()
    }

    pub async fn status(&self, id: &str) -> String {
        let detail = self.detail(id).await;
        detail["contrato"][0]["sStatus"].as_str().unwrap().to_owned()
    }

    /// The names in the list of files.
    pub async fn files(&self, id: &str) -> Vec<String> {
        let (_, answer) = self.get(&format!("api/v1/filelist/{id}")).await;
        let entries = answer["message"].as_array().unwrap();
        entries.iter().map(|entry| entry["document"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn settle(&self) {
        assert!(self.sandbox().settle(PATIENCE).await, "the sandbox did not come to rest");
    }

    pub async fn advance(&self, by: Duration) {
        self.sandbox().advance_clock(by);
        self.settle().await;
    }

    /// A person who may log in beside the default user; gives the token.
    pub async fn stranger(&self) -> String {
        let mut user = self.vendor().users().remove(0);
        user.id = 99;
        "stranger".clone_into(&mut user.login);
        "stranger@example.cl".clone_into(&mut user.email);
        self.vendor().put_user(user);
        self.token("stranger", PASSWORD).await
    }
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

pub fn email(place: usize) -> String {
    format!("signer{place}@example.cl")
}

pub fn signer(place: usize, portion: &str) -> Value {
    json!({
        "full_name": format!("Firmante {place}"),
        "email": email(place),
        "rutId": RUTS[place],
        "phone": "+56987332031",
        "type": "NATURAL",
        "portion": portion,
        "payment": "0.00",
    })
}

/// A request with these signers at that price row.
pub fn request(fee: i64, signers: &[Value]) -> Value {
    json!({
        "sOwnerType": "NATURAL",
        "sPaymentStatus": "PENDING",
        "iPaymentService": 0,
        "iContractTypeFeeID": fee,
        "iSignedCount": signers.len(),
        "signers": signers,
    })
}

/// So many signers, of whom the first pays, without a notary.
pub fn plain(count: i64) -> Value {
    let signers: Vec<Value> =
        (0..usize::try_from(count).unwrap()).map(|place| signer(place, if place == 0 { "100" } else { "0" })).collect();
    request(count, &signers)
}

/// One signer, who pays, and a notary who certifies.
pub fn certified() -> Value {
    request(28, &[signer(0, "100")])
}
