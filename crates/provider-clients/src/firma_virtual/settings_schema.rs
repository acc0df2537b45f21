//! The JSON Schemas of settings and credentials, as callers see them.

use serde_json::{Value, json};

use super::settings::{CallbackPointers, MappedState};
use crate::shared::schema_parts::{address, choice, object, pauses, secret, text, text_or, whole, yes_no};

/// The classes of failure that an operator may name.
const CLASSES: [&str; 9] = [
    "invalid_request",
    "authentication",
    "permission",
    "insufficient_credit",
    "not_found",
    "conflict",
    "rate_limited",
    "provider_unavailable",
    "provider_error",
];

/// What a state word may be said to mean.
const STATES: [&str; 8] =
    ["submitting", "sent", "in_progress", "finalizing", "completed", "rejected", "canceled", "expired"];

/// The schema of an account's credentials.
pub(super) fn credentials() -> Value {
    let members = json!({
        "login": secret("The user's login at the provider.", "userapp"),
        "password": secret("The user's password at the provider.", "example-password")
    });
    object("Firma Virtual credentials", &["login", "password"], [members])
}

/// The schema of an account's settings.
pub(super) fn settings() -> Value {
    let groups = [parties(), prices(), submitting(), files(), reading(), artifacts(), failures(), limits()];
    object("Firma Virtual settings", &["base_url"], groups)
}

fn id(description: &str, example: u64) -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": 4_294_967_295_u64, "description": description, "examples": [example] })
}

fn parties() -> Value {
    json!({
        "base_url": address("Where the interface is (F1): `https://qa.firmavirtual.legal`, `https://test.firmavirtual.legal` or `https://api.firmavirtual.legal`. Plain http only where private targets are allowed.", "https://api.firmavirtual.legal"),
        "owner_type": choice("Whether the owner of the contracts is a natural person or a company.", &["NATURAL", "LEGAL"]),
        "owner_user_id": id("The provider's number of the user that owns the contracts; absent: `sub` of the token (F5). Without either a lost creation cannot be looked up.", 20),
        "phone_format": choice("How phones are written (F13): `+56987332031`, `56987332031` or `987332031`.", &["e164", "e164_no_plus", "national"]),
        "qa_rut_override": {
            "type": "string", "minLength": 1, "maxLength": 20,
            "description": "For the provider's test environment only, which works with one RUT: it is sent for every signer, and signers are told apart by e-mail.",
            "examples": ["76795561-8"]
        }
    })
}

fn prices() -> Value {
    json!({
        "default_contract_type_fee_id": id("The price row of envelopes that name neither a price row nor a contract type. For another number of signers, or a notary, the row of the same contract type is taken.", 28),
        "contract_type_id": id("The contract type of envelopes that name none, where there is no default price row.", 1),
        "contract_type_name": text("The contract type by its name in the provider's catalogue, where neither of the two above is set. Case and accents do not matter.", "CONTRATO DE ARIENDO"),
        "catalogue_query": {
            "type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}/[A-Za-z0-9_-]{1,40}$", "maxLength": 81, "default": "ALL/0",
            "description": "Which part of the price catalogue is read (F11): kind and value of the query.",
            "examples": ["CONTRACT-TYPE/LABOR"]
        },
        "payment_status": choice("Whether signers pay (F36); `PAIDOUT` only with a billing agreement.", &["PENDING", "PAIDOUT"]),
        "default_payer": choice("Who pays when no recipient has a `portion` (F37): the first signer, the last, or the first two by halves.", &["first", "last", "first_two"]),
        "non_payer_portion": text_or("What is sent as the share of those who pay nothing (F14).", "0")
    })
}

fn submitting() -> Value {
    json!({
        "orphan_contracts_acceptable": yes_no("Whether a creation that cannot be found after all looks is made again, at the risk of a second contract that stays unsent (F32). Off: a person decides.", false),
        "lookup_delays_s": pauses("When to look for a contract, or a sending, that is in doubt, in seconds since the doubt; ascending (F31).", &[5, 20, 60], 1),
        "file_lookup_delays_s": pauses("When to count the files after an upload or a joining that is in doubt, in seconds since the doubt; ascending.", &[2], 1),
        "delete_method": choice("The method that deletes a contract (F17).", &["POST", "DELETE"]),
        "deletable_states": states_list("States in which a contract can be deleted (F18): in any other a 400 is a refusal and not a bad token.", &["CREATED", "REVIEW", "APPROVED", "SIGNED_PENDING"]),
        "signer_editable_states": states_list("States in which a signer can be corrected (F18).", &["CREATED", "REVIEW"])
    })
}

