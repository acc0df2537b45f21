//! A portfolio's way from the start to its end, by whoever moves it.

use std::time::Duration;

use provider_sandbox::gofirmex::RejectedBy;
use provider_sandbox::{ActError, NoticeKind, Script, Scripts};
use serde_json::json;

use crate::support::{
    ANA, CONTRACT, LUIS, PROMISE, document, luis, one_signer, signatures, signing_world, two_signers, with, world,
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn two_signers_sign_two_documents_one_after_the_other() {
    let world = world().await;
    world.vary(|variants| variants.evaluation_ms = Some(60_000));
    let documents = [document("Contrato", CONTRACT), document("Promesa", PROMISE)];
    let id = world.created(&two_signers()).await;
    for json in &documents {
        world.added(&with(json.clone(), json!({ "portfolio_id": id }))).await;
    }
    world.started(&id).await;
    assert_eq!(world.status(&id), "IN_REVIEW");
    assert_eq!(world.sandbox().count("gofirmex", "ana@example.cl", NoticeKind::Invitation), 0, "nobody knows yet");
    assert!(world.vendor().portfolio(&id).unwrap().signers[0].sign_url.is_none());

    world.later(Duration::from_secs(60)).await;
    assert_eq!(world.status(&id), "ACCEPTED");
    assert_eq!(world.sandbox().count("gofirmex", "ana@example.cl", NoticeKind::Invitation), 1);
    assert_eq!(world.vendor().sign(&id, Some(LUIS)).await, Err(ActError::NotTheirTurn));
    world.vendor().sign_document(&id, Some(ANA), 0).await.unwrap();
    assert_eq!(world.status(&id), "SIGNING");
    assert_eq!(world.vendor().sign_document(&id, Some(ANA), 0).await, Err(ActError::AlreadyActed));
    assert_eq!(world.vendor().sign(&id, Some(LUIS)).await, Err(ActError::NotTheirTurn), "she has one left");
    world.vendor().sign(&id, Some("ana@example.cl")).await.unwrap();
    assert_eq!(world.vendor().sign(&id, Some(ANA)).await, Err(ActError::AlreadyActed));

    world.vendor().sign(&id, None).await.unwrap();
    assert_eq!(world.status(&id), "COMPLETED");
    assert_eq!(
        world.sandbox().count("gofirmex", "luis@example.cl", NoticeKind::Invitation),
        0,
        "his customer tells him"
    );
    let view = world.vendor().portfolio(&id).unwrap();
    for (document, original) in view.documents.iter().zip([CONTRACT, PROMISE]) {
        let (status, content_type, pdf) = world.download(document.download_url.as_ref().unwrap()).await;
        assert_eq!((status, content_type.as_str()), (200, "application/pdf"));
        assert!(pdf.starts_with(original), "the document as sent, with signatures after it");
        assert_eq!(signatures(&pdf), 2);
    }
    assert_eq!(world.vendor().sign(&id, Some(ANA)).await, Err(ActError::NotInProcess));
}

#[tokio::test]
async fn without_an_order_all_may_act_at_once() {
    let world = world().await;
    let both = json!({ "signers": [
        with(luis(), json!({ "order": null, "notification": "email" })),
        one_signer()["signers"][0],
    ] });
    let id = world.accepted(&both, &[document("Contrato", CONTRACT)]).await;
    for email in ["ana@example.cl", "luis@example.cl"] {
        assert_eq!(world.sandbox().count("gofirmex", email, NoticeKind::Invitation), 1, "{email}");
    }
    world.vendor().sign(&id, Some(ANA)).await.unwrap();
    world.vendor().sign(&id, Some(LUIS)).await.unwrap();
    assert_eq!(world.status(&id), "COMPLETED");
}

#[tokio::test]
async fn a_notary_comes_after_the_signers_and_signs_too() {
    let world = signing_world().await;
    let id = world.created(&two_signers()).await;
    let json = with(document("Contrato", CONTRACT), json!({ "portfolio_id": id, "signature": "FEA + Notary" }));
    world.added(&json).await;
    world.cards(&id).await;
    world.vary(|variants| variants.notary_ms = Some(60_000));
    world.started(&id).await;
    world.later(SECOND).await;
    assert_eq!(world.status(&id), "IN_NOTARY");
    world.later(Duration::from_secs(60)).await;
    assert_eq!(world.status(&id), "COMPLETED");
    let url = world.vendor().portfolio(&id).unwrap().download_url.unwrap();
    assert_eq!(signatures(&world.download(&url).await.2), 3);
}

#[tokio::test]
async fn the_notary_may_be_a_person_and_may_reject() {
    let world = signing_world().await;
    world.vary(|variants| variants.notary_ms = None);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = world.created(&two_signers()).await;
        let json = json!({ "portfolio_id": id, "signature": "FES_NOTARY_VALIDATED" });
        world.added(&with(document("Contrato", CONTRACT), json)).await;
        world.cards(&id).await;
        assert_eq!(world.vendor().legalise(&id).await, Err(ActError::NotInProcess));
        world.started(&id).await;
        ids.push(id);
    }
    world.later(SECOND).await;
    world.vendor().legalise(&ids[0]).await.unwrap();
    world.vendor().reject(&ids[1], RejectedBy::Notary, "The identity card is not legible").unwrap();
    assert_eq!((world.status(&ids[0]), world.status(&ids[1])), ("COMPLETED".into(), "REJECTED_BY_NOTARY".into()));
    assert_eq!(world.vendor().portfolio(&ids[1]).unwrap().message.unwrap(), "The identity card is not legible");
    assert!(world.vendor().portfolio(&ids[1]).unwrap().download_url.is_none());
}

