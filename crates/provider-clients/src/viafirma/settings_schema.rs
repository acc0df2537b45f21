//! The JSON Schemas of settings and credentials, as callers see them.

use serde_json::{Value, json};

use super::options::PDF_FORMATS;
use super::settings::LAUNCH_TEMPLATE;
use crate::shared::schema_parts::{address, choice, object, pauses, secret, whole, yes_no};

/// What a code may be said to mean.
const MEANINGS: [&str; 11] = [
    "invalid_request",
    "authentication",
    "permission",
    "insufficient_credit",
    "not_found",
    "conflict",
    "rate_limited",
    "provider_unavailable",
    "provider_error",
    "signer_certificate",
    "signer_cancelled",
];

/// The schema of an account's credentials.
pub(super) fn credentials() -> Value {
    object(
        "Viafirma Platform credentials",
        &["api_key", "api_password"],
        [json!({
            "api_key": secret("The application's API key: the user name of HTTP Basic.", "rubrica-test"),
            "api_password": secret("The application's password.", "test-password-0001")
        })],
    )
}

/// The schema of an account's settings.
pub(super) fn settings() -> Value {
    object(
        "Viafirma Platform settings",
        &["service_base_url", "public_base_url"],
        [server(), preparing(), signatures(), launching(), reading(), files(), limits()],
    )
}

fn server() -> Value {
    let base = "https://sandbox-platform.viafirma.com/platform";
    json!({
        "service_base_url": address("Where the broker calls the platform, with the context path (V1). Plain http only where private targets are allowed.", base),
        "public_base_url": address("Where the signer's computer reaches the platform, with the context path (V1). A `/tokenConnector` at its end is taken off.", base),
        "flow": choice("How files reach the platform. Only the batch flow is carried out.", &["batch"]),
        "ca_bundle_pem": {
            "type": "string", "minLength": 1, "maxLength": 262_144,
            "description": "Certificates (PEM) of authorities that are trusted beside the usual ones, for a server of your own (V2).",
            "examples": ["-----BEGIN CERTIFICATE-----\nMIIBCmFuIGV4YW1wbGUgYW5kIG5vIHJlYWwgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"]
        },
        "auth": group("Which calls carry the credentials (V4).", json!({
            "send_on_all": yes_no("Whether every call carries them, and not only those for which the provider's pages say so.", true)
        })),
        "health": group("Whether the server answers (V19).", json!({
            "path": path("What the operation `check_server` fetches from the public address.", "/viafirma.js")
        })),
        "verify_with": choice(
            "How credentials are checked: by asking for the result of an operation that does not exist, which needs them, or by the health path, which does not.",
            &["signature_result", "health"],
        ),
    })
}

fn preparing() -> Value {
    json!({
        "session_id_format": choice("How session ids are written (V5).", &["hex32", "uuid"]),
        "filter_operator_case": choice("The case in which a filter's operator is written (V6).", &["upper", "lower"]),
        "locale": {
            "type": "string", "pattern": "^[a-z]{2,3}(_[A-Z]{2})?$", "default": "es",
            "description": "Language of Viafirma Desktop where the envelope names none.", "examples": ["en"]
        },
        "add_files_concurrency": {
            "type": "integer", "const": 1, "default": 1, "examples": [1],
            "description": "Files that are added at the same time (V9). The broker adds them one after another."
        },
        "max_filename_chars": whole("Most characters of a document's file name (V10).", 255, 5, 1024),
        "add_file": group("Reading the answer to an added file (V11).", json!({
            "pointers": group("JSON pointers into it.", json!({
                "document_id": pointer("The document's temporary id.", "/documentId"),
                "error_code": pointer("The code of a refusal.", "/errorCode"),
                "error_message": pointer("The words of a refusal.", "/errorMessage")
            }))
        })),
        "finish": group("The call that closes the preparation (V12). Whether a server has it is not known: 404 and 405 mean that it does not.", json!({
            "enabled": yes_no("Whether it is made.", true),
            "method": choice("Its method.", &["POST", "PUT", "GET"]),
            "path": path("Its path behind the service address; `{operationId}` stands for the operation.", "/api/rest/services/preparesignature/finish/{operationId}"),
            "body": choice("Its body: none, or `{\"operationId\": …}`.", &["none", "operation_id_json"])
        })),
        "restart_pauses_s": pauses(
            "Pauses before each new preparation after an answer that was lost or not clear, in seconds; as many new preparations as pauses.",
            &[1, 5, 25],
            0,
        ),
    })
}

