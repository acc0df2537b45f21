//! The dry run of sending.

use broker::plan::{FeatureVerdict, PassedOver, Plan, PlannedAccount, PlannedStep, PlannedSubmission};
use domain::steps::{Repeat, Start};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::enums::{Feature, Support};
use super::finding::FindingView;
use super::values::{AccountId, DocumentId, RecipientId};

/// What sending would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlanView {
    /// The account that routing chose; when none can honour the envelope, the first that was looked at.
    pub account: Option<PlannedAccountView>,
    /// Every other account of the tenant, and why it was not chosen.
    pub passed_over: Vec<PassedOverView>,
    /// Whether `send` would accept the envelope.
    #[schema(example = true)]
    pub sendable: bool,
    /// A verdict for each feature that the envelope asks for.
    pub features: Vec<FeatureVerdictView>,
    /// Everything that the checks have to say.
    pub findings: Vec<FindingView>,
    /// The transactions at the provider, with the exact calls.
    pub submissions: Vec<PlannedSubmissionView>,
    /// A digest of all of the above: `send` can require it with `If-Plan-Match`.
    #[schema(example = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub digest: String,
}

impl From<&Plan> for PlanView {
    fn from(plan: &Plan) -> Self {
        Self {
            account: plan.account.as_ref().map(Into::into),
            passed_over: plan.passed_over.iter().map(Into::into).collect(),
            sendable: plan.sendable,
            features: plan.features.iter().map(Into::into).collect(),
            findings: plan.findings.iter().map(Into::into).collect(),
            submissions: plan.submissions.iter().map(Into::into).collect(),
            digest: plan.digest.clone(),
        }
    }
}

/// The account that would carry the envelope out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlannedAccountView {
    /// The account.
    pub id: AccountId,
    /// Its name.
    #[schema(example = "spain")]
    pub name: String,
    /// Its provider's kind.
    #[schema(example = "efirma_go")]
    pub kind: String,
    /// The rule that chose it.
    #[schema(example = "default")]
    pub rule: String,
    /// Why.
    #[schema(example = "No rule matches, so the default account applies.")]
    pub reason: String,
}

impl From<&PlannedAccount> for PlannedAccountView {
    fn from(account: &PlannedAccount) -> Self {
        Self {
            id: account.id.into(),
            name: account.name.clone(),
            kind: account.kind.clone(),
            rule: account.rule.clone(),
            reason: account.reason.clone(),
        }
    }
}

/// An account that was not chosen.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PassedOverView {
    /// The account.
    pub account_id: AccountId,
    /// Its name; null when it does not exist any more.
    #[schema(example = "chile")]
    pub account_name: Option<String>,
    /// Why it was passed over.
    #[schema(example = "It cannot honour the envelope.")]
    pub reason: String,
    /// The findings that refuse it.
    pub findings: Vec<FindingView>,
}

impl From<&PassedOver> for PassedOverView {
    fn from(passed: &PassedOver) -> Self {
        Self {
            account_id: passed.account_id.into(),
            account_name: passed.account_name.clone(),
            reason: passed.reason.clone(),
            findings: passed.findings.iter().map(Into::into).collect(),
        }
    }
}

/// How one asked feature is honoured.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeatureVerdictView {
    /// The feature.
    pub feature: Feature,
    /// How well it is honoured.
    pub support: Support,
    /// How it is emulated, or why it is not honoured.
    #[schema(example = "One transaction for each document.")]
    pub note: Option<String>,
}

impl From<&FeatureVerdict> for FeatureVerdictView {
    fn from(verdict: &FeatureVerdict) -> Self {
        Self { feature: verdict.feature.into(), support: verdict.support.into(), note: verdict.note.clone() }
    }
}

/// A transaction that sending would make.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlannedSubmissionView {
    /// Its place among the submissions, from 0.
    #[schema(example = 0)]
    pub ordinal: u32,
    /// When it starts: `at_once`, `after_submitted` or `after_completed`.
    #[schema(example = "at_once")]
    pub start: &'static str,
    /// The ordinal of the submission that it waits for.
    #[schema(example = 0)]
    pub after: Option<u32>,
    /// Its documents.
    pub documents: Vec<DocumentId>,
    /// Its recipients.
    pub recipients: Vec<RecipientId>,
    /// Its calls, in order.
    pub steps: Vec<PlannedStepView>,
}

impl From<&PlannedSubmission> for PlannedSubmissionView {
    fn from(submission: &PlannedSubmission) -> Self {
        let (start, after) = match submission.start {
            Start::AtOnce => ("at_once", None),
            Start::AfterSubmitted { ordinal } => ("after_submitted", Some(ordinal)),
            Start::AfterCompleted { ordinal } => ("after_completed", Some(ordinal)),
        };
        Self {
            ordinal: submission.ordinal,
            start,
            after,
            documents: submission.documents.iter().copied().map(Into::into).collect(),
            recipients: submission.recipients.iter().copied().map(Into::into).collect(),
            steps: submission.steps.iter().map(Into::into).collect(),
        }
    }
}

/// A call that sending would make.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlannedStepView {
    /// The step's name.
    #[schema(example = "send_document")]
    pub id: String,
    /// `repeatable`, or `once` when a second call would do it a second time.
    #[schema(example = "once")]
    pub repeat: &'static str,
    /// The request with secrets and file contents left out; null when it depends on an answer that cannot be foretold.
    #[schema(value_type = Option<Object>, example = json!({ "method": "POST", "url": "https://api.efirma.es/enviar_documento" }))]
    pub call: Option<Value>,
}

impl From<&PlannedStep> for PlannedStepView {
    fn from(step: &PlannedStep) -> Self {
        let repeat = match step.repeat {
            Repeat::Repeatable => "repeatable",
            Repeat::Once => "once",
        };
        Self { id: step.id.to_string(), repeat, call: step.call.clone() }
    }
}
