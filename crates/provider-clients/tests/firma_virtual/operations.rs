//! The vendor's own operations. Sections 3.2 to 3.7, 3.9, 3.10, 3.12, 3.14, 3.15 and 3.18 to 3.20.

use domain::outcome::Outcome;
use provider_clients::call::Call;
use provider_clients::firma_virtual::FirmaVirtual;
use provider_clients::provider::{Provider, Unbuildable};
use provider_clients::schema;
use serde_json::{Value, json};

use crate::support::{
    CONTRACT, account, done, error, file, header, json_of, line, row, session, success, told, within,
};

fn call(name: &str, input: Value) -> Call {
    let profile = FirmaVirtual::new().profile().clone();
    let spec = profile.operations.iter().find(|operation| operation.name == name).unwrap();
    assert_eq!(schema::check(&spec.input, &input, ""), [], "{name}");
    account(json!({})).operation_request(name, &input, &within(&session())).unwrap()
}

/// The result of an operation, which satisfies its schema.
fn result(name: &str, message: Value, code: u16) -> Value {
    let profile = FirmaVirtual::new().profile().clone();
    let spec = profile.operations.iter().find(|operation| operation.name == name).unwrap();
    let result = done(account(json!({})).operation_reply(name, &success(code, message)));
    assert_eq!(schema::check(&spec.output, &result, ""), [], "{name}: {result}");
    result
}

fn user() -> Value {
    json!({
        "iUserID": 1, "iProfileID": 0, "sRUT": "32323103-5", "sEmail": "ana@example.cl", "sPhone": "56978570242",
        "sFirstName": "ANA", "sLastName": "DIAZ", "sLogin": "anadiaz", "sPassword": "df011cb7", "sStatus": "ENABLE",
        "sComments": "NA"
    })
}

#[test]
fn every_operation_has_sound_schemas_and_says_whether_it_changes_something() {
    let profile = FirmaVirtual::new().profile().clone();
    let names: Vec<&str> = profile.operations.iter().map(|operation| operation.name).collect();
    assert_eq!(
        names,
        [
            "get_user",
            "create_user",
            "update_user",
            "reset_password",
            "set_new_password",
            "list_contract_types",
            "list_owner_contracts",
            "get_contract",
            "delete_contract",
            "list_files",
            "sort_files",
            "add_signer",
            "update_signer",
            "remove_signer",
        ]
    );
    for operation in &profile.operations {
        let reads = ["get_", "list_"].iter().any(|prefix| operation.name.starts_with(prefix));
        assert_eq!(operation.changes, !reads, "{}", operation.name);
        assert!(schema::Checker::new(&operation.input).is_ok() && schema::Checker::new(&operation.output).is_ok());
        assert!(!schema::check(&operation.input, &json!({ "nonsense": 1 }), "").is_empty(), "{}", operation.name);
    }
}

#[test]
fn users_are_read_created_and_changed() {
    let base = "https://qa.firmavirtual.legal/api/v1/userapp";
    assert_eq!(line(&call("get_user", json!({ "user_id": 7 }))), format!("GET {base}/7"));
    assert_eq!(line(&call("get_user", json!({}))), format!("GET {base}/20"), "the account's own");
    let created = call(
        "create_user",
        json!({
            "rut": "12.345.678-5", "given_name": "ANA", "family_name": "DIAZ", "email": "ana@example.cl",
            "phone": "+56978570242", "login": "anadiaz", "password": "s3cret", "user_type": "NATURAL"
        }),
    );
    assert_eq!(line(&created), format!("POST {base}"));
    assert_eq!(header(&created, "authorization"), None, "no header is listed");
    assert_eq!(
        json_of(&created),
        json!({
            "iProfileID": 0, "sRUT": "12345678-5", "sFirstName": "ANA", "sLastName": "DIAZ", "sEmail": "ana@example.cl",
            "sPhone": "+56978570242", "sLogin": "anadiaz", "sPassword": "s3cret", "sUserType": "NATURAL"
        })
    );
    assert!(!created.redacted().to_string().contains("s3cret"));
    let changed = call("update_user", json!({ "user_id": 7, "given_name": "ANA MARIA" }));
    assert_eq!(line(&changed), format!("PUT {base}/7"));
    assert_eq!(json_of(&changed), json!({ "sFirstName": "ANA MARIA" }));
    let told = json!({
        "user_id": 1, "profile_id": 0, "rut": "32323103-5", "email": "ana@example.cl", "phone": "56978570242",
        "given_name": "ANA", "family_name": "DIAZ", "login": "anadiaz", "status": "ENABLE", "comments": "NA"
    });
    for (name, code) in [("get_user", 200), ("create_user", 201), ("update_user", 200)] {
        assert_eq!(result(name, user(), code), json!({ "user": told }), "{name}");
    }
}

