//! The vendor's own operations: what goes in and what comes out, in neutral English words.

use serde_json::{Map, Value, json};

use crate::provider::OperationSpec;

/// Every operation.
pub(super) fn all() -> Vec<OperationSpec> {
    vec![
        OperationSpec {
            name: "search_documents",
            summary: "Searches the client's documents in any state, a page at a time.",
            changes: false,
            input: input(
                json!({
                    "page": page(),
                    "key_fields": key_fields(),
                    "operation_ids": operation_ids(),
                    "verification_code": code(),
                    "downloaded": { "type": "boolean", "description": "Only those that are, or are not, marked as downloaded.", "examples": [false] },
                    "states": {
                        "type": "array", "uniqueItems": true, "maxItems": 3,
                        "items": { "type": "string", "enum": ["signed", "canceled", "declined"] },
                        "description": "Only documents in these states; none given: in any, also in process.",
                        "examples": [["signed"]]
                    }
                }),
                json!({}),
            ),
            output: page_of(json!({
                "operation_id": text("The provider's id of the document."),
                "status": text("The provider's own word for its state."),
                "name": text("The name shown to recipients."),
                "recipients": recipients(),
                "document_url": text("Where the document can be fetched. Whoever knows it may be able to."),
                "certificate_url": text("Where the certificate can be fetched. Whoever knows it may be able to."),
                "key_fields": key_fields(),
                "verification_code": text("The document's secure verification code.")
            })),
        },
        OperationSpec {
            name: "search_signed_documents",
            summary: "Searches the client's signed documents, a page at a time, by at least one criterion.",
            changes: false,
            input: input(
                json!({
                    "page": page(),
                    "key_fields": key_fields(),
                    "operation_id": given("One document, by the provider's id.", "123456789999999"),
                    "verification_code": code()
                }),
                json!({ "anyOf": [
                    { "required": ["key_fields"] },
                    { "required": ["operation_id"] },
                    { "required": ["verification_code"] }
                ] }),
            ),
            output: page_of(json!({
                "operation_id": text("The provider's id of the document."),
                "document_url": text("Where the document can be fetched. Whoever knows it may be able to."),
                "certificate_url": text("Where the certificate can be fetched. Whoever knows it may be able to."),
                "key_fields": key_fields(),
                "verification_code": text("The document's secure verification code.")
            })),
        },
        OperationSpec {
            name: "query_documents",
            summary: "Reads the state of documents; on demand, has signed ones posted to the callback URL again.",
            changes: false,
            input: input(
                json!({
                    "operation_ids": operation_ids(),
                    "redeliver": { "type": "boolean", "default": false, "description": "Whether signed documents are posted to the callback URL again.", "examples": [true] }
                }),
                json!({ "required": ["operation_ids"] }),
            ),
            output: output(
                json!({ "documents": {
                    "type": "array",
                    "description": "One entry for each id.",
                    "items": output(
                        json!({
                            "operation_id": text("The provider's id of the document."),
                            "state": {
                                "type": ["string", "null"], "enum": ["in_process", "signed", "canceled", "declined", "not_found", null],
                                "description": "Its state; null when the provider's word is not known."
                            },
                            "status": text("The provider's own word for its state."),
                            "document_url": text("Where the signed document can be fetched."),
                            "recipients": recipients()
                        }),
                        &["operation_id", "state", "status", "recipients"],
                    )
                } }),
                &["documents"],
            ),
        },
        OperationSpec {
            name: "mark_documents_downloaded",
            summary: "Marks documents as downloaded, for everybody who uses these credentials.",
            changes: true,
            input: input(json!({ "operation_ids": operation_ids() }), json!({ "required": ["operation_ids"] })),
            output: output(json!({}), &[]),
        },
        OperationSpec {
            name: "get_signer",
            summary: "Reads a person of the client's directory, by e-mail address or identifier.",
            changes: false,
            input: input(
                json!({ "email": email("Their e-mail address."), "identifier": given("Their identifier in the directory.", "EMP-42") }),
                json!({ "oneOf": [{ "required": ["email"] }, { "required": ["identifier"] }] }),
            ),
            output: output(json!({ "signer": signer_output() }), &["signer"]),
        },
        OperationSpec {
            name: "upsert_signer",
            summary: "Changes the person with an e-mail address in the client's directory, or creates them. A change shows in every document of that person.",
            changes: true,
            input: input(
                json!({ "email": email("The e-mail address that the directory has."), "signer": signer_input() }),
                json!({ "required": ["email", "signer"] }),
            ),
            output: output(json!({ "signer": signer_output() }), &[]),
        },
        OperationSpec {
            name: "get_client",
            summary: "Reads the client company.",
            changes: false,
            input: input(json!({}), json!({})),
            output: output(
                json!({ "client": output(
                    json!({
                        "tax_id": text("Tax id."), "name": text("Name."), "email": text("E-mail address."),
                        "address": text("Address."), "province": text("Province."), "town": text("Town.")
                    }),
                    &[],
                ) }),
                &["client"],
            ),
        },
    ]
}

