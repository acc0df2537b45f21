//! Filters over the signer's certificates. Source: contract section 2.1; different filters are combined with AND (assumption V7).

use serde::Serialize;
use serde_json::{Map, Value};

use super::codes::{Refusal, parameter};
use super::config::OperatorCase;

/// How a filter compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Operator {
    Equals,
    Contains,
    StartsWith,
    EndsWith,
}

/// One filter: a property passes when it compares with one of the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Filter {
    operator: Operator,
    values: Vec<String>,
}

impl Filter {
    /// The first value: what the certificate is made to fit that a willing signer uses.
    pub(super) fn first(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    /// The values as sent.
    pub(super) fn values(&self) -> &[String] {
        &self.values
    }

    /// Whether a property passes; letter case does not matter.
    pub(super) fn passes(&self, property: &str) -> bool {
        let property = property.to_uppercase();
        self.values.iter().any(|value| {
            let value = value.to_uppercase();
            match self.operator {
                Operator::Equals => property == value,
                Operator::Contains => property.contains(&value),
                Operator::StartsWith => property.starts_with(&value),
                Operator::EndsWith => property.ends_with(&value),
            }
        })
    }
}

/// The three filters of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Filters {
    /// Over every property of the certificate.
    pub(super) certificate: Option<Filter>,
    /// Over the properties of its issuer.
    pub(super) ca: Option<Filter>,
    /// Over the holder's identity number.
    pub(super) number: Option<Filter>,
}

impl Filters {
    /// The filters of a request.
    ///
    /// # Errors
    /// A [`Refusal`] of the first filter that is not one.
    pub(super) fn read(sent: &Map<String, Value>, case: OperatorCase) -> Result<Self, Refusal> {
        Ok(Self {
            certificate: filter(sent.get("certFilter"), case)?,
            ca: filter(sent.get("caFilter"), case)?,
            number: filter(sent.get("numberUserIdFilter"), case)?,
        })
    }
}

const NO_FILTER: Refusal = parameter("El filtro no es un objeto con operator y filterValues.");
const BAD_OPERATOR: Refusal = parameter("El operador del filtro no es válido.");
const NO_VALUES: Refusal = parameter("El filtro necesita al menos un valor de texto en filterValues.");

fn filter(sent: Option<&Value>, case: OperatorCase) -> Result<Option<Filter>, Refusal> {
    let Some(sent) = sent.filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let sent = sent.as_object().ok_or(NO_FILTER)?;
    let word = sent.get("operator").and_then(Value::as_str).ok_or(NO_FILTER)?;
    let operator = operator(word, case).ok_or(BAD_OPERATOR)?;
    let values = sent.get("filterValues").and_then(Value::as_array).ok_or(NO_VALUES)?;
    let values: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    match values {
        Some(values) if !values.is_empty() => Ok(Some(Filter { operator, values })),
        Some(_) | None => Err(NO_VALUES),
    }
}

fn operator(word: &str, case: OperatorCase) -> Option<Operator> {
    let upper = [
        ("EQUALS", Operator::Equals),
        ("CONTAINS", Operator::Contains),
        ("STARTS_WITH", Operator::StartsWith),
        ("ENDS_WITH", Operator::EndsWith),
    ];
    let (_, operator) = upper.into_iter().find(|(name, _)| {
        let is_upper = word == *name;
        let is_lower = word == name.to_lowercase();
        match case {
            OperatorCase::Any => is_upper || is_lower,
            OperatorCase::Upper => is_upper,
            OperatorCase::Lower => is_lower,
        }
    })?;
    Some(operator)
}
