//! Checking a recorded transcript of a real account against what the contract assumes.
//!
//! Each exchange is judged while it happens, with the answer as it came; what is kept of it has its strings replaced by
//! their [`shape`], so that a transcript can be shown to others.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::Call;
use crate::reply::{Reply, ReplyBody};

/// One call and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// [`crate::call::Call::endpoint`].
    pub endpoint: String,
    /// The HTTP method.
    pub method: String,
    /// The request as the plan would show it: secrets and strings hidden.
    pub request: Value,
    /// The HTTP status; absent when no answer came.
    pub status: Option<u16>,
    /// `Content-Type` of the answer, where given.
    pub content_type: Option<String>,
    /// The answer's body: JSON, a text, or what is known of a file.
    pub body: Value,
}

impl Exchange {
    /// What happened, as it happened: `reply` is absent when no answer came.
    #[must_use]
    pub fn of(call: &Call, reply: Option<&Reply>) -> Self {
        Self {
            endpoint: call.endpoint.to_owned(),
            method: call.method.as_str().to_owned(),
            request: call.redacted(),
            status: reply.map(|reply| reply.status),
            content_type: reply.and_then(|reply| reply.content_type.clone()),
            body: reply.map_or(Value::Null, body),
        }
    }

    /// The same exchange with every text replaced by its shape, and addresses by their origin.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let request = match &self.request {
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| {
                        // The method and the endpoint are the contract's words, not the caller's.
                        let kept = matches!(name.as_str(), "method" | "endpoint");
                        (name.clone(), if kept { value.clone() } else { shaped(value) })
                    })
                    .collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                shaped(&self.request)
            }
        };
        Self { request, body: shaped(&self.body), ..self.clone() }
    }
}

fn body(reply: &Reply) -> Value {
    match &reply.body {
        ReplyBody::Memory(bytes) => serde_json::from_slice(bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).chars().take(LONGEST).collect())),
        ReplyBody::Stored(file) | ReplyBody::Archive(file) => {
            json!({ "file": { "size": file.size, "content_type": file.content_type } })
        }
    }
}

/// Longest text that is looked at.
const LONGEST: usize = 4096;

/// Longest shape that is kept.
const LONGEST_SHAPE: usize = 48;

/// What a text looks like without telling it: letters as `a` and `A`, digits as `9`, the rest as it is; long ones are cut.
///
/// ```
/// assert_eq!(provider_clients::provider::transcript::shape("Ana 12.345-K"), "Aaa 99.999-A");
/// ```
#[must_use]
pub fn shape(text: &str) -> String {
    let shaped = text.chars().map(|c| match c {
        c if c.is_uppercase() => 'A',
        c if c.is_alphabetic() => 'a',
        c if c.is_numeric() => '9',
        c => c,
    });
    let mut shape: String = shaped.take(LONGEST_SHAPE).collect();
    if text.chars().count() > LONGEST_SHAPE {
        shape.push('…');
    }
    shape
}

/// JSON whose texts are shapes and whose numbers are as long as they were; names stay, because they are the contract's.
fn shaped(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(shape(text)),
        Value::Number(number) => Value::String(shape(&number.to_string())),
        Value::Array(items) => Value::Array(items.iter().map(shaped).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), shaped(value))).collect())
        }
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

/// What one exchange says about one assumption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// [`Expectation::assumption`].
    pub assumption: String,
    /// [`Expectation::setting`].
    pub setting: String,
    /// [`Expectation::says`].
    pub says: String,
    /// The verdict.
    pub verdict: Verdict,
}

/// What `exchange` says about each of the expectations at its endpoint.
#[must_use]
pub fn judge(expectations: &[Expectation], exchange: &Exchange) -> Vec<Judgement> {
    expectations
        .iter()
        .filter(|expectation| expectation.endpoint == exchange.endpoint)
        .map(|expectation| Judgement {
            assumption: expectation.assumption.to_owned(),
            setting: expectation.setting.to_owned(),
            says: expectation.says.to_owned(),
            verdict: (expectation.judge)(exchange),
        })
        .collect()
}