#[test]
fn passwords_are_reset_and_set() {
    assert_eq!(
        json_of(&call("reset_password", json!({ "login": "ana@example.cl" }))),
        json!({ "login": "ana@example.cl" })
    );
    let info = json!({ "info": "Fue enviado a su email la clave temporal, la misma solo es util para ser actualizada inmediatamente " });
    assert_eq!(result("reset_password", info, 200), json!({}));
    assert_eq!(result("set_new_password", json!("Password updated"), 200), json!({}));
    let elsewhere = account(json!({ "paths": { "new_password": "/pwd/new" } }));
    let input = json!({ "login": "a@b.cl", "temporary_password": "1", "new_password": "2" });
    let call = elsewhere.operation_request("set_new_password", &input, &within(&session())).unwrap();
    assert_eq!(line(&call), "POST https://qa.firmavirtual.legal/pwd/new");
}

#[test]
fn the_catalogue_is_listed_by_one_filter() {
    let base = "GET https://qa.firmavirtual.legal/api/v1/contract-type";
    for (input, path) in [
        (json!({}), "ALL/0"),
        (json!({ "class": "LABOR" }), "TYPE/LABOR"),
        (json!({ "modal": "SIGNATURE" }), "MODAL/SIGNATURE"),
        (json!({ "contract_type_id": 3 }), "ID/3"),
        (json!({ "contract_type_fee_id": 117 }), "FEE/117"),
    ] {
        assert_eq!(line(&call("list_contract_types", input)), format!("{base}/{path}"));
    }
    let listed = result("list_contract_types", json!([row(1, 1, "CONTRATO DE ARIENDO", "SIGNATURE", 1)]), 200);
    assert_eq!(
        listed["contract_types"],
        json!([{
            "contract_type_id": 1, "class": "REAL_ESTATE", "name": "CONTRATO DE ARIENDO", "contract_type_fee_id": 1,
            "modal": "SIGNATURE", "signers": 1, "amount": "1990.00"
        }])
    );
}

#[test]
fn contracts_are_listed_read_and_deleted() {
    let base = "https://qa.firmavirtual.legal/api/v1/contract";
    assert_eq!(line(&call("list_owner_contracts", json!({}))), format!("GET {base}/owner/20"));
    assert_eq!(line(&call("list_owner_contracts", json!({ "owner_id": 4 }))), format!("GET {base}/owner/4"));
    let id = || json!({ "contract_id": CONTRACT });
    assert_eq!(line(&call("get_contract", id())), format!("GET {base}/{CONTRACT}"));
    assert_eq!(line(&call("delete_contract", id())), format!("POST {base}/{CONTRACT}"));
    let example = json!({
        "sContractID": "307c1f32-bbb5-4cbe-a4f4-ecf20616510a", "sOwnerType": "NATURAL", "iContractTypeFeeID": 41,
        "sStatus": "SIGNED_PENDING", "sPaymentStatus": "PENDING", "iPaymentService": 0,
        "dContractDT": "2021-12-10 05:28:54", "iSignedCount": 1, "iContractOwner": 4
    });
    let read = result("get_contract", example.clone(), 200);
    assert_eq!(
        read["contract"],
        json!({
            "contract_id": "307c1f32-bbb5-4cbe-a4f4-ecf20616510a", "status": "SIGNED_PENDING", "payment": "PENDING",
            "contract_type_fee_id": 41, "signers": 1, "owner_id": "4", "created": "2021-12-10 05:28:54"
        })
    );
    assert_eq!(result("list_owner_contracts", json!([example]), 200)["contracts"][0], read["contract"]);
    assert_eq!(result("delete_contract", json!({}), 204), json!({}));
    assert_eq!(account(json!({})).operation_reply("delete_contract", &error(404, "x")), Outcome::Done(json!({})));
}

