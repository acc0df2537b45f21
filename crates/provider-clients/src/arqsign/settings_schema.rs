//! The JSON Schemas of settings and credentials, as callers see them.

use serde_json::{Value, json};

use super::settings::EVENTS;
use crate::shared::schema_parts::{address, choice, object, secret, whole, yes_no};

/// The form of the vendor's ids.
pub(super) const GUID: &str = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";

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

/// The schema of an account's credentials.
pub(super) fn credentials() -> Value {
    object(
        "ArqSign credentials",
        &["app_key", "subscription_key"],
        [json!({
            "app_key": secret("The account's AppKey. A new one breaks every integration of the account at once.", "6f0a8f3e-1c1d-4b0e-9a54-3f2f6f0f7a11"),
            "subscription_key": secret("One of the account's two subscription keys; either works.", "test-subscription-key-0001"),
            "webhook_hmac_key": secret("The key (chaveHMAC) of a webhook that was registered by hand. Not needed where the broker registers the webhook itself.", "test-hmac-key-0001")
        })],
    )
}

/// The schema of an account's settings.
pub(super) fn settings() -> Value {
    let groups = [parties(), sending(), webhook(), calls(), mapping(), fetching(), answers()];
    object("ArqSign settings", &["id_responsavel", "id_pasta"], groups)
}

fn guid(description: &str, example: &str) -> Value {
    json!({ "type": "string", "pattern": GUID, "description": description, "examples": [example] })
}

fn parties() -> Value {
    let mut base = address("Where the interface is; it may have a path.", "https://api-rest.arqsign.com");
    if let Some(members) = base.as_object_mut() {
        members.insert("default".to_owned(), json!("https://api-rest.arqsign.com"));
    }
    json!({
        "base_url": base,
        "id_responsavel": guid("The active user of the account who sends (operation `search_users`).", "1d3a4f0e-6a1b-4f59-9d58-0d2a4a5b6c7d"),
        "id_pasta": guid("The folder that processes are put into (operation `search_folders`).", "5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11"),
    })
}

fn sending() -> Value {
    json!({
        "send_api_version": choice("Which call sends: `v2`, or `v3`, which can give signing links (delivery `none`).", &["v2", "v3"]),
        "ambiguous_wait_s": whole("How long a webhook may still settle a sending in doubt before a person can have it sent again, in seconds.", 1800, 0, 604_800),
        "signer_data": {
            "type": "object", "additionalProperties": false,
            "default": { "require_name": true, "require_document": true, "document": "cpf" },
            "description": "What an electronic signature makes the signer enter. A `national_id` of the recipient decides the kind of document.",
            "properties": {
                "require_name": yes_no("Whether the signer must enter their name, and the company's where they act for one.", true),
                "require_document": yes_no("Whether the signer must enter the number of a document, and the company's where they act for one.", true),
                "document": choice("The kind of document where the recipient has no `national_id`.", &["cpf", "cnh", "rg"])
            },
            "examples": [{ "require_document": false }]
        },
        "signature_box_mm": {
            "type": "object", "additionalProperties": false,
            "default": { "width": 60.0, "height": 20.0 },
            "description": "The size of a signature whose field gives none, in millimetres.",
            "properties": {
                "width": { "type": "number", "exclusiveMinimum": 0, "maximum": 1000, "default": 60.0, "description": "Its width." },
                "height": { "type": "number", "exclusiveMinimum": 0, "maximum": 1000, "default": 20.0, "description": "Its height." }
            },
            "examples": [{ "width": 50.0, "height": 15.0 }]
        },
        "max_total_bytes": whole("Most bytes of all documents of an envelope together, before encoding (A4).", 100_000_000, 1, 10_000_000_000),
        "max_recipients": whole("Most recipients of an envelope (A14).", 50, 1, 1000),
    })
}

