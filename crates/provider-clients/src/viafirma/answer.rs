//! What an answer that is not a success means: the vendor's code, else the HTTP status. Bodies are shown only as far as
//! they are the vendor's own words in JSON, without the ids that are bearer secrets. Source: contract section 2.10.

use domain::ids::DocumentId;
use domain::order::Order;
use domain::outcome::{Blame, Class, Outcome};
use serde_json::Value;

use super::ViafirmaAccount;
use super::codes::{Meaning, is_known, meaning};
use super::http::endpoint;
use super::steps::{PREPARE, value};
use super::wire::received::error_at;
use crate::provider::SubmissionView;
use crate::reply::Reply;
use crate::shared::answers::{class_of_status, doubtful, refusal, shown};
use crate::shared::json::parse;

/// What a call was about, for telling where to look after a refusal.
pub(super) enum At<'a> {
    /// The account alone.
    Account,
    /// A document of the envelope.
    Document {
        /// The envelope.
        order: &'a Order,
        /// Which document.
        document: DocumentId,
    },
    /// The step that not every server has.
    Finish,
}

impl ViafirmaAccount {
    /// The refusal in a body that carries a code; `None` when there is no code, or it is a state on the way.
    pub(super) fn coded<T>(
        &self,
        endpoint: &'static str,
        reply: &Reply,
        submission: Option<&SubmissionView<'_>>,
        place: &At<'_>,
    ) -> Option<Outcome<T>> {
        let pointers = &self.settings().add_file.pointers;
        let body = parse(reply.bytes()).filter(Value::is_object)?;
        let (code, message) = error_at(&body, &pointers.error_code, &pointers.error_message)?;
        if reply.status >= 500 && !is_known(self.settings(), &code) {
            return None;
        }
        match meaning(self.settings(), &code) {
            Meaning::Progress => None,
            Meaning::Again(class) => {
                let class = class.as_str();
                Some(doubtful(endpoint, &code, format!("The provider could not do it this time ({class}).")))
            }
            told @ (Meaning::Refused(_)
            | Meaning::FileTooLarge
            | Meaning::SignerCertificate
            | Meaning::SignerCancelled) => {
                let class = told.class();
                let message = shown(&message, self.secrets().into_iter().chain(ids(submission)));
                let blames = blames(class, endpoint, place);
                Some(Outcome::Refused(refusal(endpoint, &code, class, message, blames, reply)))
            }
        }
    }

    /// What a status other than 2xx means when no code says it. A server error leaves open what happened, which is
    /// harmless where beginning anew is: only adding a file may not be tried again in the same operation.
    pub(super) fn failed<T>(
        &self,
        endpoint: &'static str,
        reply: &Reply,
        submission: Option<&SubmissionView<'_>>,
        place: &At<'_>,
    ) -> Outcome<T> {
        if endpoint == endpoint::PREPARE
            && let Some(refused) = self.coded(endpoint, reply, submission, place)
        {
            return refused;
        }
        let code = format!("http_{}", reply.status);
        let reason = format!("HTTP status {} without a verdict of the provider.", reply.status);
        let class = class_of_status(reply.status);
        let repeats_safely = endpoint == endpoint::PREPARE && class == Class::ProviderUnavailable;
        let decided = (400..500).contains(&reply.status) && reply.status != 408;
        if decided || repeats_safely {
            let blames = blames(class, endpoint, place);
            return Outcome::Refused(refusal(endpoint, &code, class, reason, blames, reply));
        }
        doubtful(endpoint, &code, reason)
    }
}

/// The ids of a submission's operations: a message of the vendor may repeat them.
pub(super) fn ids<'a>(submission: Option<&SubmissionView<'a>>) -> Vec<&'a str> {
    let Some(submission) = submission else { return Vec::new() };
    let earlier = submission.earlier.iter().map(|attempt| &attempt.outputs);
    earlier
        .chain(std::iter::once(submission.outputs))
        .filter_map(|outputs| outputs.get(PREPARE))
        .flat_map(|output| [value::OPERATION_ID, value::SESSION_ID].map(|name| output.values.get(name)))
        .flatten()
        .map(String::as_str)
        .collect()
}

/// Every place that a refusal of this class may mean.
pub(super) fn blames(class: Class, endpoint: &'static str, place: &At<'_>) -> Vec<Blame> {
    let document = || match place {
        At::Document { order, document } => {
            let index = order.documents.iter().position(|known| known.id == *document);
            index.map(|index| Blame::envelope(format!("/documents/{index}"))).into_iter().collect()
        }
        At::Account | At::Finish => Vec::new(),
    };
    let credentials = || vec![Blame::account("/credentials/api_key"), Blame::account("/credentials/api_password")];
    match class {
        Class::Authentication => credentials(),
        Class::Permission => match place {
            At::Finish => credentials().into_iter().chain([Blame::account("/settings/finish/path")]).collect(),
            At::Account | At::Document { .. } => vec![Blame::account("/credentials/api_key")],
        },
        Class::InvalidRequest => match place {
            At::Document { .. } => document(),
            At::Account if endpoint == endpoint::PREPARE => {
                // What the account says about how the opening call is written.
                vec![Blame::account("/settings/filter_operator_case"), Blame::account("/settings/session_id_format")]
            }
            At::Account | At::Finish => Vec::new(),
        },
        Class::NotFound => match place {
            At::Account => vec![Blame::account("/settings/service_base_url")],
            At::Document { .. } | At::Finish => Vec::new(),
        },
        Class::InsufficientCredit
        | Class::Conflict
        | Class::RateLimited
        | Class::ProviderUnavailable
        | Class::ProviderError => Vec::new(),
    }
}
