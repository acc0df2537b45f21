//! The way of a contract through its signers.

use std::time::Duration;

use provider_sandbox::firma_virtual::{Status, Variants};
use provider_sandbox::{ActError, NoticeKind, Script, Scripts};
use serde_json::{Value, json};

use crate::support::{DELAY, PROMISE, email, plain, request, signer, signing_world, validation_fail, world};

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn scripted_signers_carry_a_contract_to_its_end() {
    let world = signing_world().await;
    let id = world.sent(&plain(2)).await;
    world.settle().await;
    assert_eq!(world.status(&id).await, "SIGNED_PENDING");
    let shown = world.detail(&id).await;
    assert!(shown["firmantes"].as_array().unwrap().iter().all(|signer| signer["sign_status"] == "ENABLE"));
    world.advance(DELAY).await;
    assert_eq!(world.status(&id).await, "DELIVERED");
    world.advance(DELAY).await;
    let shown = world.detail(&id).await;
    assert_eq!(shown["contrato"][0]["sStatus"], "FINISHED");
    assert_eq!(shown["contrato"][0]["sPaymentStatus"], "PAIDOUT");

    let signed = world.vendor().signed(&id).unwrap();
    assert!(signed.starts_with(PROMISE), "the sent bytes are the beginning of the signed file");
    let count = signed.windows(10).filter(|window| *window == b"/ByteRange").count();
    assert_eq!(count, 2, "one signature for each signer");
    assert!(contains(&signed, b"Firmante 0") && contains(&signed, b"Firmante 1"));
}

#[tokio::test]
async fn every_step_shows_in_the_flags() {
    let world = world().await;
    let vendor = world.vendor();
    let id = world.sent(&request(2, &[signer(0, "50"), signer(1, "50")])).await;
    let flags = async |place: usize| {
        let shown = world.detail(&id).await;
        ["download_draft", "agree_draft", "disagree_draft", "payment", "sign_status"]
            .map(|member| shown["firmantes"][place][member].as_str().unwrap().to_owned())
    };
    assert_eq!(vendor.pay(&id, Some(&email(0))).await, Err(ActError::NotInProcess));
    assert_eq!(vendor.sign(&id, Some(&email(0))).await, Err(ActError::NotInProcess));
    vendor.download(&id, Some(&email(0))).await.unwrap();
    assert_eq!(flags(0).await, ["SUCCESS", "ENABLE", "ENABLE", "PENDING", "NOTHING"]);
    vendor.accept(&id, Some(&email(0))).await.unwrap();
    assert_eq!(flags(0).await, ["SUCCESS", "SUCCESS", "DISABLE", "PENDING", "NOTHING"]);
    assert_eq!(vendor.decline(&id, Some(&email(0))).await, Err(ActError::AlreadyActed));
    vendor.accept(&id, Some(&email(1))).await.unwrap();
    assert_eq!(flags(1).await, ["ENABLE", "SUCCESS", "DISABLE", "PENDING", "NOTHING"]);
    assert_eq!(world.status(&id).await, "APPROVED");
    let told = |place| world.sandbox().count("firma_virtual", &email(place), NoticeKind::NextStep);
    assert_eq!((told(0), told(1)), (1, 1), "both are told to pay");

    vendor.pay(&id, Some(&email(0))).await.unwrap();
    assert_eq!(flags(0).await[3], "PAIDOUT");
    world.vary(|variants| variants.payout = true);
    assert_eq!(flags(0).await[3], "PAYOUT");
    assert_eq!(world.detail(&id).await["contrato"][0]["sPaymentStatus"], "PENDING", "one of two has paid");
    assert_eq!(vendor.pay(&id, Some(&email(0))).await, Err(ActError::AlreadyActed));
    vendor.pay(&id, None).await.unwrap();
    assert_eq!(world.status(&id).await, "SIGNED_PENDING");
    assert_eq!(world.detail(&id).await["contrato"][0]["sPaymentStatus"], "PAIDOUT");
    vendor.sign(&id, Some(&email(1))).await.unwrap();
    assert_eq!(flags(1).await[4], "ENABLE");
    assert_eq!(vendor.sign(&id, Some(&email(1))).await, Err(ActError::AlreadyActed));
    assert!(vendor.signed(&id).is_none(), "one is missing");
    vendor.sign(&id, None).await.unwrap();
    assert!(vendor.signed(&id).is_some());
}

#[tokio::test]
async fn only_those_pay_who_have_a_share() {
    let world = world().await;
    let id = world.sent(&plain(2)).await;
    world.vendor().accept(&id, None).await.unwrap();
    world.vendor().accept(&id, None).await.unwrap();
    assert_eq!(world.vendor().pay(&id, Some(&email(1))).await, Err(ActError::NotTheirTurn));
    let told = |place| world.sandbox().count("firma_virtual", &email(place), NoticeKind::NextStep);
    assert_eq!((told(0), told(1)), (1, 0));
    world.vendor().pay(&id, None).await.unwrap();
    assert_eq!((told(0), told(1)), (2, 1), "all are told to sign");
}

