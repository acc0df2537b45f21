//! Who may call what.

use provider_sandbox::viafirma::Application;
use serde_json::json;

use crate::support::{API_KEY, API_PASSWORD, CONTRACT, SESSION, file, opening, world};

#[tokio::test]
async fn calls_without_the_right_pair_are_answered_401_with_an_empty_body() {
    let world = world().await;
    let id = world.ready().await;
    let rest = |path: &str| world.url(&format!("api/rest/services/{path}"));
    let add = json!({ "operationId": id, "operationFile": file("doc_1", CONTRACT) });
    let calls = || {
        [
            world.http.post(rest("prepareparallelsignature")).json(&opening(1)),
            world.http.post(rest("preparesignature/addOperationFile")).json(&add),
            world.http.post(rest(&format!("preparesignature/finish/{id}"))),
            world.http.get(rest(&format!("signatureResult/{id}?sessionId={SESSION}"))),
            world.http.post(rest("signature")).json(&json!({})),
            world.http.get(rest(&format!("signature/{id}?sessionId={SESSION}"))),
            world.http.post(rest("auth")).json(&json!({})),
            world.http.get(rest(&format!("auth/validation/{id}?sessionId={SESSION}"))),
        ]
    };
    let mut answers = Vec::new();
    for call in calls() {
        answers.push(call.send().await.unwrap());
    }
    for (key, password) in [(API_KEY, "wrong"), ("wrong", API_PASSWORD), ("", "")] {
        for call in calls() {
            answers.push(call.basic_auth(key, Some(password)).send().await.unwrap());
        }
    }
    for call in calls() {
        answers.push(call.bearer_auth("dGVzdA==").send().await.unwrap());
    }
    for answer in answers {
        assert_eq!(answer.status(), 401, "{}", answer.url());
        assert!(answer.bytes().await.unwrap().is_empty());
    }
    assert_eq!(world.viafirma().operations().len(), 1);
}

#[tokio::test]
async fn the_poll_needs_no_credentials_and_a_disabled_application_gets_403() {
    let world = world().await;
    let id = world.ready().await;
    assert_eq!(world.poll(&id).await["isFinished"], false);
    let disabled = Application { api_key: "k2".to_owned(), api_password: "p2".to_owned(), disabled: true };
    world.viafirma().put_application(disabled);
    let call = world.http.post(world.url("api/rest/services/prepareparallelsignature")).json(&opening(1));
    let answer = call.basic_auth("k2", Some("p2")).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(answer.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_application_does_not_know_the_operations_of_another() {
    let world = world().await;
    let other = Application { api_key: "k2".to_owned(), api_password: "p:2".to_owned(), disabled: false };
    world.viafirma().put_application(other);
    let id = world.ready().await;
    world.viafirma().sign(&id, None).await.unwrap();
    let rest = |path: String| world.url(&format!("api/rest/services/{path}"));
    let result =
        world.http.get(rest(format!("signatureResult/{id}?sessionId={SESSION}"))).basic_auth("k2", Some("p:2"));
    assert_eq!(result.send().await.unwrap().status(), 400);
    let finish = world.http.post(rest(format!("preparesignature/finish/{id}"))).basic_auth("k2", Some("p:2"));
    assert_eq!(finish.send().await.unwrap().status(), 400);
    assert_eq!(world.result(&id).await.0, 200);
}