#[test]
fn files_are_listed_and_sorted() {
    let sorted = call(
        "sort_files",
        json!({ "contract_id": CONTRACT, "files": [{ "name": "b.pdf" }, { "name": "a.pdf", "remove": true }] }),
    );
    assert_eq!(line(&sorted), "POST https://qa.firmavirtual.legal/api/v1/sortfiles");
    assert_eq!(
        json_of(&sorted),
        json!({
            "contractID": CONTRACT,
            "file_order": [
                { "document": "b.pdf", "ind": 1, "action": "CHANGE" },
                { "document": "a.pdf", "ind": 2, "action": "REMOVE" }
            ]
        })
    );
    let files = json!({ "files": [{ "name": "a.pdf", "url": "a.pdf", "place": 0 }] });
    assert_eq!(result("list_files", json!([file("a.pdf", 0)]), 200), files);
    assert_eq!(result("sort_files", json!([file("a.pdf", 0)]), 207), files);
    let list = call("list_files", json!({ "contract_id": CONTRACT }));
    assert_eq!(line(&list), format!("GET https://qa.firmavirtual.legal/api/v1/filelist/{CONTRACT}"));
}

#[test]
fn signers_are_added_changed_and_removed() {
    let input = || {
        json!({
            "contract_id": CONTRACT, "rut": "12.345.678-5", "name": "Ana Diaz", "email": "ana@example.cl",
            "phone": "+56912345678"
        })
    };
    for (name, path) in [("add_signer", "new"), ("update_signer", "upd")] {
        let call = call(name, input());
        assert_eq!(line(&call), format!("POST https://qa.firmavirtual.legal/api/v1/signer/{path}"));
        assert_eq!(
            json_of(&call),
            json!({
                "contractID": CONTRACT, "full_name": "Ana Diaz", "email": "ana@example.cl", "rutId": "12345678-5",
                "phone": "+56912345678"
            })
        );
    }
    let gone = call("remove_signer", json!({ "contract_id": CONTRACT, "rut": "12345678-5" }));
    assert_eq!(line(&gone), "POST https://qa.firmavirtual.legal/api/v1/signer/del");
    assert_eq!(json_of(&gone), json!({ "contractID": CONTRACT, "rutId": "12345678-5" }));
    for name in ["add_signer", "update_signer", "remove_signer"] {
        assert_eq!(result(name, json!({}), 207), json!({}));
    }
}

#[test]
fn inputs_that_a_schema_cannot_judge_are_refused_with_their_place() {
    let refused = |settings: Value, name: &str, input: Value| match account(settings).operation_request(
        name,
        &input,
        &within(&session()),
    ) {
        Err(Unbuildable::Refused(findings)) => told(&findings),
        other => panic!("{other:?}"),
    };
    let signer = |rut: &str, phone: &str| json!({ "contract_id": CONTRACT, "rut": rut, "name": "A", "email": "a@b.cl", "phone": phone });
    assert_eq!(refused(json!({}), "add_signer", signer("12345678-0", "+56912345678")), ["error wrong_format /rut"]);
    let national = json!({ "phone_format": "national" });
    assert_eq!(refused(national, "add_signer", signer("12345678-5", "+34677777777")), ["error wrong_format /phone"]);
    let unknown = || json!({ "owner_user_id": null });
    assert_eq!(refused(unknown(), "get_user", json!({})), ["error required /user_id"]);
    assert_eq!(refused(unknown(), "list_owner_contracts", json!({})), ["error required /owner_id"]);
    assert_eq!(refused(json!({}), "get_contract", json!({})), ["error invalid "]);
}

#[test]
fn an_operation_that_is_not_there_is_a_defect() {
    let account = account(json!({}));
    assert!(matches!(account.operation_request("merge", &json!({}), &within(&session())), Err(Unbuildable::Defect(_))));
    assert!(matches!(account.operation_reply("merge", &success(200, json!({}))), Outcome::Unknown(_)));
}

#[test]
fn verifying_reads_the_accounts_own_user_or_the_catalogue() {
    let account = account(json!({}));
    let verified = done(account.verify_reply(&success(200, user())));
    assert!(verified.warnings.is_empty());
    assert_eq!(verified.details["login"], "anadiaz");
    let mut other = user();
    (other["sStatus"], other["sUserType"]) = (json!("DISABLE"), json!("LEGAL"));
    assert_eq!(done(account.verify_reply(&success(200, other))).warnings.len(), 2);
    let unknown = crate::support::account(json!({ "owner_user_id": null }));
    assert_eq!(crate::support::verifying(&*unknown).endpoint, "contract_type");
    let verified = done(unknown.verify_reply(&success(200, json!([]))));
    assert!(verified.warnings[0].contains("owner_user_id"));
    let missing = account.verify_reply(&error(404, "User not found."));
    assert_eq!(crate::support::refused(missing).code, "get_userapp/404");
}
