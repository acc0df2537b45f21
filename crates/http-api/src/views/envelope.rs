//! The envelope as callers see it.

use std::collections::BTreeMap;

use domain::attention::{Attention, most_severe};
use domain::envelope::ProviderOptions;
use domain::record::{Envelope, PendingAction, Stage, Submission};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::document::{ArtifactView, DocumentView};
use super::enums::{
    AttentionCode, EnvelopeStatus, Integrity, Notary, PendingKind, ResolveAction, StageStatus, SubmissionState,
};
use super::finding::FindingView;
use super::recipient::RecipientView;
use super::values::{AccountId, DocumentId, EnvelopeId, RecipientId, SubmissionId, Timestamp};
use crate::problem::{Problem, of_failure};

/// An envelope: what was asked, and what happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnvelopeView {
    /// Its identifier.
    pub id: EnvelopeId,
    /// How far it got.
    pub status: EnvelopeStatus,
    /// Why, where there is a why.
    #[schema(example = "The recipient declined.")]
    pub status_reason: Option<String>,
    /// Counts its changes; the `ETag` holds it.
    #[schema(example = 7)]
    pub version: u64,
    /// What is being brought about and not confirmed by the provider yet.
    pub pending_action: Option<PendingActionView>,
    /// The caller's own reference.
    #[schema(example = "HR-2026-0042")]
    pub reference: Option<String>,
    /// What it is about.
    #[schema(example = "Employment contract")]
    pub subject: String,
    /// A message to everybody.
    #[schema(example = "Please read and sign.")]
    pub message: Option<String>,
    /// The language that recipients see (BCP 47).
    #[schema(example = "es-ES")]
    pub language: Option<String>,
    /// A notary's part.
    pub notary: Notary,
    /// Automatic reminders.
    pub reminders: Option<RemindersView>,
    /// The caller's own words, searchable.
    #[schema(example = json!({ "cost_center": "77" }))]
    pub metadata: BTreeMap<String, String>,
    /// The provider account that the caller named instead of routing.
    pub provider_account: Option<AccountId>,
    /// Options of providers, by kind.
    #[schema(value_type = crate::envelopes::EnvelopeProviderOptions)]
    pub provider_options: ProviderOptions,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// When recipients could act first.
    pub sent_at: Option<Timestamp>,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// After this nobody may sign.
    pub expires_at: Option<Timestamp>,
    /// The account that carries it out, and its transactions; null before sending.
    pub provider: Option<EnvelopeProviderView>,
    /// The most severe open request for a person's decision.
    pub attention: Option<AttentionView>,
    /// All open requests for a person's decision, the most severe first.
    pub attentions: Vec<AttentionView>,
    /// What the check at sending had to say beside errors.
    pub findings: Vec<FindingView>,
    /// Why it failed: the problem that a synchronous failure would have been.
    pub error: Option<Problem>,
    /// The stages, in order.
    pub stages: Vec<StageView>,
    /// The recipients, in order.
    pub recipients: Vec<RecipientView>,
    /// The documents, by `order`.
    pub documents: Vec<DocumentView>,
    /// What came back.
    pub artifacts: Vec<ArtifactView>,
}

impl EnvelopeView {
    /// An envelope. Signing links only with `links`; `public_url` is where problem types lead to.
    #[must_use]
    pub fn new(envelope: &Envelope, links: bool, public_url: &str) -> Self {
        let instance = format!("/v1/envelopes/{}", envelope.id);
        let spec = &envelope.spec;
        let mut attentions: Vec<&Attention> = envelope.attentions.iter().collect();
        attentions.sort_by_key(|attention| (attention.code.severity(), attention.since));
        Self {
            id: envelope.id.into(),
            status: envelope.status.into(),
            status_reason: envelope.status_reason.clone(),
            version: envelope.version,
            pending_action: envelope.pending_action.as_ref().map(Into::into),
            reference: spec.reference.clone(),
            subject: spec.subject.clone(),
            message: spec.message.clone(),
            language: spec.language.as_ref().map(ToString::to_string),
            notary: spec.notary.into(),
            reminders: spec.reminders.map(|reminders| RemindersView { every_days: reminders.every_days }),
            metadata: spec.metadata.clone(),
            provider_account: spec.provider_account.map(Into::into),
            provider_options: spec.provider_options.clone(),
            created_at: envelope.created_at.into(),
            updated_at: envelope.updated_at.into(),
            sent_at: envelope.sent_at.map(Into::into),
            completed_at: envelope.completed_at.map(Into::into),
            expires_at: spec.expires_at.map(Into::into),
            provider: EnvelopeProviderView::new(envelope, public_url, &instance),
            attention: most_severe(&envelope.attentions).map(Into::into),
            attentions: attentions.into_iter().map(Into::into).collect(),
            findings: envelope.findings.iter().map(Into::into).collect(),
            error: envelope.error.as_ref().map(|failure| of_failure(failure, public_url, &instance)),
            stages: envelope.stages.iter().map(Into::into).collect(),
            recipients: envelope.recipients.iter().map(|recipient| RecipientView::new(recipient, links)).collect(),
            documents: envelope.documents.iter().map(Into::into).collect(),
            artifacts: envelope.artifacts.iter().filter(|artifact| artifact.published).map(Into::into).collect(),
        }
    }
}

