//! The provider contract: what a vendor folder has to be able to say.
//!
//! Everything here is pure. An adapter opens no socket, reads no clock and logs nothing: time, random bytes and cached
//! sessions are arguments. Errors *before* sending are findings and [`Unbuildable`]; what came *after* is an
//! [`Outcome`]. Nothing here retries.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::capability::Limits;
use domain::envelope::{Delivery, SignatureLevel};
use domain::facts::{ArtifactOffer, Reading};
use domain::finding::Finding;
use domain::ids::{DocumentId, RecipientId, SubmissionId};
use domain::order::Order;
use domain::outcome::Outcome;
use domain::protocol::LookedUp;
use domain::steps::{Step, StepOutput, StepOutputs, SubmissionPlan};
use secrecy::SecretString;
use serde_json::Value;

use crate::call::Call;
use crate::reply::{Reply, StoredFile};

/// What a vendor is, before anybody has an account there.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The kind, for example `efirma_go`: `[a-z][a-z0-9_]*`.
    pub kind: &'static str,
    /// The vendor's name for people.
    pub display_name: &'static str,
    /// Country of the vendor, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// What to know about the vendor, in a few sentences.
    pub description: &'static str,
    /// JSON Schema (2020-12) of the account's settings, with defaults, descriptions and examples.
    pub settings_schema: Value,
    /// JSON Schema of the account's credentials.
    pub credentials_schema: Value,
    /// JSON Schemas of `provider_options.<kind>`.
    pub options: OptionSchemas,
    /// The vendor's own operations.
    pub operations: Vec<OperationSpec>,
}

/// JSON Schemas of the options at each place where options may stand.
#[derive(Debug, Clone)]
pub struct OptionSchemas {
    /// On the envelope.
    pub envelope: Value,
    /// On a recipient.
    pub recipient: Value,
    /// On a document.
    pub document: Value,
}

/// An operation of the vendor beside the envelope's life.
#[derive(Debug, Clone)]
pub struct OperationSpec {
    /// Its name in the path, for example `get_signer`.
    pub name: &'static str,
    /// What it gives.
    pub summary: &'static str,
    /// Whether it changes something at the vendor.
    pub changes: bool,
    /// JSON Schema of its input.
    pub input: Value,
    /// JSON Schema of its result.
    pub output: Value,
}

/// A fault in settings, credentials, options or an operation's input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the checked value.
    pub pointer: String,
    /// A stable word, for example `required` or `unknown_field`.
    pub code: String,
    /// A sentence that never holds the rejected value.
    pub detail: String,
}

/// A call that cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unbuildable {
    /// A session is needed first: make [`Account::session_request`].
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
}

/// A submission as far as it got.
#[derive(Debug, Clone, Copy)]
pub struct SubmissionView<'a> {
    /// Its id: the correlation key.
    pub id: SubmissionId,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// What was ordered.
    pub order: &'a Order,
    /// The documents it carries.
    pub documents: &'a [DocumentId],
    /// The recipients it reaches.
    pub recipients: &'a [RecipientId],
    /// The provider's id of the transaction, once known.
    pub reference: Option<&'a str>,
    /// What the steps gave so far.
    pub outputs: &'a StepOutputs,
    /// Files that stand in for the originals: what the submission before this one signed.
    pub signed_before: &'a BTreeMap<DocumentId, StoredFile>,
}

/// How fast and how often an account may be called.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Calls at the same time.
    pub concurrency: u32,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Longest time of any call that must happen once; leases and `not_after` follow from it.
    pub longest_call: Duration,
    /// Pauses between two readings of a submission, by its age: the first entry whose age is not reached applies.
    pub polling: Vec<PollPace>,
}

/// The pause between readings up to an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollPace {
    /// Up to this age of the submission.
    pub until_age: Duration,
    /// The pause.
    pub every: Duration,
}

/// A request that reads the state of submissions.
#[derive(Debug, Clone)]
pub struct StatusRequest {
    /// The submissions it is about.
    pub covers: Vec<SubmissionId>,
    /// The call.
    pub call: Call,
    /// The page that it asks for, for vendors that page.
    pub page: u32,
}

