//! What the vendor holds: applications and operations.

use std::collections::HashMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use super::certificate::Certificate;
use super::codes::Code;
use super::config::{Application, Variants, ViafirmaConfig};
use super::filter::Filters;
use super::policy::Policy;
use crate::clock::later;
use crate::pdf_facts::PageSize;
use crate::transactions::ActError;

/// How an operation was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Opened, filled file by file and closed. Source: contract sections 2.1 to 2.3.
    Batch,
    /// Opened with all its files. Source: contract section 2.7.
    Direct,
    /// No files: a person logs in with a certificate. Source: contract section 2.9.
    Authentication,
}

/// Where an operation stands. The vendor has no words for it (contract section 3); these are the simulator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationState {
    /// Files or the closing call are missing.
    Preparing,
    /// The signer can start it.
    Ready,
    /// The signature is just being made.
    Signing,
    /// All files are signed.
    Signed,
    /// The signer signed, but some files failed.
    PartiallySigned,
    /// The signer cancelled.
    Cancelled,
    /// It failed before anything was signed.
    Failed,
    /// The vendor forgot it before it ended.
    Expired,
}

impl OperationState {
    /// The word of the control API.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Ready => "ready",
            Self::Signing => "signing",
            Self::Signed => "signed",
            Self::PartiallySigned => "partially_signed",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// What the pages say.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Preparing => "en preparación",
            Self::Ready => "pendiente de firma",
            Self::Signing => "firmando",
            Self::Signed => "firmada",
            Self::PartiallySigned => "firmada en parte",
            Self::Cancelled => "cancelada",
            Self::Failed => "con error",
            Self::Expired => "caducada",
        }
    }
}

/// A signature in a file.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) id: String,
    pub(super) signed: Bytes,
    pub(super) receipt: Bytes,
}

/// A file of an operation.
#[derive(Clone, Debug)]
pub(super) struct OperationFile {
    /// None in the direct flow.
    pub(super) source_id: Option<String>,
    /// None in the direct flow.
    pub(super) document_id: Option<String>,
    pub(super) filename: String,
    pub(super) original: Bytes,
    pub(super) size: u64,
    pub(super) sha256: String,
    pub(super) policy: Policy,
    /// Empty where nobody looked inside.
    pub(super) pages: Vec<PageSize>,
    pub(super) signature: Option<Signature>,
    pub(super) error: Option<Code>,
}

/// How an operation ended.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// The signer chose a certificate; each file tells whether it was signed.
    Signed(Certificate),
    /// The signer cancelled.
    Cancelled,
    /// The program or the server failed.
    Failed(Code),
}

/// The end of an operation.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) at: DateTime<Utc>,
    pub(super) end: End,
}

/// What a caller asks one person to sign.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) application: String,
    pub(super) flow: Flow,
    pub(super) session_id: String,
    /// How many files there will be.
    pub(super) file_count: usize,
    pub(super) auto_send: bool,
    pub(super) locale: String,
    pub(super) filters: Filters,
    pub(super) files: Vec<OperationFile>,
    /// No more files are taken.
    pub(super) closed: bool,
    /// The preparation is complete: the signer's program can start it.
    pub(super) ready: bool,
    /// The signature is just being made.
    pub(super) signing: bool,
    pub(super) outcome: Option<Outcome>,
    /// Removed at the vendor: nothing knows it any more but the sandbox's own views.
    pub(super) removed: bool,
    pub(super) created_at: DateTime<Utc>,
    pub(super) visible_from: DateTime<Utc>,
}

impl Operation {
    /// Whom the operation is for: the first identity number of the filter; empty without one.
    pub(super) fn contact(&self) -> &str {
        self.filters.number.as_ref().map_or("", |filter| filter.first())
    }

    /// Whether the vendor has forgotten it.
    pub(super) fn is_gone(&self, now: DateTime<Utc>, variants: &Variants) -> bool {
        let lifetime =
            variants.operation_ttl_s.and_then(|seconds| TimeDelta::try_seconds(i64::try_from(seconds).ok()?));
        let too_old = lifetime.is_some_and(|lifetime| self.outcome.is_none() && now > later(self.created_at, lifetime));
        self.removed || too_old
    }

    /// Whether reading calls find it.
    pub(super) fn is_visible(&self, now: DateTime<Utc>, variants: &Variants) -> bool {
        !self.is_gone(now, variants) && self.visible_from <= now
    }

    /// Whether its result can be read.
    pub(super) fn has_result(&self, now: DateTime<Utc>, variants: &Variants) -> bool {
        let lag =
            TimeDelta::try_seconds(i64::try_from(variants.result_lag_s).unwrap_or(i64::MAX)).unwrap_or(TimeDelta::MAX);
        self.is_visible(now, variants) && self.outcome.as_ref().is_some_and(|outcome| later(outcome.at, lag) <= now)
    }

