//! What handlers return when they cannot do what was asked.

use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};

use super::{Code, Problem, ProblemFault, ProviderProblem};
use crate::edge::RequestInfo;

/// A failure on its way to the caller: what the caller reads, and beside it the cause, which only the log gets.
#[derive(Clone)]
pub struct ApiError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    detail: String,
    errors: Vec<ProblemFault>,
    provider: Option<ProviderProblem>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

impl ApiError {
    /// A failure with a sentence for the caller.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            provider: None,
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// A resource that the caller cannot see. `what` is its kind: `envelope`.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}."))
    }

    /// Fields at fault, all of them.
    #[must_use]
    pub fn invalid(errors: Vec<ProblemFault>) -> Self {
        Self::new(Code::ValidationFailed, counted(errors.len(), "field")).with_faults(errors)
    }

    /// Query parameters at fault, all of them.
    #[must_use]
    pub fn bad_query(errors: Vec<ProblemFault>) -> Self {
        Self::new(Code::BadQuery, counted(errors.len(), "query parameter")).with_faults(errors)
    }

    /// A header that cannot be read.
    #[must_use]
    pub fn bad_header(name: &str, detail: impl Into<String>) -> Self {
        let fault = ProblemFault::header(name, "invalid_format", detail);
        Self::new(Code::BadHeader, format!("The header {name} cannot be read.")).with_faults(vec![fault])
    }

    /// An error on our side; the caller learns nothing of `cause`.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::new(Code::InternalError, "Something went wrong on our side; the request id finds it in the log.")
            .with_cause(cause)
    }

    /// The same failure with these faults.
    #[must_use]
    pub fn with_faults(mut self, errors: Vec<ProblemFault>) -> Self {
        self.0.errors = errors;
        self
    }

    /// The same failure with what the provider said.
    #[must_use]
    pub fn with_provider(mut self, provider: ProviderProblem) -> Self {
        self.0.provider = Some(provider);
        self
    }

    /// The same failure with what the log shall say.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same failure with an answer header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same failure, asking the caller to wait. Whole seconds, at least one.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// The problem's code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What the log shall say, where there is more than the answer says.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The document for the caller.
    #[must_use]
    pub fn problem(&self, info: &RequestInfo, public_url: &str) -> Problem {
        Problem {
            request_id: Some(info.id.clone()),
            errors: self.0.errors.clone(),
            provider: self.0.provider.clone(),
            ..Problem::of(self.0.code, public_url, self.0.detail.clone(), info.path.clone())
        }
    }

    /// The headers that belong to the answer beside its content type.
    #[must_use]
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.0.headers
    }

    /// The whole answer.
    #[must_use]
    pub fn response(&self, info: &RequestInfo, public_url: &str) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        for (name, value) in &self.0.headers {
            answer.insert_header((name.clone(), value.clone()));
        }
        let body = serde_json::to_vec(&self.problem(info, public_url)).unwrap_or_default();
        answer.content_type(PROBLEM_JSON).body(body)
    }
}

/// The content type of problems.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what} is at fault."),
        n => format!("{n} {what}s are at fault."),
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError").field("code", &self.0.code).field("cause", &self.0.cause).finish_non_exhaustive()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.as_str(), self.0.detail)
    }
}

impl std::error::Error for ApiError {}

/// The answer itself is written by [`crate::edge`], which knows the request.
impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
