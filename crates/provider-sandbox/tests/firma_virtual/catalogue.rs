//! The price catalogue.

use provider_sandbox::firma_virtual::ClassWord;
use serde_json::{Value, json};

use crate::support::{World, plain, success, validation_fail, world};

async fn rows(world: &World, asked: &str) -> Vec<Value> {
    let (status, answer) = world.get(&format!("api/v1/contract-type/{asked}")).await;
    assert_eq!(status, 200, "{answer}");
    answer["message"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_whole_catalogue_and_its_parts() {
    let world = world().await;
    let all = rows(&world, "ALL/0").await;
    assert_eq!(all.len(), 117);
    let first = json!({
        "iContractTypeID": 1, "sContractType": "REAL_ESTATE", "sContractTypeName": "CONTRATO DE ARIENDO",
        "iContractTypeFeeID": 1, "sModal": "SIGNATURE", "iSignCount": 1, "fAmount": "1990.00",
    });
    assert_eq!(all[0], first);
    assert_eq!(rows(&world, "FEE/1").await, [first]);
    let parts = [
        ("TYPE/POWER", "sContractType", json!("POWER")),
        ("CONTRACT-TYPE/LABOR", "sContractType", json!("LABOR")),
        ("MODAL/SIGNATURE_PROT_NOTARIAL", "sModal", json!("SIGNATURE_PROT_NOTARIAL")),
        ("ID/2", "iContractTypeID", json!(2)),
    ];
    for (asked, member, value) in parts {
        let part = rows(&world, asked).await;
        assert!(!part.is_empty() && part.iter().all(|row| row[member] == value), "{asked}");
        assert_eq!(part.len(), all.iter().filter(|row| row[member] == value).count(), "{asked}");
    }
    assert!(rows(&world, "FEE/118").await.is_empty());
    for unknown in ["ALL/1", "NAME/x", "all/0"] {
        assert_eq!(world.get(&format!("api/v1/contract-type/{unknown}")).await, validation_fail(), "{unknown}");
    }
}

#[tokio::test]
async fn the_word_for_classes_can_be_one_of_two() {
    let world = world().await;
    for (word, good, bad) in
        [(ClassWord::Type, "TYPE", "CONTRACT-TYPE"), (ClassWord::ContractType, "CONTRACT-TYPE", "TYPE")]
    {
        world.vary(|variants| variants.class_word = word);
        assert!(!rows(&world, &format!("{good}/VEHICLE")).await.is_empty());
        assert_eq!(world.get(&format!("api/v1/contract-type/{bad}/VEHICLE")).await, validation_fail());
    }
}

#[tokio::test]
async fn another_catalogue_changes_what_can_be_bought_and_not_what_was() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    let mut row = world.vendor().catalogue().remove(0);
    row.pesos = 5_000;
    world.vendor().set_catalogue(vec![row]);
    assert_eq!(world.get("api/v1/contract-type/ALL/0").await.1["message"][0]["fAmount"], "5000.00");
    assert_eq!(world.create(&plain(2)).await, validation_fail(), "no such row any more");
    assert_eq!(world.detail(&id).await["contrato"][0]["Monto"], "1990.00");
    world.vendor().set_catalogue(Vec::new());
    assert_eq!(world.get("api/v1/contract-type/ALL/0").await, success(200, json!([])));
}
