//! An invented vendor, Acme Sign, as a folder of `provider-clients` would hold it: what it is, and how an account is opened.
//! CONTRIBUTING.md walks through it.

mod account;
pub mod server;

use std::sync::Arc;

use provider_clients::provider::{Account, Fault, OptionSchemas, Profile, Provider};
use serde_json::{Value, json};
use url::Url;

use self::account::AcmeAccount;

/// The vendor. One line in the registry.
pub struct Acme(Profile);

impl Acme {
    pub fn new() -> Self {
        let none = json!({ "type": "object", "additionalProperties": false });
        Self(Profile {
            kind: "acme",
            display_name: "Acme Sign",
            country: "IS",
            description: "Invented. One document, signed by everybody who gets its mail.",
            settings_schema: json!({
                "type": "object", "additionalProperties": false, "required": ["base_url"],
                "properties": {
                    "base_url": {
                        "type": "string", "format": "uri", "description": "Where its interface is.",
                        "examples": ["https://api.acme.example"]
                    }
                }
            }),
            credentials_schema: json!({
                "type": "object", "additionalProperties": false, "required": ["key"],
                "properties": {
                    "key": {
                        "type": "string", "minLength": 8, "writeOnly": true, "description": "The account's key.",
                        "examples": ["acme-key-0001"]
                    }
                }
            }),
            options: OptionSchemas {
                envelope: json!({
                    "type": "object", "additionalProperties": false,
                    "properties": { "priority": { "enum": ["low", "high"], "description": "Who is served first." } }
                }),
                recipient: none.clone(),
                document: none,
            },
            operations: Vec::new(),
        })
    }
}

impl Provider for Acme {
    fn profile(&self) -> &Profile {
        &self.0
    }

    fn open(&self, settings: &Value, credentials: &Value) -> Result<Arc<dyn Account>, Vec<Fault>> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match Url::parse(&text(&settings["base_url"])) {
            Ok(base) => Ok(Arc::new(AcmeAccount { base, key: text(&credentials["key"]) })),
            Err(error) => Err(vec![Fault {
                pointer: "/settings/base_url".to_owned(),
                code: "url".to_owned(),
                detail: format!("It is not an address: {error}."),
            }]),
        }
    }
}