/// What a status answer told.
#[derive(Debug, Clone)]
pub struct StatusPage {
    /// Readings by submission. A submission that is covered but not told of is missing here.
    pub readings: Vec<(SubmissionId, Reading)>,
    /// The request for the next page, where there is one.
    pub next: Option<StatusRequest>,
}

/// A look-up's answer.
#[derive(Debug, Clone)]
pub enum LookUpPage {
    /// The answer is complete.
    Answer(LookedUp),
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

/// What was tried so far to get one artifact.
#[derive(Debug, Clone, Default)]
pub struct FetchHistory {
    /// Direct fetches that did not give the file, for good.
    pub direct_failed: u32,
    /// How often the provider was asked to deliver it again.
    pub asked_again: u32,
    /// The file that a callback delivered, if one did.
    pub delivered: Option<StoredFile>,
}

/// How to get an artifact next.
#[derive(Debug, Clone)]
pub enum Fetch {
    /// Fetch it by this call; [`Account::fetch_reply`] reads the answer.
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

/// An inbound callback: text parts and small bodies in memory, files in the object store.
#[derive(Debug, Clone, Default)]
pub struct CallbackRequest {
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The raw body when it was not a multipart form.
    pub body: bytes::Bytes,
    /// Text fields of a form.
    pub fields: BTreeMap<String, String>,
    /// Files of a form by field name.
    pub files: BTreeMap<String, StoredFile>,
}

/// What a callback is, told without believing it.
#[derive(Debug, Clone)]
pub enum CallbackReading {
    /// It is about this transaction: read it at the provider.
    About {
        /// The provider's id of the transaction.
        reference: String,
        /// The vendor's word in it.
        word: String,
        /// The signed document that it delivered, if any.
        delivered: Option<StoredFile>,
    },
    /// It could not be understood; kept for a person.
    Unreadable {
        /// A sentence without content.
        reason: String,
    },
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

/// A change of a recipient after sending.
#[derive(Debug, Clone, Default)]
pub struct Correction {
    /// New full name.
    pub name: Option<String>,
    /// New given name.
    pub given_name: Option<String>,
    /// New first surname.
    pub family_name: Option<String>,
    /// New second surname.
    pub second_family_name: Option<String>,
    /// New e-mail address.
    pub email: Option<String>,
    /// New phone.
    pub phone: Option<String>,
}

/// What a check of an account's credentials found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What to know beside "the credentials work"; empty when nothing.
    pub warnings: Vec<String>,
    /// Facts that the provider told of the account.
    pub details: BTreeMap<String, Value>,
}

/// A vendor. One implementation in each vendor folder, one line each in the registry.
pub trait Provider: Send + Sync + 'static {
    /// What the vendor is.
    fn profile(&self) -> &Profile;

    /// An account, from settings and credentials that already satisfy the schemas; defaults are filled in here.
    ///
    /// # Errors
    /// Every fault that the schemas cannot tell, with pointers `/settings/…` and `/credentials/…`.
    fn open(&self, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>, Vec<Fault>>;
}

/// An account at a vendor: the pure functions of an adapter, with the account's settings and credentials in them.
pub trait Account: Send + Sync {
    /// The account's limits.
    fn limits(&self) -> Limits;

    /// How fast it may be called.
    fn pace(&self) -> Pace;

    /// What the envelope's `null`s become: the account's lowest level and its first native channel.
    fn defaults(&self) -> (SignatureLevel, Delivery);

    /// URLs of the settings that the broker will call: they must pass the guard against private targets.
    fn outgoing_urls(&self) -> Vec<(String, url::Url)>;

    /// Everything that stands between the order and an honest send: an error for what cannot be honoured, a warning for
    /// text or looks that will be lost, an info (with `emulated`) for what the broker does itself.
    fn check(&self, order: &Order) -> Vec<Finding>;

    /// What the account can do after sending.
    fn abilities(&self) -> Abilities;

    /// The transactions that carry `order` out, for an order without error findings.
    fn submissions(&self, order: &Order) -> Vec<SubmissionPlan>;

    /// The call of a step.
    ///
    /// # Errors
    /// [`Unbuildable`]: a session is missing, or a defect.
    fn request(&self, step: &Step, submission: &SubmissionView<'_>, moment: &Moment<'_>) -> Result<Call, Unbuildable>;

