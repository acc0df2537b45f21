//! Mailing the draft.

use std::time::Duration;

use provider_sandbox::NoticeKind;
use serde_json::json;

use crate::support::{email, plain, refusal, success, validation_fail, with, world};

#[tokio::test]
async fn the_draft_is_mailed_to_all_and_opens_for_them() {
    let world = world().await;
    let id = world.filed(&plain(2)).await;
    let (status, answer) = world.send(&id).await;
    let message = &answer["message"];
    let token = |place: usize, name: &str| message["info_detail"][place]["info_mail"]["tok"][name].clone();
    let detail = |place: usize| {
        let step = json!({ "status": "sucess", "result": null });
        json!({
            "full_name": format!("Firmante {place}"),
            "email": email(place),
            "status_mail": "success",
            "info_mail": {
                "info": format!("Correo de Firmante {place} fue enviado satisfactoriamente"),
                "result": {},
                "tok": {
                    "download": token(place, "download"), "agree": token(place, "agree"),
                    "disagree": token(place, "disagree"), "st_down": step, "st_ag": step, "st_disag": step,
                },
            },
        })
    };
    let expected = json!({
        "msg": format!("email-doc: {id}"), "ok_count": 2, "fail_count": 0, "info_detail": [detail(0), detail(1)],
    });
    assert_eq!((status, answer.clone()), success(207, expected));
    assert_ne!(token(0, "agree"), token(1, "agree"));
    assert!(token(0, "download").as_str().unwrap().len() >= 11);

    let shown = world.detail(&id).await;
    assert_eq!(shown["contrato"][0]["sStatus"], "REVIEW");
    for signer in shown["firmantes"].as_array().unwrap() {
        for flag in ["download_draft", "agree_draft", "disagree_draft"] {
            assert_eq!(signer[flag], "ENABLE", "{flag}");
        }
    }
    assert_eq!(world.sandbox().count("firma_virtual", &email(1), NoticeKind::Invitation), 1);
}

#[tokio::test]
async fn the_draft_can_be_mailed_again_while_it_is_with_the_signers_and_then_no_more() {
    let world = world().await;
    let empty = world.created(&plain(1)).await;
    assert_eq!(world.send(&empty).await, validation_fail(), "no file");
    let id = world.sent(&plain(2)).await;
    world.vendor().accept(&id, Some(&email(0))).await.unwrap();
    assert_eq!(world.send(&id).await.0, 207);
    let count = |place, kind| world.sandbox().count("firma_virtual", &email(place), kind);
    for place in [0, 1] {
        assert_eq!((count(place, NoticeKind::Invitation), count(place, NoticeKind::Reminder)), (1, 1));
    }
    let shown = world.detail(&id).await;
    assert_eq!(shown["firmantes"][0]["agree_draft"], "SUCCESS", "an answer that was given stays");
    world.vendor().accept(&id, Some(&email(1))).await.unwrap();
    assert_eq!(world.send(&id).await, validation_fail());
}

#[tokio::test]
async fn a_mail_that_fails_is_told_for_its_signer_and_succeeds_at_another_address() {
    let world = world().await;
    world.vary(|variants| variants.failing_mails = vec!["SIGNER1@example.cl".to_owned()]);
    let id = world.filed(&plain(2)).await;
    let (status, answer) = world.send(&id).await;
    let message = &answer["message"];
    assert_eq!((status, &message["ok_count"], &message["fail_count"]), (207, &json!(1), &json!(1)));
    let failed = &message["info_detail"][1];
    assert_eq!(failed["status_mail"], "error");
    assert_eq!(failed["info_mail"]["info"], "Correo de Firmante 1 no pudo ser enviado");
    let invited = |address: &str| world.sandbox().count("firma_virtual", address, NoticeKind::Invitation);
    assert_eq!((invited(&email(0)), invited(&email(1))), (1, 0));

    let change = json!({
        "contractID": id, "full_name": "Firmante 1", "email": "new@example.cl", "rutId": "22222222-2",
        "phone": "987332031",
    });
    assert_eq!(world.post("api/v1/signer/upd", &change).await.0, 207);
    assert_eq!(world.send(&id).await.1["message"]["fail_count"], 0);
    assert_eq!(invited("new@example.cl"), 1);
}

#[tokio::test]
async fn too_many_mails_in_an_hour_are_refused_without_one_being_sent() {
    let world = world().await;
    world.vary(|variants| variants.mail_limit = 3);
    let first = world.sent(&plain(2)).await;
    let message = "Se ha superado el límite de correos por hora.";
    let limited = (429, refusal(429, message, "Contract"));
    assert_eq!(world.send(&first).await, limited);
    let second = world.filed(&plain(2)).await;
    assert_eq!(world.send(&second).await, limited);
    assert_eq!(world.status(&second).await, "CREATED");
    world.vary(|variants| variants.limit_as_text = true);
    assert_eq!(world.send(&second).await, (400, refusal(400, message, "Contract")));
    assert_eq!(world.sandbox().notices().len(), 2);
    world.sandbox().advance_clock(Duration::from_secs(3_600));
    assert_eq!(world.send(&second).await.0, 207);
}

#[tokio::test]
async fn an_agreement_pays_at_once_when_all_have_accepted() {
    let world = world().await;
    let id = world.sent(&with(plain(2), json!({ "sPaymentStatus": "PAIDOUT" }))).await;
    assert_eq!(world.detail(&id).await["contrato"][0]["sPaymentStatus"], "PAIDOUT");
    world.vendor().accept(&id, None).await.unwrap();
    world.vendor().accept(&id, None).await.unwrap();
    let shown = world.detail(&id).await;
    assert_eq!(shown["contrato"][0]["sStatus"], "SIGNED_PENDING");
    assert_eq!(shown["firmantes"][0]["payment"], "PAIDOUT");
    assert_eq!(world.sandbox().count("firma_virtual", &email(0), NoticeKind::NextStep), 1, "no mail about a payment");
}
