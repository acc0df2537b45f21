//! How a call is put together from the profile. Source: contract sections 1.1, 2 and 11.1.

use std::time::Duration;

use serde_json::{Map, Value, json};
use url::Url;

use super::GofirmexAccount;
use super::endpoint::Endpoint;
use super::profile::{CallSpec, HttpMethod};
use crate::call::{Body, Call, Method};
use crate::provider::{Moment, Unbuildable};

/// What names the thing a call is about, by the names that a path may use.
pub(super) type Named<'a> = [(&'static str, &'a str)];

impl GofirmexAccount {
    /// A call with a body of its own.
    pub(super) fn sending(
        &self,
        endpoint: Endpoint,
        named: &Named<'_>,
        body: Body,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let spec = self.spec(endpoint)?;
        let url = self.url(spec, named)?;
        let uploads = matches!(body, Body::JsonWithFiles { .. });
        Ok(self
            .authorized(Call::new(endpoint.name(), method(spec.method), url), moment)?
            .body(body)
            .within(Duration::from_secs(if uploads { self.timeouts().upload_s } else { self.timeouts().call_s })))
    }

    /// A call that only names things: what the path does not name goes into the query, or into a JSON body.
    pub(super) fn naming(
        &self,
        endpoint: Endpoint,
        named: &Named<'_>,
        more: &[(&str, &str)],
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        let spec = self.spec(endpoint)?;
        let mut url = self.url(spec, named)?;
        let outside = named.iter().filter(|(name, _)| !spec.path.contains(&placeholder(name)));
        let members: Vec<(&str, &str)> = outside.copied().chain(more.iter().copied()).collect();
        let body = match spec.method {
            HttpMethod::Get | HttpMethod::Delete => {
                if !members.is_empty() {
                    url.query_pairs_mut().extend_pairs(&members);
                }
                Body::Empty
            }
            HttpMethod::Post | HttpMethod::Put | HttpMethod::Patch => Body::Json(Value::Object(
                members.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>(),
            )),
        };
        Ok(self
            .authorized(Call::new(endpoint.name(), method(spec.method), url), moment)?
            .body(body)
            .within(Duration::from_secs(self.timeouts().call_s)))
    }

    /// The same call with a fresh token.
    pub(super) fn authorized(&self, call: Call, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        let jwt = &self.checked.profile.jwt;
        let value = format!("{}{}", jwt.prefix, self.token(moment.now)?);
        Ok(call.header("accept", "application/json").secret_header(jwt.header.name(), value))
    }

    fn spec(&self, endpoint: Endpoint) -> Result<&CallSpec, Unbuildable> {
        let missing = || Unbuildable::Defect(format!("The account has no call {}.", endpoint.name()));
        self.checked.profile.calls.of(endpoint).ok_or_else(missing)
    }

    /// Base and path with exactly one slash between them.
    fn url(&self, spec: &CallSpec, named: &Named<'_>) -> Result<Url, Unbuildable> {
        let path = named
            .iter()
            .fold(spec.path.clone(), |path, (name, value)| path.replace(&placeholder(name), &encoded(value)));
        if path.contains('{') {
            return Err(Unbuildable::Defect("The path names something that this call is not about.".to_owned()));
        }
        let text = format!("{}{path}", self.checked.base.as_str().trim_end_matches('/'));
        Url::parse(&text).map_err(|_| Unbuildable::Defect("The path does not make an address.".to_owned()))
    }
}

fn placeholder(name: &str) -> String {
    format!("{{{name}}}")
}

/// A value as one segment of a path, or as a value of a query.
fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

fn method(method: HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::Get,
        HttpMethod::Post => Method::Post,
        HttpMethod::Put => Method::Put,
        HttpMethod::Patch => Method::Patch,
        HttpMethod::Delete => Method::Delete,
    }
}
