//! The JSON Schema of an account's `profile`: every part may be left out, and says its default. `null` takes an optional
//! part away.

use serde_json::{Map, Value, json};

use super::profile;
use super::settings_check::IDENTITY_KINDS;
use crate::shared::schema_parts::{choice, whole, yes_no};

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

/// The states that a word may mean. `completed` is said only once the files are stored.
const STATES: [&str; 8] =
    ["submitted", "sent", "in_progress", "finalizing", "declined", "rejected", "expired", "canceled"];

/// The schema of the profile, with the contract's defaults in it.
pub(super) fn profile() -> Value {
    let mut schema = part(
        "What the provider's private reference may say otherwise: paths, names, pointers, words and limits. Merged over the defaults as a JSON Merge Patch: members that are left out keep their default, `null` takes an optional one away.",
        [
            json!({
                "version": { "type": "integer", "const": 1, "description": "Version of this profile's form." },
                "base_url": { "type": "string", "format": "uri", "maxLength": 2048, "description": "Same as the setting `base_url`, which counts; must not differ from it." },
                "calls": calls(), "jwt": jwt(), "fields": fields(),
            }),
            formats(),
            codes(),
            types(),
            json!({ "response": response(), "error_codes": error_codes(), "already_started": already_started() }),
            json!({ "callback": callback(), "status_map": status_map(), "rejected_by_client_as": rejected_by_client() }),
            limits(),
        ],
    );
    put_defaults(&mut schema, &profile::defaults());
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("default".to_owned(), json!({}));
        schema.insert("examples".to_owned(), json!([{ "rejected_by_client_as": "declined" }]));
    }
    schema
}

/// The schema of times.
pub(super) fn timeouts(description: &str, example: &Value) -> Value {
    let mut schema = part(
        description,
        [json!({
            "connect_s": whole("Time to resolve, connect and agree on TLS, in seconds.", 5, 1, 120),
            "call_s": whole("Time of a call without a file, in seconds.", 60, 1, 3600),
            "upload_s": whole("Time of a call with a file and of a download, in seconds.", 300, 1, 3600),
            "start_grace_s": whole("How long a start in doubt waits for the callback of acceptance before it is repeated, in seconds.", 120, 0, 86_400),
            "acceptance_timeout_h": whole("Hours of silence before acceptance after which a person is told.", 48, 1, 8760),
            "completion_timeout_h": whole("Hours of silence after acceptance after which a person is told.", 720, 1, 8760),
        })],
    );
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("default".to_owned(), json!({}));
        schema.insert("examples".to_owned(), json!([example]));
    }
    schema
}

/// An object of which every part may be left out.
fn part(description: &str, groups: impl IntoIterator<Item = Value>) -> Value {
    let mut properties = Map::new();
    for group in groups {
        if let Value::Object(group) = group {
            properties.extend(group);
        }
    }
    json!({ "type": "object", "additionalProperties": false, "description": description, "properties": properties })
}

/// Puts the contract's defaults to the leaves of a schema.
fn put_defaults(schema: &mut Value, defaults: &Value) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, property) in properties {
        let Some(default) = defaults.get(name) else { continue };
        if property.get("properties").is_some() && !default.is_null() {
            put_defaults(property, default);
        } else if let Some(property) = property.as_object_mut() {
            property.insert("default".to_owned(), default.clone());
        }
    }
}