    /// What the answer to [`Account::request`] means.
    fn reply(&self, step: &Step, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<StepOutput>;

    /// The call that asks whether a step in doubt happened.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn look_up_request(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        state: &LookUpState,
    ) -> Result<Call, Unbuildable>;

    /// What the answer to [`Account::look_up_request`] means.
    fn look_up_reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        state: &LookUpState,
        reply: &Reply,
    ) -> Outcome<LookUpPage>;

    /// The calls that read the state of these submissions, as few as the vendor allows.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn status_requests(
        &self,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
    ) -> Result<Vec<StatusRequest>, Unbuildable>;

    /// What the answer to a status request means.
    fn status_reply(
        &self,
        request: &StatusRequest,
        submissions: &[SubmissionView<'_>],
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StatusPage>;

    /// How to get an artifact next, given what was tried.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn fetch(
        &self,
        offer: &ArtifactOffer,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        history: &FetchHistory,
    ) -> Result<Fetch, Unbuildable>;

    /// What the answer to a direct fetch means; `Refused` counts as [`FetchHistory::direct_failed`].
    fn fetch_reply(&self, offer: &ArtifactOffer, reply: &Reply) -> Outcome<StoredFile>;

    /// A best-effort call after everything of these references was stored, where the vendor wants one.
    fn after_collection(&self, references: &[&str], moment: &Moment<'_>) -> Option<Call>;

    /// What a callback says. The broker has stored it already and reads the provider before it believes anything.
    fn callback(&self, request: &CallbackRequest) -> CallbackReading;

    /// The answer to a callback; `stored` tells whether it is durable.
    fn callback_answer(&self, request: &CallbackRequest, stored: bool) -> CallbackAnswer;

    /// The call that opens a session; `None` where the vendor has none.
    fn session_request(&self, moment: &Moment<'_>) -> Option<Call>;

    /// The session in the answer.
    fn session_reply(&self, moment: &Moment<'_>, reply: &Reply) -> Outcome<Session>;

    /// The call that checks the credentials without a side effect.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn verify_request(&self, moment: &Moment<'_>) -> Result<Call, Unbuildable>;

    /// What the answer says about the credentials.
    fn verify_reply(&self, reply: &Reply) -> Outcome<Verified>;

    /// The call that corrects a recipient after sending.
    ///
    /// # Errors
    /// [`Unbuildable::Refused`] with findings when the vendor cannot do this correction.
    fn correct_request(
        &self,
        recipient: RecipientId,
        correction: &Correction,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable>;

    /// What the answer to a correction means.
    fn correct_reply(&self, recipient: RecipientId, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<()>;

    /// The call that takes a live submission back; `None` where the vendor has no such call.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn cancel_request(
        &self,
        submission: &SubmissionView<'_>,
        reason: Option<&str>,
        moment: &Moment<'_>,
    ) -> Result<Option<Call>, Unbuildable>;

    /// What the answer to a cancellation means.
    fn cancel_reply(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<()>;

    /// The call that reminds these recipients; `None` where the vendor has no such call.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn remind_request(
        &self,
        recipients: &[RecipientId],
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Option<Call>, Unbuildable>;

    /// What the answer to a reminder means.
    fn remind_reply(&self, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<()>;

    /// The call of an operation, for an input that satisfies its schema.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn operation_request(&self, name: &str, input: &Value, moment: &Moment<'_>) -> Result<Call, Unbuildable>;

    /// The result of an operation.
    fn operation_reply(&self, name: &str, reply: &Reply) -> Outcome<Value>;
}

/// What a correction of a recipient reaches at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrects {
    /// The provider cannot correct a recipient.
    Nothing,
    /// The recipient of the one transaction: asked for once for each.
    Transaction,
    /// The person in the account's directory, hence in all of their documents: asked for once.
    Directory,
}

/// What an account can do after sending, told before anything is queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Take an envelope back.
    pub cancel: bool,
    /// Remind on demand.
    pub remind: bool,
    /// What a correction of a recipient reaches.
    pub corrects: Corrects,
    /// Call back when something happened.
    pub callbacks: bool,
}
