//! The envelope as it stands: what was asked, and what happened to it. Loaded and saved as a whole.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aggregate::{Cancellation, SubmissionFacts};
use crate::attention::Attention;
use crate::envelope::{Document, EnvelopeSpec, RecipientSpec};
use crate::facts::{ArtifactKind, Reading};
use crate::finding::Finding;
use crate::ids::{AccountId, ArtifactId, DocumentId, EnvelopeId, RecipientId, SubmissionId, TenantId};
use crate::order::Order;
use crate::outcome::Refusal;
use crate::states::{EnvelopeStatus, RecipientStatus, StageStatus, SubmissionState};
use crate::steps::SubmissionPlan;

/// What the broker is bringing about and the provider has not confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAction {
    /// What.
    #[serde(rename = "type")]
    pub kind: PendingKind,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The reason that the caller gave.
    pub reason: Option<String>,
}

/// Kinds of [`PendingAction`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingKind {
    /// The envelope is being taken back.
    Cancel,
    /// The deadline passed; it is being ended.
    Expire,
}

/// The account that carries the envelope out, and why that one. Decided when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    /// The provider's kind.
    pub kind: String,
    /// The account.
    pub account_id: AccountId,
    /// The account's name at that time.
    pub account_name: String,
    /// The rule that chose it.
    pub rule: String,
    /// A sentence that says why.
    pub reason: String,
    /// The accounts that came before it and could not be reached; nothing was sent there.
    #[serde(default)]
    pub unreachable: Vec<AccountId>,
}

/// A failure as the API shows it: the same for a synchronous and an asynchronous refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The problem's code, for example `provider-refused`.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
    /// What the provider said, where it said something.
    pub refusal: Option<Refusal>,
    /// The provider's kind, where a provider said something.
    pub provider: Option<String>,
}

/// A recipient: what was asked, and what happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    /// Its id.
    pub id: RecipientId,
    /// What was asked. Access codes are not in it.
    pub spec: RecipientSpec,
    /// Access codes by index into `spec.authentication`. Stored encrypted, shown to nobody.
    pub access_codes: BTreeMap<usize, String>,
    /// How far they got.
    pub status: RecipientStatus,
    /// Why, where there is a why.
    pub status_reason: Option<String>,
    /// The link under which they sign. A secret: stored encrypted.
    pub signing_url: Option<String>,
    /// When they could act.
    pub sent_at: Option<DateTime<Utc>>,
    /// When they opened it.
    pub viewed_at: Option<DateTime<Utc>>,
    /// When they had done their part.
    pub completed_at: Option<DateTime<Utc>>,
    /// The certificate they signed with, where the provider tells.
    pub certificate: Option<Value>,
    /// The vendor's own words.
    pub provider: BTreeMap<String, Value>,
    /// Their state in each submission.
    pub in_submissions: BTreeMap<SubmissionId, RecipientStatus>,
}

/// A stage and how far it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Lower acts first.
    pub routing_order: u32,
    /// The group within the order.
    pub group: Option<String>,
    /// How many must act; `None` means all.
    pub minimum: Option<u32>,
    /// A name shown to people.
    pub name: Option<String>,
    /// How far it got.
    pub status: StageStatus,
}

/// A document and where its bytes are.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDocument {
    /// What it is.
    pub document: Document,
    /// The key of its bytes in the object store. Copies of an envelope share it.
    pub object_key: String,
    /// SHA-256 of each chunk of [`CHUNK_BYTES`], lower-case hexadecimal, so that a part can be verified too.
    pub chunk_sha256: Vec<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// Size of the chunks whose digests are kept: 1 MiB.
pub const CHUNK_BYTES: u64 = 1024 * 1024;

