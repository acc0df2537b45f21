//! Injected faults on the wire, and what they leave behind.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use provider_sandbox::{Fault, FaultKind, When};
use serde_json::{Value, json};

use crate::support::{CONTRACT, World, credentials, one_signer, world};

async fn after_fault(fault: FaultKind) -> (World, reqwest::Result<reqwest::Response>) {
    let world = world().await;
    world.sandbox().add_fault(Fault::once("efirma_go", "enviar_documento", fault));
    let response = world.post_file(&one_signer(), CONTRACT).await;
    (world, response)
}

async fn documents(world: &World) -> usize {
    let found = world.search(1, json!({ "campos_clave": { "rubrica_submission": "sub_1" } })).await;
    found["listado_documentos"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_reset_before_the_effect_leaves_nothing_and_after_it_leaves_the_document() {
    for (when, left) in [(When::BeforeEffect, 0), (When::AfterEffect, 1)] {
        let (world, response) = after_fault(FaultKind::Reset { when }).await;
        response.expect_err("no answer arrives");
        assert_eq!(documents(&world).await, left, "{when:?}");
        let call = &world.sandbox().calls_to("efirma_go", "enviar_documento")[0];
        assert_eq!((call.status, call.handled), (None, left == 1));
    }
}

#[tokio::test]
async fn a_reset_is_a_tcp_reset_without_a_byte_of_an_answer() {
    let world = world().await;
    world.sandbox().add_fault(Fault::once(
        "efirma_go",
        "api_get_cliente",
        FaultKind::Reset { when: When::AfterEffect },
    ));
    let addr = world.running.addr();
    let read = tokio::task::spawn_blocking(move || {
        let mut stream = std::net::TcpStream::connect(addr).unwrap();
        let body = "json=%7B%7D";
        let head =
            "POST /efirma_go/api_get_cliente HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded";
        write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        stream.read(&mut [0; 64])
    })
    .await
    .unwrap();
    assert_eq!(read.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn http_errors_come_before_or_after_the_effect() {
    for (when, left) in [(When::BeforeEffect, 0), (When::AfterEffect, 1)] {
        let (world, response) = after_fault(FaultKind::HttpError { status: 502, when }).await;
        assert_eq!(response.unwrap().status(), 502);
        assert_eq!(documents(&world).await, left, "{when:?}");
    }
}

#[tokio::test]
async fn answers_can_be_cut_malformed_or_replaced_by_a_page() {
    let (world, response) = after_fault(FaultKind::TruncatedBody {}).await;
    let response = response.unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.expect_err("the body ends early");
    assert_eq!(documents(&world).await, 1);

    let (world, response) = after_fault(FaultKind::MalformedJson {}).await;
    let body = response.unwrap().text().await.unwrap();
    assert!(body.starts_with('{') && serde_json::from_str::<Value>(&body).is_err(), "{body}");
    assert_eq!(documents(&world).await, 1);

    let (world, response) = after_fault(FaultKind::HtmlPage { status: 200, when: When::BeforeEffect }).await;
    assert!(response.unwrap().text().await.unwrap().starts_with("<!doctype html>"));
    assert_eq!(documents(&world).await, 0);
}

#[tokio::test]
async fn a_rate_limit_names_the_time_to_wait_and_has_no_effect() {
    let (world, response) = after_fault(FaultKind::RateLimited { retry_after_s: 7 }).await;
    let response = response.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(documents(&world).await, 0);
    assert_eq!(world.post_file(&one_signer(), CONTRACT).await.unwrap().status(), 200, "only once");
}

#[tokio::test]
async fn latency_delays_the_answer() {
    let world = world().await;
    world.sandbox().add_fault(Fault::once(
        "efirma_go",
        "api_get_cliente",
        FaultKind::Latency { ms: 200, when: When::AfterEffect },
    ));
    let begun = Instant::now();
    world.call("api_get_cliente", &credentials()).await;
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn the_nth_call_is_struck_and_artifacts_can_be_struck_too() {
    let world = world().await;
    let fault = FaultKind::HttpError { status: 500, when: When::BeforeEffect };
    world.sandbox().add_fault(Fault::once("efirma_go", "api_get_cliente", fault.clone()).at(2, 1));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(world.post("api_get_cliente", &credentials()).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [200, 500, 200]);

    let id = world.sent(&one_signer()).await;
    world.efirma().sign(&id, None).await.unwrap();
    let found = world.search(1, json!({})).await;
    world.sandbox().add_fault(Fault::once("efirma_go", "viewer", FaultKind::TruncatedBody {}));
    let url = found["listado_documentos"][0]["url_documento"].as_str().unwrap();
    let response = world.http.get(url).send().await.unwrap();
    response.bytes().await.expect_err("the file ends early");
    assert_eq!(world.http.get(url).send().await.unwrap().status(), 200);
}
