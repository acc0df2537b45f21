//! Reading contracts, and deleting them.

use std::time::Duration;

use provider_sandbox::firma_virtual::{DeleteMethod, Status};
use provider_sandbox::{Fault, FaultKind};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{OWNER, World, certified, email, not_found, plain, refusal, success, validation_fail, world};

const NOBODY_S: &str = "00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn one_contract_is_read_short_and_in_detail() {
    let world = world().await;
    let id = world.filed(&certified()).await;
    let (status, answer) = world.get(&format!("api/v1/contract/{id}")).await;
    let at = answer["message"]["dContractDT"].as_str().unwrap();
    assert_eq!(at.len(), "2021-12-10 05:28:54".len());
    let short = json!({
        "sContractID": id, "sOwnerType": "NATURAL", "iContractTypeFeeID": 28, "sStatus": "CREATED",
        "sPaymentStatus": "PENDING", "iPaymentService": 0, "dContractDT": at, "iSignedCount": 1,
        "iContractOwner": OWNER,
    });
    assert_eq!((status, answer.clone()), success(200, short.clone()));
    assert_eq!(world.get("api/v1/contract").await, success(200, json!([short])));

    let contrato = json!({
        "sContractID": id, "sOwnerType": "NATURAL", "iContractTypeFeeID": 28, "sStatus": "CREATED",
        "sPaymentStatus": "PENDING", "iPaymentService": 0, "iContractOwner": OWNER, "dContractDT": at,
        "iSignedCount": 1, "NumeroFirmantes": 1, "withDocument": 1,
        "sTipoFirma": "FIRMA CON CERTIFICACION NOTARIAL", "sClaseContrato": "INMOBILIARIO",
        "sTipoContrato": "PROMESA DE COMPRAVENTA", "modal": "SIGNATURE_CERT_NOTARIAL", "Repertorio": null,
        "autoId": "AP211", "Monto": "8815.00",
    });
    let firmante = json!({
        "num": 523, "RUT": "11111111-1", "email": email(0), "full_name": "Firmante 0", "phone": "+56987332031",
        "portion": "100.00", "amount": "8815.00", "iva": "1675.00", "notaryPay": "4000.00", "totalPay": "14490.00",
        "payment": "PENDING", "download_draft": "DISABLE", "agree_draft": "DISABLE", "disagree_draft": "DISABLE",
        "sign_status": "NOTHING",
    });
    let archivo = json!({ "file_name": format!("{id}.pdf"), "orden": 0 });
    let detail = json!({ "contrato": [contrato], "firmantes": [firmante], "archivos": [archivo] });
    assert_eq!(world.detail(&id).await, detail);

    world.vary(|variants| (variants.contrato_as_object, variants.modal_as_label) = (true, true));
    let other = world.detail(&id).await;
    assert_eq!(other["contrato"]["modal"], "FIRMA CON CERTIFICACION NOTARIAL");
}