fn signatures() -> Value {
    let parameter = "^[A-Z][A-Z0-9_]{0,63}$";
    json!({
        "signature_format": choice("Format of signatures; an envelope's option goes before it.", &PDF_FORMATS),
        "signature_algorithm": choice("Algorithm of signatures.", &["SHA256withRSA", "SHA1withRSA"]),
        "digest_method": choice("Digest of signatures.", &["SHA256", "SHA1"]),
        "include_timestamp": yes_no("Whether a time stamp is added to signatures (`PADES_INCLUDE_TSA`).", false),
        "extra_policy_parameters": {
            "type": "object", "maxProperties": 50, "default": {},
            "propertyNames": { "pattern": parameter },
            "additionalProperties": { "type": "string", "maxLength": 4096 },
            "description": "Parameters of the signature policy that are passed on as they are, with every document.",
            "examples": [{ "SIGNER_ROLE": "employee" }]
        },
        "qualified_signatures": yes_no("Whether signers of this account sign with qualified certificates on qualified devices, so that the level `qualified` may be asked for.", false),
        "require_validated_certificate": yes_no("Whether a signature with a certificate that the provider calls not validated, expired or revoked is withheld for a person to judge.", true),
        "require_identity_confirmation": yes_no("Whether a signature is withheld when the provider does not tell the signer's identity number although one was asked for.", true),
        "position": group("How the provider counts places on a page (V25).", json!({
            "unit": choice("The unit of rectangles: points of 1/72 inch, millimetres, or pixels of 1/96 inch.", &["points", "millimetres", "pixels"]),
            "origin": choice("The corner that rectangles are counted from.", &["bottom_left", "top_left"]),
            "default_width": number("Width of a stamp in points where a field has none.", 180.0),
            "default_height": number("Height of a stamp in points where a field has none.", 60.0)
        })),
    })
}

fn launching() -> Value {
    json!({
        "launch_scheme": {
            "type": "string", "pattern": "^[a-z][a-z0-9+.-]{0,63}$", "default": "viafirmawpfclient",
            "description": "Scheme of the link that starts Viafirma Desktop (V13).", "examples": ["viafirmadesktop"]
        },
        "launch_template": {
            "type": "string", "minLength": 1, "maxLength": 2048, "default": LAUNCH_TEMPLATE,
            "description": "The link that starts Viafirma Desktop (V13). `{scheme}`, `{public_base_url}` and `{operationId}` are filled in as they are.",
            "examples": [LAUNCH_TEMPLATE]
        },
        "operation_ttl_s": whole("How long an operation can be signed, in seconds (V22). An older one is prepared anew when the signer opens the page.", 86_400, 60, 31_536_000),
        "max_operations_per_recipient": whole("Most operations that are prepared for one signer.", 5, 1, 100),
        "allow_chain": yes_no("Whether several signers may sign one after another, each over what the one before signed.", true),
    })
}

