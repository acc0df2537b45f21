//! The envelope as created: the body, its rules, and how it becomes what the broker takes.

use std::collections::BTreeMap;

use broker::{InlineDocument, NewEnvelope};
use domain::envelope::{EnvelopeSpec, ProviderOptions, Reminders, StageSpec};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::options::{DocumentProviderOptions, EnvelopeProviderOptions};
use super::recipient_input::RecipientInput;
use crate::body::{Faults, RequestBody, broken_rule, broken_rule_within};
use crate::views::enums::Notary;
use crate::views::values::{AccountId, Timestamp};

/// Most characters of a short text: names, references, file names.
pub(crate) const SHORT: u64 = 255;
/// Most characters of a message.
pub(crate) const MESSAGE: u64 = 5000;
/// Most recipients of an envelope.
const RECIPIENTS: u64 = 200;
/// Most documents of an envelope.
const DOCUMENTS: u64 = 100;
/// Most entries of `metadata`.
const METADATA: usize = 50;
/// Most characters of a metadata key.
const METADATA_KEY: usize = 64;
/// Most characters of a metadata value.
const METADATA_VALUE: usize = 500;

/// An envelope to create. Everything but `subject` may be left out and added while it is a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "stages_differ", skip_on_field_errors = false))]
pub struct CreateEnvelope {
    /// The caller's own reference; searchable, need not be unique.
    #[serde(default)]
    #[schema(example = "HR-2026-0042", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub reference: Option<String>,
    /// What it is about; recipients see it.
    #[serde(default)]
    #[schema(required = true, example = "Employment contract", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub subject: String,
    /// A message to everybody.
    #[serde(default)]
    #[schema(example = "Please read and sign.", min_length = 1, max_length = 5000)]
    #[validate(length(min = 1, max = "MESSAGE"))]
    pub message: Option<String>,
    /// The language that recipients see (BCP 47: a language and perhaps a region).
    #[serde(default)]
    #[schema(example = "es-ES", max_length = 11)]
    pub language: Option<String>,
    /// After this nobody may sign; it must lie in the future when the envelope is sent.
    #[serde(default)]
    #[schema(example = "2030-12-31T23:00:00Z")]
    pub expires_at: Option<Timestamp>,
    /// Automatic reminders to those who have not acted.
    #[serde(default)]
    #[validate(nested)]
    pub reminders: Option<RemindersInput>,
    /// A notary's part.
    #[serde(default)]
    pub notary: Option<Notary>,
    /// Stages that need a name or a minimum; a stage that nobody describes needs all of its signers and approvers.
    #[serde(default)]
    #[schema(max_items = 200)]
    #[validate(nested, length(max = "RECIPIENTS"))]
    pub stages: Vec<StageInput>,
    /// Who signs, approves or gets a copy, in order.
    #[serde(default)]
    #[schema(max_items = 200)]
    #[validate(nested, length(max = "RECIPIENTS"))]
    pub recipients: Vec<RecipientInput>,
    /// Documents inside the request. Large ones are better uploaded to `…/documents` afterwards.
    #[serde(default)]
    #[schema(max_items = 100)]
    #[validate(nested, length(max = "DOCUMENTS"))]
    pub documents: Vec<DocumentInput>,
    /// The provider account to use, instead of routing.
    #[serde(default)]
    pub provider_account: Option<AccountId>,
    /// Options of providers, by kind. Only those of the routed provider apply.
    #[serde(default)]
    #[schema(value_type = EnvelopeProviderOptions)]
    pub provider_options: ProviderOptions,
    /// The caller's own words, searchable: up to 50 entries, keys up to 64 and values up to 500 characters.
    #[serde(default)]
    #[schema(example = json!({ "cost_center": "77" }))]
    #[validate(custom(function = "metadata_fits"))]
    pub metadata: BTreeMap<String, String>,
    /// Whether to send it at once. The whole call then fails when the envelope cannot be sent.
    #[serde(default)]
    #[schema(example = false)]
    pub send: bool,
}

/// Automatic reminders.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RemindersInput {
    /// Days between two reminders.
    #[serde(default)]
    #[schema(required = true, example = 3, minimum = 1, maximum = 365)]
    #[validate(range(min = 1, max = 365))]
    pub every_days: u32,
}

/// A stage that needs a name or a minimum.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StageInput {
    /// The order it describes.
    #[serde(default)]
    #[schema(required = true, example = 1, minimum = 1, maximum = 1000)]
    #[validate(range(min = 1, max = 1000))]
    pub routing_order: u32,
    /// The group it describes, where its recipients name one.
    #[serde(default)]
    #[schema(example = "company", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub group: Option<String>,
    /// How many of its signers and approvers must act; absent means all.
    #[serde(default)]
    #[schema(example = 1, minimum = 1, maximum = 200)]
    #[validate(range(min = 1, max = 200))]
    pub minimum: Option<u32>,
    /// A name shown to people.
    #[serde(default)]
    #[schema(example = "Company", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: Option<String>,
}

/// A document inside the request.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DocumentInput {
    /// Its file name.
    #[serde(default)]
    #[schema(required = true, example = "contract.pdf", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"), custom(function = "is_file_name"))]
    pub filename: String,
    /// The name that recipients see; absent means the file name without its ending.
    #[serde(default)]
    #[schema(example = "Contract", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"))]
    pub name: Option<String>,
    /// Its place among the documents, from 1; absent means after the one before.
    #[serde(default)]
    #[schema(example = 1, minimum = 1, maximum = 1000)]
    #[validate(range(min = 1, max = 1000))]
    pub order: Option<u32>,
    /// The PDF, base64 (standard alphabet, with padding).
    #[serde(default)]
    #[schema(required = true, value_type = String, content_encoding = "base64", content_media_type = "application/pdf", example = "JVBERi0xLjcKJeLjz9MK")]
    pub content_base64: String,
    /// Options of providers for this document, by kind.
    #[serde(default)]
    #[schema(value_type = DocumentProviderOptions)]
    pub provider_options: ProviderOptions,
}

