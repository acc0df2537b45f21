//! The checks of the opening call, and the shapes of its answer.

use provider_sandbox::viafirma::{AnswerShape, OperatorCase};
use serde_json::{Value, json};

use crate::support::{SESSION, World, answer, opening, with, world};

async fn refused(world: &World, request: &Value) -> String {
    let (status, body) = answer(world.post("prepareparallelsignature", request)).await;
    assert_eq!(status, 400, "{request}");
    assert_eq!(body["operationId"], Value::Null);
    assert_eq!(body["errorCode"], "8");
    assert!(world.viafirma().operations().is_empty());
    body["errorMessage"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_session_comes_first_and_the_number_of_files_second() {
    let world = world().await;
    for session in [Value::Null, json!(""), json!(7)] {
        let request = with(opening(1), json!({ "fileCount": 0 }));
        let request = if session.is_null() {
            with(request, json!({ "sessionId": null }))
        } else {
            with(request, json!({ "sessionId": session }))
        };
        assert_eq!(refused(&world, &request).await, "Falta sessionId.");
    }
    let missing = with(opening(1), json!({ "fileCount": null, "autoSend": 7 }));
    assert_eq!(refused(&world, &missing).await, "Falta fileCount.");
    for count in [json!(0), json!(-1), json!("2"), json!(1.5), json!([])] {
        let request = with(opening(1), json!({ "fileCount": count }));
        assert_eq!(refused(&world, &request).await, "El valor de fileCount no es válido.");
    }
}

#[tokio::test]
async fn filters_need_a_known_operator_and_a_value() {
    let world = world().await;
    for name in ["certFilter", "caFilter", "numberUserIdFilter"] {
        for bad in [
            json!("12345678Z"),
            json!({}),
            json!({ "operator": "LIKE", "filterValues": ["1"] }),
            json!({ "operator": "Contains", "filterValues": ["1"] }),
            json!({ "operator": "CONTAINS" }),
            json!({ "operator": "CONTAINS", "filterValues": [] }),
            json!({ "operator": "CONTAINS", "filterValues": "1" }),
            json!({ "operator": "CONTAINS", "filterValues": [1] }),
        ] {
            refused(&world, &with(opening(1), json!({ name: bad }))).await;
        }
    }
    for (name, value) in [("autoSend", json!("true")), ("locale", json!(1))] {
        refused(&world, &with(opening(1), json!({ name: value }))).await;
    }
}

#[tokio::test]
async fn unknown_members_are_ignored_and_defaults_are_filled_in() {
    let world = world().await;
    let id = world.prepared(&json!({ "sessionId": SESSION, "fileCount": 1, "color": "red", "certFilter": null })).await;
    let operation = world.viafirma().operation(&id).unwrap();
    assert_eq!((operation.auto_send, operation.locale.as_str(), operation.contact.as_str()), (false, "es", ""));
    let words = ["equals", "contains", "starts_with", "ends_with", "EQUALS", "CONTAINS", "STARTS_WITH", "ENDS_WITH"];
    for operator in words {
        let filter = json!({ "operator": operator, "filterValues": ["12345678Z", "87654321X"] });
        let request = with(opening(1), json!({ "numberUserIdFilter": filter, "autoSend": true, "locale": "en" }));
        let id = world.prepared(&request).await;
        let operation = world.viafirma().operation(&id).unwrap();
        assert_eq!(
            (operation.auto_send, operation.locale.as_str(), operation.contact.as_str()),
            (true, "en", "12345678Z")
        );
        assert_eq!(
            operation.filters["number"],
            json!({ "operator": operator.to_lowercase(), "values": ["12345678Z", "87654321X"] })
        );
    }
}

#[tokio::test]
async fn a_server_may_know_only_one_spelling_of_operators() {
    let world = world().await;
    for (case, good, bad) in
        [(OperatorCase::Upper, "CONTAINS", "contains"), (OperatorCase::Lower, "contains", "CONTAINS")]
    {
        world.vary(|variants| variants.filter_operator_case = case);
        let request = |operator: &str| {
            with(opening(1), json!({ "numberUserIdFilter": { "operator": operator, "filterValues": ["1"] } }))
        };
        let before = world.viafirma().operations().len();
        let (status, _) = answer(world.post("prepareparallelsignature", &request(bad))).await;
        assert_eq!((status, world.viafirma().operations().len()), (400, before));
        world.prepared(&request(good)).await;
    }
}

#[tokio::test]
async fn the_answer_comes_in_four_shapes_and_may_be_declared_as_html() {
    let world = world().await;
    for (shape, reads) in [
        (AnswerShape::Object, "{\"operationId\":\"_\"}"),
        (AnswerShape::ObjectInOtherCase, "{\"OperationID\":\"_\"}"),
        (AnswerShape::JsonText, "\"_\""),
        (AnswerShape::Bare, "_"),
    ] {
        world.vary(|variants| variants.opening_answer = shape);
        let response = world.post("prepareparallelsignature", &opening(1)).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json");
        let id = world.viafirma().operations().last().unwrap().id.clone();
        assert_eq!(response.text().await.unwrap(), reads.replace('_', &id));
    }
    world.vary(|variants| variants.answers_as_text_html = true);
    let response = world.post("prepareparallelsignature", &opening(1)).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/html; charset=UTF-8");
}

#[tokio::test]
async fn a_body_that_is_no_json_never_reaches_the_application() {
    let world = world().await;
    for (media_type, body, status) in [
        ("application/json", "{", 400),
        ("application/json", "[]", 400),
        ("application/json; charset=utf-8", "nonsense", 400),
        ("text/plain", "{}", 415),
    ] {
        let call = world.http.post(world.url("api/rest/services/prepareparallelsignature"));
        let call = call.basic_auth(crate::support::API_KEY, Some(crate::support::API_PASSWORD));
        let response = call.header("content-type", media_type).body(body).send().await.unwrap();
        assert_eq!(response.status(), status, "{media_type} {body}");
    }
}
