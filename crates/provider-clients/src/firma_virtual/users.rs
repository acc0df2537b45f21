//! The vendor's users: checking the account's own, and what is told of any. Source: contract sections 3.2 to 3.4.

use std::collections::BTreeMap;

use domain::outcome::Outcome;
use serde_json::{Value, json};

use super::FirmaAccount;
use super::blame::Scope;
use super::endpoint::Endpoint;
use super::wire::received::User;
use crate::call::{Call, Method};
use crate::provider::{Moment, Unbuildable, Verified};
use crate::reply::Reply;

impl FirmaAccount {
    /// Logs in and reads the account's own user; where nobody knows its number, the price catalogue, which proves the login
    /// too.
    pub(super) fn verify_call(&self, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        if moment.session.is_none() {
            return Err(Unbuildable::SessionNeeded);
        }
        match self.owner_id(moment) {
            Some(user) => self.user_call(&user, moment),
            None => self.catalogue_call(moment),
        }
    }

    /// The call that reads a user.
    pub(super) fn user_call(&self, user: &str, moment: &Moment<'_>) -> Result<Call, Unbuildable> {
        self.bare(Endpoint::GetUser, Method::Get, &["api", "v1", "userapp", user], moment)
    }

    /// What the answer says of the account.
    pub(super) fn verified(&self, reply: &Reply) -> Outcome<Verified> {
        if self.accepted(Endpoint::ContractTypes, reply, &Scope::Account).is_ok() {
            let warning =
                "The number of the user is not known, so a lost creation could not be looked up: set `owner_user_id`.";
            return Outcome::Done(Verified { warnings: vec![warning.to_owned()], details: BTreeMap::new() });
        }
        match self.accepted(Endpoint::GetUser, reply, &Scope::Account) {
            Ok(message) => {
                let user = User::read(&message);
                Outcome::Done(Verified { warnings: self.warnings(&user), details: facts(&user).into_iter().collect() })
            }
            Err(failure) => failure.outcome(),
        }
    }

    fn warnings(&self, user: &User) -> Vec<String> {
        let is = |told: &Option<String>, word: &str| told.as_deref().is_some_and(|t| t.eq_ignore_ascii_case(word));
        let disabled = is(&user.status, "DISABLE").then(|| "The provider has the user disabled.".to_owned());
        let owner = self.checked.settings.owner_type.word();
        let differs = (user.user_type.is_some() && !is(&user.user_type, owner))
            .then(|| "The provider has another value for the setting owner_type.".to_owned());
        disabled.into_iter().chain(differs).collect()
    }
}

/// A user in neutral words; the password's hash is not among them.
pub(super) fn facts(user: &User) -> serde_json::Map<String, Value> {
    let numbers = [("user_id", user.id), ("profile_id", user.profile_id)];
    let texts = [
        ("rut", &user.rut),
        ("email", &user.email),
        ("phone", &user.phone),
        ("given_name", &user.first_name),
        ("family_name", &user.last_name),
        ("login", &user.login),
        ("status", &user.status),
        ("comments", &user.comments),
        ("user_type", &user.user_type),
    ];
    numbers
        .into_iter()
        .filter_map(|(name, told)| Some((name.to_owned(), json!(told?))))
        .chain(texts.into_iter().filter_map(|(name, told)| Some((name.to_owned(), json!(told.as_ref()?)))))
        .collect()
}