/// What an exchange says about an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is as assumed.
    Met,
    /// It is otherwise.
    Failed,
    /// This exchange does not tell, for example because it is a refusal.
    Silent,
}

/// One numbered assumption of a contract that an answer can confirm or refute.
#[derive(Clone)]
pub struct Expectation {
    /// The endpoint whose answers tell.
    pub endpoint: &'static str,
    /// The assumption's number in the contract, for example `G3`.
    pub assumption: &'static str,
    /// Pointer of the account setting that corrects it, for example `/settings/profile/response/portfolio_id`; empty where
    /// none does.
    pub setting: &'static str,
    /// What is assumed, in a sentence.
    pub says: &'static str,
    /// Judges one exchange of that endpoint.
    pub judge: Arc<dyn Fn(&Exchange) -> Verdict + Send + Sync>,
}

impl std::fmt::Debug for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expectation").field("assumption", &self.assumption).field("endpoint", &self.endpoint).finish()
    }
}

impl Expectation {
    /// The expectation that a successful answer (2xx) has something at one of these JSON pointers.
    #[must_use]
    pub fn present(
        endpoint: &'static str,
        assumption: &'static str,
        setting: &'static str,
        says: &'static str,
        pointers: Vec<String>,
    ) -> Self {
        let judge = move |exchange: &Exchange| match exchange.status {
            Some(200..=299) if pointers.iter().any(|p| exchange.body.pointer(p).is_some_and(|v| !v.is_null())) => {
                Verdict::Met
            }
            Some(200..=299) => Verdict::Failed,
            Some(_) | None => Verdict::Silent,
        };
        Self { endpoint, assumption, setting, says, judge: Arc::new(judge) }
    }
}

#[cfg(test)]
mod tests {
    use crate::call::{Body, Method};

    use super::*;

    fn exchange(status: u16, body: &str) -> Exchange {
        let url = "https://vendor.example/api/send?token=s3cret".parse().unwrap();
        let call = Call::new("send", Method::Post, url).body(Body::Json(json!({ "name": "Ana Soto", "amount": 12 })));
        Exchange::of(&call, Some(&Reply::new(status, body.to_owned())))
    }

    #[test]
    fn nothing_of_a_redacted_exchange_tells_a_text() {
        let seen = exchange(200, r#"{"id":"op-77","signers":[{"mail":"ana@example.com"}]}"#);
        let kept = serde_json::to_string(&seen.redacted()).unwrap();
        for secret in ["Ana", "Soto", "ana@", "op-77", "s3cret", "vendor.example"] {
            assert!(!kept.contains(secret), "{secret} in {kept}");
        }
        assert_eq!(seen.redacted().body["signers"][0]["mail"], "aaa@aaaaaaa.aaa");
        assert_eq!(seen.redacted().request["method"], "POST");
    }

    #[test]
    fn an_exchange_is_judged_by_the_expectations_of_its_endpoint() {
        let expected = |endpoint, pointer: &str| {
            Expectation::present(endpoint, "X1", "/settings/id_pointer", "The id is there.", vec![pointer.to_owned()])
        };
        let all = [expected("send", "/id"), expected("send", "/data/id"), expected("read", "/id")];
        let verdicts = |status, body| -> Vec<Verdict> {
            judge(&all, &exchange(status, body)).into_iter().map(|judged| judged.verdict).collect()
        };
        assert_eq!(verdicts(200, r#"{"id":"1"}"#), [Verdict::Met, Verdict::Failed]);
        assert_eq!(verdicts(400, r#"{"error":"x"}"#), [Verdict::Silent, Verdict::Silent]);
        assert_eq!(verdicts(200, "<html>"), [Verdict::Failed, Verdict::Failed]);
    }
}