fn reading() -> Value {
    json!({
        "poll": group("Reading whether an operation ended (V14): JSON pointers into the answer.", json!({
            "finished": pointer("Whether it ended.", "/isFinished"),
            "signature": pointer("Whether it is about signing.", "/isSignature"),
            "error": pointer("Whether it ended with an error.", "/isError"),
            "cancelled": pointer("Whether the signer cancelled.", "/isCancelled"),
            "error_code": pointer("The code of the error.", "/errorCode"),
            "error_message": pointer("The words of the error.", "/errorMessage"),
            "max_refusals": whole("After how many refused readings of one operation in a row a person is told.", 5, 1, 1000)
        })),
        "poll_interval_s": whole("Pause between two readings of an operation while nobody has its page open, in seconds.", 60, 5, 86_400),
        "result": group("The result of an ended operation (V16).", json!({
            "retry_count": whole("How often a result that is not there is asked for again.", 5, 0, 1000),
            "retry_window_s": whole("For how long at least, in seconds.", 120, 0, 86_400)
        })),
        "error_code_overrides": {
            "type": "object", "maxProperties": 500, "default": {},
            "propertyNames": { "pattern": "^[A-Za-z0-9_.-]{1,64}$" },
            "additionalProperties": { "type": "string", "enum": MEANINGS },
            "description": "What a code of the provider means where its table is wrong (V20).",
            "examples": [{ "4012": "permission" }]
        },
    })
}

fn files() -> Value {
    json!({
        "download": group("Where files are fetched (V18). `{signatureId}` stands for the signature.", json!({
            "base": choice("The address that the paths follow.", &["public", "service"]),
            "signed_path": path("The signed document.", "/v/{signatureId}?d=true"),
            "receipt_path": path("The signing receipt.", "/v/{signatureId}?j"),
            "original_path": path("The document as it was sent.", "/v/{signatureId}?o"),
            "qr_path": path("The picture of the receipt's QR code.", "/downloadComprobanteQR?codFirma={signatureId}&tipo=png"),
            "evidence": {
                "type": "array", "uniqueItems": true, "maxItems": 3, "default": ["receipt"],
                "items": { "type": "string", "enum": ["receipt", "qr", "original"] },
                "description": "Files that are fetched beside each signed document.", "examples": [["receipt", "qr"]]
            }
        })),
        "max_artifact_bytes": whole("Largest file that is fetched, in bytes.", 104_857_600, 1, 10_737_418_240),
    })
}

fn limits() -> Value {
    json!({
        "max_files": whole("Most documents of an envelope (V23).", 100, 1, 10_000),
        "max_file_bytes": whole("Largest document that is sent, in bytes (V24).", 20_971_520, 1, 1_073_741_824),
        "max_rps": whole("Most calls in a second (V26).", 5, 1, 1000),
        "concurrency": whole("Calls of the account at the same time.", 4, 1, 100),
        "timeouts": group("Time-outs, in seconds.", json!({
            "connect_s": whole("To connect.", 10, 1, 600),
            "add_file_s": whole("To add a document, from connecting to the end of the answer.", 120, 1, 3600),
            "download_s": whole("To fetch a file.", 120, 1, 3600),
            "call_s": whole("For any other call.", 30, 1, 3600)
        })),
    })
}

/// An object of settings whose default is what its members default to.
fn group(description: &str, properties: Value) -> Value {
    let defaults: serde_json::Map<String, Value> = properties
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, schema)| Some((name.clone(), schema.get("default")?.clone())))
        .collect();
    json!({
        "type": "object", "additionalProperties": false, "description": description,
        "default": defaults, "examples": [defaults], "properties": properties
    })
}

fn pointer(description: &str, default: &str) -> Value {
    json!({
        "type": "string", "format": "json-pointer", "minLength": 1, "maxLength": 255,
        "default": default, "description": description, "examples": [default]
    })
}

fn path(description: &str, default: &str) -> Value {
    json!({
        "type": "string", "minLength": 1, "maxLength": 1024,
        "default": default, "description": description, "examples": [default]
    })
}

fn number(description: &str, default: f64) -> Value {
    json!({
        "type": "number", "exclusiveMinimum": 0, "maximum": 14_400,
        "default": default, "description": description, "examples": [default]
    })
}
