//! Injected faults at the steps that must not happen twice, and what they leave behind.

use provider_sandbox::{Fault, FaultKind, When};
use reqwest::Method;
use serde_json::Value;

use crate::support::{OWNER, PROMISE, World, plain, success, world};

fn strike(world: &World, endpoint: &str, fault: FaultKind) {
    world.sandbox().add_fault(Fault::once("firma_virtual", endpoint, fault));
}

async fn contracts(world: &World) -> usize {
    let (_, answer) = world.get(&format!("api/v1/contract/owner/{OWNER}")).await;
    answer["message"].as_array().unwrap().len()
}

/// Makes a contract while a fault strikes, and gives what came back, how many contracts there are then, and whether the handler ran.
async fn struck_creation(fault: FaultKind) -> (reqwest::Result<reqwest::Response>, usize, bool) {
    let world = world().await;
    strike(&world, "create_contract", fault);
    let call = world.request(Method::POST, "api/v1/contract/create-contract").json(&plain(1));
    let answer = call.send().await;
    let handled = world.sandbox().calls_to("firma_virtual", "create_contract")[0].handled;
    (answer, contracts(&world).await, handled)
}

#[tokio::test]
async fn a_creation_without_an_answer_left_a_contract_or_none() {
    for (when, left) in [(When::BeforeEffect, 0), (When::AfterEffect, 1)] {
        let (answer, contracts, handled) = struck_creation(FaultKind::Reset { when }).await;
        answer.expect_err("a reset gives no answer");
        assert_eq!((contracts, handled), (left, left == 1), "{when:?}");
        let (answer, contracts, handled) = struck_creation(FaultKind::HttpError { status: 502, when }).await;
        assert_eq!(answer.unwrap().status(), 502);
        assert_eq!((contracts, handled), (left, left == 1), "{when:?}");
    }
}

#[tokio::test]
async fn uploads_and_mails_without_an_answer_can_be_looked_up() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    strike(&world, "upload", FaultKind::HtmlPage { status: 200, when: When::AfterEffect });
    let response = world.upload_as("api/v1/upfile", "file", &format!("{id}.pdf"), PROMISE).await;
    assert!(response.text().await.unwrap().starts_with("<!doctype html>"));
    assert_eq!(world.files(&id).await.len(), 1, "it is there all the same");

    strike(&world, "send_contract", FaultKind::TruncatedBody {});
    let send = format!("api/v1/contract/send/draft/{id}");
    let response = world.request(Method::POST, &send).send().await.unwrap();
    assert_eq!(response.status(), 207);
    response.bytes().await.expect_err("the body ends early");
    assert_eq!(world.status(&id).await, "REVIEW");
}

#[tokio::test]
async fn calls_of_one_path_are_told_apart_and_limits_name_the_time_to_wait() {
    let world = world().await;
    let id = world.created(&plain(1)).await;
    let path = format!("api/v1/contract/{id}");
    strike(&world, "delete_contract", FaultKind::RateLimited { retry_after_s: 7 });
    assert_eq!(world.get(&path).await.0, 200, "reading is another endpoint");
    let response = world.request(Method::POST, &path).send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    assert_eq!(world.order(&path).await, success(204, serde_json::json!({})));
}

#[tokio::test]
async fn answers_can_be_malformed() {
    let world = world().await;
    strike(&world, "logindata", FaultKind::MalformedJson {});
    let body = serde_json::json!({ "login": "userapp", "password": "example-password" });
    let response = world.http.post(world.url("logindata")).json(&body).send().await.unwrap();
    let text = response.text().await.unwrap();
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err(), "{text}");
}

#[tokio::test]
async fn the_ledger_keeps_what_was_received() {
    let world = world().await;
    let id = world.filed(&plain(1)).await;
    let created = &world.sandbox().calls_to("firma_virtual", "create_contract")[0];
    assert_eq!((&created.fields, created.status), (&plain(1), Some(201)));
    assert!(created.answer.contains(&id));
    let upload = &world.sandbox().calls_to("firma_virtual", "upload")[0];
    let file = &upload.files[0];
    assert_eq!((file.field.as_str(), file.filename.as_deref()), ("file", Some(format!("{id}.pdf").as_str())));
    assert_eq!(file.size, u64::try_from(PROMISE.len()).unwrap());
}
