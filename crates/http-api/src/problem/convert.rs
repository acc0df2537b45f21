//! From what the broker says to what callers read. Every variant is named: a new one does not compile unanswered.

use std::time::Duration;

use broker::{BrokerError, DocumentFault};
use domain::finding::{Finding, FindingSource};
use domain::outcome::Class;
use domain::record::Failure;
use provider_clients::provider::Fault;

use super::{ApiError, Certainty, Code, FaultSource, Problem, ProblemFault, ProviderProblem};

/// How long a caller is asked to wait when the provider did not say.
const PROVIDER_RETRY: Duration = Duration::from_secs(30);

impl From<BrokerError> for ApiError {
    fn from(error: BrokerError) -> Self {
        match error {
            BrokerError::NotFound => Self::not_found("resource"),
            BrokerError::WrongState { action, status } => {
                Self::new(Code::WrongState, format!("The envelope is {status}, which does not allow this: {action}."))
            }
            BrokerError::TooEarly { wait } => Self::new(
                Code::WrongState,
                "What is in doubt may still settle by itself; done again now, it could be there twice.",
            )
            .retry_after(wait),
            BrokerError::QuotaUsedUp { wait } => {
                Self::new(Code::RateLimited, "The account's quota of calls that read is used up.").retry_after(wait)
            }
            BrokerError::Conflict => {
                Self::new(Code::Conflict, "Others changed it at the same time; nothing was stored.")
                    .retry_after(Duration::from_secs(1))
            }
            BrokerError::VersionMismatch => {
                Self::new(Code::PreconditionFailed, "The envelope has changed since the version that If-Match names.")
            }
            BrokerError::PlanMismatch => Self::new(
                Code::PlanChanged,
                "Sending would carry out another plan than the one that If-Plan-Match names.",
            ),
            BrokerError::Invalid(findings) => Self::invalid(findings.into_iter().map(fault_of_finding).collect()),
            BrokerError::NotHonoured { findings, could } => {
                let detail = if could.is_empty() {
                    "The provider account cannot honour the envelope, and no other account of the tenant could."
                        .to_owned()
                } else {
                    format!("The provider account cannot honour the envelope. These could: {}.", could.join(", "))
                };
                let errors = findings.into_iter().filter(Finding::is_error).map(fault_of_finding).collect();
                Self::new(Code::CapabilityUnsupported, detail).with_faults(errors)
            }
            BrokerError::Unsupported { feature: _, detail } => Self::new(Code::CapabilityUnsupported, detail),
            BrokerError::NoRoute { detail } => Self::new(Code::NoProviderAccount, detail),
            BrokerError::DocumentRefused { reason, pointer } => refused_document(reason, pointer),
            BrokerError::DigestMismatch => {
                Self::new(Code::DigestMismatch, "The bytes that arrived have another digest than Content-Digest says.")
            }
            BrokerError::TooLarge { limit } => too_large(limit),
            BrokerError::Faults(faults) => Self::invalid(faults.into_iter().map(fault_of_account).collect()),
            BrokerError::UnknownKind => {
                Self::new(Code::UnknownProviderKind, "GET /v1/providers lists the kinds that there are.")
                    .with_faults(vec![ProblemFault::body("/kind", "not_allowed", "No provider has this kind.")])
            }
            BrokerError::AccountInUse => {
                Self::new(Code::AccountInUse, "The account has envelopes that are not at an end, or routing names it.")
            }
            BrokerError::NameTaken => Self::new(Code::NameTaken, "Another one has this name already."),
            BrokerError::TenantNotEmpty => Self::new(Code::TenantNotEmpty, "The tenant still has envelopes."),
            BrokerError::Provider(failure) => of_provider(&failure),
            BrokerError::BadCursor => {
                let fault = ProblemFault::query("cursor", "invalid", "It is not a cursor of this list.");
                Self::new(Code::BadCursor, "Start again without a cursor.").with_faults(vec![fault])
            }
            BrokerError::LeaseLost => Self::internal("a request met the lease of a job"),
            BrokerError::Unavailable { retry_after, cause } => {
                Self::new(Code::Unavailable, "A part of this service cannot answer now; nothing was stored.")
                    .retry_after(retry_after)
                    .with_cause(cause)
            }
            BrokerError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// A body over `limit` bytes.
pub(crate) fn too_large(limit: u64) -> ApiError {
    ApiError::new(Code::BodyTooLarge, format!("At most {limit} bytes are taken."))
}

fn refused_document(reason: DocumentFault, pointer: Option<String>) -> ApiError {
    let (code, detail) = match reason {
        DocumentFault::Empty => (Code::DocumentEmpty, "The document has no bytes."),
        DocumentFault::NotAPdf => (Code::DocumentNotPdf, "The document is not a PDF by its content."),
        DocumentFault::Encrypted => (Code::DocumentEncrypted, "The PDF is encrypted, so it cannot be signed."),
        DocumentFault::Damaged => (Code::DocumentDamaged, "The PDF cannot be read to its end."),
    };
    let faults = pointer.into_iter().map(|pointer| ProblemFault::body(pointer, "invalid", detail)).collect();
    ApiError::new(code, detail).with_faults(faults)
}

fn fault_of_finding(finding: Finding) -> ProblemFault {
    let source = match finding.source {
        FindingSource::Envelope => None,
        FindingSource::Account => Some(FaultSource::Account),
    };
    ProblemFault { pointer: finding.pointer, code: finding.code, detail: finding.detail, source }
}

fn fault_of_account(fault: Fault) -> ProblemFault {
    ProblemFault::body(fault.pointer, &fault.code, fault.detail)
}

fn of_provider(failure: &Failure) -> ApiError {
    let code = code_of(failure);
    let error = ApiError::new(code, failure.detail.clone()).with_provider(provider_of(failure));
    let error = error.with_faults(blamed(failure));
    match failure.refusal.as_ref().and_then(|refusal| refusal.retry_after) {
        Some(wait) => error.retry_after(wait),
        None if code == Code::ProviderUnavailable || code == Code::RateLimited => error.retry_after(PROVIDER_RETRY),
        None => error,
    }
}

/// A failure that came later, as the problem that a synchronous one would have been.
pub(crate) fn of_failure(failure: &Failure, public_url: &str, instance: &str) -> Problem {
    let provider = failure.provider.is_some() || failure.refusal.is_some();
    Problem {
        errors: blamed(failure),
        provider: provider.then(|| provider_of(failure)),
        ..Problem::of(code_of(failure), public_url, failure.detail.clone(), instance)
    }
}

fn code_of(failure: &Failure) -> Code {
    let class = failure.refusal.as_ref().map(|refusal| refusal.class);
    Code::parse(&failure.code).unwrap_or(match class {
        Some(Class::RateLimited) => Code::RateLimited,
        Some(Class::ProviderUnavailable) | None => Code::ProviderUnavailable,
        Some(
            Class::InvalidRequest
            | Class::Authentication
            | Class::Permission
            | Class::InsufficientCredit
            | Class::NotFound
            | Class::Conflict
            | Class::ProviderError,
        ) => Code::ProviderRefused,
    })
}

fn provider_of(failure: &Failure) -> ProviderProblem {
    let refusal = failure.refusal.as_ref();
    ProviderProblem {
        kind: failure.provider.clone(),
        code: refusal.map(|refusal| refusal.code.clone()),
        message: refusal.map(|refusal| refusal.message.clone()),
        class: refusal.map(|refusal| refusal.class.into()),
        certainty: if refusal.is_some() { Certainty::Refused } else { Certainty::Unknown },
    }
}

/// The places that a provider's refusal may mean.
fn blamed(failure: &Failure) -> Vec<ProblemFault> {
    let Some(refusal) = &failure.refusal else { return Vec::new() };
    let class = refusal.class.as_str();
    refusal
        .blames
        .iter()
        .map(|blame| ProblemFault {
            pointer: blame.pointer.clone(),
            code: class.to_owned(),
            detail: format!("The provider's refusal {} may mean this.", refusal.code),
            source: match blame.source {
                FindingSource::Envelope => None,
                FindingSource::Account => Some(FaultSource::Account),
            },
        })
        .collect()
}
