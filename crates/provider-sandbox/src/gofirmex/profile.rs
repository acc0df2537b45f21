//! What the simulated service calls things: paths, claims, pointers and words, as far as an account's profile can change them.
//!
//! The vendor's reference is private, so clients keep these in their settings; the simulator serves whatever profile it is given, and a client
//! with the same one must get along with it. Source: contract section 11.1.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calls::{Calls, Endpoint};
use super::state::Stage;

const DEFAULTS: &str = include_str!("../../assets/gofirmex-profile.json");

/// Paths, claims, pointers and words of the service. Source: contract section 11.1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub(super) calls: Calls,
    pub(super) jwt: Jwt,
    pub(super) notification_codes: NotificationCodes,
    /// Level → kind of notary → the word of a document's `signature`.
    pub(super) signature_codes: BTreeMap<String, BTreeMap<String, Option<String>>>,
    pub(super) identity_documents_required_for: Vec<String>,
    pub(super) required_identity_kinds: Vec<String>,
    pub(super) response: Response,
    pub(super) callback: CallbackPointers,
    /// The vendor's word for a state → the neutral one. In order.
    status_map: Map<String, Value>,
    pub(super) limits: Limits,
}

/// Why a profile cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// A member is missing or has another shape than in the defaults.
    #[error("the profile does not have the shape of the defaults: {0}")]
    Shape(#[from] serde_json::Error),
    /// A path or method cannot be served.
    #[error("a call of the profile has a path without a leading slash or an unknown method")]
    Call,
    /// A list of pointers is empty, or a pointer does not begin with a slash.
    #[error("a pointer of the profile is missing or does not begin with a slash")]
    Pointer,
    /// Only RSA signatures are verified.
    #[error("the profile's JWT algorithm is none of RS256, RS384 and RS512")]
    Algorithm,
}

impl Default for Profile {
    /// The contract's defaults: the optional calls are off.
    fn default() -> Self {
        static PARSED: OnceLock<Arc<Profile>> = OnceLock::new();
        #[expect(clippy::expect_used, reason = "the text is part of the program and a test reads it")]
        let parsed =
            PARSED.get_or_init(|| Arc::new(serde_json::from_str(DEFAULTS).expect("the defaults are a profile")));
        Self::clone(parsed)
    }
}

impl Profile {
    /// The defaults with these members on top (JSON Merge Patch, RFC 7396), as an account's setting `profile` has them. Members that only
    /// concern clients are ignored.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn merged(overlay: &Value) -> Result<Self, ProfileError> {
        let mut merged: Value = serde_json::from_str(DEFAULTS)?;
        merge(&mut merged, overlay);
        let profile: Self = serde_json::from_value(merged)?;
        profile.check()?;
        Ok(profile)
    }

    /// The defaults with all optional calls switched on, under the paths that contract section 3 assumes.
    pub fn with_optional_calls() -> Self {
        let call = |method: &str, path: &str| Some(Endpoint { method: method.to_owned(), path: path.to_owned() });
        let mut profile = Self::default();
        profile.calls.get_portfolio = call("GET", "/portfolio/{portfolio_id}");
        profile.calls.find_portfolio = call("GET", "/portfolio");
        profile.calls.cancel_portfolio = call("POST", "/cancel_portfolio");
        profile.calls.resend = call("POST", "/resend_notification");
        profile
    }

    fn check(&self) -> Result<(), ProfileError> {
        if self.calls.all().any(|(_, endpoint)| !endpoint.is_servable()) {
            return Err(ProfileError::Call);
        }
        if self.pointers().any(|pointers| pointers.is_empty() || pointers.iter().any(|each| !each.starts_with('/'))) {
            return Err(ProfileError::Pointer);
        }
        if super::jwt::verification(&self.jwt.algorithm).is_none() {
            return Err(ProfileError::Algorithm);
        }
        Ok(())
    }

    fn pointers(&self) -> impl Iterator<Item = &Vec<String>> {
        let (answers, callback) = (&self.response, &self.callback);
        [
            &answers.success,
            &answers.portfolio_id,
            &answers.document_id,
            &answers.message,
            &answers.detail,
            &answers.code,
        ]
        .into_iter()
        .chain([&callback.event, &callback.portfolio_id, &callback.client_portfolio_id, &callback.status])
        .chain([&callback.signers, &callback.signer_nin, &callback.signer_sign_url, &callback.signed_by])
        .chain([&callback.document_id, &callback.client_document_id, &callback.download_url, &callback.documents])
        .chain([&callback.document_download_url, &callback.message, &callback.detail])
    }

    /// The vendor's word for a stage. A word that is not the default one is found by the neutral state that the profile gives it.
    pub(super) fn word(&self, stage: Stage) -> String {
        let usual = stage.word();
        let Some(neutral) = stage.neutral() else {
            return usual.to_owned();
        };
        if self.status_map.contains_key(usual) {
            return usual.to_owned();
        }
        let mut own = self.status_map.iter().filter(|(word, meaning)| {
            meaning.as_str() == Some(neutral) && !Stage::ALL.iter().any(|known| known.word() == word.as_str())
        });
        // Two stages are `finalizing` to clients: the notary comes before the end.
        let found = if stage == Stage::Completed { own.next_back() } else { own.next() };
        found.map_or_else(|| usual.to_owned(), |(word, _)| word.clone())
    }

    /// Whether a document may have this word as its `signature`.
    pub(super) fn allows_signature(&self, word: &str) -> bool {
        self.kinds_of(word).next().is_some()
    }

    /// Whether a notary takes part in a signature of this word.
    pub(super) fn is_notarial(&self, word: &str) -> bool {
        self.kinds_of(word).any(|kind| kind != "none")
    }

    /// Whether every signer's identity documents are needed for this word.
    pub(super) fn needs_identity(&self, word: &str) -> bool {
        self.kinds_of(word).any(|kind| self.identity_documents_required_for.iter().any(|wanted| wanted == kind))
    }

    fn kinds_of<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a str> {
        let kinds = self.signature_codes.values().flatten();
        kinds.filter(move |(_, code)| code.as_deref() == Some(word)).map(|(kind, _)| kind.as_str())
    }
}

