//! The vendor's own operations: what goes in and what comes out, in neutral English words.

use serde_json::{Value, json};

use crate::provider::OperationSpec;
use crate::shared::schema_parts::{DRAFT, text};

/// Every operation.
pub(super) fn all() -> Vec<OperationSpec> {
    users().into_iter().chain(catalogue()).chain(of_contracts()).collect()
}

fn spec(name: &'static str, summary: &'static str, changes: bool, input: Value, output: Value) -> OperationSpec {
    OperationSpec { name, summary, changes, input, output }
}

fn users() -> Vec<OperationSpec> {
    let names = json!({
        "given_name": text("Given name.", "ANA"),
        "family_name": text("Surname.", "DIAZ"),
        "phone": phone()
    });
    vec![
        spec(
            "get_user",
            "Reads a user of the provider; the account's own where no number is given.",
            false,
            input(&[], json!({ "user_id": number("The user's number.", 20) })),
            user(),
        ),
        spec(
            "create_user",
            "Creates a user of the provider.",
            true,
            input(
                &["rut", "given_name", "family_name", "email", "phone", "login", "password", "user_type"],
                merged(
                    names.clone(),
                    json!({
                        "profile_id": { "type": "integer", "minimum": 0, "maximum": 1000, "default": 0, "description": "The provider's number of the profile.", "examples": [0] },
                        "rut": rut(),
                        "email": email(),
                        "login": { "type": "string", "pattern": "^[A-Za-z0-9]{6,16}$", "description": "The login, 6 to 16 letters and digits; nobody else may have it.", "examples": ["anadiaz"] },
                        "password": password("The password."),
                        "comments": text("A remark.", "NA"),
                        "user_type": { "type": "string", "enum": ["NATURAL", "LEGAL"], "description": "Whether the user is a natural person or a company.", "examples": ["NATURAL"] }
                    }),
                ),
            ),
            user(),
        ),
        spec(
            "update_user",
            "Changes the name or the phone of a user; nothing else of a user can change.",
            true,
            input(&["user_id"], merged(names, json!({ "user_id": number("The user's number.", 20) }))),
            user(),
        ),
        spec(
            "reset_password",
            "Has the provider mail a temporary code to a user.",
            true,
            input(&["login"], json!({ "login": text("The user's e-mail address.", "ana@example.cl") })),
            nothing(),
        ),
        spec(
            "set_new_password",
            "Sets a new password with the code that was mailed.",
            true,
            input(
                &["login", "temporary_password", "new_password"],
                json!({
                    "login": text("The user's e-mail address.", "ana@example.cl"),
                    "temporary_password": password("The code that was mailed."),
                    "new_password": password("The new password.")
                }),
            ),
            nothing(),
        ),
    ]
}

fn catalogue() -> Vec<OperationSpec> {
    vec![spec(
        "list_contract_types",
        "Lists the price rows of the catalogue: contract type, kind of signature, number of signers, price in pesos.",
        false,
        {
            let mut input = input(
                &[],
                json!({
                    "class": {
                        "type": "string",
                        "enum": ["REAL_ESTATE", "LABOR", "PERSONAL", "POWER", "COMPANY", "SOCIETY", "VEHICLE"],
                        "description": "Only this class of contracts.", "examples": ["LABOR"]
                    },
                    "modal": {
                        "type": "string", "enum": ["SIGNATURE", "SIGNATURE_CERT_NOTARIAL", "SIGNATURE_PROT_NOTARIAL"],
                        "description": "Only this kind of signature.", "examples": ["SIGNATURE"]
                    },
                    "contract_type_id": number("Only this contract type.", 1),
                    "contract_type_fee_id": number("Only this price row.", 28)
                }),
            );
            input["maxProperties"] = json!(1);
            input
        },
        output(json!({
            "contract_types": list(json!({
                "contract_type_id": number("The contract type.", 1),
                "class": text("The class of contracts.", "REAL_ESTATE"),
                "name": text("The provider's name of the contract type.", "CONTRATO DE ARIENDO"),
                "contract_type_fee_id": number("The price row.", 1),
                "modal": text("The kind of signature.", "SIGNATURE"),
                "signers": number("For how many signers it is.", 1),
                "amount": text("The price, in pesos.", "1990.00")
            }))
        })),
    )]
}

