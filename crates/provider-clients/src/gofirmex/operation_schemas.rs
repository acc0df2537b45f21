//! The vendor's own operations: what goes in and what comes out, in neutral English words. All of them need calls that
//! only an account with the vendor's reference has.

use serde_json::{Value, json};

use crate::provider::OperationSpec;
use crate::shared::schema_parts::{object, text};

/// Every operation.
pub(super) fn all() -> Vec<OperationSpec> {
    vec![
        OperationSpec {
            name: "get_portfolio",
            summary: "Reads a portfolio. Needs `profile.calls.get_portfolio`.",
            changes: false,
            input: object("Input of get_portfolio", &["portfolio_id"], [json!({ "portfolio_id": id() })]),
            output: object("Result of get_portfolio", &["portfolio"], [json!({ "portfolio": portfolio() })]),
        },
        OperationSpec {
            name: "find_portfolios",
            summary: "Finds portfolios by the id that the caller gave them. Needs `profile.calls.find_portfolio`.",
            changes: false,
            input: object(
                "Input of find_portfolios",
                &["client_portfolio_id"],
                [json!({
                    "client_portfolio_id": text("The caller's id; a portfolio of this broker has its submission's id, with `.2`, `.3` … for later attempts.", "sub_01j8z3k5m2e0q9v7w6x5y4z3a2")
                })],
            ),
            output: object(
                "Result of find_portfolios",
                &["portfolios"],
                [
                    json!({ "portfolios": { "type": "array", "description": "Those that were found.", "items": portfolio() } }),
                ],
            ),
        },
        OperationSpec {
            name: "cancel_portfolio",
            summary: "Takes a portfolio back, for example one that an earlier attempt left behind. Needs `profile.calls.cancel_portfolio`.",
            changes: true,
            input: object(
                "Input of cancel_portfolio",
                &["portfolio_id"],
                [json!({ "portfolio_id": id(), "reason": text("Why.", "Sent by mistake") })],
            ),
            output: object("Result of cancel_portfolio", &[], [json!({})]),
        },
        OperationSpec {
            name: "resend_notification",
            summary: "Has the provider invite a signer again. Needs `profile.calls.resend`.",
            changes: true,
            input: object(
                "Input of resend_notification",
                &["portfolio_id", "signer_nin"],
                [
                    json!({ "portfolio_id": id(), "signer_nin": text("The signer's identity number, as it was sent.", "11111111-1") }),
                ],
            ),
            output: object("Result of resend_notification", &[], [json!({})]),
        },
    ]
}

fn id() -> Value {
    text("The provider's id of the portfolio.", "9f0b7a52-6f5e-4a53-9a0c-2a4b8a4d7c11")
}

fn told(description: &str) -> Value {
    json!({ "type": ["string", "null"], "description": description })
}

/// Links are left out: whoever knows one can sign, or read the document.
fn portfolio() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "description": "A portfolio, without its links.",
        "required": ["portfolio_id", "client_portfolio_id", "status", "state", "signers", "documents", "finished"],
        "properties": {
            "portfolio_id": told("The provider's id."),
            "client_portfolio_id": told("The caller's id."),
            "status": told("The provider's own word for its state."),
            "state": told("What the word means here; null for an unknown one."),
            "finished": { "type": "boolean", "description": "Whether there is a link to what was signed." },
            "message": told("Why it was rejected."),
            "detail": told("Details of it."),
            "signers": {
                "type": "array", "description": "The signers.",
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["nin", "status", "can_sign"],
                    "properties": {
                        "nin": told("Identity number."), "status": told("The provider's own word."),
                        "can_sign": { "type": "boolean", "description": "Whether there is a signing link." }
                    }
                }
            },
            "documents": {
                "type": "array", "description": "The documents.",
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["document_id", "client_document_id"],
                    "properties": {
                        "document_id": told("The provider's id."), "client_document_id": told("The caller's id.")
                    }
                }
            }
        }
    })
}
