//! What an account is like: its pace, its connection, what it can do after sending, its set-up at the vendor.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::states::SubmissionState;
use serde_json::Value;

use crate::call::Call;

/// How fast and how often an account may be called.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Calls at the same time.
    pub concurrency: u32,
    /// Longest time of any call that must happen once; leases and `not_after` follow from it.
    pub longest_call: Duration,
    /// Pauses between two readings of a submission, by its age: the first entry whose age is not reached applies. Empty
    /// where the vendor has no call that reads.
    pub polling: Vec<PollPace>,
    /// Most calls in a window of time; counted over all replicas.
    pub rates: Vec<Rate>,
    /// How long the vendor may be silent before a person is told.
    pub silence: Vec<Silence>,
    /// How long an ended submission is still read, where a signature could arrive after all.
    pub watch_after_end: Option<Duration>,
}

/// The pause between readings up to an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollPace {
    /// Up to this age of the submission.
    pub until_age: Duration,
    /// The pause.
    pub every: Duration,
}

/// Most calls in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub calls: u32,
    /// In which time; 30 days stand for a month.
    pub per: Duration,
    /// How many of them are kept for calls that send, cancel or fetch: calls that only read stop earlier.
    pub reserved: u32,
}

/// How long a submission may stay in a state without news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// While it is in one of the states up to this one and not beyond.
    pub up_to: SubmissionState,
    /// From here on a person is told.
    pub longest: Duration,
}

/// How the account's server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Connection {
    /// Time to resolve, connect and agree on TLS.
    pub connect_timeout: Duration,
    /// Certificates (PEM) that are trusted beside those of the operating system.
    pub extra_root_pem: Option<String>,
}

impl Default for Connection {
    /// 10 s, the operating system's trust.
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(10), extra_root_pem: None }
    }
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

/// How an account's credentials are checked without a side effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Verify {
    /// By this call; [`crate::provider::Account::verify_reply`] reads the answer.
    Call(Box<Call>),
    /// Without a call, because the vendor has none that does nothing: this is all that can be said.
    Told(Verified),
}

impl From<Call> for Verify {
    fn from(call: Call) -> Self {
        Self::Call(Box::new(call))
    }
}

/// What has to be arranged at the vendor so that it calls back.
#[derive(Debug, Clone, PartialEq)]
pub enum Setup {
    /// Nothing (any more, for now).
    Complete,
    /// This call; [`crate::provider::Account::setup_reply`] reads the answer, then it is asked again.
    Call(Box<Call>),
}

/// How well the vendor's callbacks are arranged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookHealth {
    /// Whether the vendor is known to call back.
    pub healthy: bool,
    /// A sentence for people.
    pub detail: String,
    /// When it was last confirmed at the vendor.
    pub checked_at: Option<DateTime<Utc>>,
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

/// How a submission is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancels {
    /// It cannot be.
    No,
    /// By a call to the provider.
    ByCall,
    /// By the broker alone, which stops serving what lets a recipient sign.
    Locally,
}

/// Whom a reminder on demand reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminds {
    /// Nobody: there is no such call.
    Nobody,
    /// Everybody who has not acted; single ones cannot be picked.
    Everybody,
    /// Those who are named.
    Named,
}

/// Who sees to something that time brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenToBy {
    /// The provider.
    Provider,
    /// The broker, with what the provider has: deadlines by cancelling, reminders by the call that reminds.
    Broker,
    /// Nobody: asking for it is an error at the check.
    Nobody,
}

/// What an account can do after sending, told before anything is queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Take an envelope back.
    pub cancel: Cancels,
    /// Remind on demand.
    pub remind: Reminds,
    /// What a correction of a recipient reaches.
    pub corrects: Corrects,
    /// Call back when something happened.
    pub callbacks: bool,
    /// Who ends an envelope at its deadline.
    pub expiry: SeenToBy,
    /// Who sends reminders at an interval.
    pub reminders: SeenToBy,
    /// Whether the provider gives a file of evidence of its own.
    pub evidence: bool,
    /// Whether callers can get a link under which a recipient signs.
    pub signing_url: bool,
    /// Whether recipients sign on the broker's own page ([`crate::provider::Account::launch`]).
    pub own_page: bool,
}

/// What the broker's page offers a signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launch {
    /// This link starts the signing. A bearer secret.
    Ready {
        /// The link, possibly of a custom scheme.
        link: String,
    },
    /// What was prepared is used up or too old: a new attempt has to be prepared first.
    Renew,
    /// The signer has used up their tries.
    Exhausted,
}