/// A file that came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Artifact {
    /// Its id.
    pub id: ArtifactId,
    /// The submission it came from.
    pub submission: SubmissionId,
    /// What it is.
    pub kind: ArtifactKind,
    /// The documents it is about.
    pub documents: Vec<DocumentId>,
    /// The recipient it is about.
    pub recipient: Option<RecipientId>,
    /// File name for the caller.
    pub filename: String,
    /// Content type.
    pub content_type: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-256 of each chunk of [`CHUNK_BYTES`].
    pub chunk_sha256: Vec<String>,
    /// The key of its bytes in the object store.
    pub object_key: String,
    /// What the examination found, for signed documents.
    pub verification: Option<Value>,
    /// Whether callers see it. A file that contradicts an end state is kept unpublished.
    pub published: bool,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
}

/// What a callback delivered for a submission, kept until it is collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// The key of its bytes in the object store.
    pub object_key: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// What was tried to fetch the artifacts of a submission. Keys are those of [`crate::facts::ArtifactOffer::key`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionState {
    /// Direct fetches that failed for good.
    pub direct_failed: BTreeMap<String, u32>,
    /// How often the provider was asked to deliver again.
    pub asked_again: BTreeMap<String, u32>,
    /// Offers that were stored.
    pub stored: BTreeMap<String, ArtifactId>,
    /// Files that are here already, by the offer that they are: delivered along with another one.
    #[serde(default)]
    pub delivered: BTreeMap<String, Delivered>,
    /// Offers that were given up, and why.
    pub given_up: BTreeMap<String, String>,
    /// Offers that were stored although the examination found them invalid or unreadable.
    #[serde(default)]
    pub invalid: Vec<String>,
    /// Offers whose fault a person accepted.
    #[serde(default)]
    pub accepted: Vec<String>,
    /// When a delivery that was asked for is given up waiting for.
    #[serde(default)]
    pub awaiting_until: Option<DateTime<Utc>>,
}

/// How a submission's transaction is prepared anew while it goes on (Viafirma: one operation for each try of a signer).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Renewal {
    /// The attempt with which the present preparation began; doubts count their restarts from here.
    pub first_attempt: u32,
    /// A new attempt is asked for and not ready yet.
    pub wanted: bool,
    /// The present transaction is used up.
    pub used_up: bool,
}

impl Default for Renewal {
    fn default() -> Self {
        Self { first_attempt: 1, wanted: false, used_up: false }
    }
}

/// What the broker knows about what a provider holds, compared with what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// It holds what was asked.
    Verified,
    /// It holds something else.
    Mismatch,
    /// It could not be read.
    Unreadable,
}

/// One transaction at the provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// Its id: the correlation key.
    pub id: SubmissionId,
    /// The account it is at.
    pub account: AccountId,
    /// What was planned.
    pub plan: SubmissionPlan,
    /// How far it got.
    pub state: SubmissionState,
    /// The number of the current attempt, from 1.
    pub attempt: u32,
    /// How it is prepared anew while it goes on.
    pub renewal: Renewal,
    /// The provider's id of the transaction. Stored encrypted. An adapter whose vendor takes the id for a proof of access
    /// tells a digest of it here.
    pub reference: Option<String>,
    /// The vendor's own word for its state.
    pub vendor_status: Option<String>,
    /// Whether a signer or approver has acted in it.
    pub acted: bool,
    /// Whether it can reach a recipient or is billed, also while a call is under way that may make it so.
    pub live: bool,
    /// The cancellation that the broker began, if any.
    pub cancel: Option<Cancellation>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Facts shown to callers.
    pub details: BTreeMap<String, Value>,
    /// Why it failed.
    pub error: Option<Failure>,
    /// What is known about what the provider holds.
    pub integrity: Option<Integrity>,
    /// The latest reading. Stored encrypted.
    pub reading: Option<Reading>,
    /// When it was read last.
    pub last_read_at: Option<DateTime<Utc>>,
    /// When it is to be read next; `None` when there is nothing to read.
    pub next_read_at: Option<DateTime<Utc>>,
    /// Until when it is read although it ended, because a signature may still arrive.
    pub watched_until: Option<DateTime<Utc>>,
    /// What a callback delivered.
    pub delivered: Option<Delivered>,
    /// How far the collection of artifacts got.
    pub collection: CollectionState,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
}

