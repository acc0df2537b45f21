//! Fetching what came back.

use std::time::Duration;

use crate::call::Call;
use crate::reply::StoredFile;

/// What was tried so far to get one artifact.
#[derive(Debug, Clone, Default)]
pub struct FetchHistory {
    /// Direct fetches that did not give the file, for good.
    pub direct_failed: u32,
    /// How often the provider was asked to deliver it again.
    pub asked_again: u32,
    /// The file itself, when a callback or another fetch delivered it.
    pub delivered: Option<StoredFile>,
}

/// How to get an artifact next.
#[derive(Debug, Clone)]
pub enum Fetch {
    /// Fetch it by this call; [`crate::provider::Account::fetch_reply`] reads the answer.
    Direct(Box<Call>),
    /// Take the file that the callback delivered.
    Delivered(StoredFile),
    /// Make this call so that the provider delivers it by callback, then wait.
    AskAgain {
        /// The call; any answer will do.
        call: Box<Call>,
        /// How long to wait for the delivery.
        wait: Duration,
    },
    /// The provider will not give it.
    GiveUp {
        /// A sentence for the attention or the warning.
        reason: String,
    },
}

/// What a direct fetch gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// Files by the key of their offer ([`domain::facts::ArtifactOffer::key`]); the asked one among them, others are kept so
    /// that they need no call of their own.
    Files(Vec<(String, StoredFile)>),
    /// A ZIP archive; [`crate::provider::Account::archive_members`] says which member is which offer.
    Archive(StoredFile),
}