fn calls() -> Value {
    let call = |description: &str, methods: &[&str], optional: bool| {
        json!({
            "type": if optional { json!(["object", "null"]) } else { json!("object") },
            "additionalProperties": false,
            "required": if optional { json!(["method", "path"]) } else { json!([]) },
            "description": description,
            "properties": {
                "method": { "type": "string", "enum": methods, "description": "The HTTP method." },
                "path": { "type": "string", "minLength": 2, "maxLength": 1024, "description": "The path after `base_url`; begins with one `/`. `{portfolio_id}`, `{client_portfolio_id}` and `{signer_nin}` are filled in; of an optional call, what the path does not name goes into the query (GET, DELETE) or the body." }
            }
        })
    };
    let body = ["POST", "PUT", "PATCH"];
    let any = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    part(
        "The provider's calls. Those that only an account with the reference can know are `null`: they are never made, and what needs them is unsupported (G6).",
        [json!({
            "create_portfolio": call("Creates a portfolio.", &body, false),
            "add_document": call("Adds a document.", &body, false),
            "add_identity_document": call("Adds an identity document of a signer.", &body, false),
            "start": call("Starts the signing.", &body, false),
            "get_portfolio": call("Reads a portfolio; for example GET `/portfolio/{portfolio_id}`.", &["GET", "POST"], true),
            "find_portfolio": call("Finds portfolios by the caller's id; for example GET `/portfolio`.", &["GET", "POST"], true),
            "cancel_portfolio": call("Takes a portfolio back; for example POST `/cancel_portfolio`.", &any, true),
            "resend": call("Reminds a signer; for example POST `/resend_notification`.", &any, true),
        })],
    )
}

fn jwt() -> Value {
    part(
        "How tokens are made (G2, G33).",
        [json!({
            "algorithm": choice("Signature algorithm.", &["RS256", "RS384", "RS512"]),
            "header": choice("The header that carries the token.", &["Authorization", "X-Authorization", "X-Access-Token", "X-Auth-Token"]),
            "prefix": { "type": "string", "maxLength": 40, "description": "What stands before the token." },
            "kid": { "type": ["string", "null"], "minLength": 1, "maxLength": 255, "description": "Id of the key in the token's header." },
            "claims": {
                "type": "object", "maxProperties": 20,
                "additionalProperties": { "type": ["string", "number", "boolean", "null"] },
                "description": "Claims beside `iat` and `exp`; `{settings.user}` and `{settings.issuer}` are filled in."
            },
            "iat_offset_s": { "type": "integer", "minimum": -86_400, "maximum": 86_400, "description": "Seconds added to the time of issue." },
            "ttl_s": whole("Seconds from the time of issue to the end.", 300, 30, 86_400),
            "send_exp": yes_no("Whether the end is told.", true),
        })],
    )
}

fn fields() -> Value {
    let names = |of: &Value| {
        let properties: Map<String, Value> = of
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| {
                let schema = json!({ "type": "string", "minLength": 1, "maxLength": 100, "description": "The member's name in the request." });
                (name.clone(), schema)
            })
            .collect();
        json!({ "type": "object", "additionalProperties": false, "description": "Names of members.", "properties": properties })
    };
    let defaults = profile::defaults();
    let requests = defaults.get("fields").and_then(Value::as_object);
    let properties: Map<String, Value> =
        requests.into_iter().flatten().map(|(request, of)| (request.clone(), names(of))).collect();
    part("Names of the members that are sent, by request.", [Value::Object(properties)])
}

fn formats() -> Value {
    json!({
        "document_style": choice("Whether the kind of signature is sent as a word or, as an older client does, as flags (G12). With flags only level simple, with or without a notary's full part, can be asked for.", &["code", "flags"]),
        "document_hash": choice("Digest that is sent with style `flags` (G37).", &["none", "sha256_hex", "sha256_base64"]),
        "order_mode": choice("When the signers' order is sent (G9). `never`: one after another is unsupported.", &["when_needed", "always", "never"]),
        "nin_format": choice("How a RUT is written (G30). Identity numbers of other countries are sent as they are (G28).", &["hyphen_no_dots", "hyphen_dots", "plain"]),
        "phone_format": choice("How a phone is written: with its plus, digits alone, or not at all (G31).", &["e164", "digits", "not_sent"]),
    })
}

fn word(description: &str) -> Value {
    json!({ "type": ["string", "null"], "minLength": 1, "maxLength": 255, "description": description })
}