    /// Whether the signer can act now.
    pub(super) fn may_act(&self, now: DateTime<Utc>, variants: &Variants) -> Result<(), ActError> {
        if self.outcome.is_some() {
            Err(ActError::AlreadyActed)
        } else if self.is_gone(now, variants) || self.signing || !self.ready {
            Err(ActError::NotInProcess)
        } else {
            Ok(())
        }
    }

    /// Where it stands.
    pub(super) fn state(&self, now: DateTime<Utc>, variants: &Variants) -> OperationState {
        let all_signed = self.files.iter().all(|file| file.signature.is_some());
        match &self.outcome {
            Some(Outcome { end: End::Signed(_), .. }) if all_signed => OperationState::Signed,
            Some(Outcome { end: End::Signed(_), .. }) => OperationState::PartiallySigned,
            Some(Outcome { end: End::Cancelled, .. }) => OperationState::Cancelled,
            Some(Outcome { end: End::Failed(_), .. }) => OperationState::Failed,
            None if self.is_gone(now, variants) => OperationState::Expired,
            None if self.signing => OperationState::Signing,
            None if self.ready => OperationState::Ready,
            None => OperationState::Preparing,
        }
    }

    /// Whether it reached the signer or still can: complete, and neither forgotten nor failed before anything was signed.
    pub(super) fn is_live(&self, now: DateTime<Utc>, variants: &Variants) -> bool {
        match &self.outcome {
            Some(Outcome { end: End::Signed(_) | End::Cancelled, .. }) => true,
            Some(Outcome { end: End::Failed(_), .. }) => false,
            None => self.ready && !self.is_gone(now, variants),
        }
    }
}

/// Everything the simulated vendor knows.
pub(crate) struct State {
    rng: StdRng,
    pub(super) applications: Vec<Application>,
    pub(super) variants: Variants,
    operations: Vec<Operation>,
    by_id: HashMap<String, usize>,
    by_signature: HashMap<String, (usize, usize)>,
}

impl State {
    pub(super) fn new(seed: Option<u64>, config: &ViafirmaConfig) -> Self {
        Self {
            rng: seed.map_or_else(|| StdRng::from_rng(&mut rand::rng()), StdRng::seed_from_u64),
            applications: config.applications.clone(),
            variants: config.variants.clone(),
            operations: Vec::new(),
            by_id: HashMap::new(),
            by_signature: HashMap::new(),
        }
    }

    /// All operations, oldest first.
    pub(super) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// An operation, whether the vendor still knows it or not.
    pub(super) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.get(*self.by_id.get(id)?)
    }

    /// The same, to be changed.
    pub(super) fn operation_mut(&mut self, id: &str) -> Option<&mut Operation> {
        self.operations.get_mut(*self.by_id.get(id)?)
    }

    /// An operation of that application that reading calls find.
    pub(super) fn visible_to(&self, application: &str, id: &str, now: DateTime<Utc>) -> Option<&Operation> {
        self.operation(id).filter(|found| found.application == application && found.is_visible(now, &self.variants))
    }

    /// The signed file with that signature.
    pub(super) fn signed_file(&self, signature_id: &str) -> Option<(&Operation, &OperationFile, &Signature)> {
        let (operation, file) = self.by_signature.get(signature_id)?;
        let operation = self.operations.get(*operation)?;
        let file = operation.files.get(*file)?;
        Some((operation, file, file.signature.as_ref()?))
    }

    /// Files an operation under its id.
    pub(super) fn insert(&mut self, operation: Operation) {
        self.by_id.insert(operation.id.clone(), self.operations.len());
        self.operations.push(operation);
    }

    /// Makes the signatures of an operation's files known to the downloads.
    pub(super) fn publish(&mut self, id: &str) {
        let Some(key) = self.by_id.get(id).copied() else {
            return;
        };
        let files = self.operations.get(key).map_or(&[][..], |operation| &operation.files);
        let places = files.iter().enumerate().filter_map(|(place, file)| {
            let signature = file.signature.as_ref()?;
            Some((signature.id.clone(), (key, place)))
        });
        self.by_signature.extend(places);
    }

    /// A new `operationId` or `documentId`: milliseconds since the epoch and eight letters or digits. Source: contract section 2.1.
    pub(super) fn new_id(&mut self, now: DateTime<Utc>) -> String {
        format!("{:013}{}", now.timestamp_millis(), self.random_text(8))
    }

    /// A new `signatureId`. Source: contract section 2.6.
    pub(super) fn new_signature_id(&mut self) -> String {
        loop {
            let id = format!("VIAF-{}-{}-{}", self.random_text(4), self.random_text(4), self.random_text(4));
            if !self.by_signature.contains_key(&id) {
                return id;
            }
        }
    }

    fn random_text(&mut self, length: usize) -> String {
        const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        (0..length).filter_map(|_| ALPHABET.chars().nth(self.rng.random_range(0..ALPHABET.len()))).collect()
    }
}
