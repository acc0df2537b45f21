//! Whether the account works: its credentials, and whether its public address answers. Source: contract sections 2.6, 2.9.

use std::collections::BTreeMap;

use domain::outcome::{Blame, Class, Outcome};
use serde_json::{Value, json};

use super::ViafirmaAccount;
use super::answer::{At, blames};
use super::http::endpoint;
use super::settings::VerifyWith;
use super::wire::received::SignatureResult;
use crate::call::{Call, Method};
use crate::provider::{Moment, OperationSpec, Unbuildable, Verified};
use crate::reply::Reply;
use crate::shared::answers::{by_status, class_of_status, refusal};
use crate::shared::schema_parts::object;

/// Asks whether the public address answers.
const CHECK_SERVER: &str = "check_server";

/// The vendor's own operations.
pub(super) fn operations() -> Vec<OperationSpec> {
    vec![OperationSpec {
        name: CHECK_SERVER,
        summary: "Asks whether the public address, which the signer's computer uses, answers. Says nothing of the \
                  credentials.",
        changes: false,
        input: object("Nothing", &[], []),
        output: object(
            "Whether the server answers",
            &["answers"],
            [json!({
                "answers": { "type": "boolean", "description": "Whether the provider's script is there.", "examples": [true] },
                "size": { "type": "integer", "minimum": 0, "description": "Its size in bytes.", "examples": [20480] }
            })],
        ),
    }]
}

impl ViafirmaAccount {
    /// The call that checks the credentials: the result of an operation that does not exist, or the health path.
    pub(super) fn verify_call(&self, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        match self.settings().verify_with {
            VerifyWith::Health => self.health_call(),
            VerifyWith::SignatureResult => {
                let random = hex::encode(moment.random);
                let (operation, session) = random.split_at_checked(32).unwrap_or((&random, &random));
                let path = format!("/signatureResult/{operation}?sessionId={session}");
                let mut call = self.service(endpoint::RESULT, Method::Get, &path)?;
                call.secret_url = true;
                Ok(call)
            }
        }
    }

    /// What the answer says. That there is no such operation is what a server with these services says to credentials
    /// that it takes.
    pub(super) fn verified(&self, reply: &Reply) -> Outcome<Verified> {
        match self.settings().verify_with {
            VerifyWith::Health => self.health(reply).map(|size| Verified {
                warnings: vec!["Only that the server answers was checked, and not the credentials.".to_owned()],
                details: BTreeMap::from([("script_size".to_owned(), json!(size))]),
            }),
            VerifyWith::SignatureResult => match SignatureResult::read(reply.bytes()) {
                Some(_) if !matches!(reply.status, 401 | 403) => {
                    Outcome::Done(Verified { warnings: Vec::new(), details: BTreeMap::new() })
                }
                Some(_) | None => self.not_verified(reply),
            },
        }
    }

    fn not_verified(&self, reply: &Reply) -> Outcome<Verified> {
        let (class, code, message) = match reply.status {
            200..=299 | 400 => {
                let message = "The address does not answer as the batch services of Viafirma Platform do.";
                (Class::NotFound, "unreadable".to_owned(), message)
            }
            status => (class_of_status(status), format!("http_{status}"), "The provider refused the check."),
        };
        let blames = blames(class, endpoint::RESULT, &At::Account);
        Outcome::Refused(refusal(endpoint::RESULT, &code, class, message, blames, reply))
    }

    fn health_call(&self) -> Result<Call, Unbuildable> {
        let address = format!("{}{}", self.checked.public_base, self.settings().health.path);
        self.call_at(endpoint::HEALTH, Method::Get, &address)
    }

    /// The size of what the health path gave.
    fn health(&self, reply: &Reply) -> Outcome<usize> {
        let size = reply.bytes().len();
        if !reply.is_success() {
            return by_status(endpoint::HEALTH, false, reply);
        }
        if size == 0 {
            let blames = vec![Blame::account("/settings/health/path"), Blame::account("/settings/public_base_url")];
            let message = "The health path gave nothing.";
            return Outcome::Refused(refusal(endpoint::HEALTH, "empty", Class::ProviderError, message, blames, reply));
        }
        Outcome::Done(size)
    }

    /// The call of an operation.
    pub(super) fn operation_call(&self, name: &str) -> Result<Call, Unbuildable> {
        if name == CHECK_SERVER {
            return self.health_call();
        }
        Err(Unbuildable::Defect(format!("There is no operation {name}.")))
    }

    /// The result of an operation.
    pub(super) fn operation_result(&self, reply: &Reply) -> Outcome<Value> {
        self.health(reply).map(|size| json!({ "answers": true, "size": size }))
    }
}