/// JSON Merge Patch. Source: RFC 7396, section 2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(members) = target {
        for (name, value) in patch {
            if value.is_null() {
                members.shift_remove(name);
            } else {
                merge(members.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

/// How a caller proves itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Jwt {
    pub(super) algorithm: String,
    pub(super) header: String,
    pub(super) prefix: String,
    /// Claim → what clients put there.
    claims: BTreeMap<String, String>,
}

impl Jwt {
    /// The claim that holds the issuer.
    pub(super) fn issuer_claim(&self) -> &str {
        self.claim("{settings.issuer}").unwrap_or("iss")
    }

    /// The claim that holds the user.
    pub(super) fn user_claim(&self) -> &str {
        self.claim("{settings.user}").unwrap_or("user")
    }

    fn claim(&self, template: &str) -> Option<&str> {
        let mut claims = self.claims.iter();
        claims.find(|(_, source)| source.as_str() == template).map(|(claim, _)| claim.as_str())
    }
}

/// Who tells a signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NotificationCodes {
    pub(super) email: String,
    pub(super) none: String,
}

/// Where answers have their members; the first pointer of each list is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Response {
    pub(super) success: Vec<String>,
    pub(super) portfolio_id: Vec<String>,
    pub(super) document_id: Vec<String>,
    pub(super) message: Vec<String>,
    pub(super) detail: Vec<String>,
    pub(super) code: Vec<String>,
}

/// Where callbacks have their members; the first pointer of each list is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CallbackPointers {
    pub(super) event: Vec<String>,
    pub(super) event_names: EventNames,
    pub(super) portfolio_id: Vec<String>,
    pub(super) client_portfolio_id: Vec<String>,
    pub(super) status: Vec<String>,
    pub(super) signers: Vec<String>,
    pub(super) signer_nin: Vec<String>,
    pub(super) signer_sign_url: Vec<String>,
    pub(super) signed_by: Vec<String>,
    pub(super) document_id: Vec<String>,
    pub(super) client_document_id: Vec<String>,
    pub(super) download_url: Vec<String>,
    pub(super) documents: Vec<String>,
    pub(super) document_download_url: Vec<String>,
    pub(super) message: Vec<String>,
    pub(super) detail: Vec<String>,
}

/// The words for what a callback tells; the first of each list is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EventNames {
    pub(super) portfolio_accepted: Vec<String>,
    pub(super) document_signed: Vec<String>,
    pub(super) portfolio_completed: Vec<String>,
    pub(super) portfolio_rejected: Vec<String>,
}

/// Sizes and counts that the service takes. Source: contract assumption G8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Limits {
    pub(super) max_document_bytes: usize,
    pub(super) max_identity_bytes: usize,
    pub(super) max_documents: usize,
    pub(super) max_recipients: usize,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_defaults_can_be_served_and_know_their_words() {
        let profile = Profile::default();
        profile.check().unwrap();
        for stage in Stage::ALL {
            assert_eq!(profile.word(stage), stage.word());
        }
        assert!(profile.is_notarial("FES_NOTARY_VALIDATED") && !profile.is_notarial("FEA"));
        assert!(profile.allows_signature("FEA + Notary") && !profile.allows_signature("full"));
    }

    #[test]
    fn other_words_are_found_by_their_meaning() {
        let words = json!({ "status_map": {
            "IN_NOTARY": null, "COMPLETED": null, "ACCEPTED": null, "LISTO": "sent", "NOTARIA": "finalizing", "FIN": "finalizing",
        } });
        let profile = Profile::merged(&words).unwrap();
        let words =
            [Stage::Accepted, Stage::InNotary, Stage::Completed, Stage::RejectedByClient].map(|s| profile.word(s));
        assert_eq!(words, ["LISTO", "NOTARIA", "FIN", "REJECTED_BY_CLIENT"]);
    }

    #[test]
    fn what_cannot_be_served_is_refused() {
        for overlay in [
            json!({ "calls": { "start": null } }),
            json!({ "calls": { "start": { "path": "start" } } }),
            json!({ "response": { "success": [] } }),
            json!({ "jwt": { "algorithm": "HS256" } }),
        ] {
            assert!(Profile::merged(&overlay).is_err(), "{overlay}");
        }
    }
}
