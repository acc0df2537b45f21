//! A caller of the API: an address, a key, and failures in words.

use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use super::reading::{list, word};

/// Longer than the API lets a caller wait.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A caller with a key.
pub(super) struct Api {
    client: Client,
    url: String,
    key: String,
}

impl Api {
    pub(super) fn new(url: &str, key: &str) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().timeout(TIMEOUT).build()?;
        Ok(Self { client, url: url.to_owned(), key: key.to_owned() })
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        answer(self.client.get(self.at(path)).bearer_auth(&self.key)).await
    }

    /// Posts JSON, with headers beside it.
    pub(super) async fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> anyhow::Result<Value> {
        let mut request = self.client.post(self.at(path)).bearer_auth(&self.key).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request).await
    }

    /// Uploads a PDF as it is.
    pub(super) async fn upload(&self, path: &str, pdf: &'static [u8], digest: &str) -> anyhow::Result<Value> {
        let request = self.client.post(self.at(path)).bearer_auth(&self.key);
        answer(request.header(CONTENT_TYPE, "application/pdf").header("content-digest", digest).body(pdf)).await
    }

    /// The bytes of a file.
    pub(super) async fn download(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let response = good(self.client.get(self.at(path)).bearer_auth(&self.key).send().await?).await?;
        Ok(response.bytes().await?.to_vec())
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

async fn answer(request: RequestBuilder) -> anyhow::Result<Value> {
    let text = good(request.send().await?).await?.text().await?;
    serde_json::from_str(&text).context("the answer is not JSON")
}

/// The response, or the problem that it tells.
pub(super) async fn good(response: Response) -> anyhow::Result<Response> {
    let (status, url) = (response.status(), response.url().path().to_owned());
    if status.is_success() {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    let words = [word(&problem, "/detail"), word(&problem, "/title"), &text];
    let mut told = words.into_iter().find(|words| !words.is_empty()).unwrap_or_default().to_owned();
    for error in list(&problem, "/errors") {
        told.push_str(&format!("\n    {}: {}", word(error, "/pointer"), word(error, "/detail")));
    }
    bail!("{url} answered {status}: {told}")
}
