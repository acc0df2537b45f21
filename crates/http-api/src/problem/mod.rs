//! Every failure of this API as `application/problem+json` (RFC 9457).
//!
//! [`Code`] is the table, [`ApiError`] is what handlers return, [`Problem`] is what callers read. What went wrong inside
//! is carried by [`ApiError`] to the log and never reaches the answer.

mod codes;
mod convert;
mod document;
mod error;
mod pages;

pub use codes::{Advice, Code, FAULT_CODES};
pub use document::{Certainty, FaultSource, Problem, ProblemFault, ProviderClass, ProviderProblem};
pub use error::ApiError;
pub(crate) use pages::{get_problem, list_problems};

pub(crate) use convert::{of_failure, too_large};
pub(crate) use document::escape;
pub(crate) use error::PROBLEM_JSON;
