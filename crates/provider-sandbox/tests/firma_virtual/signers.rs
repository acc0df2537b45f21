//! Changing a contract's signers.

use provider_sandbox::NoticeKind;
use serde_json::{Value, json};

use crate::support::{RUTS, World, email, plain, refusal, request, signer, success, validation_fail, with, world};

fn change(id: &str, place: usize) -> Value {
    json!({
        "contractID": id,
        "full_name": format!("Cambiado {place}"),
        "email": format!("changed{place}@example.cl"),
        "rutId": RUTS[place],
        "phone": "912345678",
    })
}

async fn names(world: &World, id: &str) -> Vec<String> {
    let detail = world.detail(id).await;
    let signers = detail["firmantes"].as_array().unwrap();
    signers.iter().map(|signer| signer["full_name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn signers_are_added_changed_and_removed() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    let done = success(207, json!({}));
    assert_eq!(world.post("api/v1/signer/new", &change(&id, 1)).await, done);
    let detail = world.detail(&id).await;
    assert_eq!(detail["firmantes"][1]["portion"], "0.00", "a new one pays nothing");
    assert_eq!(
        (&detail["contrato"][0]["NumeroFirmantes"], &detail["contrato"][0]["iSignedCount"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(world.post("api/v1/signer/upd", &change(&id, 0)).await, done);
    let changed = world.detail(&id).await["firmantes"][0].clone();
    assert_eq!((&changed["email"], &changed["num"]), (&json!("changed0@example.cl"), &detail["firmantes"][0]["num"]));
    assert_eq!(changed["portion"], "100.00");
    let gone = json!({ "contractID": id, "rutId": RUTS[1] });
    assert_eq!(world.post("api/v1/signer/del", &gone).await, done);
    assert_eq!(names(&world, &id).await, ["Cambiado 0"]);
}

#[tokio::test]
async fn a_malformed_doubled_unknown_or_eleventh_signer_is_refused() {
    let world = world().await;
    let ten: Vec<Value> = (0..10).map(|place| signer(place, if place == 0 { "100" } else { "0" })).collect();
    let full = world.created(&request(10, &ten)).await;
    assert_eq!(world.post("api/v1/signer/new", &change(&full, 10)).await, validation_fail());
    let id = world.created(&plain(1)).await;
    assert_eq!(world.post("api/v1/signer/new", &change(&id, 0)).await, validation_fail(), "the RUT is there");
    let nobody = (404, refusal(404, "Signer not found.", "Contract"));
    assert_eq!(world.post("api/v1/signer/upd", &change(&id, 1)).await, nobody);
    assert_eq!(world.post("api/v1/signer/del", &json!({ "contractID": id, "rutId": RUTS[1] })).await, nobody);
    for extra in [
        json!({ "email": "x" }),
        json!({ "rutId": "1" }),
        json!({ "phone": "x" }),
        json!({ "full_name": null }),
        json!({ "rutId": "22222222-1" }),
    ] {
        let body = with(change(&id, 1), extra);
        assert_eq!(world.post("api/v1/signer/new", &body).await, validation_fail(), "{body}");
    }
    assert_eq!(world.post("api/v1/signer/del", &json!({ "contractID": id })).await, validation_fail());
    world.vary(|variants| variants.reject_unknown = true);
    let odd = with(change(&id, 1), json!({ "portion": "0" }));
    assert_eq!(world.post("api/v1/signer/new", &odd).await, validation_fail());
    assert_eq!(names(&world, &id).await, ["Firmante 0"]);
}

#[tokio::test]
async fn signers_are_fixed_once_all_have_accepted() {
    let world = world().await;
    let id = world.sent(&plain(1)).await;
    assert_eq!(world.post("api/v1/signer/upd", &change(&id, 0)).await.0, 207, "still with the signers");
    world.vendor().accept(&id, None).await.unwrap();
    for path in ["new", "upd", "del"] {
        assert_eq!(world.post(&format!("api/v1/signer/{path}"), &change(&id, 0)).await, validation_fail());
    }
    world.vary(|variants| variants.signer_editable_states.clear());
    let created = world.created(&plain(1)).await;
    assert_eq!(world.post("api/v1/signer/upd", &change(&created, 0)).await, validation_fail());
}

#[tokio::test]
async fn a_signer_who_comes_later_is_asked_by_the_next_mail() {
    let world = world().await;
    let id = world.sent(&plain(1)).await;
    world.post("api/v1/signer/new", &change(&id, 1)).await;
    world.vendor().accept(&id, Some(&email(0))).await.unwrap();
    assert_eq!(world.status(&id).await, "REVIEW", "the new one has not answered");
    assert_eq!(world.detail(&id).await["firmantes"][1]["agree_draft"], "DISABLE");
    assert!(world.vendor().accept(&id, Some("changed1@example.cl")).await.is_err());
    world.send(&id).await;
    assert_eq!(world.sandbox().count("firma_virtual", "changed1@example.cl", NoticeKind::Invitation), 1);
    world.vendor().accept(&id, Some("changed1@example.cl")).await.unwrap();
    assert_eq!(world.status(&id).await, "APPROVED");
}

#[tokio::test]
async fn removing_the_last_one_who_hesitates_lets_the_contract_go_on() {
    let world = world().await;
    let id = world.sent(&plain(2)).await;
    world.vendor().accept(&id, Some(&email(0))).await.unwrap();
    world.post("api/v1/signer/del", &json!({ "contractID": id, "rutId": RUTS[1] })).await;
    assert_eq!(world.status(&id).await, "APPROVED");
}

#[tokio::test]
async fn in_qa_the_address_tells_signers_with_one_rut_apart() {
    let world = world().await;
    world.vary(|variants| variants.qa_rut = true);
    let qa = |place, portion| with(signer(place, portion), json!({ "rutId": "76795561-8" }));
    let id = world.created(&request(2, &[qa(0, "100"), qa(1, "0")])).await;
    let second = with(change(&id, 1), json!({ "rutId": "76795561-8", "email": email(1) }));
    assert_eq!(world.post("api/v1/signer/upd", &second).await.0, 207);
    assert_eq!(names(&world, &id).await, ["Firmante 0", "Cambiado 1"]);
}
