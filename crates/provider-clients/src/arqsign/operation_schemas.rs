//! The vendor's own operations: what goes in and what comes out, in neutral English words.

use serde_json::{Value, json};

use super::settings_schema::GUID;
use crate::provider::OperationSpec;

/// Every operation.
pub(super) fn all() -> Vec<OperationSpec> {
    vec![
        OperationSpec {
            name: "search_folders",
            summary: "Finds folders of the account: the top ones, the children of one, or the paths of some.",
            changes: false,
            input: input(
                json!({
                    "search": { "type": "string", "enum": ["root", "children", "paths"], "default": "root", "description": "The top folders and their children, the children of one folder, or the full paths of the given folders.", "examples": ["children"] },
                    "folder_ids": guids("The folders: one for `children`, at least one for `paths`."),
                    "only_active": { "type": "boolean", "default": true, "description": "Whether deleted folders are left out.", "examples": [false] }
                }),
                &[],
            ),
            output: output(
                json!({ "folders": rows(folder(Some(json!({ "type": "array", "items": row(folder(None)), "description": "Its children, where they were asked for." })))) }),
            ),
        },
        OperationSpec {
            name: "search_users",
            summary: "Finds users of the account; those with `may_send` can be the sending user.",
            changes: false,
            input: input(
                json!({
                    "only_active": { "type": "boolean", "default": true, "description": "Whether only active users are wanted; does not count with `user_ids`.", "examples": [false] },
                    "user_ids": guids("These users.")
                }),
                &[],
            ),
            output: output(json!({ "users": rows(json!({
                "id": text("The provider's id."), "name": text("Their name."),
                "status": text("`active`, `inactive`, `blocked`, or the provider's own word."),
                "may_send": flag("Whether they may send processes.")
            })) })),
        },
        OperationSpec {
            name: "list_signer_roles",
            summary: "Lists the names of roles that signers can have in the options `papeis_pf` and `papeis_pj`.",
            changes: false,
            input: input(json!({}), &[]),
            output: output(json!({ "roles": rows(json!({
                "id": text("The provider's id."), "name": text("The name."), "default": flag("Whether it is one of the provider's own.")
            })) })),
        },
        OperationSpec {
            name: "get_consumption",
            summary: "Counts what was used in a period of at most a year.",
            changes: false,
            input: input(
                json!({
                    "from": day("The first day."),
                    "to": day("The last day."),
                    "item": { "type": "string", "enum": ["all", "sendings", "whatsapp", "sms"], "default": "all", "description": "What to count.", "examples": ["sendings"] }
                }),
                &["from", "to"],
            ),
            output: output(json!({ "account": text("The account's name."), "items": rows(json!({
                "item": text("What was used."), "count": whole("How many.")
            })) })),
        },
        OperationSpec {
            name: "get_subscription",
            summary: "Reads the account's state, plan and credit left.",
            changes: false,
            input: input(json!({}), &[]),
            output: output(json!({
                "account": text("The account's name."),
                "status": text("`active`, `inactive`, `blocked` or `pending`."),
                "plan": text("The plan's name."),
                "plan_type": text("The provider's letter for the kind of plan."),
                "valid_from": text("The first day of the period paid for."),
                "valid_until": text("The last day of the period paid for."),
                "trial": flag("Whether it is a trial."),
                "credits": rows(json!({
                    "item": text("What it pays for."), "left": whole("How much is left."),
                    "may_exceed": flag("Whether more may be used and is billed.")
                }))
            })),
        },
        OperationSpec {
            name: "list_webhooks",
            summary: "Lists the account's webhooks, also those that the broker registered, without their keys.",
            changes: false,
            input: input(json!({}), &[]),
            output: output(json!({ "webhooks": rows(json!({
                "id": text("The provider's id."), "name": text("Its name."),
                "status": text("`active`, `inactive` or `inactive_after_failures`."),
                "url": text("The address that it calls."),
                "waits_for_answer": flag("Whether the provider waits for the answer and tries again."),
                "user_ids": texts("Only for processes of these users."),
                "group_ids": texts("Only for processes of these groups."),
                "folder_ids": texts("Only for processes in these folders."),
                "triggers": rows(json!({
                    "id": whole("The trigger, 1 to 8."), "name": text("Its name."), "active": flag("Whether it is on.")
                }))
            })) })),
        },
        OperationSpec {
            name: "register_webhook",
            summary: "Registers a further webhook, for another system than the broker. There is no call that deletes one.",
            changes: true,
            input: input(
                json!({
                    "name": { "type": "string", "minLength": 1, "maxLength": 150, "not": { "pattern": "^rubrica-" }, "description": "A name that the account does not have yet; `rubrica-` is for the broker's own.", "examples": ["erp-production"] },
                    "url": { "type": "string", "format": "uri", "maxLength": 2048, "description": "The address to call.", "examples": ["https://erp.example.com/arqsign"] },
                    "active": { "type": "boolean", "default": true, "description": "Whether it is on.", "examples": [true] },
                    "triggers": { "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "integer", "minimum": 1, "maximum": 8 }, "description": "1 sent, 2 delivery failed, 3 signed by one, 4 declined, 5 canceled, 6 expired, 7 sent again, 8 signed by all.", "examples": [[8]] },
                    "user_ids": guids("Only for processes of these users."),
                    "group_ids": guids("Only for processes of these groups."),
                    "folder_ids": guids("Only for processes in these folders."),
                    "include": {
                        "type": "object", "additionalProperties": false, "description": "What is sent along.",
                        "properties": {
                            "process": { "type": "boolean", "default": false, "description": "The process." },
                            "signers": { "type": "boolean", "default": false, "description": "The signers." },
                            "documents": { "type": "boolean", "default": false, "description": "The documents, in base64." },
                            "shared_links": { "type": "boolean", "default": false, "description": "The links of shared documents." },
                            "signature_records": { "type": "boolean", "default": false, "description": "The signature records, in base64." }
                        },
                        "examples": [{ "process": true }]
                    }
                }),
                &["name", "url", "triggers"],
            ),
            output: output(json!({
                "id": text("The provider's id."), "name": text("Its name."),
                "hmac_key": { "type": "string", "writeOnly": false, "description": "The key of its proofs. A secret, shown here once." }
            })),
        },
        OperationSpec {
            name: "set_webhook_status",
            summary: "Switches a webhook on, which also resets its failures, or off.",
            changes: true,
            input: input(
                json!({
                    "webhook_id": { "type": "string", "pattern": GUID, "description": "The provider's id of the webhook.", "examples": ["b1f20000-0000-4000-8000-000000000001"] },
                    "active": { "type": "boolean", "description": "Whether it is to be on.", "examples": [true] }
                }),
                &["webhook_id", "active"],
            ),
            output: output(json!({})),
        },
    ]
}

fn input(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn output(properties: Value) -> Value {
    row(properties)
}

fn row(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

fn rows(properties: Value) -> Value {
    json!({ "type": "array", "description": "One entry each.", "items": row(properties) })
}

fn folder(children: Option<Value>) -> Value {
    let mut members = json!({
        "id": text("The provider's id."), "name": text("Its name."), "path": text("Its path, parted by `|`."),
        "active": flag("Whether it is not deleted."), "has_children": flag("Whether it has children.")
    });
    if let (Some(members), Some(children)) = (members.as_object_mut(), children) {
        members.insert("children".to_owned(), children);
    }
    members
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string" }, "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn whole(description: &str) -> Value {
    json!({ "type": "integer", "description": description })
}

fn day(description: &str) -> Value {
    json!({ "type": "string", "format": "date", "description": description, "examples": ["2026-11-30"] })
}

fn guids(description: &str) -> Value {
    json!({
        "type": "array", "maxItems": 100, "uniqueItems": true, "items": { "type": "string", "pattern": GUID },
        "description": description, "examples": [["5b2f7a10-3a0e-4d43-8a8b-2f1f0c9e7d11"]]
    })
}