/// What the broker is bringing about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PendingActionView {
    /// What.
    #[serde(rename = "type")]
    pub kind: PendingKind,
    /// Since when.
    pub since: Timestamp,
    /// The reason that the caller gave.
    #[schema(example = "Wrong salary.")]
    pub reason: Option<String>,
}

impl From<&PendingAction> for PendingActionView {
    fn from(action: &PendingAction) -> Self {
        Self { kind: action.kind.into(), since: action.since.into(), reason: action.reason.clone() }
    }
}

/// Automatic reminders.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct RemindersView {
    /// Days between two reminders.
    #[schema(example = 3)]
    pub every_days: u32,
}

/// Who carries an envelope out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnvelopeProviderView {
    /// The provider's kind.
    #[schema(example = "efirma_go")]
    pub kind: String,
    /// The account.
    pub account_id: AccountId,
    /// The account's name when the envelope was sent.
    #[schema(example = "spain")]
    pub account_name: String,
    /// Why this account.
    pub routing: RoutingView,
    /// The transactions at the provider.
    pub submissions: Vec<SubmissionView>,
}

impl EnvelopeProviderView {
    fn new(envelope: &Envelope, public_url: &str, instance: &str) -> Option<Self> {
        let routed = envelope.routed.as_ref()?;
        let submissions = envelope
            .submissions
            .iter()
            .map(|submission| SubmissionView::new(submission, public_url, instance))
            .collect();
        Some(Self {
            kind: routed.kind.clone(),
            account_id: routed.account_id.into(),
            account_name: routed.account_name.clone(),
            routing: RoutingView { rule: routed.rule.clone(), reason: routed.reason.clone() },
            submissions,
        })
    }
}

/// Why routing chose an account.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoutingView {
    /// The rule that chose it; `default`, or `envelope` when the envelope named the account.
    #[schema(example = "default")]
    pub rule: String,
    /// A sentence that says why.
    #[schema(example = "No rule matches, so the default account applies.")]
    pub reason: String,
}

/// One transaction at the provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubmissionView {
    /// Its identifier: the key under which the provider knows it too, where it can.
    pub id: SubmissionId,
    /// How far it got.
    pub state: SubmissionState,
    /// The number of the current attempt, from 1.
    #[schema(example = 1)]
    pub attempt: u32,
    /// The provider's identifier of the transaction.
    #[schema(example = "123456789999999")]
    pub reference: Option<String>,
    /// The provider's own word for its state.
    #[schema(example = "EN PROCESO")]
    pub status: Option<String>,
    /// The documents it carries.
    pub documents: Vec<DocumentId>,
    /// The recipients it reaches.
    pub recipients: Vec<RecipientId>,
    /// What the provider holds, compared with what was asked; null while not compared.
    pub integrity: Option<Integrity>,
    /// Facts that the provider told.
    #[schema(value_type = Object, example = json!({ "verification_code": null }))]
    pub details: BTreeMap<String, Value>,
    /// Why it failed.
    pub error: Option<Problem>,
}

impl SubmissionView {
    fn new(submission: &Submission, public_url: &str, instance: &str) -> Self {
        Self {
            id: submission.id.into(),
            state: submission.state.into(),
            attempt: submission.attempt,
            reference: submission.reference.clone(),
            status: submission.vendor_status.clone(),
            documents: submission.plan.documents.iter().copied().map(Into::into).collect(),
            recipients: submission.plan.recipients.iter().copied().map(Into::into).collect(),
            integrity: submission.integrity.map(Into::into),
            details: submission.details.clone(),
            error: submission.error.as_ref().map(|failure| of_failure(failure, public_url, instance)),
        }
    }
}

/// An open request for a person's decision; `POST …/resolve` answers it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttentionView {
    /// Why.
    pub code: AttentionCode,
    /// A sentence for people.
    #[schema(example = "The provider did not answer, and no look-up told whether the envelope arrived.")]
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
    /// What can be decided.
    pub actions: Vec<ResolveAction>,
    /// Until when the broker goes on trying by itself.
    pub auto_until: Option<Timestamp>,
}

impl From<&Attention> for AttentionView {
    fn from(attention: &Attention) -> Self {
        Self {
            code: attention.code.into(),
            detail: attention.detail.clone(),
            since: attention.since.into(),
            actions: attention.actions.iter().copied().map(Into::into).collect(),
            auto_until: attention.auto_until.map(Into::into),
        }
    }
}

/// The recipients with one routing order and, where given, one group.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageView {
    /// Lower acts first.
    #[schema(example = 1)]
    pub routing_order: u32,
    /// The group within the order.
    #[schema(example = "company")]
    pub group: Option<String>,
    /// How many signers and approvers must act; null means all.
    #[schema(example = 1)]
    pub minimum: Option<u32>,
    /// A name shown to people.
    #[schema(example = "Company")]
    pub name: Option<String>,
    /// How far it got.
    pub status: StageStatus,
}

impl From<&Stage> for StageView {
    fn from(stage: &Stage) -> Self {
        Self {
            routing_order: stage.routing_order,
            group: stage.group.clone(),
            minimum: stage.minimum,
            name: stage.name.clone(),
            status: stage.status.into(),
        }
    }
}