fn codes() -> Value {
    let level = |level: &str| {
        part(
            &format!("The provider's words for level {level}; `null`: the account does not have it."),
            [json!({
                "none": word("Without a notary."), "certification": word("The notary certifies."),
                "validation": word("The notary validates."), "full": word("Everything a notary can do."),
            })],
        )
    };
    json!({
        "notification_codes": part(
            "The provider's words for who tells a signer; `null`: unsupported (G35).",
            [json!({ "email": word("The provider, by e-mail."), "none": word("The caller.") })],
        ),
        "signature_codes": part(
            "The provider's words for kinds of signature, by level and notary's part (G12).",
            [json!({ "simple": level("simple"), "advanced": level("advanced") })],
        ),
    })
}

fn types() -> Value {
    let names = |description: &str| {
        json!({
            "type": "object", "maxProperties": 200, "propertyNames": { "minLength": 1, "maxLength": 255 },
            "additionalProperties": { "type": ["string", "null"], "minLength": 1, "maxLength": 255 },
            "description": description
        })
    };
    let kinds: Map<String, Value> = IDENTITY_KINDS
        .iter()
        .map(|kind| ((*kind).to_owned(), word("The provider's id; `null`: unsupported.")))
        .collect();
    json!({
        "identity_documents_required_for": {
            "type": "array", "uniqueItems": true, "items": { "type": "string", "enum": ["none", "certification", "validation", "full"] },
            "description": "Notary's parts for which every signer's identity documents must be there (G14)."
        },
        "required_identity_kinds": {
            "type": "array", "uniqueItems": true, "items": { "type": "string", "enum": IDENTITY_KINDS },
            "description": "Which identity documents these are (G14)."
        },
        "portfolio_types": names("Names for types of portfolios, and their ids in the provider's catalogue (G10)."),
        "document_types": names("Names for categories of documents, and their ids in the provider's catalogue (G11)."),
        "identity_document_types": part(
            "The ids of kinds of identity documents in the provider's catalogue; none is built in (G11).",
            [Value::Object(kinds)],
        ),
    })
}

/// A list of JSON pointers.
fn pointers(description: &str) -> Value {
    json!({
        "type": "array", "maxItems": 20, "items": { "type": "string", "maxLength": 255, "pattern": "^(/.*)?$" },
        "description": format!("{description} JSON pointers; the first that leads somewhere counts.")
    })
}

fn response() -> Value {
    part(
        "Where things stand in answers (G3, G4).",
        [json!({
            "success": pointers("Whether it was carried out."), "portfolio_id": pointers("The portfolio's id."),
            "document_id": pointers("A document's id."), "message": pointers("Text for people."),
            "detail": pointers("What is at fault."), "code": pointers("The code of a failure."),
            "portfolio": pointers("The portfolio in the answer of `get_portfolio`."),
            "portfolios": pointers("The list in the answer of `find_portfolio`."),
            "rejection_message": pointers("Why it was rejected, within a portfolio that was read."),
            "rejection_detail": pointers("Details of it, within a portfolio that was read."),
        })],
    )
}

fn error_codes() -> Value {
    json!({
        "type": "object", "maxProperties": 200, "propertyNames": { "minLength": 1, "maxLength": 100 },
        "additionalProperties": { "type": ["string", "null"], "enum": CLASSES.iter().map(|c| json!(c)).chain([Value::Null]).collect::<Vec<_>>() },
        "description": "The class of each code; of any other the HTTP status decides (G5). `provider_unavailable` leaves a call in doubt."
    })
}

fn already_started() -> Value {
    part(
        "What says that a portfolio was started before, which is a success of `start` (G27).",
        [json!({
            "http": { "type": "array", "maxItems": 20, "items": { "type": "integer", "minimum": 400, "maximum": 499 }, "description": "HTTP statuses of answers without a code that is known." },
            "codes": { "type": "array", "maxItems": 20, "items": { "type": "string", "minLength": 1, "maxLength": 100 }, "description": "Codes." },
        })],
    )
}

