//! The domain's fixed words as schemas.
//!
//! `domain` knows nothing of OpenAPI, so its enumerations are mirrored here. The conversions list every variant: a word
//! that is added there and forgotten here does not compile.

/// Mirrors a domain enumeration whose words are its variants in snake case.
macro_rules! mirror {
    (
        $(#[$meta:meta])*
        pub enum $name:ident = $domain:ty {
            $( $(#[$variant_meta:meta])* $variant:ident, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value { $( <$domain>::$variant => Self::$variant, )+ }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value { $( $name::$variant => Self::$variant, )+ }
            }
        }
    };
}
pub(crate) use mirror;

/// Shows a domain enumeration that has a table of its words (`WORDS`, `as_str`) as a string schema.
macro_rules! worded {
    ($(#[doc = $doc:literal])+ $name:ident = $domain:ty, example $example:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub $domain);

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <$domain as serde::Deserialize>::deserialize(deserializer).map(Self)
            }
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                Self(value)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!($($doc, "\n"),+).lines().map(str::trim).collect::<Vec<_>>().join(" ")))
                    .enum_values(Some(<$domain>::ALL.iter().map(|word| word.as_str())))
                    .examples([serde_json::Value::from($example)])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use worded;
