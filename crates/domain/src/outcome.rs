//! How a call to a provider ended, and how certain that is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::finding::FindingSource;

/// What kind of failure a provider reported, in words that are the same for all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The request's content was refused.
    InvalidRequest,
    /// The credentials were refused.
    Authentication,
    /// The credentials may not do this.
    Permission,
    /// The account has no credit left.
    InsufficientCredit,
    /// The thing does not exist at the provider.
    NotFound,
    /// The thing is there already, or collides with another.
    Conflict,
    /// Too many calls.
    RateLimited,
    /// The provider cannot answer now.
    ProviderUnavailable,
    /// Anything else that went wrong there.
    ProviderError,
}

impl Class {
    /// The word for the wire, the log and the metric.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::InsufficientCredit => "insufficient_credit",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::ProviderError => "provider_error",
        }
    }

    /// Whether a person can lift the refusal by mending the account, so that the envelope waits instead of failing.
    #[must_use]
    pub fn is_fixable_in_account(self) -> bool {
        matches!(self, Self::Authentication | Self::Permission | Self::InsufficientCredit)
    }

    /// Whether the refusal passes by itself, so that the broker tries again for a while.
    #[must_use]
    pub fn passes_by_itself(self) -> bool {
        matches!(self, Self::RateLimited | Self::ProviderUnavailable)
    }
}

/// How sure the broker is about what a call did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It was carried out.
    Done,
    /// The provider said no and did nothing.
    Refused,
    /// It never reached the provider.
    NotSent,
    /// It may have happened.
    Unknown,
}

/// A place that a provider's refusal may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blame {
    /// JSON pointer.
    pub pointer: String,
    /// What the pointer points into.
    pub source: FindingSource,
}

impl Blame {
    /// A place in the envelope.
    #[must_use]
    pub fn envelope(pointer: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), source: FindingSource::Envelope }
    }

    /// A place in the provider account.
    #[must_use]
    pub fn account(pointer: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), source: FindingSource::Account }
    }
}

/// A provider's "no": its own code beside our class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind of failure it is.
    pub class: Class,
    /// The vendor's code, word for word, with its endpoint: `enviar_documento/0014`.
    pub code: String,
    /// The vendor's message, word for word and cut to 500 characters; never shown where it may echo a secret.
    pub message: String,
    /// Every place that could be meant; empty when the provider gives no hint.
    pub blames: Vec<Blame>,
    /// How long the provider asks to wait, when it does.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// Whether it lies in what the account's settings say of the provider (a path that is not there, for example): the
    /// envelope waits until they are corrected.
    #[must_use]
    pub fn is_fault_of_settings(&self) -> bool {
        let in_settings = |b: &Blame| b.source == FindingSource::Account && b.pointer.starts_with("/settings/");
        self.class == Class::ProviderError && !self.blames.is_empty() && self.blames.iter().all(in_settings)
    }
}

/// Why the broker does not know what a call did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// A sentence for the trail and the log, without secrets.
    pub reason: String,
    /// The vendor's code, where it answered with one.
    pub code: Option<String>,
}

impl Doubt {
    /// A doubt without a vendor code.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), code: None }
    }
}

/// How a call ended. One place in the broker decides what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<T> {
    /// It was carried out, with this result.
    Done(T),
    /// The provider refused and did nothing.
    Refused(Refusal),
    /// The provider refused because the session token is stale; nothing was carried out. Renew it and repeat once.
    SessionExpired,
    /// The call never reached the provider; always safe to try again.
    NotSent {
        /// A sentence for the log.
        reason: String,
        /// How long to wait at least.
        retry_after: Option<Duration>,
    },
    /// It may have happened: look it up before anything else.
    Unknown(Doubt),
}

impl<T> Outcome<T> {
    /// How sure the broker is about the call.
    pub fn certainty(&self) -> Certainty {
        match self {
            Self::Done(_) => Certainty::Done,
            Self::Refused(_) | Self::SessionExpired => Certainty::Refused,
            Self::NotSent { .. } => Certainty::NotSent,
            Self::Unknown(_) => Certainty::Unknown,
        }
    }

    /// The same outcome with another result.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(value) => Outcome::Done(f(value)),
            Self::Refused(refusal) => Outcome::Refused(refusal),
            Self::SessionExpired => Outcome::SessionExpired,
            Self::NotSent { reason, retry_after } => Outcome::NotSent { reason, retry_after },
            Self::Unknown(doubt) => Outcome::Unknown(doubt),
        }
    }
}