fn callback() -> Value {
    let words = |kind: &str| {
        json!({
            "type": "array", "maxItems": 20, "items": { "type": "string", "minLength": 1, "maxLength": 100 },
            "description": format!("Words for: {kind}.")
        })
    };
    part(
        "Where things stand in callbacks (G16 to G22).",
        [
            json!({
                "event": pointers("The kind."),
                "event_names": part("The provider's words for kinds (G17).", [json!({
                    "portfolio_accepted": words("accepted"), "document_signed": words("signed"),
                    "portfolio_completed": words("complete"), "portfolio_rejected": words("rejected"),
                })]),
                "portfolio_id": pointers("The portfolio's id."),
                "client_portfolio_id": pointers("The broker's id of the portfolio, which must match; an empty list asks for none (G21)."),
                "status": pointers("The portfolio's state."), "signers": pointers("The list of signers."),
                "signer_nin": pointers("Within a signer: the identity number."),
                "signer_sign_url": pointers("Within a signer: the signing link."),
                "signed_by": pointers("The identity number of who signed."),
                "document_id": pointers("The provider's id of the document."),
                "client_document_id": pointers("The broker's id of the document."),
                "download_url": pointers("The link of the whole portfolio."),
                "documents": pointers("The list of documents."),
                "document_download_url": pointers("Within a document: its link."),
                "message": pointers("Why it was rejected."), "detail": pointers("Details of it."),
            }),
            json!({
                "occurred_at": pointers("When it happened."),
                "auth_header": { "type": ["string", "null"], "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9-]+$", "description": "A header that every callback must carry; its value is the credential `callback_auth_value` (G18)." },
                "reply": part("The answer to a callback that is on disk (G19).", [json!({
                    "status": { "type": "integer", "minimum": 200, "maximum": 299, "description": "HTTP status." },
                    "body": { "type": "object", "description": "JSON body, merged over the default." },
                })]),
            }),
        ],
    )
}

fn status_map() -> Value {
    json!({
        "type": "object", "maxProperties": 200,
        "propertyNames": { "minLength": 1, "maxLength": 100, "not": { "const": "REJECTED_BY_CLIENT" } },
        "additionalProperties": { "type": ["string", "null"], "enum": STATES.iter().map(|s| json!(s)).chain([Value::Null]).collect::<Vec<_>>() },
        "description": "The state that each of the provider's words means (G23); `REJECTED_BY_CLIENT` has a setting of its own."
    })
}

fn rejected_by_client() -> Value {
    choice(
        "What `REJECTED_BY_CLIENT` means when it names no signer; \"client\" is the provider's word for its customer (G24).",
        &["canceled", "declined", "rejected"],
    )
}

fn limits() -> Value {
    json!({
        "download": part("How links of finished portfolios are fetched (G7).", [json!({
            "send_jwt": choice("When a download carries the token, on the API's own host only: after a refusal, at once, or never.", &["on_401_same_host", "same_host", "never"]),
            "allow_zip": yes_no("Whether a link may give a ZIP archive of PDFs.", true),
        })]),
        "limits": part("Sizes and counts that are checked before sending (G8).", [json!({
            "max_document_bytes": whole("Largest document, in bytes.", 10_485_760, 1024, 1_073_741_824),
            "max_identity_bytes": whole("Largest identity document, in bytes.", 5_242_880, 1024, 1_073_741_824),
            "max_documents": whole("Most documents of a portfolio.", 20, 1, 1000),
            "max_recipients": whole("Most signers of a portfolio.", 20, 1, 1000),
        })]),
        "timeouts": timeouts("Times (G25, G40).", &json!({ "upload_s": 600 })),
        "concurrency": whole("Calls at the same time (G40).", 4, 1, 64),
        "verify_probe": yes_no("Whether checking the credentials may try to create a portfolio without signers, which the provider is assumed to refuse without creating anything (G29).", false),
    })
}