fn of_contracts() -> Vec<OperationSpec> {
    let id = || json!({ "contract_id": contract_id() });
    let signer = || {
        merged(
            id(),
            json!({ "rut": rut(), "name": text("Full name.", "Jose Perez"), "email": email(), "phone": phone() }),
        )
    };
    const SIGNER: [&str; 5] = ["contract_id", "rut", "name", "email", "phone"];
    vec![
        spec(
            "list_owner_contracts",
            "Lists all contracts of an owner; of the account's own user where no number is given.",
            false,
            input(&[], json!({ "owner_id": number("The owner's number.", 20) })),
            output(json!({ "contracts": list(contract()) })),
        ),
        spec(
            "get_contract",
            "Reads a contract.",
            false,
            input(&["contract_id"], id()),
            output(json!({ "contract": closed(contract()) })),
        ),
        spec(
            "delete_contract",
            "Deletes a contract, for example one that was created and given up. Envelopes are canceled instead.",
            true,
            input(&["contract_id"], id()),
            nothing(),
        ),
        spec("list_files", "Lists the files of a contract.", false, input(&["contract_id"], id()), files()),
        spec(
            "sort_files",
            "Puts the files of a contract in order, or drops some; every file has to be named.",
            true,
            input(
                &["contract_id", "files"],
                merged(
                    id(),
                    json!({
                        "files": {
                            "type": "array", "minItems": 1, "maxItems": 100,
                            "description": "Every file, in the order that they are to have.",
                            "items": {
                                "type": "object", "additionalProperties": false, "required": ["name"],
                                "properties": {
                                    "name": text("The file's name in the list.", "391b2edf_1.pdf"),
                                    "remove": { "type": "boolean", "default": false, "description": "Whether it is dropped.", "examples": [true] }
                                }
                            },
                            "examples": [[{ "name": "391b2edf_1.pdf" }]]
                        }
                    }),
                ),
            ),
            files(),
        ),
        spec(
            "add_signer",
            "Adds a signer, who pays nothing, to a contract.",
            true,
            input(&SIGNER, signer()),
            nothing(),
        ),
        spec(
            "update_signer",
            "Changes name, e-mail or phone of the signer with this RUT. It mails nobody.",
            true,
            input(&SIGNER, signer()),
            nothing(),
        ),
        spec(
            "remove_signer",
            "Removes the signer with this RUT from a contract.",
            true,
            input(&["contract_id", "rut"], merged(id(), json!({ "rut": rut() }))),
            nothing(),
        ),
    ]
}

fn input(required: &[&str], properties: Value) -> Value {
    json!({
        "$schema": DRAFT, "type": "object", "additionalProperties": false, "required": required, "properties": properties
    })
}

fn output(properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(|members| members.keys()).collect();
    json!({
        "$schema": DRAFT, "type": "object", "additionalProperties": false, "required": required, "properties": properties
    })
}

fn nothing() -> Value {
    json!({ "$schema": DRAFT, "type": "object", "additionalProperties": false, "properties": {} })
}

fn closed(properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn list(properties: Value) -> Value {
    json!({ "type": "array", "items": closed(properties) })
}

fn merged(mut one: Value, other: Value) -> Value {
    if let (Some(members), Value::Object(more)) = (one.as_object_mut(), other) {
        members.extend(more);
    }
    one
}

fn number(description: &str, example: u64) -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u64, "description": description, "examples": [example] })
}

fn contract_id() -> Value {
    json!({
        "type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$", "description": "The provider's id of the contract.",
        "examples": ["54431056-8e90-40b3-97ae-de029cc4b138"]
    })
}

fn rut() -> Value {
    json!({ "type": "string", "minLength": 3, "maxLength": 20, "description": "RUT with its check digit, in any way of writing.", "examples": ["76795561-8"] })
}

fn email() -> Value {
    json!({ "type": "string", "format": "email", "maxLength": 254, "description": "E-mail address.", "examples": ["ana@example.cl"] })
}

fn phone() -> Value {
    json!({ "type": "string", "pattern": "^\\+[0-9]{8,15}$", "description": "Phone with + and its country code.", "examples": ["+56987332031"] })
}

fn password(description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": 255, "writeOnly": true, "description": description, "examples": ["example-password"] })
}

fn user() -> Value {
    let number = |description: &str| number(description, 20);
    output(json!({
        "user": closed(json!({
            "user_id": number("The user's number."),
            "profile_id": number("The provider's number of the profile."),
            "rut": text("RUT.", "32323103-5"),
            "email": text("E-mail address.", "ana@example.cl"),
            "phone": text("Phone.", "56978570242"),
            "given_name": text("Given name.", "ANA"),
            "family_name": text("Surname.", "DIAZ"),
            "login": text("The login.", "anadiaz"),
            "status": text("`ENABLE` or `DISABLE`.", "ENABLE"),
            "comments": text("A remark.", "NA"),
            "user_type": text("`NATURAL` or `LEGAL`.", "NATURAL")
        }))
    }))
}

fn contract() -> Value {
    json!({
        "contract_id": contract_id(),
        "status": { "type": "string", "description": "The provider's word for its state.", "examples": ["REVIEW"] },
        "payment": text("`PENDING` or `PAIDOUT`.", "PENDING"),
        "contract_type_fee_id": number("The price row.", 28),
        "signers": number("How many signers were announced.", 1),
        "owner_id": text("The owner's number.", "20"),
        "created": text("When it was created, in the provider's own words.", "2021-12-10 05:29:11"),
        "contract_type": text("The provider's name of the contract type.", "CONTRATO DE ARIENDO"),
        "signature_kind": text("The kind of signature, in the provider's words.", "FIRMA CON CERTIFICACION NOTARIAL"),
        "amount": text("The price, in pesos.", "19980.00")
    })
}

fn files() -> Value {
    output(json!({
        "files": list(json!({
            "name": text("The name under which it is stored.", "391b2edf_1.pdf"),
            "url": text("Where it is: an address, or its name again.", "391b2edf_1.pdf"),
            "place": number("Its place, from 0.", 0)
        }))
    }))
}