impl Submission {
    /// A submission that was not begun.
    #[must_use]
    pub fn planned(account: AccountId, plan: SubmissionPlan, now: DateTime<Utc>) -> Self {
        Self {
            id: SubmissionId::generate(),
            account,
            plan,
            state: SubmissionState::Planned,
            attempt: 1,
            renewal: Renewal::default(),
            reference: None,
            vendor_status: None,
            acted: false,
            live: false,
            cancel: None,
            ended_at: None,
            details: BTreeMap::new(),
            error: None,
            integrity: None,
            reading: None,
            last_read_at: None,
            next_read_at: None,
            watched_until: None,
            delivered: None,
            collection: CollectionState::default(),
            created_at: now,
        }
    }

    /// What the envelope's state needs to know of it.
    #[must_use]
    pub fn facts(&self) -> SubmissionFacts {
        SubmissionFacts {
            state: self.state,
            ended_at: self.ended_at,
            acted: self.acted,
            live: self.live,
            cancel: self.cancel,
        }
    }

    /// Whether the provider is still at work on the result: until it is there, there is nothing to fetch, and the
    /// submission is not complete without.
    #[must_use]
    pub fn awaits_result(&self) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.pending_result == Some(true))
    }
}

/// An envelope with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Its id.
    pub id: EnvelopeId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What was asked.
    pub spec: EnvelopeSpec,
    /// How far it got.
    pub status: EnvelopeStatus,
    /// Why, where there is a why.
    pub status_reason: Option<String>,
    /// Counts its changes; the `ETag`.
    pub version: u64,
    /// What is being brought about.
    pub pending_action: Option<PendingAction>,
    /// The account that carries it out.
    pub routed: Option<Routed>,
    /// Where a person is needed, the most severe first.
    pub attentions: Vec<Attention>,
    /// What the check at sending had to say beside errors.
    pub findings: Vec<Finding>,
    /// Why it failed.
    pub error: Option<Failure>,
    /// The order as it was frozen at sending. Stored encrypted.
    pub order: Option<Order>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// When recipients could act first.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// Its recipients, in order.
    pub recipients: Vec<Recipient>,
    /// Its stages, by order.
    pub stages: Vec<Stage>,
    /// Its documents, by `order`.
    pub documents: Vec<StoredDocument>,
    /// Its submissions, by ordinal.
    pub submissions: Vec<Submission>,
    /// What came back.
    pub artifacts: Vec<Artifact>,
}

impl Envelope {
    /// A draft without recipients and documents.
    #[must_use]
    pub fn draft(id: EnvelopeId, tenant: TenantId, spec: EnvelopeSpec, now: DateTime<Utc>) -> Self {
        Self {
            id,
            tenant,
            spec,
            status: EnvelopeStatus::Draft,
            status_reason: None,
            version: 0,
            pending_action: None,
            routed: None,
            attentions: Vec::new(),
            findings: Vec::new(),
            error: None,
            order: None,
            created_at: now,
            updated_at: now,
            sent_at: None,
            completed_at: None,
            recipients: Vec::new(),
            stages: Vec::new(),
            documents: Vec::new(),
            submissions: Vec::new(),
            artifacts: Vec::new(),
        }
    }
}

impl Recipient {
    /// A recipient to whom nothing has happened yet.
    #[must_use]
    pub fn new(id: RecipientId, spec: RecipientSpec, access_codes: BTreeMap<usize, String>) -> Self {
        Self {
            id,
            spec,
            access_codes,
            status: RecipientStatus::Created,
            status_reason: None,
            signing_url: None,
            sent_at: None,
            viewed_at: None,
            completed_at: None,
            certificate: None,
            provider: BTreeMap::new(),
            in_submissions: BTreeMap::new(),
        }
    }
}
