//! Injected faults, and what they leave behind.

use std::time::Duration;

use provider_sandbox::{Fault, FaultKind, When};
use reqwest::Method;
use serde_json::json;

use crate::support::{V2, World, answer, sending, world};

const SENDING: &str = "enviar_documento_para_assinar";

async fn struck(fault: FaultKind) -> World {
    let world = world().await;
    world.sandbox().add_fault(Fault::once("arqsign", SENDING, fault));
    world
}

#[tokio::test]
async fn a_reset_after_the_effect_leaves_the_process_and_before_it_nothing() {
    for (when, left) in [(When::BeforeEffect, 0), (When::AfterEffect, 1)] {
        let world = struck(FaultKind::Reset { when }).await;
        world.call(Method::POST, V2).json(&sending()).send().await.expect_err("no answer arrives");
        assert_eq!(world.arqsign().processes().len(), left, "{when:?}");
        let call = &world.sandbox().calls_to("arqsign", SENDING)[0];
        assert_eq!((call.status, call.handled), (None, left == 1));
    }
}

#[tokio::test]
async fn errors_pages_and_limits_stand_in_for_the_answer() {
    for (fault, status, left) in [
        (FaultKind::HttpError { status: 503, when: When::BeforeEffect }, 503, 0),
        (FaultKind::HttpError { status: 500, when: When::AfterEffect }, 500, 1),
        (FaultKind::HtmlPage { status: 502, when: When::BeforeEffect }, 502, 0),
        (FaultKind::RateLimited { retry_after_s: 7 }, 429, 0),
    ] {
        let world = struck(fault).await;
        assert_eq!(world.post(V2, &sending()).await.0, status);
        assert_eq!(world.arqsign().processes().len(), left, "{status}");
        assert_eq!(world.post(V2, &sending()).await.0, 200, "once only");
    }
}

#[tokio::test]
async fn a_spoilt_answer_leaves_the_process() {
    let world = struck(FaultKind::MalformedJson {}).await;
    let (status, body) = world.post(V2, &sending()).await;
    assert!(status == 200 && body.is_string(), "no JSON: {body}");
    assert_eq!(world.arqsign().processes().len(), 1);
    let world = struck(FaultKind::TruncatedBody {}).await;
    let response = world.call(Method::POST, V2).json(&sending()).send().await.unwrap();
    response.bytes().await.expect_err("the answer breaks off");
    assert_eq!(world.arqsign().processes().len(), 1);
}

#[tokio::test]
async fn a_new_process_may_be_unknown_to_reads_for_a_while() {
    let world = struck(FaultKind::LookupLag { seconds: 60 }).await;
    let id = world.sent_id(&sending()).await;
    let path = format!("api/v1/processo/{id}/status-do-processo");
    let unknown = json!("O(s) id(s) listado(s) não existe(m): idProcesso");
    assert_eq!(world.get(&path).await, (400, unknown.clone()));
    assert_eq!(world.cancel(&id).await, (400, unknown));
    world.pass(Duration::from_secs(61)).await;
    assert_eq!(world.get(&path).await.0, 200);
}

#[tokio::test]
async fn both_versions_of_sending_share_a_name_and_the_two_webhook_calls_do_not() {
    let world = world().await;
    world.post(V2, &sending()).await;
    world.post(crate::support::V3, &sending()).await;
    assert_eq!(world.sandbox().calls_to("arqsign", SENDING).len(), 2);
    world.sandbox().add_fault(Fault::once(
        "arqsign",
        "listar_confwebhook",
        FaultKind::HttpError { status: 503, when: When::BeforeEffect },
    ));
    world.webhook("https://broker.example/1").await;
    assert_eq!(answer(world.call(Method::GET, "api/v1/confwebhook")).await.0, 503);
    assert_eq!(world.sandbox().calls_to("arqsign", "criar_confwebhook").len(), 1);
}