impl RequestBody for CreateEnvelope {
    const SCHEMA: &'static str = "CreateEnvelope";
}

impl CreateEnvelope {
    /// The rules of the envelope, without recipients and documents.
    pub(super) fn spec(&self, faults: &mut Faults) -> EnvelopeSpec {
        EnvelopeSpec {
            reference: self.reference.clone(),
            subject: self.subject.clone(),
            message: self.message.clone(),
            language: faults.parse("/language", "invalid_language", self.language.as_deref()),
            expires_at: self.expires_at.map(|at| at.0),
            reminders: self.reminders.map(|reminders| Reminders { every_days: reminders.every_days }),
            notary: self.notary.unwrap_or_default().into(),
            stages: self.stages.iter().map(StageInput::spec).collect(),
            provider_account: self.provider_account.map(|account| account.0),
            provider_options: self.provider_options.clone(),
            metadata: self.metadata.clone(),
        }
    }

    /// The whole envelope as the broker takes it.
    pub(super) fn into_new(self, faults: &mut Faults) -> NewEnvelope {
        let spec = self.spec(faults);
        let given = self.documents.iter().enumerate().filter_map(|(index, document)| Some((index, document.order?)));
        let (places, orders): (Vec<usize>, Vec<u32>) = given.unzip();
        if let Some(index) = repeated(&orders).and_then(|twice| places.get(twice)) {
            let rule = "Another document has the same order.".to_owned();
            faults.add(format!("/documents/{index}/order"), "not_unique", rule);
        }
        let recipients = self
            .recipients
            .into_iter()
            .enumerate()
            .map(|(index, recipient)| recipient.into_new(&format!("/recipients/{index}"), faults))
            .collect();
        let documents = self
            .documents
            .into_iter()
            .enumerate()
            .map(|(index, document)| InlineDocument {
                content: faults.base64(&format!("/documents/{index}/content_base64"), &document.content_base64),
                filename: document.filename,
                name: document.name,
                order: document.order,
                provider_options: document.provider_options,
            })
            .collect();
        NewEnvelope { spec, recipients, documents, send: self.send }
    }

    /// A draft's rules as they were asked, for a merge patch.
    pub(super) fn of_spec(spec: &EnvelopeSpec) -> Self {
        Self {
            reference: spec.reference.clone(),
            subject: spec.subject.clone(),
            message: spec.message.clone(),
            language: spec.language.as_ref().map(ToString::to_string),
            expires_at: spec.expires_at.map(Into::into),
            reminders: spec.reminders.map(|reminders| RemindersInput { every_days: reminders.every_days }),
            notary: Some(spec.notary.into()),
            stages: spec.stages.iter().map(StageInput::of_spec).collect(),
            recipients: Vec::new(),
            documents: Vec::new(),
            provider_account: spec.provider_account.map(Into::into),
            provider_options: spec.provider_options.clone(),
            metadata: spec.metadata.clone(),
            send: false,
        }
    }
}

impl StageInput {
    fn spec(&self) -> StageSpec {
        StageSpec {
            routing_order: self.routing_order,
            group: self.group.clone(),
            minimum: self.minimum,
            name: self.name.clone(),
        }
    }

    fn of_spec(spec: &StageSpec) -> Self {
        Self {
            routing_order: spec.routing_order,
            group: spec.group.clone(),
            minimum: spec.minimum,
            name: spec.name.clone(),
        }
    }
}

/// A file name, not a path, on one line.
pub(crate) fn is_file_name(name: &str) -> Result<(), ValidationError> {
    let is_path = name.contains(['/', '\\']) || name == "." || name == "..";
    if is_path || name.chars().any(char::is_control) {
        return Err(broken_rule("wrong_format", "It must be a file name on one line, without a path."));
    }
    Ok(())
}

fn stages_differ(envelope: &CreateEnvelope) -> Result<(), ValidationError> {
    let names: Vec<_> = envelope.stages.iter().map(|stage| (stage.routing_order, &stage.group)).collect();
    match repeated(&names) {
        Some(index) => {
            let rule = "Another stage has the same routing_order and group.";
            Err(broken_rule_within(&format!("/stages/{index}"), "not_unique", rule))
        }
        None => Ok(()),
    }
}

/// The place of the first value that stands before as well.
pub(crate) fn repeated<T: PartialEq>(values: &[T]) -> Option<usize> {
    values
        .iter()
        .enumerate()
        .find(|(index, value)| values.iter().take(*index).any(|other| other == *value))
        .map(|it| it.0)
}

fn metadata_fits(metadata: &BTreeMap<String, String>) -> Result<(), ValidationError> {
    if metadata.len() > METADATA {
        return Err(broken_rule("too_many", "At most 50 entries are allowed."));
    }
    if metadata
        .keys()
        .any(|key| key.is_empty() || key.chars().count() > METADATA_KEY || key.chars().any(char::is_control))
    {
        return Err(broken_rule("wrong_format", "A key must have 1 to 64 characters on one line."));
    }
    if metadata.values().any(|value| value.chars().count() > METADATA_VALUE) {
        return Err(broken_rule("too_long", "A value may have at most 500 characters."));
    }
    Ok(())
}
