//! The problem document itself.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Advice, Code};
use crate::views::words::mirror;

/// Where the pointer of a fault points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultSource {
    /// The body as sent, or the envelope as `GET` shows it.
    Envelope,
    /// The provider account: `/settings/…` or `/credentials/…`.
    Account,
    /// The query: `/limit` is the parameter `limit`.
    Query,
    /// The request's headers: `/If-Match` is the header `If-Match`.
    Header,
}

/// One fault of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemFault {
    /// JSON pointer (RFC 6901) to what is at fault; empty for the whole.
    #[schema(example = "/recipients/0/email")]
    pub pointer: String,
    /// A stable word for programs; the page of `validation-failed` lists them.
    #[schema(example = "invalid_email")]
    pub code: String,
    /// A sentence for people. The rejected value is never in it.
    #[schema(example = "the address must have exactly one @")]
    pub detail: String,
    /// What `pointer` points into; absent means the body, that is the envelope.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "account", nullable = false)]
    pub source: Option<FaultSource>,
}

impl ProblemFault {
    /// A fault in the body.
    #[must_use]
    pub fn body(pointer: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), detail: detail.into(), source: None }
    }

    /// A fault in a query parameter.
    #[must_use]
    pub fn query(name: &str, code: &str, detail: impl Into<String>) -> Self {
        Self { source: Some(FaultSource::Query), ..Self::body(format!("/{}", escape(name)), code, detail) }
    }

    /// A fault in a request header.
    #[must_use]
    pub fn header(name: &str, code: &str, detail: impl Into<String>) -> Self {
        Self { source: Some(FaultSource::Header), ..Self::body(format!("/{}", escape(name)), code, detail) }
    }
}

/// A name as one segment of a JSON pointer.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

mirror! {
    /// What kind of failure a provider reported, in words that are the same for all providers.
    pub enum ProviderClass = domain::outcome::Class {
        /// The request's content was refused.
        InvalidRequest,
        /// The account's credentials were refused.
        Authentication,
        /// The account may not do this.
        Permission,
        /// The account has no credit left.
        InsufficientCredit,
        /// The thing does not exist at the provider.
        NotFound,
        /// It is there already, or collides with another.
        Conflict,
        /// Too many calls.
        RateLimited,
        /// The provider cannot answer now.
        ProviderUnavailable,
        /// Anything else that went wrong there.
        ProviderError,
    }
}

mirror! {
    /// How sure it is what the call to the provider did.
    pub enum Certainty = domain::outcome::Certainty {
        /// It was carried out.
        Done,
        /// The provider said no and did nothing.
        Refused,
        /// It never reached the provider.
        NotSent,
        /// It may have happened.
        Unknown,
    }
}

/// What a provider said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderProblem {
    /// The provider's kind.
    #[schema(example = "efirma_go")]
    pub kind: Option<String>,
    /// The provider's own code, word for word, with its endpoint.
    #[schema(example = "enviar_documento/0014")]
    pub code: Option<String>,
    /// The provider's own message, cut to 500 characters.
    #[schema(example = "El email del destinatario no es válido")]
    pub message: Option<String>,
    /// The class of the failure.
    #[schema(example = "invalid_request")]
    pub class: Option<ProviderClass>,
    /// How sure it is what the call did.
    #[schema(example = "refused")]
    pub certainty: Certainty,
}

/// A failure (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// The page that explains this kind of problem: this API's address, `/problems/` and the code.
    #[serde(rename = "type")]
    #[schema(example = "http://127.0.0.1:8080/problems/validation-failed", format = "uri")]
    pub kind: String,
    /// A short summary, the same for every problem of this code.
    #[schema(example = "The content is at fault")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What went wrong this time, for people.
    #[schema(example = "2 fields are at fault.")]
    pub detail: String,
    /// The path of the request, or of the envelope for a failure that came later.
    #[schema(example = "/v1/envelopes")]
    pub instance: String,
    /// The stable word for programs; each has its page under `/problems/`.
    #[schema(example = "validation-failed")]
    pub code: String,
    /// The id of the request, as in `X-Request-Id` and in the log; null for a failure that came later.
    #[schema(example = "0199f3a2-7c1e-7d4b-9a55-1f0c2b3d4e5f")]
    pub request_id: Option<String>,
    /// Every fault of the request that could be found.
    pub errors: Vec<ProblemFault>,
    /// What can be done.
    #[schema(example = "fix")]
    pub advice: Advice,
    /// What the provider said, for failures that come from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub provider: Option<ProviderProblem>,
}

impl Problem {
    /// The problem of `code` with its fixed members filled in.
    #[must_use]
    pub fn of(code: Code, public_url: &str, detail: impl Into<String>, instance: impl Into<String>) -> Self {
        Self {
            kind: format!("{}/problems/{}", public_url.trim_end_matches('/'), code.as_str()),
            title: code.title().to_owned(),
            status: code.status().as_u16(),
            detail: detail.into(),
            instance: instance.into(),
            code: code.as_str().to_owned(),
            request_id: None,
            errors: Vec::new(),
            advice: code.advice(),
            provider: None,
        }
    }
}