async fn listed(world: &World) -> Vec<String> {
    let (status, answer) = world.get(&format!("api/v1/contract/owner/{OWNER}")).await;
    assert_eq!(status, 200);
    let contracts = answer["message"].as_array().unwrap();
    contracts.iter().map(|contract| contract["sContractID"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_owner_s_contracts_are_listed_oldest_first_and_nobody_else_s() {
    let world = world().await;
    assert!(listed(&world).await.is_empty());
    let first = world.created(&plain(2)).await;
    let second = world.filed(&plain(1)).await;
    assert_eq!(listed(&world).await, [first.as_str(), &second]);
    let (_, answer) = world.get(&format!("api/v1/contract/owner/{OWNER}")).await;
    let entry = &answer["message"][0];
    let members = ["NumeroFirmantes", "withDocument", "sTipoFirma", "sClaseContrato", "sTipoContrato", "Monto"];
    let values = members.map(|member| entry[member].clone());
    let expected = json!([2, 0, "FIRMA ELECTRONICA SIMPLE", "INMOBILIARIO", "CONTRATO DE ARIENDO", "3980.00"]);
    assert_eq!(Value::from(values.to_vec()), expected);
    assert!(entry.get("modal").is_none());

    let unknown = (404, refusal(404, "User not found.", "User"));
    let token = world.stranger().await;
    for id in ["99", "21", "x"] {
        assert_eq!(world.get(&format!("api/v1/contract/owner/{id}")).await, unknown, "{id}");
    }
    let foreign = world.get_as(&format!("Bearer {token}"), "api/v1/contract/owner/99").await;
    assert_eq!(foreign, success(200, json!([])));
}

#[tokio::test]
async fn a_new_contract_can_come_late_into_the_list() {
    let world = world().await;
    world.vary(|variants| variants.owner_list_lag_s = 30);
    let first = world.created(&plain(1)).await;
    world.vary(|variants| variants.owner_list_lag_s = 0);
    let lag = FaultKind::LookupLag { seconds: 60 };
    world.sandbox().add_fault(Fault::once("firma_virtual", "create_contract", lag));
    let second = world.created(&plain(1)).await;
    assert!(listed(&world).await.is_empty());
    assert_eq!(world.status(&second).await, "CREATED", "the detail knows it at once");
    world.sandbox().advance_clock(Duration::from_secs(31));
    assert_eq!(listed(&world).await, [first.as_str()]);
    world.sandbox().advance_clock(Duration::from_secs(30));
    assert_eq!(listed(&world).await, [first.as_str(), &second]);
}

#[tokio::test]
async fn an_unknown_foreign_or_deleted_contract_is_not_found_anywhere() {
    let world = world().await;
    let id = world.filed(&plain(1)).await;
    let foreign = format!("Bearer {}", world.stranger().await);
    for path in [format!("contract/{id}"), format!("contract/detail/{id}"), format!("filelist/{id}")] {
        assert_eq!(world.get_as(&foreign, &format!("api/v1/{path}")).await, not_found(), "{path}");
        assert_eq!(world.get(&format!("api/v1/{}", path.replace(&id, NOBODY_S))).await, not_found(), "{path}");
    }
    for path in ["contract", "contract/merge", "contract/send/draft"] {
        assert_eq!(world.order(&format!("api/v1/{path}/{NOBODY_S}")).await, not_found(), "{path}");
    }
    for path in ["sortfiles", "signer/new", "signer/upd", "signer/del"] {
        let body = json!({ "contractID": NOBODY_S });
        assert_eq!(world.post(&format!("api/v1/{path}"), &body).await, not_found(), "{path}");
        assert_eq!(world.post(&format!("api/v1/{path}"), &json!({})).await, validation_fail(), "{path}");
    }
    assert_eq!(world.order(&format!("api/v1/contract/{id}")).await, success(204, json!({})));
    assert_eq!(world.get(&format!("api/v1/contract/detail/{id}")).await, not_found());
    assert_eq!(world.order(&format!("api/v1/contract/{id}")).await, not_found(), "gone is gone");
    assert!(listed(&world).await.is_empty());
    let left = world.vendor().transactions();
    assert_eq!((left.len(), left[0].live), (1, false), "it reached nobody");
}

#[tokio::test]
async fn only_some_states_allow_deletion() {
    let world = world().await;
    let vendor = world.vendor();
    let delete = async |id: &str| world.order(&format!("api/v1/contract/{id}")).await.0;
    let review = world.sent(&plain(1)).await;
    assert_eq!(delete(&review).await, 200);
    assert!(vendor.transactions()[0].live, "it reached its signer before");

    let approved = world.sent(&plain(1)).await;
    vendor.accept(&approved, None).await.unwrap();
    assert_eq!(delete(&approved).await, 200);
    assert!(vendor.pay(&approved, None).await.is_err(), "nothing goes on");

    let pending = world.sent(&plain(1)).await;
    vendor.accept(&pending, None).await.unwrap();
    vendor.pay(&pending, None).await.unwrap();
    assert_eq!(delete(&pending).await, 200);

    let rejected = world.sent(&plain(1)).await;
    vendor.decline(&rejected, None).await.unwrap();
    assert_eq!(world.order(&format!("api/v1/contract/{rejected}")).await, validation_fail());

    world.vary(|variants| variants.deletable_states = vec![Status::Rejected]);
    assert_eq!(delete(&rejected).await, 200);
    let created = world.created(&plain(1)).await;
    assert_eq!(delete(&created).await, 400);
}

#[tokio::test]
async fn deletion_can_be_another_method_or_a_real_204() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    let path = format!("api/v1/contract/{id}");
    let call = async |method| world.request(method, &path).send().await.unwrap();
    assert_eq!(call(Method::DELETE).await.status(), 405);
    world.vary(|variants| (variants.delete_method, variants.real_204) = (DeleteMethod::Delete, true));
    assert_eq!(call(Method::POST).await.status(), 405);
    assert!(!world.vendor().contract(&id).unwrap().deleted);
    let deleted = call(Method::DELETE).await;
    assert_eq!(deleted.status(), 204);
    assert!(deleted.bytes().await.unwrap().is_empty());
    assert!(world.vendor().contract(&id).unwrap().deleted);
}
