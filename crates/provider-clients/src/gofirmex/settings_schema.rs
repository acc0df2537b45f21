//! The JSON Schemas of settings and credentials, as callers see them.

use serde_json::{Value, json};

use super::profile_schema;
use crate::shared::schema_parts::{address, object, pauses, secret, text, whole};

/// A key made for examples: nothing is signed with it but tests.
const EXAMPLE_KEY: &str = include_str!("example_key.pem");

/// The schema of an account's credentials.
pub(super) fn credentials() -> Value {
    object(
        "GoFirmex credentials",
        &["private_key_pem"],
        [json!({
            "private_key_pem": secret(
                "The account's RSA private key of at least 2048 bits, PEM (PKCS#8 or PKCS#1, without a password). The provider holds its public half under the issuer's name.",
                EXAMPLE_KEY,
            ),
            "encryption_key": {
                "type": "string", "minLength": 32, "maxLength": 32, "writeOnly": true,
                "description": "The text of 32 bytes that was agreed with the provider for the encryption of documents; the setting `encryption` names its id.",
                "examples": ["0123456789abcdef0123456789abcdef"]
            },
            "callback_auth_value": secret(
                "The value of the header that `profile.callback.auth_header` names: a callback without it is refused.",
                "a-long-random-text",
            ),
        })],
    )
}

/// The schema of an account's settings.
pub(super) fn settings() -> Value {
    object(
        "GoFirmex settings",
        &["base_url", "user", "issuer", "default_document_type"],
        [account(), sending(), json!({ "profile": profile_schema::profile() })],
    )
}

fn account() -> Value {
    let mut base = address(
        "Where the interface is (G1). The sandbox's address is the default; production is assumed to be `https://api.firmex.cloud/v1/signflow`. Plain http only where private targets are allowed.",
        "https://api.sandbox.firmex.cloud/v1/signflow",
    );
    if let Some(base) = base.as_object_mut() {
        base.insert("default".to_owned(), json!("https://api.sandbox.firmex.cloud/v1/signflow"));
    }
    let key_id = "Id of the key with which documents are encrypted, as agreed with the provider (G13); the key itself is the credential `encryption_key`. Absent: documents are not encrypted beyond TLS.";
    json!({
        "base_url": base,
        "user": text("E-mail address of the account's user: the claim `user` of each token (G33).", "api@acme.example"),
        "issuer": text("The name that the provider gave to the account's key, in the form `<company>-user`: the claim `iss` (G33).", "acme-user"),
        "default_document_type": text("Category of documents in the provider's catalogue, by its id or by a name of `profile.document_types` (G11).", "1d0c5b0e-4a39-4a52-8f0e-7c1c2b3a4d5e"),
        "default_portfolio_type": text("Type of portfolios in the provider's catalogue, by its id or by a name of `profile.portfolio_types` (G10). Absent: none is sent.", "6b1f0a52-2f0e-4a53-9a0c-2a4b8a4d7c33"),
        "encryption": text(key_id, "0d9f6a52-6f5e-4a53-9a0c-2a4b8a4d7c44"),
    })
}

fn sending() -> Value {
    json!({
        "timeouts": profile_schema::timeouts("Times, merged over those of the profile (G25, G40).", &json!({ "upload_s": 600 })),
        "lookup_delays_s": pauses(
            "When to look for what is in doubt, in seconds since the doubt; ascending. Only where the profile has `get_portfolio` or `find_portfolio`.",
            &[5, 20, 60],
            1,
        ),
        "polling": {
            "type": "array", "minItems": 1, "maxItems": 20,
            "items": {
                "type": "object", "additionalProperties": false, "required": ["until_age_s", "every_s"],
                "properties": {
                    "until_age_s": { "type": "integer", "minimum": 1, "maximum": 3_153_600_000_u64, "description": "Up to this age of the portfolio, in seconds." },
                    "every_s": { "type": "integer", "minimum": 5, "maximum": 86_400, "description": "The pause, in seconds." }
                }
            },
            "default": [{ "until_age_s": 86_400, "every_s": 300 }, { "until_age_s": 315_360_000, "every_s": 1800 }],
            "description": "How often a portfolio is read, by its age. Only where the profile has `get_portfolio`.",
            "examples": [[{ "until_age_s": 3600, "every_s": 60 }, { "until_age_s": 315_360_000, "every_s": 3600 }]]
        },
        "max_artifact_bytes": whole("Largest file that is fetched, in bytes.", 104_857_600, 1024, 10_737_418_240),
    })
}