fn states_list(description: &str, default: &[&str]) -> Value {
    json!({
        "type": "array", "maxItems": 20, "uniqueItems": true, "items": { "type": "string", "minLength": 1, "maxLength": 50 },
        "default": default, "description": description, "examples": [default]
    })
}

fn path(description: &str, default: &str) -> Value {
    json!({
        "type": "string", "pattern": "^/[A-Za-z0-9_./-]{1,200}$", "default": default,
        "description": description, "examples": [default]
    })
}

fn files() -> Value {
    json!({
        "upload_method": choice("The method of uploads (F19).", &["POST", "PUT"]),
        "upload_path": path("The path of uploads (F19).", "/api/v1/upfile"),
        "upload_field": { "type": "string", "minLength": 1, "maxLength": 100, "default": "file", "description": "The form field of uploads (F19); the provider's page `/api/v1/up-file` shows it.", "examples": ["file"] },
        "upload_filename_single": template("The file name of the only document (F19). `{id}` is the contract's id.", "{id}.pdf"),
        "upload_filename_multi": template("The file name of one of several documents (F19). `{id}` is the contract's id, `{n}` the place of the document, from 1.", "{id}_{n}.pdf"),
        "upload_extra_fields": {
            "type": "object", "maxProperties": 20, "default": {},
            "additionalProperties": { "type": "string", "maxLength": 255 },
            "description": "Further text fields of the upload form (F19); `{id}` in a value is the contract's id.",
            "examples": [{ "contractID": "{id}" }]
        },
        "sort_first_index": whole("The place of the first file where files are put in order (F22).", 1, 0, 1)
    })
}

fn template(description: &str, default: &str) -> Value {
    json!({
        "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^/\\\\\"\\x00-\\x1f\\x7f-\\x9f]+$", "default": default,
        "description": description, "examples": [default]
    })
}

fn reading() -> Value {
    let map = json!(MappedState::defaults());
    json!({
        "status_map": {
            "type": "object", "minProperties": 1, "maxProperties": 40, "propertyNames": { "minLength": 1, "maxLength": 50 },
            "additionalProperties": { "type": "string", "enum": STATES },
            "default": map,
            "description": "What the contract's state words mean (F29, F30), whole: a word that is missing here is unknown. `finalizing`: all have signed and the provider is at work; `completed`: the signed document can be fetched; `rejected`: declined where a signer refused the draft.",
            "examples": [map]
        },
        "draft_flag_values": {
            "type": "object", "additionalProperties": false,
            "default": { "possible": "ENABLE", "impossible": "DISABLE", "done": "SUCCESS" },
            "description": "The values of a signer's draft flags (F16).",
            "properties": {
                "possible": flag("The signer can do it.", "ENABLE"),
                "impossible": flag("The signer cannot do it.", "DISABLE"),
                "done": flag("The signer did it.", "SUCCESS")
            },
            "examples": [{ "done": "SUCCESS" }]
        },
        "delivered_timeout_h": whole("After how many hours in the state `DELIVERED` a person is told (F30).", 72, 1, 8760),
        "timezone": { "type": "string", "pattern": "^(UTC|[+-][0-9]{2}:[0-9]{2})$", "default": "UTC", "description": "The zone of the provider's times where it names none (F15): UTC or an offset.", "examples": ["-03:00"] },
        "callback_pointers": callback_pointers(),
        "polling": {
            "type": "array", "minItems": 1, "maxItems": 20,
            "default": [
                { "until_age_s": 600, "every_s": 30 },
                { "until_age_s": 86_400, "every_s": 300 },
                { "until_age_s": 315_360_000, "every_s": 1800 }
            ],
            "description": "Pauses between two readings of a contract, by its age; ascending. The first entry whose age is not reached applies.",
            "items": {
                "type": "object", "additionalProperties": false, "required": ["until_age_s", "every_s"],
                "properties": {
                    "until_age_s": { "type": "integer", "minimum": 1, "maximum": 3_153_600_000_u64, "description": "Up to this age, in seconds." },
                    "every_s": { "type": "integer", "minimum": 1, "maximum": 604_800, "description": "The pause, in seconds." }
                }
            },
            "examples": [[{ "until_age_s": 315_360_000, "every_s": 600 }]]
        }
    })
}

fn flag(description: &str, default: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 50, "default": default, "description": description })
}

