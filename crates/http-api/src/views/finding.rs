//! Findings and capabilities.

use domain::capability::{Capability, Limits};
use domain::finding::Finding;
use serde::Serialize;
use utoipa::ToSchema;

use super::enums::{Feature, FindingSource, Severity, Support};

/// One statement of a check: what, where, how bad, and which feature it is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingView {
    /// How much it weighs; an `error` refuses the send.
    pub severity: Severity,
    /// A stable word for programs.
    #[schema(example = "order_per_document")]
    pub code: String,
    /// JSON pointer to the value; empty for the whole.
    #[schema(example = "/recipients/0/routing_order")]
    pub pointer: String,
    /// What the pointer points into.
    pub source: FindingSource,
    /// A sentence for people.
    #[schema(example = "The order holds within each document.")]
    pub detail: String,
    /// The feature it is about, where it is about one.
    pub feature: Option<Feature>,
    /// How the broker does what the provider cannot, where it does.
    #[schema(example = "One transaction for each document.")]
    pub emulated: Option<String>,
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        Self {
            severity: finding.severity.into(),
            code: finding.code.clone(),
            pointer: finding.pointer.clone(),
            source: finding.source.into(),
            detail: finding.detail.clone(),
            feature: finding.feature.map(Into::into),
            emulated: finding.emulated.clone(),
        }
    }
}

/// How well one feature is honoured.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CapabilityView {
    /// The feature.
    pub feature: Feature,
    /// How well it is honoured.
    pub support: Support,
    /// How it is emulated, or what to know about it.
    #[schema(example = "One transaction for each document, sent in order.")]
    pub note: Option<String>,
}

impl From<&Capability> for CapabilityView {
    fn from(capability: &Capability) -> Self {
        Self { feature: capability.feature.into(), support: capability.support.into(), note: capability.note.clone() }
    }
}

/// Limits of a provider account; null is "no limit known".
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct LimitsView {
    /// Largest document, in bytes.
    #[schema(example = 10_485_760)]
    pub max_document_bytes: Option<u64>,
    /// Most recipients of an envelope.
    #[schema(example = 50)]
    pub max_recipients: Option<u32>,
    /// Most documents that one transaction at the provider can hold.
    #[schema(example = 1)]
    pub documents_per_submission: Option<u32>,
    /// Most characters of a message.
    #[schema(example = 2000)]
    pub max_message_chars: Option<u32>,
    /// Most characters of a phone number, its `+` included.
    #[schema(example = 16)]
    pub max_phone_chars: Option<u32>,
}

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> Self {
        let Limits { max_document_bytes, max_recipients, documents_per_submission, max_message_chars, max_phone_chars } =
            limits;
        Self { max_document_bytes, max_recipients, documents_per_submission, max_message_chars, max_phone_chars }
    }
}
