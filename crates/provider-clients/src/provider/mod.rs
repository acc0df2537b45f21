//! The provider contract: what a vendor folder has to be able to say.
//!
//! Everything here is pure. An adapter opens no socket, reads no clock and logs nothing: time, random bytes and cached
//! sessions are arguments. Errors *before* sending are findings and [`Unbuildable`]; what came *after* is an
//! [`Outcome`]. Nothing here retries.

mod account;
mod callback;
mod files;
mod profile;
mod status;
mod submission;
pub mod transcript;

use std::sync::Arc;

use domain::capability::Limits;
use domain::envelope::{Delivery, SignatureLevel};
use domain::facts::ArtifactOffer;
use domain::finding::Finding;
use domain::ids::RecipientId;
use domain::order::Order;
use domain::outcome::{Class, Doubt, Outcome, Refusal};
use domain::steps::{Step, StepOutput, SubmissionPlan};
use serde_json::Value;

pub use self::account::{
    Abilities, Cancels, Connection, Correction, Corrects, Launch, Pace, PollPace, Rate, Reminds, SeenToBy, Setup,
    Silence, Verified, Verify, WebhookHealth,
};
pub use self::callback::{
    CallbackAbout, CallbackAnswer, CallbackReading, CallbackRequest, Correlation, CorrelationKey, Taken, Told,
};
pub use self::files::{Fetch, FetchHistory, Fetched};
pub use self::profile::{Fault, OperationSpec, OptionSchemas, Profile};
pub use self::status::{StatusPage, StatusRequest};
pub use self::submission::{
    ACCOUNT_ID, AccountFacts, EarlierAttempt, LookUpPage, LookUpState, Moment, Prepared, Session, SubmissionView, Then,
    Unbuildable,
};
use self::transcript::Expectation;
use crate::call::Call;
use crate::reply::Reply;

/// A vendor. One implementation in each vendor folder, one line each in the registry.
pub trait Provider: Send + Sync + 'static {
    /// What the vendor is.
    fn profile(&self) -> &Profile;

    /// An account, from settings and credentials that already satisfy the schemas; defaults are filled in here.
    ///
    /// # Errors
    /// Every fault that the schemas cannot tell, with pointers `/settings/…` and `/credentials/…`.
    fn open(&self, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>, Vec<Fault>>;

    /// The answer to a callback whose token nobody has; `None`: the broker's own 404.
    fn unknown_token_answer(&self) -> Option<CallbackAnswer> {
        None
    }
}

/// An account at a vendor: the pure functions of an adapter, with the account's settings and credentials in them.
///
/// What only some vendors have is defaulted to "this vendor has none".
pub trait Account: Send + Sync {
    /// The account's limits.
    fn limits(&self) -> Limits;

    /// How fast it may be called.
    fn pace(&self) -> Pace;

    /// The pauses between two readings at this moment: those of [`Account::pace`], unless the vendor is known to call back
    /// and readings are dear.
    fn polling(&self, _moment: &Moment<'_>) -> Vec<PollPace> {
        self.pace().polling
    }

    /// How its server is reached.
    fn connection(&self) -> Connection {
        Connection::default()
    }

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

    /// The call of a step, or its result where that is known without one.
    ///
    /// # Errors
    /// [`Unbuildable`]: a session is missing, or a defect.
    fn request(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
    ) -> Result<Prepared, Unbuildable>;

    /// What the answer to [`Account::request`] means.
    fn reply(
        &self,
        step: &Step,
        submission: &SubmissionView<'_>,
        moment: &Moment<'_>,
        reply: &Reply,
    ) -> Outcome<StepOutput>;

