//! `provider_options`: what only one provider knows. The schemas of each kind are merged in by [`crate::openapi`].

use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! options {
    ($($(#[doc = $doc:literal])+ $name:ident, $example:expr;)+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug)]
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let description = concat!($($doc, "\n"),+).lines().map(str::trim).collect::<Vec<_>>().join(" ");
                    ObjectBuilder::new()
                        .schema_type(Type::Object)
                        .description(Some(description))
                        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
                        .examples([example($example)])
                        .into()
                }
            }

            impl ToSchema for $name {}
        )+
    };
}

options! {
    /// Options of providers for an envelope, by kind. Only those of the routed provider apply.
    EnvelopeProviderOptions, "{}";
    /// Options of providers for a recipient, by kind. Only those of the routed provider apply.
    RecipientProviderOptions, "{}";
    /// Options of providers for a document, by kind. Only those of the routed provider apply.
    DocumentProviderOptions, "{}";
}

fn example(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
