//! The JSON Schemas of settings and credentials, as callers see them.

use serde_json::{Map, Value, json};

use crate::shared::schema_parts::{DRAFT, choice, optional_yes_no, text, whole, yes_no};

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

/// The endpoints whose codes may be given another class.
const ENDPOINTS: [&str; 8] = [
    "enviar_documento",
    "descargar_documentos",
    "marcar_documento_descargado",
    "descargar_documentos_firmados",
    "consultar_documento",
    "api_get_firmante",
    "api_actualizar_firmante",
    "api_get_cliente",
];

/// The schema of an account's credentials.
pub(super) fn credentials() -> Value {
    json!({
        "$schema": DRAFT,
        "title": "efirma GO credentials",
        "type": "object",
        "additionalProperties": false,
        "required": ["private_key"],
        "properties": {
            "private_key": {
                "type": "string", "minLength": 1, "maxLength": 255, "writeOnly": true,
                "description": "The developer's private key.",
                "examples": ["test-private-key-0001"]
            }
        }
    })
}

/// The schema of an account's settings.
pub(super) fn settings() -> Value {
    let mut properties = Map::new();
    for group in [parties(), sending(), artifacts(), reading(), mapping(), limits()] {
        if let Value::Object(group) = group {
            properties.extend(group);
        }
    }
    json!({
        "$schema": DRAFT,
        "title": "efirma GO settings",
        "type": "object",
        "additionalProperties": false,
        "required": ["cif_desarrollador", "nombre_cliente", "cif_cliente", "email_cliente"],
        "properties": properties
    })
}

fn parties() -> Value {
    json!({
        "base_url": {
            "type": "string", "format": "uri", "default": "https://api.efirma.es",
            "description": "Where the interface is (E1). Plain http only where private targets are allowed.",
            "examples": ["https://api.efirma.es"]
        },
        "cif_desarrollador": text("Tax id of the developer: the integrating company, owner of the private key.", "A23433211"),
        "nombre_cliente": text("Name of the client: the company in whose name documents are sent.", "Cliente A"),
        "cif_cliente": text("Tax id of the client.", "A77445566"),
        "email_cliente": text("E-mail address of the client.", "cliente@cliente.example"),
        "direccion_cliente": text("Address of the client.", "Calle Mayor 5"),
        "provincia_cliente": text("Province of the client.", "Sevilla"),
        "poblacion_cliente": text("Town of the client.", "La Lantejuela"),
        "nombre_remitente": text("Name of the sender that is shown with a document.", "Recursos Humanos"),
        "email_remitente": text("E-mail address of the sender that is shown with a document.", "rrhh@cliente.example"),
        "exclusive_credentials": yes_no(
            "Whether nobody else uses these credentials. Then documents are marked as downloaded at the provider once everything was collected.",
            false,
        ),
    })
}

fn sending() -> Value {
    json!({
        "origen": { "type": "string", "maxLength": 255, "default": "Rubrica", "description": "Label of the sending system.", "examples": ["Rubrica"] },
        "tarifa_cliente": text("Tariff of the client; the provider takes `Tarifa Personal` when there is none. An envelope's option goes before it.", "Tarifa Personal"),
        "enviar_bienvenida": optional_yes_no("Whether the provider mails recipients that are new to it a notice of their account. Absent: the provider's own choice."),
        "revisa_plan": optional_yes_no("Whether documents count against the client's tariff. Absent: the provider's own choice, which is no."),
        "enviar_url_respuesta": yes_no("Whether the provider posts a signed document to the callback URL.", true),
        "lookup_delays_s": {
            "type": "array", "minItems": 1, "maxItems": 20, "items": { "type": "integer", "minimum": 0, "maximum": 86_400 },
            "default": [5, 20, 60, 180],
            "description": "When to look for a document whose sending is in doubt, in seconds since the doubt; ascending (E25). After the last look it is sent again, so the last one must be longer than the provider needs to list a new document.",
            "examples": [[5, 20, 60, 180]]
        },
        "expires_at_informational": yes_no("Whether envelopes with `expires_at` may be sent although nothing enforces it.", false),
        "error_class_overrides": error_class_overrides(),
    })
}