fn webhook() -> Value {
    let events: serde_json::Map<String, Value> =
        EVENTS.iter().map(|(name, trigger)| ((*name).to_owned(), json!(trigger))).collect();
    json!({
        "webhook": {
            "type": "object", "additionalProperties": false,
            "default": { "enabled": true, "auto_reactivate": true, "hmac_encoding": "auto", "event_map": events },
            "description": "The webhook that the broker registers at the provider for this account.",
            "properties": {
                "enabled": yes_no("Whether the broker registers a webhook and looks after it.", true),
                "auto_reactivate": yes_no("Whether the broker switches a webhook on again that the provider switched off after failures.", true),
                "check_every_s": {
                    "type": "integer", "minimum": 3600, "maximum": 2_592_000,
                    "description": "How often the webhook is looked after, in seconds. Without it every 6 hours, but with no more than a tenth of the month's calls.",
                    "examples": [21_600]
                },
                "hmac_encoding": choice("How the header `HMAC` is written; `auto` takes both.", &["auto", "base64", "hex"]),
                "event_map": {
                    "type": "object", "maxProperties": 50, "default": events,
                    "additionalProperties": { "type": "integer", "minimum": 1, "maximum": 8 },
                    "description": "Names of events and the triggers that they stand for (A13); they count where a webhook has no `idEvento`."
                }
            },
            "examples": [{ "auto_reactivate": false }]
        },
        "poll_interval_s": whole("Pause between two readings of a process while no webhook is known to work, in seconds. The provider asks for one a day at most.", 86_400, 60, 2_592_000),
        "poll_interval_with_webhook_s": whole("The same pause while the webhook is known to work.", 604_800, 60, 31_536_000),
    })
}

fn calls() -> Value {
    json!({
        "rate_limits": {
            "type": "object", "additionalProperties": false,
            "default": { "per_second": 4, "per_minute": 80, "per_hour": 80, "per_month": 80, "reserved_percent": 20 },
            "description": "The plan's limits of calls; the default is the smallest plan's.",
            "properties": {
                "per_second": whole("In a second.", 4, 1, 1_000_000),
                "per_minute": whole("In a minute.", 80, 1, 1_000_000),
                "per_hour": whole("In an hour.", 80, 1, 1_000_000),
                "per_month": whole("In 30 days.", 80, 1, 10_000_000),
                "reserved_percent": whole("How much of the month is kept for sending, canceling and fetching.", 20, 0, 90)
            },
            "examples": [{ "per_second": 4, "per_minute": 240, "per_hour": 400, "per_month": 400 }]
        },
        "rate_limit_statuses": {
            "type": "array", "maxItems": 10, "items": { "type": "integer", "minimum": 400, "maximum": 599 }, "default": [429],
            "description": "HTTP statuses that mean \"too many calls\" (A11). A 403 that speaks of a quota means it as well.",
            "examples": [[429]]
        },
        "rate_limit_default_wait_s": whole("How long to wait then when the answer does not say, in seconds (A11).", 60, 1, 86_400),
        "subscription_header": choice("The name of the header with the subscription key (A16).", &["SubscriptionKey", "Subscription-Key", "Ocp-Apim-Subscription-Key"]),
        "timeouts": {
            "type": "object", "additionalProperties": false,
            "default": { "connect_s": 10, "send_s": 180, "download_s": 180, "call_s": 30 },
            "description": "Time-outs, in seconds.",
            "properties": {
                "connect_s": whole("To connect.", 10, 1, 600),
                "send_s": whole("To send a process, from connecting to the end of the answer.", 180, 1, 3600),
                "download_s": whole("To fetch files.", 180, 1, 3600),
                "call_s": whole("For any other call.", 30, 1, 3600)
            },
            "examples": [{ "send_s": 300 }]
        },
        "concurrency": whole("Calls of the account at the same time.", 4, 1, 100),
        "cancel_body": choice("The body of a cancellation (A17): none, or an empty object.", &["none", "empty_object"]),
    })
}