fn input(properties: Value, rules: Value) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema.insert("properties".to_owned(), properties);
    if let Value::Object(rules) = rules {
        schema.extend(rules);
    }
    Value::Object(schema)
}

fn output(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required })
}

fn page_of(document: Value) -> Value {
    output(
        json!({
            "documents": { "type": "array", "description": "The documents of this page.", "items": output(document, &["operation_id", "key_fields"]) },
            "next_page": { "type": ["integer", "null"], "description": "The next page; null on the last." },
            "total": { "type": ["integer", "null"], "description": "Hits over all pages, as the provider tells; a hint only." }
        }),
        &["documents", "next_page", "total"],
    )
}

/// A text that the vendor told: whatever it is.
fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// A text that the caller gives.
fn given(description: &str, example: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 255, "description": description, "examples": [example] })
}

fn email(description: &str) -> Value {
    json!({ "type": "string", "format": "email", "maxLength": 255, "description": description, "examples": ["jesus@example.com"] })
}

fn page() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u64, "description": "Which page; absent for the first, then `next_page` of the page before.", "examples": [2] })
}

fn code() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 255, "description": "The document's secure verification code.", "examples": ["AAAA-BBBB-CCCC-DDDD-EEEE"] })
}

fn key_fields() -> Value {
    json!({
        "type": "object", "additionalProperties": { "type": "string" },
        "description": "Key fields of a document; `rubrica_submission` is the broker's own.",
        "examples": [{ "expediente": "2026-0042" }]
    })
}

fn operation_ids() -> Value {
    json!({
        "type": "array", "minItems": 1, "maxItems": 1000, "items": { "type": "string", "minLength": 1, "maxLength": 255 },
        "description": "Documents, by the provider's ids.", "examples": [["123456789999999"]]
    })
}

fn recipients() -> Value {
    json!({
        "type": "array", "description": "The recipients, as the provider tells them.",
        "items": output(
            json!({
                "name": text("Full name."), "email": text("E-mail address."), "phone": text("Phone."),
                "type": text("The provider's own word for the role."),
                "acted": { "type": "boolean", "description": "Whether they signed or approved." },
                "blocked": { "type": ["boolean", "null"], "description": "Whether the provider calls them blocked." },
                "active": { "type": ["boolean", "null"], "description": "Whether the provider calls them active." }
            }),
            &["acted", "blocked", "active"],
        )
    })
}

fn terminals() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "description": "Where they may act.",
        "properties": {
            "web": { "type": "boolean", "description": "On the web." },
            "personal": { "type": "boolean", "description": "In the app on their own device." },
            "corporate": { "type": "boolean", "description": "On a corporate device." }
        },
        "examples": [{ "web": true }]
    })
}

fn signer_output() -> Value {
    output(
        json!({
            "given_name": text("Given name."), "family_name": text("First surname."),
            "second_family_name": text("Second surname."), "email": text("E-mail address."), "phone": text("Phone."),
            "terminals": terminals()
        }),
        &["terminals"],
    )
}

fn signer_input() -> Value {
    let name = |description: &str| json!({ "type": "string", "maxLength": 255, "description": description, "examples": ["Ana"] });
    json!({
        "type": "object", "additionalProperties": false, "required": ["given_name"],
        "description": "What the directory shall say.",
        "properties": {
            "given_name": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "\\S", "description": "Given name.", "examples": ["Ana"] },
            "family_name": name("First surname."),
            "second_family_name": name("Second surname."),
            "email": email("The new e-mail address; absent: unchanged."),
            "phone": { "type": "string", "pattern": "^\\+?[0-9]{6,11}$", "maxLength": 12, "description": "Mobile phone.", "examples": ["+34677777777"] },
            "terminals": terminals()
        },
        "examples": [{ "given_name": "Ana", "family_name": "Gómez" }]
    })
}
