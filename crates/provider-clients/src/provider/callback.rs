//! Inbound callbacks.

use std::collections::BTreeMap;

use domain::facts::Reading;
use domain::ids::SubmissionId;

use crate::reply::StoredFile;

/// An inbound callback: text parts and small bodies in memory, files in the object store.
#[derive(Debug, Clone, Default)]
pub struct CallbackRequest {
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The query of the address, decoded.
    pub query: BTreeMap<String, String>,
    /// The raw body when it was not a multipart form.
    pub body: bytes::Bytes,
    /// Text fields of a form.
    pub fields: BTreeMap<String, String>,
    /// Files of a form by field name.
    pub files: BTreeMap<String, StoredFile>,
}

/// What a callback is, told without believing it.
#[derive(Debug, Clone, PartialEq)]
pub enum CallbackReading {
    /// It is about a transaction.
    About(CallbackAbout),
    /// It is authentic and about nothing that the broker follows, for example a test: nothing is to be done.
    Idle,
    /// Its proof is wrong: it is not stored.
    Forged,
    /// It could not be understood; kept for a person.
    Unreadable {
        /// A sentence without content.
        reason: String,
    },
}

/// Which transaction a callback is about, and what it carries.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackAbout {
    /// The provider's id of the transaction, where it tells one.
    pub reference: Option<String>,
    /// What it repeats of what the broker sent along.
    pub correlation: Option<Correlation>,
    /// The vendor's word in it.
    pub word: String,
    /// The signed document that it delivered, if any.
    pub delivered: Option<StoredFile>,
}

/// What a callback repeats of what the broker sent along: it finds the submission while the provider's id is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlation {
    /// The key.
    pub key: CorrelationKey,
    /// Whether a callback with this key proves that the submission's step in doubt happened, under its reference: the
    /// broker adopts it.
    pub adopts: bool,
    /// Whether a callback with this key and another reference than the adopted one means a second live transaction. If
    /// not, it is about something abandoned that reaches nobody.
    pub doubles: bool,
}

/// How a submission is named by what was sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrelationKey {
    /// By its whole id.
    Submission(SubmissionId),
    /// By the last characters of its id ([`SubmissionId::tail`]).
    Tail(String),
}

/// What a callback tells once its submission is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Nothing that is believed: read the provider.
    Read,
    /// These facts, proved by the callback itself, or the only ones that the vendor ever tells.
    Facts(Box<Reading>),
    /// These facts, and more at the provider: apply them, then read.
    FactsThenRead(Box<Reading>),
    /// Nothing of interest.
    Nothing,
}

/// What became of a callback when it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is on disk.
    Stored,
    /// It could not be stored: the vendor shall try again.
    NotStored,
    /// Its proof is wrong: it was not stored and never will be.
    Forged,
}

/// The answer that the vendor expects to a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// HTTP status.
    pub status: u16,
    /// Content type.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
}
