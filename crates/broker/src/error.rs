//! Why a use case did not do what was asked. One variant for each answer a caller can get.

use std::time::Duration;

use domain::capability::Feature;
use domain::finding::Finding;
use domain::record::Failure;
use domain::states::EnvelopeStatus;
use persistence::StoreError;
use provider_clients::provider::Fault;

/// The result of a use case.
pub type Result<T, E = BrokerError> = std::result::Result<T, E>;

/// What is wrong with an uploaded document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFault {
    /// It has no bytes.
    Empty,
    /// It is not a PDF.
    NotAPdf,
    /// It is encrypted, so that no provider could add a signature.
    Encrypted,
    /// It is a PDF that cannot be read.
    Damaged,
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// It does not exist, or belongs to another tenant.
    #[error("not found")]
    NotFound,
    /// The envelope's state does not allow it.
    #[error("{action} is not possible while the envelope is {status}")]
    WrongState {
        /// What was asked, as a verb.
        action: &'static str,
        /// The state.
        status: EnvelopeStatus,
    },
    /// It is too early: what is in doubt may still settle by itself.
    #[error("too early")]
    TooEarly {
        /// How long it may still settle.
        wait: Duration,
    },
    /// The account's quota of calls that read is used up.
    #[error("the account's quota is used up")]
    QuotaUsedUp {
        /// When there is a new one.
        wait: Duration,
    },
    /// Others changed the same thing at the same time, again and again.
    #[error("others changed it at the same time")]
    Conflict,
    /// The caller's `If-Match` names another version.
    #[error("the version is another")]
    VersionMismatch,
    /// The caller's `If-Plan-Match` names another plan.
    #[error("the plan is another")]
    PlanMismatch,
    /// The content is at fault.
    #[error("the content is at fault")]
    Invalid(Vec<Finding>),
    /// The routed account cannot honour the envelope.
    #[error("the provider cannot honour the envelope")]
    NotHonoured {
        /// Why not.
        findings: Vec<Finding>,
        /// Names of the tenant's accounts that could.
        could: Vec<String>,
    },
    /// The provider has no such action.
    #[error("the provider cannot do this")]
    Unsupported {
        /// Which.
        feature: Feature,
        /// A sentence for people.
        detail: String,
    },
    /// No account is configured for the envelope.
    #[error("no provider account")]
    NoRoute {
        /// A sentence for people.
        detail: String,
    },
    /// The document was refused.
    #[error("the document was refused")]
    DocumentRefused {
        /// Why.
        reason: DocumentFault,
        /// Where, for documents inside a body.
        pointer: Option<String>,
    },
    /// The bytes do not have the digest that the caller told.
    #[error("the digest differs")]
    DigestMismatch,
    /// The body is larger than allowed.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// Settings, credentials or an operation's input are at fault.
    #[error("the account or the input is at fault")]
    Faults(Vec<Fault>),
    /// No such provider.
    #[error("unknown provider kind")]
    UnknownKind,
    /// The account has live envelopes.
    #[error("the account has live envelopes")]
    AccountInUse,
    /// The name is taken.
    #[error("the name is taken")]
    NameTaken,
    /// The tenant still has envelopes.
    #[error("the tenant is not empty")]
    TenantNotEmpty,
    /// The provider said no, or could not be asked, while the caller waits.
    #[error("the provider could not do it")]
    Provider(Box<Failure>),
    /// The cursor was not made for this list.
    #[error("bad cursor")]
    BadCursor,
    /// The lease on a job was lost: another worker goes on with it.
    #[error("the lease is lost")]
    LeaseLost,
    /// The database or the store cannot answer now.
    #[error("unavailable: {cause}")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
        /// For the log.
        cause: String,
    },
    /// A defect.
    #[error("internal: {0}")]
    Internal(String),
}

impl BrokerError {
    /// Whether certainly nothing was stored: a database that fails at the commit may have kept it.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        !matches!(self, Self::Unavailable { .. } | Self::Internal(_))
    }
}

impl From<StoreError> for BrokerError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict | StoreError::RequestLost => Self::Conflict,
            StoreError::Missing { .. } => Self::NotFound,
            StoreError::Taken { .. } => Self::NameTaken,
            StoreError::InUse { what: "tenant" } => Self::TenantNotEmpty,
            StoreError::InUse { .. } => Self::AccountInUse,
            StoreError::Cursor => Self::BadCursor,
            StoreError::Database(cause) => {
                Self::Unavailable { retry_after: RETRY_AFTER, cause: format!("database: {cause}") }
            }
            StoreError::LeaseLost => Self::LeaseLost,
            StoreError::Unreadable { .. }
            | StoreError::Contradiction(_)
            | StoreError::Seal(_)
            | StoreError::Schema { .. }
            | StoreError::Address(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<std::io::Error> for BrokerError {
    fn from(error: std::io::Error) -> Self {
        Self::Unavailable { retry_after: RETRY_AFTER, cause: format!("storage: {}", error.kind()) }
    }
}

/// How long callers are asked to wait when the database or the store cannot answer.
pub const RETRY_AFTER: Duration = Duration::from_secs(2);