fn error_class_overrides() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "default": { "http": {}, "codes": [] },
        "description": "What failures mean where the provider's reference does not tell (E4, E11). A class of refusal makes a send definitely refused; `provider_unavailable` and `provider_error` leave it in doubt.",
        "properties": {
            "http": {
                "type": "object", "default": {}, "propertyNames": { "pattern": "^[45][0-9]{2}$" },
                "additionalProperties": { "type": "string", "enum": CLASSES },
                "description": "Class by HTTP status, for answers without a verdict of the provider."
            },
            "codes": {
                "type": "array", "maxItems": 100, "default": [],
                "description": "Class by endpoint and code, or by a regular expression on the message; the first that fits wins.",
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["endpoint", "class"],
                    "properties": {
                        "endpoint": { "type": "string", "enum": ENDPOINTS, "description": "The provider's name of the endpoint." },
                        "code": { "type": "string", "minLength": 1, "maxLength": 50, "description": "The provider's code." },
                        "message_pattern": { "type": "string", "minLength": 1, "maxLength": 500, "description": "A regular expression that the message fits." },
                        "class": { "type": "string", "enum": CLASSES, "description": "The class." }
                    }
                }
            }
        },
        "examples": [{ "codes": [{ "endpoint": "enviar_documento", "message_pattern": "(?i)saldo", "class": "insufficient_credit" }] }]
    })
}

fn artifacts() -> Value {
    json!({
        "artifact_hosts": {
            "type": "array", "maxItems": 20, "items": { "type": "string", "minLength": 1, "maxLength": 255 },
            "default": ["app.efirma.es", "api.efirma.es"],
            "description": "Hosts from which signed documents and certificates may be fetched; an address elsewhere is never followed.",
            "examples": [["app.efirma.es", "api.efirma.es"]]
        },
        "upgrade_http_artifacts": yes_no("Whether http addresses of artifacts are fetched by https (E20).", true),
        "artifact_mode": choice(
            "Whether signed documents are fetched by their addresses, with the callback as fallback, or taken from the callback only (E19).",
            &["direct", "callback_only"],
        ),
        "artifact_url_rewrite": {
            "type": "array", "maxItems": 20, "default": [],
            "description": "Regular expressions and replacements that turn an address of the viewer into one of the file, one after another (E19). `$1` stands for the first group.",
            "items": {
                "type": "object", "additionalProperties": false, "required": ["pattern", "replacement"],
                "properties": {
                    "pattern": { "type": "string", "minLength": 1, "maxLength": 500, "description": "What to replace." },
                    "replacement": { "type": "string", "maxLength": 500, "description": "What to put there." }
                }
            },
            "examples": [[{ "pattern": "/viewer\\?d=(.+)$", "replacement": "/download/$1" }]]
        },
        "max_artifact_bytes": whole("Largest signed document or certificate that is taken, in bytes.", 104_857_600, 1, 10_737_418_240),
        "redelivery_wait_s": whole("How long to wait for the callback after the provider was asked to deliver a document again, in seconds.", 120, 1, 86_400),
        "callback_signed_values": {
            "type": "array", "maxItems": 20, "items": { "type": "string", "maxLength": 255 }, "default": ["FIRMADO"],
            "description": "Values of `estado` in a callback whose file is the signed document, in any case of letters (E22); empty for any.",
            "examples": [["FIRMADO"]]
        },
    })
}

