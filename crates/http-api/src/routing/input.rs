//! The policy as callers write and read it.

use std::collections::BTreeMap;

use domain::routing::{AnyOf, RoutingPolicy, Rule, When};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::body::{RequestBody, broken_rule, broken_rule_within};
use crate::envelopes::{SHORT, repeated};
use crate::views::enums::{Delivery, Feature, Notary, SignatureLevel};
use crate::views::values::AccountId;

/// The ordered rules of a tenant.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "names_differ", skip_on_field_errors = false))]
pub struct RoutingPolicyBody {
    /// The account for envelopes that no rule matches.
    #[serde(default)]
    pub default_account: Option<AccountId>,
    /// The rules; the first that matches wins.
    #[serde(default)]
    #[schema(max_items = 100)]
    #[validate(nested, length(max = 100))]
    pub rules: Vec<RoutingRuleBody>,
}

impl RequestBody for RoutingPolicyBody {
    const SCHEMA: &'static str = "RoutingPolicyBody";
}

/// One rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RoutingRuleBody {
    /// A name for people and for the plan.
    #[serde(default)]
    #[schema(required = true, example = "chile", min_length = 1, max_length = 255)]
    #[validate(length(min = 1, max = "SHORT"), custom(function = "is_free"))]
    pub name: String,
    /// When it applies; every condition that is given must hold, and an empty one always does.
    #[serde(default)]
    #[validate(nested)]
    pub when: RoutingWhen,
    /// Accounts, the preferred one first.
    #[serde(default)]
    #[schema(required = true, max_items = 20)]
    #[validate(length(max = 20))]
    pub accounts: Vec<AccountId>,
}

/// Conditions of a rule: each is one value, or a list of which any may match.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RoutingWhen {
    /// The envelope's language, whole or by its first part: `es-ES` or `es`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<OneOrMany<String>>,
    /// The country of every recipient (ISO 3166-1 alpha-2), told by national id or else by phone prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    #[validate(custom(function = "are_countries"))]
    pub recipient_country: Option<OneOrMany<String>>,
    /// The highest signature level that the envelope asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub signature_level: Option<OneOrMany<SignatureLevel>>,
    /// A delivery that some recipient asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub delivery: Option<OneOrMany<Delivery>>,
    /// The notary's part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notary: Option<OneOrMany<Notary>>,
    /// The number of documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub document_count: Option<OneOrMany<u32>>,
    /// A feature that the envelope asks for, by its name in the capability matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub feature: Option<OneOrMany<Feature>>,
    /// Metadata values by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, OneOrMany<String>>,
}

/// One value or any of several.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// Exactly this.
    One(T),
    /// Any of these.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn map<U>(self, f: impl FnMut(T) -> U) -> AnyOf<U> {
        let mut f = f;
        match self {
            Self::One(one) => AnyOf::One(f(one)),
            Self::Many(many) => AnyOf::Many(many.into_iter().map(f).collect()),
        }
    }

    fn of<U: Clone>(any: &AnyOf<U>, f: impl Fn(U) -> T) -> Self {
        match any {
            AnyOf::One(one) => Self::One(f(one.clone())),
            AnyOf::Many(many) => Self::Many(many.iter().cloned().map(f).collect()),
        }
    }

    fn values(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl From<RoutingPolicyBody> for RoutingPolicy {
    fn from(body: RoutingPolicyBody) -> Self {
        let rules = body.rules.into_iter().map(|rule| Rule {
            name: rule.name,
            when: rule.when.into(),
            accounts: rule.accounts.into_iter().map(|account| account.0).collect(),
        });
        Self { default_account: body.default_account.map(|account| account.0), rules: rules.collect() }
    }
}

impl From<RoutingWhen> for When {
    fn from(when: RoutingWhen) -> Self {
        Self {
            language: when.language.map(|it| it.map(|language| language)),
            recipient_country: when.recipient_country.map(|it| it.map(|country: String| country.to_uppercase())),
            signature_level: when.signature_level.map(|it| it.map(Into::into)),
            delivery: when.delivery.map(|it| it.map(Into::into)),
            notary: when.notary.map(|it| it.map(Into::into)),
            document_count: when.document_count.map(|it| it.map(|count| count)),
            feature: when.feature.map(|it| it.map(Into::into)),
            metadata: when.metadata.into_iter().map(|(key, values)| (key, values.map(|value| value))).collect(),
        }
    }
}

impl From<&RoutingPolicy> for RoutingPolicyBody {
    fn from(policy: &RoutingPolicy) -> Self {
        let rules = policy.rules.iter().map(|rule| RoutingRuleBody {
            name: rule.name.clone(),
            when: (&rule.when).into(),
            accounts: rule.accounts.iter().copied().map(Into::into).collect(),
        });
        Self { default_account: policy.default_account.map(Into::into), rules: rules.collect() }
    }
}

impl From<&When> for RoutingWhen {
    fn from(when: &When) -> Self {
        let same = |text: String| text;
        Self {
            language: when.language.as_ref().map(|it| OneOrMany::of(it, same)),
            recipient_country: when.recipient_country.as_ref().map(|it| OneOrMany::of(it, same)),
            signature_level: when.signature_level.as_ref().map(|it| OneOrMany::of(it, Into::into)),
            delivery: when.delivery.as_ref().map(|it| OneOrMany::of(it, Into::into)),
            notary: when.notary.as_ref().map(|it| OneOrMany::of(it, Into::into)),
            document_count: when.document_count.as_ref().map(|it| OneOrMany::of(it, |count| count)),
            feature: when.feature.as_ref().map(|it| OneOrMany::of(it, Into::into)),
            metadata: when.metadata.iter().map(|(key, it)| (key.clone(), OneOrMany::of(it, same))).collect(),
        }
    }
}

/// The words that the plan uses for "no rule".
fn is_free(name: &str) -> Result<(), ValidationError> {
    if ["default", "envelope"].contains(&name) {
        return Err(broken_rule("invalid", "default and envelope are taken: the plan uses them for \"no rule\"."));
    }
    Ok(())
}

fn names_differ(policy: &RoutingPolicyBody) -> Result<(), ValidationError> {
    let names: Vec<_> = policy.rules.iter().map(|rule| &rule.name).collect();
    match repeated(&names) {
        Some(index) => {
            let rule = "Another rule has the same name.";
            Err(broken_rule_within(&format!("/rules/{index}/name"), "not_unique", rule))
        }
        None => Ok(()),
    }
}

fn are_countries(countries: &OneOrMany<String>) -> Result<(), ValidationError> {
    if countries.values().iter().any(|country| country.parse::<domain::values::Country>().is_err()) {
        return Err(broken_rule("invalid_country", "It must be an ISO 3166-1 alpha-2 code such as CL."));
    }
    Ok(())
}
