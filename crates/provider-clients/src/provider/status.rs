//! Reading the state of submissions.

use domain::facts::Reading;
use domain::ids::SubmissionId;

use crate::call::Call;

/// A request that reads the state of submissions.
#[derive(Debug, Clone)]
pub struct StatusRequest {
    /// The submissions it is about.
    pub covers: Vec<SubmissionId>,
    /// The call.
    pub call: Call,
    /// The page that it asks for, for vendors that page.
    pub page: u32,
    /// The adapter's own word for what it asks, for vendors that need several questions for one reading; may be empty.
    pub about: String,
}

/// What a status answer told.
#[derive(Debug, Clone)]
pub struct StatusPage {
    /// Readings by submission; several of one submission are applied in order. A submission that is covered but not told
    /// of is missing here: the vendor does not know it.
    pub readings: Vec<(SubmissionId, Reading)>,
    /// The request for the next page or question, where there is one.
    pub next: Option<StatusRequest>,
}
