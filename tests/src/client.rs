//! A caller of the API.

use std::pin::Pin;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::problem::Problem;

/// Somebody who calls the API, with a key or without.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    key: Option<String>,
    tenant: Option<String>,
}

impl Client {
    /// A caller without a key.
    pub fn new(base: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(crate::PATIENCE)
            .build()
            .unwrap();
        Self { http, base: base.to_owned(), key: None, tenant: None }
    }

    /// The same caller with this key.
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same caller, naming a tenant in `X-Tenant-Id`.
    pub fn for_tenant(&self, tenant: &str) -> Self {
        Self { tenant: Some(tenant.to_owned()), ..self.clone() }
    }

    /// The key, where it has one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The address of the API, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A call that is not sent yet.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let mut request = self.http.request(method, url);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(tenant) = &self.tenant {
            request = request.header("X-Tenant-Id", tenant);
        }
        Call { request }
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn head(&self, path: &str) -> Call {
        self.call(Method::HEAD, path)
    }

    /// A `POST` without a body.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// A `POST` of JSON.
    pub fn post_json(&self, path: &str, body: &Value) -> Call {
        self.post(path).json(body)
    }

    /// A `PATCH` with a JSON Merge Patch.
    pub fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, path).body("application/merge-patch+json", body.to_string())
    }

    /// A `PUT` of JSON.
    pub fn put(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PUT, path).json(body)
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Every item of a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = path.to_owned();
        loop {
            let page = self.get(&next).await.expect(200).json();
            items.extend(page["data"].as_array().expect("a list").clone());
            // A feed has a cursor at its end too: for what comes later.
            if page["has_more"] == false {
                return items;
            }
            let cursor = page["next_cursor"].as_str().expect("a cursor where there is more");
            let join = if path.contains('?') { '&' } else { '?' };
            next = format!("{path}{join}cursor={cursor}");
        }
    }
}

/// A call that is sent when it is awaited.
#[derive(Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Call {
    request: reqwest::RequestBuilder,
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(mut self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("Content-Type", content_type).body(body);
        self
    }

    pub fn multipart(mut self, form: reqwest::multipart::Form) -> Self {
        self.request = self.request.multipart(form);
        self
    }

    pub fn if_match(self, tag: &str) -> Self {
        self.header("If-Match", tag)
    }

    /// With an `Idempotency-Key`.
    pub fn once(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// With `Prefer: wait=…`.
    pub fn wait(self, seconds: u64) -> Self {
        self.header("Prefer", &format!("wait={seconds}"))
    }

    /// Sends it; gives what went wrong on the wire.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn try_send(self) -> reqwest::Result<Answer> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Answer { status, headers, body })
    }

    /// Sends it and gives the response while its body is still on the way.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn open(self) -> reqwest::Result<reqwest::Response> {
        self.request.send().await
    }
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.try_send().await.expect("an answer") })
    }
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Asserts the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.shown());
        self
    }

    /// Asserts a problem with this status and code, and the form that every problem must have.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Problem {
        assert_eq!(self.status, status, "{}", self.shown());
        Problem::of(&self, code)
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.shown()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The `ETag`.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn tag(&self) -> String {
        self.header("etag").expect("an ETag").to_owned()
    }

    /// The id in the body.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn id(&self) -> String {
        self.json()["id"].as_str().expect("an id").to_owned()
    }

    /// What a failed assertion shows.
    pub(crate) fn shown(&self) -> String {
        format!("{} {:?} {}", self.status, self.headers, self.text().chars().take(4000).collect::<String>())
    }
}
