//! What the pure functions may read: the moment, the session, the submission as far as it got.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::facts::Reading;
use domain::finding::Finding;
use domain::ids::{DocumentId, RecipientId, SubmissionId};
use domain::order::Order;
use domain::protocol::LookedUp;
use domain::steps::{StepOutput, StepOutputs};
use secrecy::SecretString;

use crate::call::Call;
use crate::reply::StoredFile;

/// A call that cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unbuildable {
    /// A session is needed first: make [`crate::provider::Account::session_request`].
    #[error("a session with the provider is needed first")]
    SessionNeeded,
    /// A step's output is missing, or the step is not one of this adapter: a defect.
    #[error("the call cannot be built: {0}")]
    Defect(String),
    /// The input of an operation, or a correction, is at fault.
    #[error("the input is refused")]
    Refused(Vec<Finding>),
}

/// A token with which later calls prove who calls.
#[derive(Debug, Clone)]
pub struct Session {
    /// The token.
    pub token: SecretString,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// What else the answer told and later calls need.
    pub values: BTreeMap<String, String>,
}

/// What the broker keeps for an account beside its settings, for example the id and the key of a webhook that it registered
/// itself. Stored encrypted, shown to nobody. Written by [`crate::provider::Account::setup_reply`] alone, but for
/// [`ACCOUNT_ID`], which the broker puts in.
pub type AccountFacts = BTreeMap<String, String>;

/// The fact that is the account's own id, for names at the vendor that must be the account's alone.
pub const ACCOUNT_ID: &str = "account_id";

/// What a pure function may know beside its account.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// Random bytes, fresh for every call.
    pub random: [u8; 32],
    /// The cached session, where the vendor has sessions.
    pub session: Option<&'a Session>,
    /// Where the vendor can call back for this account.
    pub callback_url: Option<&'a str>,
    /// What the account's set-up gave.
    pub facts: &'a AccountFacts,
}

/// A submission as far as it got.
#[derive(Debug, Clone, Copy)]
pub struct SubmissionView<'a> {
    /// Its id: the correlation key.
    pub id: SubmissionId,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// When the attempt began.
    pub began_at: DateTime<Utc>,
    /// What was ordered.
    pub order: &'a Order,
    /// The documents it carries.
    pub documents: &'a [DocumentId],
    /// The recipients it reaches.
    pub recipients: &'a [RecipientId],
    /// The provider's id of the transaction, once known.
    pub reference: Option<&'a str>,
    /// What the steps of this attempt gave so far.
    pub outputs: &'a StepOutputs,
    /// What was read last, merged with what earlier readings told.
    pub last: Option<&'a Reading>,
    /// Earlier attempts whose transactions may still end, the oldest first; only for vendors that renew (Viafirma).
    pub earlier: &'a [EarlierAttempt],
    /// Files that stand in for the originals: what the submission before this one signed.
    pub signed_before: &'a BTreeMap<DocumentId, StoredFile>,
}

/// An attempt that was replaced by a later one.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlierAttempt {
    /// Its number.
    pub attempt: u32,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// What its steps gave.
    pub outputs: StepOutputs,
}

/// A step, ready to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub enum Prepared {
    /// By this call; [`crate::provider::Account::reply`] reads the answer.
    Call(Box<Call>),
    /// Its result is known already (from settings, options or an earlier step's answer): no call is made.
    Known(StepOutput),
}

impl From<Call> for Prepared {
    fn from(call: Call) -> Self {
        Self::Call(Box::new(call))
    }
}

/// What follows the answer to a call of an action (correcting, reminding).
#[derive(Debug, Clone, PartialEq)]
pub enum Then {
    /// Nothing: it is done.
    Done,
    /// One more call; its answer is read by the same function.
    Call(Box<Call>),
}

/// A look-up's answer.
#[derive(Debug, Clone)]
pub enum LookUpPage {
    /// The answer is complete.
    Answer(LookedUp),
    /// The answer is complete: each of these may be what the step made. The broker takes away those that belong to other
    /// submissions; one left is adopted, none is "not there", several are a person's to judge.
    Candidates(Vec<StepOutput>),
    /// There is another page; ask for it with what was found so far.
    More(LookUpState),
}

/// How far a look-up got over several pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LookUpState {
    /// The page to ask for; 0 for the first.
    pub page: u32,
    /// References found so far.
    pub found: Vec<String>,
}