#[tokio::test]
async fn the_evaluator_may_be_a_person() {
    let world = world().await;
    world.vary(|variants| variants.evaluation_ms = None);
    let id = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    assert_eq!(world.status(&id), "IN_REVIEW");
    assert_eq!(world.vendor().sign(&id, Some(ANA)).await, Err(ActError::NotInProcess));
    assert_eq!(world.vendor().reject(&id, RejectedBy::Notary, "no"), Err(ActError::NotInProcess));
    world.vendor().accept(&id).await.unwrap();
    assert_eq!(world.status(&id), "ACCEPTED");
    assert_eq!(world.vendor().accept(&id).await, Err(ActError::NotInProcess));

    let other = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    world.vendor().reject(&other, RejectedBy::Gofirmex, "Not our business").unwrap();
    assert_eq!(world.status(&other), "REJECTED_BY_GOFIRMEX");
    assert_eq!(world.vendor().reject(&other, RejectedBy::Client, "late"), Err(ActError::NotInProcess));
    assert_eq!(world.vendor().accept("unknown").await, Err(ActError::UnknownTransaction));
}

#[tokio::test]
async fn a_document_that_only_begins_as_a_pdf_is_rejected_by_the_evaluator() {
    let world = world().await;
    for pdf in [
        b"%PDF-1.7\n".as_slice(),
        include_bytes!("../../../../tests/samples/truncated.pdf"),
        include_bytes!("../../../../tests/samples/encrypted-owner-only.pdf"),
    ] {
        let id = world.accepted(&one_signer(), &[document("Contrato", pdf)]).await;
        assert_eq!(world.status(&id), "REJECTED_BY_GOFIRMEX");
        assert_eq!(world.vendor().portfolio(&id).unwrap().message.unwrap(), "A document cannot be read");
    }
}

#[tokio::test]
async fn a_signer_s_refusal_ends_it_for_all() {
    let world = world().await;
    let id = world.accepted(&two_signers(), &[document("Contrato", CONTRACT)]).await;
    assert_eq!(world.vendor().decline(&id, Some(LUIS)), Err(ActError::NotTheirTurn));
    world.vendor().sign(&id, Some(ANA)).await.unwrap();
    world.vendor().decline(&id, Some(LUIS)).unwrap();
    let view = world.vendor().portfolio(&id).unwrap();
    assert_eq!(view.status, "REJECTED_BY_CLIENT");
    assert_eq!(view.detail.as_deref(), Some("signer 12345678-5"));
    assert!(view.signers[1].refused_at.is_some() && view.signers[0].refused_at.is_none());
    assert_eq!(world.vendor().sign(&id, Some(LUIS)).await, Err(ActError::NotInProcess));
    assert_eq!(world.vendor().sign(&id, Some("nobody@example.cl")).await, Err(ActError::NoRecipient));
}

#[tokio::test]
async fn scripted_signers_act_when_their_turn_comes() {
    let world = world().await;
    let mut scripts = Scripts::everybody_signs();
    scripts.by_email.insert("LUIS@example.cl".to_owned(), Script::decline_after_ms(5000));
    world.sandbox().set_scripts(scripts);
    let id = world.accepted(&two_signers(), &[document("Contrato", CONTRACT)]).await;
    assert_eq!(world.status(&id), "SIGNING");
    world.later(Duration::from_secs(5)).await;
    assert_eq!(world.status(&id), "REJECTED_BY_CLIENT");
}

#[tokio::test]
async fn what_has_not_ended_after_thirty_days_expires() {
    let world = world().await;
    let unstarted = world.created(&one_signer()).await;
    let waiting = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    let done = world.accepted(&one_signer(), &[document("Contrato", CONTRACT)]).await;
    world.vendor().sign(&done, None).await.unwrap();
    world.later(Duration::from_hours(24 * 30 - 1)).await;
    assert_eq!(world.status(&waiting), "ACCEPTED");
    world.later(Duration::from_hours(1)).await;
    let statuses = [&unstarted, &waiting, &done].map(|id| world.status(id));
    assert_eq!(statuses, ["REJECTED_BY_EXPIRATION", "REJECTED_BY_EXPIRATION", "COMPLETED"]);
}