fn reading() -> Value {
    json!({
        "first_page": whole("Number of the first page of searches (E12).", 1, 0, 1),
        "poll_batch_size": whole("Most documents that are read by one call (E28).", 50, 1, 1000),
        "blocked_is_attention": yes_no("Whether a recipient that the provider calls blocked or not active needs a person's attention (E24).", true),
        "csv_filter_key": {
            "type": "object", "additionalProperties": false,
            "default": { "descargar_documentos": "csv", "descargar_documentos_firmados": "CSV" },
            "description": "How the filter by verification code is spelled at each endpoint (E14).",
            "properties": {
                "descargar_documentos": { "type": "string", "enum": ["csv", "CSV"], "default": "csv", "description": "In searches of all documents." },
                "descargar_documentos_firmados": { "type": "string", "enum": ["CSV", "csv"], "default": "CSV", "description": "In searches of signed documents." }
            },
            "examples": [{ "descargar_documentos": "CSV" }]
        },
        "polling": {
            "type": "array", "minItems": 1, "maxItems": 20,
            "default": [
                { "until_age_s": 600, "every_s": 30 },
                { "until_age_s": 86_400, "every_s": 300 },
                { "until_age_s": 315_360_000, "every_s": 1800 }
            ],
            "description": "Pauses between two readings of a document, by its age; ascending. The first entry whose age is not reached applies.",
            "items": {
                "type": "object", "additionalProperties": false, "required": ["until_age_s", "every_s"],
                "properties": {
                    "until_age_s": { "type": "integer", "minimum": 1, "maximum": 3_153_600_000_u64, "description": "Up to this age, in seconds." },
                    "every_s": { "type": "integer", "minimum": 1, "maximum": 604_800, "description": "The pause, in seconds." }
                }
            },
            "examples": [[{ "until_age_s": 315_360_000, "every_s": 600 }]]
        },
    })
}

fn mapping() -> Value {
    json!({
        "form_encoding": choice("How calls without a file are encoded (E2); calls with a file are multipart forms always.", &["multipart", "urlencoded"]),
        "boolean_style": choice(
            "How `enviar_bienvenida`, `revisa_plan` and `enviar_url_respuesta` are written (E5): 1 and 0, true and false, or si and no.",
            &["int", "bool", "si_no"],
        ),
        "mensaje_privado_mode": choice("Where private messages stand (E6): with each recipient, once for all, or both.", &["recipient", "top_level", "both"]),
        "gestor_rule": choice(
            "When the manager of a corporate device must be named (E7): when only such a device is allowed, whenever one is allowed, or never.",
            &["only_corporate", "any_corporate", "never"],
        ),
        "coordinate_origin": choice("The corner of the page from which the provider counts (E8).", &["top_left", "bottom_left"]),
        "coordinate_basis": choice("Pixels of the page itself, or of an A4 page of 794 by 1123 that it is scaled to (E8).", &["page", "a4"]),
        "coordinate_offset_x": { "type": "integer", "minimum": -10_000, "maximum": 10_000, "default": 0, "description": "Pixels to add to every horizontal place (E8).", "examples": [0] },
        "coordinate_offset_y": { "type": "integer", "minimum": -10_000, "maximum": 10_000, "default": 0, "description": "Pixels to add to every vertical place (E8).", "examples": [0] },
        "allow_duplicate_email": yes_no("Whether one e-mail address may stand twice in an envelope (E27).", false),
    })
}

fn limits() -> Value {
    json!({
        "max_document_bytes": whole("Largest document that is sent, in bytes (E26).", 10_485_760, 1, 1_073_741_824),
        "max_recipients": whole("Most recipients of an envelope (E26).", 50, 1, 1000),
        "timeouts": {
            "type": "object", "additionalProperties": false,
            "default": { "connect_s": 5, "send_s": 120, "call_s": 30, "artifact_s": 120 },
            "description": "Time-outs, in seconds.",
            "properties": {
                "connect_s": whole("To connect.", 5, 1, 600),
                "send_s": whole("To send a document, from connecting to the end of the answer.", 120, 1, 3600),
                "call_s": whole("For any other call.", 30, 1, 3600),
                "artifact_s": whole("To fetch a signed document or a certificate.", 120, 1, 3600)
            },
            "examples": [{ "send_s": 300 }]
        },
        "concurrency": whole("Calls of the account at the same time.", 4, 1, 100),
    })
}