#[tokio::test]
async fn one_refusal_rejects_the_contract() {
    let world = world().await;
    let id = world.sent(&plain(2)).await;
    world.vendor().accept(&id, Some(&email(0))).await.unwrap();
    world.vendor().decline(&id, Some(&email(1))).await.unwrap();
    let shown = world.detail(&id).await;
    assert_eq!(shown["contrato"][0]["sStatus"], "REJECTED");
    let flag = |place: usize, name: &str| shown["firmantes"][place][name].clone();
    assert_eq!((flag(1, "disagree_draft"), flag(1, "agree_draft")), (json!("SUCCESS"), json!("DISABLE")));
    assert_eq!((flag(0, "disagree_draft"), flag(0, "agree_draft")), (json!("DISABLE"), json!("SUCCESS")));
    assert_eq!(world.vendor().next_step(&id, None).await, Err(ActError::NoRecipient));
    assert_eq!(world.send(&id).await, validation_fail());
}

#[tokio::test]
async fn scripts_decline_wait_and_leave_alone() {
    let world = world().await;
    let by_email = [(email(0), Script::decline_after_ms(60_000)), (email(1), Script::sign_after_ms(30_000))];
    world.sandbox().set_scripts(Scripts { by_email: by_email.into(), ..Scripts::default() });
    let declined = world.sent(&plain(1)).await;
    let waiting = world.sent(&request(2, &[signer(1, "100"), signer(2, "0")])).await;
    world.advance(Duration::from_secs(30)).await;
    let shown = world.detail(&waiting).await;
    assert_eq!(shown["firmantes"][0]["agree_draft"], "SUCCESS");
    assert_eq!(shown["firmantes"][0]["download_draft"], "SUCCESS", "read before it is accepted");
    assert_eq!(shown["firmantes"][1]["agree_draft"], "ENABLE", "nobody scripted the other");
    assert_eq!(world.status(&declined).await, "REVIEW");
    world.advance(Duration::from_secs(30)).await;
    assert_eq!(world.status(&declined).await, "REJECTED");
}

#[tokio::test]
async fn the_draft_is_not_answered_by_somebody_whom_no_mail_reached() {
    let world = signing_world().await;
    world.vary(|variants| variants.failing_mails = vec![email(0)]);
    let id = world.sent(&plain(1)).await;
    world.settle().await;
    assert_eq!(world.status(&id).await, "REVIEW");
}

#[tokio::test]
async fn acts_on_what_is_not_there_are_refused() {
    let world = world().await;
    let vendor = world.vendor();
    assert_eq!(vendor.accept("x", None).await, Err(ActError::UnknownTransaction));
    let id = world.created(&plain(1)).await;
    assert_eq!(vendor.accept(&id, Some("nobody@example.cl")).await, Err(ActError::NoRecipient));
    assert_eq!(vendor.accept(&id, Some(&email(0))).await, Err(ActError::NotInProcess), "not sent yet");
    vendor.lose(&id).unwrap();
    assert_eq!(vendor.accept(&id, Some(&email(0))).await, Err(ActError::UnknownTransaction));
}

#[tokio::test]
async fn a_draft_that_cannot_be_signed_is_told() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    world.upload(&format!("{id}.pdf"), b"%PDF-1.7 and nothing else").await;
    world.send(&id).await;
    world.vendor().next_step(&id, None).await.unwrap();
    world.vendor().next_step(&id, None).await.unwrap();
    assert_eq!(world.vendor().next_step(&id, None).await, Err(ActError::CannotSeal));
}

#[tokio::test]
async fn delivery_takes_its_time_and_may_be_the_last_state() {
    let by_default = Variants::default();
    assert_eq!((by_default.delivered_after_ms, by_default.finished_after_ms), (1_000, 1_000));
    let world = signing_world().await;
    world.vary(|variants| variants.stays_delivered = true);
    let id = world.sent(&plain(1)).await;
    world.settle().await;
    world.advance(DELAY / 2).await;
    assert_eq!(world.status(&id).await, "SIGNED_PENDING");
    world.advance(DELAY / 2).await;
    assert_eq!(world.status(&id).await, "DELIVERED");
    world.advance(DELAY).await;
    assert_eq!(world.status(&id).await, "DELIVERED");
}

#[tokio::test]
async fn transactions_show_every_contract_in_the_common_shape() {
    let world = world().await;
    let hook = "https://rubrica.example/callbacks/firma_virtual/tok?s=sub_1";
    let mut body = plain(2);
    body["callback"] = json!(hook);
    let id = world.sent(&body).await;
    let all = world.sandbox().transactions();
    let shown: Value = serde_json::to_value(&all).unwrap();
    assert_eq!((&shown[0]["vendor"], &shown[0]["id"]), (&json!("firma_virtual"), &json!(id)));
    assert_eq!((&shown[0]["state"], &shown[0]["correlation"]), (&json!("REVIEW"), &json!(hook)));
    assert_eq!((&shown[0]["live"], &shown[0]["people"][1]["contact"]), (&json!(true), &json!(email(1))));
    assert_eq!((&shown[0]["people"][1]["may_act"], &shown[0]["name"]), (&json!(true), &json!("CONTRATO DE ARIENDO")));
    assert_eq!(world.vendor().contract(&id).unwrap().status, Status::Review);
}
