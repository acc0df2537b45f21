//! The history of an envelope: what an event says. Numbering and chaining happen where events are stored.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

macro_rules! event_kinds {
    ($($(#[doc = $doc:literal])* $variant:ident => $word:literal,)+) => {
        /// What happened. The word is the event's `type` in the API and in webhooks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $($(#[doc = $doc])* #[serde(rename = $word)] $variant,)+
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for the wire and the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The kind with this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

event_kinds! {
    /// A draft was created.
    EnvelopeCreated => "envelope.created",
    /// A draft's rules were changed.
    EnvelopeUpdated => "envelope.updated",
    /// A draft was deleted.
    EnvelopeDeleted => "envelope.deleted",
    /// The envelope was accepted for sending.
    EnvelopeSubmitting => "envelope.submitting",
    /// The provider has it; recipients cannot act yet.
    EnvelopeSubmitted => "envelope.submitted",
    /// Recipients can act.
    EnvelopeSent => "envelope.sent",
    /// A signer or approver has acted.
    EnvelopeInProgress => "envelope.in_progress",
    /// All have acted; documents are being fetched and examined.
    EnvelopeFinalizing => "envelope.finalizing",
    /// Done: signed documents are stored.
    EnvelopeCompleted => "envelope.completed",
    /// A recipient refused.
    EnvelopeDeclined => "envelope.declined",
    /// The provider or a notary refused.
    EnvelopeRejected => "envelope.rejected",
    /// Nobody can sign any more.
    EnvelopeExpired => "envelope.expired",
    /// Taken back.
    EnvelopeCanceled => "envelope.canceled",
    /// Could not be submitted or brought to an end.
    EnvelopeFailed => "envelope.failed",
    /// Somebody asked to take it back.
    EnvelopeCancelRequested => "envelope.cancel_requested",
    /// It could not be taken back.
    EnvelopeCancelRefused => "envelope.cancel_refused",
    /// A person is needed.
    EnvelopeAttention => "envelope.attention",
    /// A person is not needed any more.
    EnvelopeAttentionCleared => "envelope.attention_cleared",
    /// A person answered an attention.
    EnvelopeResolved => "envelope.resolved",
    /// A fact that contradicts the end state arrived.
    EnvelopeLateResult => "envelope.late_result",
    /// A recipient was added to a draft.
    RecipientAdded => "recipient.added",
    /// A recipient of a draft was changed.
    RecipientUpdated => "recipient.updated",
    /// A recipient was removed from a draft.
    RecipientRemoved => "recipient.removed",
    /// A recipient can act.
    RecipientSent => "recipient.sent",
    /// A recipient opened it.
    RecipientViewed => "recipient.viewed",
    /// A recipient has done their part.
    RecipientCompleted => "recipient.completed",
    /// A recipient refused.
    RecipientDeclined => "recipient.declined",
    /// A recipient's stage was complete without them.
    RecipientSkipped => "recipient.skipped",
    /// A recipient could not be reached.
    RecipientFailed => "recipient.failed",
    /// A recipient was corrected after sending.
    RecipientCorrected => "recipient.corrected",
    /// A document was added to a draft.
    DocumentAdded => "document.added",
    /// A document of a draft was renamed or moved.
    DocumentUpdated => "document.updated",
    /// A document was removed from a draft.
    DocumentRemoved => "document.removed",
    /// A document's bytes were erased.
    DocumentPurged => "document.purged",
    /// A file came back and was stored.
    ArtifactStored => "artifact.stored",
    /// A reminder was sent.
    ReminderSent => "reminder.sent",
}

/// An event before it is numbered and chained. Personal data is referenced by id, never inside `data`.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDraft {
    /// What happened.
    pub kind: EventKind,
    /// When it happened at the provider, where it tells; otherwise the time of recording is taken.
    pub occurred_at: Option<DateTime<Utc>>,
    /// Facts: ids, states, codes, digests.
    pub data: Map<String, Value>,
}

impl EventDraft {
    /// An event without facts.
    #[must_use]
    pub fn new(kind: EventKind) -> Self {
        Self { kind, occurred_at: None, data: Map::new() }
    }

    /// The same event with a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), value.into());
        self
    }

    /// The same event, said to have happened at `at` where that is known.
    #[must_use]
    pub fn at(mut self, at: Option<DateTime<Utc>>) -> Self {
        self.occurred_at = at;
        self
    }
}

/// Who caused an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Actor {
    /// A caller with an API key.
    ApiKey {
        /// The key's id.
        id: String,
    },
    /// A caller with a token of an identity provider.
    Token {
        /// The subject.
        subject: String,
    },
    /// The broker itself.
    Broker,
    /// The provider told it.
    Provider {
        /// The provider's kind.
        kind: String,
    },
}