    /// The call that asks whether a step in doubt happened; only for steps whose doubt is looked up.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn look_up_request(
        &self,
        step: &Step,
        _submission: &SubmissionView<'_>,
        _moment: &Moment<'_>,
        _state: &LookUpState,
    ) -> Result<Call, Unbuildable> {
        Err(Unbuildable::Defect(format!("The step {} cannot be looked up.", step.id)))
    }

    /// What the answer to [`Account::look_up_request`] means.
    fn look_up_reply(
        &self,
        _step: &Step,
        _submission: &SubmissionView<'_>,
        _state: &LookUpState,
        _reply: &Reply,
    ) -> Outcome<LookUpPage> {
        no_such_call()
    }

    /// The calls that read the state of these submissions, as few as the vendor allows; none where the vendor cannot be
    /// read.
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
    fn fetch_reply(&self, offer: &ArtifactOffer, submission: &SubmissionView<'_>, reply: &Reply) -> Outcome<Fetched>;

    /// Which offer each member of a fetched archive is, by the members' names in order; `None` is ignored.
    fn archive_members(
        &self,
        _offer: &ArtifactOffer,
        _submission: &SubmissionView<'_>,
        names: &[String],
    ) -> Vec<Option<String>> {
        vec![None; names.len()]
    }

    /// A best-effort call after everything of these references was stored, where the vendor wants one.
    fn after_collection(&self, _references: &[&str], _moment: &Moment<'_>) -> Option<Call> {
        None
    }

    /// What a callback is. Called when it comes in, before it is stored, and again when it is applied.
    fn callback(&self, request: &CallbackRequest, moment: &Moment<'_>) -> CallbackReading;

    /// What a callback tells about its submission, whose [`SubmissionView::last`] is what is known already.
    fn told(&self, _request: &CallbackRequest, _submission: &SubmissionView<'_>, _moment: &Moment<'_>) -> Told {
        Told::Read
    }

    /// The answer to a callback.
    fn callback_answer(&self, request: &CallbackRequest, taken: Taken) -> CallbackAnswer;

    /// What has to be arranged at the vendor next so that it calls back; asked when the account is made or changed, and
    /// then every hour.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn setup(&self, _moment: &Moment<'_>) -> Result<Setup, Unbuildable> {
        Ok(Setup::Complete)
    }

    /// What the answer to a call of the set-up means: the facts of the account from now on, whole.
    fn setup_reply(&self, _call: &Call, _moment: &Moment<'_>, _reply: &Reply) -> Outcome<AccountFacts> {
        no_such_call()
    }

    /// How well the vendor's callbacks are arranged; `None` where there is nothing to arrange by calls.
    fn webhook_health(&self, _moment: &Moment<'_>) -> Option<WebhookHealth> {
        None
    }

    /// The call that opens a session; `None` where the vendor has none.
    fn session_request(&self, _moment: &Moment<'_>) -> Option<Call> {
        None
    }

    /// The session in the answer.
    fn session_reply(&self, _moment: &Moment<'_>, _reply: &Reply) -> Outcome<Session> {
        no_such_call()
    }

    /// What it means that a session was refused which had been opened for this very call: the answer is final.
    fn session_refused(&self, call: &Call, reply: &Reply) -> Refusal {
        Refusal {
            class: Class::Authentication,
            code: format!("{}/http_{}", call.endpoint, reply.status),
            message: "The provider opened a session and then refused it.".to_owned(),
            blames: Vec::new(),
            retry_after: reply.retry_after,
        }
    }

    /// How the credentials are checked without a side effect.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn verify_request(&self, moment: &Moment<'_>) -> Result<Verify, Unbuildable>;

    /// What the answer says about the credentials.
    fn verify_reply(&self, _reply: &Reply) -> Outcome<Verified> {
        no_such_call()
    }

    /// The call that corrects a recipient after sending.
    ///
    /// # Errors
    /// [`Unbuildable::Refused`] with findings when the vendor cannot do this correction.
    fn correct_request(
        &self,
        _recipient: RecipientId,
        _correction: &Correction,
        _submission: &SubmissionView<'_>,
        _moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        Err(Unbuildable::Defect("This vendor corrects nobody.".to_owned()))
    }

    /// What the answer to a call of a correction means; `call` tells which one.
    fn correct_reply(
        &self,
        _recipient: RecipientId,
        _submission: &SubmissionView<'_>,
        _call: &Call,
        _moment: &Moment<'_>,
        _reply: &Reply,
    ) -> Outcome<Then> {
        no_such_call()
    }

    /// The call that takes a live submission back, where [`Abilities::cancel`] says that there is one.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn cancel_request(
        &self,
        _submission: &SubmissionView<'_>,
        _reason: Option<&str>,
        _moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        Err(Unbuildable::Defect("This vendor takes nothing back.".to_owned()))
    }

    /// What the answer to a cancellation means; a refusal makes the broker read the submission again.
    fn cancel_reply(&self, _submission: &SubmissionView<'_>, _reply: &Reply) -> Outcome<()> {
        no_such_call()
    }

    /// The call that reminds these recipients, where [`Abilities::remind`] says that there is one.
    ///
    /// # Errors
    /// [`Unbuildable::Refused`] with findings when it would do harm now.
    fn remind_request(
        &self,
        _recipients: &[RecipientId],
        _submission: &SubmissionView<'_>,
        _moment: &Moment<'_>,
    ) -> Result<Call, Unbuildable> {
        Err(Unbuildable::Defect("This vendor reminds nobody.".to_owned()))
    }

    /// What the answer to a call of a reminder means; `call` tells which one.
    fn remind_reply(
        &self,
        _submission: &SubmissionView<'_>,
        _call: &Call,
        _moment: &Moment<'_>,
        _reply: &Reply,
    ) -> Outcome<Then> {
        no_such_call()
    }

    /// What the broker's own page offers this recipient, where [`Abilities::own_page`].
    fn launch(&self, _recipient: RecipientId, _submission: &SubmissionView<'_>, _moment: &Moment<'_>) -> Launch {
        Launch::Exhausted
    }

    /// The call of an operation, for an input that satisfies its schema.
    ///
    /// # Errors
    /// [`Unbuildable`], as for a step.
    fn operation_request(&self, name: &str, _input: &Value, _moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        Err(Unbuildable::Defect(format!("There is no operation {name}.")))
    }

    /// The result of an operation.
    fn operation_reply(&self, _name: &str, _reply: &Reply) -> Outcome<Value> {
        no_such_call()
    }

    /// What the contract assumes about answers, for checking a recorded transcript of a real account.
    fn expectations(&self) -> Vec<Expectation> {
        Vec::new()
    }
}

/// An answer to a call that this vendor does not have.
fn no_such_call<T>() -> Outcome<T> {
    Outcome::Unknown(Doubt::new("This vendor has no such call."))
}
