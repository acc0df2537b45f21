//! Checking a recorded transcript of a real account against what the contract assumes.
//!
//! A transcript is recorded with its strings replaced by their shape, so that it can be shown to others; what an
//! expectation may look at is therefore the shape of an answer and the vendor's own words.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One call and its answer, redacted.
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
    /// The answer's body: JSON with its strings as [`shape`]s, or the shape of a text.
    pub body: Value,
}

/// What an exchange says about an expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
