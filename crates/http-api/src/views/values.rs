//! Small values as callers see them: times and identifiers.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A time: RFC 3339, UTC, to the microsecond, with `Z`. Any offset is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub DateTime<Utc>);

impl Timestamp {
    /// The written form.
    #[must_use]
    pub fn text(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Micros, true)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| serde::de::Error::custom("not an RFC 3339 time with an offset"))?;
        Ok(Self(to_micros(at.with_timezone(&Utc))))
    }
}

/// The time without what PostgreSQL would drop, so that an answer equals its own replay.
fn to_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A time: RFC 3339, UTC, to the microsecond. Any offset is read."))
            .examples([Value::from("2026-11-21T09:30:00.000000Z")])
            .into()
    }
}

impl ToSchema for Timestamp {}

/// An identifier in the document: a pattern and an example.
fn id_schema(prefix: &str, what: &str, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$")))
        .description(Some(format!(
            "The identifier of {what}: `{prefix}_` and 26 characters, ordered by time of creation."
        )))
        .examples([Value::from(example)])
        .into()
}

macro_rules! ids {
    ($($name:ident, $what:literal, $example:literal;)+) => {
        $(
            #[doc = concat!("The identifier of ", $what, ".")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct $name(pub domain::ids::$name);

            impl $name {
                /// An identifier for examples.
                pub const EXAMPLE: &'static str = $example;
            }

            impl From<domain::ids::$name> for $name {
                fn from(id: domain::ids::$name) -> Self {
                    Self(id)
                }
            }

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    id_schema(domain::ids::$name::PREFIX, $what, $example)
                }
            }

            impl ToSchema for $name {}
        )+

        #[cfg(test)]
        mod tests {
            #[test]
            fn examples_of_identifiers_are_identifiers() {
                $(assert!(super::$name::EXAMPLE.parse::<domain::ids::$name>().is_ok(), $example);)+
            }
        }
    };
}

ids! {
    TenantId, "a tenant", "tnt_01jd8x3w6hf1pa9yrzm0e5k2qa";
    AccountId, "a provider account", "pac_01jd8x3w6hf1pa9yrzm0e5k2qb";
    EnvelopeId, "an envelope", "env_01jd8x3w6hf1pa9yrzm0e5k2qc";
    RecipientId, "a recipient", "rcp_01jd8x3w6hf1pa9yrzm0e5k2qd";
    DocumentId, "a document", "doc_01jd8x3w6hf1pa9yrzm0e5k2qe";
    SubmissionId, "a submission", "sub_01jd8x3w6hf1pa9yrzm0e5k2qf";
    ArtifactId, "an artifact", "art_01jd8x3w6hf1pa9yrzm0e5k2qg";
    EventId, "an event", "evt_01jd8x3w6hf1pa9yrzm0e5k2qh";
    ApiKeyId, "an API key", "key_01jd8x3w6hf1pa9yrzm0e5k2qj";
    JobId, "a job", "job_01jd8x3w6hf1pa9yrzm0e5k2qk";
    IdentityDocumentId, "an identity document", "idd_01jd8x3w6hf1pa9yrzm0e5k2qm";
}
