//! Reading, making and changing users.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{OWNER, World, refusal, success, validation_fail, with, world};

fn new_user() -> Value {
    json!({
        "iProfileID": 0,
        "sRUT": "12345678-5",
        "sFirstName": "LUIS",
        "sLastName": "ROJAS",
        "sEmail": "luis@example.cl",
        "sPhone": "56978570243",
        "sLogin": "luisrojas",
        "sPassword": "Secreto123",
        "sComments": "NA",
        "sUserType": "NATURAL",
    })
}

async fn make(world: &World, body: &Value) -> (u16, Value) {
    world.anonymous(Method::POST, "api/v1/userapp", Some(body)).await
}

#[tokio::test]
async fn a_user_is_made_without_a_token_and_logs_in() {
    let world = world().await;
    let expected = json!({
        "iUserID": OWNER + 1, "iProfileID": 0, "sRUT": "12345678-5", "sEmail": "luis@example.cl",
        "sPhone": "56978570243", "sFirstName": "LUIS", "sLastName": "ROJAS", "sLogin": "luisrojas",
        "sPassword": "!--SECRET--!", "sStatus": "ENABLE", "sComments": "NA", "sUserType": "NATURAL",
    });
    assert_eq!(make(&world, &new_user()).await, success(201, expected));
    world.token("luisrojas", "Secreto123").await;
    let bare = json!({ "sComments": null, "sEmail": "b@example.cl", "sLogin": "another1" });
    assert_eq!(make(&world, &with(new_user(), bare)).await.0, 201, "comments are optional");
}

#[tokio::test]
async fn a_taken_or_malformed_user_is_refused() {
    let world = world().await;
    let told = |message| (200, refusal(200, message, "User"));
    let invalid = told("Invalid Login must be alphanumeric whit 6 to 16 length");
    let cases = [
        (json!({ "sEmail": "ANA@example.cl" }), told("Email exists")),
        (json!({ "sLogin": "userapp" }), told("THIS Login already exists")),
        (json!({ "sLogin": "short" }), invalid.clone()),
        (json!({ "sLogin": "luis-rojas" }), invalid.clone()),
        (json!({ "sLogin": "seventeenletters1" }), invalid.clone()),
        (json!({ "sPassword": "short" }), invalid),
        (json!({ "sUserType": "OTHER" }), validation_fail()),
        (json!({ "sRUT": "12345678-4" }), validation_fail()),
        (json!({ "sEmail": "luis" }), validation_fail()),
        (json!({ "iProfileID": "0" }), validation_fail()),
    ];
    for (extra, expected) in cases {
        assert_eq!(make(&world, &with(new_user(), extra.clone())).await, expected, "{extra}");
    }
    let members =
        ["iProfileID", "sRUT", "sFirstName", "sLastName", "sEmail", "sPhone", "sLogin", "sPassword", "sUserType"];
    for member in members {
        let body = with(new_user(), json!({ member: null }));
        assert_eq!(make(&world, &body).await, validation_fail(), "{member}");
    }
    assert_eq!(world.vendor().users().len(), 1);
}

#[tokio::test]
async fn a_user_reads_itself_with_the_hash_and_changes_three_members() {
    let world = world().await;
    let own = format!("api/v1/userapp/{OWNER}");
    let (status, answer) = world.get(&own).await;
    assert_eq!((status, &answer["code"]), (200, &json!(200)));
    let user = &answer["message"];
    assert_eq!((&user["iUserID"], &user["sLogin"]), (&json!(OWNER), &json!("userapp")));
    assert_eq!(user["sPassword"].as_str().unwrap().len(), 64);

    let change = json!({ "sFirstName": "ANITA", "sPhone": "56911111111", "sEmail": "other@example.cl" });
    let response = world.request(Method::PUT, &own).json(&change).send().await.unwrap();
    let changed: Value = response.json().await.unwrap();
    let changed = &changed["message"];
    assert_eq!((&changed["sFirstName"], &changed["sPhone"]), (&json!("ANITA"), &json!("56911111111")));
    assert_eq!((&changed["sEmail"], &changed["sLastName"]), (&user["sEmail"], &user["sLastName"]));

    let unknown = (404, refusal(404, "User not found.", "User"));
    world.stranger().await;
    for id in ["21", "99", "x"] {
        assert_eq!(world.get(&format!("api/v1/userapp/{id}")).await, unknown, "unknown or foreign: {id}");
    }
}