fn mapping() -> Value {
    let form = json!({ "type": "string", "enum": ["bool", "int"] });
    json!({
        "bit_encoding": {
            "type": "object", "additionalProperties": false,
            "default": { "default": "bool", "fields": { "gerarQrCode": "int" } },
            "description": "How yes and no are written (A2): true and false, or 1 and 0, with exceptions by the provider's name of the member.",
            "properties": {
                "default": choice("For all members without an exception.", &["bool", "int"]),
                "fields": { "type": "object", "maxProperties": 50, "additionalProperties": form, "default": { "gerarQrCode": "int" }, "description": "By member." }
            },
            "examples": [{ "default": "int" }]
        },
        "dados_assinatura_parent": choice("Which object holds `dadosAssinatura` (A3).", &["assinar_online", "assinatura_eletronica"]),
        "phone_format": choice("How telephone numbers are written (A19): with a plus sign, or digits alone.", &["e164", "digits"]),
        "resend_validate_key": choice("The member that says that data must match when a recipient is corrected (A8).", &["validar", "validarDocumento"]),
        "resend_invalidates_links": yes_no("Whether a reminder or a correction kills signing links that were given out (A15). Then neither is made while a signer with delivery `none` has not acted.", true),
        "credit_item_ids": {
            "type": "object", "additionalProperties": false,
            "default": { "sendings": 1, "whatsapp": 2, "sms": 3 },
            "description": "The provider's ids of what is paid for (A9).",
            "properties": {
                "sendings": whole("Processes sent.", 1, 0, 1000),
                "whatsapp": whole("Messages by WhatsApp.", 2, 0, 1000),
                "sms": whole("Messages by SMS.", 3, 0, 1000)
            },
            "examples": [{ "sendings": 1 }]
        },
    })
}

fn fetching() -> Value {
    json!({
        "download_mode": choice("Whether signed documents are fetched inside the answer, or by links (A6).", &["base64", "link"]),
        "link_send_headers": yes_no("Whether the account's keys are sent when a link is fetched (A6); only ever to the host of `base_url` and to `link_hosts`.", false),
        "link_hosts": {
            "type": "array", "maxItems": 20, "items": { "type": "string", "minLength": 1, "maxLength": 255 }, "default": [],
            "description": "Hosts beside that of `base_url` that may get the account's keys when a link is fetched.",
            "examples": [["files.arqsign.com"]]
        },
        "max_artifact_bytes": whole("Largest file that is taken, in bytes.", 200_000_000, 1, 10_737_418_240),
    })
}

fn answers() -> Value {
    json!({
        "datetime_formats": {
            "type": "array", "maxItems": 20, "items": { "type": "string", "minLength": 2, "maxLength": 64 },
            "default": ["%d/%m/%Y %H:%M:%S"],
            "description": "Formats of times beside ISO 8601, in strftime's words; without an offset they are UTC (A1).",
            "examples": [["%d/%m/%Y %H:%M:%S", "%d/%m/%Y"]]
        },
        "status_text_map": {
            "type": "object", "maxProperties": 50, "default": {},
            "additionalProperties": { "type": "integer", "minimum": 1, "maximum": 5 },
            "description": "Further words for states, and the `idStatus` that each means (A7); they count where an answer has no id.",
            "examples": [{ "Waiting": 2, "Completed": 4 }]
        },
        "error_message_pointers": {
            "type": "array", "minItems": 1, "maxItems": 20, "items": { "type": "string", "minLength": 2, "maxLength": 255 },
            "default": ["/message", "/mensagem", "/Message", "/Mensagem", "/title", "/detail", "/error"],
            "description": "Where the text of a refusal stands when its body is an object (A10); the first that is there counts.",
            "examples": [["/erro/texto", "/message"]]
        },
        "error_messages": {
            "type": "object", "maxProperties": 100, "default": {},
            "propertyNames": { "minLength": 3, "maxLength": 500 },
            "additionalProperties": { "type": "string", "enum": CLASSES },
            "description": "Classes of refusals by how their text begins (A12); they count before what is known. Case, accents, quotes and blanks do not matter.",
            "examples": [{ "Limite do plano": "insufficient_credit" }]
        },
        "read_after_write_grace_s": whole("How long after sending \"does not exist\" is not believed, in seconds (A18).", 60, 0, 86_400),
    })
}
