//! The routing policy: which provider account carries an envelope out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::capability::Feature;
use crate::checks::asked_features;
use crate::envelope::{Delivery, Notary, SignatureLevel};
use crate::ids::AccountId;
use crate::order::Order;

/// One value or any of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AnyOf<T> {
    /// Exactly this.
    One(T),
    /// Any of these.
    Many(Vec<T>),
}

impl<T: PartialEq> AnyOf<T> {
    /// Whether `value` is one of them.
    pub fn has(&self, value: &T) -> bool {
        match self {
            Self::One(one) => one == value,
            Self::Many(many) => many.contains(value),
        }
    }
}

/// When a rule applies. Every condition that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    /// The envelope's language, by primary subtag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<AnyOf<String>>,
    /// The country of every recipient, told by national id or else by phone prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient_country: Option<AnyOf<String>>,
    /// The highest signature level asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_level: Option<AnyOf<SignatureLevel>>,
    /// A delivery that some recipient asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<AnyOf<Delivery>>,
    /// The notary's part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notary: Option<AnyOf<Notary>>,
    /// The number of documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_count: Option<AnyOf<u32>>,
    /// A feature that the envelope asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<AnyOf<Feature>>,
    /// Metadata values by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, AnyOf<String>>,
}

/// One rule: when it holds, its accounts are tried in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// A name for people and for the plan.
    pub name: String,
    /// When it applies; an empty condition always does.
    #[serde(default)]
    pub when: When,
    /// Accounts, the preferred one first.
    pub accounts: Vec<AccountId>,
}

/// The ordered rules of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoutingPolicy {
    /// The account for envelopes that no rule matches.
    pub default_account: Option<AccountId>,
    /// Rules; the first that matches wins.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// The accounts that may carry an envelope out, and why these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidates {
    /// The rule that matched; `default` or `envelope` (the caller named the account) otherwise.
    pub rule: String,
    /// A sentence that says why.
    pub reason: String,
    /// Accounts, the preferred one first.
    pub accounts: Vec<AccountId>,
}

impl RoutingPolicy {
    /// The accounts to try for `order`; `None` when neither a rule nor a default applies.
    #[must_use]
    pub fn candidates(&self, order: &Order) -> Option<Candidates> {
        if let Some(account) = order.spec.provider_account {
            return Some(Candidates {
                rule: "envelope".to_owned(),
                reason: "The envelope names its provider account.".to_owned(),
                accounts: vec![account],
            });
        }
        let mut passed = Vec::new();
        for rule in &self.rules {
            let failing = rule.when.failing(order);
            if failing.is_empty() {
                let reason = format!("The first rule whose conditions all hold is \"{}\".", rule.name);
                let accounts = rule.accounts.clone();
                return Some(Candidates { rule: rule.name.clone(), reason: with_passed(reason, &passed), accounts });
            }
            passed.push(format!("\"{}\" ({})", rule.name, failing.join(", ")));
        }
        self.default_account.map(|account| Candidates {
            rule: "default".to_owned(),
            reason: with_passed("No rule matches, so the default account applies.".to_owned(), &passed),
            accounts: vec![account],
        })
    }

    /// Every account that the policy names.
    #[must_use]
    pub fn accounts(&self) -> BTreeSet<AccountId> {
        self.default_account.iter().chain(self.rules.iter().flat_map(|rule| &rule.accounts)).copied().collect()
    }
}

impl When {
    /// Whether every condition that is given holds for `order`.
    #[must_use]
    pub fn holds(&self, order: &Order) -> bool {
        self.failing(order).is_empty()
    }

    /// The names of the conditions that do not hold for `order`; empty when the rule applies.
    #[must_use]
    pub fn failing(&self, order: &Order) -> Vec<String> {
        let language = |wanted: &AnyOf<String>| {
            order
                .spec
                .language
                .as_ref()
                .is_some_and(|l| wanted.has(&l.primary().to_owned()) || wanted.has(&l.to_string()))
        };
        let country = |wanted: &AnyOf<String>| {
            !order.recipients.is_empty()
                && order.recipients.iter().all(|r| recipient_country(r).is_some_and(|c| wanted.has(&c)))
        };
        let level = |wanted: &AnyOf<SignatureLevel>| {
            order.recipients.iter().filter_map(|r| r.spec.signature_level).max().is_some_and(|l| wanted.has(&l))
        };
        let delivery =
            |wanted: &AnyOf<Delivery>| order.recipients.iter().filter_map(|r| r.spec.delivery).any(|d| wanted.has(&d));
        let count = u32::try_from(order.documents.len()).unwrap_or(u32::MAX);
        let feature = |wanted: &AnyOf<Feature>| asked_features(order).iter().any(|asked| wanted.has(asked));
        let conditions = [
            ("language", self.language.as_ref().is_none_or(language)),
            ("recipient_country", self.recipient_country.as_ref().is_none_or(country)),
            ("signature_level", self.signature_level.as_ref().is_none_or(level)),
            ("delivery", self.delivery.as_ref().is_none_or(delivery)),
            ("notary", self.notary.as_ref().is_none_or(|n| n.has(&order.spec.notary))),
            ("document_count", self.document_count.as_ref().is_none_or(|n| n.has(&count))),
            ("feature", self.feature.as_ref().is_none_or(feature)),
        ];
        let metadata = self
            .metadata
            .iter()
            .filter(|(key, wanted)| !order.spec.metadata.get(*key).is_some_and(|value| wanted.has(value)));
        let named = conditions.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name.to_owned());
        named.chain(metadata.map(|(key, _)| format!("metadata.{key}"))).collect()
    }
}

/// The reason for a choice, with the rules before it whose conditions do not hold, and which.
fn with_passed(reason: String, passed: &[String]) -> String {
    if passed.is_empty() { reason } else { format!("{reason} These do not apply: {}.", passed.join("; ")) }
}

/// Calling codes of the countries that the providers serve; enough to route by phone where no national id tells.
const CALLING_CODES: [(&str, &str); 4] = [("+34", "ES"), ("+351", "PT"), ("+55", "BR"), ("+56", "CL")];

fn recipient_country(recipient: &crate::envelope::OrderRecipient) -> Option<String> {
    if let Some(country) = recipient.spec.national_id.as_ref().and_then(|id| id.country()) {
        return Some(country.to_string());
    }
    let phone = recipient.spec.phone.as_ref()?.as_str();
    CALLING_CODES.iter().find(|(code, _)| phone.starts_with(code)).map(|(_, country)| (*country).to_owned())
}