fn callback_pointers() -> Value {
    let defaults = CallbackPointers::default();
    let list = |description: &str, default: &[String]| {
        json!({
            "type": "array", "maxItems": 40, "items": { "type": "string", "pattern": "^/", "maxLength": 255 },
            "default": default, "description": description
        })
    };
    json!({
        "type": "object", "additionalProperties": false,
        "default": {
            "id": defaults.id, "status": defaults.status, "name": defaults.name, "document_url": defaults.document_url
        },
        "description": "Where callbacks say what (F26 to F28): JSON pointers, of which the first that holds something counts. Case does not matter.",
        "properties": {
            "id": list("The contract's id.", &defaults.id),
            "status": list("Its state.", &defaults.status),
            "name": list("Its name.", &defaults.name),
            "document_url": list("The address of the signed document.", &defaults.document_url)
        },
        "examples": [{ "id": ["/data/contractID"] }]
    })
}

fn artifacts() -> Value {
    json!({
        "artifact_url_template": {
            "type": "string", "minLength": 1, "maxLength": 500, "default": "{base}/api/v1/download/{url}",
            "description": "Where the signed document is (F25): `{base}` is the base URL, `{url}` the file's name in the provider's list.",
            "examples": ["{base}/api/v1/download/{url}"]
        },
        "artifact_auth": choice("Whether the token is sent when the signed document is fetched from the account's own host (F25).", &["bearer", "none"]),
        "artifact_hosts": {
            "type": "array", "maxItems": 20, "items": { "type": "string", "minLength": 1, "maxLength": 255 }, "default": [],
            "description": "Further hosts from which signed documents may be fetched; they never get the token. An address elsewhere is never followed.",
            "examples": [["files.firmavirtual.legal"]]
        },
        "max_artifact_bytes": whole("Largest signed document that is taken, in bytes.", 104_857_600, 1, 10_737_418_240)
    })
}

fn failures() -> Value {
    json!({
        "error_texts": {
            "type": "array", "maxItems": 100, "default": [],
            "description": "Texts of the provider that are refusals, also with HTTP status 200 (F4): a regular expression on the message, and what it means. The first that fits wins.",
            "items": {
                "type": "object", "additionalProperties": false, "required": ["pattern", "class"],
                "properties": {
                    "pattern": { "type": "string", "minLength": 1, "maxLength": 500, "description": "A regular expression that the message fits." },
                    "class": { "type": "string", "enum": CLASSES, "description": "The class." }
                }
            },
            "examples": [[{ "pattern": "(?i)saldo", "class": "insufficient_credit" }]]
        },
        "error_class_overrides": {
            "type": "object", "maxProperties": 100, "default": {}, "propertyNames": { "pattern": "^[45][0-9]{2}$" },
            "additionalProperties": { "type": "string", "enum": CLASSES },
            "description": "Class by the code of the answer, else by its HTTP status (F6, F7, F8, F20). A code that stands here is never taken for a bad token.",
            "examples": [{ "402": "permission" }]
        },
        "limit_backoff_s": whole("How long to wait after a limit of the provider was met, in seconds, unless it says so itself (F7).", 900, 1, 86_400),
        "paths": {
            "type": "object", "additionalProperties": false, "default": { "new_password": "/pwd/reset" },
            "description": "Paths that the provider's reference leaves in doubt.",
            "properties": { "new_password": path("Setting a new password (F10).", "/pwd/reset") },
            "examples": [{ "new_password": "/pwd/new" }]
        }
    })
}

fn limits() -> Value {
    json!({
        "max_documents": whole("Most documents of an envelope (F34).", 10, 1, 100),
        "max_document_bytes": whole("Largest document that is sent, in bytes (F34).", 52_428_800, 1, 1_073_741_824),
        "token_ttl_s": whole("How long a token is used at most, in seconds (F35).", 86_400, 1, 86_400),
        "timeouts": {
            "type": "object", "additionalProperties": false,
            "default": { "connect_s": 5, "upload_s": 300, "call_s": 60 },
            "description": "Time-outs, in seconds (F38).",
            "properties": {
                "connect_s": whole("To connect.", 5, 1, 600),
                "upload_s": whole("To upload a document or to fetch one.", 300, 1, 3600),
                "call_s": whole("For any other call.", 60, 1, 3600)
            },
            "examples": [{ "upload_s": 600 }]
        },
        "concurrency": whole("Calls of the account at the same time (F38); contracts are created one at a time for a user.", 2, 1, 100)
    })
}
